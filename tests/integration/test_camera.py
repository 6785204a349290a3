"""Snapshots, the way Home Assistant's frontend asks for them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from http import HTTPStatus

from homeassistant.components.camera import (
    async_get_image,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.clock import ManualClock, until
from tests.integration.common import (
    Act,
    FindEntity,
    Look,
    SetUp,
    both_revisions,
    count_arrived,
    state_of,
)

# --- snapshots


@both_revisions
async def test_two_looks_are_one_photo(
    set_up: SetUp, look: Look, sim: SimCamera, cloud: Cloud
) -> None:
    await set_up()
    first, second = await look(), await look()

    assert first == second
    assert first[0] == HTTPStatus.OK
    assert first[1].startswith(b"\xff\xd8\xff")
    assert sim.photos == 1
    assert cloud.violations == []


async def test_many_looks_at_once_are_one_photo(
    set_up: SetUp, look: Look, sim: SimCamera, cloud: Cloud
) -> None:
    await set_up()
    cloud.capture_seconds = 0.2
    looks = await asyncio.gather(*(look() for _ in range(10)))

    assert len(set(looks)) == 1
    assert looks[0][0] == HTTPStatus.OK
    assert sim.photos == 1


async def test_a_viewer_who_leaves_takes_no_photo_with_them(
    set_up: SetUp, look: Look, sim: SimCamera, cloud: Cloud
) -> None:
    await set_up()
    cloud.capture_seconds = 0.2
    impatient = asyncio.create_task(look())
    await until(lambda: count_arrived(sim, "capture"))
    impatient.cancel()
    await asyncio.wait({impatient})

    assert (await look())[0] == HTTPStatus.OK
    assert sim.photos == 1


async def test_a_snapshot_grows_old(
    set_up: SetUp, look: Look, sim: SimCamera, clock: ManualClock
) -> None:
    await set_up(options={"snapshot_interval": 20})
    await look()
    await clock.advance(19)
    await look()
    assert sim.photos == 1
    await clock.advance(2)
    await look()
    assert sim.photos == 2


async def test_a_move_makes_the_snapshot_an_old_one(
    set_up: SetUp, look: Look, sim: SimCamera, press: Act
) -> None:
    await set_up(options={"snapshot_interval": 3600})
    _, before = await look()
    await press("zoom_in")
    _, after = await look()

    assert sim.photos == 2
    assert before != after


async def test_when_the_snapshot_was_taken(
    hass: HomeAssistant,
    set_up: SetUp,
    look: Look,
    clock: ManualClock,
    entity_id: FindEntity,
    press: Act,
) -> None:
    await set_up()

    def captured_at() -> datetime | None:
        state = hass.states.get(entity_id("camera"))
        assert state is not None
        return state.attributes["captured_at"]

    assert captured_at() is None
    for _ in range(2):
        await clock.advance(100)
        await look()
        assert captured_at() == datetime.fromtimestamp(clock.time(), UTC)
    await clock.advance(1)
    await press("capture")
    assert captured_at() == datetime.fromtimestamp(clock.time(), UTC)


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        (Fault("code", "capture", code="60017"), "capture_failed"),
        (Fault("not_image", "picture"), "picture_unusable"),
        (Fault("html", "capture"), "cannot_connect"),
        (Fault("code", "capture", code="87654"), "unknown_code"),
    ],
    ids=lambda v: getattr(v, "label", v),
)
async def test_a_photo_that_fails(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    look: Look,
    cloud: Cloud,
    sim: SimCamera,
    clock: ManualClock,
    entity_id: FindEntity,
    fault: Fault,
    key: str,
) -> None:
    await set_up()
    cloud.faults.add(fault)
    with pytest.raises(HomeAssistantError) as failure:
        await async_get_image(hass, entity_id("camera"))
    assert failure.value.translation_key == key
    assert (failure.value.translation_placeholders or {})["camera"] == "Camera 1"
    assert (await look())[0] == HTTPStatus.INTERNAL_SERVER_ERROR
    assert count_arrived(sim, "capture") == 1, "a failure is not repeated at every look"

    cloud.faults.clear()
    await clock.advance(11)
    status, good = await look()
    assert status == HTTPStatus.OK

    cloud.faults.add(fault)
    await clock.advance(40)
    assert await look() == (HTTPStatus.OK, good), "the last good one is better than none"
    assert count_arrived(sim, "capture") == 3


async def test_a_slow_photo_gives_way_to_the_last_one(
    set_up: SetUp, look: Look, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    await set_up()
    _, old = await look()
    await clock.advance(100)
    cloud.faults.add(Fault("slow", "capture", seconds=0.5))
    looking = asyncio.create_task(look())
    await until(lambda: count_arrived(sim, "capture") == 2)
    await asyncio.sleep(0.01)
    assert not looking.done()
    await clock.advance(8)  # Home Assistant would give up after 10
    assert await looking == (HTTPStatus.OK, old)

    await until(lambda: sim.photos == 2)
    await until(lambda: sim.calls[-1].answered is not None)
    assert (await look())[1] != old, "the photo was not taken in vain"
    assert sim.photos == 2


async def test_an_offline_camera_keeps_its_snapshot(
    hass: HomeAssistant,
    set_up: SetUp,
    look: Look,
    sim: SimCamera,
    clock: ManualClock,
    entity_id: FindEntity,
) -> None:
    await set_up()
    _, good = await look()
    sim.online = False
    await clock.advance(100)
    assert await look() == (HTTPStatus.OK, good)
    assert state_of(hass, entity_id("camera")) == "unavailable"
