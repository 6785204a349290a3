"""`script/trace`: follows one call through the integration's files, as somebody who reads does.

What is noted is every entry into a function of ours, in the order in which they happen, whatever
task or callback that is in, from the moment Home Assistant is asked until it answers. Going on
after a call or an `await` is no entry: a reader has that open already.

A file is left when a function of another one is entered, and returned to when, after that, one
of its own is. Telling the time, though, leads nobody away: entries into the clock are counted
as functions and as a file, but as returns in a column of their own.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
import logging
from pathlib import Path
import sys
from types import CodeType
from typing import NamedTuple

from homeassistant.components.camera import async_get_image
from homeassistant.core import HomeAssistant

from custom_components import sodalife
from custom_components.sodalife.const import DOMAIN
from soak.platform import serials

from .home import entity_of, make_entry, running_home, running_platform

OURS = f"{Path(sodalife.__file__).parent}/"
CLOCK = "api/clock.py"
QUIET = 0.2  # seconds
CAMERAS = 3  # each call is followed on each of them, and what disturbed one is not counted
OPTIONS = {"call_interval": 0, "ptz_pulse": 0.1, "poll_interval": 3600}

PRESS = "button zoom in, until it has stopped"
NEW_SNAPSHOT = "camera image, nothing in memory"
SNAPSHOT = "camera image from memory"
STOP = "action ptz_stop, nothing moves"


class Step(NamedTuple):
    """An entry into a function."""

    file: str
    function: str
    line: int


@dataclass(frozen=True)
class Walk:
    """What one call has entered, in this order."""

    steps: list[Step] = field(default_factory=list)

    @property
    def files(self) -> int:
        """How many files it went through."""
        return len({step.file for step in self.steps})

    @property
    def functions(self) -> int:
        """How many functions, each counted once."""
        return len(set(self.steps))

    @property
    def returns(self) -> int:
        """How often it came back to a file already left, the clock left aside."""
        return sum(came_back(step.file for step in self.steps if step.file != CLOCK))

    @property
    def returns_with_clock(self) -> int:
        """How often it did, where telling the time counts like everything else."""
        return sum(came_back(step.file for step in self.steps))


def came_back(files: Iterable[str]) -> Iterator[bool]:
    """Tell of each file in turn whether it had been left before."""
    seen: set[str] = set()
    here = ""
    for file in files:
        yield file != here and file in seen
        seen.add(file)
        here = file


@contextmanager
def followed() -> Iterator[Walk]:
    """Note every entry into a function of the integration."""
    walk = Walk()

    def note(code: CodeType, _: int) -> None:
        if code.co_filename.startswith(OURS):
            file = code.co_filename.removeprefix(OURS)
            walk.steps.append(Step(file, code.co_qualname, code.co_firstlineno))

    tool, events = sys.monitoring.PROFILER_ID, sys.monitoring.events
    sys.monitoring.use_tool_id(tool, "script/trace")
    sys.monitoring.register_callback(tool, events.PY_START, note)
    sys.monitoring.set_events(tool, events.PY_START)
    try:
        yield walk
    finally:
        sys.monitoring.set_events(tool, events.NO_EVENTS)
        sys.monitoring.register_callback(tool, events.PY_START, None)
        sys.monitoring.free_tool_id(tool)


async def follow(hass: HomeAssistant, cameras: Sequence[str]) -> dict[str, Walk]:
    """Make every call for each camera, and return the shortest walk of each call.

    They are the same, unless some other traffic, such as an online check, fell into one.
    No camera may have a photo yet.
    """
    walks = [await _follow_one(hass, serial) for serial in cameras]
    return {call: reduce(_shorter, (walk[call] for walk in walks)) for call in walks[0]}


async def _follow_one(hass: HomeAssistant, serial: str) -> dict[str, Walk]:
    camera = entity_of(hass, "camera", "camera", serial)
    button = entity_of(hass, "button", "zoom_in", serial)

    async def press() -> None:
        await hass.services.async_call("button", "press", {"entity_id": button}, blocking=True)

    async def look() -> None:
        await async_get_image(hass, camera)

    async def stop() -> None:
        await hass.services.async_call(DOMAIN, "ptz_stop", {"entity_id": camera}, blocking=True)

    await press()  # whether the camera is there and what the platform speaks is known from here on
    calls: list[tuple[str, Callable[[], Awaitable[None]]]] = [
        (PRESS, press),
        (PRESS, press),
        (NEW_SNAPSHOT, look),
        (SNAPSHOT, look),
        (STOP, stop),
    ]
    walks: dict[str, Walk] = {}
    for name, call in calls:
        # What the one before has left to do, its record on disk for one, is not this one's.
        await asyncio.sleep(QUIET)
        await hass.async_block_till_done()
        with followed() as walk:
            await call()
        walks[name] = _shorter(walk, walks.get(name, walk))
    return walks


def _shorter(one: Walk, other: Walk) -> Walk:
    return min(one, other, key=lambda walk: len(walk.steps))


def table(walks: dict[str, Walk]) -> str:
    """Show the figures as a table in Markdown."""
    head = ("one call", "files", "functions", "returns", "… with the clock")
    rows = [
        (name, *map(str, (walk.files, walk.functions, walk.returns, walk.returns_with_clock)))
        for name, walk in walks.items()
    ]
    wide = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    head_line, *lines = (
        "| " + " | ".join([row[0].ljust(wide[0]), *map(str.rjust, row[1:], wide[1:])]) + " |"
        for row in (head, *rows)
    )
    rule = "|" + "|".join(["-" * (wide[0] + 2), *("-" * (w + 1) + ":" for w in wide[1:])]) + "|"
    return "\n".join([head_line, rule, *lines])


def steps(walk: Walk) -> str:
    """Show a walk step by step; an arrow is a return."""
    back = came_back(step.file for step in walk.steps)
    return "\n".join(
        f"{'<-' if returned else '  '} {f'{step.file}:{step.line}':28} {step.function}"
        for step, returned in zip(walk.steps, back, strict=True)
    )


async def measure() -> dict[str, Walk]:
    """Follow the calls on a Home Assistant and a platform of their own."""
    async with running_platform(CAMERAS) as host, running_home() as hass:
        entry = make_entry(DOMAIN, host, CAMERAS, **OPTIONS)
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        return await follow(hass, serials(CAMERAS))


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="script/trace", description=__doc__)
    parser.add_argument("--steps", action="store_true", help="show every function entered, too")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    walks = asyncio.run(measure())
    if arguments.steps:
        for name, walk in walks.items():
            print(f"{name}\n\n{steps(walk)}\n")
    print(table(walks))
    return 0


if __name__ == "__main__":
    sys.exit(main())
