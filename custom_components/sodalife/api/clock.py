"""Time as the client sees it, so that a test can move it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
import time
from typing import Protocol


class Timer(Protocol):
    """Something that will happen."""

    def cancel(self) -> None:
        """Keep it from happening."""


class Clock(Protocol):
    """Seconds, and waiting for some."""

    def time(self) -> float:
        """Tell the seconds since the epoch; may jump when somebody sets the clock."""

    def monotonic(self) -> float:
        """Tell seconds that only ever grow; may stand still while the machine sleeps."""

    def call_later(self, seconds: float, action: Callable[[], object]) -> Timer:
        """Call `action` once, in the event loop."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The clock of the machine."""

    def time(self) -> float:
        """Tell the seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Tell seconds that only ever grow."""
        return time.monotonic()

    def call_later(self, seconds: float, action: Callable[[], object]) -> Timer:
        """Call `action` once, in the event loop."""
        return asyncio.get_running_loop().call_later(seconds, action)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time by both clocks, since neither is enough to tell an age.

    The time of day jumps when somebody sets it; the other one stands still while the machine
    sleeps.
    """

    monotonic: float
    time: float

    @classmethod
    def now(cls, clock: Clock) -> Moment:
        """Return this moment."""
        return cls(clock.monotonic(), clock.time())

    @classmethod
    def of_earlier_run(cls, time: float) -> Moment:
        """Return a moment (epoch) before this run: it is older than any age."""
        return cls(float("-inf"), time)

    def age(self, clock: Clock) -> float:
        """Return the seconds since then, by whichever clock says more."""
        return max(clock.monotonic() - self.monotonic, clock.time() - self.time)


@asynccontextmanager
async def timeout(clock: Clock, seconds: float) -> AsyncGenerator[None]:
    """Do as `asyncio.timeout` does, with the seconds of a clock.

    Raises:
        TimeoutError: if what is inside takes longer.

    """
    async with asyncio.timeout(None) as limit:
        timer = clock.call_later(seconds, lambda: limit.reschedule(0.0))
        try:
            yield
        finally:
            timer.cancel()
