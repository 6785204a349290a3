"""A clock that a test moves: one object drives the client and the simulator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
import heapq
import itertools
import time

START = 1_767_225_600.0  # 2026-01-01 00:00 UTC, 08:00 in Shanghai
BREATHS = 10  # rounds of the event loop after each timer, so that what it woke can go on
PATIENCE = 20.0  # real seconds that work may be driven for
GLANCE = 0.001  # real seconds between two looks at a condition


class Alarm:
    """Something that happens when the clock gets there."""

    def __init__(self, action: Callable[[], object]) -> None:
        self.action: Callable[[], object] | None = action

    def cancel(self) -> None:
        self.action = None


class ManualClock:
    """Stands still until it is moved; satisfies the client's and the simulator's `Clock`."""

    def __init__(self, start: float = START) -> None:
        self._epoch = start
        self._now = 0.0
        self._order = itertools.count()
        self._alarms: list[tuple[float, int, Alarm]] = []
        self.busy: Callable[[], bool] = lambda: True  # whether a connection is in use
        self.works: Callable[[], object] = lambda: False  # whether threads do, without a clock

    def time(self) -> float:
        return self._epoch + self._now

    def monotonic(self) -> float:
        return self._now

    def call_later(self, seconds: float, action: Callable[[], object]) -> Alarm:
        alarm = Alarm(action)
        heapq.heappush(self._alarms, (self._now + max(0.0, seconds), next(self._order), alarm))
        return alarm

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        alarm = self.call_later(seconds, lambda: woken.done() or woken.set_result(None))
        try:
            await woken
        finally:
            alarm.cancel()

    @property
    def alarms(self) -> int:
        """How many timers are set."""
        return sum(alarm.action is not None for _, _, alarm in self._alarms)

    def jump(self, seconds: float) -> None:
        """Let somebody set the clock: the time of day jumps, nothing else does."""
        self._epoch += seconds

    async def advance(self, seconds: float) -> None:
        """Move on; what is due on the way happens in order, each at its own time.

        Somebody else may be moving it, too: it never goes back.
        """
        end = self._now + seconds
        await _breathe()
        while (due := self._next()) is not None and due <= end:
            self._now = max(self._now, due)
            action = heapq.heappop(self._alarms)[2].action
            if action is not None:
                action()
            await _breathe()
        self._now = max(self._now, end)
        await _breathe()

    async def drive[T](self, work: Awaitable[T], *, step: float = 0.25, limit: float = 600.0) -> T:
        """Move on until some work is done, without overtaking connections if that can be helped.

        While something is under way on a connection, which may take as long as it likes or
        wait for this clock itself, time moves in small steps; else from timer to timer. While
        threads work it does not move.
        """
        task = asyncio.ensure_future(work)
        end, patience = self._now + limit, time.monotonic() + PATIENCE
        while not task.done():
            if self._now >= end or time.monotonic() > patience:
                task.cancel()
                raise AssertionError(f"not done after {limit} s of the clock")
            await _breathe()
            if self.works():
                await asyncio.sleep(GLANCE)
                continue
            due = self._next()
            if (busy := self.busy()) or due is None:
                await asyncio.wait({task}, timeout=3 * GLANCE)
            if not task.done() and (busy or due is not None):
                seconds = step if due is None else max(0.0, due - self._now)
                await self.advance(min(seconds, step) if busy else seconds)
        return await task

    def _next(self) -> float | None:
        while self._alarms and self._alarms[0][2].action is None:
            heapq.heappop(self._alarms)
        return self._alarms[0][0] if self._alarms else None


class WallClock(ManualClock):
    """Runs along with another clock, but can be set without setting the other one."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock

    def time(self) -> float:
        return self._epoch + self._clock.monotonic()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def call_later(self, seconds: float, action: Callable[[], object]) -> Alarm:
        return self._clock.call_later(seconds, action)


async def until(condition: Callable[[], object], timeout: float = 5.0) -> None:  # noqa: ASYNC109
    """Wait, for real, until something is so."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited in vain")
        await asyncio.sleep(GLANCE)


def due(clock: ManualClock, seconds: float) -> list[Callable[[], object]]:
    """Set the clock forward and return what would happen now, without a breath between."""
    clock._now += seconds
    return [
        alarm.action
        for at, _, alarm in sorted(clock._alarms)
        if alarm.action is not None and at <= clock.monotonic()
    ]


async def _breathe() -> None:
    for _ in range(BREATHS):
        await asyncio.sleep(0)
