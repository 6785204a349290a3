"""Makes a JPEG of a stream's next key frame."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from typing import Any

import av

from .reader import Portion, SourceError
from .streams import Stream

PATIENCE = 8.0  # seconds until a key frame


class _KeyFrame:
    """A viewer that wants one key frame."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[bytes] = asyncio.Queue()

    def put(self, portion: Portion) -> None:
        """Take it when it comes."""
        if portion.is_key:
            self.frames.put_nowait(bytes(portion.packet))


async def picture(stream: Stream, width: int | None, height: int | None) -> bytes:
    """Return a stream's picture, in its own or the given size; raise SourceError if none comes."""
    await stream.open()
    viewer = _KeyFrame()
    stream.join(viewer)
    try:
        async with asyncio.timeout(PATIENCE):
            data = await viewer.frames.get()
    except TimeoutError as error:
        raise SourceError("no picture came") from error
    finally:
        stream.leave(viewer)
    return await asyncio.to_thread(_jpeg, data, width, height)


def _jpeg(data: bytes, width: int | None, height: int | None) -> bytes:
    decoder: Any = av.CodecContext.create("h264", "r")
    frames = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]
    if not frames:
        raise SourceError("the key frame cannot be decoded")
    frame = frames[0]
    if width and not height:
        height = round(width * frame.height / frame.width)
    elif height and not width:
        width = round(height * frame.width / frame.height)
    frame = frame.reformat(width or frame.width, height or frame.height, "yuvj420p")
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = frame.width, frame.height
    encoder.pix_fmt, encoder.time_base = frame.format.name, Fraction(1, 1)
    return b"".join(map(bytes, [*encoder.encode(frame), *encoder.encode(None)]))
