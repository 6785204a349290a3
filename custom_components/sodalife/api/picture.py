"""Fetching a picture from an address that the platform hands out.

The address is signed and must be used byte for byte; where it leads is not trusted.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
import ipaddress
import socket

import aiohttp
from yarl import URL

from .errors import PictureUnusable
from .models import Picture
from .transport import reason

MAX_PICTURE = 20 << 20  # bytes
TIMEOUT = 15.0  # seconds
MAX_REDIRECTS = 3
_SCHEMES = ("http", "https")
_MAGIC = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


def content_type_of(content: bytes) -> str | None:
    """Return the MIME type of a picture by its first bytes, None if it is no picture."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for magic, mime in _MAGIC if content.startswith(magic)), None)


async def read_limited(response: aiohttp.ClientResponse, limit: int) -> bytes | None:
    """Read a body, or None if it is longer than `limit` bytes."""
    if (response.content_length or 0) > limit:
        return None
    chunks = bytearray()
    async for chunk in response.content.iter_any():
        chunks += chunk
        if len(chunks) > limit:
            return None
    return bytes(chunks)


async def fetch_picture(
    session: aiohttp.ClientSession, address: str, platform_host: str
) -> Picture:
    """Fetch a picture without any credentials.

    Args:
        session: a client session.
        address: where it is, percent-encoding and all as the platform gave it.
        platform_host: the host name of the platform. Addresses in private networks are
            followed only for a platform that is in one itself.

    Raises:
        PictureUnusable: if there is no picture of at most 20 MB behind the address.

    """
    try:
        async with asyncio.timeout(TIMEOUT):
            return await _follow(session, URL(address, encoded=True), platform_host)
    except TimeoutError:
        raise PictureUnusable("", "timeout") from None
    except (aiohttp.ClientError, OSError, ValueError) as err:
        raise PictureUnusable("", reason(err)) from None


async def _follow(session: aiohttp.ClientSession, url: URL, platform_host: str) -> Picture:
    for _ in range(MAX_REDIRECTS + 1):
        await _check_target(url, platform_host)
        async with session.get(url, allow_redirects=False) as response:
            location = response.headers.get("Location")
            if HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST and location:
                url = url.join(URL(location, encoded=True))
                continue
            if response.status != HTTPStatus.OK:
                raise PictureUnusable("", f"HTTP {response.status}")
            return _picture(await read_limited(response, MAX_PICTURE))
    raise PictureUnusable("", "too many redirects")


def _picture(content: bytes | None) -> Picture:
    if content is None:
        raise PictureUnusable("", "larger than 20 MB")
    if (mime := content_type_of(content)) is None:
        raise PictureUnusable("", "not a picture")
    return Picture(content, mime)


async def _check_target(url: URL, platform_host: str) -> None:
    """Refuse addresses that lead into the user's own network."""
    if url.scheme not in _SCHEMES or not url.host:
        raise PictureUnusable("", "address of another scheme")
    if url.host == platform_host or await is_public(url.host, url.port):
        return
    if await is_public(platform_host, None):
        raise PictureUnusable("", "address in a private network")


async def is_public(host: str, port: int | None) -> bool:
    """Tell whether a host is out on the internet."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return all(ipaddress.ip_address(entry[4][0]).is_global for entry in found)
