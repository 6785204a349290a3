"""What a live address leads to, by its first bytes.

The address is signed and must be used byte for byte; where it leads is not trusted.
"""

from __future__ import annotations

from enum import StrEnum

import aiohttp
from yarl import URL

from .body import pieces
from .fetch import Unfetchable, fetched

MAX_LOOK = 1 << 16  # bytes; what describes the picture comes within the first thousand
MAX_REDIRECTS = 3
SCHEMES = ("http", "https")  # of addresses that can be tried

_FLV = b"FLV"
_FLV_BEGINNING = 13  # bytes before the first tag
_TAG_HEADER, _TAG_TRAILER = 11, 4
_VIDEO = 9
_EXTENDED = 0x80  # the form of "Enhanced RTMP", with the codec's name in four letters
_CODECS = {7: "h264", 12: "h265"}  # 12 is a convention of Chinese platforms
_NAMES = {b"avc1": "h264", b"hvc1": "h265", b"hev1": "h265"}


class LiveContent(StrEnum):
    """What there is."""

    PLAYLIST = "playlist"
    H264 = "h264"  # in FLV, as the other ones
    H265 = "h265"
    OTHER = "other"


def content_of(data: bytes) -> LiveContent | None:
    """Tell what a live picture is by its first bytes, None if more of them are needed.

    Raises:
        Unfetchable: if it is none: a page of a gateway, for example.

    """
    if data.startswith(_FLV):
        return _video_of(data)
    if data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"#EXTM3U"):
        return LiveContent.PLAYLIST
    if len(data) < 16:  # noqa: PLR2004 - both would have begun
        return None
    raise Unfetchable("no live picture")


def _video_of(data: bytes) -> LiveContent | None:
    """Return the codec of the first picture of an FLV."""
    at = _FLV_BEGINNING
    while len(data) >= at + _TAG_HEADER + 5:
        if data[at] & 0x1F == _VIDEO:
            first, name = data[at + _TAG_HEADER], data[at + _TAG_HEADER + 1 :][:4]
            codec = _NAMES.get(name) if first & _EXTENDED else _CODECS.get(first & 0xF)
            return LiveContent(codec or "other")
        at += _TAG_HEADER + int.from_bytes(data[at + 1 : at + 4], "big") + _TAG_TRAILER
    return None


async def fetch_live_content(
    session: aiohttp.ClientSession, address: str, platform_host: str
) -> LiveContent:
    """Look at the beginning of a live picture, 64 kB at most, without any credentials.

    How long that may take is the caller's business.

    Args:
        session: a client session; see `fetch.fetched`.
        address: where it is, percent-encoding and all as the platform gave it.
        platform_host: the host name of the platform. Addresses in private networks are
            followed only for a platform that is in one itself.

    Raises:
        Unfetchable: if there is no live picture.

    """
    try:
        url = URL(address, encoded=True)
    except ValueError:
        raise Unfetchable("no address") from None
    data = bytearray()
    async with fetched(session, url, redirects=MAX_REDIRECTS, by=platform_host) as response:
        async for piece in pieces(response):
            data += piece
            if (found := content_of(bytes(data))) is not None:
                return found
            if len(data) > MAX_LOOK:
                return LiveContent.OTHER
    if data.startswith(_FLV):
        return LiveContent.OTHER  # cut before its first picture
    raise Unfetchable("no live picture")
