"""The small tools that everything else is made of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
import gc
import logging
from typing import Any

import pytest

from custom_components.sodalife.api import SodaError
from custom_components.sodalife.api.background import Background
from custom_components.sodalife.api.backoff import Backoff
from custom_components.sodalife.api.clock import Moment, SystemClock, timeout
from custom_components.sodalife.api.errors import (
    CaptureQuotaUsed,
    DeviceOffline,
    DeviceTimeout,
    QueueBusy,
    RateLimited,
    TokenRateLimited,
)
from custom_components.sodalife.api.gate import Gate
from custom_components.sodalife.api.pace import Pace
from custom_components.sodalife.api.signal import Signal
from custom_components.sodalife.api.single_flight import SingleFlight, launch, outcome_of
from tests.api.world import gathered
from tests.clock import ManualClock, WallClock


async def breaths(steps: int = 5) -> None:
    """Let the event loop take so many steps."""
    for _ in range(steps):
        await asyncio.sleep(0)


class Work:
    """Work that ends when a test says so."""

    def __init__(self) -> None:
        self.runs = 0
        self.ended = 0
        self.result: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def __call__(self) -> str:
        self.runs += 1
        try:
            return await asyncio.shield(self.result)
        finally:
            self.ended += 1


@pytest.fixture
async def work() -> Work:
    return Work()


@pytest.fixture
def complaints(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What the event loop or anybody complains about, once all that is lost is collected."""

    def complaints() -> list[str]:
        gc.collect()
        return [
            record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING
        ]

    return complaints


# launch, outcome_of


@pytest.mark.parametrize("end", ["well", "error", "cancelled", "cancelled before it began"])
async def test_launch_calls_on_done_however_the_work_ends_and_nothing_complains(
    work: Work, complaints: Callable[[], list[str]], end: str
) -> None:
    heard: list[str] = []
    task = launch(work(), lambda: heard.append("done"))
    if end != "cancelled before it began":
        await breaths()
    if end == "well":
        work.result.set_result("result")
    elif end == "error":
        work.result.set_exception(DeviceOffline())
    else:
        task.cancel()
    await breaths()
    assert task.done()
    assert heard == ["done"]
    del task, work.result
    await breaths()
    assert complaints() == []


async def test_the_outcome_of_work_is_its_result_or_its_error() -> None:
    async def fail() -> None:
        raise DeviceOffline("20007")

    assert await outcome_of(launch(asyncio.sleep(0, "result"))) == "result"
    with pytest.raises(DeviceOffline, match="20007"):
        await outcome_of(launch(fail()))


@pytest.mark.parametrize("steps", range(4))
async def test_work_that_its_owner_has_ended_is_busy_for_who_waits(work: Work, steps: int) -> None:
    """Who was not cancelled must not see a `CancelledError`."""
    task = launch(work())
    waiting = [asyncio.create_task(outcome_of(task)) for _ in range(2)]
    await breaths(steps)
    task.cancel()
    errors = await asyncio.wait_for(gathered(*waiting), 1.0)
    assert [type(err) for err in errors] == [QueueBusy] * 2


async def test_who_leaves_does_not_end_the_work(
    work: Work, complaints: Callable[[], list[str]]
) -> None:
    task = launch(work())
    waiting = asyncio.create_task(outcome_of(task))
    await breaths()
    waiting.cancel()
    await gathered(waiting)
    assert waiting.cancelled()
    assert not task.done()
    work.result.set_exception(DeviceOffline())
    await breaths()
    assert work.ended == 1
    del task, work.result
    await breaths()
    assert complaints() == []


# SingleFlight


async def test_one_run_serves_all_who_want_it_and_the_next_one_is_a_new_one(work: Work) -> None:
    flight: SingleFlight[str] = SingleFlight()
    assert not flight.running
    waiting = [asyncio.create_task(flight.run(work)) for _ in range(10)]
    await breaths()
    assert flight.running
    work.result.set_result("result")
    assert await gathered(*waiting) == ["result"] * 10
    assert (work.runs, flight.running) == (1, False)
    assert await flight.run(work) == "result"
    assert work.runs == 2


