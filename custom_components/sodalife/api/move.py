"""One move of a device, and what is known of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from .clock import Clock, Timer
from .errors import (
    CaptureQuotaUsed,
    DeviceNotFound,
    DeviceNotPermitted,
    DeviceOffline,
    EndStop,
    InvalidClient,
    InvalidParameter,
    InvalidSerial,
    NotPermitted,
    NotSupported,
    PtzNotPermitted,
    QueueBusy,
    RateLimited,
    TokenPaused,
    TokenRejected,
    TooManyViewers,
)
from .models import Command


class MoveState(Enum):
    """How far a move has come, and what is known of its start."""

    WAITING = auto()  # for its turn or, refused, for another token: nothing is on its way
    SENT = auto()  # the start is on its way
    LEFT = auto()  # behind by an earlier run, which did not live to see its stop
    ACKNOWLEDGED = auto()  # the platform said SUCCESS: it moves
    REFUSED = auto()  # the device or the platform said that nothing moves
    UNKNOWN = auto()  # no answer, or none that tells
    STOPPING = auto()  # a stop is due
    STOPPED = auto()  # nothing is due any more


class TakenBack(Exception):
    """A start was not wanted any more before it was sent."""


MAY_BE_MOVING = (
    MoveState.SENT,
    MoveState.LEFT,
    MoveState.ACKNOWLEDGED,
    MoveState.UNKNOWN,
    MoveState.STOPPING,
)

# With these the device or the platform says that nothing moves. Whatever else comes back, a
# gateway's page or an error that nobody has heard of, says nothing about the motor.
SAY_THAT_NOTHING_MOVES: tuple[type[Exception], ...] = (
    CaptureQuotaUsed,
    DeviceNotFound,
    DeviceNotPermitted,
    DeviceOffline,
    EndStop,
    InvalidClient,
    InvalidParameter,
    InvalidSerial,
    NotPermitted,
    NotSupported,
    PtzNotPermitted,
    QueueBusy,
    RateLimited,
    TokenPaused,
    TokenRejected,
    TooManyViewers,
)


def state_after(err: BaseException | None) -> MoveState:
    """Return what is known of a start that ended with an error, or with None: with success."""
    if err is None:
        return MoveState.ACKNOWLEDGED
    refused = isinstance(err, SAY_THAT_NOTHING_MOVES)
    return MoveState.REFUSED if refused else MoveState.UNKNOWN


@dataclass(frozen=True, slots=True)
class LeftMove:
    """A move that an earlier run began and, as far as is written down, did not stop."""

    command: Command
    written_at: float  # seconds since the epoch


class MoveRecord(Protocol):
    """Keeps what may be moving over a crash: written before a start, erased after its stop.

    Nothing is waited for but in `written`; what was begun goes on when its caller leaves.
    """

    def write(self, serial: str, command: Command) -> None:
        """Begin to write down that a device may be moving from now on."""

    def erase(self, serial: str) -> None:
        """Begin to write down that it is not."""

    async def written(self) -> None:
        """Return when everything is written."""


class NoRecord:
    """Keeps nothing."""

    def write(self, serial: str, command: Command) -> None:
        """Keep nothing."""

    def erase(self, serial: str) -> None:
        """Keep nothing."""

    async def written(self) -> None:
        """Return."""


class Watchdog:
    """Ends a move that nobody ends."""

    def __init__(self, clock: Clock, seconds: float, bite: Callable[[], None]) -> None:
        """Take how long it waits, and what it does then."""
        self.seconds = seconds
        self._clock = clock
        self._bite = bite
        self._timer: Timer | None = None

    def restart(self) -> None:
        """Wait for the seconds from now."""
        self.cancel()
        self._timer = self._clock.call_later(self.seconds, self._bite)

    def cancel(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Move:
    """A move from the wish for it to its stop.

    Attributes:
        command: what moves.
        state: how far it has come, and what is known of its start.
        error: why it could not be started.
        stop_error: why it could not be stopped, once that is `reported`.
        sent_at: monotonic time at which the start went out, the last time that it did.
        callers: how many wait for it.
        begun: set when the start has gone out, or never will.
        settled: set when what there is to know of the start is known.
        wanted_to_end: set when the stop is wanted.
        reported: set when callers can be told what came of the stop.
        over: set when others may have their turn.

    """

    def __init__(self, command: Command, seconds: float, clock: Clock) -> None:
        """Prepare; nothing is sent yet. The watchdog lets it run for so many seconds."""
        self.command = command
        self.state = MoveState.WAITING
        self.error: Exception | None = None
        self.stop_error: Exception | None = None
        self.sent_at = float("-inf")
        self.callers = 0
        self.begun = asyncio.Event()
        self.settled = asyncio.Event()
        self.wanted_to_end = asyncio.Event()
        self.reported = asyncio.Event()
        self.over = asyncio.Event()
        self._clock = clock
        self._watchdog = Watchdog(clock, seconds, self.end)

    @classmethod
    def left_behind(cls, left: LeftMove, clock: Clock) -> Move:
        """Return a move of an earlier run, which wants its stop."""
        move = cls(left.command, 0.0, clock)
        move.sent()
        move.sent_at -= max(0.0, clock.time() - left.written_at)
        move.state = MoveState.LEFT
        move.settled.set()
        move.end()
        return move

    @property
    def may_be_moving(self) -> bool:
        """Whether the motor may be running."""
        return self.state in MAY_BE_MOVING

    def sent(self) -> None:
        """Note that the start goes out.

        Raises:
            TakenBack: if it must not go out any more.

        """
        if self.wanted_to_end.is_set():
            raise TakenBack
        self.state = MoveState.SENT
        self.sent_at = self._clock.monotonic()
        self.begun.set()

    def refused(self) -> None:
        """Note that what went out came to nothing; it may go out anew."""
        self.state = MoveState.WAITING

    def settle(self, err: Exception | None) -> None:
        """Note what came of the start. The end of the range is an end, no error.

        A move that is not known to run is nothing that the same wish could join.
        """
        nothing_out = self.state is MoveState.WAITING
        self.state = MoveState.REFUSED if nothing_out else state_after(err)
        self.error = None if isinstance(err, EndStop | TakenBack) else err
        self.begun.set()
        self.settled.set()
        if self.state is not MoveState.ACKNOWLEDGED:
            self.wanted_to_end.set()
        elif not self.wanted_to_end.is_set():
            self._watchdog.restart()

    def extend(self, seconds: float) -> None:
        """Follow the same wish once more: it runs for so many seconds from now, or its start."""
        self._watchdog.seconds = seconds
        if self.state is MoveState.ACKNOWLEDGED:
            self._watchdog.restart()

    def end(self) -> None:
        """Ask for the stop; a start that was not sent yet is not sent any more."""
        self.wanted_to_end.set()
        self._watchdog.cancel()

    def report(self, err: Exception | None) -> None:
        """Tell callers what came of the stop; the first word counts."""
        if not self.reported.is_set():
            self.stop_error = err
            self.reported.set()
