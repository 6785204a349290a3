"""Media behind an address, read within limits; where it leads is not trusted."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from yarl import URL

from ..api.picture import is_public
from ..api.transport import reason
from ..errors import failed, invalid

TIMEOUT = 60.0  # seconds
# Bytes. An hour of mp3; and more would have to be moved about in memory for longer than
# the event loop may be held.
MAX_SIZE = 50 * 1000 * 1000
MAX_REDIRECTS = 5
_SCHEMES = ("http", "https")


async def async_fetch(hass: HomeAssistant, address: str) -> bytearray:
    """Return the bytes behind an address.

    An address that the user gave may be in the user's own network; a redirect from a
    public address may not lead there.

    Raises:
        HomeAssistantError: if there are none, too many, or not in time.

    """
    name = shown(address)
    try:
        url = _url(address)
        async with asyncio.timeout(TIMEOUT):
            return await _follow(async_get_clientsession(hass), url)
    except TimeoutError:
        raise failed("media_not_readable", media=name, reason="timeout") from None
    except _Unreadable as err:
        raise failed("media_not_readable", media=name, reason=str(err)) from None
    except (aiohttp.ClientError, OSError, ValueError) as err:
        raise failed("media_not_readable", media=name, reason=reason(err)) from None
    except _TooLarge:
        raise invalid("media_too_large", media=name, limit=str(MAX_SIZE // 10**6)) from None


def shown(address: str) -> str:
    """Return what may be shown of an address: its query is often a signature."""
    try:
        url = URL(address)
    except ValueError:
        return "?"
    return f"{url.host}/…/{url.name}" if url.host else url.path


class _Unreadable(Exception):
    """The answer is not the media."""


class _TooLarge(Exception):
    """The answer is longer than anybody wants to hear."""


def _url(address: str) -> URL:
    # Byte for byte where that is possible: yarl's quoting breaks some signatures.
    return URL(address, encoded=address.isascii() and " " not in address)


async def _follow(session: aiohttp.ClientSession, url: URL) -> bytearray:
    for _ in range(MAX_REDIRECTS + 1):
        if url.scheme not in _SCHEMES or not url.host:
            raise _Unreadable("not http(s)")
        async with session.get(url, allow_redirects=False) as response:
            location = response.headers.get("Location")
            if not HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST:
                return await _read(response)
            if location is None:
                raise _Unreadable(f"HTTP {response.status}")
        came_from, url = url, url.join(_url(location))
        if not await _may_lead(came_from, url):
            raise _Unreadable("redirect into a private network")
    raise _Unreadable("too many redirects")


async def _may_lead(came_from: URL, target: URL) -> bool:
    if not await is_public(came_from.host or "", came_from.port):
        return True
    return await is_public(target.host or "", target.port)


async def _read(response: aiohttp.ClientResponse) -> bytearray:
    if response.status != HTTPStatus.OK:
        raise _Unreadable(f"HTTP {response.status}")
    content = bytearray()
    if (response.content_length or 0) > MAX_SIZE:
        raise _TooLarge
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > MAX_SIZE:
            raise _TooLarge
    return content
