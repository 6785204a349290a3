"""Snapshots, the way Home Assistant's frontend asks for them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

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


async def keep(hass: HomeAssistant, entity_id: FindEntity, path: Path) -> bytes:
    """Have Home Assistant save a snapshot, and return it."""
    hass.config.allowlist_external_dirs = {str(path.parent)}
    await hass.services.async_call(
        "camera",
        "snapshot",
        {"entity_id": entity_id("camera"), "filename": str(path)},
        blocking=True,
    )
    return await hass.async_add_executor_job(path.read_bytes)


async def test_a_snapshot_after_a_move_shows_the_view_after_it(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    look: Look,
    sim: SimCamera,
    press: Act,
    entity_id: FindEntity,
    tmp_path: Path,
) -> None:
    await set_up(options={"snapshot_interval": 3600})
    _, before = await look()
    await press("zoom_in")
    after = await keep(hass, entity_id, tmp_path / "a.jpg")
    assert after != before
    assert await keep(hass, entity_id, tmp_path / "b.jpg") == after
    assert sim.photos == 2


@pytest.mark.parametrize("trouble", ["slow", "refused"])
async def test_a_snapshot_after_a_move_is_an_error_rather_than_the_view_before_it(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    look: Look,
    cloud: Cloud,
    clock: ManualClock,
    press: Act,
    entity_id: FindEntity,
    tmp_path: Path,
    trouble: str,
) -> None:
    await set_up(options={"snapshot_interval": 3600})
    _, before = await look()
    state = hass.states.get(entity_id("camera"))
    assert state is not None
    taken_at = state.attributes["captured_at"]
    await clock.drive(press("zoom_in"))
    if trouble == "slow":
        cloud.faults.add(Fault("hang", "capture", seconds=12))
    else:
        cloud.faults.add(Fault("code", "capture", code="60017"))
    for wanted in (
        keep(hass, entity_id, tmp_path / "a.jpg"),
        async_get_image(hass, entity_id("camera")),
    ):
        with pytest.raises(HomeAssistantError) as failure:
            await clock.drive(wanted)
        assert (
            failure.value.translation_key
            == {"slow": "timeout", "refused": "capture_failed"}[trouble]
        )
    assert not (tmp_path / "a.jpg").exists()
    assert await clock.drive(look()) == (HTTPStatus.OK, before), "who only looks is shown it ..."
    state = hass.states.get(entity_id("camera"))
    assert state is not None
    assert state.attributes["captured_at"] == taken_at, "... with its age"
    cloud.faults.clear()


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
