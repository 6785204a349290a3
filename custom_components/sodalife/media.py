"""Bytes of the media that Home Assistant can play: TTS, local media, files, addresses."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote

import aiohttp
from homeassistant.components import media_source, tts
from homeassistant.components.media_player import async_process_play_media_url
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import raise_if_invalid_path
from yarl import URL

from .api.http import read_limited, reason
from .errors import invalid
from .sound import LARGEST_INPUT

TTS_PREFIX = "media-source://tts/"
LOCAL_PREFIX = "media-source://media_source/"
TTS_SECONDS = 30.0
FETCH_SECONDS = 60.0


async def async_read_media(hass: HomeAssistant, media_id: str, entity_id: str | None) -> bytes:
    """Return the bytes of a media-source item or an address.

    Raises:
        HomeAssistantError: if there are none to be had.

    """
    if media_id.startswith(TTS_PREFIX):
        return await _async_speech(hass, media_id.removeprefix(TTS_PREFIX))
    if not media_source.is_media_source_id(media_id):
        return await _async_fetch(hass, media_id)
    try:
        item = await media_source.async_resolve_media(hass, media_id, entity_id)
    except AssertionError:  # how an unknown file extension shows
        raise invalid("media_not_audio", media=media_id) from None
    path = getattr(item, "path", None) or _local_path(hass, media_id)
    if path is not None:
        return await async_read_file(hass, path)
    return await _async_fetch(hass, item.url)


async def _async_speech(hass: HomeAssistant, what: str) -> bytes:
    # Without the prefix, for Home Assistant 2026 takes "-stream-" ids in this form only.
    try:
        async with asyncio.timeout(TTS_SECONDS):
            _, content = await tts.async_get_media_source_audio(hass, what)
    except TimeoutError:
        raise invalid("tts_failed", reason="timeout") from None
    except (ValueError, KeyError) as err:
        raise invalid("tts_failed", reason=str(err)) from err
    return content


def _local_path(hass: HomeAssistant, media_id: str) -> Path | None:
    """Find the file of a local media item; Home Assistant 2025.4 does not name it."""
    if not media_id.startswith(LOCAL_PREFIX):
        return None
    folder, _, name = unquote(media_id.removeprefix(LOCAL_PREFIX)).partition("/")
    if (root := hass.config.media_dirs.get(folder)) is None or not name:
        return None
    try:
        raise_if_invalid_path(name)
    except ValueError:
        raise invalid("path_not_allowed", path=name) from None
    return Path(root) / name


async def async_read_allowed_file(hass: HomeAssistant, path: str) -> bytes:
    """Return the bytes of a file in the folders that Home Assistant may use.

    Raises:
        ServiceValidationError: if the file is elsewhere, or there is none.

    """
    await async_require_allowed(hass, path)
    return await async_read_file(hass, Path(path))


async def async_require_allowed(hass: HomeAssistant, path: str) -> None:
    """Refuse a path outside the folders that Home Assistant may use."""
    if not await hass.async_add_executor_job(hass.config.is_allowed_path, path):
        raise invalid("path_not_allowed", path=path)


async def async_read_file(hass: HomeAssistant, path: Path) -> bytes:
    """Return the bytes of a file, up to a limit."""

    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(LARGEST_INPUT + 1)

    try:
        content = await hass.async_add_executor_job(read)
    except OSError:
        raise invalid("file_not_readable", path=str(path)) from None
    if len(content) > LARGEST_INPUT:
        raise invalid("media_too_large", media=path.name)
    return content


async def _async_fetch(hass: HomeAssistant, address: str) -> bytes:
    url = URL(async_process_play_media_url(hass, address))
    if url.scheme not in ("http", "https"):
        raise invalid("media_not_readable", media=url.scheme, reason="not http(s)")
    try:
        async with async_get_clientsession(hass).get(
            url, timeout=aiohttp.ClientTimeout(total=FETCH_SECONDS)
        ) as response:
            if response.status != HTTPStatus.OK:
                raise _unreadable(url, f"HTTP {response.status}")
            content = await read_limited(response, LARGEST_INPUT)
    except TimeoutError:
        raise _unreadable(url, "timeout") from None
    except (aiohttp.ClientError, OSError, ValueError) as err:
        raise _unreadable(url, reason(err)) from None
    if content is None:
        raise invalid("media_too_large", media=url.name)
    return content


def _unreadable(url: URL, why: str) -> HomeAssistantError:
    # Only host and name: the query of such an address is often a signature.
    return invalid("media_not_readable", media=f"{url.host}/…/{url.name}", reason=why)
