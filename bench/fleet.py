"""Sets up an entry with many cameras: `python -m bench.fleet ours|bare|outage HOST CAMERAS STAY`.

A process of its own, so that memory and the garbage of others do not count.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
import gc
import json
import os
from pathlib import Path
import sys
import time

from homeassistant.core import HomeAssistant

from custom_components.sodalife.api import SodaError
from custom_components.sodalife.const import DOMAIN
from custom_components.sodalife.reachability import MAX_FAILURES

from . import bare
from .home import make_entry, running_control, running_home
from .loop import watched_loop

PATIENCE = 60.0  # seconds until all states are written


def kilobytes() -> float:
    """Return the memory in use, in kB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1000


async def set_up(domain: str, host: str, cameras: int, seconds: float) -> dict[str, float | str]:
    """Set up an entry and return what that took; then stay for some seconds."""
    async with running_home() as hass:
        bare.install(hass)
        entry = make_entry(domain, host, cameras)
        entry.add_to_hass(hass)
        before = kilobytes()
        async with watched_loop() as watch:
            began = time.perf_counter()
            await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
            took = time.perf_counter() - began
        grown = kilobytes() - before
        states = len(hass.states.async_all())
        await asyncio.sleep(seconds)
    return {
        "seconds": took,
        "kilobytes": grown / cameras,
        "hold": watch.longest,
        "whose": watch.whose,
        "collection": watch.longest_collection,
        "states": states,
    }


async def outage(host: str, cameras: int) -> dict[str, float | str]:
    """Have the platform go down and come back, and return how long that held the event loop."""
    async with running_home() as hass, running_control(host) as control:
        entry = make_entry(DOMAIN, host, cameras, call_interval=0)
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        one, two, witness, other, *_ = entry.runtime_data.cameras.values()
        async with watched_loop() as watch:
            await control.post("faults", kind="html", endpoint="*", serial="*")
            for camera in (*(one, two) * MAX_FAILURES, witness):
                with suppress(SodaError):
                    await camera.check_online()
            await _all_cameras(hass, cameras, "unavailable")
            await control.clear()
            await other.check_online()
            await _all_cameras(hass, cameras, "idle")
    return {"hold": watch.longest, "whose": watch.whose}


async def _all_cameras(hass: HomeAssistant, cameras: int, wanted: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while sum(state.state == wanted for state in hass.states.async_all("camera")) < cameras:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def main() -> None:
    """Read the command line, and print what was found as JSON."""
    which, host, cameras, seconds = sys.argv[1:]
    if which == "outage":
        found = asyncio.run(outage(host, int(cameras)))
    else:
        domain = DOMAIN if which == "ours" else bare.DOMAIN
        found = asyncio.run(set_up(domain, host, int(cameras), float(seconds)))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
