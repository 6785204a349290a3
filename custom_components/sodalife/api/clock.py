"""Time as the client sees it, so that a test can move it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
        """Tell seconds that only ever grow."""

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
