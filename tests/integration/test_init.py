"""Taking up an application, letting it go, and what is kept in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.config_entries import SOURCE_USER, ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er, frame
from homeassistant.helpers.storage import Store
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
import pytest
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.clock import until
from tests.integration.common import (
    CREDENTIALS,
    DOMAIN,
    OTHER,
    QUICK,
    SERIAL,
    Act,
    FindEntity,
    SetUp,
    arrived_moves,
    count_arrived,
    state_of,
    stored_token,
    token_key,
)

# --- no start


@pytest.mark.parametrize(
    "fault",
    [
        Fault("html", "token"),
        Fault("empty", "token"),
        Fault("json_other", "token"),
        Fault("reset_after", "token"),
        Fault("code", "token", code="TOO_MANY_REQUESTS"),
        Fault("code", "token", code="UNAUTHORIZED_CLIENT"),
        Fault("code", "token", code="10005"),
        Fault("code", "token", code="10002"),
        Fault("code", "token", code="87654"),
    ],
    ids=lambda fault: fault.label,
)
async def test_no_token_yet(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, fault: Fault, act: Act
) -> None:
    cloud.faults.add(fault)
    entry = await set_up()

    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key or entry.reason
    assert hass.config_entries.flow.async_progress() == [], "the credentials are not in doubt"
    assert hass.states.async_entity_ids("camera") == []

    cloud.faults.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    await act("capture")


@pytest.mark.parametrize("status", [401, 403, 407, 413, 429])
async def test_a_proxy_that_lets_nobody_through(
    hass: HomeAssistant, host: str, set_up: SetUp, act: Act, status: int
) -> None:
    """It says nothing about the application's credentials."""

    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    async with TestServer(app, host="127.0.0.1") as proxy:
        entry = await set_up(host=str(proxy.make_url("")).rstrip("/"))
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == (
        "rate_limited" if status == 429 else "malformed_answer"
    )
    assert hass.config_entries.flow.async_progress() == []

    hass.config_entries.async_update_entry(entry, data={**entry.data, "host": host})
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    await act("capture")


async def test_a_certificate_that_nobody_has_signed(
    hass: HomeAssistant, host: str, self_signed: str, set_up: SetUp, act: Act
) -> None:
    entry = await set_up(host=self_signed)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "cannot_connect"
    assert hass.config_entries.flow.async_progress() == []

    hass.config_entries.async_update_entry(entry, data={**entry.data, "host": host})
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    await act("capture")


async def test_wrong_credentials(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, expected_log: list[str]
) -> None:
    expected_log.append("homeassistant.config_entries: .* could not authenticate")
    entry = await set_up(client_secret="wrong")

    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "invalid_auth"
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["source"] == "reauth"


async def test_a_camera_in_trouble_does_not_keep_the_others_from_starting(
    set_up: SetUp, cloud: Cloud, sim: SimCamera, act: Act
) -> None:
    sim.online = False
    cloud.faults.add(Fault("html", serial=SERIAL))
    entry = await set_up(SERIAL, OTHER)

    assert entry.state is ConfigEntryState.LOADED
    await act("capture", OTHER)


async def test_a_change_while_many_cameras_are_taken_up(
    hass: HomeAssistant, make_entry: Any, cloud: Cloud, entity_registry: er.EntityRegistry
) -> None:
    serials = [f"MANY{number:04}" for number in range(30)]
    for serial in serials:
        cloud.add_camera(serial)
    entry = make_entry(*serials)
    others: list[None] = []  # turns that something else had meanwhile

    async def meanwhile() -> None:
        await until(lambda: hass.states.async_entity_ids("button"))
        removed.append(list(entry.subentries)[-1])
        hass.config_entries.async_remove_subentry(entry, removed[0])
        while entry.state is not ConfigEntryState.LOADED:
            others.append(None)
            await asyncio.sleep(0)

    removed: list[str] = []
    something = asyncio.create_task(meanwhile())
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await something

    assert len(others) > len(serials)
    assert entry.state is ConfigEntryState.LOADED
    assert len(entry.runtime_data.cameras) == len(serials) - 1
    assert removed[0] not in entry.runtime_data.cameras
    assert entity_registry.async_get_entity_id("camera", DOMAIN, f"{serials[-1]}_camera") is None
    assert len(hass.states.async_entity_ids("camera")) == len(serials) - 1


