"""Where the photos lie: `<first media folder>/sodalife/<camera>/<YYYY-MM-DD>/<HHMMSS>.jpg`.

Days and times are Home Assistant's local ones. What would have the same name is told apart by what
follows the time: `r` in the hour that is repeated when summer time ends, and `_2`, `_3` … for more
than one photo in a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
import os
from pathlib import Path
import re

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from .slugs import SLUG, slug_of

__all__ = ["ArchiveFolder", "Photo", "archive_root", "slug_of"]

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
PHOTO = re.compile(r"(\d{6})(r?)(?:_([2-9]|[1-9]\d+))?\.(jpg|png|webp)", re.ASCII)
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that is kept.

    Attributes:
        camera: the folder of the camera, a slug.
        taken_at: when it was taken, to the second, in UTC: there, times compare as they should.
        path: the file.

    """

    camera: str
    taken_at: datetime
    path: Path


def archive_root(hass: HomeAssistant) -> Path | None:
    """Return the folder of all photos, None if Home Assistant has no media folder."""
    media = next(iter(hass.config.media_dirs.values()), None)
    return Path(media) / DOMAIN if media else None


def name_of(taken_at: datetime, content_type: str, number: int = 1) -> tuple[str, str]:
    """Return the folder of the day and the name of the file.

    Args:
        taken_at: when the photo was taken (aware).
        content_type: the MIME type; what is no known one is taken for a JPEG.
        number: which one of that second it is.

    """
    local = dt_util.as_local(taken_at)
    repeated = "r" if _is_repeated(local) else ""
    more = f"_{number}" if number > 1 else ""
    extension = EXTENSIONS.get(content_type, "jpg")
    return f"{local:%Y-%m-%d}", f"{local:%H%M%S}{repeated}{more}.{extension}"


def time_of(day: date, name: str) -> datetime | None:
    """Return when a photo was taken (UTC) by its day and its file's name; None: it is no photo."""
    if (match := PHOTO.fullmatch(name)) is None:
        return None
    digits, repeated = match[1], match[2]
    try:
        local = datetime(
            day.year,
            day.month,
            day.day,
            int(digits[:2]),
            int(digits[2:4]),
            int(digits[4:]),
            tzinfo=dt_util.get_default_time_zone(),
            fold=1 if repeated else 0,
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def number_of(name: str) -> int:
    """Return which one of its second a photo is, by its file's name."""
    match = PHOTO.fullmatch(name)
    return int(match[3] or 1) if match is not None else 1


def day_of(name: str) -> date | None:
    """Return the day that a folder is named after, None if it is another folder."""
    if DAY.fullmatch(name) is None:
        return None
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


class ArchiveFolder:
    """The folder of all photos of all cameras. What is not laid out like a photo is not seen.

    Its methods read folders: call them in the executor. What is not there is empty.
    """

    def __init__(self, root: Path) -> None:
        """Take the folder, see `archive_root`; it need not exist."""
        self.root = root

    def cameras(self) -> list[str]:
        """Return the cameras that have a folder, as slugs."""
        return sorted(name for name in folders(self.root) if SLUG.fullmatch(name))

    def days(self, camera: str) -> list[date]:
        """Return the days of a camera, the newest first."""
        if SLUG.fullmatch(camera) is None:
            return []
        named = (day_of(name) for name in folders(self.root / camera))
        return sorted((day for day in named if day is not None), reverse=True)

    def photos(self, camera: str, day: date) -> list[Photo]:
        """Return the photos of a day, the newest first."""
        return sorted(self._photos(camera, day), key=_order, reverse=True)

    def photos_between(self, camera: str, start: datetime, end: datetime) -> list[Photo]:
        """Return the photos from `start` up to, not including, `end` (aware), the oldest first."""
        first, last = (dt_util.as_local(moment).date() for moment in (start, end))
        margin = timedelta(days=1)  # Home Assistant may have been in another time zone
        return sorted(
            (
                photo
                for day in self.days(camera)
                if first - margin <= day <= last + margin
                for photo in self._photos(camera, day)
                if start.timestamp() <= photo.taken_at.timestamp() < end.timestamp()
            ),
            key=_order,
        )

    def _photos(self, camera: str, day: date) -> Iterator[Photo]:
        if SLUG.fullmatch(camera) is None:
            return
        folder = self.root / camera / day.isoformat()
        for name in _names(folder):
            if (taken_at := time_of(day, name)) is not None:
                yield Photo(camera, taken_at, folder / name)


def is_folder(path: Path) -> bool:
    """Tell whether there is a folder; a disk that is cut off has none."""
    try:
        return path.is_dir()
    except OSError:  # of which Python 3.13 tells
        return False


def folders(path: Path) -> list[str]:
    """Return the names of the folders in a folder; links are none."""
    try:
        with os.scandir(path) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _names(path: Path) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return [entry.name for entry in entries]
    except OSError:
        return []


def _order(photo: Photo) -> tuple[datetime, int]:
    return photo.taken_at, number_of(photo.path.name)


def _is_repeated(local: datetime) -> bool:
    """Tell whether the clocks have shown this time before: summer time has just ended."""
    return bool(local.fold) and local.utcoffset() != local.replace(fold=0).utcoffset()