async def test_an_error_reaches_all_and_is_not_kept(work: Work) -> None:
    flight: SingleFlight[str] = SingleFlight()
    waiting = [asyncio.create_task(flight.run(work)) for _ in range(3)]
    await breaths()
    work.result.set_exception(DeviceOffline())
    errors = await gathered(*waiting)
    assert [type(err) for err in errors] == [DeviceOffline] * 3

    async def succeed() -> str:
        return "fine"

    assert await flight.run(succeed) == "fine"


async def test_the_run_goes_on_when_everybody_has_left(work: Work) -> None:
    flight: SingleFlight[str] = SingleFlight()
    waiting = asyncio.create_task(flight.run(work))
    await breaths()
    waiting.cancel()
    await gathered(waiting)
    assert flight.running
    later = asyncio.create_task(flight.run(work))
    await breaths()
    work.result.set_result("result")
    assert await later == "result"
    assert work.runs == 1


@pytest.mark.parametrize("steps", range(1, 5))
async def test_cancel_ends_the_run_and_tells_who_waits(work: Work, steps: int) -> None:
    """After one step the run is there, but has not begun."""
    flight: SingleFlight[str] = SingleFlight()
    await flight.cancel()  # of nothing
    waiting = asyncio.create_task(flight.run(work))
    await breaths(steps)
    await asyncio.wait_for(flight.cancel(), 1.0)
    assert not flight.running
    assert work.ended == work.runs == (steps > 1)
    with pytest.raises(QueueBusy):
        await asyncio.wait_for(waiting, 1.0)


async def test_to_wait_is_to_wait_for_the_end_whatever_came_of_it(work: Work) -> None:
    flight: SingleFlight[str] = SingleFlight()
    await flight.wait()
    flight.begin(work)
    waiting = asyncio.create_task(flight.wait())
    await breaths()
    assert not waiting.done()
    work.result.set_exception(DeviceOffline())
    await asyncio.wait_for(waiting, 1.0)


# Background


async def test_background_waits_for_all_that_is_under_way(work: Work) -> None:
    background = Background()
    await background.wait()

    async def run() -> None:
        await work()

    background.spawn(run())
    background.spawn(run())
    waiting = asyncio.create_task(background.wait())
    await breaths()
    assert not waiting.done()
    work.result.set_result("")
    await asyncio.wait_for(waiting, 1.0)
    assert work.ended == 2


async def test_background_waits_for_what_was_begun_meanwhile_too(work: Work) -> None:
    background = Background()

    async def first() -> None:
        background.spawn(second())

    async def second() -> None:
        await work()

    background.spawn(first())
    waiting = asyncio.create_task(background.wait())
    await breaths()
    assert not waiting.done()
    work.result.set_result("")
    await asyncio.wait_for(waiting, 1.0)


@pytest.mark.parametrize("steps", range(3))
async def test_background_ends_what_is_left(
    work: Work, complaints: Callable[[], list[str]], steps: int
) -> None:
    background = Background()

    async def run() -> None:
        await work()

    background.spawn(run())
    await breaths(steps)
    await asyncio.wait_for(background.cancel(), 1.0)
    assert work.ended == work.runs
    await asyncio.wait_for(background.wait(), 1.0)
    assert complaints() == []


async def test_an_unexpected_error_in_the_background_is_logged_and_hurts_nobody(
    caplog: pytest.LogCaptureFixture, complaints: Callable[[], list[str]]
) -> None:
    background = Background()

    async def fail() -> None:
        raise ZeroDivisionError

    background.spawn(fail())
    await background.wait()
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError
    assert len(complaints()) == 1


# Backoff


def test_a_pause_doubles_up_to_the_longest_and_begins_anew() -> None:
    backoff = Backoff(5.0, 60.0)
    assert backoff.pause == 0.0
    assert [backoff.grow() for _ in range(6)] == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]
    assert backoff.pause == 60.0
    backoff.reset()
    assert backoff.pause == 0.0
    assert backoff.grow() == 5.0


