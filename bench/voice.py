"""What sending the largest sound does to everybody else."""

from __future__ import annotations

import io
from pathlib import Path
import wave

from custom_components.sodalife.const import DOMAIN
from soak.platform import serials

from .figures import Report
from .home import entity_of, make_entry, running_home
from .loop import MAX_HOLD, watched_loop

RATE = 96_000
LENGTH = 50  # seconds: at 96 kHz, 16 bits and two channels: 19.2 MB of the 20 that are allowed


async def measure(report: Report, host: str) -> None:
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
            await hass.services.async_call(DOMAIN, "send_voice", target, blocking=True)
    report.slow["sending a sound of 19 MB"] = watch.whose
    report.promise("event loop held, sending a sound of 19 MB", watch.longest, MAX_HOLD, "ms")


def sound() -> bytes:
    """Return silence as wav."""
    with io.BytesIO() as content:
        with wave.open(content, "wb") as out:
            out.setnchannels(2)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(bytes(RATE * LENGTH * 4))
        return content.getvalue()
