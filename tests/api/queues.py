"""What tests of the call queue share."""

from __future__ import annotations

import asyncio
import itertools

from simulator.camera import SimCamera


def gaps(sim: SimCamera) -> list[float]:
    """Seconds from each answer to the next call."""
    pairs = itertools.pairwise(sim.calls)
    return [later.arrived - (earlier.answered or 0) for earlier, later in pairs]


def assert_apart(sim: SimCamera, *seconds: float) -> None:
    """No gap is shorter than it should be, nor longer than the way of an answer explains."""
    assert len(gaps(sim)) == len(seconds)
    for gap, expected in zip(gaps(sim), seconds, strict=True):
        assert expected <= gap + 1e-6 < expected + 1.5


async def breaths(steps: int) -> None:
    """Let the event loop take so many steps."""
    for _ in range(steps):
        await asyncio.sleep(0)
