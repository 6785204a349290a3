"""What a look at a camera costs."""

from __future__ import annotations

import asyncio
import time

from aiohttp.test_utils import TestClient, TestServer
from homeassistant.components.camera import async_get_image
from homeassistant.core import HomeAssistant

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
        report.numbers["seconds until 1000 viewers had the first snapshot"] = (
            time.perf_counter() - began
        )
        samples = []
        for _ in range(looks):
            began = time.perf_counter()
            await async_get_image(hass, camera)
            samples.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0)
        over_http = await _as_a_browser(hass, camera, looks // 10)
    captures = await _captures(control, serial) - before
    report.samples["a snapshot from memory, async_get_image()"] = samples
    report.samples["a snapshot from memory, over HTTP, both ends counted"] = over_http
    report.promise("captures for 1000 viewers at once, and all looks after", captures, 1)
    report.promise("a snapshot from memory, p99", p99(samples), LATEST, "ms")
    report.promise("a snapshot from memory over HTTP, p99", p99(over_http), LATEST, "ms")


async def _as_a_browser(hass: HomeAssistant, camera: str, looks: int) -> list[float]:
    """Fetch the snapshot as a dashboard does, and return the milliseconds of each look."""
    samples = []
    state = hass.states.get(camera)
    assert state is not None
    async with TestClient(TestServer(hass.http.app)) as browser:
        for _ in range(looks):
            began = time.perf_counter()
            async with browser.get(state.attributes["entity_picture"]) as response:
                assert await response.read()
            samples.append((time.perf_counter() - began) * 1000)
    return samples


async def _captures(control: Control, serial: str) -> int:
    cameras = (await control.state())["cameras"]
    return int(next(camera["photos"] for camera in cameras if camera["serial"] == serial))
