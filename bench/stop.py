"""How soon a stop is at the platform, whatever else is under way."""

from __future__ import annotations

import asyncio
from contextlib import suppress
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from custom_components.sodalife.const import DOMAIN
from soak.platform import serials
from soak.run import Control

from .figures import Report, p50, p99
from .home import entity_of, make_entry, running_home
from .loop import MAX_HOLD, watched_loop

CAMERAS = 200
BATCH = 20  # the platform shows the newest 50 calls of a camera
PAUSE = 0.02
LATEST = 10.0  # ms over a bare call
STOP = 1
ZOOM_IN = 8


async def measure(report: Report, host: str, control: Control, stops: int) -> None:
    """Stop a camera whose capture hangs, while the online state of 200 is being asked."""
    moved, spare = serials(CAMERAS + 1)[0], serials(CAMERAS + 1)[-1]
    await control.post("faults", kind="hang", endpoint="capture", serial=moved, times=None)
    async with running_home() as hass:
        entry = make_entry(DOMAIN, host, CAMERAS, call_interval=0, poll_interval=10)
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        target = {"entity_id": entity_of(hass, "camera", "camera", moved)}
        hanging = asyncio.create_task(_keep_capturing(hass, target))
        token = (await entry.runtime_data.client.tokens.get()).value
        ours: list[float] = []
        bare: list[float] = []
        async with watched_loop() as watch:
            await asyncio.sleep(2)
            while len(ours) < stops:
                stopped, called = [], []
                for _ in range(BATCH):
                    await asyncio.sleep(PAUSE)
                    stopped.append(time.time())
                    await hass.services.async_call(DOMAIN, "ptz_stop", target, blocking=True)
                    await asyncio.sleep(PAUSE)
                    called.append(time.time())
                    await _bare_stop(hass, host, token, spare)
                cameras = {cam["serial"]: cam for cam in (await control.state())["cameras"]}
                ours += _delays(stopped, cameras[moved])
                bare += _delays(called, cameras[spare])
        hanging.cancel()
        await asyncio.wait({hanging})
        await control.clear()
    report.samples["stop at the platform: bare aiohttp POST"] = bare
    report.samples["stop at the platform: action ptz_stop, capture hanging"] = ours
    report.promise(
        "stop at the platform after the action, p99, over a bare call's p50",
        p99(ours) - p50(bare),
        LATEST,
        "ms",
    )
    report.slow["200 cameras polled, stops"] = watch.whose
    report.promise("event loop held, 200 cameras polled", watch.longest, MAX_HOLD, "ms")


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
    arrivals = [call["arrived"] for call in camera["calls"] if call["endpoint"] == "controlling"][
        -len(called) :
    ]
    if len(arrivals) != len(called):
        raise ValueError(f"{len(called)} stops called, {len(arrivals)} arrived")
    return [(there - here) * 1000 for here, there in zip(called, arrivals, strict=True)]
