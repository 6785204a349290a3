"""The action that makes a film of a camera's photos, and shows how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from homeassistant.components.http.auth import async_sign_path
from homeassistant.components.persistent_notification import async_create, async_dismiss
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

from ..api.foreign import clean
from ..audio.media import async_require_allowed
from ..const import DOMAIN
from ..errors import failed, invalid
from .addresses import address_of
from .film import FASTEST, Film, async_make_film
from .layout import ArchiveFolder, Photo, archive_root, slug_of

if TYPE_CHECKING:
    from ..camera import SodaCamera

ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_SECONDS: Final = "seconds"
ATTR_FPS: Final = "fps"
ATTR_STAMP: Final = "stamp"
ATTR_FILENAME: Final = "filename"

TIME_LAPSE_FIELDS: Final[dict[Any, Any]] = {
    vol.Required(ATTR_START): cv.datetime,
    vol.Optional(ATTR_END): cv.datetime,
    vol.Exclusive(ATTR_SECONDS, "length"): vol.All(vol.Coerce(float), vol.Range(min=1, max=3600)),
    vol.Exclusive(ATTR_FPS, "length"): vol.All(vol.Coerce(float), vol.Range(min=0.1, max=FASTEST)),
    vol.Optional(ATTR_STAMP, default=False): cv.boolean,
    vol.Optional(ATTR_FILENAME): cv.string,
}

_RUNNING: HassKey[set[str]] = HassKey(f"{DOMAIN}.films")  # the notifications of those

PAUSE = 2.0  # seconds between two updates of a notification
VALID = timedelta(days=7)  # of its link


def require_film(call: ServiceCall, targets: list[str]) -> None:
    """Refuse what makes no film.

    Raises:
        ServiceValidationError: if it would end before it begins, is no mp4, or is one file of many.

    """
    start, end = _time(call)
    if end <= start:
        raise invalid("film_without_time")
    if (filename := call.data.get(ATTR_FILENAME)) is None:
        return
    if len(targets) > 1:
        raise invalid("one_file_per_camera")
    if Path(filename).suffix.lower() != ".mp4":
        raise invalid("film_not_mp4", path=filename)


async def async_time_lapse(camera: SodaCamera, call: ServiceCall) -> dict[str, Any]:
    """Make a film of the photos that a camera took within a time.

    Returns:
        the `filename`, the number of `photos` and how many `seconds` it takes.

    Raises:
        HomeAssistantError: if there is no photo, or ffmpeg fails.
        ServiceValidationError: if the file may not be written there, or cannot be.

    """
    hass, (start, end) = camera.hass, _time(call)
    if (filename := call.data.get(ATTR_FILENAME)) is not None:
        await async_require_allowed(hass, filename)
    photos = await _photos(camera, start, end)
    options = {key: call.data.get(key) for key in (ATTR_SECONDS, ATTR_FPS)}
    film = Film.of(photos, **options, stamp=call.data[ATTR_STAMP])
    path = Path(filename) if filename is not None else _default_path(film.photos)
    notice = Notice(hass, photos[0].camera, camera.camera_name, len(film.photos))
    try:
        number = await async_make_film(hass, film, path, notice.progress)
    except BaseException:  # a cancellation, too
        notice.dismiss()
        raise
    seconds = round(number / film.rate, 1)
    notice.done(path, number, seconds)
    return {"filename": str(path), "photos": number, "seconds": seconds}


def _time(call: ServiceCall) -> tuple[datetime, datetime]:
    start, end = call.data[ATTR_START], call.data.get(ATTR_END)
    return dt_util.as_utc(start), dt_util.as_utc(end) if end is not None else dt_util.utcnow()


async def _photos(camera: SodaCamera, start: datetime, end: datetime) -> list[Photo]:
    hass, entry, root = camera.hass, camera.coordinator.entry, archive_root(camera.hass)
    if root is None:
        raise failed("no_photos")
    slug = slug_of(hass, entry, camera.soda)
    find = ArchiveFolder(root).photos_between
    if not (photos := await hass.async_add_executor_job(find, slug, start, end)):
        raise failed("no_photos")
    return photos


def _default_path(photos: Sequence[Photo]) -> Path:
    """Return a file beside the days of the photos, named after the first and the last day."""
    first, last = (dt_util.as_local(photo.taken_at).date() for photo in (photos[0], photos[-1]))
    return photos[0].path.parents[1] / f"{first}_{last}.mp4"


class Notice:
    """A notification that tells how far a film is, and in the end where."""

    def __init__(self, hass: HomeAssistant, camera: str, name: str, photos: int) -> None:
        """Take the camera's folder and name, and how many photos there are."""
        self._hass = hass
        self._running = hass.data.setdefault(_RUNNING, set())
        first = f"{DOMAIN}_film_{camera}"
        # One takes the place of an earlier one, but not of one that is under way.
        ids = (first, *(f"{first}_{number}" for number in range(2, len(self._running) + 3)))
        self._id = next(one for one in ids if one not in self._running)
        self._running.add(self._id)
        self._name = clean(name)
        self._photos = photos
        self._next = hass.loop.time()
        self.progress(0)

    @callback
    def progress(self, done: int) -> None:
        """Tell how many photos are done with, now and then."""
        if self._hass.loop.time() >= self._next:
            self._next = self._hass.loop.time() + PAUSE
            self._show(self._text("film_progress", done=done, photos=self._photos))

    @callback
    def done(self, path: Path, photos: int, seconds: float) -> None:
        """Tell where the film is, with a link if a browser can open it."""
        self._running.discard(self._id)
        told = self._text("film_done", photos=photos, seconds=seconds)
        self._show(f"{told}\n\n{self._link(path)}")

    @callback
    def dismiss(self) -> None:
        """Show nothing any more: whoever asked for the film is told why there is none."""
        self._running.discard(self._id)
        async_dismiss(self._hass, self._id)

    def _link(self, path: Path) -> str:
        shown = escape(clean(str(path)))
        if (address := address_of(self._hass, path)) is None:
            return f"<code>{shown}</code>"
        if address.startswith("/media/"):
            signed = async_sign_path(self._hass, address, VALID, use_content_user=True)
            place, _, signature = signed.rpartition("?")
            address = f"{quote(place)}?{signature}"
        # Within its own window, Home Assistant would look for a page of its own there.
        return f'<a href="{escape(address)}" target="_blank">{shown}</a>'

    def _show(self, message: str) -> None:
        title = self._text("film_title", camera=self._name)
        async_create(self._hass, message, title, self._id)

    def _text(self, key: str, **about: object) -> str:
        language = self._hass.config.language
        texts = async_get_cached_translations(self._hass, language, "common", DOMAIN)
        return texts.get(f"component.{DOMAIN}.common.{key}", key).format(**about)
