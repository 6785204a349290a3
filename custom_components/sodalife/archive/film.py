"""Photos made into a film, by Home Assistant's ffmpeg."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
import math
import os
from pathlib import Path

from homeassistant.components.ffmpeg import get_ffmpeg_manager
from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from ..api.foreign import clean
from ..audio.transcode import last_words
from ..const import DOMAIN, LOGGER
from ..errors import failed, invalid
from .frames import Size, size_of_frames, write_frames
from .layout import Photo

STUCK = 60.0  # seconds without another frame after which ffmpeg is given up
FASTEST = 30.0  # photos a second; of more, some are left out
SLOWEST = 10.0  # frames a second that players like; below it, photos are repeated
DEFAULT_RATE = 10.0  # photos a second

_FILMING: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}.filming")
# Measured with 1920x1080 photos: half the work of `veryfast`, a seventh more bytes, and no worse to
# look at (SSIM 0.983 to 0.980). Without CABAC and deblocking, `ultrafast` has half as many more.
_OUTPUT = (
    *("-c:v", "libx264", "-preset", "ultrafast", "-coder", "cabac", "-deblock", "0:0"),
    *("-crf", "23", "-pix_fmt", "yuv420p"),
    *("-movflags", "+faststart", "-f", "mp4"),
)


@dataclass(frozen=True, slots=True)
class Film:
    """What a film is made of: its photos, in order, how many a second, and whether with the time.

    Nothing of it is in memory but one photo at a time.
    """

    photos: Sequence[Photo]
    rate: float
    stamp: bool = False

    @classmethod
    def of(
        cls, photos: Sequence[Photo], *, seconds: float | None, fps: float | None, stamp: bool
    ) -> Film:
        """Plan a film that takes some seconds, or shows so many photos a second."""
        if seconds is None:
            return cls(photos, fps or DEFAULT_RATE, stamp)
        most = max(1, int(seconds * FASTEST))
        if len(photos) > most:
            photos = [photos[index * len(photos) // most] for index in range(most)]
        return cls(photos, len(photos) / seconds, stamp)


async def async_make_film(
    hass: HomeAssistant, film: Film, path: Path, progress: Callable[[int], None]
) -> int:
    """Make a film, one at a time; if this is cancelled, nothing is left of it.

    Args:
        hass: Home Assistant.
        film: what it is made of.
        path: the file (mp4); one that is there is replaced, once the film is complete.
        progress: is told in the event loop how many photos are done with.

    Returns:
        how many photos are in the film.

    Raises:
        ServiceValidationError: if the file cannot be written, or no photo can be read.
        HomeAssistantError: if ffmpeg is missing or fails.

    """
    async with hass.data.setdefault(_FILMING, asyncio.Lock()):
        size = await hass.async_add_executor_job(size_of_frames, film.photos)
        if size is None:
            raise failed("no_photos")
        await _prepare(hass, path)
        part = path.with_name(f".{path.name}.part")
        try:
            written = await _encode(hass, film, size, part, progress)
            await hass.async_add_executor_job(part.replace, path)
        finally:
            await hass.async_add_executor_job(partial(part.unlink, missing_ok=True))
    return written


async def _prepare(hass: HomeAssistant, path: Path) -> None:
    def try_it() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() or not os.access(path.parent, os.W_OK):
            raise OSError

    try:
        await hass.async_add_executor_job(try_it)
    except (OSError, ValueError) as err:
        raise invalid("file_not_writable", path=str(path)) from err


async def _encode(
    hass: HomeAssistant, film: Film, size: Size, part: Path, progress: Callable[[int], None]
) -> int:
    """Have a thread make the frames and ffmpeg the film of them; neither is left behind."""
    reading, writing = os.pipe()
    pipe = os.fdopen(writing, "wb")
    try:
        process = await _start(hass, film, size, part, reading)
    except BaseException:
        pipe.close()
        raise
    finally:
        os.close(reading)
    assert process.stderr is not None  # noqa: S101 - a pipe
    try:
        async with asyncio.timeout(STUCK) as patience, asyncio.TaskGroup() as group:
            complaint = group.create_task(last_words(process.stderr))

            def note(number: int) -> None:
                if not patience.expired():
                    patience.reschedule(hass.loop.time() + STUCK)
                    progress(number)

            def wrote(number: int) -> None:
                hass.loop.call_soon_threadsafe(note, number)

            write = partial(write_frames, film.photos, size, pipe, wrote, stamp=film.stamp)
            written = await hass.async_add_executor_job(write)
            code = await process.wait()
    except TimeoutError:
        raise failed("film_failed", reason="timeout") from None
    finally:
        if process.returncode is None:
            process.kill()  # who writes finds that out
            await process.wait()
    if code:
        said = clean(complaint.result().decode(errors="replace"))
        LOGGER.debug("ffmpeg: %s", said)
        raise failed("film_failed", reason=said or str(code))
    if not written:
        raise failed("no_photos")
    return written


async def _start(
    hass: HomeAssistant, film: Film, size: Size, part: Path, frames: int
) -> asyncio.subprocess.Process:
    repeated = film.rate * max(1, math.ceil(SLOWEST / film.rate))
    try:
        return await asyncio.create_subprocess_exec(
            get_ffmpeg_manager(hass).binary,
            *("-hide_banner", "-loglevel", "error", "-nostdin", "-y"),
            *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}"),
            *("-framerate", f"{film.rate:.6f}", "-i", "pipe:0", "-r", f"{repeated:.6f}"),
            *(*_OUTPUT, f"file:{part}"),
            stdin=frames,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as err:
        LOGGER.debug("ffmpeg cannot be started: %s", err)
        raise failed("film_no_ffmpeg") from None
