"""What may be asked of one device, and when; measured at the platform."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
import itertools
from typing import Any

import pytest

from custom_components.sodalife.api import Camera, Command, SodaClient, SodaError
from custom_components.sodalife.api.call_queue import CallQueue, Priority
from custom_components.sodalife.api.errors import (
    DeviceOffline,
    DeviceTimeout,
    QueueBusy,
    RateLimited,
)
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.world import OTHER, Platform, arrived, both, gathered
from tests.clock import ManualClock, due, until


@pytest.fixture
def queue(clock: ManualClock) -> CallQueue:
    return CallQueue(clock)


@pytest.fixture
def done() -> list[str]:
    """What has been called, in order."""
    return []


@pytest.fixture
def work(done: list[str]) -> Callable[[str], Any]:
    """Make a call that only notes its name."""

    def make(name: str) -> Any:
        async def call() -> str:
            done.append(name)
            return name

        return call

    return make


def gaps(sim: SimCamera) -> list[float]:
    """Seconds from each answer to the next call."""
    pairs = itertools.pairwise(sim.calls)
    return [later.arrived - (earlier.answered or 0) for earlier, later in pairs]


def assert_apart(sim: SimCamera, *seconds: float) -> None:
    """No gap is shorter than it should be, nor longer than the way of an answer explains."""
    assert len(gaps(sim)) == len(seconds)
    for gap, expected in zip(gaps(sim), seconds, strict=True):
        assert expected <= gap + 1e-6 < expected + 1.5


@pytest.fixture
def answer(queue: CallQueue, clock: ManualClock) -> Callable[..., Any]:
    """Make a call in its turn that the device answers with an error, or well."""

    async def answer(err: SodaError | None = None) -> None:
        async def call() -> None:
            if err is not None:
                raise err

        await clock.advance(queue.interval)  # or it might be busy for too long
        await gathered(queue.run(Priority.ONLINE, call))

    return answer


# Calls never overlap and keep their distance.


@both
async def test_calls_start_an_interval_after_the_previous_answer(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    cloud.capture_seconds = 3.0
    works = (camera.snapshots.capture(), camera.live.get("ezopen"), camera.check_online())
    await clock.drive(gathered(*works))
    assert_apart(sim, 4.0, 4.0)
    assert cloud.violations == []


async def test_a_failed_call_keeps_the_next_one_away_as_well(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    platform.fault("html", "onlinestatus", times=1)
    await gathered(camera.check_online())
    await clock.drive(camera.check_online())
    assert_apart(sim, 4.0)


async def test_the_first_call_goes_out_at_once(camera: Camera) -> None:
    assert await asyncio.wait_for(camera.check_online(), 2.0)


async def test_devices_do_not_wait_for_each_other(
    platform: Platform, client: SodaClient, camera: Camera, cloud: Cloud, clock: ManualClock
) -> None:
    cloud.capture_seconds = 60.0
    capturing = asyncio.create_task(camera.snapshots.capture())
    await until(lambda: cloud.cameras["TEST0001"].calls)
    assert await asyncio.wait_for(platform.camera(client, OTHER).check_online(), 2.0)
    await clock.advance(60.0)
    await capturing


@pytest.mark.parametrize("interval", [0.0, 1.0, 10.0])
async def test_the_interval_is_the_users_choice(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock, interval: float
) -> None:
    cloud.interval = interval
    camera.configure(call_interval=interval, snapshot_interval=30.0)
    for _ in range(3):
        await clock.drive(camera.check_online())
    assert min(gaps(sim)) >= interval - 1e-6
    assert cloud.violations == []


async def test_setting_the_same_interval_again_forgives_nothing(
    queue: CallQueue, answer: Callable[..., Any]
) -> None:
    await answer(DeviceTimeout())
    queue.set_interval(4.0)
    assert queue.interval == 8.0
    queue.set_interval(5.0)
    assert queue.interval == 5.0


# Who goes first.


async def test_the_most_urgent_goes_first_and_equals_in_their_order(
    queue: CallQueue, clock: ManualClock, work: Callable[[str], Any], done: list[str]
) -> None:
    first = asyncio.create_task(queue.run(Priority.ONLINE, work("first")))
    await asyncio.sleep(0)
    names = [f"{priority.name} {n}" for n in (1, 2) for priority in reversed(Priority)]
    for name in names:
        queue_priority = Priority[name.split()[0]]
        asyncio.create_task(queue.run(queue_priority, work(name)))  # noqa: RUF006
    queue.set_interval(0.5)
    await clock.advance(10.0)
    await first
    expected = sorted(names, key=lambda name: Priority[name.split()[0]])
    assert done == ["first", *expected]


async def test_stop_start_voice_capture_live_online_is_the_order(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    await camera.check_online()
    works = [
        asyncio.create_task(work)
        for work in (
            camera.check_online(),
            camera.live.get("hls"),
            camera.snapshots.capture(),
            camera.ptz.move(Command.UP, 1.0),
        )
    ]
    await asyncio.sleep(0)
    await clock.drive(gathered(*works))
    expected = ["start 0", "stop 0", "capture", "liveurl", "onlinestatus"]
    assert arrived(sim)[1:] == expected


# Identical requests are one.


async def test_identical_waiting_requests_are_one(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    await camera.live.get("flv")
    results = await clock.drive(gathered(*(camera.check_online() for _ in range(100))))
    assert results == [True] * 100
    assert arrived(sim) == ["liveurl", "onlinestatus"]


async def test_a_request_joins_one_that_is_being_answered(
    platform: Platform, camera: Camera, sim: SimCamera
) -> None:
    platform.fault("slow", "onlinestatus", seconds=0.03, times=1)
    first = asyncio.create_task(camera.check_online())
    await until(lambda: sim.calls)
    assert await asyncio.wait_for(camera.check_online(), 2.0)
    assert await first
    assert arrived(sim) == ["onlinestatus"]


async def test_one_error_reaches_all_who_share_a_request(
    platform: Platform, camera: Camera, clock: ManualClock
) -> None:
    platform.code("49999", "onlinestatus")
    errors = await clock.drive(gathered(*(camera.check_online() for _ in range(3))))
    assert [getattr(err, "code", None) for err in errors] == ["49999"] * 3


async def test_requests_without_a_key_stay_apart(
    queue: CallQueue, clock: ManualClock, work: Callable[[str], Any], done: list[str]
) -> None:
    await clock.drive(gathered(*(queue.run(Priority.VOICE, work("voice")) for _ in range(3))))
    assert done == ["voice"] * 3


# Callers that leave.


async def test_a_request_is_dropped_when_its_only_caller_leaves(
    queue: CallQueue, clock: ManualClock, work: Callable[[str], Any], done: list[str]
) -> None:
    await queue.run(Priority.ONLINE, work("first"))
    caller = asyncio.create_task(queue.run(Priority.ONLINE, work("second"), key="k"))
    await asyncio.sleep(0)
    caller.cancel()
    await clock.advance(10.0)
    assert done == ["first"]
    assert caller.cancelled()
    assert clock.alarms == 0


async def test_a_request_goes_on_while_one_of_its_callers_stays(
    queue: CallQueue, clock: ManualClock, work: Callable[[str], Any]
) -> None:
    await queue.run(Priority.ONLINE, work("first"))
    leaving, staying = (
        asyncio.create_task(queue.run(Priority.ONLINE, work("second"), key="k")) for _ in range(2)
    )
    await asyncio.sleep(0)
    leaving.cancel()
    assert await clock.drive(staying) == "second"


async def test_after_a_request_was_dropped_the_same_can_be_asked_anew(
    queue: CallQueue, clock: ManualClock, work: Callable[[str], Any]
) -> None:
    await queue.run(Priority.ONLINE, work("first"))
    leaving = asyncio.create_task(queue.run(Priority.ONLINE, work("second"), key="k"))
    await asyncio.sleep(0)
    leaving.cancel()
    await gathered(leaving)
    assert await clock.drive(queue.run(Priority.ONLINE, work("third"), key="k")) == "third"


async def test_a_call_that_has_begun_goes_on_without_its_caller(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    platform.fault("slow", "liveurl", seconds=0.03, times=1)
    caller = asyncio.create_task(camera.live.get("hls"))
    await until(lambda: sim.calls)
    caller.cancel()
    await gathered(caller)
    await until(lambda: camera.live.known("hls"))
    assert await clock.drive(camera.check_online())
    assert platform.cloud.violations == []


async def test_a_call_that_fails_without_its_caller_leaves_no_trace(
    platform: Platform, camera: Camera, sim: SimCamera, caplog: pytest.LogCaptureFixture
) -> None:
    platform.fault("slow", "onlinestatus", seconds=0.02, times=1)
    sim.foreign = True
    caller = asyncio.create_task(camera.check_online())
    await until(lambda: sim.calls)
    caller.cancel()
    await gathered(caller)
    await until(lambda: camera.device.failures)
    await asyncio.sleep(0)
    assert [record for record in caplog.records if record.levelname != "INFO"] == [
        record for record in caplog.records if record.levelname == "DEBUG"
    ]


async def breaths(steps: int) -> None:
    """Let the event loop take so many steps."""
    for _ in range(steps):
        await asyncio.sleep(0)


@pytest.mark.parametrize("after", range(4))
@pytest.mark.parametrize("before", range(5))
async def test_a_request_that_its_last_caller_left_is_gone_and_a_newcomer_begins_a_new_one(
    queue: CallQueue, work: Callable[[str], Any], done: list[str], before: int, after: int
) -> None:
    queue.set_interval(0.0)
    with queue.out_of_turn():
        leaving = asyncio.create_task(queue.run(Priority.LIVE, work("old"), key="k"))
        await breaths(before)
        leaving.cancel()
        await breaths(after)
        newcomer = asyncio.create_task(queue.run(Priority.LIVE, work("new"), key="k"))
        await breaths(5)
    assert await asyncio.wait_for(newcomer, 1.0) == "new"
    assert leaving.cancelled()
    assert done == ["new"]
    await breaths(2)
    assert queue.idle


@pytest.mark.parametrize("after", range(5))
async def test_the_end_of_a_request_that_was_left_does_not_hide_the_newcomers(
    queue: CallQueue, work: Callable[[str], Any], done: list[str], after: int
) -> None:
    """Found by the simulation: closing did not end the newcomer's, for it knew of none."""
    queue.set_interval(0.0)
    with queue.out_of_turn():
        leaving = asyncio.create_task(queue.run(Priority.LIVE, work("old"), key="k"))
        await breaths(3)
        leaving.cancel()
        await breaths(after)
        newcomer = asyncio.create_task(queue.run(Priority.LIVE, work("new"), key="k"))
        await breaths(5)
        friend = asyncio.create_task(queue.run(Priority.LIVE, work("friend's"), key="k"))
        await breaths(5)
    assert await asyncio.wait_for(gathered(newcomer, friend), 1.0) == ["new", "new"]
    assert done == ["new"]


