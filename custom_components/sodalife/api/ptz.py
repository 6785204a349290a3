"""Moves that end: a stop follows every start, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
import logging

from .background import Background
from .call_queue import MAX_WAIT, CallQueue, Priority
from .clock import timeout
from .device import Device
from .errors import AnswerTimeout, QueueBusy
from .models import Command
from .move import MAY_BE_MOVING, LeftMove, Move, MoveRecord, MoveState, TakenBack
from .stop_delivery import StopDelivery

_LOGGER = logging.getLogger(__name__)
HOME_SECONDS = 5.0  # a return to the preset; then the stop that the platform wants
RECORD_PATIENCE = 0.005  # seconds that a start waits for being written down
MAX_CLOSE = 20.0  # seconds that letting go may take; Home Assistant gives no more either


class Ptz:
    """Moves one device."""

    def __init__(
        self, device: Device, queue: CallQueue, record: MoveRecord, on_moved: Callable[[], None]
    ) -> None:
        """Take the device, its queue, a record of moves, and what to call when the view changed."""
        self._device = device
        self._queue = queue
        self._clock = device.clock
        self._record = record
        self._on_moved = on_moved
        self._stops = StopDelivery(device, queue)
        self._background = Background()
        self._move: Move | None = None
        self._presses = 0  # of stop
        self._closed = False

    @property
    def moving(self) -> Command | None:
        """The command of the move that runs, or may."""
        move = self._move
        return move.command if move is not None and move.may_be_moving else None

    async def start(self, command: Command, seconds: float) -> None:
        """Start a move and return; it stops by itself after some seconds.

        Raises:
            SodaError: if it could not be started. The end of the range is no error.

        """
        await self._make(command, seconds, to_its_end=False)

    async def move(self, command: Command, seconds: float) -> None:
        """Move for some seconds and return when it has stopped.

        Raises:
            SodaError: if it could not be started or, after retries, not be stopped.

        """
        await self._make(command, seconds, to_its_end=True)

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
        self._presses += 1
        if (move := self._move) is not None:
            self._end(move)
            await move.settled.wait()
            if move.state in MAY_BE_MOVING and not move.reported.is_set():
                await move.reported.wait()
                if move.stop_error is not None:
                    raise move.stop_error
                return
        await self._stops.stop_unknown()

    def recover(self, left: LeftMove) -> None:
        """Stop what an earlier run began and did not live to stop, before anything else."""
        move = self._move = Move.left_behind(left, self._clock)
        self._background.spawn(self._recover(move))

    async def close(self) -> None:
        """Stop what moves and start nothing any more; takes at most 20 s."""
        self._closed = True
        if self._move is not None:
            self._end(self._move)
        self._stops.hurry()
        try:
            async with timeout(self._clock, MAX_CLOSE):
                await self._background.wait()
                await self._stops.wait()
                await self._record.written()
        except TimeoutError:
            await self._background.cancel()
            await self._stops.cancel()
            if self._move is not None:  # its task never ran
                self._let_go(self._move)
        if self._stops.due:
            _LOGGER.warning("Camera %s may still be moving: it took no stop", self._device.serial)

    async def _make(self, command: Command, seconds: float, *, to_its_end: bool) -> None:
        """Have a move made, or join the one that runs for the same wish.

        Raises:
            QueueBusy: if it was not sent within 30 s.
            SodaError: if it could not be started or, `to_its_end`, be stopped.

        """
        deadline = self._clock.monotonic() + MAX_WAIT
        try:
            async with timeout(self._clock, MAX_WAIT):
                move = await self._take_over(command, seconds)
        except TimeoutError:
            raise QueueBusy from None
        await self._wait_for(move, deadline, to_its_end=to_its_end)

    async def _wait_for(self, move: Move, deadline: float, *, to_its_end: bool) -> None:
        """Wait for a move's start, to be sent by a time, and for its end if that is wanted.

        It ends when the last one who waits for it is cancelled, or gives up before it is sent.
        """
        move.callers += 1
        try:
            async with timeout(self._clock, deadline - self._clock.monotonic()):
                await move.begun.wait()
            await move.settled.wait()
            if to_its_end and move.error is None:
                await move.reported.wait()
        except (TimeoutError, asyncio.CancelledError) as err:
            if move.callers == 1:
                self._end(move)
            if isinstance(err, TimeoutError):
                raise QueueBusy from None
            raise
        finally:
            move.callers -= 1
        if failure := move.error or (move.stop_error if to_its_end else None):
            raise failure

    async def _take_over(self, command: Command, seconds: float) -> Move:
        """Return the move that runs, if it is the one wanted, else end it and begin ours."""
        presses = self._presses
        while (current := self._move) is not None and presses == self._presses:
            if current.command is command and not current.wanted_to_end.is_set():
                current.extend(seconds)
                return current
            self._end(current)
            await current.over.wait()
        if self._closed:
            raise QueueBusy
        move = Move(command, seconds, self._clock)
        if presses == self._presses:
            self._move = move
            self._background.spawn(self._carry_out(move))
        else:  # a stop takes back whatever waits
            move.settle(TakenBack())
            move.report(None)
        return move

    def _end(self, move: Move) -> None:
        move.end()
        if not move.begun.is_set():
            self._queue.withdraw(move)

    async def _carry_out(self, move: Move) -> None:
        """Have a move carried out, from its turn to its stop."""
        try:
            await self._take_turn(move)
        except QueueBusy as err:  # withdrawn, which is no error, or closed
            move.settle(TakenBack() if move.wanted_to_end.is_set() else err)
        finally:
            self._let_go(move)
        await self._see_off(move)

    async def _recover(self, move: Move) -> None:
        try:
            with self._queue.out_of_turn():
                await self._stops.deliver(move)
                self._queue.start_cooldown()
        finally:
            self._let_go(move)
        await self._see_off(move)

    async def _take_turn(self, move: Move) -> None:
        """Start, wait for the end, and stop; nothing else passes meanwhile."""
        if move.wanted_to_end.is_set():  # before it had a place in the queue to withdraw from
            raise QueueBusy
        async with self._queue.turn(Priority.PTZ, move):
            self._stops.free.clear()
            try:
                if self._stops.due and await self._stops.try_due():
                    await self._queue.cool_down()
                with suppress(Exception):  # too slow, or worse: a move does not depend on it
                    self._record.write(self._device.serial, move.command)
                    async with timeout(self._clock, RECORD_PATIENCE):
                        await self._record.written()
                move.settle(await self._device.try_start(move.command, move.sent, move.refused))
                if move.state is MoveState.ACKNOWLEDGED:
                    await move.wanted_to_end.wait()
                elif move.sent_at == float("-inf"):
                    self._queue.leave_unused()
            finally:
                self._stops.free.set()
            await self._stops.deliver(move)

    def _let_go(self, move: Move) -> None:
        """Tell who waits, and let others have their turn."""
        if self._move is move:
            self._move = None
        if not move.settled.is_set():
            move.settle(AnswerTimeout())  # cut short
        if move.state in MAY_BE_MOVING:
            self._stops.expect(move)
            move.report(AnswerTimeout())
        move.reported.set()
        move.over.set()

    async def _see_off(self, move: Move) -> None:
        """Deliver what is still due, then see to what was written down."""
        if move.sent_at > float("-inf"):
            self._on_moved()
        if move in self._stops.due:
            await self._stops.keep_trying(move)
            self._on_moved()  # again: it may have gone on all the time
        if self._move is not None:
            return  # who came later does that
        with suppress(Exception):
            if not self._stops.due:
                self._record.erase(self._device.serial)
            elif move not in self._stops.due:  # ours stands there
                self._record.write(self._device.serial, self._stops.due[-1].command)
