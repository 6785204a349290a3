"""How soon a stop is at the platform, whatever else is under way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from custom_components.sodalife.api import Camera
from custom_components.sodalife.const import DOMAIN
from soak.platform import serials
from soak.run import Control

from .figures import Report, p50, p99
from .home import entity_of, make_entry, running_home
from .loop import MAX_HOLD, watched_loop

CAMERAS = 200
PICTURES = 150
BATCH = 20  # the platform shows the newest 50 calls of a camera
PAUSE = 0.02
LATEST = 10.0  # ms over a bare call
STOP = 1
ZOOM_IN = 8


async def measure(report: Report, host: str, control: Control, stops: int) -> None:
    """Stop a camera whose capture hangs, while the online state of 200 is being asked."""
    moved = serials(CAMERAS + 1)[0]
    await control.post("faults", kind="hang", endpoint="capture", serial=moved, times=None)
    async with running_home() as hass:
        entry = make_entry(DOMAIN, host, CAMERAS, call_interval=0, poll_interval=10)
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        camera_id = entity_of(hass, "camera", "camera", moved)
        hanging = asyncio.create_task(_keep_capturing(hass, {"entity_id": camera_id}))
        token = (await entry.runtime_data.client.tokens.get()).value
        stopping = Stopping(hass, control, host, token, camera_id)
        async with watched_loop() as watch:
            await asyncio.sleep(2)
            ours, bare = await stopping.times(stops, moves=False)
        hanging.cancel()
        await asyncio.wait({hanging})
        await control.clear()
        pictures = await _with_pictures(entry.runtime_data.cameras.values(), control, stopping)
    report.samples["stop at the platform: bare aiohttp POST"] = bare
    report.samples["stop at the platform: action ptz_stop, capture hanging"] = ours
    report.samples[f"stop of a move, the pictures of {PICTURES} cameras hanging"] = pictures
    what = "stop at the platform after the action, p99, over a bare call's p50"
    report.promise(what, p99(ours) - p50(bare), LATEST, "ms")
    what = f"{what}, {PICTURES} pictures hanging"
    report.promise(what, p99(pictures) - p50(bare), LATEST, "ms")
    report.slow["200 cameras polled, stops"] = watch.whose
    report.promise("event loop held, 200 cameras polled", watch.longest, MAX_HOLD, "ms")


async def _with_pictures(
    cameras: Iterable[Camera], control: Control, stopping: Stopping
) -> list[float]:
    """Stop moves, which are written down, while the platform's own host gives no pictures."""
    await control.post("faults", kind="hang", endpoint="picture", serial="*", seconds=60)
    others = list(cameras)[1 : PICTURES + 1]
    looking = [asyncio.create_task(camera.snapshots.capture()) for camera in others]
    await asyncio.sleep(1)
    ours, _ = await stopping.times(BATCH, moves=True)
    await control.clear()
    await asyncio.gather(*looking, return_exceptions=True)
    return ours


@dataclass
class Stopping:
    """A camera that is stopped again and again, and another that is by a bare call."""

    hass: HomeAssistant
    control: Control
    host: str
    token: str
    camera_id: str

    async def times(self, stops: int, *, moves: bool) -> tuple[list[float], list[float]]:
        """Return the milliseconds until stops were at the platform: the action's, bare ones'."""
        target = {"entity_id": self.camera_id}
        moved, spare = serials(CAMERAS + 1)[0], serials(CAMERAS + 1)[-1]
        ours: list[float] = []
        bare: list[float] = []
        while len(ours) < stops:
            stopped, called = [], []
            for _ in range(BATCH):
                if moves:
                    move = {**target, "command": "zoom_in"}
                    await self.hass.services.async_call(DOMAIN, "ptz_start", move, blocking=True)
                await asyncio.sleep(PAUSE)
                stopped.append(time.time())
                await self.hass.services.async_call(DOMAIN, "ptz_stop", target, blocking=True)
                await asyncio.sleep(PAUSE)
                called.append(time.time())
                await _bare_stop(self.hass, self.host, self.token, spare)
            cameras = {cam["serial"]: cam for cam in (await self.control.state())["cameras"]}
            ours += _delays(stopped, cameras[moved])
            bare += _delays(called, cameras[spare])
        return ours, bare


async def _keep_capturing(hass: HomeAssistant, target: dict[str, Any]) -> None:
    while True:
        with suppress(HomeAssistantError):
            await hass.services.async_call(DOMAIN, "capture", target, blocking=True)


async def _bare_stop(hass: HomeAssistant, host: str, token: str, serial: str) -> None:
    async with async_get_clientsession(hass).post(
        f"{host}/iot/cameras/controlling",
        params={"access_token": token},
        json={"device_serial": serial, "action": STOP, "command": ZOOM_IN},
    ) as response:
        await response.json()


def _delays(called: list[float], camera: dict[str, Any]) -> list[float]:
    """Return the milliseconds from each call to its arrival at the platform."""
    arrivals = [
        call["arrived"]
        for call in camera["calls"]
        if call["endpoint"] == "controlling" and call["action"] == STOP
    ][-len(called) :]
    if len(arrivals) != len(called):
        raise ValueError(f"{len(called)} stops called, {len(arrivals)} arrived")
    return [(there - here) * 1000 for here, there in zip(called, arrivals, strict=True)]
