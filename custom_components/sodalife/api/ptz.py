"""Moves that end: a stop follows every start, whatever happens in between.

"开始云台控制之后必须先调用停止云台控制才能进行其他操作" (SodaLife "视频控制"): after a
start, a stop must come before anything else is asked of the device.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
import logging

from .call_queue import MAX_WAIT, CallQueue, Priority
from .device import Device
from .errors import (
    AnswerTimeout,
    DeviceOffline,
    EndStop,
    QueueBusy,
    RateLimited,
    SodaError,
    TokenPaused,
    TokenRejected,
)
from .models import Command
from .move import Move
from .waiting import outcome_of

_LOGGER = logging.getLogger(__name__)

HOME_SECONDS = 5.0  # a return to the preset; then the stop that the platform wants
LATE_START = 10.0  # seconds in which a start that was not answered may still be carried out
STOP_RETRY_PAUSES = (0.3, 0.7, 1.5)  # seconds before a failed stop is sent again
STOP_RETRY_FIRST_PAUSE = 5.0  # ... and when it was reported: pauses that double ...
STOP_RETRY_MAX_PAUSE = 60.0
STOP_RETRY_MAX_TIME = 900.0  # ... until the motor is at its end in any case


class Ptz:
    """Moves one device."""

    def __init__(self, device: Device, queue: CallQueue, on_moved: Callable[[], None]) -> None:
        """Take the device, its call queue, and what to call when the picture has changed."""
        self._device = device
        self._queue = queue
        self._clock = device.clock
        self._on_moved = on_moved
        self._move: Move | None = None
        self._last = Command.ZOOM_IN
        self._pending_stop: Command | None = None  # a stop that could not be delivered yet
        self._stop_retrier: asyncio.Task[None] | None = None  # delivers it
        self._late: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def moving(self) -> Command | None:
        """The command of the move that runs."""
        return self._move.command if self._move is not None and self._move.sent else None

    @property
    def _stop_command(self) -> Command:
        """The command to stop where no move is known: the pending one, else the last."""
        return self._last if self._pending_stop is None else self._pending_stop

    async def start(self, command: Command, seconds: float) -> None:
        """Start a move and return; it stops by itself after some seconds.

        Raises:
            SodaError: if it could not be started. The end of the range is no error.

        """
        move = await self._begin(command, seconds)
        await self._await(move, move.started)

    async def move(self, command: Command, seconds: float) -> None:
        """Move for some seconds and return when it has stopped.

        Raises:
            SodaError: if it could not be started or, after retries, not be stopped.

        """
        move = await self._begin(command, seconds)
        await self._await(move, move.started)
        await self._await(move, move.stopped)

    async def home(self) -> None:
        """Return to preset 1, and return when the camera has had the time to get there.

        Raises:
            SodaError: if it could not be started or, after retries, not be stopped.

        """
        await self.move(Command.HOME, HOME_SECONDS)

    async def stop(self) -> None:
        """Stop whatever moves, or may move.

        Raises:
            SodaError: if the stop could not be delivered, after retries.

        """
        if (move := self._move) is not None:
            move.end()
            await outcome_of(move.stopped)
            if move.sent:
                return
        await outcome_of(self._spawn(self._stop_unknown()))

    async def close(self) -> None:
        """Stop what moves and start nothing any more."""
        self._closed = True
        if self._move is not None:
            self._move.end()
            await asyncio.wait({self._move.stopped})
        for task in (self._stop_retrier, self._late):
            if task is not None:
                task.cancel()
        if self._pending_stop is not None:
            try:
                await self._deliver(self._pending_stop, keep_trying=False)
            except SodaError as err:
                _LOGGER.warning(
                    "Camera %s may still be moving: its stop was refused to the last (%s)",
                    self._device.serial,
                    err.key,
                )
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _await(self, move: Move, future: asyncio.Future[None]) -> None:
        try:
            await outcome_of(future)
        except asyncio.CancelledError:
            move.end()
            raise

    async def _begin(self, command: Command, seconds: float) -> Move:
        try:
            async with asyncio.timeout(MAX_WAIT):
                return await self._take_over(command, seconds)
        except TimeoutError:
            raise QueueBusy from None

    async def _take_over(self, command: Command, seconds: float) -> Move:
        """Return the move that runs, if it is the one wanted, else end it and begin ours."""
        while (current := self._move) is not None or self._pending_stop is not None:
            if current is None:
                await self._send_stop(
                    self._last if self._pending_stop is None else self._pending_stop
                )
            elif current.command is command and not current.ended.is_set():
                current.seconds = seconds
                if current.started.done():
                    current.restart_watchdog()
                return current
            else:
                current.end()
                await asyncio.wait({current.stopped})
        if self._closed:
            raise QueueBusy
        move = self._move = Move(command, seconds, self._clock)
        self._spawn(self._run(move))
        return move

    async def _run(self, move: Move) -> None:
        try:
            if await self._start_and_wait(move):
                move.end()
                await self._deliver(move.command, keep_trying=True)
        except SodaError as err:
            _LOGGER.warning(
                "Camera %s: stop not delivered yet (%s), trying on", self._device.serial, err.key
            )
            move.stopped.set_exception(err)
        finally:
            self._move = None
            self._queue.release(move)
            if move.sent:
                self._on_moved()
            if not move.stopped.done():
                move.stopped.set_result(None)

    async def _start_and_wait(self, move: Move) -> bool:
        """Start, wait for the end, and tell whether a stop is due."""
        if move.ended.is_set():  # another one was wanted before this got its turn
            move.started.set_result(None)
            return False
        move.waiting = asyncio.create_task(
            self._queue.run(Priority.PTZ, lambda: self._send_start(move))
        )
        try:
            await move.waiting
        except asyncio.CancelledError:
            if not move.ended.is_set():
                raise
            move.started.set_result(None)  # taken back before it was sent: no error
            return False
        except EndStop:
            move.started.set_result(None)
            return False
        except SodaError as err:
            move.started.set_exception(err)
            return move.sent and err.maybe_done  # perhaps it moves: nobody knows
        except Exception as err:  # noqa: BLE001  a bug must not leave a motor running
            move.started.set_exception(err)
            return move.sent
        move.started.set_result(None)
        if not move.ended.is_set():
            move.restart_watchdog()
            await move.ended.wait()
        return move.sent

    async def _send_start(self, move: Move) -> None:
        if move.ended.is_set():
            return
        move.sent = True
        self._queue.hold(move)
        self._last = move.command
        try:
            await self._device.start(move.command)
        except AnswerTimeout:
            self._late = self._spawn(self._stop_late())
            raise

    async def _deliver(self, command: Command, *, keep_trying: bool) -> None:
        """Stop, again if need be; with `keep_trying`, it is sent until it arrives."""
        for pause in (*STOP_RETRY_PAUSES, None):
            try:
                return await self._send_stop(command)
            except SodaError as err:
                if pause is None and keep_trying and not _is_final(err):
                    self._pending_stop = command
                    self._queue.hold(self)
                    if self._stop_retrier is not None:
                        self._stop_retrier.cancel()
                    self._stop_retrier = self._spawn(self._retry_stop())
                if pause is None or (_is_final(err) and not keep_trying):
                    raise
            await self._clock.sleep(pause)
        return None

    async def _stop_unknown(self) -> None:
        """Stop without knowing of a move; nothing may come between all the same."""
        holder = object()
        self._queue.hold(holder)
        try:
            await self._deliver(
                self._last if self._pending_stop is None else self._pending_stop, keep_trying=False
            )
        finally:
            self._queue.release(holder)

    async def _stop_late(self) -> None:
        """Stop once more for a start that the platform may carry out after our stop."""
        await self._clock.sleep(LATE_START)
        if self._move is None:  # else that one's stop will do
            await self._stop_unknown()

    async def _send_stop(self, command: Command) -> None:
        try:
            await self._device.stop(command)
        except EndStop:
            pass
        except SodaError as err:
            self._queue.start_cooldown(err)
            raise
        self._queue.start_cooldown()
        self._stop_delivered()

    async def _retry_stop(self) -> None:
        """Go on sending a stop that could not be delivered."""
        pause, waited = STOP_RETRY_FIRST_PAUSE, 0.0
        while self._pending_stop is not None and waited < STOP_RETRY_MAX_TIME:
            await self._clock.sleep(pause)
            waited += pause
            pause = min(pause * 2, STOP_RETRY_MAX_PAUSE)
            if self._pending_stop is not None:
                with suppress(SodaError):  # whatever it says: something may be moving
                    await self._send_stop(self._pending_stop)
        self._stop_delivered()

    def _stop_delivered(self) -> None:
        """Note that no stop is pending any more."""
        self._pending_stop = None
        self._queue.release(self)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task


def _is_final(err: SodaError) -> bool:
    """Tell whether it is no use to repeat a stop that nobody is known to need."""
    passing = (RateLimited, TokenRejected, TokenPaused, DeviceOffline)
    return not err.maybe_done and not isinstance(err, passing)
