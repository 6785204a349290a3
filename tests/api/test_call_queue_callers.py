"""Who waits for a turn: shared requests, callers that leave, limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from custom_components.sodalife.api import Camera, SodaError
from custom_components.sodalife.api.call_queue import CallQueue, Priority
from custom_components.sodalife.api.errors import (
    DeviceOffline,
    DeviceTimeout,
    QueueBusy,
    RateLimited,
)
from simulator.camera import SimCamera
from tests.api.queues import breaths
from tests.api.world import Platform, arrived, gathered
from tests.clock import ManualClock, due, until


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


@pytest.mark.parametrize("error", [RateLimited, DeviceTimeout])
async def test_called_too_often_widens_the_interval_up_to_a_minute(
    queue: CallQueue, answer: Callable[..., Any], error: type[SodaError]
) -> None:
    seen = []
    for _ in range(6):
        await answer(error())
        seen.append(queue.interval)
    assert seen == [8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
