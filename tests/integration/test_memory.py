"""What is to be known of a camera after a reload: its calls, a quota, what it cannot do."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator import Cloud, Fault
from tests.clock import ManualClock, until
from tests.integration.common import (
    DOMAIN,
    OTHER,
    SERIAL,
    Act,
    FindEntity,
    SetUp,
    count_arrived,
    state_of,
)

DAY = 86_400.0


@pytest.fixture
def unsupported(hass: HomeAssistant, entity_id: FindEntity) -> Any:
    def unsupported(serial: str = SERIAL) -> list[str]:
        state = hass.states.get(entity_id("camera", serial=serial))
        assert state is not None
        return list(state.attributes["ptz_unsupported"])

    return unsupported


@pytest.fixture
async def entry(
    hass: HomeAssistant,
    cloud: Cloud,
    set_up: SetUp,
    act: Act,
    entity_id: FindEntity,
    entity_registry: er.EntityRegistry,
    clock: ManualClock,
) -> MockConfigEntry:
    """Have a camera without motors and without photos for today, and another one."""
    entry = await set_up(SERIAL, OTHER, options={"poll_interval": 0})
    for serial in (SERIAL, OTHER):
        sensor = entity_id("sensor", "calls_today", serial)
        entity_registry.async_update_entity(sensor, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    cloud.cameras[SERIAL].ptz = False
    cloud.faults.add(Fault("code", "capture", SERIAL, code="10028", times=1))
    for action, fields in (("capture", {}), ("ptz_move", {"command": "up"})):
        with pytest.raises(HomeAssistantError):
            await act(action, **fields)
    return entry


@pytest.fixture
def calls_today(hass: HomeAssistant, entity_id: FindEntity) -> Any:
    async def calls_today(serial: str = SERIAL) -> int:
        sensor = entity_id("sensor", "calls_today", serial)
        await hass.services.async_call(
            "homeassistant", "update_entity", {"entity_id": sensor}, blocking=True
        )
        return int(state_of(hass, sensor))

    return calls_today


async def refused_today(act: Act) -> str:
    with pytest.raises(HomeAssistantError) as caught:
        await act("capture")
    return str(caught.value.translation_key)


async def test_it_survives_a_reload(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    cloud: Cloud,
    clock: ManualClock,
    act: Act,
    unsupported: Any,
    calls_today: Any,
    issue_registry: ir.IssueRegistry,
) -> None:
    for _ in range(2):
        assert len(unsupported()) == 8
        assert unsupported(OTHER) == []
        assert await calls_today() == 2
        assert await calls_today(OTHER) == 0
        photos = count_arrived(cloud.cameras[SERIAL], "capture")
        assert await refused_today(act) == "capture_quota"
        assert count_arrived(cloud.cameras[SERIAL], "capture") == photos == 1
        assert [key.startswith("capture_quota_") for _, key in issue_registry.issues] == [True]
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()

    await clock.advance(DAY)
    assert await calls_today() == 0
    await act("capture")
    assert await calls_today() == 1
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert await calls_today() == 1
    await act("capture")
    assert issue_registry.issues == {}


async def test_a_refused_move_is_possible_again_after_a_week(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    clock: ManualClock,
    unsupported: Any,
) -> None:
    await clock.advance(6.9 * DAY)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert len(unsupported()) == 8
    await clock.advance(0.2 * DAY)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert unsupported() == []


async def test_a_refused_move_is_possible_again_once_somebody_chooses_reload(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
    cloud: Cloud,
    act: Act,
    unsupported: Any,
    calls_today: Any,
) -> None:
    assert await async_setup_component(hass, "config", {})
    client = await hass_client()
    address = f"/api/config/config_entries/entry/{entry.entry_id}/reload"
    async with client.post(address) as response:
        assert response.status == HTTPStatus.OK
    await hass.async_block_till_done()
    assert unsupported() == []
    assert await calls_today() == 2, "which is not forgotten"
    assert await refused_today(act) == "capture_quota"
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert unsupported() == [], "for good"


async def test_new_findings_are_written_together_and_counts_now_and_then(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    clock: ManualClock,
    set_up: SetUp,
    act: Act,
    cloud: Cloud,
) -> None:
    monkeypatch.setattr("custom_components.sodalife.memory.DEBOUNCE", 0.05)
    entry = await set_up(options={"poll_interval": 0})
    key = f"{DOMAIN}.memory.{entry.entry_id}"
    await act("capture")
    await act("capture")
    await hass.async_block_till_done(wait_background_tasks=False)
    assert key not in hass_storage, "a count is not worth writing each time"

    await clock.advance(301)
    await until(lambda: key in hass_storage)
    known = hass_storage[key]["data"]["cameras"][SERIAL]
    assert (known["calls"], known["refused"]) == (2, {})

    cloud.cameras[SERIAL].ptz = False
    with pytest.raises(HomeAssistantError):
        await act("ptz_move", command="up")
    await until(lambda: len(hass_storage[key]["data"]["cameras"][SERIAL]["refused"]) == 8)
    assert hass_storage[key]["data"]["cameras"][SERIAL]["calls"] == 3


async def test_what_is_gone_is_forgotten(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    key = f"{DOMAIN}.memory.{entry.entry_id}"
    assert set(hass_storage[key]["data"]["cameras"]) == {SERIAL}
    await hass.config_entries.async_setup(entry.entry_id)
    subentry = next(sub for sub in entry.subentries.values() if sub.unique_id == SERIAL)
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(entry.entry_id)
    assert hass_storage[key]["data"]["cameras"] == {}
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert key not in hass_storage
