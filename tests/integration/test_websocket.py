"""What the card is told: why there is no picture, and when a camera's turn is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from simulator import Cloud, Fault
from tests.clock import ManualClock, until
from tests.integration.common import DOMAIN, OTHER, SERIAL, Act, FindEntity, Look, SetUp
from tests.integration.viewing import Viewer

ASKED = {"capture": ("capture", {}), "liveurl": ("get_live_url", {"answers": True})}
QUICKLY = {"ptz_pulse": 0.1, "call_interval": 4}


class Browser:
    """A browser that watches one camera."""

    def __init__(self, client: Any, entity_id: str) -> None:
        self.client = client
        self.entity_id = entity_id

    async def watch(self) -> dict[str, Any]:
        await self.client.send_json_auto_id(
            {"type": f"{DOMAIN}/obstacles", "entity_id": self.entity_id}
        )
        assert (await self.client.receive_json())["success"]
        return await self.told()

    async def told(self) -> dict[str, Any]:
        """Return the next that it is told: what is in the way, by the keys of the sentences."""
        event = (await self.client.receive_json())["event"]
        return {name: found["translation_key"] for name, found in event.items()}

    async def turn(self) -> float | None:
        await self.client.send_json_auto_id({"type": f"{DOMAIN}/turn", "entity_id": self.entity_id})
        answer = await self.client.receive_json()
        seconds: float | None = answer["result"]["seconds"]
        return seconds


@pytest.fixture
async def browser(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, set_up: SetUp, entity_id: FindEntity
) -> Browser:
    await set_up(SERIAL, OTHER)
    return Browser(await hass_ws_client(hass), entity_id("camera"))


@pytest.mark.parametrize(
    ("endpoint", "code", "where", "key"),
    [
        ("capture", "10028", "photo", "capture_quota"),
        ("liveurl", "60019", "live", "video_encrypted"),
        ("liveurl", "9048", "live", "too_many_viewers"),
    ],
)
async def test_reasons_are_told_when_they_come_and_when_they_go(
    browser: Browser, cloud: Cloud, act: Act, endpoint: str, code: str, where: str, key: str
) -> None:
    assert await browser.watch() == {}
    cloud.faults.add(Fault("code", endpoint, code=code, serial=SERIAL))
    name, fields = ASKED[endpoint]
    with pytest.raises(HomeAssistantError):
        await act(name, **fields)
    assert await browser.told() == {where: key}
    if code != "60019":
        return  # not asked again for minutes, or until midnight
    cloud.faults.clear()
    await act(name, **fields)
    assert await browser.told() == {}


async def test_a_photo_that_failed_is_no_matter_while_stills_are_frames_of_what_is_live(
    hass: HomeAssistant,
    set_up: SetUp,
    entity_id: FindEntity,
    hass_ws_client: WebSocketGenerator,
    cloud: Cloud,
    act: Act,
    look: Look,
    viewer: Callable[[], Awaitable[Viewer]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Home Assistant 2025.4 lets a stream run on for minutes after the last one has left it."""
    monkeypatch.setattr("custom_components.sodalife.live.stream.FRESH", 3600)  # no test of that
    await set_up()
    somebody = await viewer()
    assert (await somebody.ask())["success"]
    await somebody.see()
    browser = Browser(await hass_ws_client(hass), entity_id("camera"))
    told = await browser.watch()
    cloud.faults.add(Fault("code", "capture", code="10028", serial=SERIAL))
    with pytest.raises(HomeAssistantError):
        await act("capture")
    while "photo" not in told:
        told = await browser.told()
    assert (await look())[0] == HTTPStatus.OK
    assert await browser.told() == {}, "a newer picture than the photo would be is shown"
    stream = hass.data["camera"].get_entity(browser.entity_id).stream
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=6))
    await until(lambda: not stream.outputs())
    await look()
    told = {}
    while "photo" not in told:
        told = await browser.told()


async def test_an_offline_camera_is_told_of_as_such(
    browser: Browser, cloud: Cloud, act: Act
) -> None:
    await browser.watch()
    cloud.cameras[SERIAL].online = False
    with pytest.raises(HomeAssistantError):
        await act("capture")
    found = await browser.told()
    while "all" not in found:
        found = await browser.told()
    assert found["all"] == "device_offline"


async def test_a_platform_that_is_down_is_told_of_as_such(
    browser: Browser, cloud: Cloud, act: Act, expected_log: list[str]
) -> None:
    expected_log.append("custom_components.sodalife: The SodaLife platform cannot be reached")
    await browser.watch()
    cloud.faults.add(Fault("html"))
    for serial in (SERIAL, OTHER) * 3:
        with pytest.raises(HomeAssistantError):
            await act("capture", serial)
    found = await browser.told()
    while "all" not in found:
        found = await browser.told()
    assert found["all"] == "cannot_connect"


async def test_other_cameras_trouble_is_not_told(browser: Browser, cloud: Cloud, act: Act) -> None:
    await browser.watch()
    cloud.faults.add(Fault("code", "capture", code="10028", serial=OTHER))
    with pytest.raises(HomeAssistantError):
        await act("capture", OTHER)
    assert await browser.turn() is not None, "the next message is the answer, not an event"


async def test_a_camera_that_comes_back_after_a_reload_is_still_watched(
    hass: HomeAssistant, browser: Browser, cloud: Cloud, act: Act
) -> None:
    await browser.watch()
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    cloud.faults.add(Fault("code", "liveurl", code="60019", serial=SERIAL))
    with pytest.raises(HomeAssistantError):
        await act("get_live_url", answers=True)
    found = await browser.told()
    while not found:
        found = await browser.told()
    assert found == {"live": "video_encrypted"}


async def test_nothing_is_followed_once_the_browser_has_gone(
    hass: HomeAssistant, browser: Browser
) -> None:
    await browser.watch()
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    (camera,) = (one for one in entry.runtime_data.cameras.values() if one.serial == SERIAL)
    before = len(camera.device.changed._listeners)
    await browser.client.close()
    await hass.async_block_till_done()
    assert len(camera.device.changed._listeners) == before - 1


async def test_the_turn_is_told_in_seconds(
    hass: HomeAssistant, browser: Browser, clock: ManualClock, act: Act
) -> None:
    hass.config_entries.async_update_entry(
        hass.config_entries.async_entries(DOMAIN)[0], options=QUICKLY
    )
    await hass.async_block_till_done()
    await clock.advance(10)
    assert await browser.turn() == 0
    await act("get_live_url", answers=True)
    waits = await browser.turn()
    assert waits is not None
    assert 3 < waits <= 4


@pytest.mark.parametrize("command", ["obstacles", "turn"])
async def test_who_may_not_see_the_camera_is_not_told(
    browser: Browser,
    hass_admin_user: MockUser,
    caplog: pytest.LogCaptureFixture,
    command: str,
) -> None:
    hass_admin_user.groups = []
    await browser.client.send_json_auto_id(
        {"type": f"{DOMAIN}/{command}", "entity_id": browser.entity_id}
    )
    answer = await browser.client.receive_json()
    assert answer["error"]["code"] == "unauthorized"
    caplog.clear()  # Home Assistant's own line on that


async def test_a_camera_that_is_not_there_has_no_reasons_and_no_turn(browser: Browser) -> None:
    browser.entity_id = "camera.gone"
    assert await browser.watch() == {}
    assert await browser.turn() == 0
