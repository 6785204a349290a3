"""Sound files: what they are by their content, and what is in them."""

from __future__ import annotations

import array
from dataclasses import dataclass
import io
from typing import TYPE_CHECKING, Final

from .codes import PlatformError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES: Final = 20 * 1024 * 1024
MIN_SECONDS: Final = 0.2
PEAKS: Final = 200
CONTENT_TYPES: Final = {"wav": "audio/wav", "mp3": "audio/mpeg", "aac": "audio/aac"}
BLOCK_SECONDS: Final = 0.01  # loudness is kept per block while decoding, not sample by sample
FULL_SCALE: Final = 32768


@dataclass(frozen=True, slots=True)
class Sound:
    """What decoding a file tells."""

    duration: float  # seconds
    sample_rate: int  # Hz
    channels: int
    peaks: list[float]  # about 200 of 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A sound a camera received."""

    number: int  # counts from 1 per camera
    data: bytes
    filename: str
    kind: str  # wav, mp3, aac
    received: float  # seconds since the epoch
    duration: float  # seconds
    sample_rate: int  # Hz
    channels: int
    peaks: list[float]  # about 200 of 0 to 1

    @property
    def content_type(self) -> str:
        """The media type to serve it with."""
        return CONTENT_TYPES[self.kind]


def recognise(data: bytes) -> str:
    """Return wav, mp3 or aac by content; names and declared types prove nothing."""
    if len(data) > MAX_BYTES:
        raise PlatformError("111003")
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    head = _after_id3(data)
    # Both begin with eleven set bits; the two layer bits are 00 in ADTS, 01 in layer III.
    if len(head) > 1 and head[0] == 0xFF:
        if head[1] & 0xF6 == 0xF0:
            return "aac"
        if head[1] & 0xE6 == 0xE2:
            return "mp3"
    raise PlatformError("111001")


def decode(data: bytes, kind: str, max_seconds: float) -> Sound:
    """Decode a file; slow, so call it in a thread."""
    import av  # noqa: PLC0415  loads a lot of libraries, needed for sound only

    try:
        with av.open(io.BytesIO(data), "r", format=kind) as container:
            stream = container.streams.audio[0]
            rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
            resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
            blocks, samples = array.array("H"), 0
            for frame in container.decode(stream):
                for mono in resampler.resample(frame):
                    samples += mono.samples
                    pcm = array.array("h", bytes(mono.planes[0])[: mono.samples * 2])
                    blocks.extend(_loudness(pcm, max(1, int(rate * BLOCK_SECONDS))))
                if samples > max_seconds * rate:  # do not unpack hours of it
                    break
    except (av.FFmpegError, IndexError, ValueError) as err:
        raise PlatformError("111004") from err
    if rate == 0 or not MIN_SECONDS <= samples / rate <= max_seconds:
        raise PlatformError("111002")
    return Sound(samples / rate, rate, channels, _reduce(blocks))


def _after_id3(data: bytes) -> bytes:
    """Return the first bytes behind an ID3 tag, whose size is four times seven bits."""
    if data[:3] != b"ID3" or len(data) < 10:
        return data[:2]
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 0x7F
    return data[10 + size : 10 + size + 4096].lstrip(b"\0")[:2]


def _loudness(pcm: array.array[int], block: int) -> Iterator[int]:
    for start in range(0, len(pcm), block):
        part = pcm[start : start + block]
        high, low = max(part), min(part)
        yield max(high, -low)


def _reduce(blocks: array.array[int]) -> list[float]:
    """Return at most `PEAKS` values of 0 to 1."""
    step = max(1, -(-len(blocks) // PEAKS))
    loudest = (max(blocks[start : start + step]) for start in range(0, len(blocks), step))
    return [round(peak / FULL_SCALE, 3) for peak in loudest]
