"""What happens to cameras starts automations, however the cameras are named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
import json
from pathlib import Path
from typing import Any

from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    area_registry as ar,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
    trigger as ha_trigger,
)
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol
import yaml

from custom_components.sodalife.api.codes import KEYS
from custom_components.sodalife.api.models import PhotoReason
from custom_components.sodalife.trigger import OPTIONS
from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.clock import ManualClock
from tests.integration.common import (
    DOMAIN,
    OTHER,
    SERIAL,
    STEP,
    Act,
    FindEntity,
    Look,
    PassTime,
    SetUp,
    state_of,
)
from tests.integration.viewing import Viewer

OURS = Path(__file__).parents[2] / "custom_components" / DOMAIN
POLL = 60
KEPT = ("platform", "entity_id", "key", "code", "message", "reason", "captured_at", "id")

type Started = list[dict[str, Any]]
type Automate = Callable[..., Awaitable[Started]]
type FoundOut = Callable[[str], Awaitable[None]]

newest_only = pytest.mark.skipif(
    not hasattr(ha_trigger, "TriggerConfig"), reason="its editor knows no such triggers"
)


@pytest.fixture
async def automate(hass: HomeAssistant) -> Automate:
    """Make an automation with one trigger, and note what each of its runs is told."""

    async def automate(what: str, target: dict[str, Any], **options: Any) -> Started:
        trigger = {"trigger": f"{DOMAIN}.{what}", "target": target, "id": "seen"}
        if options:
            trigger["options"] = options
        told = {name: f"{{{{ trigger.{name} | default('-') }}}}" for name in KEPT}
        config = {
            "alias": "test",
            "triggers": [trigger],
            "actions": [{"event": "started", "event_data": told}],
        }
        assert await async_setup_component(hass, "automation", {"automation": config})
        await hass.async_block_till_done()
        started: Started = []

        def note(event: Event) -> None:
            started.append({k: v for k, v in event.data.items() if v != "-"})

        hass.bus.async_listen("started", note)
        return started

    return automate


async def press_in_vain(press: Act, serial: str = SERIAL) -> None:
    with pytest.raises(HomeAssistantError):
        await press("capture", serial)


@pytest.fixture
def found_out(hass: HomeAssistant, entity_id: FindEntity, pass_time: PassTime) -> FoundOut:
    """Let time pass until an online check has found something out."""

    async def found_out(online: str) -> None:
        for _ in range(5 * POLL // int(STEP)):
            await pass_time(STEP)
            if state_of(hass, entity_id("binary_sensor", "online")) == online:
                break
        await hass.async_block_till_done()
        assert state_of(hass, entity_id("binary_sensor", "online")) == online

    return found_out


async def test_a_camera_goes_offline_and_comes_back(
    set_up: SetUp, sim: SimCamera, entity_id: FindEntity, found_out: FoundOut, automate: Automate
) -> None:
    await set_up(SERIAL, OTHER, revision="query", options={"poll_interval": POLL})
    both = {"entity_id": [entity_id("camera"), entity_id("camera", serial=OTHER)]}
    gone = await automate("went_offline", both)
    await found_out("on")
    assert gone == []  # that both are online is found out, but did not happen
    camera = {"entity_id": entity_id("camera"), "id": "seen"}
    for _ in range(2):
        sim.online = False
        await found_out("off")
        sim.online = True
        await found_out("on")
    assert gone == [{"platform": "sodalife.went_offline", **camera}] * 2


async def test_a_camera_comes_online(
    set_up: SetUp, sim: SimCamera, entity_id: FindEntity, found_out: FoundOut, automate: Automate
) -> None:
    sim.online = False
    await set_up(revision="query", options={"poll_interval": POLL})
    came = await automate("came_online", {"entity_id": entity_id("camera")})
    await found_out("off")
    assert came == []
    sim.online = True
    await found_out("on")
    found = {"platform": "sodalife.came_online", "entity_id": entity_id("camera"), "id": "seen"}
    assert came == [found]


async def test_an_offline_camera_at_the_start_has_not_gone_offline(
    set_up: SetUp, sim: SimCamera, entity_id: FindEntity, found_out: FoundOut, automate: Automate
) -> None:
    sim.online = False
    await set_up(revision="query", options={"poll_interval": POLL})
    gone = await automate("went_offline", {"entity_id": entity_id("camera")})
    await found_out("off")
    assert gone == []


async def test_trouble(
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    entity_id: FindEntity,
    press: Act,
    automate: Automate,
) -> None:
    hass.config.language = "zh-Hans"
    await set_up(SERIAL, OTHER)
    cloud.faults.add(Fault("code", "capture", code="60019"))
    trouble = await automate("trouble", {"entity_id": entity_id("camera")})
    await press_in_vain(press, OTHER)  # of which nobody asked
    await press_in_vain(press)
    await press_in_vain(press)  # is no news
    await hass.async_block_till_done()
    assert trouble == [
        {
            "platform": "sodalife.trouble",
            "entity_id": entity_id("camera"),
            "id": "seen",
            "key": "video_encrypted",
            "code": 60019,
            "message": "Camera 1：设备开启了视频加密，请在萤石云视频 App 中关闭后再观看直播。",
        }
    ]


@pytest.mark.parametrize(
    ("key", "times"),
    [(["video_encrypted", "capture_quota"], 1), ("video_encrypted", 1), ("capture_quota", 0)],
)
async def test_trouble_of_a_kind(
    *,
    key: str | list[str],
    times: int,
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    entity_id: FindEntity,
    press: Act,
    automate: Automate,
) -> None:
    await set_up()
    cloud.faults.add(Fault("code", "capture", code="60019"))
    trouble = await automate("trouble", {"entity_id": entity_id("camera")}, key=key)
    await press_in_vain(press)
    await hass.async_block_till_done()
    assert len(trouble) == times


@pytest.mark.parametrize("reason", [None, "commanded", "look", ["look", "commanded"]])
async def test_a_photo_is_taken(
    *,
    reason: str | list[str] | None,
    hass: HomeAssistant,
    set_up: SetUp,
    clock: ManualClock,
    entity_id: FindEntity,
    press: Act,
    look: Look,
    automate: Automate,
) -> None:
    await set_up(options={"snapshot_interval": 1})
    options = {"reason": reason} if reason else {}
    taken = await automate("photo_taken", {"entity_id": entity_id("camera")}, **options)
    await press("capture")
    await clock.advance(2)
    await look()
    await hass.async_block_till_done()
    wanted = [why for why in ("commanded", "look") if reason is None or why in reason]
    assert [run["reason"] for run in taken] == wanted
    assert all(run["platform"] == "sodalife.photo_taken" for run in taken)
    last = dt_util.parse_datetime(taken[-1]["captured_at"], raise_on_error=True)
    assert 0 <= clock.time() - last.timestamp() <= 3


async def test_somebody_watches(
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    entity_id: FindEntity,
    automate: Automate,
) -> None:
    await set_up()
    watched = await automate("watched", {"entity_id": entity_id("camera")})
    first, second = await viewer(), await viewer()
    for somebody in (first, second):
        assert (await somebody.ask())["success"]
        await somebody.see()
    await hass.async_block_till_done()
    found = {"platform": "sodalife.watched", "entity_id": entity_id("camera"), "id": "seen"}
    assert watched == [found], "once, however many watch"


async def test_another_integrations_camera_is_not_ours(
    hass: HomeAssistant, set_up: SetUp, entity_id: FindEntity, automate: Automate
) -> None:
    await set_up()
    theirs = er.async_get(hass).async_get_or_create("camera", "demo", "1").entity_id
    watched = await automate("watched", {"entity_id": [theirs, entity_id("camera")]})
    hass.states.async_set(theirs, "idle")
    hass.states.async_set(theirs, "streaming")
    await hass.async_block_till_done()
    assert watched == []


def _target(  # noqa: PLR0911 - one for each way
    hass: HomeAssistant, kind: str, camera: str
) -> dict[str, Any]:
    """Put a camera somewhere, and name that."""
    entities, devices = er.async_get(hass), dr.async_get(hass)
    entity = entities.async_get(camera)
    assert entity is not None
    assert entity.device_id is not None
    label = lr.async_get(hass).async_create("Outside").label_id
    floor = fr.async_get(hass).async_create("Ground").floor_id
    area = ar.async_get(hass).async_create("Yard", floor_id=floor, labels={"old"}).id
    match kind:
        case "entity_id":
            return {kind: camera}
        case "another entity":
            others = er.async_entries_for_device(entities, entity.device_id)
            return {"entity_id": [o.entity_id for o in others if o.domain == "image"]}
        case "group":
            return {"entity_id": "group.cameras"}
        case "device_id":
            return {kind: [entity.device_id]}
        case "area_id":
            devices.async_update_device(entity.device_id, area_id=area)
            return {kind: area}
        case "area of the entity":
            entities.async_update_entity(camera, name="Yard", area_id=area)
            return {"area_id": [area]}
        case "floor_id":
            devices.async_update_device(entity.device_id, area_id=area)
            return {kind: [floor]}
        case "label_id":
            entities.async_update_entity(camera, labels={label})
            return {kind: [label]}
        case "label of the device":
            devices.async_update_device(entity.device_id, labels={label})
            return {"label_id": label}
        case _:
            return {"area_id": area, "label_id": label, "floor_id": floor, "device_id": "gone"}


KINDS = {
    "entity_id": 1,
    "another entity": 1,
    "group": 1,
    "device_id": 1,
    "area_id": 1,
    "area of the entity": 1,
    "floor_id": 1,
    "label_id": 1,
    "label of the device": 1,
    "elsewhere": 0,
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_camera_is_named_in_any_way(
    *,
    kind: str,
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    entity_id: FindEntity,
    press: Act,
    automate: Automate,
) -> None:
    await set_up(SERIAL, OTHER)
    group = {"group": {"cameras": {"entities": [entity_id("camera")]}}}
    assert await async_setup_component(hass, "group", group)
    cloud.faults.add(Fault("code", "capture", code="60019"))
    trouble = await automate("trouble", _target(hass, kind, entity_id("camera")))
    await press_in_vain(press)
    await press_in_vain(press, OTHER)
    await hass.async_block_till_done()
    assert [run["entity_id"] for run in trouble] == [entity_id("camera")] * KINDS[kind]


@pytest.mark.parametrize(
    "broken",
    [
        {"trigger": "sodalife.trouble"},
        {"trigger": "sodalife.trouble", "target": {}},
        {"trigger": "sodalife.exploded", "target": {"entity_id": "camera.one"}},
        {
            "trigger": "sodalife.trouble",
            "target": {"entity_id": "camera.one"},
            "options": {"key": "no_such_error"},
        },
        {
            "trigger": "sodalife.watched",
            "target": {"entity_id": "camera.one"},
            "options": {"key": "busy"},
        },
    ],
)
async def test_what_makes_no_sense_is_refused(
    hass: HomeAssistant, set_up: SetUp, broken: dict[str, Any], expected_log: list[str]
) -> None:
    expected_log.append("homeassistant.components.automation: ")
    await set_up()
    with pytest.raises(vol.Invalid):
        await ha_trigger.async_validate_trigger_config(hass, cv.TRIGGER_SCHEMA([broken]))


async def test_nothing_is_started_any_more(
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    entity_id: FindEntity,
    press: Act,
    automate: Automate,
) -> None:
    await set_up()
    cloud.faults.add(Fault("code", "capture", code="60019"))
    trouble = await automate("trouble", {"entity_id": entity_id("camera")})
    off = {"entity_id": "automation.test"}
    await hass.services.async_call("automation", "turn_off", off, blocking=True)
    await press_in_vain(press)
    await hass.async_block_till_done()
    assert trouble == []


async def test_it_goes_on_over_a_reload_and_under_another_name(
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    entity_id: FindEntity,
    press: Act,
    automate: Automate,
) -> None:
    entry = await set_up()
    cloud.faults.add(Fault("code", "capture", code="60019"))
    registry = er.async_get(hass)
    device = registry.async_get(entity_id("camera")).device_id
    trouble = await automate("trouble", {"device_id": device})
    await hass.config_entries.async_reload(entry.entry_id)
    registry.async_update_entity(entity_id("camera"), new_entity_id="camera.gate")
    await hass.async_block_till_done()
    await press_in_vain(press)
    await hass.async_block_till_done()
    assert [run["entity_id"] for run in trouble] == ["camera.gate"]


def test_what_the_editor_shows_is_what_there_is() -> None:
    described = yaml.safe_load((OURS / "triggers.yaml").read_text())
    assert described.keys() == OPTIONS.keys()
    for what, options in OPTIONS.items():
        assert {str(key) for key in options} == set(described[what].get("fields", {})), what
    reasons = described["photo_taken"]["fields"]["reason"]["selector"]["select"]["options"]
    assert set(reasons) == set(PhotoReason)
    keys = described["trouble"]["fields"]["key"]["selector"]["select"]["options"]
    assert set(keys) == set(KEYS)
    for path in (OURS / "translations").glob("*.json"):
        texts = json.loads(path.read_text(encoding="utf-8"))
        errors = texts["entity"]["sensor"]["last_error"]["state"]
        assert texts["selector"]["photo_reason"]["options"].keys() == set(reasons)
        assert texts["selector"]["trouble"]["options"] == errors, "by one name everywhere"


@newest_only
async def test_the_editor_offers_them_for_a_camera(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    set_up: SetUp,
    entity_id: FindEntity,
) -> None:
    await set_up()
    assert await async_setup_component(hass, "automation", {})
    ws = await hass_ws_client()
    device = er.async_get(hass).async_get(entity_id("camera")).device_id
    await ws.send_json_auto_id({"type": "get_triggers_for_target", "target": {"device_id": device}})
    offered = (await ws.receive_json())["result"]
    assert {f"{DOMAIN}.{what}" for what in OPTIONS} <= set(offered)
