"""The old faults about stops, turns and dialects, put back one at a time: faults.md, A."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from custom_components.sodalife.api import (
    Command,
    SodaClient,
    SodaError,
    dialect,
    single_flight,
    stop_delivery,
)
from custom_components.sodalife.api.background import Background
from custom_components.sodalife.api.device import Device
from custom_components.sodalife.api.errors import AnswerTimeout, CannotConnect, QueueBusy
from custom_components.sodalife.api.move import Move, MoveState, TakenBack
from custom_components.sodalife.api.ptz import Ptz
from custom_components.sodalife.api.stop_delivery import StopDelivery

Patch = pytest.MonkeyPatch
FOUR_TRIES = sum(stop_delivery.STOP_RETRY_PAUSES) + 0.1  # seconds


def describing_an_error_raises(patch: Patch) -> None:
    """As `err.os_error` of a certificate error did."""
    send = SodaClient._send

    async def described(self: SodaClient, *args: Any) -> Any:
        try:
            return await send(self, *args)
        except CannotConnect as err:
            raise AttributeError("os_error") from err

    patch.setattr(SodaClient, "_send", described)


def any_odd_exception_is_a_stop(patch: Patch) -> None:
    """Success by default: only the errors that somebody thought of keep a stop from counting."""
    stop = Device.stop

    async def believed(self: Device, command: Command) -> None:
        try:
            await stop(self, command)
        except SodaError:
            raise
        except Exception:  # noqa: BLE001 - as it was
            pass

    patch.setattr(Device, "stop", believed)


def a_stop_that_gets_no_answer_is_one(patch: Patch) -> None:
    """Both at once: where its error was to be described, something odd was raised."""
    any_odd_exception_is_a_stop(patch)
    stop = SodaClient.stop

    async def described(self: SodaClient, serial: str, command: Command) -> None:
        try:
            await stop(self, serial, command)
        except CannotConnect as err:
            raise AttributeError("os_error") from err

    patch.setattr(SodaClient, "stop", described)


def closing_forgets_late_starts(patch: Patch) -> None:
    """The second stop waited in a task that was ended when the entry was unloaded."""
    stop_late = StopDelivery._stop_late

    async def until_closed(self: StopDelivery, move: Move, until: float) -> None:
        while self._seconds_until(move, stop_delivery.LATE_START) > 0 and not self._hurrying:
            await self._clock.sleep(0.1)
        if not self._hurrying:
            await stop_late(self, move, until)

    patch.setattr(StopDelivery, "_stop_late", until_closed)


def only_silence_may_start_late(patch: Patch) -> None:
    """Only the class AnswerTimeout asked for a second stop."""
    stop_late = StopDelivery._stop_late

    async def after_silence(self: StopDelivery, move: Move, until: float) -> None:
        if move.error is None or isinstance(move.error, AnswerTimeout):
            await stop_late(self, move, until)

    patch.setattr(StopDelivery, "_stop_late", after_silence)


def insists_although_nothing_may_move(patch: Patch) -> None:
    """What is known of the start did not count, and nobody had a turn for a quarter of an hour."""
    surely = (*stop_delivery._SURELY_DELIVERED, MoveState.UNKNOWN)
    patch.setattr(stop_delivery, "_SURELY_DELIVERED", surely)
    patch.setattr(stop_delivery, "EXCLUSIVE", stop_delivery.MAX_RETRY)


def gives_up_on_a_hopeless_error(patch: Patch) -> None:
    """Four tries, and nothing more was due."""
    attempt = StopDelivery._try

    async def four_times(self: StopDelivery, *args: Any, **options: Any) -> Exception | None:
        err = await attempt(self, *args, **options)
        if isinstance(err, stop_delivery._HOPELESS):
            for move in tuple(self.due):
                self._finish(move)
        return err

    patch.setattr(StopDelivery, "_try", four_times)


def remembers_before_the_outcome(patch: Patch) -> None:
    """Every wish counted as what moved last, before the device had its say."""
    take_turn = Ptz._take_turn

    async def remembered(self: Ptz, move: Move) -> None:
        self._stops._last = move.command
        await take_turn(self, move)

    patch.setattr(Ptz, "_take_turn", remembered)


def a_stop_is_refused_by_the_dialect(patch: Patch) -> None:
    """A stop with a command that the revision lacks was not sent."""
    remembers_before_the_outcome(patch)
    encode = dialect.Dialect.encode

    def strict(self: dialect.Dialect, request: Any, token: str) -> Any:
        if request.command is not None and request.command not in self.commands:
            raise self._lacks(request.command.name)
        return encode(self, request, token)

    patch.setattr(dialect.Dialect, "encode", strict)


def waiters_are_told_by_the_task_itself(patch: Patch) -> None:
    """In its `finally`, which does not run if it is cancelled before it has begun."""
    init = single_flight.SharedCall.__init__

    def made(
        self: single_flight.SharedCall[Any],
        clock: Any,
        work: Callable[[asyncio.Event], Coroutine[Any, Any, Any]],
        on_done: Callable[[], object] = lambda: None,
        **options: Any,
    ) -> None:
        ended = asyncio.Event()

        async def do(begun: asyncio.Event) -> Any:
            try:
                return await work(begun)
            finally:
                on_done()
                begun.set()
                ended.set()

        init(self, clock, do, **options)
        vars(self).update(wait=ended.wait)

    patch.setattr(single_flight.SharedCall, "__init__", made)
    patch.setattr(single_flight.SharedCall, "_done", lambda _: None)


def given_up_is_stopped(patch: Patch) -> None:
    """After four tries whoever waited had their turns, and a new start did not see to the stop."""
    patch.setattr(stop_delivery, "EXCLUSIVE", FOUR_TRIES)
    try_due = StopDelivery.try_due

    async def not_for_another(self: StopDelivery) -> bool:
        return self.free.is_set() and await try_due(self)

    patch.setattr(StopDelivery, "try_due", not_for_another)


def nobody_looks_at_the_end_of_a_start(patch: Patch) -> None:
    """An exception that nobody thought of ended the task, and only that."""

    async def try_start(self: Device, command: Command, *ways: Any) -> Exception | None:
        try:
            await self.start(command, *ways)
        except (SodaError, TakenBack) as err:
            return err
        return None

    async def carry_out(self: Ptz, move: Move) -> None:
        try:
            await self._take_turn(move)
        except QueueBusy as err:
            move.settle(TakenBack() if move.wanted_to_end.is_set() else err)
        self._let_go(move)
        await self._see_off(move)

    patch.setattr(Device, "try_start", try_start)
    patch.setattr(Ptz, "_carry_out", carry_out)


def nobody_looks_at_the_end_of_a_task(patch: Patch) -> None:
    """As above, and the task is nobody's."""
    nobody_looks_at_the_end_of_a_start(patch)

    def spawn(self: Background, work: Coroutine[Any, Any, None]) -> None:
        self._tasks[:] = [task for task in self._tasks if not task.done()]
        self._tasks.append(asyncio.create_task(work))

    patch.setattr(Background, "spawn", spawn)
