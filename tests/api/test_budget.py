"""Photos a day: what is left lasts until midnight, and some is kept for what is commanded."""

from __future__ import annotations

import asyncio
import math

import pytest

from custom_components.sodalife.api import Camera, Picture, Snapshot
from custom_components.sodalife.api.budget import PhotoBudget, PhotoBudgetUsed
from custom_components.sodalife.api.clock import Moment
from custom_components.sodalife.api.day import DailyCount
from custom_components.sodalife.api.memory import Memory
from custom_components.sodalife.api.models import Command, PhotoReason
from simulator.camera import SimCamera
from tests.api.world import Platform, gathered
from tests.clock import START, ManualClock, until

HOUR = 3600.0
TO_MIDNIGHT = 16 * HOUR  # the clock starts at 08:00 in Shanghai


@pytest.fixture
def budget(clock: ManualClock) -> PhotoBudget:
    return PhotoBudget(clock, DailyCount(clock))


def note(budget: PhotoBudget, photos: int) -> None:
    for _ in range(photos):
        budget._count.add()


def test_there_is_no_limit_unless_it_is_wanted(budget: PhotoBudget) -> None:
    note(budget, 1000)
    assert (budget.taken, budget.left, budget.pause) == (1000, None, 0.0)
    budget.check(PhotoReason.LOOK)


def test_what_is_left_to_looks_lasts_until_midnight(budget: PhotoBudget) -> None:
    budget.limit = 100
    assert budget.pause == TO_MIDNIGHT / 80
    note(budget, 70)
    assert (budget.left, budget.pause) == (30, TO_MIDNIGHT / 10)


def test_a_fifth_is_kept_for_what_is_commanded(budget: PhotoBudget) -> None:
    budget.limit = 10
    note(budget, 8)
    assert budget.pause == math.inf
    for reason in (PhotoReason.LOOK, PhotoReason.CHECK):
        with pytest.raises(PhotoBudgetUsed):
            budget.check(reason)
    budget.check(PhotoReason.COMMANDED)
    note(budget, 2)
    assert budget.left == 0
    with pytest.raises(PhotoBudgetUsed):
        budget.check(PhotoReason.COMMANDED)
    budget.limit = 5  # fewer than there were
    assert budget.left == 0


@pytest.mark.parametrize("limit", [2, 3, 4])
def test_of_few_one_is_kept(budget: PhotoBudget, limit: int) -> None:
    budget.limit = limit
    note(budget, limit - 2)
    budget.check(PhotoReason.LOOK)
    note(budget, 1)
    with pytest.raises(PhotoBudgetUsed):
        budget.check(PhotoReason.LOOK)
    budget.check(PhotoReason.COMMANDED)


async def test_a_new_day_begins_at_midnight_in_shanghai(
    budget: PhotoBudget, clock: ManualClock
) -> None:
    budget.limit = 10
    note(budget, 10)
    await clock.advance(TO_MIDNIGHT - 1)
    assert (budget.taken, budget.left) == (10, 0)
    await clock.advance(1)
    assert (budget.taken, budget.left, budget.pause) == (0, 10, 24 * HOUR / 8)


async def test_a_clock_that_is_set_over_midnight_and_back(
    budget: PhotoBudget, clock: ManualClock
) -> None:
    """What was counted on a day that was none is not counted on the day that it was."""
    budget.limit = 10
    note(budget, 3)
    clock.jump(24 * HOUR)
    assert budget.left == 10
    note(budget, 1)
    clock.jump(-24 * HOUR)
    assert budget.left == 10, "at worst, there are more than the limit says: the clock was wrong"
    note(budget, 1)
    assert budget.taken == 1
    await clock.advance(TO_MIDNIGHT)
    assert budget.left == 10