@pytest.mark.parametrize("before", range(1, 5))
async def test_who_joins_before_the_last_caller_has_gone_keeps_the_request_alive(
    queue: CallQueue, work: Callable[[str], Any], done: list[str], before: int
) -> None:
    queue.set_interval(0.0)
    with queue.out_of_turn():
        leaving = asyncio.create_task(queue.run(Priority.LIVE, work("old"), key="k"))
        await breaths(before)
        leaving.cancel()
        # In the same step, so that the one who leaves has not gone yet.
        newcomer = asyncio.eager_task_factory(
            asyncio.get_running_loop(), queue.run(Priority.LIVE, work("new"), key="k")
        )
        await breaths(5)
    assert await asyncio.wait_for(newcomer, 1.0) in done
    assert len(done) == 1


# Cancelled in the moment in which the turn comes: -1 is just before it.


@pytest.mark.parametrize("steps", range(-1, 7))
@pytest.mark.parametrize("how", ["run", "run with a key", "turn"])
async def test_cancelled_in_the_moment_in_which_the_turn_comes_loses_nothing(
    queue: CallQueue,
    clock: ManualClock,
    work: Callable[[str], Any],
    done: list[str],
    how: str,
    steps: int,
) -> None:
    async def leave() -> None:
        if how == "turn":
            async with queue.turn(Priority.PTZ):
                await work("leaving")()
        else:
            key = "k" if how == "run with a key" else None
            await queue.run(Priority.PTZ, work("leaving"), key=key)

    with queue.out_of_turn():
        leaving = asyncio.create_task(leave())
        staying = asyncio.create_task(queue.run(Priority.LIVE, work("staying")))
        await breaths(5)
        queue.start_cooldown()
    actions = due(clock, 4.0)
    if steps < 0:
        leaving.cancel()
    for action in actions:
        action()
    await breaths(steps)
    leaving.cancel()
    await asyncio.wait({leaving})
    await clock.advance(4.0)
    assert await asyncio.wait_for(staying, 1.0) == "staying"
    assert done in (["staying"], ["leaving", "staying"])
    assert "leaving" not in done or steps >= 0
    assert leaving.cancelled() or "leaving" in done
    await breaths(2)
    assert queue.idle
    assert clock.alarms == 0


