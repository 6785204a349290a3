"""What an entry with many cameras costs."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from soak.run import Control

from .figures import Report, p50
from .home import running_control, running_platform
from .loop import MAX_HOLD

CAMERAS = 500
LISTEN = 10.0  # seconds after the setup in which online checks are counted
MAX_TIME = 1.35  # times as many bare entities
MAX_MEMORY = 100.0  # kB a camera
MAX_CHECKS = 2 * CAMERAS // 60  # within a second: twice as many as when evenly spread


async def measure(report: Report, runs: int) -> None:
    """Set up 500 cameras and as many bare entities, in turn, each in a process of its own."""
    bare: list[dict[str, Any]] = []
    ours: list[dict[str, Any]] = []
    for number in range(runs):
        async with running_platform(CAMERAS) as host, running_control(host) as control:
            bare.append(await _set_up("bare", host, 0))
            ours.append(await _set_up("ours", host, LISTEN if number == 0 else 0))
            if number == 0:
                await _count_calls(report, control)
    outages = [await _outage() for _ in range(runs)]
    longest_outage = max(outages, key=lambda run: float(run["hold"]))
    for what, found in (("the bare entities of", bare), ("the entry of", ours)):
        report.samples[f"setting up {what} {CAMERAS} cameras"] = [
            run["seconds"] * 1000 for run in found
        ]
        report.numbers[f"kB of memory a camera, {what} {CAMERAS}"] = _median(found, "kilobytes")
        report.numbers[f"ms of the longest garbage collection, {what} {CAMERAS}"] = max(
            run["collection"] for run in found
        )
    longest = max(ours, key=lambda run: float(run["hold"]))
    report.slow[f"setting up {CAMERAS} cameras"] = longest["whose"]
    report.promise(
        f"setting up {CAMERAS} cameras / their bare entities, p50",
        _median(ours, "seconds") / _median(bare, "seconds"),
        MAX_TIME,
    )
    report.promise(
        "memory a camera, over its bare entities",
        _median(ours, "kilobytes") - _median(bare, "kilobytes"),
        MAX_MEMORY,
        "kB",
    )
    report.promise(
        f"event loop held, setting up {CAMERAS} cameras", longest["hold"], MAX_HOLD, "ms"
    )
    what = f"the platform going down and coming back at {CAMERAS} cameras"
    report.slow[what] = longest_outage["whose"]
    report.promise(f"{what} holds the loop", longest_outage["hold"], MAX_HOLD, "ms")


async def _outage() -> dict[str, Any]:
    async with running_platform(CAMERAS) as host:
        return await _set_up("outage", host, 0)


def _median(runs: list[dict[str, Any]], what: str) -> float:
    return p50([float(run[what]) for run in runs])


async def _set_up(which: str, host: str, seconds: float) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.fleet", which, host, str(CAMERAS), str(seconds)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    printed, _ = await process.communicate()
    found: dict[str, Any] = json.loads(printed)
    return found


async def _count_calls(report: Report, control: Control) -> None:
    state = await control.state()
    calls = [call for camera in state["cameras"] for call in camera["calls"]]
    arrivals = sorted(call["arrived"] for call in calls if call["endpoint"] == "onlinestatus")
    within = [sum(0 <= there - here < 1 for there in arrivals) for here in arrivals]
    report.promise(f"token fetches for {CAMERAS} cameras", state["token_fetches"], 1)
    report.promise(
        "calls for live addresses", sum(call["endpoint"] == "liveurl" for call in calls), 0
    )
    report.promise("online checks within any second", max(within, default=0), MAX_CHECKS)
