"""Running an action on every camera that a call targets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any, cast

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, ENTITY_MATCH_ALL, ENTITY_MATCH_NONE, Platform
from homeassistant.core import EntityServiceResponse, HassJob, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_platform, entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.service import entity_service_call

from .api.errors import CannotConnect, DeviceOffline
from .const import DOMAIN
from .errors import async_report, failed, home_assistant_error, invalid, translated

if TYPE_CHECKING:
    from .camera import SodaCamera

type Handler = Callable[[SodaCamera, ServiceCall], Awaitable[dict[str, Any] | None]]
# Is given the ids of the cameras that a call targets, and raises what is wrong with it.
type Check = Callable[[ServiceCall, list[str]], None]

_WITH_THE_ENTRY = (None, er.RegistryEntryDisabler.CONFIG_ENTRY)


class _Target(Entity):
    """Stands in for a camera where Home Assistant looks up what a call targets.

    There, what is unreachable is skipped, and what is not loaded is not known. Here neither is a
    reason to keep silent.
    """

    _attr_should_poll = False

    def __init__(self, entity_id: str) -> None:
        self.entity_id = entity_id


def for_cameras(
    hass: HomeAssistant, handler: Handler, *, check: Check | None, unreachable_too: bool
) -> Callable[[ServiceCall], Coroutine[Any, Any, EntityServiceResponse]]:
    """Run a handler on every camera that a call targets, at the same time.

    It may name them, or their devices, areas, floors, labels or groups, or all of them. Each camera
    has its own outcome; the failures are reported together afterwards. One that is unreachable
    fails without being asked, unless it is to be tried all the same.
    """

    async def handle(call: ServiceCall) -> EntityServiceResponse:
        cameras = cameras_by_id(hass)
        targets = await _targets(hass, call, cameras)
        if check is not None:
            check(call, targets)
        failures: list[HomeAssistantError] = []

        async def run(entity_id: str) -> dict[str, Any]:
            try:
                if (camera := cameras.get(entity_id)) is None:
                    raise not_running(hass, entity_id)
                if not (unreachable_too or camera.available):
                    raise unreachable(camera)
                camera.async_set_context(call.context)
                with translated(camera.camera_name):
                    return await handler(camera, call) or {}
            except HomeAssistantError as err:
                failures.append(err)
                return {}

        answers = await asyncio.gather(*map(run, targets))
        await async_report(hass, failures)
        return dict(zip(targets, answers, strict=True))

    return handle


async def _targets(
    hass: HomeAssistant, call: ServiceCall, loaded: dict[str, SodaCamera]
) -> list[str]:
    """Return the cameras that a call targets, whether or not they are loaded and reachable.

    Raises:
        Unauthorized: if the user may not control one of them.
        ServiceValidationError: if it targets none.

    """
    found: list[str] = []

    async def note(target: Entity, call: ServiceCall) -> None:
        found.append(target.entity_id)

    known = {entity_id: _Target(entity_id) for entity_id in (*loaded, *_not_loaded(hass, call))}
    # Without an answer wanted: with one, it would fail in its own words if there is no target.
    quiet = ServiceCall(hass, call.domain, call.service, call.data, call.context)
    await entity_service_call(hass, cast("dict[str, Entity]", known), HassJob(note), quiet)
    if not found and call.data.get(ATTR_ENTITY_ID) != ENTITY_MATCH_NONE:
        raise invalid("no_camera")
    return found


def cameras_by_id(hass: HomeAssistant) -> dict[str, SodaCamera]:
    """Return the camera entities that there are."""
    return {
        entity_id: cast("SodaCamera", entity)
        for platform in entity_platform.async_get_platforms(hass, DOMAIN)
        if platform.domain == Platform.CAMERA
        for entity_id, entity in platform.entities.items()
    }


def _not_loaded(hass: HomeAssistant, call: ServiceCall) -> Iterator[str]:
    """Tell the cameras that may have no entity; one that was disabled, only if it is meant."""
    registry = er.async_get(hass)
    named = call.data.get(ATTR_ENTITY_ID)
    if isinstance(named, list):  # else it may be all or none
        for entity_id in named:
            entity = registry.async_get(entity_id)
            if entity is not None and (entity.platform, entity.domain) == (DOMAIN, Platform.CAMERA):
                yield entity_id
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.state is ConfigEntryState.LOADED:
            continue
        if entry.disabled_by is not None and named == ENTITY_MATCH_ALL:
            continue
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
            if entity.domain == Platform.CAMERA and entity.disabled_by in _WITH_THE_ENTRY:
                yield entity.entity_id


def not_running(hass: HomeAssistant, entity_id: str) -> HomeAssistantError:
    """Say that a camera has no entity."""
    entity = er.async_get(hass).async_get(entity_id)
    device = entity and entity.device_id and dr.async_get(hass).async_get(entity.device_id)
    name = (device and (device.name_by_user or device.name)) or entity_id
    return failed("camera_not_loaded", camera=name)


def unreachable(camera: SodaCamera) -> HomeAssistantError:
    """Say why a camera can't be reached."""
    why = CannotConnect() if camera.soda.device.online is not False else DeviceOffline()
    return home_assistant_error(why, camera.camera_name)
