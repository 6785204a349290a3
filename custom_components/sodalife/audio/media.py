"""Bytes of the media that Home Assistant can play: speech, local media, files, addresses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from homeassistant.components import media_source
from homeassistant.components.media_player import async_process_play_media_url
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import raise_if_invalid_path

from ..errors import failed, invalid
from .formats import Content
from .speech import SOURCE as SPEECH, async_read_proxied, async_read_speech, title_of
from .web_media import async_fetch, shown

LOCAL = "media-source://media_source/"
MAX_FILE = 200 * 1000 * 1000  # bytes that are read in order to be converted


@dataclass(frozen=True, slots=True)
class Media:
    """The bytes of something to hear, and what to call it."""

    content: Content
    title: str | None


async def async_read_media(hass: HomeAssistant, media_id: str, entity_id: str | None) -> Media:
    """Return a media-source item, or what is behind an address.

    Raises:
        HomeAssistantError: if there is nothing to be had.

    """
    if media_id.startswith(SPEECH):
        return Media(await async_read_speech(hass, media_id), title_of(media_id))
    if media_id.startswith(LOCAL):
        return await async_read_allowed_file(hass, _local_path(hass, media_id))
    if not media_source.is_media_source_id(media_id):
        return await _async_read_address(hass, media_id)
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
        return await _async_read_file(hass, path)
    return await _async_read_address(hass, item.url)


async def async_read_allowed_file(hass: HomeAssistant, path: str) -> Media:
    """Return a file in the folders that Home Assistant may use.

    Raises:
        ServiceValidationError: if the file is elsewhere, or there is none.

    """
    await async_require_allowed(hass, path)
    return await _async_read_file(hass, Path(path))


async def async_require_allowed(hass: HomeAssistant, path: str) -> None:
    """Refuse a path outside the folders that Home Assistant may use."""
    try:
        allowed = await hass.async_add_executor_job(hass.config.is_allowed_path, path)
    except (OSError, ValueError):  # no file could have this name
        allowed = False
    if not allowed:
        raise invalid("path_not_allowed", path=path)


def _local_path(hass: HomeAssistant, media_id: str) -> str:
    """Find the file of a local media item, whatever its name ends in."""
    folder, _, name = media_id.removeprefix(LOCAL).partition("/")
    if (root := hass.config.media_dirs.get(folder)) is None or not name:
        raise invalid("file_not_readable", path=f"{folder}/{name}")
    try:
        raise_if_invalid_path(name)
    except ValueError:
        raise invalid("path_not_allowed", path=name) from None
    return str(Path(root) / name)


async def _async_read_file(hass: HomeAssistant, path: Path) -> Media:
    def read() -> bytes:
        if not path.is_file():
            raise FileNotFoundError  # or a pipe, which could keep this thread for ever
        with path.open("rb") as file:
            return file.read(MAX_FILE + 1)

    try:
        content = await hass.async_add_executor_job(read)
    except OSError:
        raise invalid("file_not_readable", path=str(path)) from None
    if len(content) > MAX_FILE:
        raise invalid("media_too_large", media=path.name, limit=str(MAX_FILE // 10**6))
    return Media(content, path.name)


async def _async_read_address(hass: HomeAssistant, address: str) -> Media:
    if (speech := await async_read_proxied(hass, address)) is not None:
        return Media(speech, None)
    try:
        url = async_process_play_media_url(hass, address)
    except (HomeAssistantError, ValueError) as err:
        raise failed("media_not_readable", media=shown(address), reason=str(err)) from err
    return Media(await async_fetch(hass, url), unquote(shown(url).rpartition("/")[2]) or None)
