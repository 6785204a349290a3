"""One snapshot serves whoever and however many look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from custom_components.sodalife.api import (
    Camera,
    Command,
    Picture,
    Snapshot,
    SodaClient,
    SodaError,
)
from custom_components.sodalife.api.call_queue import Priority
from custom_components.sodalife.api.errors import (
    AnswerTimeout,
    CaptureFailed,
    CaptureQuotaUsed,
    DeviceOffline,
    MalformedAnswer,
    QueueBusy,
)
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.world import Platform, arrived, gathered
from tests.clock import ManualClock, WallClock, until


@pytest.fixture
async def snapshot(camera: Camera, clock: ManualClock) -> Snapshot:
    """A good snapshot from a minute ago."""
    snapshot = await camera.snapshots.get()
    await clock.advance(60.0)
    return snapshot


async def test_a_thousand_viewers_cost_one_capture(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    cloud.capture_seconds = 2.0
    snapshots = await clock.drive(gathered(*(camera.snapshots.get() for _ in range(1000))))
    assert all(snapshot is snapshots[0] for snapshot in snapshots)
    assert snapshots[0].picture.content_type == "image/jpeg"
    assert (sim.photos, camera.snapshots.captures) == (1, 1)


async def test_a_snapshot_not_older_than_the_interval_is_served_from_memory(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    camera.configure(call_interval=4.0, snapshot_interval=20.0)
    first = await camera.snapshots.get()
    await clock.advance(19.9)
    assert await camera.snapshots.get() is first
    await clock.advance(0.2)
    assert await camera.snapshots.get() is not first
    assert sim.photos == 2


async def test_the_age_of_a_snapshot_counts_from_its_command_not_from_its_arrival(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    cloud.capture_seconds = 12.0
    capturing = asyncio.create_task(camera.snapshots.capture())
    await until(lambda: sim.calls)
    await clock.advance(12.0)
    first = await capturing
    cloud.capture_seconds = 0.0
    await clock.advance(17.9)
    assert await camera.snapshots.get() is first
    await clock.advance(0.2)
    assert await camera.snapshots.get() is not first


async def test_the_time_of_a_snapshot_is_that_of_the_command(
    camera: Camera, cloud: Cloud, clock: ManualClock
) -> None:
    began = clock.time()
    cloud.capture_seconds = 5.0
    assert (await clock.drive(camera.snapshots.capture())).captured_at == began


async def test_a_capture_takes_a_snapshot_however_fresh_the_last_one_is(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    await camera.snapshots.get()
    await clock.drive(camera.snapshots.capture())
    assert sim.photos == 2


async def test_captures_that_are_asked_for_together_are_one(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    await gathered(*(camera.snapshots.capture() for _ in range(20)), camera.snapshots.get())
    assert sim.photos == 1


async def test_a_capture_goes_on_when_its_viewer_leaves(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    cloud.capture_seconds = 3.0
    viewer = asyncio.create_task(camera.snapshots.get())
    await until(lambda: sim.calls)
    viewer.cancel()
    await gathered(viewer)
    await clock.advance(3.0)
    await until(lambda: camera.snapshots.last)
    assert sim.photos == 1


async def test_a_viewer_that_leaves_takes_nobody_along(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    cloud.capture_seconds = 3.0
    leaving, staying = (asyncio.create_task(camera.snapshots.get()) for _ in range(2))
    await until(lambda: sim.calls)
    leaving.cancel()
    assert (await clock.drive(staying)).picture.content
    assert sim.photos == 1


# An answer within 8 seconds.


async def test_after_8_seconds_the_last_good_snapshot_is_the_answer(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock, snapshot: Snapshot
) -> None:
    cloud.capture_seconds = 12.0
    looking = asyncio.create_task(camera.snapshots.get())
    await until(lambda: len(sim.calls) == 2)
    await clock.advance(7.9)
    assert not looking.done()
    await clock.advance(0.1)
    assert await asyncio.wait_for(looking, 1.0) is snapshot
    await clock.advance(4.0)
    await until(lambda: camera.snapshots.last is not snapshot)


async def test_after_8_seconds_without_any_snapshot_there_is_an_error(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    cloud.capture_seconds = 12.0
    looking = asyncio.create_task(camera.snapshots.get())
    await until(lambda: sim.calls)
    await clock.advance(8.0)
    with pytest.raises(AnswerTimeout):
        await asyncio.wait_for(looking, 1.0)
    await clock.advance(4.0)
    await until(lambda: camera.snapshots.last)


async def test_the_8_seconds_include_the_wait_for_a_turn(
    camera: Camera, sim: SimCamera, clock: ManualClock, snapshot: Snapshot
) -> None:
    await camera.ptz.start(Command.ZOOM_IN, 60.0)
    looking = asyncio.create_task(camera.snapshots.get())
    await clock.advance(8.0)
    assert await asyncio.wait_for(looking, 1.0) is snapshot
    assert sim.photos == 1
    await camera.ptz.stop()


# Failures.


async def test_after_a_failure_the_last_good_snapshot_is_served(
    platform: Platform, camera: Camera, snapshot: Snapshot
) -> None:
    platform.code("60017", "capture")
    assert await camera.snapshots.get() is snapshot


async def test_without_any_the_failure_is_the_answer(camera: Camera, sim: SimCamera) -> None:
    sim.online = False
    with pytest.raises(DeviceOffline):
        await camera.snapshots.get()


async def test_a_failed_snapshot_is_not_tried_again_for_10_seconds(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    platform.code("60017", "capture", times=1)
    errors = []
    for _ in range(2):
        with pytest.raises(SodaError) as caught:
            await camera.snapshots.get()
        errors.append(caught.value)
        await clock.advance(5.0)
    assert [err.code for err in errors] == ["60017", "60017"]
    assert len(sim.calls) == 1
    assert await clock.drive(camera.snapshots.get())


async def test_a_capture_asks_even_shortly_after_a_failure(
    platform: Platform, camera: Camera, clock: ManualClock
) -> None:
    platform.code("60017", "capture", times=1)
    await gathered(camera.snapshots.get())
    fresh = await clock.drive(camera.snapshots.capture())
    assert await camera.snapshots.get() is fresh


async def test_a_lost_snapshot_does_not_lose_the_last_one(
    platform: Platform, camera: Camera, clock: ManualClock, snapshot: Snapshot
) -> None:
    platform.fault("empty", "capture", times=1)
    with pytest.raises(MalformedAnswer):
        await camera.snapshots.capture()
    assert camera.snapshots.last is snapshot
    await clock.advance(10.0)
    assert await camera.snapshots.get() is not snapshot


async def test_a_failure_that_everybody_left_leaves_no_trace(
    platform: Platform, camera: Camera, sim: SimCamera, caplog: pytest.LogCaptureFixture
) -> None:
    platform.fault("slow", "capture", seconds=0.02)
    sim.foreign = True
    viewer = asyncio.create_task(camera.snapshots.capture())
    await until(lambda: sim.calls)
    viewer.cancel()
    await gathered(viewer)
    await until(lambda: camera.device.failures)
    await asyncio.sleep(0.005)
    assert [record.getMessage() for record in caplog.records if record.levelno > 20] == []


# Moves.


async def test_a_move_makes_the_snapshot_stale(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    first = await camera.snapshots.get()
    await clock.drive(camera.ptz.move(Command.LEFT, 1.0))
    second = await clock.drive(camera.snapshots.get())
    assert second is not first
    assert await camera.snapshots.get() is second
    assert sim.photos == 2


async def test_a_move_while_a_snapshot_is_fetched_makes_that_snapshot_stale(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    """The snapshot is taken already when the capture is answered; its bytes come later."""
    platform.fault("slow", "picture", seconds=0.05, times=1)
    looking = asyncio.create_task(camera.snapshots.get())
    await until(lambda: sim.photos)
    camera.snapshots.expire()
    first = await looking
    assert await clock.drive(camera.snapshots.get()) is not first


async def test_a_snapshot_that_waits_for_a_move_to_end_is_a_new_one(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    await camera.ptz.start(Command.LEFT, 3.0)
    seen = await clock.drive(camera.snapshots.get())
    assert await camera.snapshots.get() is seen
    assert arrived(sim) == ["start 2", "stop 2", "capture"]


@pytest.mark.parametrize("slow", [3.0, 20.0])
async def test_the_view_is_never_the_one_from_before_a_move(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock, slow: float
) -> None:
    before = await clock.drive(camera.snapshots.get())
    await clock.drive(camera.ptz.move(Command.LEFT, 1.0))
    cloud.capture_seconds = slow
    cloud.interval = camera.queue.interval
    view = asyncio.create_task(camera.snapshots.get(this_view=True))
    if slow > 8.0:
        with pytest.raises(AnswerTimeout):
            await clock.drive(view)
        assert await clock.drive(camera.snapshots.get()) is before, "who only looks is shown it"
    else:
        assert await clock.drive(view) is not before
        assert await camera.snapshots.get(this_view=True) is camera.snapshots.last


async def test_the_view_during_a_move_is_not_the_one_from_before_it(
    camera: Camera, clock: ManualClock, sim: SimCamera
) -> None:
    await camera.snapshots.get(this_view=True)
    await clock.drive(camera.ptz.start(Command.LEFT, 60.0))
    view = asyncio.create_task(camera.snapshots.get(this_view=True))
    await clock.advance(8.0)
    with pytest.raises(AnswerTimeout):
        await view
    await clock.drive(camera.ptz.stop())
    await clock.drive(camera.snapshots.get(this_view=True))
    assert sim.photos == 2


async def test_a_failure_after_a_move_is_the_answer(camera: Camera, platform: Platform) -> None:
    before = await camera.snapshots.get(this_view=True)
    platform.code("60017", "capture")
    assert await camera.snapshots.get(this_view=True) is before
    camera.snapshots.expire()
    camera.queue.set_interval(0.0)
    with pytest.raises(CaptureFailed):
        await camera.snapshots.get(this_view=True)
    assert await camera.snapshots.get() is before


async def test_a_stop_that_is_delivered_late_makes_the_snapshot_stale_again(
    camera: Camera, platform: Platform, sim: SimCamera, clock: ManualClock
) -> None:
    """Until then the camera may have moved, whatever was photographed meanwhile."""
    await clock.drive(camera.ptz.start(Command.LEFT, 1.0))
    platform.fault("html", "controlling")
    await clock.advance(90.0)
    assert not camera.snapshots.moved_within(20.0), "others have their turns again"
    platform.cloud.faults.clear()
    await clock.advance(70.0)
    await until(lambda: sim.moving is None)
    await until(lambda: camera.snapshots.moved_within(80.0))


async def test_who_asks_after_a_move_waits_30_seconds_in_all(
    camera: Camera,
    clock: ManualClock,
    downloading: asyncio.Task[Snapshot],
    picture_comes: asyncio.Event,
) -> None:
    """First for the photo that was under way, then for the turn of another."""
    await clock.drive(camera.ptz.move(Command.LEFT, 1.0))
    asked = asyncio.create_task(camera.snapshots.capture())
    await clock.advance(20.0)
    with camera.queue.out_of_turn():
        picture_comes.set()
        await asyncio.wait_for(downloading, 5.0)
        await clock.advance(9.0)
        assert not asked.done()
        await clock.advance(1.5)
        with pytest.raises(QueueBusy):
            await asyncio.wait_for(asked, 1.0)


async def test_a_snapshot_whose_viewers_all_left_before_its_turn_is_taken_all_the_same(
    camera: Camera, sim: SimCamera, clock: ManualClock, snapshot: Snapshot
) -> None:
    """Or a camera that is busy for longer than anybody looks would never show a new one."""
    async with camera.queue.turn(Priority.PTZ):
        viewer = asyncio.create_task(camera.snapshots.get())
        await clock.advance(8.0)
        assert await asyncio.wait_for(viewer, 1.0) is snapshot
        camera.queue.leave_unused()
    await until(lambda: camera.snapshots.last is not snapshot)
    assert sim.photos == 2


@pytest.fixture
def picture_comes(client: SodaClient, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """No picture is fetched before this."""
    comes, fetch = asyncio.Event(), client.transport.picture

    async def picture(address: str) -> Picture:
        await comes.wait()
        return await fetch(address)

    monkeypatch.setattr(client.transport, "picture", picture)
    return comes


@pytest.fixture
async def downloading(
    camera: Camera, sim: SimCamera, picture_comes: asyncio.Event
) -> AsyncGenerator[asyncio.Task[Snapshot]]:
    """A photo that was taken, and whose picture takes its time to come."""
    capturing = asyncio.create_task(camera.snapshots.capture())
    await until(lambda: sim.photos and camera.queue.idle)
    yield capturing
    picture_comes.set()
    await asyncio.wait_for(gathered(capturing), 5.0)


async def test_a_press_does_not_wait_for_the_download_of_a_picture(
    camera: Camera, sim: SimCamera, clock: ManualClock, downloading: asyncio.Task[Snapshot]
) -> None:
    await clock.drive(camera.ptz.start(Command.LEFT, 1.0))
    assert clock.monotonic() < 5.0
    assert sim.moving == Command.LEFT
    await clock.drive(camera.ptz.stop())
    assert not downloading.done()


async def test_a_photo_that_was_commanded_before_a_move_is_stale_after_it(
    camera: Camera,
    sim: SimCamera,
    clock: ManualClock,
    downloading: asyncio.Task[Snapshot],
    picture_comes: asyncio.Event,
) -> None:
    """Also when the move happens, from its start to its end, while the picture comes."""
    await clock.drive(camera.ptz.move(Command.LEFT, 1.0))
    assert not downloading.done()
    picture_comes.set()
    before = await asyncio.wait_for(downloading, 5.0)
    assert camera.snapshots.last is before
    after = await clock.drive(camera.snapshots.get())
    assert after is not before
    assert await camera.snapshots.get() is after
    assert arrived(sim) == ["capture", "start 2", "stop 2", "capture"]


@pytest.mark.parametrize("look", ["get", "capture"])
async def test_who_asks_after_a_move_never_shares_a_photo_from_before_it(
    camera: Camera,
    sim: SimCamera,
    clock: ManualClock,
    downloading: asyncio.Task[Snapshot],
    picture_comes: asyncio.Event,
    look: str,
) -> None:
    await clock.drive(camera.ptz.move(Command.LEFT, 1.0))
    moved_at = clock.monotonic()
    works = [asyncio.create_task(getattr(camera.snapshots, look)()) for _ in range(3)]
    await asyncio.sleep(0)
    assert not downloading.done()
    picture_comes.set()
    assert (await asyncio.wait_for(downloading, 5.0)).commanded.monotonic < moved_at
    seen = await clock.drive(gathered(*works))
    assert [snapshot.commanded.monotonic > moved_at for snapshot in seen] == [True] * 3
    assert sim.photos == 2, "one for all of them"


# The clocks.


@pytest.fixture
def wall(clock: ManualClock) -> WallClock:
    """The clock of our machine, which somebody sets; the platform has its own."""
    return WallClock(clock)


@pytest.fixture
def set_camera(platform: Platform, wall: WallClock) -> Camera:
    """A camera of a machine whose clock is set."""
    return platform.camera(platform.client(clock=wall))


async def test_after_the_machine_slept_a_snapshot_is_not_recent_any_more(
    set_camera: Camera, sim: SimCamera, clock: ManualClock, wall: WallClock
) -> None:
    """The time of day jumps then, the other clock stands still."""
    first = await set_camera.snapshots.get()
    wall.jump(9 * 3600.0)
    second = await clock.drive(set_camera.snapshots.get())
    assert second is not first
    assert second.captured_at >= first.captured_at + 9 * 3600.0
    assert await set_camera.snapshots.get() is second
    assert sim.photos == 2


async def test_a_clock_that_is_set_back_does_no_harm(
    set_camera: Camera, sim: SimCamera, clock: ManualClock, wall: WallClock
) -> None:
    first = await set_camera.snapshots.get()
    wall.jump(-9 * 3600.0)
    await clock.advance(29.9)
    assert await set_camera.snapshots.get() is first
    await clock.advance(0.2)
    assert await set_camera.snapshots.get() is not first
    assert sim.photos == 2


async def test_a_failure_is_tried_again_after_10_seconds_though_the_clock_is_set_back(
    platform: Platform, set_camera: Camera, sim: SimCamera, clock: ManualClock, wall: WallClock
) -> None:
    platform.code("60017", "capture", times=1)
    await gathered(set_camera.snapshots.get())
    wall.jump(-9 * 3600.0)
    await clock.advance(10.0)
    assert await clock.drive(set_camera.snapshots.get())
    assert sim.photos == 1


# The quota of a day.


@pytest.mark.parametrize(("time_of_day", "hours"), [(8.0, 16.0), (23.9, 0.1), (0.0, 24.0)], ids=str)
async def test_a_used_up_quota_closes_capture_until_midnight_in_shanghai(
    platform: Platform, camera: Camera, sim: SimCamera, time_of_day: float, hours: float
) -> None:
    clock = platform.clock
    await clock.advance((time_of_day - 8.0) % 24 * 3600)  # it is 8 in the morning there
    platform.code("10028", "capture", times=1)
    with pytest.raises(CaptureQuotaUsed):
        await camera.snapshots.capture()
    await clock.advance(hours * 3600 - 1)
    with pytest.raises(CaptureQuotaUsed):
        await camera.snapshots.capture()
    assert arrived(sim) == ["capture"]
    await clock.advance(1)
    assert (await camera.snapshots.capture()).picture.content


@pytest.mark.parametrize(
    ("jump", "hours"),
    [(16.0, 0.0), (10.0, 6.0), (30.0, 0.0), (-9.0, 16.0)],
    ids=["slept until midnight", "slept for a while", "slept over it", "set back"],
)
async def test_a_used_up_quota_ends_by_whichever_clock_says_that_it_is_midnight(
    set_camera: Camera,
    platform: Platform,
    sim: SimCamera,
    clock: ManualClock,
    wall: WallClock,
    jump: float,
    hours: float,
) -> None:
    """It is 8 in the morning in Shanghai, and nothing keeps photos closed for longer."""
    platform.code("10028", "capture", times=1)
    with pytest.raises(CaptureQuotaUsed):
        await set_camera.snapshots.capture()
    wall.jump(jump * 3600)
    if hours:
        await clock.advance(hours * 3600 - 5)
        with pytest.raises(CaptureQuotaUsed):
            await set_camera.snapshots.capture()
        assert arrived(sim) == ["capture"]
    await clock.advance(5.0)
    assert (await set_camera.snapshots.capture()).picture.content


async def test_a_used_up_quota_costs_a_press_nothing(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    """What was not sent keeps nobody waiting."""
    platform.code("10028", "capture")
    await gathered(camera.snapshots.capture())
    await clock.advance(4.0)
    await gathered(camera.snapshots.capture())
    began = clock.monotonic()
    await asyncio.wait_for(camera.ptz.start(Command.LEFT, 1.0), 1.0)
    assert clock.monotonic() == began
    assert sim.moving == Command.LEFT
    await camera.ptz.stop()


async def test_a_used_up_quota_closes_nothing_else(
    platform: Platform, camera: Camera, clock: ManualClock
) -> None:
    platform.code("10028", "capture")
    await gathered(camera.snapshots.capture())
    assert await clock.drive(camera.check_online())
    assert await clock.drive(camera.live.get("hls"))


# Listeners.


async def test_listeners_hear_of_every_new_snapshot_until_they_leave(
    platform: Platform, camera: Camera, clock: ManualClock
) -> None:
    heard: list[Snapshot | None] = []
    leave = camera.snapshots.taken.subscribe(lambda: heard.append(camera.snapshots.last))
    await camera.snapshots.capture()
    platform.code("60017", "capture", times=1)
    await gathered(clock.drive(camera.snapshots.capture()))
    assert len(heard) == 1
    assert heard == [camera.snapshots.last]
    leave()
    await clock.drive(camera.snapshots.capture())
    assert len(heard) == 1
