"""Every blueprint is valid, and does what it says when it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.blueprint import models
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)

from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.clock import until
from tests.integration.common import (
    OTHER,
    SERIAL,
    Act,
    FindEntity,
    SetUp,
    arrived_moves,
    count_arrived,
    state_of,
)

FOLDER = Path(__file__).parents[2] / "blueprints" / "automation" / "sodalife"
BLUEPRINTS = sorted(FOLDER.glob("*.yaml"))

type Automate = Any


@pytest.fixture
async def automate(hass: HomeAssistant, tmp_path: Path) -> AsyncIterator[Automate]:
    """Make an automation of a blueprint, as the frontend does, for one test."""
    hass.config.config_dir = str(tmp_path)
    shutil.copytree(FOLDER, tmp_path / "blueprints" / "automation" / "sodalife")

    async def automate(blueprint: str, **inputs: Any) -> None:
        use = {"path": f"sodalife/{blueprint}.yaml", "input": inputs}
        config = {"automation": {"alias": "test", "use_blueprint": use}}
        assert await async_setup_component(hass, "automation", config)
        await hass.async_block_till_done()
        assert state_of(hass, "automation.test") == "on"

    yield automate
    off = {"entity_id": "automation.test", "stop_actions": True}
    await hass.services.async_call("automation", "turn_off", off, blocking=True)


@pytest.fixture
def phone(hass: HomeAssistant) -> str:
    """Have a phone with the Home Assistant app."""
    entry = MockConfigEntry(domain="mobile_app")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("mobile_app", "1")}, name="Ann's phone"
    )
    return device.id


@pytest.fixture
def messages(hass: HomeAssistant) -> list[ServiceCall]:
    """Note what the phone is sent."""
    return async_mock_service(hass, "notify", "mobile_app_ann_s_phone")


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_is_valid(path: Path) -> None:
    blueprint = models.Blueprint(
        load_yaml_dict(str(path)), expected_domain="automation", schema=BLUEPRINT_SCHEMA
    )
    assert blueprint.validate() is None
    assert blueprint.metadata["homeassistant"]["min_version"] == "2025.4.0"
    assert path.name in blueprint.metadata["source_url"]
    assert len(BLUEPRINTS) == 5


@pytest.mark.parametrize("keep", [False, True])
async def test_motion_photo(
    hass: HomeAssistant,
    set_up: SetUp,
    automate: Automate,
    entity_id: FindEntity,
    sim: SimCamera,
    phone: str,
    messages: list[ServiceCall],
    tmp_path: Path,
    keep: bool,
) -> None:
    await set_up()
    photos = tmp_path / "photos"
    hass.config.allowlist_external_dirs = {str(photos)}
    hass.states.async_set("binary_sensor.motion", "off")
    await automate(
        "motion_photo",
        motion=["binary_sensor.motion"],
        camera=entity_id("camera"),
        phones=[phone],
        folder=str(photos) if keep else "",
        pause=5,
    )
    hass.states.async_set("binary_sensor.motion", "on")
    await wait_for(hass, messages)
    assert count_arrived(sim, "capture") == 1
    (message,) = messages
    assert message.data["data"]["image"] == f"/api/image_proxy/{entity_id('image', 'last_capture')}"
    assert message.data["message"] == "Motion detected."
    assert len(list(photos.glob("*.jpg"))) == keep
    hass.states.async_set("binary_sensor.motion", "off")
    hass.states.async_set("binary_sensor.motion", "on")  # within the pause
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=6))
    await hass.async_block_till_done()
    assert count_arrived(sim, "capture") == 1


async def wait_for(hass: HomeAssistant, calls: list[ServiceCall], number: int = 1) -> None:
    """Wait until an automation that does not end by itself has made its calls."""
    await until(lambda: len(calls) >= number)


async def test_door_announcement(
    hass: HomeAssistant,
    espeak: str,
    set_up: SetUp,
    automate: Automate,
    entity_id: FindEntity,
    sim: SimCamera,
) -> None:
    await set_up()
    hass.states.async_set("binary_sensor.door", "off")
    await automate(
        "door_announcement",
        door=["binary_sensor.door"],
        speaker=[entity_id("notify", "speaker")],
        message="Welcome!",
        pause=0,
    )
    hass.states.async_set("binary_sensor.door", "on")
    await hass.async_block_till_done()
    assert len(sim.voices) == 1


# The clock goes on, from wherever it is put.
clock_can_be_put = pytest.mark.freeze_time("2026-03-07 12:00:00", tick=True, real_asyncio=True)


def files(folder: Path, pattern: str) -> list[Path]:
    return list(folder.rglob(pattern))


@clock_can_be_put
async def test_hourly_photo(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    automate: Automate,
    entity_id: FindEntity,
    media_folder: Path,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It is kept by the archive, and becomes a film on Sunday."""
    assert await async_setup_component(hass, "ffmpeg", {})
    await set_up(options={"keep_photos": "commanded"})
    await automate("hourly_photo", cameras=[entity_id("camera")])
    for moment in ("2026-03-07 23:00:00", "2026-03-07 23:30:00", "2026-03-08 22:00:00"):
        await at(hass, freezer, moment)
    await until(lambda: len(files(media_folder, "*.jpg")) == 2)
    assert files(media_folder, "*.mp4") == []  # on a Saturday
    await at(hass, freezer, "2026-03-08 23:30:00")
    await until(lambda: files(media_folder, "*.mp4"), 20)
    (film,) = files(media_folder, "*.mp4")
    assert film.name == "2026-03-07_2026-03-08.mp4"


