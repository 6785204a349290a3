"""Notifications that the camera speaks."""

from __future__ import annotations

from functools import partial
from typing import override

from homeassistant.components.notify import NotifyEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .activity import Activity, note_activity
from .api import Place
from .api.errors import VoiceEmpty
from .audio.clip import async_clip
from .audio.speech import async_speech_id
from .const import OPT_GONG, OPT_TTS_ENGINE
from .coordinator import SodaConfigEntry
from .entity import SodaEntity, async_add_for_cameras
from .errors import translated

PARALLEL_UPDATES = 0  # cameras speak independently; each speaker keeps its order


async def async_setup_entry(
    hass: HomeAssistant, entry: SodaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the voice of every camera."""
    await async_add_for_cameras(entry, async_add_entities, SodaVoice)


class SodaVoice(SodaEntity, NotifyEntity):
    """Speaks messages at the camera, the way an announcement is spoken."""

    key = "speaker"

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Have a message spoken, and return when the platform has accepted it."""
        by = self._context  # Home Assistant forgets it after some seconds
        with translated(self.camera_name):
            if not message.strip():
                raise VoiceEmpty
            options = self.coordinator.options
            media_id = async_speech_id(self.hass, message, options.get(OPT_TTS_ENGINE))
            make = partial(
                async_clip, self.hass, media_id, entity_id=self.entity_id, gong=options[OPT_GONG]
            )
            await self.soda.speaker.play(make, Place.ANNOUNCEMENT)
        note_activity(self.hass, self.soda, Activity.SPOKE, by)