async def test_a_day_of_looks_does_not_use_it_up(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    camera.configure(call_interval=4, snapshot_interval=30, photos_per_day=20)
    for _ in range(int(TO_MIDNIGHT) // 600):
        await clock.drive(camera.snapshots.get())
        await clock.advance(600)
    assert sim.photos == 16, "one an hour, and four are left for what is commanded"


async def test_a_look_after_a_move_is_not_put_off_while_there_is_something_left(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    camera.configure(call_interval=4, snapshot_interval=30, photos_per_day=5)
    first = await clock.drive(camera.snapshots.get())
    await clock.advance(60)
    assert await camera.snapshots.get() is first
    await clock.drive(camera.ptz.move(Command.LEFT, 0.5))
    assert await clock.drive(camera.snapshots.get()) is not first
    assert sim.photos == 2


async def test_when_looks_have_used_theirs_the_last_photo_is_shown(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    camera.configure(call_interval=4, snapshot_interval=30, photos_per_day=1)
    first = await clock.drive(camera.snapshots.get())
    await clock.drive(camera.ptz.move(Command.LEFT, 0.5))
    await clock.advance(HOUR)
    assert await camera.snapshots.get() is first
    with pytest.raises(PhotoBudgetUsed):
        await camera.snapshots.get(this_view=True)
    with pytest.raises(PhotoBudgetUsed):
        await camera.snapshots.capture()
    assert sim.photos == 1


async def test_a_command_joins_a_look_and_is_the_reason(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    heard: list[tuple[Snapshot, PhotoReason]] = []
    camera.snapshots.photographed.subscribe(lambda *about: heard.append(about))
    looking = asyncio.create_task(camera.snapshots.get())
    await asyncio.sleep(0)
    snapshot = await clock.drive(camera.snapshots.capture())
    assert await looking is snapshot
    assert heard == [(snapshot, PhotoReason.COMMANDED)]
    await clock.advance(60)
    await clock.drive(camera.snapshots.get())
    await clock.drive(camera.snapshots.capture(PhotoReason.CHECK))
    assert [reason for _, reason in heard[1:]] == [PhotoReason.LOOK, PhotoReason.CHECK]
    assert sim.photos == camera.snapshots.budget.taken == 3


async def test_a_look_that_joins_a_command_does_not_change_the_reason(
    camera: Camera, clock: ManualClock
) -> None:
    heard: list[PhotoReason] = []
    camera.snapshots.photographed.subscribe(lambda _, reason: heard.append(reason))
    capturing = asyncio.create_task(camera.snapshots.capture())
    await asyncio.sleep(0)
    await clock.drive(camera.snapshots.get())
    await capturing
    assert heard == [PhotoReason.COMMANDED]


async def test_what_was_not_taken_is_not_counted(
    platform: Platform, camera: Camera, clock: ManualClock
) -> None:
    platform.code("60017", "capture", times=1)
    await gathered(camera.snapshots.get())
    assert (camera.snapshots.captures, camera.snapshots.budget.taken) == (1, 0)


async def test_it_is_counted_on_after_a_restart(
    platform: Platform, camera: Camera, clock: ManualClock
) -> None:
    await clock.drive(camera.snapshots.get())
    stored = camera.memory().to_json()
    assert stored["photos"] == 1
    later = platform.camera(camera.device.client)
    later.recall(Memory.from_json(stored))
    assert later.snapshots.budget.taken == 1
    del stored["photos"], stored["photos_from"]  # as 0.1.0 has written it
    assert Memory.from_json(stored).photos == 0


async def test_a_photo_of_an_earlier_run_is_shown_until_there_is_a_new_one(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    old = Snapshot(
        Picture(b"\xff\xd8\xff", "image/jpeg"), START - 5, "", Moment.of_earlier_run(START - 5)
    )
    camera.snapshots.recall(old)
    assert camera.snapshots.last is old
    sim.online = False
    assert await camera.snapshots.get() is old, "it is the last good one"
    with pytest.raises(Exception, match="20007"):
        await camera.snapshots.get(this_view=True)
    sim.online = True
    await clock.advance(10)
    new = await clock.drive(camera.snapshots.get())
    assert new is not old
    camera.snapshots.recall(old)
    assert camera.snapshots.last is new
    await until(lambda: sim.photos == 1)
