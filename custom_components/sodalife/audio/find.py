"""Finding what somebody wants to be heard: speech, local media, files, addresses."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from urllib.parse import unquote

from homeassistant.components import media_source
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import raise_if_invalid_path

from ..errors import failed, invalid
from .media import Media, async_allowed_file, async_file
from .own_address import async_fetch_own, own_path_of
from .speech import SOURCE as SPEECH, async_read_proxied, async_read_speech, proxied, title_of
from .web_media import async_fetch, shown

LOCAL = "media-source://media_source/"
# Paths of Home Assistant's own server, and what is known under them (`frontend`, `media_source`).
WWW, MEDIA = "/local/", "/media/"


async def async_find(hass: HomeAssistant, media_id: str, entity_id: str | None) -> Media:
    """Return a media-source item, or what is behind an address, for an entity.

    Raises:
        HomeAssistantError: if there is nothing to be had.

    """
    if media_id.startswith(SPEECH):
        read = partial(async_read_speech, hass, media_id)
        return Media(media_id, title_of(media_id), read, lasting=True)
    if media_id.startswith(LOCAL):
        return await _async_local(hass, media_id.removeprefix(LOCAL))
    if not media_source.is_media_source_id(media_id):
        return await _async_behind(hass, media_id)
    try:
        item = await media_source.async_resolve_media(hass, media_id, entity_id)
    except AssertionError:  # how an unknown file extension shows
        raise invalid("media_not_audio", media=media_id) from None
    except HomeAssistantError as err:
        raise failed("media_not_readable", media=media_id, reason=str(err)) from err
    except Exception as err:  # whatever a media source raises
        why = type(err).__name__
        raise failed("media_not_readable", media=media_id, reason=why) from err
    path: Path | None = getattr(item, "path", None)  # Home Assistant 2025.4 has none
    if path is not None:
        return await async_file(hass, path)
    return await _async_behind(hass, item.url)


async def _async_local(hass: HomeAssistant, name: str) -> Media:
    """Return a local media item, whatever its name ends in."""
    folder, _, file = name.partition("/")
    if (root := hass.config.media_dirs.get(folder)) is None:
        raise invalid("file_not_readable", path=name)
    return await _async_within(hass, root, file)


async def _async_within(hass: HomeAssistant, folder: str, name: str) -> Media:
    if not name:
        raise invalid("file_not_readable", path=folder)
    try:
        raise_if_invalid_path(name)
    except ValueError:
        raise invalid("path_not_allowed", path=name) from None
    return await async_allowed_file(hass, str(Path(folder) / name))


async def _async_behind(hass: HomeAssistant, address: str) -> Media:
    title = unquote(shown(address).rpartition("/")[2]) or None
    if (own := own_path_of(hass, address)) is None:
        return Media(address, title, partial(async_fetch, hass, address))
    if (speech := proxied(hass, own)) is not None:
        read = partial(async_read_proxied, hass, speech)
        return Media(own.path, None, read, lasting=True)
    if own.path.startswith(WWW):
        return await _async_within(hass, hass.config.path("www"), own.path.removeprefix(WWW))
    folder, _, name = own.path.removeprefix(MEDIA).partition("/")
    if own.path.startswith(MEDIA) and folder in hass.config.media_dirs:
        return await _async_within(hass, hass.config.media_dirs[folder], name)
    return Media(str(own), title, partial(async_fetch_own, hass, own))
