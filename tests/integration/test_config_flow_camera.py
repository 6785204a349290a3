"""The flows for one camera, and the options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Cloud
from simulator.camera import SimCamera
from tests.clock import until
from tests.integration.common import (
    CREDENTIALS,
    DOMAIN,
    OTHER,
    SERIAL,
    Act,
    FindEntity,
    SetUp,
    arrived_moves,
    both_revisions,
)
from tests.integration.flows import (
    CAMERA_TROUBLE,
    Result,
    thaw,
)

# --- one camera


async def add_camera(hass: HomeAssistant, entry: MockConfigEntry, **data: str) -> Result:
    """Fill in the form for one more camera."""
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "camera"), context={"source": SOURCE_USER}
    )
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "user")
    return await camera_again(hass, form, **data)


async def camera_again(hass: HomeAssistant, form: Result, **data: str) -> Result:
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], data)
    await hass.async_block_till_done()
    return result


@both_revisions
@pytest.mark.parametrize(
    ("typed", "title"),
    [({"name": " Back yard "}, "Back yard"), ({}, OTHER), ({"name": "  "}, OTHER)],
)
async def test_add_a_camera_and_leave_the_others_alone(
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    sim: SimCamera,
    act: Act,
    typed: dict[str, str],
    title: str,
    device_registry: dr.DeviceRegistry,
) -> None:
    entry = await set_up(revision=cloud.revision)
    running = entry.runtime_data
    await act("ptz_start", command="zoom_in")
    result = await add_camera(hass, entry, device_serial=f" {OTHER.lower()}", **typed)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    added = list(entry.subentries.values())[1]
    assert (added.title, added.unique_id, dict(added.data)) == (
        title,
        OTHER,
        {"device_serial": OTHER},
    )
    names = {
        device.serial_number: device.name
        for device in dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    }
    assert names == {SERIAL: "Camera 1", OTHER: title}
    await act("capture", OTHER)

    assert sim.moving == 8, "its move goes on"
    assert entry.runtime_data is running, "nothing was loaded again"
    await act("ptz_stop")
    assert arrived_moves(sim) == [(0, 8), (1, 8)]
    assert cloud.token_fetches == 1
    assert cloud.violations == []


async def test_forms_that_were_left_stop_no_other(hass: HomeAssistant, set_up: SetUp) -> None:
    """Their pages were closed: they are in progress for ever."""
    entry = await set_up()
    (subentry,) = entry.subentries.values()
    again = {"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id}
    subentries = hass.config_entries.subentries
    for _ in range(2):
        await subentries.async_init((entry.entry_id, "camera"), context={"source": SOURCE_USER})
        renaming = await subentries.async_init((entry.entry_id, "camera"), context=again)

    result = await add_camera(hass, entry, device_serial=OTHER)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    result = await camera_again(hass, renaming, name="Shop")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")


async def test_a_serial_as_keyboards_write_it(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in OTHER.lower())
    result = await add_camera(hass, entry, device_serial=f"\ufeff{wide}\u200b")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert [sub.unique_id for sub in entry.subentries.values()] == [SERIAL, OTHER]


async def test_the_same_camera_twice(
    hass: HomeAssistant, set_up: SetUp, sim: SimCamera, hass_storage: dict[str, Any]
) -> None:
    entry = await set_up()
    calls = len(sim.calls)
    result = await add_camera(hass, entry, device_serial=SERIAL.lower())

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert len(entry.subentries) == 1
    assert len(sim.calls) == calls


# The check is the first form's: one of each kind will do.
@pytest.mark.parametrize("kind", ["unknown", "illegal", "frozen", "busy", "new code", "gateway"])
async def test_add_a_wrong_camera(
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    kind: str,
    entity_registry: er.EntityRegistry,
) -> None:
    begin, serial, error = CAMERA_TROUBLE[kind]
    entry = await set_up(revision=cloud.revision)
    begin(cloud)
    result = await add_camera(hass, entry, device_serial=serial, name="Yard")

    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"device_serial": error}
    assert result["description_placeholders"] == {"serial": serial}
    assert len(entry.subentries) == 1
    assert not [e for e in entity_registry.entities.values() if not e.unique_id.startswith(SERIAL)]

    thaw(cloud)
    result = await camera_again(hass, result, device_serial=OTHER, name="Yard")
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_adding_a_camera_does_not_fight_for_the_token(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, act: Act
) -> None:
    entry = await set_up(revision="query")
    await act("capture")
    cloud.revoke()
    result = await add_camera(hass, entry, device_serial=OTHER)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await act("capture", SERIAL, OTHER)

    assert cloud.token_fetches == 2, "the flow and the cameras share the new one"


async def test_add_a_camera_to_an_entry_that_is_not_loaded(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud
) -> None:
    entry = await set_up()
    await hass.config_entries.async_unload(entry.entry_id)
    result = await add_camera(hass, entry, device_serial=OTHER)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()

    assert len(entry.runtime_data.cameras) == 2
    assert cloud.token_fetches == 1, "the flow took the stored token"


async def test_rename_a_camera(
    hass: HomeAssistant,
    set_up: SetUp,
    sim: SimCamera,
    act: Act,
    entity_id: FindEntity,
    device_registry: dr.DeviceRegistry,
    press: Act,
) -> None:
    entry = await set_up(SERIAL, OTHER)
    running = entry.runtime_data
    await act("ptz_start", command="zoom_in")
    for subentry in list(entry.subentries.values()):
        form = await hass.config_entries.subentries.async_init(
            (entry.entry_id, "camera"),
            context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id},
        )
        assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "reconfigure")
        result = await camera_again(hass, form, name=f" New {subentry.title} ")
        assert (result["type"], result["reason"]) == (
            FlowResultType.ABORT,
            "reconfigure_successful",
        )

    assert [sub.title for sub in entry.subentries.values()] == ["New Camera 1", "New Camera 2"]
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert {device.name for device in devices} == {"New Camera 1", "New Camera 2"}
    state = hass.states.get(entity_id("button", "zoom_in"))
    assert state is not None
    assert state.name.startswith("New Camera 1")
    assert entry.runtime_data is running
    assert sim.moving == 8

    await act("ptz_stop")
    sim.online = False
    with pytest.raises(HomeAssistantError) as failure:
        await press("capture")
    placeholders = failure.value.translation_placeholders or {}
    assert placeholders["camera"] == "New Camera 1"


async def test_a_blank_name_changes_nothing(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up()
    (subentry,) = entry.subentries.values()
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "camera"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id},
    )
    result = await camera_again(hass, form, name=" ")
    assert result["reason"] == "reconfigure_successful"
    assert [sub.title for sub in entry.subentries.values()] == ["Camera 1"]


async def test_remove_a_camera_and_leave_the_others_alone(
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    sim: SimCamera,
    act: Act,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    entry = await set_up(SERIAL, OTHER)
    running = entry.runtime_data
    await act("ptz_start", SERIAL, OTHER, command="zoom_in")
    gone = next(sub for sub in entry.subentries.values() if sub.unique_id == OTHER)
    hass.config_entries.async_remove_subentry(entry, gone.subentry_id)
    await hass.async_block_till_done()

    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert [device.serial_number for device in devices] == [SERIAL]
    unique_ids = [entity.unique_id for entity in entity_registry.entities.values()]
    assert unique_ids
    assert all(unique_id.startswith(SERIAL) for unique_id in unique_ids)
    assert all("camera_2" not in state.entity_id for state in hass.states.async_all())
    await until(lambda: cloud.cameras[OTHER].moving is None)
    assert sim.moving == 8
    assert entry.runtime_data is running

    result = await add_camera(hass, entry, device_serial=OTHER)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await act("capture", OTHER)
    await act("ptz_stop")
    assert cloud.violations == []


# --- options

OPTIONS = {
    "snapshot_interval": 60,
    "call_interval": 0,
    "poll_interval": 120,
    "live_protocol": "flv",
    "ptz_pulse": 0.2,
}
KEEPING = {"photos_per_day": 50, "keep_photos": "all", "keep_days": 7, "keep_megabytes": 100}


async def test_options_are_followed_without_a_reload(
    hass: HomeAssistant, set_up: SetUp, act: Act, sim: SimCamera
) -> None:
    entry = await set_up()
    running = entry.runtime_data
    before = await act("get_live_url", answers=True)
    await act("ptz_start", command="zoom_in")
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "init")
    result = await hass.config_entries.options.async_configure(form["flow_id"], OPTIONS)
    await hass.async_block_till_done()

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == OPTIONS
    assert entry.runtime_data is running
    assert sim.moving == 8
    await act("ptz_stop")
    after = await act("get_live_url", answers=True)
    assert [next(iter(answer.values()))["protocol"] for answer in (before, after)] == ["hls", "flv"]


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("snapshot_interval", [0, 3601]),
        ("call_interval", [-1, 61]),
        ("poll_interval", [-1, 86401]),
        ("ptz_pulse", [0, 11]),
        ("live_protocol", ["ezopen", "carrier pigeon"]),
        ("tts_engine", ["light.lamp"]),
        ("photos_per_day", [-1, 10001]),
        ("keep_photos", ["some", ""]),
        ("keep_days", [0, 3651]),
        ("keep_megabytes", [9, 10_000_001]),
    ],
)
async def test_options_have_limits(
    hass: HomeAssistant, set_up: SetUp, option: str, values: list[Any]
) -> None:
    entry = await set_up()
    form = await hass.config_entries.options.async_init(entry.entry_id)
    for value in values:
        with pytest.raises(InvalidData) as failure:
            await hass.config_entries.options.async_configure(
                form["flow_id"], {**OPTIONS, option: value}
            )
        assert list(failure.value.schema_errors) == [option]
    assert option not in entry.options or entry.options[option] not in values


@pytest.mark.parametrize(("seconds", "good"), [(0, True), (5, False), (9.5, False), (10, True)])
async def test_online_checks_are_rare_or_none(
    hass: HomeAssistant, set_up: SetUp, seconds: float, good: bool
) -> None:
    entry = await set_up()
    options = hass.config_entries.options
    form = await options.async_init(entry.entry_id)
    result = await options.async_configure(form["flow_id"], {**OPTIONS, "poll_interval": seconds})
    if good:
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert entry.options["poll_interval"] == seconds
    else:
        assert result["errors"] == {"poll_interval": "poll_too_often"}
        options.async_abort(form["flow_id"])


async def test_photos_are_kept_and_limited_as_the_options_say(
    hass: HomeAssistant, set_up: SetUp, media_folder: Path
) -> None:
    entry = await set_up()
    form = await hass.config_entries.options.async_init(entry.entry_id)
    shown = {str(key): (key.description or {}) for key in form["data_schema"].schema}
    assert {key: shown[key]["suggested_value"] for key in KEEPING} == {
        "photos_per_day": 0,
        "keep_photos": "off",
        "keep_days": 30,
        "keep_megabytes": 2000,
    }
    wanted = {**OPTIONS, **KEEPING}
    await hass.config_entries.options.async_configure(form["flow_id"], wanted)
    await hass.async_block_till_done()
    assert entry.options == wanted
    (camera,) = entry.runtime_data.cameras.values()
    assert camera.snapshots.budget.limit == KEEPING["photos_per_day"]


async def test_a_camera_of_another_application_is_refused(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, host: str
) -> None:
    await set_up(SERIAL)
    cloud.desk.client_id = "another-client"
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await flow.async_configure(
        result["flow_id"], {**CREDENTIALS, "host": host, "client_id": "another-client"}
    )
    result = await flow.async_configure(result["flow_id"], {"device_serials": [SERIAL]})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"device_serials": "already_configured"}