# --- the token is kept


async def test_restarts_fetch_no_token(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, act: Act
) -> None:
    entry = await set_up()
    for _ in range(2):
        await act("capture")
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
    await act("capture")

    assert cloud.token_requests == 1


async def test_a_token_that_cannot_be_stored_works_all_the_same(
    set_up: SetUp, act: Act, monkeypatch: pytest.MonkeyPatch, expected_log: list[str]
) -> None:
    expected_log.append("custom_components.sodalife: The token cannot be stored")

    class FullStore(Store[dict[str, Any]]):
        async def async_save(self, data: dict[str, Any]) -> None:
            raise OSError("no space left")

    monkeypatch.setattr("custom_components.sodalife.store.Store", FullStore)
    entry = await set_up()
    assert entry.state is ConfigEntryState.LOADED
    await act("capture")


@asynccontextmanager
async def home_assistant_from_storage(folder: Path) -> AsyncIterator[HomeAssistant]:
    """Start a Home Assistant with the entries that an earlier one has stored; end it."""
    async with async_test_home_assistant(config_dir=str(folder)) as hass:
        frame.async_setup(hass)  # as Home Assistant's start does
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        await hass.config_entries.async_initialize()
        for entry in hass.config_entries.async_entries(DOMAIN):
            await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        yield hass
        await hass.async_stop(force=True)


async def test_two_restarts_of_home_assistant_fetch_no_token(
    hass_storage: dict[str, Any], host: str, cloud: Cloud, sim: SimCamera, tmp_path: Path
) -> None:
    async with home_assistant_from_storage(tmp_path) as hass:
        flow = hass.config_entries.flow
        form = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        form = await flow.async_configure(form["flow_id"], {"host": host, **CREDENTIALS})
        result = await flow.async_configure(form["flow_id"], {"device_serials": [SERIAL]})
        hass.config_entries.async_update_entry(result["result"], options=QUICK)
        await hass.async_block_till_done()
    for photos in (1, 2):
        async with home_assistant_from_storage(tmp_path) as hass:
            (entry,) = hass.config_entries.async_entries(DOMAIN)
            assert entry.state is ConfigEntryState.LOADED
            (camera,) = hass.states.async_entity_ids("camera")
            await hass.services.async_call(DOMAIN, "capture", {"entity_id": camera}, blocking=True)
            assert sim.photos == photos

    assert cloud.token_requests == 1
    assert (stored_token(hass_storage) or {})["access_token"]
    assert cloud.violations == []


