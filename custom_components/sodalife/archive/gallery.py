"""Whose photos there are, and who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import DOMAIN
from ..devices import camera_entity
from .layout import archive_root, day_of, time_of
from .slugs import SLUG, SLUGS


@dataclass(frozen=True, slots=True)
class Album:
    """The photos of one camera.

    Attributes:
        entry_id: the config entry that the camera belongs to, or belonged to.
        camera: the folder of the camera, a slug.
        serial: the camera's serial number, not to be shown.

    """

    entry_id: str
    camera: str
    serial: str

    def name(self, hass: HomeAssistant) -> str:
        """Return what the user calls the camera; its folder if it is gone."""
        entity = self._entity(hass)
        device = entity and entity.device_id and dr.async_get(hass).async_get(entity.device_id)
        return (device and (device.name_by_user or device.name)) or self.camera

    def may_be_seen(self, hass: HomeAssistant, user: User | None) -> bool:
        """Tell whether somebody may see them; nobody in particular, as an automation is, may."""
        if user is None or user.permissions.access_all_entities(POLICY_READ):
            return True
        entity = self._entity(hass)
        return entity is not None and user.permissions.check_entity(entity.entity_id, POLICY_READ)

    def _entity(self, hass: HomeAssistant) -> er.RegistryEntry | None:
        return camera_entity(hass, self.serial)


def albums(hass: HomeAssistant, user: User | None) -> list[Album]:
    """Return the albums that somebody may see, whether or not there is a photo in them."""
    found = (
        Album(entry.entry_id, camera, serial)
        for entry in hass.config_entries.async_entries(DOMAIN)
        for camera, serial in hass.data[SLUGS].serials(entry.entry_id).items()
    )
    return [album for album in found if album.may_be_seen(hass, user)]


def photo_path(hass: HomeAssistant, camera: str, day: str, name: str) -> Path | None:
    """Return the file of a photo, None if no photo can be called so; it may not be there."""
    root, found = archive_root(hass), day_of(day)
    if root is None or SLUG.fullmatch(camera) is None:
        return None
    if found is None or time_of(found, name) is None:
        return None
    return root / camera / day / name
