"""The stops that are due to one device, and how long they are tried.

"开始云台控制之后必须先调用停止云台控制才能进行其他操作" (SodaLife "视频控制", rev. 2020-12-21):
after a start, a stop must come before anything else is asked of the device.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
import logging
import math

from .backoff import Backoff
from .call_queue import CallQueue
from .clock import timeout
from .device import Device
from .errors import AnswerTimeout, EndStop, RateLimited, TokenPaused, TokenRejected
from .models import Command
from .move import SAY_THAT_NOTHING_MOVES, Move, MoveState
from .pace import was_asked
from .single_flight import SingleFlight

_LOGGER = logging.getLogger(__name__)

LATE_START = 10.0  # seconds after it was sent in which a start may still be carried out
UNKNOWN_OVER = 15.0  # seconds after such a start when the device is free again in any case
UNKNOWN_RETRY = 11.0  # ... until which stops are repeated: then the platform's 4 s have to pass
STOP_RETRY_PAUSES = (0.3, 0.7, 1.5)  # seconds before a failed stop is sent again
FIRST_RETRY_PAUSE = 5.0  # ... and when that was reported: pauses that double ...
MAX_RETRY_PAUSE = 60.0
MAX_RETRY = 900.0  # ... until the motor is at its end in any case
EXCLUSIVE = 60.0  # seconds that nothing else passes while a stop is due

_DUE = (MoveState.ACKNOWLEDGED, MoveState.LEFT, MoveState.UNKNOWN)
_SURELY_DELIVERED = (MoveState.ACKNOWLEDGED, MoveState.LEFT)
_MAY_START_LATE = (MoveState.LEFT, MoveState.UNKNOWN)
_PASSING = (RateLimited, TokenPaused, TokenRejected)
_HOPELESS = tuple(kind for kind in SAY_THAT_NOTHING_MOVES if kind not in _PASSING)


class StopDelivery:
    """Sends one device its stops.

    A stop is *delivered* when it was sent after its start was settled, and was answered with
    success or with the end of the range. No error counts as that, of whatever type.

    Attributes:
        due: the moves whose stop is not delivered yet, the last one last.
        free: not set while a move is started: a stop due from an earlier one would end it.

    """

    def __init__(self, device: Device, queue: CallQueue) -> None:
        """Take the device and its queue, which a stop passes by."""
        self._device = device
        self._queue = queue
        self._clock = device.clock
        self._last = Command.ZOOM_IN  # what moved last, or may have
        self._sent_at = float("-inf")  # monotonic time of the last stop
        self.due: list[Move] = []
        self.free = asyncio.Event()
        self.free.set()
        self._wake = asyncio.Event()  # ends long pauses
        self._hurrying = False
        self._unknown: SingleFlight[None] = SingleFlight()

    def hurry(self) -> None:
        """Try what is due at once, and then no more: the end is near."""
        self._hurrying = True
        self._wake.set()

    async def deliver(self, move: Move) -> None:
        """Send the stop that is due after a start, and report what callers are to be told.

        Returns when nothing is due any more, and after a minute at the latest: then others may
        have their turns, and `keep_trying` goes on.
        """
        if (known := move.state) not in _DUE:
            move.state = MoveState.STOPPED
            return
        self._last = move.command
        self.expect(move)
        surely = known in _SURELY_DELIVERED
        over = EXCLUSIVE if surely else max(1.0, self._seconds_until(move, UNKNOWN_OVER))
        with suppress(TimeoutError):
            async with timeout(self._clock, over):
                until = math.inf if surely else move.sent_at + UNKNOWN_RETRY
                err = await self._try(move.command, until=until)
                if not move.reported.is_set():
                    move.stop_error = err
                    move.reported.set()
                if err is not None:
                    self._complain(err)
                if known in _MAY_START_LATE:
                    await self._stop_late(move, until)
                if surely and move in self.due:
                    await self._insist(move, EXCLUSIVE)
        if not move.reported.is_set():
            move.report(AnswerTimeout())
        if not surely:
            self._finish(move)

    async def keep_trying(self, move: Move) -> None:
        """Go on with a stop that could not be delivered, while others have their turns."""
        if move in self.due and not self._hurrying:
            with suppress(TimeoutError):
                async with timeout(self._clock, MAX_RETRY - EXCLUSIVE):
                    await self._insist(move, MAX_RETRY)
        if move in self.due and not self._hurrying:
            _LOGGER.warning("Camera %s never took a stop", self._device.serial)
            self._finish(move)

    async def try_due(self) -> bool:
        """Send what is still due from an earlier move, and tell whether anything was."""
        if not self.due:
            return False
        with self._queue.out_of_turn():
            self._cool_down_after(await self._send(self.due[-1].command))
        return True

    def expect(self, move: Move) -> None:
        """Note that a stop is due."""
        move.state = MoveState.STOPPING
        if move not in self.due:
            self.due.append(move)
        if not self._hurrying:
            self._wake.clear()

    async def stop_unknown(self) -> None:
        """Stop whatever may be moving, without knowing of a move; goes on without its caller.

        Raises:
            Exception: what the last try ended with, if the stop could not be delivered.

        """
        await self._unknown.run(self._stop_unknown)

    async def wait(self) -> None:
        """Return when no stop is under way that nobody knows a move for."""
        await self._unknown.wait()

    async def cancel(self) -> None:
        """End what is left of it."""
        await self._unknown.cancel()

    async def _stop_unknown(self) -> None:
        # Nobody is known to need it, unless one is due: where the device says that nothing
        # moves, it is not repeated.
        hopeless = () if self.due else _HOPELESS
        with self._queue.out_of_turn():  # nothing may begin between the tries that they would stop
            err = await self._try(self._last, hopeless)
            self._cool_down_after(err)
        if err is not None:
            raise err

    async def _stop_late(self, move: Move, until: float) -> None:
        """Stop once more: the platform may have carried the start out after our stop."""
        await self._insist(move, self._seconds_until(move, LATE_START))
        if delivered := move not in self.due:
            until = min(until, move.sent_at + UNKNOWN_RETRY)
        if (wait := self._seconds_until(move, LATE_START)) > 0:
            await self._clock.sleep(wait)
        if self._sent_at < move.sent_at + LATE_START:  # whenever it was answered
            self.expect(move)
            await self._try(move.command, until=until)
        if delivered:  # once, for certain: whether anything moves again is only a guess
            self._finish(move)

    async def _insist(self, move: Move, seconds: float) -> None:
        """Send a stop again and again, with growing pauses."""
        for pause in Backoff(FIRST_RETRY_PAUSE, MAX_RETRY_PAUSE).pauses(seconds):
            if move not in self.due:
                return
            with suppress(TimeoutError):
                async with timeout(self._clock, pause):
                    await self._wake.wait()
            if self._hurrying:
                await self.free.wait()
                if move in self.due[-1:]:  # else a later one's stop counts for this one, too
                    with self._queue.out_of_turn():
                        self._cool_down_after(await self._try(move.command))
                return
            if self.free.is_set():
                await self.try_due()

    async def _try(
        self,
        command: Command,
        hopeless: tuple[type[Exception], ...] = (),
        until: float = math.inf,
    ) -> Exception | None:
        """Send a stop up to four times; return what went wrong the last time.

        It is not repeated after a hopeless error, nor from a certain time on.
        """
        err = await self._send(command)
        for pause in STOP_RETRY_PAUSES:
            if err is None or isinstance(err, hopeless):
                break
            if self._clock.monotonic() + pause >= until:
                break
            await self._clock.sleep(pause)
            err = await self._send(command)
        return err

    async def _send(self, command: Command) -> Exception | None:
        """Send a stop, and return what went wrong."""
        due = tuple(self.due)  # their starts are settled by now: this stop counts for them
        self._sent_at = self._clock.monotonic()
        try:
            await self._device.stop(command)
        except EndStop:
            pass
        except Exception as err:  # noqa: BLE001 - a bug of ours must not leave a motor running
            return err
        for move in due:
            move.state = MoveState.STOPPED
            if move in self.due:
                self.due.remove(move)
        if not self.due:
            self._wake.set()
        return None

    def _finish(self, move: Move) -> None:
        """Note that nothing is due any more."""
        move.state = MoveState.STOPPED
        if move in self.due:
            self.due.remove(move)
        if not self.due:
            self._wake.set()

    def _cool_down_after(self, err: Exception | None) -> None:
        if was_asked(err):
            self._queue.start_cooldown()

    def _complain(self, err: Exception) -> None:
        _LOGGER.warning(
            "Camera %s: stop not delivered yet (%s), trying on",
            self._device.serial,
            getattr(err, "key", type(err).__name__),
        )

    def _seconds_until(self, move: Move, seconds: float) -> float:
        return move.sent_at + seconds - self._clock.monotonic()