async def at(hass: HomeAssistant, freezer: FrozenDateTimeFactory, moment: str) -> None:
    """Have it be a time of the day of Home Assistant's time zone."""
    local = datetime.fromisoformat(moment).replace(tzinfo=dt_util.get_default_time_zone())
    freezer.move_to(local)
    async_fire_time_changed(hass, local)
    await hass.async_block_till_done()


@clock_can_be_put
@pytest.mark.parametrize(("hour", "kept"), [(7, 0), (8, 1), (17, 1), (20, 0)])
async def test_hourly_photo_within_a_time_with_copies_and_without_a_film(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    automate: Automate,
    entity_id: FindEntity,
    media_folder: Path,
    freezer: FrozenDateTimeFactory,
    hour: int,
    kept: int,
) -> None:
    await set_up()
    camera, photos = entity_id("camera"), media_folder / "photos"
    hours = {"after": "08:00:00", "before": "18:00:00"}
    await automate("hourly_photo", cameras=[camera], folder=str(photos), film=False, **hours)
    await at(hass, freezer, f"2026-03-08 {hour:02}:00:00")
    await at(hass, freezer, "2026-03-08 23:30:00")
    found = files(media_folder, "*.*")
    assert len(found) == kept
    for path in found:
        assert path == photos / camera.removeprefix("camera.") / f"2026-03-08 {hour:02}-00.jpg"
        assert path.read_bytes().startswith(b"\xff\xd8")


async def test_offline_alert(
    hass: HomeAssistant,
    set_up: SetUp,
    automate: Automate,
    press: Act,
    sim: SimCamera,
    entity_id: FindEntity,
    phone: str,
    messages: list[ServiceCall],
) -> None:
    await set_up()
    await press("zoom_in")
    online = entity_id("binary_sensor", "online")
    assert state_of(hass, online) == "on"
    await automate("offline_alert", online=[online], phones=[phone], duration={"seconds": 30})
    sim.online = False
    with pytest.raises(Exception, match="offline"):
        await press("zoom_in")
    await hass.async_block_till_done()
    assert state_of(hass, online) == "off"
    assert messages == []
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=31))
    await wait_for(hass, messages)
    (message,) = messages
    assert message.data["message"] == "The camera is offline."
    assert message.data["title"] == "Camera 1"


