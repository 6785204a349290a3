"""What one camera costs the database: rows of states, and rows of attributes that are new."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
import logging
from typing import Any

from homeassistant.components.camera import async_get_image
from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.db_schema import StateAttributes, States, StatesMeta
from homeassistant.components.recorder.util import session_scope
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from simulator import Cloud, Fault
from tests.clock import ManualClock
from tests.integration.common import OTHER, SERIAL, Act, FindEntity, SetUp, count_arrived, state_of

HOUR = 3600
TOKENS = 300  # seconds after which Home Assistant gives cameras and images another access token
LOOK = 10  # seconds between two looks of a dashboard


@pytest.fixture
async def rows(
    hass: HomeAssistant, recorder_mock: Recorder, caplog: pytest.LogCaptureFixture
) -> Any:
    """Count the rows there are, of states by entity id, and of attributes."""
    for name in ("homeassistant.components.recorder", "sqlalchemy.engine"):
        caplog.set_level(logging.WARNING, name)

    async def rows() -> tuple[Counter[str], int]:
        await async_wait_recording_done(hass)
        with session_scope(hass=hass, read_only=True) as session:
            found = session.query(StatesMeta.entity_id).join(
                States, States.metadata_id == StatesMeta.metadata_id
            )
            states = Counter(entity_id for (entity_id,) in found.all())
            return states, session.query(StateAttributes).count()

    return rows


async def changes(rows: Any, before: tuple[Counter[str], int]) -> tuple[int, str]:
    """Return how many rows are new for the first camera, and which; attributes: of whichever."""
    states, attributes = await rows()
    new = Counter({name: n for name, n in (states - before[0]).items() if "camera_1" in name})
    more = attributes - before[1]
    return new.total() + more, f"{dict(new)}, {more} new attributes"


async def pass_hour(clock: ManualClock, each: Any, step: int) -> None:
    for second in range(0, HOUR, step):
        await each(second)
        await clock.advance(step)
        await asyncio.sleep(0.004)


async def test_an_hour_of_a_watched_dashboard(
    hass: HomeAssistant,
    rows: Any,
    clock: ManualClock,
    cloud: Cloud,
    set_up: SetUp,
    entity_id: FindEntity,
) -> None:
    await set_up(SERIAL, OTHER)
    camera = entity_id("camera")
    before = await rows()
    began = dt_util.utcnow()

    async def look(second: int) -> None:
        await clock.drive(async_get_image(hass, camera), step=0.01)
        if second % TOKENS == 0:  # which makes 24 rows, whoever looks
            async_fire_time_changed(hass, began + timedelta(seconds=second + TOKENS))
            await hass.async_block_till_done()

    await pass_hour(clock, look, LOOK)
    assert count_arrived(cloud.cameras[SERIAL], "capture") >= 115
    new, which = await changes(rows, before)
    assert new <= 130, which
    state = hass.states.get(camera)
    assert state is not None
    age = dt_util.utc_from_timestamp(clock.time()) - state.attributes["captured_at"]
    assert age < timedelta(seconds=75 + 30 + 2 * LOOK)


async def test_an_hour_with_an_outage(
    hass: HomeAssistant,
    rows: Any,
    clock: ManualClock,
    cloud: Cloud,
    set_up: SetUp,
    act: Act,
    entity_id: FindEntity,
    expected_log: list[str],
) -> None:
    expected_log.append(r"custom_components.sodalife: The SodaLife platform cannot be reached")
    await set_up(SERIAL, OTHER)
    await act("capture", SERIAL, OTHER)
    before = await rows()

    async def trouble(second: int) -> None:
        if second == 0:
            cloud.faults.add(Fault("html", status=504))
        if second == 2400:
            cloud.faults.clear()

    await pass_hour(clock, trouble, 4)
    assert state_of(hass, entity_id("button", "zoom_in")) != "unavailable"
    assert state_of(hass, entity_id("sensor", "last_error")) == "cannot_connect"
    new, which = await changes(rows, before)
    assert new <= 30, which  # Home Assistant's new tokens aside: 12 for each camera and image


@pytest.fixture
def last_error(hass: HomeAssistant, entity_id: FindEntity) -> Any:
    def last_error() -> State:
        state = hass.states.get(entity_id("sensor", "last_error"))
        assert state is not None
        return state

    return last_error


async def test_the_same_error_again_is_no_new_state(
    hass: HomeAssistant,
    clock: ManualClock,
    cloud: Cloud,
    set_up: SetUp,
    act: Act,
    last_error: Any,
) -> None:
    await set_up()

    async def fail(code: str, description: str) -> State:
        cloud.faults.add(Fault("code", "capture", code=code, description=description, times=1))
        with pytest.raises(HomeAssistantError):
            await act("capture")
        await clock.advance(4)
        state: State = last_error()
        return state

    first = await fail("60017", "trace 1")
    for number in range(10):  # each soon after the one before
        await clock.advance(100)
        assert await fail("60017", f"trace {number + 2}") is first
    other = await fail("77777", "another")
    assert (other.state, other.attributes["code"]) == ("unknown_code", "77777")
    again = await fail("60017", "trace 20")
    assert (again.state, again.attributes["description"]) == ("capture_failed", "trace 20")
    await clock.advance(310)
    later = await fail("60017", "trace 21")
    assert later.attributes["at"] > again.attributes["at"]
