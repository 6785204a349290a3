"""Fetching a picture from an address that the platform hands out.

The address is signed and must be used byte for byte; where it leads is not trusted.
"""

from __future__ import annotations

import asyncio

import aiohttp
from yarl import URL

from .errors import PictureUnusable
from .fetch import TooLarge, Unfetchable, fetched, read_limited
from .models import Picture
from .picture_format import content_type_of

MAX_PICTURE = 20 << 20  # bytes
# Bytes. Cameras' pictures are smaller. Of those that are not, one is read at a time, however
# many come, so that all of them together stay within bounds.
LARGE = 2 << 20
TIMEOUT = 15.0  # seconds
MAX_REDIRECTS = 3


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
                content = await read_limited(response, MAX_PICTURE, LARGE, one_large)
    except TimeoutError:
        raise PictureUnusable("", "timeout") from None
    except ValueError:
        raise PictureUnusable("", "no address") from None
    except TooLarge:
        raise PictureUnusable("", "larger than 20 MB") from None
    except Unfetchable as err:
        raise PictureUnusable("", str(err)) from None
    if (mime := content_type_of(content)) is None:
        del content  # or the traceback keeps it
        raise PictureUnusable("", "not a picture")
    return Picture(content, mime)
