"""Stills from memory: one photo serves whoever and however many look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .call_queue import CallQueue, Priority
from .device import Device
from .errors import AnswerTimeout, SodaError
from .models import Still
from .waiting import outcome_of

DEFAULT_INTERVAL = 30.0
PATIENCE = 8.0  # seconds; Home Assistant gives up on a still after 10
FAILURE_PAUSE = 10.0  # seconds without another try after a failed photo


class Stills:
    """The newest photo of one device."""

    def __init__(self, device: Device, queue: CallQueue) -> None:
        """Start without a photo."""
        self._device = device
        self._clock = device.clock
        self._queue = queue
        self.interval = DEFAULT_INTERVAL
        self.last: Still | None = None
        self.captures = 0
        self._asked_at = float("-inf")  # monotonic time of the newest command for a photo
        self._taken_at = float("-inf")  # ... and of the one that brought the last photo
        self._stale = True
        self._failed_at = float("-inf")
        self._failure: SodaError | None = None
        self._capturing: asyncio.Task[Still] | None = None
        self._listeners: list[Callable[[], None]] = []

    def expire(self) -> None:
        """Let the next look fetch a new photo: the camera has moved."""
        self._stale = True

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have `listener` called when there is a new photo."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def get(self) -> Still:
        """Return a photo that is recent enough, or the last good one if none comes in 8 s.

        Raises:
            SodaError: if there is no photo at all.

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

    async def capture(self) -> Still:
        """Take a photo now, or share the one that is being taken.

        Raises:
            SodaError: if there is none.

        """
        return await outcome_of(self._capture())

    async def close(self) -> None:
        """Wait for the end of a capture under way; closing the call queue has brought it about."""
        if self._capturing is not None:
            await asyncio.wait({self._capturing})

    def _last_or(self, err: BaseException) -> Still:
        if self.last is None:
            raise err
        return self.last

    def _capture(self) -> asyncio.Task[Still]:
        # A task of its own: it goes on when a viewer leaves.
        if self._capturing is None:
            self._capturing = asyncio.create_task(self._photograph())
            self._capturing.add_done_callback(self._captured)
        return self._capturing

    async def _photograph(self) -> Still:
        async def send() -> Still:
            self._asked_at = self._clock.monotonic()
            self._stale = False  # from here on, a move makes this photo an old one
            self.captures += 1
            return await self._device.capture()

        return await self._queue.run(Priority.CAPTURE, send)

    def _captured(self, task: asyncio.Task[Still]) -> None:
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
