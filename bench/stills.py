"""What a look at a camera costs."""

from __future__ import annotations

import asyncio
import time

from homeassistant.components.camera import async_get_image

from custom_components.sodalife.const import DOMAIN
from soak.platform import serials
from soak.run import Control

from .figures import Report, p99
from .home import entity_of, make_entry, running_home

VIEWERS = 1000
LATEST = 2.0  # ms


async def measure(report: Report, host: str, control: Control, looks: int) -> None:
    """Have a thousand viewers look at once, then one again and again."""
    serial = serials(1)[0]
    before = await _captures(control, serial)
    async with running_home() as hass:
        entry = make_entry(DOMAIN, host, 1, call_interval=0, snapshot_interval=3600)
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        camera = entity_of(hass, "camera", "camera", serial)
        began = time.perf_counter()
        await asyncio.gather(*(async_get_image(hass, camera) for _ in range(VIEWERS)))
        report.numbers["seconds until 1000 viewers had the first still"] = (
            time.perf_counter() - began
        )
        samples = []
        for _ in range(looks):
            began = time.perf_counter()
            await async_get_image(hass, camera)
            samples.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0)
    captures = await _captures(control, serial) - before
    report.samples["a still from memory, through Home Assistant"] = samples
    report.promise("captures for 1000 viewers at once, and all looks after", captures, 1)
    report.promise("a still from memory, p99", p99(samples), LATEST, "ms")


async def _captures(control: Control, serial: str) -> int:
    cameras = (await control.state())["cameras"]
    return int(next(camera["photos"] for camera in cameras if camera["serial"] == serial))
