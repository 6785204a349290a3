"""What may be asked of one device, and when; measured at the platform."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from custom_components.sodalife.api import Camera, Command, SodaClient
from custom_components.sodalife.api.call_queue import CallQueue, Priority
from custom_components.sodalife.api.errors import (
    DeviceTimeout,
)
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.queues import assert_apart, gaps
from tests.api.world import OTHER, Platform, arrived, both, gathered
from tests.clock import ManualClock, until


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