@pytest.mark.parametrize("steps", range(-1, 7))
async def test_withdrawn_in_the_moment_in_which_the_turn_comes_loses_nothing(
    queue: CallQueue, clock: ManualClock, work: Callable[[str], Any], done: list[str], steps: int
) -> None:
    """And cancelled on top of it."""

    async def wait() -> None:
        async with queue.turn(Priority.PTZ, "k"):
            done.append("withdrawn")

    with queue.out_of_turn():
        waiting = asyncio.create_task(wait())
        staying = asyncio.create_task(queue.run(Priority.LIVE, work("staying")))
        await breaths(5)
        queue.start_cooldown()
    actions = due(clock, 4.0)
    if steps < 0:
        queue.withdraw("k")
    for action in actions:
        action()
    await breaths(steps)
    queue.withdraw("k")
    waiting.cancel()
    await asyncio.wait({waiting})
    await clock.advance(4.0)
    assert await asyncio.wait_for(staying, 1.0) == "staying"
    assert queue.idle


async def test_a_wait_that_was_withdrawn_ends_with_the_reason_and_others_go_on(
    queue: CallQueue, clock: ManualClock, work: Callable[[str], Any], done: list[str]
) -> None:
    with queue.out_of_turn():
        keys = ("one", "two", "three")
        works = [asyncio.create_task(queue.run(Priority.LIVE, work(key), key=key)) for key in keys]
        await breaths(5)
        queue.withdraw("one")
        queue.withdraw("two", DeviceOffline())
    one, two, three = await clock.drive(gathered(*works))
    assert (type(one), type(two), three) == (QueueBusy, DeviceOffline, "three")
    assert done == ["three"]


