"""The camera's speaker."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any, override

from homeassistant.components import media_source
from homeassistant.components.media_player import (
    ATTR_MEDIA_ANNOUNCE,
    ATTR_MEDIA_ENQUEUE,
    ATTR_MEDIA_EXTRA,
    BrowseMedia,
    MediaPlayerDeviceClass,
    MediaPlayerEnqueue,
    MediaPlayerEntity,
    MediaPlayerEntityFeature,
    MediaPlayerState,
    MediaType,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .activity import Activity, note_activity
from .api import Place
from .audio.clip import async_clip
from .audio.gong import NO_GONG
from .const import OPT_GONG
from .coordinator import SodaConfigEntry
from .entity import SodaEntity, async_add_for_cameras
from .errors import translated
from .phrases import SCHEME, async_browse, async_say, name_of, phrases

ATTR_PHRASES = "phrases"

PARALLEL_UPDATES = 0  # cameras speak independently; each speaker keeps its order

# What plays cannot be interrupted, so "now" is as soon as it is over.
PLACES = {
    MediaPlayerEnqueue.ADD: Place.LAST,
    MediaPlayerEnqueue.NEXT: Place.NEXT,
    MediaPlayerEnqueue.PLAY: Place.NEXT,
    MediaPlayerEnqueue.REPLACE: Place.INSTEAD,
}


async def async_setup_entry(
    hass: HomeAssistant, entry: SodaConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the speaker of every camera."""
    await async_add_for_cameras(entry, async_add_entities, SodaSpeaker)


class SodaSpeaker(SodaEntity, MediaPlayerEntity):
    """Plays sounds at the camera, one after another.

    The platform only says that it has taken a sound, never that it was heard: the state
    is "playing" for as long as the sound lasts.
    """

    key = "speaker"
    _unrecorded_attributes = frozenset({ATTR_PHRASES})
    _attr_device_class = MediaPlayerDeviceClass.SPEAKER
    _attr_media_content_type = MediaType.MUSIC
    _attr_supported_features = (
        MediaPlayerEntityFeature.PLAY_MEDIA
        | MediaPlayerEntityFeature.MEDIA_ANNOUNCE
        | MediaPlayerEntityFeature.MEDIA_ENQUEUE
        | MediaPlayerEntityFeature.BROWSE_MEDIA
    )

    @property
    @override
    def state(self) -> MediaPlayerState:
        """Whether a sound plays, as far as can be told."""
        playing = self.soda.speaker.playing
        return MediaPlayerState.PLAYING if playing is not None else MediaPlayerState.IDLE

    @property
    @override
    def media_title(self) -> str | None:
        """What plays."""
        playing = self.soda.speaker.playing
        return playing.title if playing is not None else None

    @property
    @override
    def media_duration(self) -> int | None:
        """How long it plays in all, in seconds."""
        playing = self.soda.speaker.playing
        return max(1, round(playing.seconds)) if playing is not None else None

    @property
    @override
    def media_position(self) -> int | None:
        """Where it was when it began; Home Assistant counts on from there."""
        return 0 if self.soda.speaker.playing is not None else None

    @property
    @override
    def media_position_updated_at(self) -> datetime | None:
        """When it began."""
        playing = self.soda.speaker.playing
        return datetime.fromtimestamp(playing.since, UTC) if playing is not None else None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """What it can be told to say by a name, if anything."""
        names = list(phrases(self.coordinator.entry.options))
        return {ATTR_PHRASES: names} if names else None

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the camera, and the phrases in the options."""
        await super().async_added_to_hass()

        async def updated(hass: HomeAssistant, entry: SodaConfigEntry) -> None:
            self.async_write_ha_state()

        self.async_on_remove(self.coordinator.entry.add_update_listener(updated))

    @override
    async def async_play_media(
        self, media_type: MediaType | str, media_id: str, **kwargs: Any
    ) -> None:
        """Have a phrase, a media-source item or an address played; return when it is accepted."""
        by = self._context  # Home Assistant forgets it after some seconds
        gong = _extra(kwargs).get(OPT_GONG)
        with translated(self.camera_name):
            if (phrase := name_of(media_id)) is not None:
                await async_say(self, phrase, gong)
                note_activity(self.hass, self.soda, Activity.SPOKE, by)
                return
            if gong is None and kwargs.get(ATTR_MEDIA_ANNOUNCE):
                gong = self.coordinator.options[OPT_GONG]
            make = partial(
                async_clip,
                self.hass,
                media_id,
                _title(kwargs),
                entity_id=self.entity_id,
                gong=str(gong or NO_GONG),
            )
            await self.soda.speaker.play(make, _place(kwargs))
        note_activity(self.hass, self.soda, Activity.SPOKE, by)

    @override
    async def async_browse_media(
        self,
        media_content_type: MediaType | str | None = None,
        media_content_id: str | None = None,
    ) -> BrowseMedia:
        """Show what there is to hear: the phrases, and all sounds."""
        own = await async_browse(self.hass, self.coordinator.options)
        if media_content_id == SCHEME and own is not None:
            return own
        found = await media_source.async_browse_media(
            self.hass,
            media_content_id,
            content_filter=lambda item: item.media_content_type.startswith("audio/"),
        )
        if not media_content_id and own is not None:
            found.children = [own, *(found.children or ())]
        return found


def _place(wishes: dict[str, Any]) -> Place:
    if wishes.get(ATTR_MEDIA_ANNOUNCE):
        return Place.ANNOUNCEMENT
    return PLACES.get(wishes.get(ATTR_MEDIA_ENQUEUE, MediaPlayerEnqueue.ADD), Place.LAST)


def _title(wishes: dict[str, Any]) -> str | None:
    """Return the title that the caller gave, the way that casting takes it, too."""
    extra = _extra(wishes)
    metadata = extra.get("metadata")
    title = extra.get("title") or (metadata.get("title") if isinstance(metadata, dict) else None)
    return str(title) if title else None


def _extra(wishes: dict[str, Any]) -> dict[str, Any]:
    return wishes.get(ATTR_MEDIA_EXTRA) or {}
