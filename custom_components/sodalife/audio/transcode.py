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

_QUIET = (
    *("-hide_banner", "-loglevel", "error"),
    "-nostdin",  # it would take bytes of the sound for keys that somebody presses
)
_INPUT = (
    *("-protocol_whitelist", "cache,pipe"),  # a playlist can lead nowhere else
    # "cache" lets it seek in what a pipe brings, without a limit: an m4a can have its
    # table of contents at the end.
    *("-read_ahead_limit", "-1", "-i"),
)
_SOUND = ("-map", "0:a:0")
_ALIKE = "aresample=16000,aformat=channel_layouts=mono"
_JOINED = f"[1:a:0]{_ALIKE}[gong];[0:a:0]{_ALIKE}[sound];[gong][sound]concat=n=2:v=0:a=1[both]"
_BEHIND_A_GONG = ("-filter_complex", _JOINED, "-map", "[both]")
# EZVIZ's own app sends mono 16 kHz mp3. Nothing but frames: no names of people or places
# from tags, and no header that a pipe could not go back to.
_OUTPUT = (
    *("-map_metadata", "-1", "-ac", "1", "-ar", "16000", "-b:a", "48k"),
    *("-write_xing", "0", "-id3v2_version", "0", "-f", "mp3"),
)


async def async_to_mp3(
    hass: HomeAssistant, file: FileIO, limit: int, gong: FileIO | None = None
) -> bytes:
    """Convert a sound, or a gong and a sound, to one.

    Of a long one only a little more than `limit` bytes come back.

    Raises:
        VoiceFormat: if it is no sound.
        HomeAssistantError: if it takes too long, or there is no ffmpeg.

    """
    command = [get_ffmpeg_manager(hass).binary, *_QUIET, *_INPUT, "cache:pipe:0"]
    if gong is not None:
        command += [*_INPUT, f"cache:pipe:{gong.fileno()}"]
    command += [*(_SOUND if gong is None else _BEHIND_A_GONG), *_OUTPUT]
    command += ["-fs", str(limit + 1), "pipe:1"]
    try:
        async with asyncio.timeout(TIMEOUT):
            code, output, complaint = await _run(file, gong, *command)
    except TimeoutError:
        raise failed("conversion_timeout", seconds=f"{TIMEOUT:.0f}") from None
    except OSError as err:  # of starting it
        LOGGER.debug("ffmpeg cannot be started: %s", err)
        raise failed("ffmpeg_missing") from None
    if code or not output:
        LOGGER.debug("ffmpeg: %s", clean(complaint.decode(errors="replace")))
        raise VoiceFormat("", "not a sound")
    return output


async def _run(file: FileIO, other: FileIO | None, *command: str) -> tuple[int, bytes, bytes]:
    """Run a program on files, from their beginning; it is gone when this returns or is cancelled.

    The one is its input, and the other is handed on under its number.
    """
    others = () if other is None else (other,)
    for each in (file, *others):
        each.seek(0)
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=file,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        pass_fds=[each.fileno() for each in others],
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
