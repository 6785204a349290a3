"""What may be asked of one device, and when.

The platform wants at least 4 s between calls to a device (SodaLife "视频API", 接口说明 3)
and, after a PTZ start, nothing but a stop. So calls take turns. A stop needs none: it goes out
at once, and nothing else begins meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Hashable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
import heapq
import itertools
from typing import Any

from .clock import Clock, Timer
from .errors import QueueBusy, SodaError
from .pace import DEFAULT_INTERVAL, Pace, was_asked
from .single_flight import SharedCall

MAX_WAIT = 30.0  # seconds that anybody waits for a turn


class Priority(IntEnum):
    """Who goes first when several wait."""

    PTZ = 0
    VOICE = 1
    CAPTURE = 2
    LIVE = 3
    ONLINE = 4


@dataclass(order=True, slots=True)
class _QueuedCall:
    """A place in the queue."""

    priority: Priority
    number: int
    key: Hashable = field(compare=False)
    turn: asyncio.Future[None] = field(compare=False)


class CallQueue:
    """Lets one call at a time through to a device, the most urgent first.

    Attributes:
        holder: what somebody has the turn for, None if nobody has it.

    """

    def __init__(self, clock: Clock, interval: float = DEFAULT_INTERVAL) -> None:
        """Take the seconds from an answer to the next call."""
        self._clock = clock
        self._pace = Pace(clock, interval)
        self._waiting: list[_QueuedCall] = []
        self._numbers = itertools.count()
        self._shared: dict[Hashable, SharedCall[Any]] = {}
        self.holder: Priority | None = None
        self._unused = False  # whoever has the turn asked the device for nothing
        self._exempt = 0  # calls under way that need no turn
        self._closed = False
        self._timer: Timer | None = None

    @property
    def interval(self) -> float:
        """Seconds from an answer to the next call, as they are now."""
        return self._pace.interval

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return sum(not queued.turn.done() for queued in self._waiting)

    @property
    def ready_in(self) -> float | None:
        """Seconds until the next call may go out; None while that depends on one under way."""
        if self.holder is not None or self._exempt:
            return None
        return max(0.0, self._pace.ready_at - self._clock.monotonic())

    @property
    def idle(self) -> bool:
        """Whether nobody has the turn, and nobody waits for one."""
        return not (self.holder is not None or self._exempt or self._waiting or self._shared)

    def set_interval(self, interval: float) -> None:
        """Change the user's wish for the seconds between calls."""
        self._pace.set_base(interval)
        self._advance()

    def leave_unused(self) -> None:
        """Note that whoever has the turn asks the device for nothing."""
        self._unused = True

    async def cool_down(self) -> None:
        """Wait, having a turn already, until the device may be called again."""
        while (wait := self._pace.ready_at - self._clock.monotonic()) > 0:
            await self._clock.sleep(wait)

    async def rest(self) -> None:
        """Wait, having a turn already, as long as after an answer."""
        self.start_cooldown()
        await self.cool_down()

    def start_cooldown(self) -> None:
        """Start the interval: the device has just answered."""
        self._pace.answered()

    @asynccontextmanager
    async def turn(self, priority: Priority, key: Hashable = None) -> AsyncGenerator[None]:
        """Wait for a turn and have it: nothing else passes until this is left.

        The interval follows what the platform says, but not in answer to a PTZ call: there,
        "called too often" says "cannot" as well.

        Raises:
            QueueBusy: if the queue is closed, or the wish for this key was withdrawn.

        """
        await self._wait_for_turn(priority, key)
        try:
            self._require_open()  # it may have been closed just now
            yield
        except SodaError as err:
            self._unused = not was_asked(err)
            if priority is not Priority.PTZ:
                self._pace.adapt(err)
            raise
        else:
            if priority is not Priority.PTZ:
                self._pace.adapt(None)
        finally:
            if not self._unused:
                self._pace.ready_at = self._clock.monotonic() + self._pace.interval
            self.holder, self._unused = None, False
            if self._waiting:
                self._advance()

    def withdraw(self, key: Hashable, why: SodaError | None = None) -> None:
        """Give up the wait for a turn: it is not wanted any more, or there is no use in it."""
        for queued in self._waiting:
            if queued.key == key and not queued.turn.done():
                queued.turn.set_exception(why or QueueBusy())

    @contextmanager
    def out_of_turn(self) -> Generator[None]:
        """Make a call that needs no turn; no other begins until this is left.

        Whoever does starts the cooldown, if the device was asked.
        """
        self._exempt += 1
        try:
            yield
        finally:
            self._exempt -= 1
            self._advance()

    async def run[T](
        self, priority: Priority, call: Callable[[], Awaitable[T]], key: Hashable = None
    ) -> T:
        """Make a call when its turn comes; requests with the same key are one.

        A call that has begun goes on when its callers are cancelled.

        Raises:
            QueueBusy: if it has not begun within 30 s of this caller's coming.
            SodaError: whatever the call raises.

        """
        name = object() if key is None else key
        if (shared := self._shared.get(name)) is None:
            shared = self._shared[name] = self._share(priority, call, name)
        result: T = await shared.join(MAX_WAIT)
        return result

    async def close(self) -> None:
        """Turn everybody away, from now on, and end the call under way."""
        self._closed = True
        calls = tuple(self._shared.values())
        for shared in calls:
            shared.cancel()
        for queued in self._waiting:
            if not queued.turn.done():
                queued.turn.set_exception(QueueBusy())
        self._advance()
        for shared in calls:
            await shared.wait()

    def _share[T](
        self, priority: Priority, call: Callable[[], Awaitable[T]], name: Hashable
    ) -> SharedCall[T]:
        async def work(begun: asyncio.Event) -> T:
            async with self.turn(priority, name):
                begun.set()
                return await call()

        shared: SharedCall[T] = SharedCall(self._clock, work, lambda: self._forget(name, shared))
        return shared

    def _forget(self, name: Hashable, shared: SharedCall[Any]) -> None:
        if self._shared.get(name) is shared:  # else a later wish has taken its place
            del self._shared[name]

    async def _wait_for_turn(self, priority: Priority, key: Hashable) -> None:
        self._require_open()
        turn = asyncio.get_running_loop().create_future()
        queued = _QueuedCall(priority, next(self._numbers), key, turn)
        heapq.heappush(self._waiting, queued)
        self._advance()
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._leave()  # it came just as the caller left
            else:
                self._advance()
            raise

    def _require_open(self) -> None:
        if self._closed:
            raise QueueBusy

    def _leave(self) -> None:
        self.holder = None
        self._advance()

    def _advance(self) -> None:
        """Give the next one its turn, if it is time."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting and self._waiting[0].turn.done():
            heapq.heappop(self._waiting)
        if self.holder is not None or self._exempt or not self._waiting:
            return
        wait = self._pace.ready_at - self._clock.monotonic()
        if wait > 0:
            self._timer = self._clock.call_later(wait, self._advance)
            return
        queued = heapq.heappop(self._waiting)
        self.holder = queued.priority
        queued.turn.set_result(None)
