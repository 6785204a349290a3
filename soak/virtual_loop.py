"""An event loop on which time passes only when there is nothing left to do, and then at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context
import math
from typing import Any, NoReturn

TICKS = 1_000_000  # a second; every moment is a whole number of them, so that sums come out even


class Stalled(Exception):
    """Nothing will ever happen again, and somebody still waits for something."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs what is ready; then the clock is at the next timer. No sockets, threads or sleeping.

    Attributes:
        at_rest: called when an instant is over, with the time of the next one.
        steps: how often time has moved.

    """

    def __init__(self) -> None:
        """Start at 0."""
        super().__init__()
        self.at_rest: Callable[[float], object] = lambda _: None
        self.steps = 0
        self._tick = 0
        self._time = 0.0
        # What asyncio's own loop asks for and looks at: see BaseEventLoop._run_once.
        self._selector = self
        self._clock_resolution = 0.5 / TICKS
        self._scheduled: list[asyncio.TimerHandle]

    def time(self) -> float:
        """Tell the seconds since the beginning."""
        return self._time

    def call_at[*Ts](
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call something at a time; what is not due yet takes a tick at least."""
        tick = math.ceil(when * TICKS)
        if tick <= self._tick and when > self._time:
            tick = self._tick + 1
        return super().call_at(tick / TICKS, callback, *args, context=context)

    def select(self, timeout: float | None) -> Sequence[NoReturn]:
        """Do what asyncio's selector does, wait: let time pass.

        Raises:
            Stalled: if there is nothing to wait for.

        """
        if timeout is None:
            raise Stalled
        if timeout > 0:
            tick = max(self._tick, round(self._scheduled[0].when() * TICKS))
            self.at_rest(tick / TICKS)
            self._tick = tick
            self._time = tick / TICKS
            self.steps += 1
        return ()

    def timers(self) -> list[asyncio.TimerHandle]:
        """Return what is going to happen."""
        return [timer for timer in self._scheduled if not timer.cancelled()]

    def _process_events(self, _events: Sequence[NoReturn]) -> None:
        """Do nothing: there are no sockets."""

    def _write_to_self(self) -> None:
        """Do nothing: there are no threads that have to wake this one."""


def run_virtually[T](work: Coroutine[Any, Any, T], loop: VirtualLoop | None = None) -> T:
    """Run something from beginning to end on a loop of its own."""
    loop = loop or VirtualLoop()
    try:
        return loop.run_until_complete(work)
    finally:
        _end_tasks(loop)
        loop.close()


def _end_tasks(loop: VirtualLoop) -> None:
    """End what is left, as `asyncio.run` does."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks))
