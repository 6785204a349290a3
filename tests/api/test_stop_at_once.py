"""A stop waits for nothing but the answer to its own start."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from custom_components.sodalife.api import Camera
from custom_components.sodalife.api.errors import (
    DeviceOffline,
    QueueBusy,
    TokenRejected,
)
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.moves import UP, ZOOM
from tests.api.world import OTHER, Platform, arrived, gathered
from tests.clock import ManualClock, until

# The stop does not wait.


async def test_a_stop_goes_out_while_a_capture_hangs(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    cloud.capture_seconds = 60.0
    capturing = asyncio.create_task(camera.snapshots.capture())
    await until(lambda: sim.calls)
    sim.control(0, ZOOM)  # somebody else's move
    await asyncio.wait_for(camera.ptz.stop(), 2.0)
    assert arrived(sim) == ["capture", "stop 8"]
    await clock.advance(60.0)
    await capturing
    at_rest()


async def test_a_stop_is_exempt_from_the_interval_but_starts_it(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.check_online()
    await asyncio.wait_for(camera.ptz.stop(), 2.0)
    await clock.advance(2.0)
    await asyncio.wait_for(camera.ptz.stop(), 2.0)
    await clock.drive(camera.check_online())
    assert arrived(sim) == ["onlinestatus", "stop 8", "stop 8", "onlinestatus"]
    assert 4.0 <= sim.calls[3].arrived - (sim.calls[2].answered or 0) + 1e-6 < 5.5
    at_rest()


async def test_a_start_queued_behind_a_hanging_capture_waits_its_turn(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    cloud.capture_seconds = 10.0
    capturing = asyncio.create_task(camera.snapshots.capture())
    await until(lambda: sim.calls)
    await clock.drive(camera.ptz.move(ZOOM, 1.0))
    await capturing
    assert arrived(sim) == ["capture", "start 8", "stop 8"]
    at_rest()


async def test_a_start_that_gets_no_turn_within_30_seconds_is_busy_and_never_sent(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    cloud.capture_seconds = 100.0
    capturing = asyncio.create_task(camera.snapshots.capture())
    await until(lambda: sim.calls)
    starting = asyncio.create_task(camera.ptz.start(UP, 60.0))
    await clock.advance(29.9)
    assert not starting.done()
    await clock.advance(0.1)
    with pytest.raises(QueueBusy):
        await starting
    await clock.advance(70.0)
    await capturing
    await clock.advance(10.0)
    assert arrived(sim) == ["capture"]
    at_rest()


async def test_a_stop_does_not_wait_for_a_token_that_is_renewed_ahead_of_its_end(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.check_online()
    await clock.advance(6880.0)
    await camera.ptz.start(ZOOM, 60.0)
    platform.fault("hang", "token", seconds=0.2, times=1)
    await clock.advance(30.0)  # the token is to be renewed, but not dead yet
    fetching = asyncio.create_task(camera.device.client.tokens.get())
    await until(lambda: not platform.cloud.faults.active)
    await camera.ptz.stop()
    assert not fetching.done()
    at_rest()
    await gathered(fetching)


# Tokens that die in mid-move.


async def test_a_token_killed_in_mid_move(
    camera: Camera, cloud: Cloud, sim: SimCamera, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 60.0)
    cloud.rival()
    await camera.ptz.stop()
    at_rest()


async def test_a_stop_does_not_take_part_in_the_pauses_for_a_rivals_sake(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.check_online()
    cloud.rival()
    await clock.drive(camera.ptz.start(UP, 60.0))
    cloud.rival()
    await asyncio.wait_for(camera.ptz.stop(), 1.0)
    assert camera.device.client.tokens.shared_with_others
    at_rest()


async def test_a_stop_needs_not_wait_for_a_fresh_token_that_died_before_it_was_of_use(
    platform: Platform, camera: Camera, cloud: Cloud, sim: SimCamera, at_rest: Any
) -> None:
    """Found by the simulation: a second after it was fetched, and by another call."""
    await camera.ptz.start(UP, 60.0)
    client = camera.device.client
    cloud.rival()
    token = client.tokens.current
    assert token is not None
    await client.tokens.renew(token, OTHER, float("inf"))
    cloud.rival()
    await asyncio.wait_for(camera.ptz.stop(), 1.0)
    at_rest()


async def test_but_its_devices_own_trouble_costs_one_token(
    platform: Platform, camera: Camera, cloud: Cloud, clock: ManualClock
) -> None:
    await camera.ptz.start(UP, 60.0)
    platform.code("10002", "controlling")
    before = cloud.token_requests
    stopping = asyncio.create_task(camera.ptz.stop())
    while not stopping.done():
        await asyncio.sleep(0.02)  # for its answers, which are real
        await clock.advance(0.05)
    with pytest.raises(TokenRejected):
        await stopping
    assert cloud.token_requests == before + 1


async def test_a_rate_limited_stop_is_sent_again(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 60.0)
    platform.code("TOO_MANY_REQUESTS", "controlling", times=2)
    await clock.drive(camera.ptz.stop())
    assert arrived(sim) == ["start 0", "stop 0", "stop 0", "stop 0"]
    at_rest()


async def test_a_camera_that_goes_offline_in_mid_move_is_stopped_when_it_is_back(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 60.0)
    sim.online = False
    with pytest.raises(DeviceOffline):
        await clock.drive(camera.ptz.stop())
    assert camera.device.online is False
    sim.online = True
    await clock.advance(5.0)
    await until(lambda: camera.device.online)
    assert arrived(sim)[-1] == "stop 0"
    at_rest()
