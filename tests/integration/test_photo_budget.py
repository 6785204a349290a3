"""How many photos and calls a camera costs a day, and who may have the last ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.sodalife.poller import FIRST
from simulator import Cloud
from simulator.camera import SimCamera
from tests.clock import ManualClock, until
from tests.integration.common import (
    CREDENTIALS,
    DOMAIN,
    OTHER,
    SERIAL,
    Act,
    FindEntity,
    Look,
    SetUp,
    both_revisions,
    count_arrived,
)

HOUR = 3600.0
TO_MIDNIGHT = 16 * HOUR  # the clock starts at 08:00 in Beijing
LIMITED = {"photos_per_day": 10, "poll_interval": 0}

type PhotosToday = Callable[[], Awaitable[tuple[str, Any]]]


@pytest.fixture
def photos_today(hass: HomeAssistant, entity_id: FindEntity) -> PhotosToday:
    async def photos_today() -> tuple[str, Any]:
        sensor = entity_id("sensor", "photos_today")
        await hass.services.async_call(
            "homeassistant", "update_entity", {"entity_id": sensor}, blocking=True
        )
        state = hass.states.get(sensor)
        assert state is not None
        return state.state, state.attributes["left"]

    return photos_today


@pytest.fixture
async def limited(
    hass: HomeAssistant,
    set_up: SetUp,
    entity_id: FindEntity,
    entity_registry: er.EntityRegistry,
    clock: ManualClock,
) -> MockConfigEntry:
    """Have a camera that may take ten photos a day, and its sensor."""
    entry = await set_up(options=LIMITED)
    entity_registry.async_update_entity(entity_id("sensor", "photos_today"), disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    return entry


async def test_looks_leave_a_fifth_to_what_is_commanded(
    limited: MockConfigEntry,
    look: Look,
    act: Act,
    press: Act,
    sim: SimCamera,
    clock: ManualClock,
    photos_today: PhotosToday,
) -> None:
    for _ in range(int(TO_MIDNIGHT / 600)):
        status, _ = await look()
        assert status == HTTPStatus.OK
        await clock.advance(600)
    assert count_arrived(sim, "capture") == 8
    clock.jump(-60)  # back to the day that is nearly over
    assert await photos_today() == ("8", 2)
    await act("capture")
    await press("capture")
    assert await photos_today() == ("10", 0)
    with pytest.raises(HomeAssistantError) as refused:
        await act("capture")
    assert refused.value.translation_key == "photo_budget"
    assert (await look())[0] == HTTPStatus.OK, "the last one is shown"
    assert count_arrived(sim, "capture") == 10
    clock.jump(60)
    assert await photos_today() == ("0", 10), "a new day in Beijing"
    await act("capture")
    assert await photos_today() == ("1", 9)


async def test_the_card_says_when_there_are_no_more(
    limited: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    act: Act,
    clock: ManualClock,
    entity_id: FindEntity,
) -> None:
    client = await hass_ws_client()
    watch = {"type": "sodalife/obstacles", "entity_id": entity_id("camera")}
    await client.send_json_auto_id(watch)
    assert (await client.receive_json())["success"]
    assert (await client.receive_json())["event"] == {}
    for _ in range(10):
        await act("capture")
        clock.jump(1)
    told = (await client.receive_json())["event"]
    assert told["photo"]["translation_key"] == "photo_budget"
    clock.jump(TO_MIDNIGHT)
    await act("capture")
    assert (await client.receive_json())["event"] == {}


@pytest.mark.parametrize("why", ["midnight", "option"])
async def test_the_card_says_so_no_longer_than_it_is_so(
    *,
    why: str,
    hass: HomeAssistant,
    limited: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    act: Act,
    clock: ManualClock,
    entity_id: FindEntity,
) -> None:
    for _ in range(10):
        await act("capture")
    client = await hass_ws_client()
    watch = {"type": "sodalife/obstacles", "entity_id": entity_id("camera")}
    await client.send_json_auto_id(watch)
    assert (await client.receive_json())["success"]
    assert "photo" in (await client.receive_json())["event"]
    if why == "midnight":
        await clock.advance(TO_MIDNIGHT)
    else:
        more = {**limited.options, "photos_per_day": 20}
        hass.config_entries.async_update_entry(limited, options=more)
    assert (await asyncio.wait_for(client.receive_json(), 5))["event"] == {}


async def test_it_is_counted_on_after_a_restart(
    hass: HomeAssistant,
    limited: MockConfigEntry,
    act: Act,
    clock: ManualClock,
    photos_today: PhotosToday,
) -> None:
    await act("capture")
    await hass.config_entries.async_reload(limited.entry_id)
    assert await photos_today() == ("1", 9)
    hass.config_entries.async_update_entry(
        limited, options={**limited.options, "photos_per_day": 0}
    )
    await hass.async_block_till_done()
    assert await photos_today() == ("1", None)


# --- online checks


@both_revisions
async def test_an_idle_camera_costs_at_most_300_calls_a_day(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, clock: ManualClock
) -> None:
    await set_up(SERIAL, OTHER, minor_version=2, revision=cloud.revision)
    for _ in range(24 * 12):
        await clock.advance(300)
        await asyncio.sleep(0.01)
    calls = [len(camera.calls) for camera in cloud.cameras.values()]
    assert all(count <= 300 for count in calls), calls
    assert cloud.revision == "body" or min(calls) > 270, "or it was not asked at all"


async def test_a_new_entry_asks_every_five_minutes(
    hass: HomeAssistant, cloud: Cloud, host: str
) -> None:
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await flow.async_configure(result["flow_id"], {"host": host, **CREDENTIALS})
    result = await flow.async_configure(result["flow_id"], {"device_serials": [SERIAL]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    entry = result["result"]
    assert entry.runtime_data.options["poll_interval"] == 300
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.runtime_data.options["poll_interval"] == 300
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize(
    ("options", "expected"), [({}, 60), ({"poll_interval": 20}, 20)], ids=["none", "chosen"]
)
async def test_an_entry_that_was_set_up_before_keeps_what_it_had(
    hass: HomeAssistant, set_up: SetUp, options: dict[str, Any], expected: int
) -> None:
    entry = await set_up(options=options, minor_version=1)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.options["poll_interval"] == expected
    assert entry.runtime_data.options["keep_photos"] == "off"
    assert entry.runtime_data.options["photos_per_day"] == 0


async def test_the_card_has_a_camera_asked_that_was_not_heard_of_lately(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    set_up: SetUp,
    sim: SimCamera,
    clock: ManualClock,
    entity_id: FindEntity,
) -> None:
    await set_up(options={"poll_interval": 0}, revision="query")
    client = await hass_ws_client()
    assert count_arrived(sim, "onlinestatus") == 0
    watch = {"type": "sodalife/obstacles", "entity_id": entity_id("camera")}
    await client.send_json_auto_id(watch)
    await client.receive_json()
    await clock.advance(FIRST)
    await until(lambda: count_arrived(sim, "onlinestatus") == 1)
    await client.send_json_auto_id(watch)
    await hass.async_block_till_done()
    await clock.advance(61)
    await client.send_json_auto_id(watch)
    while (await client.receive_json())["id"] < 3:
        pass
    await clock.advance(FIRST)
    await until(lambda: count_arrived(sim, "onlinestatus") == 2)


async def test_a_look_that_costs_no_photo_asks_if_the_last_word_is_old(
    set_up: SetUp, look: Look, sim: SimCamera, clock: ManualClock
) -> None:
    options = {"poll_interval": 0, "snapshot_interval": 3600}
    await set_up(options=options, revision="query")
    await look()
    assert (count_arrived(sim, "capture"), count_arrived(sim, "onlinestatus")) == (1, 0)
    await clock.advance(59)
    await look()
    assert count_arrived(sim, "onlinestatus") == 0
    await clock.advance(61)
    await look()
    assert count_arrived(sim, "onlinestatus") == 0, "what they have come for goes first"
    await clock.advance(FIRST)
    await until(lambda: count_arrived(sim, "onlinestatus") == 1)
    assert count_arrived(sim, "capture") == 1
