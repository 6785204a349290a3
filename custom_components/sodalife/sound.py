"""Sounds that the platform can take: recognised by content, converted where need be.

SodaLife "下发语音" takes wav, mp3 and aac of at most 20 MB. What else ffmpeg reads becomes
mono 16 kHz mp3, which is what EZVIZ's own app sends.
"""

from __future__ import annotations

import asyncio
import io
import struct

from homeassistant.components.ffmpeg import get_ffmpeg_manager
from homeassistant.core import HomeAssistant
from mutagen import File as MutagenFile, MutagenError

from .api import Sound
from .api.errors import VoiceEmpty, VoiceFormat, VoiceTooLarge
from .const import LOGGER

LARGEST_SOUND = 20 * 1000 * 1000  # bytes; "20M", in the stricter reading
LARGEST_INPUT = 200 << 20  # bytes that are read in order to be converted
SHORTEST_SOUND = 0.2  # seconds; the platform fails on anything very short
CONVERT_SECONDS = 60.0

_PCM = 1
# The first 32 bits of a frame: 11 or 12 bits of sync, then version and layer. Layer 0 is
# ADTS (ISO/IEC 13818-7), layer bits 01 are layer III (ISO/IEC 11172-3, 2.4.1.3).
_FRAME_HEADS = (
    ("aac", 0xFFF60000, 0xFFF00000),
    ("mp3", 0xFFE60000, 0xFFE20000),
)
# Input is bytes that somebody gave us. It comes through a pipe, and a playlist among it
# must not make ffmpeg open files or addresses. "cache" lets it seek, as m4a needs.
_FFMPEG_INPUT = ("-protocol_whitelist", "cache,pipe", "-i", "cache:pipe:0")
_FFMPEG_OUTPUT = ("-vn", "-ac", "1", "-ar", "16000", "-b:a", "48k", "-f", "mp3", "pipe:1")


def kind_of(content: bytes) -> str | None:
    """Return "wav", "mp3" or "aac" if the platform can take the bytes as they are."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "wav" if _wave_format(content) == _PCM else None
    if content[:3] == b"ID3":
        size = 0
        for byte in content[6:10]:  # the size of an ID3 tag has 7 bits a byte
            size = size << 7 | byte & 0x7F
        content = content[10 + size :]
    head = int.from_bytes(content[:4])
    return next((kind for kind, mask, bits in _FRAME_HEADS if head & mask == bits), None)


def _wave_format(content: bytes) -> int | None:
    at = 12
    while at + 10 <= len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        if name == b"fmt ":
            return int.from_bytes(content[at + 8 : at + 10], "little")
        at += 8 + size + size % 2
    return None


def seconds_of(content: bytes) -> float | None:
    """Return how long a wav, mp3 or aac plays, None if that can't be read."""
    try:
        found = MutagenFile(io.BytesIO(content))
    except MutagenError:
        return None
    length = getattr(getattr(found, "info", None), "length", None)
    return float(length) if length is not None else None


async def async_make_sound(hass: HomeAssistant, content: bytes) -> tuple[Sound, float]:
    """Make bytes into a sound that can be sent, and tell its seconds.

    Raises:
        VoiceEmpty: if there is nothing, or next to nothing, to hear.
        VoiceFormat: if it is no sound.
        VoiceTooLarge: if it stays over 20 MB.

    """
    if not content:
        raise VoiceEmpty
    kind = kind_of(content)
    seconds = await hass.async_add_executor_job(seconds_of, content) if kind else None
    if kind is None or seconds is None or len(content) > LARGEST_SOUND:
        content = await _async_convert(hass, content)
        kind = "mp3"
        seconds = await hass.async_add_executor_job(seconds_of, content)
    if len(content) > LARGEST_SOUND:
        raise VoiceTooLarge
    if seconds is None or seconds < SHORTEST_SOUND:
        raise VoiceEmpty
    return Sound(content, kind), seconds


async def _async_convert(hass: HomeAssistant, content: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        get_ffmpeg_manager(hass).binary,
        *("-hide_banner", "-loglevel", "error", *_FFMPEG_INPUT, *_FFMPEG_OUTPUT),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(CONVERT_SECONDS):
            output, complaint = await process.communicate(content)
    except TimeoutError:
        raise VoiceFormat("", "conversion took too long") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not output:
        LOGGER.debug("ffmpeg: %s", complaint.decode(errors="replace")[-300:])
        raise VoiceFormat("", "not a sound")
    return output