DAMAGE: dict[str, Any] = {
    "nothing": None,
    "a list": ["token"],
    "a text": "token",
    "empty": {},
    "no token": {"access_token": None},
    "no host": {"host": None},
    "no end": {"expires_at": None},
    "end is a text": {"expires_at": "tomorrow"},
    "over": {"expires_at": 0},
    "another host": {"host": "http://127.0.0.1:9"},
    "not the one": {"access_token": "0123456789abcdef"},
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
async def test_a_damaged_token_costs_one_fetch(
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    act: Act,
    hass_storage: dict[str, Any],
    damage: Any,
    expected_log: list[str],
) -> None:
    expected_log.append("custom_components.sodalife: The stored token")
    entry = await set_up(revision="query")
    await hass.config_entries.async_unload(entry.entry_id)
    key = str(token_key(hass_storage))
    data = hass_storage[key]["data"]
    hass_storage[key]["data"] = {**data, **damage} if damage and "token" not in damage else damage
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()

    assert entry.state is ConfigEntryState.LOADED
    await act("capture")
    await act("get_talk_url", answers=True)
    assert cloud.token_requests == 2
    assert hass.config_entries.flow.async_progress() == []
    assert (stored_token(hass_storage) or {})["access_token"]


async def test_a_storage_from_the_future_costs_one_fetch(
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    act: Act,
    hass_storage: dict[str, Any],
    expected_log: list[str],
) -> None:
    expected_log.append("custom_components.sodalife: The stored token")
    entry = await set_up()
    await hass.config_entries.async_unload(entry.entry_id)
    key = str(token_key(hass_storage))
    hass_storage[key]["version"] = 99
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()

    await act("capture")
    assert cloud.token_requests == 2


# --- letting go


async def test_removing_the_entry_removes_everything(
    hass: HomeAssistant,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    entry = await set_up(SERIAL, OTHER)
    assert stored_token(hass_storage) is not None
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()

    assert stored_token(hass_storage) is None
    assert dr.async_entries_for_config_entry(device_registry, entry.entry_id) == []
    assert er.async_entries_for_config_entry(entity_registry, entry.entry_id) == []
    assert hass.states.async_entity_ids("camera") == []


@pytest.mark.parametrize("way", ["unload", "reload", "disable", "remove"])
async def test_letting_go_stops_a_move(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, sim: SimCamera, act: Act, way: str
) -> None:
    entry = await set_up()
    await act("ptz_start", command="zoom_in", timeout=60)
    assert sim.moving == 8
    match way:
        case "unload":
            await hass.config_entries.async_unload(entry.entry_id)
        case "reload":
            await hass.config_entries.async_reload(entry.entry_id)
        case "disable":
            await hass.config_entries.async_set_disabled_by(
                entry.entry_id, ConfigEntryDisabler.USER
            )
        case "remove":
            await hass.config_entries.async_remove(entry.entry_id)

    assert sim.moving is None
    assert arrived_moves(sim) == [(0, 8), (1, 8)]
    assert cloud.violations == []


async def test_the_end_of_home_assistant_stops_a_move(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, sim: SimCamera, act: Act
) -> None:
    await set_up()
    await act("ptz_start", command="zoom_in", timeout=60)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()  # as Home Assistant does before it goes on ending

    assert sim.moving is None
    assert arrived_moves(sim) == [(0, 8), (1, 8)]
    with pytest.raises(HomeAssistantError):
        await act("ptz_start", command="zoom_in", timeout=60)
    assert sim.moving is None, "nothing starts any more"


async def test_letting_go_waits_for_no_answer(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, sim: SimCamera, act: Act
) -> None:
    entry = await set_up()
    cloud.faults.add(Fault("hang", "capture"))
    capture = asyncio.create_task(act("capture"))
    await until(lambda: count_arrived(sim, "capture"))
    waiting = asyncio.create_task(act("get_talk_url", answers=True))
    await asyncio.sleep(0.05)
    async with asyncio.timeout(3):
        await hass.config_entries.async_unload(entry.entry_id)
    outcomes = await asyncio.gather(capture, waiting, return_exceptions=True)

    assert entry.state is ConfigEntryState.NOT_LOADED
    for outcome in outcomes:
        assert isinstance(outcome, HomeAssistantError), "turned away, not cancelled"
        assert outcome.translation_domain == DOMAIN


async def test_entities_of_an_entry_that_was_let_go(
    hass: HomeAssistant, set_up: SetUp, entity_id: FindEntity
) -> None:
    entry = await set_up()
    await hass.config_entries.async_unload(entry.entry_id)
    assert state_of(hass, entity_id("camera")) == "unavailable"
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert state_of(hass, entity_id("camera")) == "idle"


async def test_actions_are_there_without_an_entry(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    before = hass.services.async_services_for_domain(DOMAIN).keys()
    await hass.config_entries.async_remove(entry.entry_id)
    assert hass.services.async_services_for_domain(DOMAIN).keys() == before


async def test_a_reload_remembers_that_cameras_were_called_just_now(
    hass: HomeAssistant, set_up: SetUp, act: Act, cloud: Cloud
) -> None:
    entry = await set_up(options={"call_interval": 0.5})
    await asyncio.sleep(0.5)
    cloud.interval = 0.5
    await act("capture")
    await hass.config_entries.async_reload(entry.entry_id)
    await act("capture")
    assert cloud.violations == []


async def test_a_renamed_camera_keeps_its_name_when_an_entity_is_given_another_id(
    hass: HomeAssistant,
    set_up: SetUp,
    entity_id: FindEntity,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    entry = await set_up()
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(entry, subentry, title="Gate")
    await hass.async_block_till_done()
    entity_registry.async_update_entity(entity_id("camera"), new_entity_id="camera.front")
    await hass.async_block_till_done()
    (device,) = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert device.name == "Gate"
