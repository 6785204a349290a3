"""As many entities as the integration makes, that do nothing: what Home Assistant itself costs."""

from __future__ import annotations

from typing import cast

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.button import ButtonEntity
from homeassistant.components.camera import Camera
from homeassistant.components.image import ImageEntity
from homeassistant.components.media_player import MediaPlayerEntity
from homeassistant.components.notify import NotifyEntity
from homeassistant.components.sensor import SensorEntity
from homeassistant.config_entries import HANDLERS, ConfigEntry, ConfigFlow, ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from pytest_homeassistant_custom_component.common import (
    MockModule,
    MockPlatform,
    mock_integration,
    mock_platform,
)

DOMAIN = "bare"
# By platform: how many entities a camera has there, and how many of them are disabled at first.
COUNTS = {
    Platform.BINARY_SENSOR: (1, 0),
    Platform.BUTTON: (15, 9),
    Platform.CAMERA: (1, 0),
    Platform.IMAGE: (1, 0),
    Platform.MEDIA_PLAYER: (1, 0),
    Platform.NOTIFY: (1, 0),
    Platform.SENSOR: (2, 1),
}


class BareEntity(Entity):
    """An entity with a name, a unique id and a device."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, serial: str, number: int, *, enabled: bool) -> None:
        """Be one of a camera's."""
        self._attr_unique_id = f"{serial}_{number}"
        self._attr_name = f"Entity {number}"
        self._attr_entity_registry_enabled_default = enabled
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, serial)}, name=serial)


class _Camera(BareEntity, Camera):
    def __init__(self, serial: str, number: int, *, enabled: bool) -> None:
        super().__init__(serial, number, enabled=enabled)
        Camera.__init__(self)


class _Image(BareEntity, ImageEntity):
    def __init__(self, hass: HomeAssistant, serial: str, number: int, *, enabled: bool) -> None:
        super().__init__(serial, number, enabled=enabled)
        ImageEntity.__init__(self, hass)


class _BinarySensor(BareEntity, BinarySensorEntity):
    pass


class _Button(BareEntity, ButtonEntity):
    pass


class _MediaPlayer(BareEntity, MediaPlayerEntity):
    pass


class _Notify(BareEntity, NotifyEntity):
    pass


class _Sensor(BareEntity, SensorEntity):
    pass


CLASSES: dict[Platform, type[BareEntity]] = {
    Platform.BINARY_SENSOR: _BinarySensor,
    Platform.BUTTON: _Button,
    Platform.CAMERA: _Camera,
    Platform.MEDIA_PLAYER: _MediaPlayer,
    Platform.NOTIFY: _Notify,
    Platform.SENSOR: _Sensor,
}


def entities_of(
    hass: HomeAssistant, platform: Platform, subentry: ConfigSubentry
) -> list[BareEntity]:
    """Make a camera's entities of one platform."""
    count, disabled = COUNTS[platform]
    serial = subentry.unique_id or ""
    return [
        _Image(hass, serial, number, enabled=True)
        if platform is Platform.IMAGE
        else CLASSES[platform](serial, number, enabled=number >= disabled)
        for number in range(count)
    ]


class _BarePlatform:
    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def async_setup_entry(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        async_add_entities: AddConfigEntryEntitiesCallback,
    ) -> None:
        for subentry in entry.subentries.values():
            async_add_entities(
                entities_of(hass, self._platform, subentry), config_subentry_id=subentry.subentry_id
            )


def install(hass: HomeAssistant) -> None:
    """Make the integration known to a Home Assistant."""

    async def set_up(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        await hass.config_entries.async_forward_entry_setups(entry, COUNTS)
        return True

    mock_integration(hass, MockModule(DOMAIN, async_setup_entry=set_up))
    mock_platform(hass, f"{DOMAIN}.config_flow", None)
    HANDLERS[DOMAIN] = ConfigFlow  # never started
    for platform in COUNTS:
        mock_platform(hass, f"{DOMAIN}.{platform}", cast("MockPlatform", _BarePlatform(platform)))
