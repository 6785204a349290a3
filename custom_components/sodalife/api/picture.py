"""Fetching a picture from an address that the platform hands out.

The address is signed and must be used byte for byte; where it leads is not trusted.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, aclosing

import aiohttp
from yarl import URL

from .errors import PictureUnusable
from .fetch import TooLarge, Unfetchable, fetched, pieces
from .models import Picture

MAX_PICTURE = 20 << 20  # bytes
# Bytes. Cameras' pictures are smaller. Of those that are not, one is read at a time, however
# many come, so that all of them together stay within bounds.
LARGE = 2 << 20
TIMEOUT = 15.0  # seconds
MAX_REDIRECTS = 3
_MAGIC = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


def content_type_of(content: bytes) -> str | None:
    """Return the MIME type of a picture by its first bytes, None if it is no picture."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for magic, mime in _MAGIC if content.startswith(magic)), None)


async def fetch_picture(
    session: aiohttp.ClientSession,
    address: str,
    platform_host: str,
    one_large: asyncio.Lock | None = None,
) -> Picture:
    """Fetch a picture without any credentials.

    Args:
        session: a client session; see `fetch.fetched`.
        address: where it is, percent-encoding and all as the platform gave it.
        platform_host: the host name of the platform. Addresses in private networks are
            followed only for a platform that is in one itself.
        one_large: what all who fetch have in common, so that one large picture is read at a time.

    Raises:
        PictureUnusable: if there is no picture of at most 20 MB behind the address.

    """
    try:
        async with asyncio.timeout(TIMEOUT):
            url = URL(address, encoded=True)
            async with fetched(session, url, redirects=MAX_REDIRECTS, by=platform_host) as response:
                content = await _read(response, one_large or asyncio.Lock())
    except TimeoutError:
        raise PictureUnusable("", "timeout") from None
    except ValueError:
        raise PictureUnusable("", "no address") from None
    except Unfetchable as err:
        raise PictureUnusable("", str(err)) from None
    if (mime := content_type_of(content)) is None:
        del content  # or the traceback keeps it
        raise PictureUnusable("", "not a picture")
    return Picture(content, mime)


async def _read(response: aiohttp.ClientResponse, one_large: asyncio.Lock) -> bytes:
    if (response.content_length or 0) > MAX_PICTURE:
        raise TooLarge("larger than 20 MB")
    content = bytearray()
    try:
        async with AsyncExitStack() as turn, aclosing(pieces(response)) as body:
            async for piece in body:
                if len(content) <= LARGE < len(content) + len(piece):
                    await turn.enter_async_context(one_large)
                content += piece
                if len(content) > MAX_PICTURE:
                    raise TooLarge("larger than 20 MB")
            return bytes(content)
    finally:
        content.clear()  # or a traceback keeps it
