"""The newest photo of each camera, kept over restarts: another one costs one of so many a day."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
import json
from pathlib import Path
import shutil
import zlib

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.file import write_utf8_file_atomic

from ..api import Camera, Clock, PhotoReason, Picture, Snapshot
from ..api.background import Background
from ..api.clock import Moment, Timer
from ..api.memory import LATEST
from ..api.picture import MAX_PICTURE, content_type_of
from ..const import DOMAIN, LOGGER
from .thread import in_thread

VERSION = 1
PAUSE = 60.0  # seconds that a new photo waits for a newer one before it is written
SUFFIX = ".photo"
MAX_HEADER = 1000  # bytes


def _cache(hass: HomeAssistant) -> Path:
    """Return the folder for what is in no backup, where Home Assistant has such a thing."""
    cache_path = getattr(hass.config, "cache_path", None)  # not in 2025.4
    return Path(cache_path(DOMAIN) if cache_path else hass.config.path(".cache", DOMAIN))


class NewestPhotos:
    """Keeps the newest photos of one config entry's cameras, each in a private file.

    A file is named after the camera's subentry: a serial has no place there. It has one line that
    says what follows, and then the picture.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str, clock: Clock) -> None:
        """Bind to an entry."""
        self._hass = hass
        self._clock = clock
        self._folder = _cache(hass) / entry_id
        self._kept: dict[str, Snapshot] = {}  # as they were read, by subentry id
        self._fresh: dict[str, Snapshot] = {}  # what is to be written
        self._cameras: dict[str, Camera] = {}
        self._timer: Timer | None = None
        self._one_by_one = asyncio.Lock()
        self._background = Background()

    async def load(self, subentry_ids: Iterable[str]) -> None:
        """Read the photos of cameras, and drop those that are damaged or of other cameras."""
        self._kept = await in_thread(self._hass, _read_all, self._folder, set(subentry_ids))

    @callback
    def follow(self, camera: Camera, subentry_id: str) -> None:
        """Show a camera its photo, and keep the newest one from now on."""
        if (kept := self._kept.pop(subentry_id, None)) is not None:
            camera.snapshots.recall(kept)
        self._cameras[subentry_id] = camera

        @callback
        def note(snapshot: Snapshot, reason: PhotoReason) -> None:
            if self._cameras.get(subentry_id) is camera:
                self._note(subentry_id, snapshot)

        camera.snapshots.photographed.subscribe(note)

    @callback
    def forget(self, camera: Camera) -> None:
        """Drop the photo of a camera that is gone."""
        for subentry_id in [key for key, known in self._cameras.items() if known is camera]:
            del self._cameras[subentry_id]
            self._fresh.pop(subentry_id, None)
            self._background.spawn(self._drop(subentry_id))

    async def write(self) -> None:
        """Write what is new, at once."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        async with self._one_by_one:
            fresh, self._fresh = self._fresh, {}
            if fresh:
                await in_thread(self._hass, _write_all, self._folder, fresh)

    async def close(self) -> None:
        """Write what is new, and return when all is done."""
        self._cameras.clear()
        await self.write()
        await self._background.wait()

    async def remove(self) -> None:
        """Drop everything: the entry is gone."""
        await in_thread(self._hass, shutil.rmtree, self._folder, True)  # noqa: FBT003 - errors are ignored

    @callback
    def _note(self, subentry_id: str, snapshot: Snapshot) -> None:
        self._fresh[subentry_id] = snapshot
        if self._timer is None:
            self._timer = self._clock.call_later(PAUSE, self._time_to_write)

    def _time_to_write(self) -> None:
        self._timer = None
        self._background.spawn(self.write())

    async def _drop(self, subentry_id: str) -> None:
        async with self._one_by_one:  # or what is being written would come back
            await in_thread(self._hass, _unlink, self._folder / f"{subentry_id}{SUFFIX}")


def _read_all(folder: Path, wanted: set[str]) -> dict[str, Snapshot]:
    found: dict[str, Snapshot] = {}
    try:
        files = list(folder.iterdir())
    except OSError:
        return found
    for file in files:
        if file.suffix != SUFFIX or file.stem not in wanted:
            _unlink(file)  # of a camera that was removed, or what a crash has left
            continue
        try:
            found[file.stem] = _read(file)
        except (OSError, ValueError, KeyError, TypeError) as err:
            LOGGER.warning("The newest photo of a camera is damaged (%s): dropped", type(err))
            _unlink(file)
    return found


def _read(file: Path) -> Snapshot:
    with file.open("rb") as stream:
        about = json.loads(stream.readline(MAX_HEADER))
        content = stream.read(MAX_PICTURE + 1)
    content_type = content_type_of(content)
    if about["version"] != VERSION or about["crc32"] != zlib.crc32(content) or not content_type:
        raise ValueError("another one")
    taken_at = float(about["captured_at"])
    if not 0 <= taken_at < LATEST:
        raise ValueError("no time")
    picture = Picture(content, content_type)
    return Snapshot(picture, taken_at, "", Moment.of_earlier_run(taken_at))


def _write_all(folder: Path, photos: Mapping[str, Snapshot]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, snapshot in photos.items():
            content = snapshot.picture.content
            about = {
                "version": VERSION,
                "captured_at": snapshot.captured_at,
                "crc32": zlib.crc32(content),
            }
            data = json.dumps(about).encode() + b"\n" + content
            write_utf8_file_atomic(str(folder / f"{name}{SUFFIX}"), data, private=True, mode="wb")
    except (HomeAssistantError, OSError) as err:
        # It costs a photo after the next restart, no more.
        LOGGER.debug("The newest photos cannot be kept (%s)", type(err))


def _unlink(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as err:
        LOGGER.debug("A photo cannot be removed (%s)", type(err))
