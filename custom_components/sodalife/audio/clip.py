"""Clips that the platform can take, for as long as they are needed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from homeassistant.core import HomeAssistant

from ..api import Clip
from ..api.foreign import clean
from .clips import clips
from .find import async_find
from .gong import NO_GONG, async_gong
from .media import Media, async_allowed_file

MAX_TITLE = 120  # characters; it may be a whole spoken message


@asynccontextmanager
async def async_clip(
    hass: HomeAssistant,
    media_id: str,
    title: str | None = None,
    *,
    entity_id: str | None = None,
    gong: str = NO_GONG,
) -> AsyncIterator[Clip]:
    """Give a clip of a media-source item, or of what is behind an address, for an entity.

    `gong` is to be heard first; see `async_gong`.

    Raises:
        SodaError: if the platform cannot take it; see `Clips.clip_of`.
        HomeAssistantError: if there is nothing to be had.

    """
    media = await async_find(hass, media_id, entity_id)
    first = await async_gong(hass, gong, entity_id)
    async with async_media_clip(hass, media.after(first), title) as clip:
        yield clip


@asynccontextmanager
async def async_file_clip(
    hass: HomeAssistant, path: str, *, gong: str = NO_GONG
) -> AsyncIterator[Clip]:
    """Give a clip of a file in the folders that Home Assistant may use.

    `gong` is to be heard first; see `async_gong`.

    Raises:
        SodaError: if the platform cannot take it; see `Clips.clip_of`.
        HomeAssistantError: if the file is elsewhere, or there is none.

    """
    media = await async_allowed_file(hass, path)
    async with async_media_clip(hass, media.after(await async_gong(hass, gong, None))) as clip:
        yield clip


@asynccontextmanager
async def async_media_clip(
    hass: HomeAssistant, media: Media, title: str | None = None
) -> AsyncIterator[Clip]:
    """Give a clip of media that were found, under a title of one's own or theirs.

    Raises:
        SodaError, HomeAssistantError: see `Clips.clip_of`.

    """
    async with clips(hass).clip_of(media) as clip:
        yield replace(clip, title=clean(title or media.title, limit=MAX_TITLE) or None)