@pytest.fixture
async def door(
    hass: HomeAssistant,
    espeak: str,
    set_up: SetUp,
    automate: Automate,
    entity_id: FindEntity,
    phone: str,
    messages: list[ServiceCall],
) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Have a doorbell rung, or a button of the notification pressed; return the notification."""
    await set_up(SERIAL, OTHER)
    camera = entity_id("camera")
    hass.states.async_set("binary_sensor.door", "off")
    await automate("answer_door", visitor=["binary_sensor.door"], camera=camera, phones=[phone])

    async def press(action: str, **reply: str) -> dict[str, Any]:
        del messages[:]
        if action == "RING":
            hass.states.async_set("binary_sensor.door", "on")
        else:
            data = {"action": f"SODALIFE_{action}_{camera}", **reply}
            hass.bus.async_fire("mobile_app_notification_action", data)
        await hass.async_block_till_done()
        return dict(messages[0].data) if messages else {}

    return press


async def test_answer_door(
    door: Callable[..., Awaitable[dict[str, Any]]], sim: SimCamera, entity_id: FindEntity
) -> None:
    rung = await door("RING")
    assert count_arrived(sim, "capture") == 1
    assert rung["message"] == "Somebody is at the door."
    assert rung["data"]["image"] == f"/api/image_proxy/{entity_id('image', 'last_capture')}"
    camera = entity_id("camera")
    actions = {action["action"]: action for action in rung["data"]["actions"]}
    assert list(actions) == [f"SODALIFE_{name}_{camera}" for name in ("ANSWER", "LOOK", "HOME")]
    assert actions[f"SODALIFE_ANSWER_{camera}"]["behavior"] == "textInput"
    answered = await door("ANSWER", reply_text=" I am coming. ")
    assert len(sim.voices) == 1
    assert answered["message"] == "Sent to the camera: I am coming."
    assert answered["data"]["tag"] == rung["data"]["tag"], "it takes the place of the first"
    assert count_arrived(sim, "capture") == 1, "an answer costs no photo"


async def test_answer_door_looks_again(
    door: Callable[..., Awaitable[dict[str, Any]]], sim: SimCamera
) -> None:
    assert (await door("LOOK"))["message"] == "Somebody is at the door."
    assert count_arrived(sim, "capture") == 1
    await door("HOME")
    assert arrived_moves(sim)[0] == (0, 99)
    assert count_arrived(sim, "capture") == 2


async def test_answer_door_says_nothing_of_what_was_not_spoken(
    door: Callable[..., Awaitable[dict[str, Any]]],
    sim: SimCamera,
    cloud: Cloud,
    expected_log: list[str],
) -> None:
    expected_log.append("homeassistant.components.automation.test: .*")
    assert await door("ANSWER", reply_text="  ") == {}
    cloud.faults.add(Fault("code", "sendvoice", code="111003"))
    assert await door("ANSWER", reply_text="Hello") == {}
    assert sim.voices == []


async def test_answer_door_without_a_new_photo(
    door: Callable[..., Awaitable[dict[str, Any]]], cloud: Cloud, expected_log: list[str]
) -> None:
    expected_log.append("homeassistant.components.automation.test: .*")
    cloud.faults.add(Fault("code", "capture", code="10028"))
    assert (await door("RING"))["message"] == "Somebody is at the door."


@pytest.mark.parametrize(
    ("before", "after"), [("on", "off"), ("unavailable", "on"), ("off", "unavailable")]
)
async def test_answer_door_when_nobody_is_there(
    hass: HomeAssistant,
    door: Callable[..., Awaitable[dict[str, Any]]],
    sim: SimCamera,
    messages: list[ServiceCall],
    before: str,
    after: str,
) -> None:
    hass.states.async_set("binary_sensor.door", before)
    await hass.async_block_till_done()
    del messages[:]
    hass.states.async_set("binary_sensor.door", after)
    hass.states.async_set("binary_sensor.door", after, {"battery": 90})
    await hass.async_block_till_done()
    assert messages == []


async def test_answer_door_of_another_camera(
    hass: HomeAssistant,
    door: Callable[..., Awaitable[dict[str, Any]]],
    sim: SimCamera,
    messages: list[ServiceCall],
    entity_id: FindEntity,
) -> None:
    other = entity_id("camera", serial=OTHER)
    data = {"action": f"SODALIFE_ANSWER_{other}", "reply_text": "Hello"}
    hass.bus.async_fire("mobile_app_notification_action", data)
    await hass.async_block_till_done()
    assert (messages, sim.voices) == ([], [])