@pytest.mark.parametrize("total", [0.0, 3.0, 60.0, 840.0, 900.0])
def test_pauses_come_to_their_sum_exactly(total: float) -> None:
    pauses = list(Backoff(5.0, 60.0).pauses(total))
    assert sum(pauses) == total
    assert all(0 < pause <= 60.0 for pause in pauses)
    assert pauses[:-1] == sorted(pauses[:-1])


# Signal


def test_a_signal_tells_everybody_in_their_order_until_they_leave() -> None:
    heard: list[str] = []
    signal: Signal[[str]] = Signal()
    signal.emit("nobody")
    leave = signal.subscribe(lambda word: heard.append(f"one {word}"))
    signal.subscribe(lambda word: heard.append(f"two {word}"))
    signal.emit("a")
    leave()
    signal.emit("b")
    assert heard == ["one a", "two a", "two b"]


def test_who_leaves_or_comes_while_a_signal_is_given_disturbs_nobody() -> None:
    heard: list[str] = []
    signal: Signal[[]] = Signal()

    def once() -> None:
        heard.append("once")
        leave()
        signal.subscribe(lambda: heard.append("late"))

    leave = signal.subscribe(once)
    signal.subscribe(lambda: heard.append("other"))
    signal.emit()
    assert heard == ["once", "other"]
    signal.emit()
    assert heard == ["once", "other", "other", "late"]


def test_signals_do_not_share_listeners() -> None:
    heard: list[str] = []
    one: Signal[[]] = Signal()
    Signal[[]]().subscribe(lambda: heard.append("other"))
    one.emit()
    assert heard == []


# Moment


def test_an_age_is_what_the_clock_says_that_says_more() -> None:
    clock = ManualClock()
    moment = Moment.now(clock)
    assert moment.age(clock) == 0.0
    clock._now += 10.0
    assert moment.age(clock) == 10.0
    clock.jump(9 * 3600.0)  # the machine slept: the other clock stood still
    assert moment.age(clock) == 9 * 3600.0 + 10.0
    clock.jump(-20 * 3600.0)  # somebody set it back
    assert moment.age(clock) == 10.0


def test_a_moment_is_a_value() -> None:
    clock = ManualClock()
    assert Moment.now(clock) == Moment(clock.monotonic(), clock.time())
    assert SystemClock().monotonic() <= Moment.now(SystemClock()).monotonic


# Gate


def test_a_gate_is_open_until_it_is_closed_and_again_after_its_time(clock: ManualClock) -> None:
    gate = Gate(clock)
    gate.check()
    why = CaptureQuotaUsed("10028", "no more")
    gate.close(60.0, why)
    clock._now += 59.9
    with pytest.raises(CaptureQuotaUsed, match="10028 no more") as caught:
        gate.check()
    assert caught.value is not why, "each has a traceback of its own"
    clock._now += 0.1
    gate.check()
    gate.check()


def test_a_gate_that_is_closed_again_counts_from_then(clock: ManualClock) -> None:
    gate = Gate(clock)
    gate.close(60.0, CaptureQuotaUsed())
    clock._now += 50.0
    gate.close(60.0, DeviceOffline())
    clock._now += 50.0
    with pytest.raises(DeviceOffline):
        gate.check()
    clock._now += 10.0
    gate.check()


def test_a_gate_is_closed_no_longer_than_its_time_however_the_clock_is_set(
    clock: ManualClock,
) -> None:
    wall = WallClock(clock)
    gate = Gate(wall)
    gate.close(3600.0, CaptureQuotaUsed())
    wall.jump(-24 * 3600.0)
    clock._now += 3599.0
    with pytest.raises(CaptureQuotaUsed):
        gate.check()
    clock._now += 1.0
    gate.check()
    gate.close(3600.0, CaptureQuotaUsed())
    wall.jump(3600.0)  # the machine slept
    gate.check()


# clock.timeout


