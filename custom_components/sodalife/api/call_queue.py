"""What may be asked of one device, and when.

The platform wants at least 4 s between calls to a device (SodaLife "视频API", 接口说明 3)
and, after a PTZ start, nothing but a stop. A stop does not pass through here: it goes
out at once (see `ptz`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from enum import IntEnum
import heapq
import itertools
from typing import Any

from .clock import Clock, Timer
from .device import seconds_to_midnight
from .errors import CaptureQuotaUsed, QueueBusy, SodaError, TooManyViewers
from .waiting import outcome_of

MAX_WAIT = 30.0  # seconds that a request may wait for its turn
MAX_INTERVAL = 60.0  # seconds
DEFAULT_INTERVAL = 4.0
VIEWERS_PAUSE = 300.0  # seconds without live calls after 9048: asking makes it worse


class Priority(IntEnum):
    """Who goes first when several wait."""

    PTZ = 0
    VOICE = 1
    CAPTURE = 2
    LIVE = 3
    ONLINE = 4


@dataclass(order=True, slots=True)
class _QueuedCall:
    priority: Priority
    number: int
    call: Callable[[], Awaitable[Any]] = field(compare=False)
    key: Hashable = field(compare=False)
    future: asyncio.Future[Any] = field(compare=False)
    waiters: int = field(default=0, compare=False)
    started: bool = field(default=False, compare=False)
    limit: Timer | None = field(default=None, compare=False)


class CallQueue:
    """Lets one call at a time through to a device, the most urgent first."""

    def __init__(self, clock: Clock, interval: float = DEFAULT_INTERVAL) -> None:
        """Take the seconds from an answer to the next call."""
        self._clock = clock
        self._base = interval
        self._interval = interval
        self._waiting: list[_QueuedCall] = []
        self._numbers = itertools.count()
        self._running: asyncio.Task[None] | None = None
        self._executing: _QueuedCall | None = None
        self._holders: set[object] = set()
        self._ended = False
        self._ready_at = float("-inf")
        self._timer: Timer | None = None
        self._closed: dict[Priority, tuple[float, SodaError]] = {}

    @property
    def interval(self) -> float:
        """Seconds from an answer to the next call, as they are now."""
        return self._interval

    def set_interval(self, interval: float) -> None:
        """Change the user's wish for the seconds between calls."""
        if interval != self._base:
            self._base = self._interval = interval
            self._ready_at = min(self._ready_at, self._clock.monotonic() + interval)
            self._advance()

    async def run[T](
        self, priority: Priority, call: Callable[[], Awaitable[T]], key: Hashable = None
    ) -> T:
        """Make a call when its turn comes; requests with the same key are one.

        A call that has begun goes on when its caller is cancelled.

        Raises:
            QueueBusy: if the turn does not come within 30 s.
            SodaError: whatever the call raises, or why such calls are closed for now.

        """
        self._check_open(priority)
        queued = self._find_pending(key) or self._enqueue(priority, call, key)
        queued.waiters += 1
        try:
            result: T = await outcome_of(queued.future)
        finally:
            queued.waiters -= 1
            if not queued.waiters and not queued.started:
                queued.future.cancel()
        return result

    def hold(self, holder: object) -> None:
        """Let nothing through until every holder has released: a move runs."""
        self._holders.add(holder)

    def release(self, holder: object) -> None:
        """Let calls through again, unless somebody else holds the queue, too."""
        self._holders.discard(holder)
        self._advance()

    def start_cooldown(self, err: SodaError | None = None) -> None:
        """Start the interval: the device has just answered, with success or an error."""
        if err is None:
            self._interval = max(self._base, self._interval / 2)
        elif err.slow_down:
            wider = max(self._interval, DEFAULT_INTERVAL / 2) * 2
            self._interval = min(wider, max(MAX_INTERVAL, self._base))
        self._ready_at = self._clock.monotonic() + self._interval

    async def close(self) -> None:
        """Turn everybody away, from now on, and end the call under way."""
        self._ended = True
        for queued in self._waiting:
            self._give_up(queued)
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
        if (running := self._running) is not None:
            running.cancel()
            await asyncio.wait({running})

    def _check_open(self, priority: Priority) -> None:
        if self._ended:
            raise QueueBusy
        until, err = self._closed.get(priority, (0.0, None))
        if err is not None:
            if self._clock.monotonic() < until:
                raise err.copy()
            del self._closed[priority]

    def _close_for_a_while(self, err: SodaError) -> None:
        if isinstance(err, CaptureQuotaUsed):
            priority, pause = Priority.CAPTURE, seconds_to_midnight(self._clock.time())
        elif isinstance(err, TooManyViewers):
            priority, pause = Priority.LIVE, VIEWERS_PAUSE
        else:
            return
        self._closed[priority] = (self._clock.monotonic() + pause, err)
        for queued in self._waiting:
            if queued.priority is priority and not queued.future.done():
                queued.future.set_exception(err.copy())

    def _find_pending(self, key: Hashable) -> _QueuedCall | None:
        """Return a request with the same key that waits or is being answered."""
        if key is None:
            return None
        calls = self._waiting if self._executing is None else (*self._waiting, self._executing)
        return next((call for call in calls if call.key == key and not call.future.done()), None)

    def _enqueue(
        self, priority: Priority, call: Callable[[], Awaitable[Any]], key: Hashable
    ) -> _QueuedCall:
        future = asyncio.get_running_loop().create_future()
        queued = _QueuedCall(priority, next(self._numbers), call, key, future)
        queued.limit = self._clock.call_later(MAX_WAIT, lambda: self._give_up(queued))
        future.add_done_callback(lambda done: self._on_done(queued, done))
        heapq.heappush(self._waiting, queued)
        self._advance()
        return queued

    def _on_done(self, queued: _QueuedCall, future: asyncio.Future[Any]) -> None:
        if queued.limit is not None:
            queued.limit.cancel()
        if not future.cancelled():
            future.exception()  # every caller may have left: nobody else looks at it
        if self._timer is not None and all(waiting.future.done() for waiting in self._waiting):
            self._timer.cancel()
            self._timer = None

    def _give_up(self, queued: _QueuedCall) -> None:
        if not queued.started and not queued.future.done():
            queued.future.set_exception(QueueBusy())

    def _advance(self) -> None:
        """Let the next one through, if it is time."""
        while self._waiting and self._waiting[0].future.done():
            heapq.heappop(self._waiting)
        if self._running is not None or self._holders or not self._waiting:
            return
        wait = self._ready_at - self._clock.monotonic()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if wait > 0:
            self._timer = self._clock.call_later(wait, self._advance)
            return
        queued = heapq.heappop(self._waiting)
        queued.started = True
        self._executing = queued
        self._running = asyncio.create_task(self._execute(queued))

    async def _execute(self, queued: _QueuedCall) -> None:
        failure: SodaError | None = None
        try:
            result = await queued.call()
        except SodaError as err:
            failure = err
            self._close_for_a_while(err)
            self._finish(queued, err)
        except BaseException as err:
            self._finish(queued, err)
            raise
        else:
            if not queued.future.done():
                queued.future.set_result(result)
        finally:
            self._running = self._executing = None
            self.start_cooldown(failure)
            self._advance()

    @staticmethod
    def _finish(queued: _QueuedCall, err: BaseException) -> None:
        if queued.future.done():
            return
        # The queue was closed: its callers are turned away, not cancelled themselves.
        cancelled = isinstance(err, asyncio.CancelledError)
        queued.future.set_exception(QueueBusy() if cancelled else err)
