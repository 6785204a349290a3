"""The integration's actions on cameras."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from .activity import ATTR_COMMAND, Activity, note_activity
from .api import Clip, Command
from .archive.time_lapse import TIME_LAPSE_FIELDS, async_time_lapse, require_film
from .audio.clip import async_clip, async_file_clip
from .audio.media import async_require_allowed
from .const import ALL_PROTOCOLS, DOMAIN, OPT_GONG, OPT_PTZ_PULSE, PTZ_COMMANDS
from .errors import invalid
from .phrases import async_say
from .targets import Check, Handler, for_cameras

if TYPE_CHECKING:
    from .camera import SodaCamera

ATTR_DURATION = "duration"
ATTR_FILE = "file"
ATTR_FILENAME = "filename"
ATTR_GONG = "gong"
ATTR_MEDIA = "media"
ATTR_MEDIA_ID = "media_content_id"
ATTR_PHRASE = "phrase"
ATTR_PROTOCOL = "protocol"
ATTR_TIMEOUT = "timeout"

MAX_MOVE = 60  # seconds
DEFAULT_TIMEOUT = 10  # seconds


async def _ptz_start(camera: SodaCamera, call: ServiceCall) -> None:
    command = Command[call.data[ATTR_COMMAND].upper()]
    goes_on = camera.soda.ptz.moving is command  # who holds a button says so again and again
    await camera.soda.ptz.start(command, call.data[ATTR_TIMEOUT])
    if not goes_on:
        _note_move(camera, call, command)


async def _ptz_stop(camera: SodaCamera, call: ServiceCall) -> None:
    await camera.soda.ptz.stop()


async def _ptz_move(camera: SodaCamera, call: ServiceCall) -> None:
    command = Command[call.data[ATTR_COMMAND].upper()]
    pulse = camera.coordinator.options[OPT_PTZ_PULSE]
    await camera.soda.ptz.move(command, call.data.get(ATTR_DURATION, pulse))
    _note_move(camera, call, command)


async def _ptz_home(camera: SodaCamera, call: ServiceCall) -> None:
    await camera.soda.ptz.home()
    _note_move(camera, call, Command.HOME)


def _note_move(camera: SodaCamera, call: ServiceCall, command: Command) -> None:
    note_activity(
        camera.hass,
        camera.soda,
        Activity.MOVED,
        call.context,
        **{ATTR_COMMAND: command.name.lower()},
    )


async def _capture(camera: SodaCamera, call: ServiceCall) -> dict[str, Any]:
    filename = call.data.get(ATTR_FILENAME)
    if filename is not None:
        await async_require_allowed(camera.hass, filename)
    snapshot = await camera.soda.snapshots.capture()
    note_activity(camera.hass, camera.soda, Activity.PHOTO_TAKEN, call.context)
    if filename is not None:
        await _write(camera.hass, Path(filename), snapshot.picture.content)
    return {
        "picture_url": snapshot.address,
        "captured_at": datetime.fromtimestamp(snapshot.captured_at, UTC).isoformat(),
        "filename": filename,
    }


def _require_one_camera(call: ServiceCall, targets: list[str]) -> None:
    if ATTR_FILENAME in call.data and len(targets) > 1:
        raise invalid("one_file_per_camera")


async def _write(hass: HomeAssistant, path: Path, content: bytes) -> None:
    def write() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    try:
        await hass.async_add_executor_job(write)
    except (OSError, ValueError) as err:
        raise invalid("file_not_writable", path=str(path)) from err


async def _send_voice(camera: SodaCamera, call: ServiceCall) -> None:
    gong = call.data.get(ATTR_GONG, camera.coordinator.options[OPT_GONG])

    def make() -> AbstractAsyncContextManager[Clip]:
        if (file := call.data.get(ATTR_FILE)) is not None:
            return async_file_clip(camera.hass, file, gong=gong)
        media_id = call.data[ATTR_MEDIA][ATTR_MEDIA_ID]
        return async_clip(camera.hass, media_id, entity_id=camera.entity_id, gong=gong)

    await camera.soda.speaker.play(make)
    note_activity(camera.hass, camera.soda, Activity.SPOKE, call.context)


def _require_sound(call: ServiceCall, targets: list[str]) -> None:
    if not call.data.keys() & {ATTR_MEDIA, ATTR_FILE}:
        raise invalid("media_or_file")


async def _say_phrase(camera: SodaCamera, call: ServiceCall) -> None:
    await async_say(camera, call.data[ATTR_PHRASE], call.data.get(ATTR_GONG))
    note_activity(camera.hass, camera.soda, Activity.SPOKE, call.context)


async def _get_live_url(camera: SodaCamera, call: ServiceCall) -> dict[str, Any]:
    soda, wanted = camera.soda, call.data.get(ATTR_PROTOCOL)
    address = await (soda.live.get(wanted) if wanted else soda.live_protocol.address())
    return {"url": address.url, "protocol": address.protocol}


async def _get_talk_url(camera: SodaCamera, call: ServiceCall) -> dict[str, Any]:
    address = await camera.soda.talk_url()
    return {
        "url": address.url,
        "expires_at": datetime.fromtimestamp(address.expires_at, UTC).isoformat(),
    }


@dataclass(frozen=True, kw_only=True)
class Action:
    """An action: what it takes, what it does, and whether it answers."""

    handler: Handler
    fields: dict[Any, Any]
    response: SupportsResponse = SupportsResponse.NONE
    check: Check | None = None  # what the schema cannot say, in words that are translated
    unreachable_too: bool = False


_COMMAND: dict[Any, Any] = {vol.Required(ATTR_COMMAND): vol.In(PTZ_COMMANDS)}
_GONG: dict[Any, Any] = {vol.Optional(ATTR_GONG): cv.string}
_MEDIA = vol.Schema({vol.Required(ATTR_MEDIA_ID): cv.string}, extra=vol.ALLOW_EXTRA)


def _seconds(shortest: float) -> Callable[[Any], Any]:
    return vol.All(vol.Coerce(float), vol.Range(min=shortest, max=MAX_MOVE))


ACTIONS = {
    "ptz_start": Action(
        handler=_ptz_start,
        fields={**_COMMAND, vol.Optional(ATTR_TIMEOUT, default=DEFAULT_TIMEOUT): _seconds(1)},
    ),
    "ptz_stop": Action(  # what may be moving has to be stopped
        handler=_ptz_stop, fields={}, unreachable_too=True
    ),
    "ptz_move": Action(
        handler=_ptz_move, fields={**_COMMAND, vol.Optional(ATTR_DURATION): _seconds(0.1)}
    ),
    "ptz_home": Action(handler=_ptz_home, fields={}),
    "capture": Action(
        handler=_capture,
        fields={vol.Optional(ATTR_FILENAME): cv.string},
        response=SupportsResponse.OPTIONAL,
        check=_require_one_camera,
    ),
    "send_voice": Action(
        handler=_send_voice,
        fields={
            vol.Exclusive(ATTR_MEDIA, "sound"): _MEDIA,
            vol.Exclusive(ATTR_FILE, "sound"): cv.string,
            **_GONG,
        },
        check=_require_sound,
    ),
    "time_lapse": Action(  # of photos that are there, wherever the camera is
        handler=async_time_lapse,
        fields=TIME_LAPSE_FIELDS,
        response=SupportsResponse.OPTIONAL,
        check=require_film,
        unreachable_too=True,
    ),
    "say_phrase": Action(
        handler=_say_phrase, fields={vol.Required(ATTR_PHRASE): cv.string, **_GONG}
    ),
    "get_live_url": Action(
        handler=_get_live_url,
        fields={vol.Optional(ATTR_PROTOCOL): vol.All(vol.Lower, vol.In(ALL_PROTOCOLS))},
        response=SupportsResponse.ONLY,
    ),
    "get_talk_url": Action(handler=_get_talk_url, fields={}, response=SupportsResponse.ONLY),
}


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions, whether or not there is an application yet."""
    for name, action in ACTIONS.items():
        hass.services.async_register(
            DOMAIN,
            name,
            for_cameras(
                hass, action.handler, check=action.check, unreachable_too=action.unreachable_too
            ),
            cv.make_entity_service_schema(action.fields),
            action.response,
        )
