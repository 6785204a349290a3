"""Whom an action is for: whatever its target resolves to, reachable and loaded or not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components import sodalife
from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.integration.common import (
    DOMAIN,
    OTHER,
    SERIAL,
    Act,
    FindEntity,
    SetUp,
    arrived_moves,
    state_of,
)

WAYS = ["entity_id", "device_id", "group", "area_id", "floor_id", "label_id", "area's label", "all"]
ways = pytest.mark.parametrize("way", WAYS)


async def target_of(hass: HomeAssistant, entry: MockConfigEntry, way: str) -> dict[str, Any]:
    """Return a target that means all cameras of an entry."""
    entities, devices = er.async_get(hass), dr.async_get(hass)
    cameras = [
        entity.entity_id
        for entity in er.async_entries_for_config_entry(entities, entry.entry_id)
        if entity.domain == "camera"
    ]
    mine = dr.async_entries_for_config_entry(devices, entry.entry_id)
    floor = fr.async_get(hass).async_create("Ground")
    label = lr.async_get(hass).async_create("Watch")
    place = ar.async_get(hass).async_create(
        "Yard", floor_id=floor.floor_id, labels={label.label_id} if "label" in way else set()
    )
    for device in mine:
        devices.async_update_device(device.id, area_id=place.id)
    if way == "label_id":
        for camera in cameras:
            entities.async_update_entity(camera, labels={label.label_id})
        ar.async_get(hass).async_update(place.id, labels=set())
    if way == "group":
        groups = {"group": {"everything": {"entities": cameras}}}
        assert await async_setup_component(hass, "group", groups)
    targets: dict[str, dict[str, Any]] = {
        "entity_id": {"entity_id": cameras},
        "device_id": {"device_id": [device.id for device in mine]},
        "group": {"entity_id": "group.everything"},
        "area_id": {"area_id": place.id},
        "floor_id": {"floor_id": floor.floor_id},
        "label_id": {"label_id": label.label_id},
        "area's label": {"label_id": label.label_id},
        "all": {"entity_id": "all"},
    }
    return targets[way]


async def refused(hass: HomeAssistant, action: str, data: dict[str, Any]) -> HomeAssistantError:
    """Call an action and return the error that it must end with."""
    with pytest.raises(HomeAssistantError) as failure:
        await hass.services.async_call(DOMAIN, action, data, blocking=True)
    return failure.value


@ways
async def test_one_file_is_for_one_camera(
    *, hass: HomeAssistant, set_up: SetUp, cloud: Cloud, tmp_path: Path, way: str
) -> None:
    entry = await set_up(SERIAL, OTHER)
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    path = tmp_path / "one.jpg"
    target = await target_of(hass, entry, way)
    error = await refused(hass, "capture", {**target, "filename": str(path)})
    assert isinstance(error, ServiceValidationError)
    assert error.translation_key == "one_file_per_camera"
    assert [sim.photos for sim in cloud.cameras.values()] == [0, 0]
    assert not path.exists()


@ways
async def test_one_file_for_a_target_that_is_one_camera(
    *, hass: HomeAssistant, set_up: SetUp, tmp_path: Path, way: str
) -> None:
    entry = await set_up(SERIAL)
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    data = {**await target_of(hass, entry, way), "filename": str(tmp_path / "one.jpg")}
    answer = await hass.services.async_call(
        DOMAIN, "capture", data, blocking=True, return_response=True
    )
    assert answer is not None
    assert len(answer) == 1
    assert (tmp_path / "one.jpg").exists()


def cut_off(entry: MockConfigEntry, serial: str) -> None:
    """Have a camera count as offline."""
    camera = next(c for c in entry.runtime_data.cameras.values() if c.serial == serial)
    camera.device.online = False
    camera.device.changed.emit()


@ways
async def test_a_stop_is_tried_for_those_that_are_unreachable(
    *, hass: HomeAssistant, set_up: SetUp, cloud: Cloud, entity_id: FindEntity, act: Act, way: str
) -> None:
    entry = await set_up(SERIAL, OTHER)
    target = await target_of(hass, entry, way)
    await act("ptz_start", SERIAL, OTHER, command="zoom_in", timeout=60)
    cut_off(entry, OTHER)
    assert state_of(hass, entity_id("camera", serial=OTHER)) == "unavailable"
    await hass.services.async_call(DOMAIN, "ptz_stop", target, blocking=True)
    for sim in cloud.cameras.values():
        assert arrived_moves(sim) == [(0, 8), (1, 8)]


@ways
async def test_a_stop_that_fails_is_reported(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    sim: SimCamera,
    cloud: Cloud,
    way: str,
    expected_log: list[str],
) -> None:
    expected_log.append("custom_components.sodalife.api.ptz")
    entry = await set_up(SERIAL, OTHER)
    target = await target_of(hass, entry, way)
    cut_off(entry, OTHER)
    cloud.faults.add(Fault("code", "controlling", serial=OTHER, code="20007"))
    error = await refused(hass, "ptz_stop", target)
    assert error.translation_key == "device_offline"
    assert (error.translation_placeholders or {})["camera"] == "Camera 2"
    assert arrived_moves(sim) == [(1, 8)]


@ways
async def test_one_that_is_unreachable_is_no_secret(
    *, hass: HomeAssistant, set_up: SetUp, cloud: Cloud, way: str
) -> None:
    entry = await set_up(SERIAL, OTHER)
    target = await target_of(hass, entry, way)
    cut_off(entry, OTHER)
    error = await refused(hass, "capture", target)
    assert error.translation_key == "device_offline"
    assert [sim.photos for sim in cloud.cameras.values()] == [1, 0]


# --- cameras that are not loaded


async def fail_to_start(hass: HomeAssistant, entry: MockConfigEntry, cloud: Cloud) -> None:
    cloud.faults.add(Fault("html", "token"))
    await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "client_id": "another"}
    )  # without a token
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY


async def unload(hass: HomeAssistant, entry: MockConfigEntry, cloud: Cloud) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED


async def disable(hass: HomeAssistant, entry: MockConfigEntry, cloud: Cloud) -> None:
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert entry.state is ConfigEntryState.NOT_LOADED


ACTIONS: list[tuple[str, dict[str, Any]]] = [
    ("ptz_start", {"command": "zoom_in"}),
    ("ptz_stop", {}),
    ("ptz_move", {"command": "zoom_in"}),
    ("ptz_home", {}),
    ("capture", {}),
    ("send_voice", {"file": "/ding.wav"}),
]


@ways
@pytest.mark.parametrize("why", [fail_to_start, unload, disable])
async def test_a_camera_whose_entry_is_not_loaded(
    *, hass: HomeAssistant, set_up: SetUp, cloud: Cloud, why: Any, way: str
) -> None:
    entry = await set_up(SERIAL)
    target = await target_of(hass, entry, way)
    await why(hass, entry, cloud)
    await hass.async_block_till_done()
    # Home Assistant leaves out what is disabled where it is not itself named.
    left_out = why is disable and way not in ("entity_id", "group", "label_id")
    expected = "no_camera" if left_out else "camera_not_loaded"
    for action, fields in ACTIONS:
        error = await refused(hass, action, {**target, **fields})
        assert error.translation_key == expected, action
        if expected == "camera_not_loaded":
            assert error.translation_placeholders == {"camera": "Camera 1"}
    for action in ("get_live_url", "get_talk_url"):
        with pytest.raises(HomeAssistantError) as failure:
            await hass.services.async_call(
                DOMAIN, action, target, blocking=True, return_response=True
            )
        assert failure.value.translation_key == expected


async def test_all_are_those_that_are_not_switched_off(
    hass: HomeAssistant, set_up: SetUp, make_entry: Any, cloud: Cloud
) -> None:
    entry = await set_up(SERIAL)
    second = MockConfigEntry(
        domain=DOMAIN, data=dict(entry.data), unique_id="another", title="Another"
    )
    second.add_to_hass(hass)
    other = er.async_get(hass).async_get_or_create(
        "camera", DOMAIN, f"{OTHER}_camera", config_entry=second
    )
    await disable(hass, second, cloud)
    await hass.services.async_call(DOMAIN, "capture", {"entity_id": "all"}, blocking=True)
    assert [sim.photos for sim in cloud.cameras.values()] == [1, 0]
    error = await refused(hass, "capture", {"entity_id": [other.entity_id]})
    assert error.translation_key == "camera_not_loaded"


async def test_an_entity_that_is_disabled_is_no_success(
    hass: HomeAssistant, set_up: SetUp, entity_registry: er.EntityRegistry, entity_id: FindEntity
) -> None:
    entry = await set_up(SERIAL)
    camera = entity_id("camera")
    entity_registry.async_update_entity(camera, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert (await refused(hass, "ptz_stop", {"entity_id": camera})).translation_key == (
        "camera_not_loaded"
    )


@pytest.mark.parametrize(
    "target",
    [{"entity_id": "camera.typing_error"}, {"entity_id": "all"}, {"area_id": "nowhere"}],
)
async def test_a_target_without_a_camera(
    hass: HomeAssistant, set_up: SetUp, target: dict[str, str]
) -> None:
    entry = await set_up(SERIAL)
    (subentry,) = entry.subentries
    hass.config_entries.async_remove_subentry(entry, subentry)
    await hass.async_block_till_done()
    assert (await refused(hass, "ptz_stop", target)).translation_key == "no_camera"
    await hass.services.async_call(DOMAIN, "ptz_stop", {"entity_id": "none"}, blocking=True)


@ways
async def test_who_may_not_control_them(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    hass_read_only_user: MockUser,
    way: str,
) -> None:
    entry = await set_up(SERIAL, OTHER)
    target = await target_of(hass, entry, way)
    cut_off(entry, OTHER)
    with pytest.raises((Unauthorized, ServiceValidationError)) as failure:
        await hass.services.async_call(
            DOMAIN,
            "ptz_stop",
            target,
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
        )
    if way == "all":  # all that they may control, which is none
        assert isinstance(failure.value, ServiceValidationError)
    assert [arrived_moves(sim) for sim in cloud.cameras.values()] == [[], []]


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_words(language: str) -> None:
    path = Path(sodalife.__file__).parent / "translations" / f"{language}.json"
    sentences = json.loads(path.read_text("utf-8"))["exceptions"]
    assert "{camera}" in sentences["camera_not_loaded"]["message"]
    assert sentences["no_camera"]["message"]
