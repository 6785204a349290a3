"""The seconds between calls, as the platform wants them, and the end of a queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from custom_components.sodalife.api import Camera, Command, SodaClient
from custom_components.sodalife.api.call_queue import CallQueue, Priority
from custom_components.sodalife.api.errors import (
    DeviceOffline,
    QueueBusy,
    RateLimited,
)
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.queues import assert_apart, breaths
from tests.api.world import OTHER, Platform, arrived, gathered
from tests.clock import ManualClock, due, until


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
