"""Two sounds as one, without converting them."""

from __future__ import annotations

from io import BytesIO, FileIO
import wave

from ..api.errors import VoiceEmpty
from .formats import MIN_SOUND, recognise


def read_as_one(file: FileIO, gong: FileIO | None) -> bytes | None:
    """Return what a file holds, behind a gong if there is one; None: they have to be converted.

    Only wav of one kind can be put together as they are. Slow, so call it in a thread.

    Raises:
        VoiceEmpty: if there is nothing to hear behind the gong.

    """
    content = read_all(file)
    return content if gong is None else _joined(read_all(gong), content)


def read_all(file: FileIO) -> bytes:
    """Return what a file holds, from its beginning. Slow, so call it in a thread."""
    file.seek(0)
    return file.readall()


def _joined(first: bytes, second: bytes) -> bytes | None:
    kinds = [recognise(first), recognise(second)]
    if kinds[1] is not None and kinds[1].seconds < MIN_SOUND:
        raise VoiceEmpty
    if any(found is None or found.kind != "wav" for found in kinds):
        return None
    with wave.open(_whole(first)) as one, wave.open(_whole(second)) as other:
        if one.getparams()[:3] != other.getparams()[:3]:  # channels, bytes of a sample, rate
            return None
        made = BytesIO()
        with wave.open(made, "wb") as both:
            both.setparams(one.getparams())
            for part in (one, other):
                both.writeframes(part.readframes(part.getnframes()))
    return made.getvalue()


def _whole(content: bytes) -> BytesIO:
    """Return a wav with its true size at its head.

    What was written as a stream did not know it, and is cut by what stands there.
    """
    size = len(content) - 8
    return BytesIO(content[:4] + size.to_bytes(4, "little") + content[8:])
