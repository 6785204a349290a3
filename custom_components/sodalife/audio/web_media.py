"""Media behind an address, read within limits; where it leads is not trusted."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, aclosing
from io import FileIO

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util.hass_dict import HassKey
from yarl import URL

from ..api.body import pieces
from ..api.fetch import TooLarge, Unfetchable, as_given, fetched
from ..const import DOMAIN
from ..errors import failed, invalid
from .media import async_spooled, write_all

TIMEOUT = 60.0  # seconds
MAX_SIZE = 50 * 1000 * 1000  # bytes: an hour of mp3
MAX_REDIRECTS = 5
AT_A_TIME = 4  # what is fetched is kept on disk until it is converted
SLOTS: HassKey[asyncio.Semaphore] = HassKey(f"{DOMAIN}_fetch")


async def async_fetch(
    hass: HomeAssistant, address: str, session: aiohttp.ClientSession | None = None
) -> FileIO:
    """Return a file with the bytes behind an address, to be closed by whoever asked for it.

    An address that the user gave may be in the user's own network; a redirect from a
    public address may not lead there.

    Raises:
        HomeAssistantError: if there are none, too many, or not in time.

    """
    name = shown(address)
    try:
        url = as_given(address)
        async with hass.data.setdefault(SLOTS, asyncio.Semaphore(AT_A_TIME)):
            async with asyncio.timeout(TIMEOUT):
                return await _read(hass, session or async_get_clientsession(hass), url)
    except TimeoutError:
        raise failed("media_not_readable", media=name, reason="timeout") from None
    except TooLarge:
        raise invalid("media_too_large", media=name, limit=str(MAX_SIZE // 10**6)) from None
    except (Unfetchable, ValueError) as err:
        raise failed("media_not_readable", media=name, reason=str(err)) from None


def shown(address: str) -> str:
    """Return what may be shown of an address: its query is often a signature."""
    try:
        url = URL(address)
    except ValueError:
        return "?"
    return f"{url.host}/…/{url.name}" if url.host else url.path


async def _read(hass: HomeAssistant, session: aiohttp.ClientSession, url: URL) -> FileIO:
    async with fetched(session, url, redirects=MAX_REDIRECTS) as response:
        if (response.content_length or 0) > MAX_SIZE:
            raise TooLarge
        with ExitStack() as closing:
            file = closing.enter_context(await async_spooled(hass))
            await _fill(hass, file, response)
            closing.pop_all()
            return file


async def _fill(hass: HomeAssistant, file: FileIO, response: aiohttp.ClientResponse) -> None:
    size = 0
    async with aclosing(pieces(response)) as body:
        async for piece in body:
            if (size := size + len(piece)) > MAX_SIZE:
                raise TooLarge
            await hass.async_add_executor_job(write_all, file, piece)
