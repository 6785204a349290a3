"""Clips that the platform can take, made of whatever bytes there are."""

from __future__ import annotations

from homeassistant.core import HomeAssistant

from ..api import Clip, Sound
from ..api.errors import VoiceEmpty, VoiceTooLarge
from ..api.foreign import clean
from .formats import recognise
from .media import Media, async_read_allowed_file, async_read_media
from .transcode import async_to_mp3

MAX_SOUND = 20 * 1000 * 1000  # bytes; SodaLife "下发语音": 20M, in the stricter reading
MAX_TITLE = 120  # characters; it may be a whole spoken message
MIN_SOUND = 0.2  # seconds; the platform fails on anything very short


async def async_clip(
    hass: HomeAssistant, media_id: str, title: str | None = None, *, entity_id: str | None = None
) -> Clip:
    """Make a clip of a media-source item, or of what is behind an address, for an entity.

    Raises:
        SodaError: if the platform cannot take it; see `async_make_clip`.
        HomeAssistantError: if there is nothing to be had.

    """
    media = await async_read_media(hass, media_id, entity_id)
    return await async_make_clip(hass, media, title)


async def async_file_clip(hass: HomeAssistant, path: str) -> Clip:
    """Make a clip of a file in the folders that Home Assistant may use.

    Raises:
        SodaError: if the platform cannot take it; see `async_make_clip`.
        HomeAssistantError: if the file is elsewhere, or there is none.

    """
    media = await async_read_allowed_file(hass, path)
    return await async_make_clip(hass, media)


async def async_make_clip(hass: HomeAssistant, media: Media, title: str | None = None) -> Clip:
    """Make media into a clip: as they are if the platform can take them, else as mp3.

    Raises:
        VoiceEmpty: if there is nothing, or next to nothing, to hear.
        VoiceFormat: if it is no sound.
        VoiceTooLarge: if it stays over 20 MB.
        HomeAssistantError: if it cannot be converted here.

    """
    content = media.content
    if not content:
        raise VoiceEmpty
    found = await hass.async_add_executor_job(recognise, content)
    if found is None or len(content) > MAX_SOUND:
        content = await async_to_mp3(hass, content, MAX_SOUND)
        found = await hass.async_add_executor_job(recognise, content)
    if len(content) > MAX_SOUND:
        raise VoiceTooLarge
    if found is None or found.seconds < MIN_SOUND:
        raise VoiceEmpty
    name = clean(title or media.title, limit=MAX_TITLE) or None
    return Clip(Sound(bytes(content), found.kind), found.seconds, name)
