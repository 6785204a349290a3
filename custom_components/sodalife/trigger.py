"""Triggers for automations: what happens to cameras.

Home Assistant asks for them in two ways. 2025.4 calls `async_validate_trigger_config` and
`async_attach_trigger`; where there is `async_get_triggers`, newer versions call only that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, override

from homeassistant.const import (
    ATTR_AREA_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    ATTR_FLOOR_ID,
    ATTR_LABEL_ID,
    CONF_PLATFORM,
    CONF_TARGET,
)
from homeassistant.core import CALLBACK_TYPE, Context, HassJob, HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    trigger as ha_trigger,
)
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.group import expand_entity_ids
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .api.codes import KEYS
from .api.models import PhotoReason
from .happenings import (
    CAME_ONLINE,
    HAPPENED,
    PHOTO_TAKEN,
    TROUBLE,
    WATCHED,
    WENT_OFFLINE,
    Happening,
)

type Fire = Callable[[dict[str, Any], str, Context | None], object]

CONF_OPTIONS: Final = "options"  # Home Assistant 2025.4 has no name for it
CONF_KEY: Final = "key"
CONF_REASON: Final = "reason"


def _some_of(*allowed: str) -> Callable[[Any], Any]:
    return vol.All(cv.ensure_list, [vol.In(allowed)])


# By trigger: what may be chosen, all of which has to be so of what has happened.
OPTIONS: Final[Mapping[str, dict[Any, Any]]] = {
    PHOTO_TAKEN: {vol.Optional(CONF_REASON): _some_of(*PhotoReason)},
    WENT_OFFLINE: {},
    CAME_ONLINE: {},
    TROUBLE: {vol.Optional(CONF_KEY): _some_of(*KEYS)},
    WATCHED: {},
}
_TARGETS = (ATTR_ENTITY_ID, ATTR_DEVICE_ID, ATTR_AREA_ID, ATTR_FLOOR_ID, ATTR_LABEL_ID)
_TARGET = vol.All(
    {vol.Optional(kind): vol.All(cv.ensure_list, [cv.string]) for kind in _TARGETS},
    cv.has_at_least_one_key(*_TARGETS),
)


def _schema(what: str) -> dict[Any, Any]:
    options = vol.Schema(OPTIONS[what])
    return {vol.Required(CONF_TARGET): _TARGET, vol.Optional(CONF_OPTIONS, default={}): options}


@callback
def _attach(hass: HomeAssistant, what: str, config: ConfigType, fire: Fire) -> CALLBACK_TYPE:
    """Have `fire` called whenever it happens to a camera that is meant."""
    target, options = config[CONF_TARGET], config[CONF_OPTIONS]

    @callback
    def happened(happening: Happening) -> None:
        about = happening.about
        if happening.what != what or any(about[name] not in options[name] for name in options):
            return
        if _is_meant(hass, target, happening.entity):
            entity_id = happening.entity.entity_id
            payload = {ATTR_ENTITY_ID: entity_id, **about}
            fire(payload, f"{entity_id} {what.replace('_', ' ')}", happening.context)

    return async_dispatcher_connect(hass, HAPPENED, happened)


def _is_meant(hass: HomeAssistant, target: ConfigType, camera: er.RegistryEntry) -> bool:
    """Tell whether a target names a camera, any entity of it, or what it is in, as of now."""
    registry = er.async_get(hass)
    for entity_id in expand_entity_ids(hass, target.get(ATTR_ENTITY_ID, ())):
        entity = registry.async_get(entity_id)
        if entity is not None and camera.device_id in {entity.device_id} - {None}:
            return True
    return any(name in target.get(kind, ()) for kind, name in _names(hass, camera))


def _names(hass: HomeAssistant, camera: er.RegistryEntry) -> Iterator[tuple[str, str]]:
    """Yield what a camera's entity is in, and what it is called by."""
    device = dr.async_get(hass).async_get(camera.device_id) if camera.device_id else None
    area_id = camera.area_id or (device and device.area_id)
    area = ar.async_get(hass).async_get_area(area_id) if area_id else None
    if device is not None:
        yield ATTR_DEVICE_ID, device.id
    if area is not None:
        yield ATTR_AREA_ID, area.id
        yield ATTR_FLOOR_ID, area.floor_id or ""
    for labelled in (camera, device, area):
        for label in labelled.labels if labelled is not None else ():
            yield ATTR_LABEL_ID, label


def _kind_of(config: ConfigType) -> str:
    what = str(config[CONF_PLATFORM]).partition(".")[2]
    if what not in OPTIONS:
        raise vol.Invalid(f"Invalid trigger '{config[CONF_PLATFORM]}' specified")
    return what


async def async_validate_trigger_config(hass: HomeAssistant, config: ConfigType) -> ConfigType:
    """Return a trigger's configuration if it is right (Home Assistant 2025.4)."""
    checked: ConfigType = cv.TRIGGER_BASE_SCHEMA.extend(_schema(_kind_of(config)))(config)
    return checked


async def async_attach_trigger(
    hass: HomeAssistant,
    config: ConfigType,
    action: ha_trigger.TriggerActionType,
    trigger_info: ha_trigger.TriggerInfo,
) -> CALLBACK_TYPE:
    """Have an automation run when it happens (Home Assistant 2025.4)."""
    job = HassJob(action, f"{config[CONF_PLATFORM]} trigger")
    general = {**trigger_info["trigger_data"], CONF_PLATFORM: config[CONF_PLATFORM]}

    @callback
    def fire(about: dict[str, Any], description: str, context: Context | None) -> None:
        trigger = {**general, "description": description, **about}
        hass.async_run_hass_job(job, {"trigger": trigger}, context)

    return _attach(hass, _kind_of(config), config, fire)


if hasattr(getattr(ha_trigger, "Trigger", None), "async_attach_runner"):

    class SodaTrigger(ha_trigger.Trigger):
        """A trigger as newer versions of Home Assistant know them."""

        what: str

        @override
        @classmethod
        async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
            """Return a trigger's configuration if it is right."""
            checked: ConfigType = vol.Schema(_schema(cls.what))(config)
            return checked

        def __init__(self, hass: HomeAssistant, config: ha_trigger.TriggerConfig) -> None:
            """Take what was chosen."""
            super().__init__(hass, config)
            self._config = {CONF_TARGET: config.target, CONF_OPTIONS: config.options}

        @override
        async def async_attach_runner(
            self,
            run_action: ha_trigger.TriggerActionRunner,
            did_not_trigger: ha_trigger.TriggerNotTriggeredReporter | None = None,
        ) -> CALLBACK_TYPE:
            """Have an automation run when it happens."""
            return _attach(self._hass, self.what, self._config, run_action)

    async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[ha_trigger.Trigger]]:
        """Return the triggers by their keys."""
        return {what: type(what, (SodaTrigger,), {"what": what}) for what in OPTIONS}
