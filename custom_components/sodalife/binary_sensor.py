"""Whether a camera is connected to the platform."""

from __future__ import annotations

from typing import override

from homeassistant.components.binary_sensor import BinarySensorDeviceClass, BinarySensorEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SodaConfigEntry
from .entity import SodaEntity, async_add_for_cameras

PARALLEL_UPDATES = 0  # reads what is known


async def async_setup_entry(
    hass: HomeAssistant, entry: SodaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensor of every camera."""
    await async_add_for_cameras(entry, async_add_entities, OnlineSensor)


class OnlineSensor(SodaEntity, BinarySensorEntity):
    """On while the camera is connected; unknown until something was heard of it."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    key = "online"

    @property
    @override
    def available(self) -> bool:
        """Whether the platform can be reached: an offline camera is worth saying."""
        return self.can_be_asked

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether the camera is connected."""
        return self.soda.device.online
