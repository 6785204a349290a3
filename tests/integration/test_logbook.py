"""The logbook: what was done with a camera, and who did it."""

from __future__ import annotations

from datetime import timedelta
import logging
from pathlib import Path
from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.core import Context, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.sodalife.activity import Activity
from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.integration.common import DOMAIN, OTHER, SERIAL, Act, FindEntity, Look, SetUp
from tests.integration.sounds import wav


@pytest.fixture
def somebody(hass: HomeAssistant) -> Context:
    user = MockUser(name="Somebody", is_owner=True).add_to_hass(hass)
    return Context(user_id=user.id)


@pytest.fixture
def events(hass: HomeAssistant) -> list[Event]:
    """Return the events of all that is done, as they come."""
    found: list[Event] = []

    @callback
    def note(event: Event) -> None:
        found.append(event)

    for activity in Activity:
        hass.bus.async_listen(activity.event_type, note)
    return found


@pytest.fixture
def call(hass: HomeAssistant, entity_id: FindEntity, somebody: Context) -> Act:
    """Call an action as somebody."""

    async def call(action: str, platform: str, key: str | None = None, **fields: Any) -> None:
        domain, _, name = action.partition(".")
        target = {"entity_id": entity_id(platform, key)}
        await hass.services.async_call(
            domain, name, {**target, **fields}, blocking=True, context=somebody
        )

    return call


def told(events: list[Event]) -> list[tuple[str, str | None, str | None]]:
    return [
        (event.event_type, event.data.get("command"), event.context.user_id) for event in events
    ]


async def test_what_somebody_does_is_told_with_who_did_it(
    hass: HomeAssistant,
    media_folder: Path,
    set_up: SetUp,
    call: Act,
    events: list[Event],
    somebody: Context,
    entity_id: FindEntity,
) -> None:
    await set_up(SERIAL, OTHER)
    (media_folder / "ding.wav").write_bytes(wav(0.2))
    ding = "media-source://media_source/local/ding.wav"
    assert await async_setup_component(hass, "media_source", {})
    await call("sodalife.capture", "camera")
    await call("button.press", "button", "capture")
    await call("sodalife.ptz_move", "camera", command="left")
    await call("camera.snapshot", "camera", filename=str(media_folder / "seen.jpg"))
    await call("button.press", "button", "zoom_in")
    await call("sodalife.ptz_start", "camera", command="up")
    await call("sodalife.ptz_start", "camera", command="up")  # it goes on
    await call("sodalife.ptz_stop", "camera")
    await call("sodalife.ptz_home", "camera")
    await call(
        "media_player.play_media",
        "media_player",
        "speaker",
        media_content_id=ding,
        media_content_type="music",
    )
    await call("sodalife.send_voice", "camera", file=str(media_folder / "ding.wav"))
    await hass.async_block_till_done()
    who = somebody.user_id
    assert told(events) == [
        ("sodalife_photo_taken", None, who),
        ("sodalife_photo_taken", None, who),
        ("sodalife_moved", "left", who),
        ("sodalife_photo_taken", None, who),
        ("sodalife_moved", "zoom_in", who),
        ("sodalife_moved", "up", who),
        ("sodalife_moved", "home", who),
        ("sodalife_spoke", None, who),
        ("sodalife_spoke", None, who),
    ]
    assert {event.data["entity_id"] for event in events} == {entity_id("camera")}
    assert all(event.data["device_id"] for event in events)
    assert SERIAL not in str([event.as_dict() for event in events])


async def test_a_message_that_is_spoken(
    hass: HomeAssistant,
    espeak: str,
    set_up: SetUp,
    call: Act,
    events: list[Event],
    somebody: Context,
) -> None:
    await set_up(options={"tts_engine": espeak})
    await call("notify.send_message", "notify", "speaker", message="Hello")
    await hass.async_block_till_done()
    assert told(events) == [("sodalife_spoke", None, somebody.user_id)]


async def test_looks_and_failures_are_not_told(
    hass: HomeAssistant, cloud: Cloud, set_up: SetUp, call: Act, look: Look, events: list[Event]
) -> None:
    await set_up()
    await look()
    cloud.faults.add(Fault("code", "capture", SERIAL, code="60017", times=1))
    cloud.faults.add(Fault("code", "controlling", SERIAL, code="60020"))
    with pytest.raises(HomeAssistantError):
        await call("sodalife.capture", "camera")
    with pytest.raises(HomeAssistantError):
        await call("sodalife.ptz_move", "camera", command="left")
    await hass.async_block_till_done()
    assert events == []


async def test_going_offline_is_told_once(
    hass: HomeAssistant,
    set_up: SetUp,
    call: Act,
    sim: SimCamera,
    events: list[Event],
    entity_id: FindEntity,
) -> None:
    entry = await set_up()
    await call("button.press", "button", "zoom_in")
    events.clear()
    sim.online = False
    (camera,) = entry.runtime_data.cameras.values()
    for _ in range(2):
        assert await camera.check_online() is False
    await hass.async_block_till_done()
    assert told(events) == [("sodalife_went_offline", None, None)]
    assert events[0].data["entity_id"] == entity_id("camera")
    events.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    (camera,) = entry.runtime_data.cameras.values()
    assert await camera.check_online() is False
    assert events == [], "it was before"


@pytest.fixture
async def logbook(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("homeassistant.components.recorder", "sqlalchemy.engine"):
        caplog.set_level(logging.WARNING, name)
    hass.config.components.add("frontend")  # there is none to be installed in tests
    assert await async_setup_component(hass, "logbook", {})
    hass.config.components.remove("frontend")


SAID = {
    "en": ["took a photo", "moved (Zoom in)", "moved (Home position)", "went offline"],
    "zh-Hans": ["拍摄了图片", "执行了云台动作（放大）", "执行了云台动作（回到预置点）", "已离线"],
}


@pytest.mark.parametrize("language", SAID)
async def test_the_lines(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    logbook: None,
    set_up: SetUp,
    call: Act,
    sim: SimCamera,
    somebody: Context,
    entity_id: FindEntity,
    language: str,
) -> None:
    await hass.config.async_update(language=language)
    began = dt_util.utcnow() - timedelta(seconds=1)
    entry = await set_up()
    client = await hass_ws_client()
    await call("sodalife.capture", "camera")
    await call("button.press", "button", "zoom_in")
    await call("sodalife.ptz_home", "camera")
    sim.online = False
    (camera,) = entry.runtime_data.cameras.values()
    await camera.check_online()
    await hass.async_block_till_done()
    await async_wait_recording_done(hass)
    await client.send_json_auto_id(
        {
            "type": "logbook/get_events",
            "start_time": began.isoformat(),
            "entity_ids": [entity_id("camera")],
        }
    )
    lines = [line for line in (await client.receive_json())["result"] if "message" in line]
    assert [line["message"] for line in lines] == SAID[language]
    assert {line["name"] for line in lines} == {"Camera 1"}
    assert {line["domain"] for line in lines} == {DOMAIN}
    assert [line.get("context_user_id") for line in lines] == [*[somebody.user_id] * 3, None]
