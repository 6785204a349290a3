"""One move of a device."""

from __future__ import annotations

import asyncio

from .clock import Clock, Timer
from .models import Command


class Move:
    """A move from its start, sent or still waiting, to its stop.

    Attributes:
        command: what moves.
        seconds: how long the watchdog lets it run.
        sent: whether the start has left, so that a stop is due.
        ended: set when the stop is wanted.
        waiting: the start's wait for its turn, which can be taken back.
        started, stopped: done when the device has answered, or with what went wrong.

    """

    def __init__(self, command: Command, seconds: float, clock: Clock) -> None:
        """Prepare; nothing is sent yet."""
        loop = asyncio.get_running_loop()
        self.command = command
        self.seconds = seconds
        self.sent = False
        self.ended = asyncio.Event()
        self.waiting: asyncio.Task[None] | None = None
        self.started: asyncio.Future[None] = loop.create_future()
        self.stopped: asyncio.Future[None] = loop.create_future()
        self._clock = clock
        self._watchdog: Timer | None = None
        for future in (self.started, self.stopped):
            future.add_done_callback(lambda done: done.cancelled() or done.exception())

    def restart_watchdog(self) -> None:
        """Start the watchdog afresh."""
        if self._watchdog is not None:
            self._watchdog.cancel()
        self._watchdog = self._clock.call_later(self.seconds, self.end)

    def end(self) -> None:
        """Ask for the stop; a start that was not sent yet is not sent any more."""
        self.ended.set()
        if self._watchdog is not None:
            self._watchdog.cancel()
        if self.waiting is not None and not self.sent:
            self.waiting.cancel()
