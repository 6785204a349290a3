"""The camera's speaker."""

from __future__ import annotations

from datetime import datetime
from typing import Any, override

from homeassistant.components import media_source
from homeassistant.components.media_player import (
    BrowseMedia,
    MediaPlayerDeviceClass,
    MediaPlayerEntity,
    MediaPlayerEntityFeature,
    MediaPlayerState,
    MediaType,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .coordinator import SodaConfigEntry
from .entity import SodaEntity, async_add_for_cameras
from .errors import translated
from .media import async_read_media
from .sound import async_make_sound

PARALLEL_UPDATES = 0  # cameras speak independently; the lane keeps each one's order


async def async_setup_entry(
    hass: HomeAssistant, entry: SodaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the speaker of every camera."""
    async_add_for_cameras(
        entry,
        async_add_entities,
        lambda coordinator, camera, subentry: [SodaSpeaker(coordinator, camera, subentry)],
    )


class SodaSpeaker(SodaEntity, MediaPlayerEntity):
    """Plays sounds at the camera.

    The platform only says that it has taken a sound, never that it was heard: the state
    is "playing" for as long as the sound lasts.
    """

    key = "speaker"
    _attr_device_class = MediaPlayerDeviceClass.SPEAKER
    _attr_state = MediaPlayerState.IDLE
    _attr_media_content_type = MediaType.MUSIC
    _attr_supported_features = (
        MediaPlayerEntityFeature.PLAY_MEDIA
        | MediaPlayerEntityFeature.MEDIA_ANNOUNCE
        | MediaPlayerEntityFeature.BROWSE_MEDIA
    )
    _cancel_end: CALLBACK_TYPE | None = None

    @override
    async def async_play_media(
        self, media_type: MediaType | str, media_id: str, **kwargs: Any
    ) -> None:
        """Send a media-source item or an address to the camera."""
        content = await async_read_media(self.hass, media_id, self.entity_id)
        with translated(self.camera_name):
            sound, seconds = await async_make_sound(self.hass, content)
            await self.soda.send_voice(sound)
        self._sent(seconds)

    @override
    async def async_browse_media(
        self,
        media_content_type: MediaType | str | None = None,
        media_content_id: str | None = None,
    ) -> BrowseMedia:
        """Show what there is to hear."""
        return await media_source.async_browse_media(
            self.hass,
            media_content_id,
            content_filter=lambda item: item.media_content_type.startswith("audio/"),
        )

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Forget the end of the sound that plays."""
        if self._cancel_end is not None:
            self._cancel_end()
        await super().async_will_remove_from_hass()

    @callback
    def _sent(self, seconds: float) -> None:
        if self._cancel_end is not None:
            self._cancel_end()
        self._attr_state = MediaPlayerState.PLAYING
        self._attr_media_duration = round(seconds)
        self._attr_media_position = 0
        self._attr_media_position_updated_at = dt_util.utcnow()
        self._cancel_end = async_call_later(self.hass, seconds, self._ended)
        self.async_write_ha_state()

    @callback
    def _ended(self, now: datetime) -> None:
        self._cancel_end = None
        self._attr_state = MediaPlayerState.IDLE
        self._attr_media_duration = None
        self._attr_media_position = None
        self._attr_media_position_updated_at = None
        self.async_write_ha_state()
