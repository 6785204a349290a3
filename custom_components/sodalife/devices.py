"""The cameras as Home Assistant's device registry knows them."""

from __future__ import annotations

from collections.abc import Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .api.signal import Signal
from .const import DOMAIN

NAMES = {"name", "name_by_user"}  # of a device, as the registry calls them


class Devices:
    """The registered devices of one config entry, by their serials.

    Attributes:
        disabled: the serials of those that the user has disabled. Nobody sees anything of them.
        changed: a device was disabled or enabled (its serial).
        renamed: a device has another name (its serial).

    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Follow the devices of an entry for as long as it is loaded."""
        self._registry = dr.async_get(hass)
        self._entry = entry
        self.disabled = {serial for serial, device in self._all().items() if device.disabled}
        self.changed: Signal[[str]] = Signal()
        self.renamed: Signal[[str]] = Signal()
        forget = hass.bus.async_listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, self._updated)
        entry.async_on_unload(forget)

    def name_of(self, serial: str) -> str | None:
        """Return the name that the user gave a device, or else we did."""
        if (device := self._all().get(serial)) is None:
            return None
        return device.name_by_user or device.name

    def rename(self, titles: Mapping[str, str]) -> None:
        """Give the devices the names that hold where the user gave none."""
        devices = self._all()
        for serial, title in titles.items():
            if (device := devices.get(serial)) is not None and device.name != title:
                self._registry.async_update_device(device.id, name=title)

    def _all(self) -> dict[str, dr.DeviceEntry]:
        devices = dr.async_entries_for_config_entry(self._registry, self._entry.entry_id)
        return {serial: device for device in devices if (serial := _serial_of(device)) is not None}

    @callback
    def _updated(self, event: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
        """Learn that a device, of whomever, was added or changed."""
        device = self._registry.async_get(event.data["device_id"])
        serial = _serial_of(device) if isinstance(device, dr.DeviceEntry) else None
        if device is None or serial is None:
            return
        toggled = device.disabled is not (serial in self.disabled)
        renamed = event.data["action"] == "update" and NAMES & event.data["changes"].keys()
        if not (toggled or renamed) or serial not in self._all():
            return
        if toggled:
            self.disabled ^= {serial}
            self.changed.emit(serial)
        if renamed:
            self.renamed.emit(serial)


def camera_entity(hass: HomeAssistant, serial: str) -> er.RegistryEntry | None:
    """Return a camera's own entity as it is registered, whether or not it is there."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id(Platform.CAMERA, DOMAIN, f"{serial}_camera")
    return registry.async_get(entity_id) if entity_id is not None else None


def _serial_of(device: dr.DeviceEntry) -> str | None:
    # Others' identifiers may have more parts than two.
    return next((found[1] for found in device.identifiers if found[0] == DOMAIN), None)
