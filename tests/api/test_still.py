"""One photo serves whoever and however many look."""

from __future__ import annotations

import asyncio

import pytest

from custom_components.sodalife.api import Camera, Command, SodaError, Still
from custom_components.sodalife.api.errors import AnswerTimeout, DeviceOffline, MalformedAnswer
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.world import Platform, gathered, told
from tests.clock import ManualClock, until


@pytest.fixture
async def still(camera: Camera, clock: ManualClock) -> Still:
    """A good photo from a minute ago."""
    still = await camera.stills.get()
    await clock.advance(60.0)
    return still


async def test_a_thousand_viewers_cost_one_capture(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    cloud.capture_seconds = 2.0
    stills = await clock.drive(gathered(*(camera.stills.get() for _ in range(1000))))
    assert all(still is stills[0] for still in stills)
    assert stills[0].picture.content_type == "image/jpeg"
    assert (sim.photos, camera.stills.captures) == (1, 1)


async def test_a_still_not_older_than_the_interval_is_served_from_memory(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    camera.configure(call_interval=4.0, snapshot_interval=20.0)
    first = await camera.stills.get()
    await clock.advance(19.9)
    assert await camera.stills.get() is first
    await clock.advance(0.2)
    assert await camera.stills.get() is not first
    assert sim.photos == 2


async def test_the_age_of_a_still_counts_from_its_photo_not_from_its_arrival(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    cloud.capture_seconds = 12.0
    capturing = asyncio.create_task(camera.stills.capture())
    await until(lambda: sim.calls)
    await clock.advance(12.0)
    first = await capturing
    cloud.capture_seconds = 0.0
    await clock.advance(17.9)
    assert await camera.stills.get() is first
    await clock.advance(0.2)
    assert await camera.stills.get() is not first


async def test_the_time_of_a_still_is_that_of_the_command(
    camera: Camera, cloud: Cloud, clock: ManualClock
) -> None:
    began = clock.time()
    cloud.capture_seconds = 5.0
    assert (await clock.drive(camera.stills.capture())).captured_at == began


async def test_a_capture_takes_a_photo_however_fresh_the_last_one_is(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    await camera.stills.get()
    await clock.drive(camera.stills.capture())
    assert sim.photos == 2


async def test_captures_that_are_asked_for_together_are_one(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    await gathered(*(camera.stills.capture() for _ in range(20)), camera.stills.get())
    assert sim.photos == 1


async def test_a_capture_goes_on_when_its_viewer_leaves(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    cloud.capture_seconds = 3.0
    viewer = asyncio.create_task(camera.stills.get())
    await until(lambda: sim.calls)
    viewer.cancel()
    await gathered(viewer)
    await clock.advance(3.0)
    await until(lambda: camera.stills.last)
    assert sim.photos == 1


async def test_a_viewer_that_leaves_takes_nobody_along(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    cloud.capture_seconds = 3.0
    leaving, staying = (asyncio.create_task(camera.stills.get()) for _ in range(2))
    await until(lambda: sim.calls)
    leaving.cancel()
    assert (await clock.drive(staying)).picture.content
    assert sim.photos == 1


# An answer within 8 seconds.


async def test_after_8_seconds_the_last_good_still_is_the_answer(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock, still: Still
) -> None:
    cloud.capture_seconds = 12.0
    looking = asyncio.create_task(camera.stills.get())
    await until(lambda: len(sim.calls) == 2)
    await clock.advance(7.9)
    assert not looking.done()
    await clock.advance(0.1)
    assert await asyncio.wait_for(looking, 1.0) is still
    await clock.advance(4.0)
    await until(lambda: camera.stills.last is not still)


async def test_after_8_seconds_without_any_still_there_is_an_error(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    cloud.capture_seconds = 12.0
    looking = asyncio.create_task(camera.stills.get())
    await until(lambda: sim.calls)
    await clock.advance(8.0)
    with pytest.raises(AnswerTimeout):
        await asyncio.wait_for(looking, 1.0)
    await clock.advance(4.0)
    await until(lambda: camera.stills.last)


async def test_the_8_seconds_include_the_wait_for_a_turn(
    camera: Camera, sim: SimCamera, clock: ManualClock, still: Still
) -> None:
    await camera.ptz.start(Command.ZOOM_IN, 60.0)
    looking = asyncio.create_task(camera.stills.get())
    await clock.advance(8.0)
    assert await asyncio.wait_for(looking, 1.0) is still
    assert sim.photos == 1
    await camera.ptz.stop()


# Failures.


async def test_after_a_failure_the_last_good_still_is_served(
    platform: Platform, camera: Camera, still: Still
) -> None:
    platform.code("60017", "capture")
    assert await camera.stills.get() is still


async def test_without_any_still_the_failure_is_the_answer(camera: Camera, sim: SimCamera) -> None:
    sim.online = False
    with pytest.raises(DeviceOffline):
        await camera.stills.get()


async def test_a_failed_photo_is_not_tried_again_for_10_seconds(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    platform.code("60017", "capture", times=1)
    errors = []
    for _ in range(2):
        with pytest.raises(SodaError) as caught:
            await camera.stills.get()
        errors.append(caught.value)
        await clock.advance(5.0)
    assert [err.code for err in errors] == ["60017", "60017"]
    assert len(sim.calls) == 1
    assert await clock.drive(camera.stills.get())


async def test_a_capture_asks_even_shortly_after_a_failure(
    platform: Platform, camera: Camera, clock: ManualClock
) -> None:
    platform.code("60017", "capture", times=1)
    await gathered(camera.stills.get())
    fresh = await clock.drive(camera.stills.capture())
    assert await camera.stills.get() is fresh


async def test_a_lost_photo_does_not_lose_the_last_one(
    platform: Platform, camera: Camera, clock: ManualClock, still: Still
) -> None:
    platform.fault("empty", "capture", times=1)
    with pytest.raises(MalformedAnswer):
        await camera.stills.capture()
    assert camera.stills.last is still
    await clock.advance(10.0)
    assert await camera.stills.get() is not still


async def test_a_failure_that_everybody_left_leaves_no_trace(
    platform: Platform, camera: Camera, sim: SimCamera, caplog: pytest.LogCaptureFixture
) -> None:
    platform.fault("slow", "capture", seconds=0.02)
    sim.foreign = True
    viewer = asyncio.create_task(camera.stills.capture())
    await until(lambda: sim.calls)
    viewer.cancel()
    await gathered(viewer)
    await until(lambda: camera.device.failures)
    await asyncio.sleep(0.005)
    assert [record.getMessage() for record in caplog.records if record.levelno > 20] == []


# Moves.


async def test_a_move_makes_the_still_stale(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    first = await camera.stills.get()
    await clock.drive(camera.ptz.move(Command.LEFT, 1.0))
    second = await clock.drive(camera.stills.get())
    assert second is not first
    assert await camera.stills.get() is second
    assert sim.photos == 2


async def test_a_move_while_a_photo_is_fetched_makes_that_photo_stale(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    """The photo is taken already when the capture is answered; its bytes come later."""
    platform.fault("slow", "picture", seconds=0.05, times=1)
    looking = asyncio.create_task(camera.stills.get())
    await until(lambda: sim.photos)
    camera.stills.expire()
    first = await looking
    assert await clock.drive(camera.stills.get()) is not first


async def test_a_photo_that_waits_for_a_move_to_end_is_a_new_one(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    await camera.ptz.start(Command.LEFT, 3.0)
    seen = await clock.drive(camera.stills.get())
    assert await camera.stills.get() is seen
    assert told(sim) == ["start 2", "stop 2", "capture"]


# Listeners.


async def test_listeners_hear_of_every_new_photo_until_they_leave(
    platform: Platform, camera: Camera, clock: ManualClock
) -> None:
    heard: list[float] = []
    leave = camera.stills.subscribe(lambda: heard.append(camera.stills.last.captured_at))  # type: ignore[union-attr]
    await camera.stills.capture()
    platform.code("60017", "capture", times=1)
    await gathered(clock.drive(camera.stills.capture()))
    assert len(heard) == 1
    leave()
    await clock.drive(camera.stills.capture())
    assert len(heard) == 1
