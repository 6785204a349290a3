"""Who comes to watch a camera that was watched lately waits for no call."""

from __future__ import annotations

import asyncio

import pytest

from custom_components.sodalife.api import Camera, Command, LiveAddress
from custom_components.sodalife.api.live_at_hand import LATELY, LONG_LIFE, RENEWAL, START
from custom_components.sodalife.api.memory import Memory
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.world import DAY, Platform, arrived
from tests.clock import ManualClock, until

HOUR = 3600.0


@pytest.fixture
def interval() -> float:
    return 0.0


@pytest.fixture
def camera(camera: Camera, cloud: Cloud) -> Camera:
    """A camera whose addresses live for two hours."""
    cloud.live.life = 2 * HOUR
    camera.configure(call_interval=0, snapshot_interval=30)
    return camera


async def watch(camera: Camera) -> LiveAddress:
    camera.at_hand.note_viewer()
    return await camera.live_protocol.address()


async def pass_time(clock: ManualClock, seconds: float, step: float = 60.0) -> None:
    """Let time go by, with room for the answers of real connections."""
    for _ in range(round(seconds / step)):
        await clock.advance(step)
        if clock.busy():
            await until(lambda: not clock.busy())
            await asyncio.sleep(0.005)


async def test_a_day_after_somebody_watched_there_is_an_address(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    first = await watch(camera)
    await pass_time(clock, DAY)
    calls = len(arrived(sim))
    assert 2 < calls <= DAY / (2 * HOUR) + 1
    second = await watch(camera)
    assert second is not first
    assert len(arrived(sim)) == calls, "at hand, and good"
    assert second.expires_at > clock.time()


@pytest.mark.parametrize("life", [300.0, LONG_LIFE - 1])
async def test_not_where_addresses_live_shortly(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock, life: float
) -> None:
    cloud.live.life = life
    await watch(camera)
    await pass_time(clock, 3 * HOUR)
    assert arrived(sim) == ["liveurl"]


@pytest.mark.parametrize("revision", ["body"])
async def test_nor_where_nobody_knows_how_long(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    await watch(camera)
    await pass_time(clock, 3 * HOUR)
    assert arrived(sim) == ["liveurl"]


async def test_a_camera_that_nobody_has_watched_costs_nothing(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    await camera.live.get("hls")
    await pass_time(clock, 3 * HOUR)
    assert arrived(sim) == ["liveurl"]


async def test_after_a_week_it_is_over(camera: Camera, sim: SimCamera, clock: ManualClock) -> None:
    await watch(camera)
    await pass_time(clock, LATELY, 600.0)
    calls = len(arrived(sim))
    assert calls > 80
    await pass_time(clock, DAY, 600.0)
    assert len(arrived(sim)) <= calls + 1


async def test_it_waits_until_the_camera_is_idle(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    await watch(camera)
    await clock.advance(2 * HOUR - RENEWAL - 10)
    await camera.ptz.start(Command.LEFT, 60)
    await clock.advance(50)
    assert arrived(sim) == ["liveurl", "start 2"]
    await camera.ptz.stop()
    await pass_time(clock, 10, 5.0)
    assert arrived(sim)[2:] == ["stop 2", "liveurl"]


async def test_failures_are_no_more_than_successes_would_be(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    await watch(camera)
    sim.online = False
    await pass_time(clock, DAY)
    assert 2 < len(arrived(sim)) <= DAY / (2 * HOUR) + 1
    sim.online = True
    await pass_time(clock, 2 * HOUR)
    assert camera.live.known("hls")


async def test_it_goes_on_after_a_restart_but_not_for_all_cameras_at_once(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    await watch(camera)
    stored = camera.memory().to_json()
    assert stored["watched"] == {"at": clock.time(), "life": 2 * HOUR}
    await camera.close()
    again = platform.camera(platform.client())
    again.recall(Memory.from_json(stored))
    await pass_time(clock, START[0] - 1, 1.0)
    assert arrived(sim) == ["liveurl"]
    await pass_time(clock, START[1], 5.0)
    assert arrived(sim) == ["liveurl"] * 2
    assert again.live.known("hls")


@pytest.mark.parametrize("fetching", [False, True])
async def test_a_camera_that_goes_fetches_nothing_more(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, *, fetching: bool
) -> None:
    await watch(camera)
    if fetching:
        platform.fault("slow", "liveurl", seconds=0.5)
        await clock.advance(2 * HOUR - RENEWAL)
        await until(lambda: len(sim.calls) == 2)
    await camera.close()
    assert clock.alarms == 0
