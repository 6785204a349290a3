"""Snapshots from memory: one serves whoever and however many look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .call_queue import CallQueue, Priority
from .device import Device
from .errors import AnswerTimeout, SodaError
from .models import Snapshot
from .waiting import outcome_of

DEFAULT_INTERVAL = 30.0
PATIENCE = 8.0  # seconds; Home Assistant gives up on a snapshot after 10
FAILURE_PAUSE = 10.0  # seconds without another try after a failed snapshot


class SnapshotCache:
    """The newest snapshot of one device."""

    def __init__(self, device: Device, queue: CallQueue) -> None:
        """Start without a snapshot."""
        self._device = device
        self._clock = device.clock
        self._queue = queue
        self.interval = DEFAULT_INTERVAL
        self.last: Snapshot | None = None
        self.captures = 0
        self._asked_at = float("-inf")  # monotonic time of the newest command for a snapshot
        self._taken_at = float("-inf")  # ... and of the one that brought the last snapshot
        self._stale = True
        self._failed_at = float("-inf")
        self._failure: SodaError | None = None
        self._capturing: asyncio.Task[Snapshot] | None = None
        self._listeners: list[Callable[[], None]] = []

    def expire(self) -> None:
        """Let the next look fetch a new snapshot: the camera has moved."""
        self._stale = True

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have `listener` called when there is a new snapshot."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def get(self) -> Snapshot:
        """Return a snapshot that is recent enough, or the last good one if none comes in 8 s.

        Raises:
            SodaError: if there is no snapshot at all.

        """
        now = self._clock.monotonic()
        if self.last is not None and not self._stale and now < self._taken_at + self.interval:
            return self.last
        if self._failure is not None and now < self._failed_at + FAILURE_PAUSE:
            return self._last_or(self._failure.copy())
        capturing = self._capture()
        patience = asyncio.create_task(self._clock.sleep(PATIENCE))
        try:
            await asyncio.wait({capturing, patience}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            patience.cancel()
        if not capturing.done():
            return self._last_or(AnswerTimeout())
        if (err := capturing.exception()) is not None:
            return self._last_or(err)
        return capturing.result()

    async def capture(self) -> Snapshot:
        """Take a snapshot now, or share the one that is being taken.

        Raises:
            SodaError: if there is none.

        """
        return await outcome_of(self._capture())

    async def close(self) -> None:
        """Wait for the end of a capture under way; closing the call queue has brought it about."""
        if self._capturing is not None:
            await asyncio.wait({self._capturing})

    def _last_or(self, err: BaseException) -> Snapshot:
        if self.last is None:
            raise err
        return self.last

    def _capture(self) -> asyncio.Task[Snapshot]:
        # A task of its own: it goes on when a viewer leaves.
        if self._capturing is None:
            self._capturing = asyncio.create_task(self._take())
            self._capturing.add_done_callback(self._captured)
        return self._capturing

    async def _take(self) -> Snapshot:
        async def send() -> Snapshot:
            self._asked_at = self._clock.monotonic()
            self._stale = False  # from here on, a move makes this snapshot an old one
            self.captures += 1
            return await self._device.capture()

        return await self._queue.run(Priority.CAPTURE, send)

    def _captured(self, task: asyncio.Task[Snapshot]) -> None:
        self._capturing = None
        now = self._clock.monotonic()
        if task.cancelled():
            return
        err = task.exception()
        if isinstance(err, SodaError):
            self._failure, self._failed_at, self._stale = err, now, True
        elif err is None:
            self.last, self._taken_at, self._failure = task.result(), self._asked_at, None
            for listener in tuple(self._listeners):
                listener()
