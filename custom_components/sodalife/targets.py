"""Running an action on every camera that a call targets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, cast

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, Platform
from homeassistant.core import EntityServiceResponse, HassJob, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import entity_platform, service
from homeassistant.helpers.entity import Entity

from .api.errors import CannotConnect, DeviceOffline
from .const import DOMAIN
from .errors import async_report, home_assistant_error, translated

if TYPE_CHECKING:
    from .camera import SodaCamera

type Handler = Callable[[SodaCamera, ServiceCall], Awaitable[dict[str, Any] | None]]
# Is given the cameras that a call names, and raises what is wrong with it.
type Check = Callable[[ServiceCall, list[SodaCamera]], None]


def for_cameras(
    hass: HomeAssistant, handler: Handler, *, check: Check | None, unreachable_too: bool
) -> Callable[[ServiceCall], Coroutine[Any, Any, EntityServiceResponse | None]]:
    """Run a handler on every camera that a call targets, at the same time.

    Each camera has its own outcome; the failures are reported together afterwards. Home Assistant
    skips what is unreachable: here that is a failure of a camera that the call names, or, with
    `unreachable_too`, no reason not to try.
    """

    async def handle(call: ServiceCall) -> EntityServiceResponse | None:
        cameras = cameras_by_id(hass)
        named = [camera for camera in cameras.values() if _is_named(camera, call)]
        await _require_control(hass, call, named)
        if check is not None:
            check(call, named)
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

        if unreachable_too:
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


def cameras_by_id(hass: HomeAssistant) -> dict[str, SodaCamera]:
    """Return the camera entities that there are."""
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
    why = CannotConnect() if camera.soda.device.online is not False else DeviceOffline()
    return home_assistant_error(why, camera.camera_name)
