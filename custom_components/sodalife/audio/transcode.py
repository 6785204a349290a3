"""Sounds of any kind made into mono 16 kHz mp3, by Home Assistant's ffmpeg.

What goes in are bytes that somebody gave us: ffmpeg gets them as what it reads anyway, without
their being in our memory, and nothing among them can make it open a file or an address.
"""

from __future__ import annotations

import asyncio
from io import FileIO

from homeassistant.components.ffmpeg import get_ffmpeg_manager
from homeassistant.core import HomeAssistant

from ..api.errors import VoiceFormat
from ..api.foreign import clean
from ..const import LOGGER
from ..errors import failed

TIMEOUT = 60.0  # seconds

_CHUNK = 1 << 18  # bytes
_COMPLAINT = 300  # bytes kept of what ffmpeg says

_INPUT = (
    *("-hide_banner", "-loglevel", "error"),
    "-nostdin",  # it would take bytes of the sound for keys that somebody presses
    *("-protocol_whitelist", "cache,pipe"),  # a playlist can lead nowhere else
    # "cache" lets it seek in what a pipe brings, without a limit: an m4a can have its
    # table of contents at the end.
    *("-read_ahead_limit", "-1", "-i", "cache:pipe:0"),
)
# EZVIZ's own app sends mono 16 kHz mp3. Nothing but frames: no names of people or places
# from tags, and no header that a pipe could not go back to.
_OUTPUT = (
    *("-map", "0:a:0", "-map_metadata", "-1", "-ac", "1", "-ar", "16000", "-b:a", "48k"),
    *("-write_xing", "0", "-id3v2_version", "0", "-f", "mp3"),
)


async def async_to_mp3(hass: HomeAssistant, file: FileIO, limit: int) -> bytes:
    """Convert a sound; of a long one only a little more than `limit` bytes come back.

    Raises:
        VoiceFormat: if it is no sound.
        HomeAssistantError: if it takes too long, or there is no ffmpeg.

    """
    binary = get_ffmpeg_manager(hass).binary
    try:
        async with asyncio.timeout(TIMEOUT):
            code, output, complaint = await _run(
                file, binary, *_INPUT, *_OUTPUT, "-fs", str(limit + 1), "pipe:1"
            )
    except TimeoutError:
        raise failed("conversion_timeout", seconds=f"{TIMEOUT:.0f}") from None
    except OSError as err:  # of starting it
        LOGGER.debug("ffmpeg cannot be started: %s", err)
        raise failed("ffmpeg_missing") from None
    if code or not output:
        LOGGER.debug("ffmpeg: %s", clean(complaint.decode(errors="replace")))
        raise VoiceFormat("", "not a sound")
    return output


async def _run(file: FileIO, *command: str) -> tuple[int, bytes, bytes]:
    """Run a program on a file, from its beginning; it is gone when this returns or is cancelled."""
    file.seek(0)
    process = await asyncio.create_subprocess_exec(
        *command, stdin=file, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout and process.stderr  # noqa: PT018, S101 - pipes
    try:
        async with asyncio.TaskGroup() as group:
            output = group.create_task(process.stdout.read())
            complaint = group.create_task(last_words(process.stderr))
        return await process.wait(), output.result(), complaint.result()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def last_words(pipe: asyncio.StreamReader) -> bytes:
    """Read a pipe to its end, and return what came last of it."""
    words = b""
    while chunk := await pipe.read(_CHUNK):
        words = (words + chunk)[-_COMPLAINT:]
    return words
