"""The newest snapshot, kept when the camera goes offline."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import override

from homeassistant.components.image import ImageEntity
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import Camera
from .coordinator import SodaConfigEntry, SodaCoordinator
from .entity import SodaEntity, async_add_for_cameras

PARALLEL_UPDATES = 0  # shows what is in memory

# Frontends ask for a picture whatever the state is, and would show a broken one. A lens.
NO_PHOTO = b"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" width="640" height="360">
  <rect width="640" height="360" fill="#37474f"/>
  <g fill="none" stroke="#90a4ae" stroke-width="10">
    <rect x="240" y="120" width="160" height="120" rx="20"/>
    <circle cx="320" cy="180" r="34"/>
  </g>
</svg>
"""


async def async_setup_entry(
    hass: HomeAssistant, entry: SodaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the newest snapshot of every camera."""
    await async_add_for_cameras(entry, async_add_entities, LastCapture)


class LastCapture(SodaEntity, ImageEntity):
    """Shows the newest snapshot, whoever had it taken; its state is the time it was taken."""

    key = "last_capture"

    def __init__(
        self, coordinator: SodaCoordinator, camera: Camera, subentry: ConfigSubentry
    ) -> None:
        """Bind to a camera."""
        SodaEntity.__init__(self, coordinator, camera, subentry)
        ImageEntity.__init__(self, coordinator.hass)

    @property
    @override
    def available(self) -> bool:
        """Whether there is a snapshot; one that was taken does not go away."""
        return self.soda.snapshots.last is not None or super().available

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the camera and its snapshots."""
        await super().async_added_to_hass()
        self.async_on_remove(self.soda.snapshots.taken.subscribe(self._taken))
        self._show()

    @override
    async def async_image(self) -> bytes:
        """Return the snapshot from memory; before there is one, what stands in its place."""
        if (snapshot := self.soda.snapshots.last) is None:
            self._attr_content_type = "image/svg+xml"
            return NO_PHOTO
        self._attr_content_type = snapshot.picture.content_type  # it may be newer than the state
        return snapshot.picture.content

    @callback
    def _taken(self) -> None:
        self._show()
        self.async_write_ha_state()

    def _show(self) -> None:
        if (snapshot := self.soda.snapshots.last) is not None:
            self._attr_content_type = snapshot.picture.content_type
            self._attr_image_last_updated = datetime.fromtimestamp(snapshot.captured_at, UTC)
