"""Buttons and actions: what they ask of the platform, and what they say when it fails."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous as vol
from yarl import URL

from custom_components import sodalife
from custom_components.sodalife.api.errors import CannotConnect
from custom_components.sodalife.errors import async_report, invalid
from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.clock import ManualClock, until
from tests.integration.common import (
    DOMAIN,
    OTHER,
    SERIAL,
    Act,
    FindEntity,
    SetUp,
    arrived_moves,
    both_revisions,
    count_arrived,
    state_of,
)

TRANSLATIONS = Path(sodalife.__file__).parent / "translations"
COMMANDS = {
    "up": 0,
    "down": 1,
    "left": 2,
    "right": 3,
    "up_left": 4,
    "down_left": 5,
    "up_right": 6,
    "down_right": 7,
    "zoom_in": 8,
    "zoom_out": 9,
    "focus_near": 10,
    "focus_far": 11,
}
SHOWN = {"capture", "zoom_in", "zoom_out", "focus_near", "focus_far", "ptz_stop"}


async def enable_all(hass: HomeAssistant, entry: Any, registry: er.EntityRegistry) -> None:
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        registry.async_update_entity(entity.entity_id, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()


@both_revisions
async def test_every_move_button_starts_and_stops(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    cloud: Cloud,
    sim: SimCamera,
    set_up: SetUp,
    press: Act,
    revision: str,
) -> None:
    await enable_all(hass, await set_up(revision=revision), entity_registry)
    for key, number in COMMANDS.items():
        sim.calls.clear()
        await press(key)
        assert arrived_moves(sim) == [(0, number), (1, number)], key
    assert sim.moving is None
    assert cloud.violations == []


async def test_the_usual_buttons_are_shown(
    set_up: SetUp, entity_registry: er.EntityRegistry
) -> None:
    entry = await set_up()
    buttons = {
        entity.unique_id.removeprefix(f"{SERIAL}_"): entity.disabled_by is None
        for entity in er.async_entries_for_config_entry(entity_registry, entry.entry_id)
        if entity.domain == "button"
    }
    assert {key for key, shown in buttons.items() if shown} == SHOWN
    assert buttons.keys() == SHOWN | COMMANDS.keys() | {"home"}


async def test_capture_and_stop_buttons(sim: SimCamera, set_up: SetUp, press: Act) -> None:
    await set_up()
    await press("capture")
    assert sim.photos == 1
    await press("ptz_stop")
    assert arrived_moves(sim) == [(1, 8)]


@both_revisions
async def test_home(sim: SimCamera, set_up: SetUp, act: Act, revision: str) -> None:
    await set_up(revision=revision)
    if revision == "body":
        with pytest.raises(ServiceValidationError) as failure:
            await act("ptz_home")
        assert failure.value.translation_key == "not_supported"
        return
    going_home = asyncio.create_task(act("ptz_home"))
    await until(lambda: sim.moving is not None)
    assert not going_home.done(), "what comes next in an automation would end it"
    await act("ptz_stop")
    await going_home
    assert arrived_moves(sim) == [(0, 99), (1, 99)]


async def test_start_runs_until_stop(sim: SimCamera, set_up: SetUp, act: Act) -> None:
    await set_up()
    await act("ptz_start", command="zoom_in", timeout=30)
    assert sim.moving == 8
    await act("ptz_start", command="zoom_in", timeout=30)
    assert arrived_moves(sim) == [(0, 8)], "the same again only restarts the watchdog"
    await act("ptz_start", command="left")
    assert arrived_moves(sim) == [(0, 8), (1, 8), (0, 2)]
    await act("ptz_stop")
    assert sim.moving is None


async def test_a_stop_that_meets_another_certificate_is_no_success(
    *,
    set_up: SetUp,
    sim: SimCamera,
    act: Act,
    self_signed: str,
    clock: ManualClock,
    expected_log: list[str],
) -> None:
    expected_log += [
        r"custom_components.sodalife.api.\w+: Camera \w+: stop not delivered yet",
        r"custom_components.sodalife: The SodaLife platform cannot be reached: \w+Certificate",
    ]
    entry = await set_up()
    await act("ptz_start", command="zoom_in", timeout=60)
    transport = entry.runtime_data.client.transport
    right, transport._base = transport._base, URL(self_signed)
    transport._urls.clear()
    with pytest.raises(HomeAssistantError) as failure:
        await clock.drive(act("ptz_stop"))
    assert failure.value.translation_key == "cannot_connect"
    assert sim.moving == 8
    transport._base = right
    transport._urls.clear()
    await clock.advance(60)
    await until(lambda: sim.moving is None)


async def test_start_stops_by_itself(sim: SimCamera, set_up: SetUp, act: Act) -> None:
    await set_up()
    await act("ptz_start", command="zoom_in", timeout=1)
    assert sim.moving == 8
    await until(lambda: sim.moving is None)


async def test_a_cancelled_automation_leaves_nothing_moving(
    hass: HomeAssistant, sim: SimCamera, set_up: SetUp, act: Act
) -> None:
    await set_up()
    task = hass.async_create_task(act("ptz_move", command="zoom_in", duration=30))
    await until(lambda: sim.moving == 8)
    task.cancel()
    await until(lambda: sim.moving is None)


@pytest.mark.parametrize("how", ["unload", "stop"])
async def test_nothing_moves_when_we_go(
    hass: HomeAssistant, sim: SimCamera, set_up: SetUp, act: Act, how: str
) -> None:
    entry = await set_up()
    await act("ptz_start", command="zoom_in", timeout=60)
    if how == "unload":
        assert await hass.config_entries.async_unload(entry.entry_id)
    else:
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await hass.async_block_till_done()
    assert sim.moving is None


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("ptz_start", {}),
        ("ptz_start", {"command": "home"}),
        ("ptz_start", {"command": "up", "timeout": 0.5}),
        ("ptz_start", {"command": "up", "timeout": 61}),
        ("ptz_move", {"command": "up", "duration": 0.05}),
        ("ptz_move", {"command": "up", "duration": 61}),
        ("send_voice", {"file": "a", "media": {"media_content_id": "b"}}),
        ("get_live_url", {"protocol": "smoke", "answers": True}),
    ],
)
async def test_what_makes_no_sense_is_refused(
    set_up: SetUp, act: Act, action: str, fields: dict[str, Any], sim: SimCamera
) -> None:
    await set_up()
    with pytest.raises(vol.Invalid):
        await act(action, **fields)
    assert sim.calls == []


async def test_send_voice_wants_something(set_up: SetUp, act: Act) -> None:
    await set_up()
    with pytest.raises(ServiceValidationError) as failure:
        await act("send_voice")
    assert failure.value.translation_key == "media_or_file"


async def test_capture_answers_and_saves(
    hass: HomeAssistant, set_up: SetUp, act: Act, entity_id: FindEntity, tmp_path: Path
) -> None:
    await set_up()
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    path = tmp_path / "new folder" / "shop.jpg"
    answer = await act("capture", answers=True, filename=str(path))
    about = answer[entity_id("camera")]
    assert about["filename"] == str(path)
    assert about["picture_url"].startswith("http://127.0.0.1")
    assert about["captured_at"].endswith("+00:00")
    assert path.read_bytes().startswith(b"\xff\xd8\xff")


async def test_a_photo_that_cannot_be_written(
    hass: HomeAssistant, set_up: SetUp, act: Act, tmp_path: Path
) -> None:
    await set_up()
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    (tmp_path / "file").touch()
    with pytest.raises(ServiceValidationError) as failure:
        await act("capture", filename=str(tmp_path / "file" / "shop.jpg"))
    assert failure.value.translation_key == "file_not_writable"
    assert (failure.value.translation_placeholders or {})["camera"] == "Camera 1"


@pytest.mark.parametrize("where", ["outside", "link"])
async def test_capture_saves_nowhere_else(
    hass: HomeAssistant, sim: SimCamera, set_up: SetUp, act: Act, tmp_path: Path, where: str
) -> None:
    await set_up()
    allowed, forbidden = tmp_path / "allowed", tmp_path / "forbidden"
    allowed.mkdir()
    forbidden.mkdir()
    (allowed / "link").symlink_to(forbidden)
    hass.config.allowlist_external_dirs = {str(allowed)}
    path = forbidden / "a.jpg" if where == "outside" else allowed / "link" / "a.jpg"
    with pytest.raises(ServiceValidationError) as failure:
        await act("capture", filename=str(path))
    assert failure.value.translation_key == "path_not_allowed"
    assert sim.photos == 0
    assert list(forbidden.iterdir()) == []


@both_revisions
async def test_addresses(
    set_up: SetUp, act: Act, entity_id: FindEntity, revision: str, sim: SimCamera
) -> None:
    await set_up()
    camera = entity_id("camera")
    live = await act("get_live_url", answers=True)
    assert live[camera]["protocol"] == "hls"
    assert "openlive" in live[camera]["url"]
    again = await act("get_live_url", answers=True)
    assert again == live
    assert count_arrived(sim, "liveurl") == 1 + _detection(sim)
    if revision == "query":
        flv = await act("get_live_url", answers=True, protocol="FLVHD")
        assert flv[camera]["protocol"] == "flvhd"
        talk = await act("get_talk_url", answers=True)
        assert talk[camera]["url"].startswith("rtsp://")
    else:
        with pytest.raises(ServiceValidationError) as failure:
            await act("get_talk_url", answers=True)
        assert failure.value.translation_key == "not_supported"


def _detection(sim: SimCamera) -> int:
    """Return how many of the calls were refused while the dialect was found out."""
    return sum(call.endpoint == "liveurl" and call.code == "10002" for call in sim.calls)


async def test_one_of_two_cameras_fails(cloud: Cloud, set_up: SetUp, act: Act) -> None:
    await set_up(SERIAL, OTHER)
    cloud.faults.add(Fault("code", "capture", serial=OTHER, code="60017"))
    with pytest.raises(HomeAssistantError) as failure:
        await act("capture", SERIAL, OTHER)
    assert failure.value.translation_key == "capture_failed"
    assert failure.value.translation_placeholders is not None
    assert failure.value.translation_placeholders["camera"] == "Camera 2"
    assert cloud.cameras[SERIAL].photos == 1


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
async def test_both_cameras_fail(
    hass: HomeAssistant, cloud: Cloud, set_up: SetUp, act: Act, language: str
) -> None:
    hass.config.language = language
    await set_up(SERIAL, OTHER)
    cloud.faults.add(Fault("code", "capture", code="60017"))
    with pytest.raises(HomeAssistantError) as failure:
        await act("capture", SERIAL, OTHER)
    assert failure.value.translation_key == "several_failed"
    texts = json.loads((TRANSLATIONS / f"{language}.json").read_text("utf-8"))
    text = texts["exceptions"]["capture_failed"]["message"]
    first, second = (text.format(camera=camera) for camera in ("Camera 1", "Camera 2"))
    assert failure.value.translation_placeholders is not None
    failures = failure.value.translation_placeholders["failures"]
    assert failures in {f"{first} {second}", f"{second} {first}"}


async def test_what_others_say_of_several_failures_is_kept(hass: HomeAssistant) -> None:
    foreign = HomeAssistantError("no such host")
    with pytest.raises(HomeAssistantError) as failure:
        await async_report(hass, [foreign, invalid("media_or_file")])
    assert failure.value.translation_placeholders is not None
    assert failure.value.translation_placeholders["failures"].startswith("no such host ")


@pytest.mark.parametrize("answers", [False, True])
async def test_an_offline_camera_says_so(
    hass: HomeAssistant,
    sim: SimCamera,
    set_up: SetUp,
    act: Act,
    entity_id: FindEntity,
    answers: bool,
) -> None:
    await set_up()
    sim.online = False
    with pytest.raises(HomeAssistantError) as failure:
        await act("capture")
    assert failure.value.translation_key == "device_offline"
    assert state_of(hass, entity_id("camera")) == "unavailable"
    assert state_of(hass, entity_id("binary_sensor", "online")) == "off"
    for _ in range(2):  # the second time without asking
        with pytest.raises(HomeAssistantError) as failure:
            await act("capture", answers=answers)
        assert failure.value.translation_key == "device_offline"


async def test_a_stop_passes_a_hanging_capture(
    hass: HomeAssistant, cloud: Cloud, sim: SimCamera, set_up: SetUp, act: Act
) -> None:
    await set_up()
    cloud.faults.add(Fault("hang", "capture", seconds=5, times=1))
    photo = hass.async_create_task(act("capture"))
    await until(lambda: count_arrived(sim, "capture") == 1)
    async with asyncio.timeout(1):
        await act("ptz_stop")
    assert arrived_moves(sim) == [(1, 8)]
    photo.cancel()
    assert DOMAIN in hass.config.components


async def out_of_reach(entry: MockConfigEntry, *, by: str) -> None:
    """Have the first camera count as unreachable while it does what it does."""
    first, *others = entry.runtime_data.cameras.values()
    if by == "an online check":
        first.device.online = False
        first.device.changed.emit()
        return
    one, two, witness = others
    for failing in (*[one, two] * 3, witness):
        with pytest.raises(CannotConnect):
            await failing.snapshots.capture()


@pytest.mark.parametrize("by", ["an online check", "the others' failures"])
async def test_what_moves_is_stopped_whether_or_not_it_can_be_reached(
    *,
    set_up: SetUp,
    act: Act,
    sim: SimCamera,
    cloud: Cloud,
    hass: HomeAssistant,
    entity_id: FindEntity,
    expected_log: list[str],
    by: str,
) -> None:
    expected_log.append("custom_components.sodalife: The SodaLife platform cannot be reached")
    more = ("TEST0003", "TEST0004")
    for serial in more:
        cloud.add_camera(serial)
    entry = await set_up(SERIAL, OTHER, *more)
    await act("ptz_start", command="zoom_in", timeout=60)
    cloud.faults.add(Fault("html", "capture"))
    await out_of_reach(entry, by=by)
    assert state_of(hass, entity_id("camera")) == "unavailable"
    await act("ptz_stop")
    assert arrived_moves(sim) == [(0, 8), (1, 8)]


async def test_who_may_only_look_stops_nothing(
    hass: HomeAssistant,
    set_up: SetUp,
    sim: SimCamera,
    entity_id: FindEntity,
    hass_read_only_user: MockUser,
) -> None:
    entry = await set_up()
    target = {"entity_id": entity_id("camera")}
    for reachable in (True, False):
        if not reachable:
            await out_of_reach(entry, by="an online check")
        with pytest.raises(Unauthorized):
            await hass.services.async_call(
                DOMAIN,
                "ptz_stop",
                target,
                blocking=True,
                context=Context(user_id=hass_read_only_user.id),
            )
    assert arrived_moves(sim) == []


async def test_a_device_that_cannot_be_reached_is_named(
    hass: HomeAssistant, set_up: SetUp, sim: SimCamera
) -> None:
    entry = await set_up()
    await out_of_reach(entry, by="an online check")
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    with pytest.raises(HomeAssistantError) as failure:
        await hass.services.async_call(DOMAIN, "capture", {"device_id": device.id}, blocking=True)
    assert failure.value.translation_key == "device_offline"
    assert sim.photos == 0


@pytest.mark.parametrize("name", ["a\0b.jpg", "a" * 300 + ".jpg"])
async def test_a_name_that_no_file_can_have(
    hass: HomeAssistant, set_up: SetUp, act: Act, tmp_path: Path, name: str
) -> None:
    await set_up()
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    for action, field in (("capture", "filename"), ("send_voice", "file")):
        with pytest.raises(ServiceValidationError):
            await act(action, **{field: str(tmp_path / name)})


async def test_photos_of_several_cameras_need_several_names(
    hass: HomeAssistant, set_up: SetUp, act: Act, tmp_path: Path, sim: SimCamera
) -> None:
    await set_up(SERIAL, OTHER)
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    with pytest.raises(ServiceValidationError) as failure:
        await act("capture", SERIAL, OTHER, filename=str(tmp_path / "one.jpg"))
    assert failure.value.translation_key == "one_file_per_camera"
    assert sim.photos == 0
