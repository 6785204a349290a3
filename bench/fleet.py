"""Sets up an entry with many cameras: `python -m bench.fleet ours|bare HOST CAMERAS`.

A process of its own, so that memory and the garbage of others do not count.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
from pathlib import Path
import sys
import time

from custom_components.sodalife.const import DOMAIN

from . import bare
from .home import make_entry, running_home
from .loop import watched_loop


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


def main() -> None:
    """Read the command line, and print what was found as JSON."""
    which, host, cameras, seconds = sys.argv[1:]
    domain = DOMAIN if which == "ours" else bare.DOMAIN
    found = asyncio.run(set_up(domain, host, int(cameras), float(seconds)))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
