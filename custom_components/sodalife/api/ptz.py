"""Moves that end: a stop follows every start, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
import logging

from .background import Background
from .call_queue import MAX_WAIT, CallQueue, Priority
from .clock import timeout
from .device import Device
from .errors import AnswerTimeout, QueueBusy
from .logbook import Logbook
from .models import Command
from .move import LeftMove, Move, MoveRecord, MoveState, TakenBack
from .stop_delivery import StopDelivery

_LOGGER = logging.getLogger(__name__)

HOME_SECONDS = 5.0  # a return to the preset; then the stop that the platform wants
MAX_CLOSE = 20.0  # seconds that letting go may take; Home Assistant gives no more either


class Ptz:
    """Moves one device."""

    def __init__(
        self, device: Device, queue: CallQueue, record: MoveRecord, on_moved: Callable[[], None]
    ) -> None:
        """Take the device, its queue, where moves are written down, and whom to tell of them.

        `on_moved` is called when the picture has changed.
        """
        self._device = device
        self._queue = queue
        self._clock = device.clock
        self._logbook = Logbook(record, device.serial, device.clock)
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
        await self._begin(command, seconds)

    async def move(self, command: Command, seconds: float) -> None:
        """Move for some seconds and return when it has stopped.

        Raises:
            SodaError: if it could not be started or, after retries, not be stopped.

        """
        await self._stopped(await self._begin(command, seconds))

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
            if move.may_be_moving and not move.reported.is_set():
                return await self._stopped(move)
        return await self._stops.stop_unknown()

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
        under_way = (self._background, self._stops, self._logbook)
        try:
            async with timeout(self._clock, MAX_CLOSE):
                for work in under_way:
                    await work.wait()
        except TimeoutError:
            for work in under_way:
                await work.cancel()
            if self._move is not None:  # its task never ran
                self._let_go(self._move)
        if self._stops.due is not None:
            _LOGGER.warning("Camera %s may still be moving: it took no stop", self._device.serial)

    async def _begin(self, command: Command, seconds: float) -> Move:
        """Return a move that was started for this wish, or for the same one earlier.

        Raises:
            QueueBusy: if it was not sent within 30 s.
            SodaError: if it could not be started.

        """
        try:
            async with timeout(self._clock, MAX_WAIT):
                move = await self._take_over(command, seconds)
                with self._waiting_for(move):
                    await move.begun.wait()
        except TimeoutError:
            raise QueueBusy from None
        with self._waiting_for(move):
            await move.settled.wait()
        if move.error is not None:
            raise move.error
        return move

    async def _stopped(self, move: Move) -> None:
        with self._waiting_for(move):
            await move.reported.wait()
        if move.stop_error is not None:
            raise move.stop_error

    @contextmanager
    def _waiting_for(self, move: Move) -> Generator[None]:
        """Wait for a move; it ends when the last one who does is cancelled or gives up."""
        move.callers += 1
        try:
            yield
        except asyncio.CancelledError:
            if move.callers == 1:
                self._end(move)
            raise
        finally:
            move.callers -= 1

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
        finally:
            self._let_go(move)
        await self._see_off(move)

    async def _take_turn(self, move: Move) -> None:
        if move.wanted_to_end.is_set():  # before it had a place in the queue to withdraw from
            raise QueueBusy
        async with self._queue.turn(Priority.PTZ, move):
            with self._stops.giving_way():
                if await self._stops.try_due():
                    await self._queue.cool_down()
                await self._start(move)
                if move.state is MoveState.ACKNOWLEDGED:
                    await move.wanted_to_end.wait()
            await self._stops.deliver(move)

    async def _start(self, move: Move) -> None:
        """Send the start, and note what comes of it, whatever that is."""
        await self._logbook.write(move.command)
        err: Exception | None = None
        try:
            await self._device.start(move.command, move.sent)
            self._on_moved()
        except Exception as caught:  # noqa: BLE001 - a bug of ours must not leave a motor running
            err = caught
        move.settle(err)
        if move.sent_at > float("-inf"):
            self._queue.start_cooldown()

    def _let_go(self, move: Move) -> None:
        """Tell who waits, and let others have their turn."""
        if self._move is move:
            self._move = None
        if not move.settled.is_set():
            move.settle(AnswerTimeout())  # cut short
        if move.may_be_moving:
            self._stops.expect(move)
            move.report(AnswerTimeout())
        move.report(None)
        move.over.set()
        if move.sent_at > float("-inf"):
            self._on_moved()

    async def _see_off(self, move: Move) -> None:
        """Deliver what is still due, then see to what was written down."""
        await self._stops.keep_trying(move)
        if self._move is not None:
            return  # who came later does that
        if (due := self._stops.due) is None:
            await self._logbook.erase()
        elif due is not move:
            await self._logbook.write(due.command)  # ours stands there