# The interval adapts.


@pytest.mark.parametrize("error", [RateLimited, DeviceTimeout])
async def test_called_too_often_widens_the_interval_up_to_a_minute(
    queue: CallQueue, answer: Callable[..., Any], error: type[SodaError]
) -> None:
    seen = []
    for _ in range(6):
        await answer(error())
        seen.append(queue.interval)
    assert seen == [8.0, 16.0, 32.0, 60.0, 60.0, 60.0]


async def test_success_narrows_it_again_but_not_below_the_users_choice(
    queue: CallQueue, answer: Callable[..., Any]
) -> None:
    for _ in range(4):
        await answer(RateLimited())
    seen = []
    for _ in range(6):
        await answer()
        seen.append(queue.interval)
    assert seen == [30.0, 15.0, 7.5, 4.0, 4.0, 4.0]


async def test_other_errors_leave_it_as_it_is(queue: CallQueue, answer: Callable[..., Any]) -> None:
    await answer(DeviceOffline())
    assert queue.interval == 4.0


async def test_an_interval_of_nothing_widens_as_well(
    queue: CallQueue, answer: Callable[..., Any]
) -> None:
    queue.set_interval(0.0)
    await answer(RateLimited())
    assert queue.interval == 4.0


async def test_a_widened_interval_is_kept_at_the_platform_for_this_device_only(
    platform: Platform, client: SodaClient, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    other = platform.camera(client, OTHER)
    platform.code("20008", "onlinestatus", serial=sim.serial, times=2)
    for _ in range(3):
        await clock.drive(gathered(camera.check_online(), other.check_online()))
    assert_apart(sim, 8.0, 16.0)
    assert other.queue.interval == 4.0


async def test_20008_in_answer_to_a_ptz_call_never_widens_the_interval(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    """There it says "cannot" as often as "too often": the camera is usable soon after it."""
    for code in ("20008", "TOO_MANY_REQUESTS"):
        platform.code(code, "controlling", times=3)
        await clock.drive(gathered(camera.ptz.move(Command.UP, 1.0)))
        await clock.drive(gathered(camera.ptz.stop()))
        assert camera.queue.interval == 4.0
        platform.cloud.faults.clear()
    began = clock.monotonic()
    await clock.drive(camera.check_online())
    assert clock.monotonic() <= began + 15.0
    assert arrived(sim)[-1] == "onlinestatus"


async def test_a_ptz_call_does_not_narrow_a_widened_interval_either(
    camera: Camera, platform: Platform, clock: ManualClock
) -> None:
    platform.code("20008", "onlinestatus", times=1)
    await gathered(camera.check_online())
    await clock.drive(camera.ptz.move(Command.UP, 1.0))
    assert camera.queue.interval == 8.0


# Nobody waits for ever.


async def test_a_request_that_cannot_start_within_30_seconds_is_busy_and_never_sent(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    cloud.capture_seconds = 100.0
    capturing = asyncio.create_task(camera.snapshots.capture())
    await until(lambda: sim.calls)
    asked = asyncio.create_task(camera.check_online())
    await clock.advance(29.9)
    assert not asked.done()
    await clock.advance(0.2)
    with pytest.raises(QueueBusy):
        await asked
    await clock.advance(70.0)
    await capturing
    await clock.advance(60.0)
    assert arrived(sim) == ["capture"]


async def test_a_call_that_has_begun_may_take_longer_than_30_seconds(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    cloud.capture_seconds = 45.0
    capturing = asyncio.create_task(camera.snapshots.capture())
    await until(lambda: sim.calls)
    await clock.advance(45.0)
    assert (await capturing).picture.content


async def test_who_joins_a_request_has_30_seconds_of_his_own(
    queue: CallQueue, clock: ManualClock, work: Callable[[str], Any], done: list[str]
) -> None:
    with queue.out_of_turn():
        first = asyncio.create_task(queue.run(Priority.ONLINE, work("call"), key="k"))
        await clock.advance(25.0)
        second, third = (
            asyncio.create_task(queue.run(Priority.ONLINE, work("other"), key="k"))
            for _ in range(2)
        )
        await clock.advance(5.0)
        with pytest.raises(QueueBusy):
            await asyncio.wait_for(first, 1.0)
        await clock.advance(20.0)
        third.cancel()
        assert not second.done()
    await clock.advance(4.0)
    assert await asyncio.wait_for(second, 1.0) == "call"
    assert done == ["call"]


async def test_who_joined_a_request_is_told_after_30_seconds_of_his_own(
    queue: CallQueue, clock: ManualClock, work: Callable[[str], Any], done: list[str]
) -> None:
    with queue.out_of_turn():
        first = asyncio.create_task(queue.run(Priority.ONLINE, work("call"), key="k"))
        await clock.advance(25.0)
        second = asyncio.create_task(queue.run(Priority.ONLINE, work("call"), key="k"))
        await clock.advance(29.9)
        assert (first.done(), second.done()) == (True, False)
        await clock.advance(0.1)
        errors = await asyncio.wait_for(gathered(first, second), 1.0)
        assert [type(err) for err in errors] == [QueueBusy] * 2
    await clock.advance(30.0)
    assert done == []
    assert queue.idle


async def test_a_call_that_begins_in_the_moment_in_which_its_callers_time_is_over(
    queue: CallQueue, clock: ManualClock, work: Callable[[str], Any], done: list[str]
) -> None:
    """It was made: who is told that it never was would make it once more."""
    queue.set_interval(0.0)
    with queue.out_of_turn():
        caller = asyncio.create_task(queue.run(Priority.VOICE, work("sound")))
        await breaths(5)
    for action in due(clock, 30.0):
        action()
    assert await asyncio.wait_for(caller, 1.0) == "sound"
    assert done == ["sound"]


# While somebody has the turn, or needs none.


async def test_nothing_passes_while_somebody_has_the_turn_or_calls_out_of_turn(
    queue: CallQueue, clock: ManualClock, work: Callable[[str], Any], done: list[str]
) -> None:
    one, two = queue.out_of_turn(), queue.out_of_turn()
    async with queue.turn(Priority.ONLINE):
        waiting = asyncio.create_task(queue.run(Priority.PTZ, work("call")))
        await clock.advance(10.0)
        one.__enter__()
        two.__enter__()
    await clock.advance(5.0)
    one.__exit__(None, None, None)
    await clock.advance(5.0)
    assert done == []
    queue.start_cooldown()
    two.__exit__(None, None, None)
    await clock.advance(3.9)
    assert done == [], "the device has just answered"
    await clock.advance(0.1)
    assert await waiting == "call"


# The end.


async def test_closing_turns_everybody_away_with_an_error_of_ours(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    """A caller that was not cancelled must not see a `CancelledError`."""
    platform.fault("hang", "liveurl")
    works = [
        asyncio.create_task(camera.live.get("hls")),
        asyncio.create_task(camera.check_online()),
        asyncio.create_task(camera.snapshots.get()),
        asyncio.create_task(camera.snapshots.capture()),
    ]
    await until(lambda: sim.calls)
    await camera.close()
    errors = await asyncio.wait_for(gathered(*works), 2.0)
    assert [type(err) for err in errors] == [QueueBusy] * 4
    await asyncio.sleep(0)
    assert clock.alarms == 0


@pytest.mark.parametrize("steps", range(6))
@pytest.mark.parametrize("free", [True, False], ids=["free", "taken"])
async def test_closed_at_whatever_step_everybody_is_told(
    queue: CallQueue, clock: ManualClock, steps: int, free: bool
) -> None:
    """After one step the task of a turn is there, but has not begun to run."""

    async def hang() -> None:
        await asyncio.Event().wait()

    async def wait() -> None:
        async with queue.turn(Priority.PTZ):
            await hang()

    if not free:
        await queue.run(Priority.LIVE, lambda: asyncio.sleep(0))
    shared = [asyncio.create_task(queue.run(Priority.ONLINE, hang, key="k")) for _ in range(3)]
    alone = asyncio.create_task(queue.run(Priority.VOICE, hang))
    await breaths(steps)
    in_turn = asyncio.create_task(wait())
    await asyncio.wait_for(queue.close(), 1.0)
    errors = await asyncio.wait_for(gathered(*shared, alone, in_turn), 1.0)
    assert [type(err) for err in errors] == [QueueBusy] * 5
    await breaths(2)
    assert queue.idle
    assert clock.alarms == 0


async def test_a_closed_queue_takes_no_more_requests(
    queue: CallQueue, work: Callable[[str], Any], done: list[str]
) -> None:
    await queue.close()
    with pytest.raises(QueueBusy):
        await asyncio.wait_for(queue.run(Priority.PTZ, work("call")), 1.0)
    assert done == []


async def test_whatever_a_call_raises_its_caller_hears_of_it_and_the_queue_goes_on(
    queue: CallQueue, clock: ManualClock, work: Callable[[str], Any]
) -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await queue.run(Priority.LIVE, broken)
    assert await clock.drive(queue.run(Priority.LIVE, work("next"))) == "next"


async def test_a_shorter_interval_helps_those_who_wait_already(
    platform: Platform, clock: ManualClock
) -> None:
    camera = platform.camera(platform.client())
    camera.configure(call_interval=60, snapshot_interval=30)
    await camera.snapshots.capture()
    waiting = asyncio.create_task(camera.check_online())
    await asyncio.sleep(0)
    camera.configure(call_interval=4, snapshot_interval=30)
    await clock.advance(4)
    assert await asyncio.wait_for(waiting, 5)