async def test_what_takes_too_long_is_ended(clock: ManualClock) -> None:
    ended: list[str] = []

    async def wait() -> None:
        async with timeout(clock, 8.0):
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("inside")

    waiting = asyncio.create_task(wait())
    await clock.advance(7.9)
    assert not waiting.done()
    await clock.advance(0.1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waiting, 1.0)
    assert ended == ["inside"]


async def test_what_is_done_in_time_leaves_no_timer(clock: ManualClock) -> None:
    async with timeout(clock, 8.0):
        assert clock.alarms == 1
    assert clock.alarms == 0
    with pytest.raises(ZeroDivisionError):
        async with timeout(clock, 8.0):
            raise ZeroDivisionError
    assert clock.alarms == 0


async def test_to_be_cancelled_is_no_timeout(clock: ManualClock) -> None:
    async def wait() -> None:
        async with timeout(clock, 8.0):
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait())
    await breaths()
    waiting.cancel()
    await gathered(waiting)
    assert waiting.cancelled()
    assert clock.alarms == 0


async def test_the_inner_of_two_timeouts_ends_the_inner_only(clock: ManualClock) -> None:
    seen: list[str] = []

    async def wait() -> None:
        async with timeout(clock, 8.0):
            try:
                async with timeout(clock, 2.0):
                    await asyncio.Event().wait()
            except TimeoutError:
                seen.append("inner")
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait())
    await clock.advance(2.0)
    assert seen == ["inner"]
    assert not waiting.done()
    await clock.advance(6.0)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(waiting, 1.0)


async def test_a_timeout_of_nothing_ends_what_waits_at_all() -> None:
    with pytest.raises(TimeoutError):
        async with timeout(SystemClock(), 0.0):
            await asyncio.Event().wait()


# Pace


def test_the_seconds_start_anew_with_each_answer(clock: ManualClock) -> None:
    pace = Pace(clock, 4.0)
    assert pace.ready_at == float("-inf")
    clock._now = 10.0
    pace.answered()
    assert pace.ready_at == 14.0


@pytest.mark.parametrize("error", [RateLimited, DeviceTimeout])
def test_pace_adapts_only_where_it_is_asked_to(clock: ManualClock, error: type[SodaError]) -> None:
    pace = Pace(clock, 4.0)
    pace.answered()
    assert (pace.interval, pace.ready_at) == (4.0, 4.0)
    pace.adapt(error())
    pace.answered()
    assert (pace.interval, pace.ready_at) == (8.0, 8.0)
    pace.answered()
    assert pace.interval == 8.0, "an answer out of turn does not narrow it"
    pace.adapt(None)
    assert pace.interval == 4.0


@pytest.mark.parametrize("error", [TokenRateLimited(), DeviceOffline()])
def test_an_error_that_asks_for_nothing_leaves_the_pace(
    clock: ManualClock, error: SodaError
) -> None:
    pace = Pace(clock, 4.0)
    pace.adapt(RateLimited())
    pace.adapt(error)
    assert pace.interval == 8.0


@pytest.mark.parametrize(
    ("base", "widened"),
    [(0.0, [4.0, 8.0]), (4.0, [8.0, 16.0, 32.0, 60.0, 60.0]), (90.0, [90.0, 90.0])],
)
def test_the_seconds_grow_to_a_minute_or_what_the_user_wishes(
    clock: ManualClock, base: float, widened: list[float]
) -> None:
    pace = Pace(clock, base)
    seen: list[Any] = []
    for _ in widened:
        pace.adapt(RateLimited())
        seen.append(pace.interval)
    assert seen == widened


def test_a_new_wish_counts_from_now_and_the_same_one_changes_nothing(clock: ManualClock) -> None:
    pace = Pace(clock, 60.0)
    pace.answered()
    clock._now = 10.0
    pace.set_base(60.0)
    assert pace.ready_at == 60.0
    pace.set_base(4.0)
    assert (pace.interval, pace.ready_at) == (4.0, 14.0)
    pace.set_base(30.0)
    assert pace.ready_at == 14.0
