"""Bodies, inflated here in small pieces: aiohttp 3.11 inflates all that has come at once.

Nobody could count it before it fills the memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
import zlib

import aiohttp
from aiohttp.hdrs import ACCEPT_ENCODING, CONTENT_ENCODING
from multidict import CIMultiDict

# What can be inflated here, as aiohttp keeps headers: it would make them of a dict in every call.
ENCODINGS = CIMultiDict({ACCEPT_ENCODING: "gzip, deflate"})
LARGE = 2 << 20  # bytes; cameras' pictures are smaller
_PIECE = 1 << 16  # bytes that are inflated at a time: less than 1 ms
_ZLIB_OR_GZIP = zlib.MAX_WBITS | 32
_DEFLATE = 8  # RFC 1950, "CM"


async def read_limited(
    response: aiohttp.ClientResponse,
    limit: int,
    one_large: asyncio.Lock | None = None,
) -> bytes | None:
    """Read a body that is not inflated yet, or None if it is longer than `limit` bytes then.

    Whatever is larger than 2 MB waits for `one_large`, so that however many are read at the same
    time, all of them together stay within bounds.

    Raises:
        aiohttp.ClientError: if it breaks off, or nobody can read it.

    """
    if (response.content_length or 0) > limit:
        return None
    content = bytearray()
    try:
        async with AsyncExitStack() as turn, aclosing(pieces(response)) as body:
            async for piece in body:
                if one_large and len(content) <= LARGE < len(content) + len(piece):
                    await turn.enter_async_context(one_large)
                content += piece
                if len(content) > limit:
                    return None
            return bytes(content)
    finally:
        content.clear()  # or a traceback keeps it


async def pieces(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes]:
    """Give a body piece by piece, inflated, and let others run in between.

    Raises:
        aiohttp.ClientError: if it breaks off, or nobody can read it.

    """
    encoding = response.headers.get(CONTENT_ENCODING, "identity").strip().lower()
    if encoding in ("identity", ""):
        while chunk := await response.content.readany():
            yield chunk
    elif encoding in ("gzip", "x-gzip", "deflate"):
        try:
            async for piece in _inflated(response.content, encoding):
                yield piece
        except zlib.error:
            raise aiohttp.ClientPayloadError("nothing that can be inflated") from None
    else:
        raise aiohttp.ClientPayloadError("another encoding than was asked for")


async def _inflated(content: aiohttp.StreamReader, encoding: str) -> AsyncGenerator[bytes]:
    chunk = await content.readany()
    # Some send "deflate" without the header that belongs to it.
    bare = encoding == "deflate" and chunk and chunk[0] & 0xF != _DEFLATE
    inflate = zlib.decompressobj(-zlib.MAX_WBITS if bare else _ZLIB_OR_GZIP)
    while chunk and not inflate.eof:
        if piece := inflate.decompress(chunk, _PIECE):
            yield piece
        await asyncio.sleep(0)
        chunk = inflate.unconsumed_tail or await content.readany()
    if not inflate.eof:
        raise aiohttp.ClientPayloadError("broken off")
