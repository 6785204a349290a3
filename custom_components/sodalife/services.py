"""The integration's actions on cameras."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, Platform
from homeassistant.core import (
    EntityServiceResponse,
    HassJob,
    HomeAssistant,
    ServiceCall,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import config_validation as cv, entity_platform, service
from homeassistant.helpers.entity import Entity
import voluptuous as vol

from .api import Clip, Command
from .api.errors import CannotConnect, DeviceOffline
from .const import ALL_PROTOCOLS, DOMAIN, OPT_LIVE_PROTOCOL, OPT_PTZ_PULSE, PTZ_COMMANDS
from .errors import async_report, home_assistant_error, invalid, translated
from .media import async_read_allowed_file, async_read_media, async_require_allowed
from .sound import async_make_clip

if TYPE_CHECKING:
    from .camera import SodaCamera

type Handler = Callable[[SodaCamera, ServiceCall], Awaitable[dict[str, Any] | None]]

ATTR_COMMAND = "command"
ATTR_DURATION = "duration"
ATTR_FILE = "file"
ATTR_FILENAME = "filename"
ATTR_MEDIA = "media"
ATTR_MEDIA_ID = "media_content_id"
ATTR_PROTOCOL = "protocol"
ATTR_TIMEOUT = "timeout"

LONGEST_MOTION = 60  # seconds
DEFAULT_TIMEOUT = 10  # seconds


async def _ptz_start(camera: SodaCamera, call: ServiceCall) -> None:
    command = Command[call.data[ATTR_COMMAND].upper()]
    await camera.soda.ptz.start(command, call.data[ATTR_TIMEOUT])


async def _ptz_stop(camera: SodaCamera, call: ServiceCall) -> None:
    await camera.soda.ptz.stop()


async def _ptz_move(camera: SodaCamera, call: ServiceCall) -> None:
    command = Command[call.data[ATTR_COMMAND].upper()]
    pulse = camera.coordinator.options[OPT_PTZ_PULSE]
    await camera.soda.ptz.move(command, call.data.get(ATTR_DURATION, pulse))


async def _ptz_home(camera: SodaCamera, call: ServiceCall) -> None:
    await camera.soda.ptz.home()


async def _capture(camera: SodaCamera, call: ServiceCall) -> dict[str, Any]:
    filename = call.data.get(ATTR_FILENAME)
    if filename is not None:
        await async_require_allowed(camera.hass, filename)
    still = await camera.soda.stills.capture()
    if filename is not None:
        await _write(camera.hass, Path(filename), still.picture.content)
    return {
        "picture_url": still.address,
        "captured_at": datetime.fromtimestamp(still.captured_at, UTC).isoformat(),
        "filename": filename,
    }


async def _write(hass: HomeAssistant, path: Path, content: bytes) -> None:
    def write() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    try:
        await hass.async_add_executor_job(write)
    except (OSError, ValueError) as err:
        raise invalid("file_not_writable", path=str(path)) from err


async def _send_voice(camera: SodaCamera, call: ServiceCall) -> None:
    async def make() -> Clip:
        if (file := call.data.get(ATTR_FILE)) is not None:
            media = await async_read_allowed_file(camera.hass, file)
        else:
            media_id = call.data[ATTR_MEDIA][ATTR_MEDIA_ID]
            media = await async_read_media(camera.hass, media_id, camera.entity_id)
        return await async_make_clip(camera.hass, media)

    await camera.soda.speaker.play(make)


async def _get_live_url(camera: SodaCamera, call: ServiceCall) -> dict[str, Any]:
    wanted = call.data.get(ATTR_PROTOCOL, camera.coordinator.options[OPT_LIVE_PROTOCOL])
    address = await camera.soda.live.get(wanted)
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


_COMMAND: dict[Any, Any] = {vol.Required(ATTR_COMMAND): vol.In(PTZ_COMMANDS)}
_MEDIA = vol.Schema({vol.Required(ATTR_MEDIA_ID): cv.string}, extra=vol.ALLOW_EXTRA)


def _seconds(shortest: float) -> Callable[[Any], Any]:
    return vol.All(vol.Coerce(float), vol.Range(min=shortest, max=LONGEST_MOTION))


ACTIONS = {
    "ptz_start": Action(
        handler=_ptz_start,
        fields={**_COMMAND, vol.Optional(ATTR_TIMEOUT, default=DEFAULT_TIMEOUT): _seconds(1)},
    ),
    "ptz_stop": Action(handler=_ptz_stop, fields={}),
    "ptz_move": Action(
        handler=_ptz_move, fields={**_COMMAND, vol.Optional(ATTR_DURATION): _seconds(0.1)}
    ),
    "ptz_home": Action(handler=_ptz_home, fields={}),
    "capture": Action(
        handler=_capture,
        fields={vol.Optional(ATTR_FILENAME): cv.string},
        response=SupportsResponse.OPTIONAL,
    ),
    "send_voice": Action(
        handler=_send_voice,
        fields={
            vol.Exclusive(ATTR_MEDIA, "sound"): _MEDIA,
            vol.Exclusive(ATTR_FILE, "sound"): cv.string,
        },
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
            _for_cameras(hass, action.handler),
            cv.make_entity_service_schema(action.fields),
            action.response,
        )


def _for_cameras(
    hass: HomeAssistant, handler: Handler
) -> Callable[[ServiceCall], Coroutine[Any, Any, EntityServiceResponse | None]]:
    """Run a handler on every camera that a call targets, at the same time.

    Each camera has its own outcome; the failures are reported together afterwards.
    """

    async def handle(call: ServiceCall) -> EntityServiceResponse | None:
        if call.service == "send_voice" and not call.data.keys() & {ATTR_MEDIA, ATTR_FILE}:
            raise invalid("media_or_file")
        cameras = _cameras(hass)
        named = [camera for camera in cameras.values() if _is_named(camera, call)]
        await _require_control(hass, call, named)
        if ATTR_FILENAME in call.data and len(named) > 1:
            raise invalid("one_file_per_camera")
        unreachable = [camera for camera in named if not camera.available]
        failures: list[HomeAssistantError] = []

        async def run(entity: Entity, call: ServiceCall) -> dict[str, Any] | None:
            camera = cameras[entity.entity_id]
            try:
                with translated(camera.camera_name):
                    return await handler(camera, call)
            except HomeAssistantError as err:
                failures.append(err)
                return {}

        async def run_on_others(entity: Entity, call: ServiceCall) -> dict[str, Any] | None:
            return {} if entity in unreachable else await run(entity, call)

        # Home Assistant skips them. What may be moving has to be stopped all the same.
        if call.service == "ptz_stop":
            await asyncio.gather(*(run(camera, call) for camera in unreachable))
        else:
            failures += map(_unreachable, unreachable)
        try:
            answer = await service.entity_service_call(hass, cameras, HassJob(run_on_others), call)
        except HomeAssistantError:  # it found none that is available
            if not unreachable:
                raise
            answer = None
        await async_report(hass, failures)
        return answer

    return handle


async def _require_control(
    hass: HomeAssistant, call: ServiceCall, cameras: list[SodaCamera]
) -> None:
    """Do what Home Assistant does before it calls an entity: see that the user may."""
    if (user_id := call.context.user_id) is None:
        return
    user = await hass.auth.async_get_user(user_id)
    for camera in cameras:
        if user is None or not user.permissions.check_entity(camera.entity_id, POLICY_CONTROL):
            raise Unauthorized(
                context=call.context, entity_id=camera.entity_id, permission=POLICY_CONTROL
            )


def _cameras(hass: HomeAssistant) -> dict[str, SodaCamera]:
    return {
        entity_id: cast("SodaCamera", entity)
        for platform in entity_platform.async_get_platforms(hass, DOMAIN)
        if platform.domain == Platform.CAMERA
        for entity_id, entity in platform.entities.items()
    }


def _is_named(camera: SodaCamera, call: ServiceCall) -> bool:
    """Tell whether a call names this camera itself, or its device, not just where it is."""
    device = camera.device_entry
    about = ((ATTR_ENTITY_ID, camera.entity_id), (ATTR_DEVICE_ID, device and device.id))
    return any(
        isinstance(names := call.data.get(attribute), list) and name in names
        for attribute, name in about
    )


def _unreachable(camera: SodaCamera) -> HomeAssistantError:
    """Say why a camera can't be reached."""
    why = DeviceOffline() if camera.coordinator.reachable else CannotConnect()
    return home_assistant_error(why, camera.camera_name)
