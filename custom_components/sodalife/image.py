"""The newest photo, kept when the camera goes offline."""

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


async def async_setup_entry(
    hass: HomeAssistant, entry: SodaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the newest photo of every camera."""
    await async_add_for_cameras(entry, async_add_entities, LastCapture)


class LastCapture(SodaEntity, ImageEntity):
    """Shows the newest photo, whoever had it taken; its state is the time of the photo."""

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
        """Whether there is a photo; one that was taken does not go away."""
        return self.soda.stills.last is not None or super().available

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the camera and its photos."""
        await super().async_added_to_hass()
        self.async_on_remove(self.soda.stills.subscribe(self._taken))
        self._show()

    @override
    async def async_image(self) -> bytes | None:
        """Return the photo from memory."""
        still = self.soda.stills.last
        return None if still is None else still.picture.content

    @callback
    def _taken(self) -> None:
        self._show()
        self.async_write_ha_state()

    def _show(self) -> None:
        if (still := self.soda.stills.last) is not None:
            self._attr_content_type = still.picture.content_type
            self._attr_image_last_updated = datetime.fromtimestamp(still.captured_at, UTC)
