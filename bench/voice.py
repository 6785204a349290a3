"""What sending large sounds does to everybody else, and how much memory it takes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
import io
from pathlib import Path
import struct
import wave

from homeassistant.exceptions import HomeAssistantError

from custom_components.sodalife.const import DOMAIN
from soak.platform import serials

from .figures import Report
from .home import entity_of, make_entry, running_home
from .loop import MAX_HOLD, watched_loop
from .memory import MemoryWatch, watched_memory

RATE = 48_000
SPEAKERS = 20
MAX_MEMORY = 250.0  # MB above idle, whatever is asked of however many speakers
LENGTH = 100  # seconds: at 16 bits and two channels 19.2 MB of the 20 that are sent as they are


async def measure(report: Report, host: str) -> None:
    """Measure all of it."""
    await _hold(report, host)
    await _memory(report, host)


async def _hold(report: Report, host: str) -> None:
    """Send a sound of 19.2 MB while the event loop is watched."""
    serial = serials(1)[0]
    async with running_home() as hass:
        file = Path(hass.config.config_dir) / "long.wav"
        file.write_bytes(sound())
        hass.config.allowlist_external_dirs = {hass.config.config_dir}
        entry = make_entry(DOMAIN, host, 1, call_interval=0)
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        target = {"entity_id": entity_of(hass, "camera", "camera", serial), "file": str(file)}
        async with watched_loop() as watch:
            with suppress(HomeAssistantError):  # the platform reads all of it, and finds it long
                await hass.services.async_call(DOMAIN, "send_voice", target, blocking=True)
    report.slow["sending a sound of 19 MB"] = watch.whose
    report.promise("event loop held, sending a sound of 19 MB", watch.longest, MAX_HOLD, "ms")


async def _memory(report: Report, host: str) -> None:
    """Have many cameras play one very large sound, and each a large one of its own."""
    async with running_home() as hass:
        folder = Path(hass.config.config_dir)
        hass.config.allowlist_external_dirs = {str(folder)}
        entry = make_entry(DOMAIN, host, SPEAKERS, call_interval=0)
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        cameras = [entity_of(hass, "camera", "camera", serial) for serial in serials(SPEAKERS)]

        async def send(targets: list[str], file: Path) -> None:
            fields = {"entity_id": targets, "file": str(file)}
            with suppress(HomeAssistantError):  # as above
                await hass.services.async_call(DOMAIN, "send_voice", fields, blocking=True)

        large = folder / "large.wav"
        await hass.async_add_executor_job(write_silence, large, 190_000_000)
        with watched_memory() as watch:
            await send(cameras, large)
        _report(report, f"one sound of 190 MB, {SPEAKERS} cameras", watch)
        files = [folder / f"{camera}.wav" for camera in cameras]
        for file in files:
            await hass.async_add_executor_job(write_silence, file, 19_000_000)
        with watched_memory() as watch:
            await asyncio.gather(
                *(send([camera], file) for camera, file in zip(cameras, files, strict=True))
            )
        _report(report, f"{SPEAKERS} sounds of 19 MB, one a camera", watch)


def _report(report: Report, what: str, watch: MemoryWatch) -> None:
    report.promise(f"memory above idle, {what}", watch.largest, MAX_MEMORY, "MB")
    report.numbers[f"MB of ffmpeg beside it, {what}"] = watch.largest_children


def write_silence(path: Path, size: int) -> None:
    """Write a wav of so many bytes, without taking them from the disk."""
    head = sound(0)
    with path.open("wb") as file:
        file.write(head[:4] + struct.pack("<I", size - 8) + head[8:40])
        file.write(struct.pack("<I", size - len(head)))
        file.truncate(size)


def sound(seconds: int = LENGTH) -> bytes:
    """Return silence as wav."""
    with io.BytesIO() as content:
        with wave.open(content, "wb") as out:
            out.setnchannels(2)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(bytes(RATE * seconds * 4))
        return content.getvalue()
