"""Fetching a picture from an address that the platform hands out.

The address is signed and must be used byte for byte; where it leads is not trusted.
"""

from __future__ import annotations

import asyncio

import aiohttp
from yarl import URL

from .body import read_limited
from .errors import PictureUnusable
from .fetch import Unfetchable, fetched
from .models import Picture

MAX_PICTURE = 20 << 20  # bytes
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
                content = await read_limited(response, MAX_PICTURE, one_large)
    except TimeoutError:
        raise PictureUnusable("", "timeout") from None
    except ValueError:
        raise PictureUnusable("", "no address") from None
    except Unfetchable as err:
        raise PictureUnusable("", str(err)) from None
    if content is None:
        raise PictureUnusable("", "larger than 20 MB")
    if (mime := content_type_of(content)) is None:
        del content  # or the traceback keeps it
        raise PictureUnusable("", "not a picture")
    return Picture(content, mime)
