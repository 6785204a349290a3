"""What all entities of a camera have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import Camera
from .const import DOMAIN, OPT_POLL_INTERVAL
from .coordinator import SodaConfigEntry, SodaCoordinator

type MakeEntity = Callable[[SodaCoordinator, Camera, ConfigSubentry], SodaEntity]


async def async_add_for_cameras(
    entry: SodaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback, *make: MakeEntity
) -> None:
    """Make the entities of every camera, and of those that are added later."""
    coordinator = entry.runtime_data

    def add(camera: Camera, subentry: ConfigSubentry) -> None:
        async_add_entities(
            [make_one(coordinator, camera, subentry) for make_one in make],
            config_subentry_id=subentry.subentry_id,
        )

    await coordinator.async_for_each_camera(add)


class SodaEntity(Entity):
    """An entity of one camera; `key` names it within the camera."""

    key: str
    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self, coordinator: SodaCoordinator, camera: Camera, subentry: ConfigSubentry
    ) -> None:
        """Bind to a camera."""
        self.coordinator = coordinator
        self.soda = camera
        self._subentry = subentry
        self._attr_unique_id = f"{camera.serial}_{self.key}"
        self._attr_translation_key = self.key

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """The camera as a device; asked for again when an entity is given another id."""
        return DeviceInfo(
            identifiers={(DOMAIN, self.soda.serial)},
            manufacturer="EZVIZ",
            name=self._title,
            serial_number=self.soda.serial,
        )

    @property
    def _title(self) -> str:
        """The name that the camera was given, or last had."""
        subentries = self.coordinator.entry.subentries
        return subentries.get(self._subentry.subentry_id, self._subentry).title

    @property
    def camera_name(self) -> str:
        """The camera's name as the user knows it."""
        device = self.device_entry
        return (device and (device.name_by_user or device.name)) or self._title

    @property
    def can_be_asked(self) -> bool:
        """Whether the platform answers for the camera, as far as is known.

        Where nothing is asked but what users ask for, they have to be able to ask: nobody else
        would find out that it answers again.
        """
        return not self.is_checked or self.soda.reachable

    @property
    def is_checked(self) -> bool:
        """Whether the camera is asked now and then if it can be reached."""
        return float(self.coordinator.options[OPT_POLL_INTERVAL]) > 0

    @property
    @override
    def available(self) -> bool:
        """Whether the platform and, as far as is known, the camera can be reached."""
        offline = self.is_checked and self.soda.device.online is False
        return self.can_be_asked and not offline

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the camera."""
        await super().async_added_to_hass()
        self.async_on_remove(self.soda.device.changed.subscribe(self.async_write_ha_state))
