"""What a sound is by its content, and how long it plays.

SodaLife "下发语音" takes wav, mp3 and aac. What is recognised here is one of them from its
first frame to its last, so that any decoder reads it; of the rest, and of what is odd in
some way, nothing is said, and it has to be converted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
import struct

MIN_SOUND = 0.2  # seconds; the platform fails on anything very short

_WAVE_FORMAT = struct.Struct("<HHIIHH")
_PCM = 1
_SAMPLE_BITS = (8, 16)
_RATES = range(8000, 48001)
_MAX_CHANNELS = 2

# ISO/IEC 11172-3 and 13818-3, layer III: kbit/s and Hz by their index; the first line is
# of MPEG 1, the second of MPEG 2 and 2.5.
_MP3_BITRATES = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
)
_MP3_RATES = (44100, 48000, 32000, 0)
_MP3_SYNC, _AAC_SYNC = 0x7FF, 0xFFF
_MP3_SHIFTS = {3: 0, 2: 1, 0: 2}  # by version: MPEG 1, 2, 2.5; how often the rate is halved
# ISO/IEC 14496-3, table 1.18
_AAC_RATES = (
    *(96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050),
    *(16000, 12000, 11025, 8000, 7350, 0, 0, 0),
)

_MIN_FRAMES = 3  # less can be chance
_MAX_REST = 4096  # bytes behind the last frame: tags, padding


@dataclass(frozen=True, slots=True)
class Format:
    """The kind ("wav", "mp3", "aac") and the length of a sound."""

    kind: str
    seconds: float


@dataclass(frozen=True, slots=True)
class _Frame:
    same: int  # what all frames of one sound have in common
    size: int  # bytes
    seconds: float


def recognise(content: bytes) -> Format | None:
    """Return the format of a sound that can be sent as it is."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return _wave(content)
    start = _after_tags(content)
    for kind, read in (("mp3", _mp3_frame), ("aac", _aac_frame)):
        seconds = _seconds_of_frames(content, start, read)
        if seconds is not None:
            return Format(kind, seconds)
    return None


def _wave(content: bytes) -> Format | None:
    bytes_per_second = 0
    at = 12
    while at + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        at += 8
        # Of a shorter one, what is read would be of the next chunk, too.
        if name == b"fmt " and _WAVE_FORMAT.size <= min(size, len(content) - at):
            code, channels, rate, _, block, bits = _WAVE_FORMAT.unpack_from(content, at)
            if code != _PCM or bits not in _SAMPLE_BITS or rate not in _RATES:
                return None
            if not 0 < channels <= _MAX_CHANNELS or block != channels * bits // 8:
                return None
            bytes_per_second = rate * block
        elif name == b"data":
            # A stream's header promises more than there is: its length was not known yet.
            # (Or nothing at all.)
            if not bytes_per_second or at + size > len(content):
                return None
            if not size and at < len(content):
                return None
            return Format("wav", size / bytes_per_second)
        at += size + size % 2
    return None


def _after_tags(content: bytes) -> int:
    """Return where the sound begins: behind ID3 tags, if there are any."""
    at = 0
    while content[at : at + 3] == b"ID3" and at + 10 <= len(content):
        size = 0
        for byte in content[at + 6 : at + 10]:  # seven bits a byte
            size = size << 7 | byte & 0x7F
        has_footer = content[at + 5] & 0x10
        at += 10 + size + (10 if has_footer else 0)
    return at


def _seconds_of_frames(
    content: bytes, at: int, read: Callable[[bytes], _Frame | None]
) -> float | None:
    """Add up the frames; None if it is not frames from here to the end."""
    first: _Frame | None = None
    seconds, frames = 0.0, 0
    while frame := read(content[at : at + 7]):
        first = first or frame
        if frame.same != first.same:
            break
        seconds += frame.seconds
        frames += 1
        at += frame.size
    rest = len(content) - at  # negative: the last frame was cut off
    return seconds if frames >= _MIN_FRAMES and rest <= _MAX_REST else None


def _mp3_frame(head: bytes) -> _Frame | None:
    bits = int.from_bytes(head[:4])
    version, layer = bits >> 19 & 3, bits >> 17 & 3
    if bits >> 21 != _MP3_SYNC or layer != 1 or version not in _MP3_SHIFTS:
        return None
    shift = _MP3_SHIFTS[version]
    bitrate = _MP3_BITRATES[shift > 0][bits >> 12 & 15] * 1000
    rate = _MP3_RATES[bits >> 10 & 3] >> shift
    if not bitrate or not rate:
        return None
    samples = 576 if shift else 1152
    padding = bits >> 9 & 1
    return _Frame(bits & 0xFFFE0C00, samples // 8 * bitrate // rate + padding, samples / rate)


def _aac_frame(head: bytes) -> _Frame | None:
    bits = int.from_bytes(head[:7])
    rate = _AAC_RATES[bits >> 34 & 15]
    size = bits >> 13 & 0x1FFF
    if bits >> 44 != _AAC_SYNC or bits >> 41 & 3 or not rate or size < len(head):
        return None
    return _Frame(bits >> 34, size, 1024 * ((bits & 3) + 1) / rate)
