"""Which protocol the live picture travels by, and what becomes of streams when it is another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
import time
from types import SimpleNamespace
from typing import Any, override

import av
from homeassistant.components.camera import (
    Camera,
    WebRTCSendMessage,
    async_register_webrtc_provider,
)
from homeassistant.components.camera.const import DATA_CAMERA_PREFS
from homeassistant.components.stream import Stream
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.sodalife.poller import FIRST
from simulator import Cloud
from simulator.camera import SimCamera
from tests.clock import ManualClock, until
from tests.integration.common import (
    SERIAL,
    FindEntity,
    Look,
    PassTime,
    SetUp,
    count_arrived,
    state_of,
)
from tests.integration.viewing import Provider, Viewer

type Come = Callable[[], Awaitable[Viewer]]

BOTH_WAYS = pytest.mark.parametrize(("before", "after"), [("hls", "flv"), ("flv", "hls")])


@pytest.fixture
def camera(hass: HomeAssistant, entity_id: FindEntity) -> Callable[[], Any]:
    """Return the camera's entity."""

    def camera() -> Camera:
        found: Camera | None = hass.data["camera"].get_entity(entity_id("camera"))
        assert found is not None
        return found

    return camera


def change(hass: HomeAssistant, entry: MockConfigEntry, protocol: str) -> None:
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "live_protocol": protocol}
    )


def plays_by(stream: Stream | None, protocol: str) -> bool:
    kind = {"hls": ".m3u8", "flv": ".flv"}[protocol]
    return stream is not None and kind in stream.source


async def is_at_the_right_pace(viewer: Viewer) -> bool:
    """Tell whether seconds of the picture are as long as the clock's, as far as segments tell."""
    first, began = await viewer.seconds(), time.monotonic()
    async with asyncio.timeout(15):
        while (shown := await viewer.seconds() - first) < 5:  # noqa: ASYNC110 - others' news
            await asyncio.sleep(0.2)
    return shown < time.monotonic() - began + 8


@BOTH_WAYS
async def test_another_protocol_is_another_stream(
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Come,
    sim: SimCamera,
    look: Look,
    camera: Callable[[], Any],
    expected_log: list[str],
    before: str,
    after: str,
) -> None:
    expected_log.append("homeassistant.components.stream|libav")
    entry = await set_up(options={"live_protocol": before})
    first, second = await viewer(), await viewer()
    await first.ask()
    await first.see()
    old = camera().stream
    assert plays_by(old, before)
    change(hass, entry, after)
    await second.ask()
    await second.see()
    assert plays_by(camera().stream, after)
    await until(lambda: not old.outputs())
    await first.ask()
    await first.see()
    assert await is_at_the_right_pace(first)
    assert (await look())[0] == HTTPStatus.OK
    assert count_arrived(sim, "capture") == 0, "the picture comes from the new stream"
    assert count_arrived(sim, "liveurl") == 2


@BOTH_WAYS
async def test_a_running_stream_is_not_given_an_address_of_another_protocol(
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Come,
    sim: SimCamera,
    camera: Callable[[], Any],
    entity_id: FindEntity,
    expected_log: list[str],
    monkeypatch: pytest.MonkeyPatch,
    before: str,
    after: str,
) -> None:
    """Also where nobody opens a page: its address ends, and the user wants it preloaded."""
    expected_log.append("homeassistant.components.stream|libav")
    monkeypatch.setattr("homeassistant.components.stream.STREAM_RESTART_INCREMENT", 1)
    entry = await set_up(options={"live_protocol": before})
    somebody = await viewer()
    await hass.data[DATA_CAMERA_PREFS].async_update(entity_id("camera"), preload_stream=True)
    await somebody.ask()
    await somebody.see()
    old = camera().stream
    change(hass, entry, after)
    sim.kill_live()
    await until(lambda: plays_by(camera().stream, after), 20)
    assert camera().stream is not old
    assert plays_by(old, before)
    await until(lambda: not old.outputs())
    assert camera().stream.outputs()


async def test_a_stream_that_cannot_give_a_picture_is_no_error(
    set_up: SetUp,
    viewer: Come,
    sim: SimCamera,
    look: Look,
    camera: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await set_up()
    somebody = await viewer()
    await somebody.ask()
    await somebody.see()

    async def refuse(**_: Any) -> bytes:
        raise av.InvalidDataError(1094995529, "Invalid data found when processing input")

    monkeypatch.setattr(camera().stream, "async_get_image", refuse)
    assert (await look())[0] == HTTPStatus.OK
    assert count_arrived(sim, "capture") == 1


async def test_unwatched_a_change_costs_nothing(
    hass: HomeAssistant, set_up: SetUp, sim: SimCamera
) -> None:
    entry = await set_up(options={"live_protocol": "hls"})
    change(hass, entry, "flv")
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=10))
    await hass.async_block_till_done()
    assert count_arrived(sim, "liveurl") == 0


@pytest.mark.parametrize("plays", [True, False])
async def test_a_platform_that_cuts_every_minute_is_no_failing_one(
    set_up: SetUp,
    viewer: Come,
    sim: SimCamera,
    camera: Callable[[], Any],
    expected_log: list[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    plays: bool,
) -> None:
    """Each cut gets a new address at once; what has not played meanwhile gets fewer and fewer."""
    expected_log.append("homeassistant.components.stream|libav")
    await set_up(options={"live_protocol": "hls"})
    somebody = await viewer()
    await somebody.ask()
    await somebody.see()
    live, stream, passed = camera()._live, camera().stream, 0.0
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + passed, time=time.time)
    monkeypatch.setattr("custom_components.sodalife.live.stream.time", clock)
    monkeypatch.setattr(type(live), "_has_shown_since", lambda *_: plays)
    monkeypatch.setattr(type(stream), "available", False)
    for _ in range(6):
        passed += 60
        live.changed()
        await until(lambda: not live._renewing)
    assert count_arrived(sim, "liveurl") == (7 if plays else 6)


# --- automatic


class Silent(Provider):
    """Answers no offer."""

    @override
    async def async_handle_async_webrtc_offer(
        self, camera: Camera, offer_sdp: str, session_id: str, send_message: WebRTCSendMessage
    ) -> None:
        await camera.stream_source()


@pytest.fixture
async def auto(hass: HomeAssistant, set_up: SetUp) -> Callable[..., Awaitable[Any]]:
    """Set up with a WebRTC provider, and return what makes it go."""

    async def auto(provider: Provider | None = None, **about: Any) -> Callable[[], None]:
        assert await async_setup_component(hass, "camera", {})
        remove = async_register_webrtc_provider(hass, provider or Provider())
        await set_up(**about)
        return remove

    return auto


@pytest.fixture
def told(hass: HomeAssistant, entity_id: FindEntity) -> Callable[[], tuple[str, str]]:
    """Return what the camera's attributes tell."""

    def told() -> tuple[str, str]:
        state = hass.states.get(entity_id("camera"))
        assert state is not None
        return state.attributes["live_protocol"], state.attributes["live_protocol_reason"]

    return told


@pytest.fixture
def offer(
    entity_id: FindEntity, hass_ws_client: WebSocketGenerator
) -> Callable[..., Awaitable[Any]]:
    """Have somebody come to watch by WebRTC."""

    async def offer(sdp: str = "good") -> Any:
        client = await hass_ws_client()
        await client.send_json_auto_id(
            {"type": "camera/webrtc/offer", "entity_id": entity_id("camera"), "offer": sdp}
        )
        for _ in range(2):
            await client.receive_json()
        return client

    return offer


async def hears_nothing(client: Any) -> bool:
    """Tell whether nothing has been said to somebody."""
    await client.send_json_auto_id({"type": "ping"})
    return bool((await client.receive_json())["type"] == "pong")


async def test_without_webrtc_it_is_hls(
    set_up: SetUp, sim: SimCamera, camera: Callable[[], Any], told: Callable[[], tuple[str, str]]
) -> None:
    await set_up()
    assert told() == ("hls", "no_webrtc")
    assert ".m3u8" in await camera().stream_source()


async def test_with_webrtc_it_is_flv_for_as_long_as_that_is_there(
    hass: HomeAssistant,
    auto: Callable[..., Awaitable[Any]],
    camera: Callable[[], Any],
    told: Callable[[], tuple[str, str]],
) -> None:
    remove = await auto()
    assert told() == ("flv", "webrtc")
    assert ".flv" in await camera().stream_source()
    remove()
    await hass.async_block_till_done()
    assert told() == ("hls", "no_webrtc")
    assert ".m3u8" in await camera().stream_source()


async def test_h265_is_hls_at_once_and_after_a_restart(
    hass: HomeAssistant,
    clock: ManualClock,  # stands still: an encoder that begins late is no slow camera
    auto: Callable[..., Awaitable[Any]],
    sim: SimCamera,
    camera: Callable[[], Any],
    told: Callable[[], tuple[str, str]],
) -> None:
    sim.live_h265 = True
    await auto()
    assert ".m3u8" in await camera().stream_source()
    assert told() == ("hls", "not_h264")
    assert [call.protocol for call in sim.calls if call.endpoint == "liveurl"] == ["flv", "hls"]
    (entry,) = hass.config_entries.async_entries("sodalife")
    assert entry.runtime_data.memory._known[SERIAL].fallback, "written down soon, for a crash"
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert told() == ("hls", "not_h264")


@pytest.mark.parametrize("leaves", [False, True])
async def test_an_offer_without_an_answer_for_15_seconds(
    hass: HomeAssistant,
    clock: ManualClock,
    auto: Callable[..., Awaitable[Any]],
    offer: Callable[..., Awaitable[Any]],
    sim: SimCamera,
    told: Callable[[], tuple[str, str]],
    *,
    leaves: bool,
) -> None:
    await auto(Silent())
    client = await offer()
    await until(lambda: count_arrived(sim, "liveurl"))
    await clock.advance(14.9)
    assert told() == ("flv", "webrtc")
    if leaves:
        await client.close()
        await hass.async_block_till_done()
        await asyncio.sleep(0.1)
    await clock.advance(0.2)
    assert told() == (("flv", "webrtc") if leaves else ("hls", "no_picture"))


async def test_who_waits_for_a_picture_that_does_not_come_is_told(
    clock: ManualClock,
    auto: Callable[..., Awaitable[Any]],
    offer: Callable[..., Awaitable[Any]],
    sim: SimCamera,
    told: Callable[[], tuple[str, str]],
) -> None:
    """Also who came later; go2rtc would let them wait for as long as they like."""
    await auto(Silent())
    first = await offer()
    await until(lambda: count_arrived(sim, "liveurl"))
    await clock.advance(10)
    second = await offer()
    await clock.advance(5)
    assert told() == ("hls", "no_picture")
    for client in (first, second):
        event = (await client.receive_json())["event"]
        assert (event["type"], event["message"]) == ("error", "no picture in time")
    third = await offer()
    await clock.advance(20)
    assert await hears_nothing(third)


async def test_who_comes_just_before_flv_is_left_gets_hls(
    clock: ManualClock,
    auto: Callable[..., Awaitable[Any]],
    offer: Callable[..., Awaitable[Any]],
    sim: SimCamera,
    camera: Callable[[], Any],
    told: Callable[[], tuple[str, str]],
) -> None:
    """Nobody would look after one who was given FLV then."""
    sim.live_slow_start = 8  # real ones, as the clock stands still
    await auto(Silent())
    await offer()
    await until(lambda: count_arrived(sim, "liveurl"))
    await clock.advance(14)
    coming = asyncio.create_task(camera().stream_source())
    await asyncio.sleep(0.2)
    assert not coming.done(), "the address is tried"
    await clock.advance(1)
    assert told() == ("hls", "no_picture")
    await clock.advance(1)
    assert ".m3u8" in await coming


async def test_who_watches_by_flv_watches_on_when_others_fall_back(
    hass: HomeAssistant,
    clock: ManualClock,
    auto: Callable[..., Awaitable[Any]],
    offer: Callable[..., Awaitable[Any]],
    entity_id: FindEntity,
    told: Callable[[], tuple[str, str]],
) -> None:
    class Moody(Silent):
        @override
        async def async_handle_async_webrtc_offer(
            self, camera: Camera, offer_sdp: str, session_id: str, send_message: WebRTCSendMessage
        ) -> None:
            if offer_sdp == "good":
                await Provider.async_handle_async_webrtc_offer(
                    self, camera, offer_sdp, session_id, send_message
                )

    await auto(Moody())
    watching = await offer()
    assert (await watching.receive_json())["event"]["type"] == "answer"
    waiting = await offer("other")
    await clock.advance(15)
    assert told() == ("hls", "no_picture")
    assert (await waiting.receive_json())["event"]["type"] == "error"
    assert await hears_nothing(watching)
    assert state_of(hass, entity_id("camera")) == "streaming"


async def test_an_address_that_did_not_play_is_tried_before_it_is_given_again(
    auto: Callable[..., Awaitable[Any]],
    offer: Callable[..., Awaitable[Any]],
    sim: SimCamera,
    camera: Callable[[], Any],
) -> None:
    """However new it is."""
    await auto()
    first = await camera().stream_source()
    sim.kill_live()
    assert await camera().stream_source() == first, "it was good a moment ago"
    client = await offer("bad")
    assert (await client.receive_json())["event"]["type"] == "error"
    assert await camera().stream_source() != first
    assert count_arrived(sim, "liveurl") == 2


@pytest.mark.parametrize(
    ("sdp", "trouble"), [("good", {}), ("bad", {}), ("good", {"encrypted": True})]
)
async def test_an_answer_an_error_and_a_camera_without_live_are_no_evidence(
    clock: ManualClock,
    auto: Callable[..., Awaitable[Any]],
    offer: Callable[..., Awaitable[Any]],
    sim: SimCamera,
    told: Callable[[], tuple[str, str]],
    expected_log: list[str],
    sdp: str,
    trouble: dict[str, bool],
) -> None:
    expected_log.append("homeassistant.components.camera.webrtc: Error handling WebRTC offer")
    for name, value in trouble.items():
        setattr(sim, name, value)
    await auto()
    client = await offer(sdp)
    await client.receive_json()
    await clock.advance(20)
    assert told() == ("flv", "webrtc")


async def test_a_stream_without_a_first_picture_goes_on_by_hls(
    clock: ManualClock,
    auto: Callable[..., Awaitable[Any]],
    viewer: Come,
    sim: SimCamera,
    camera: Callable[[], Any],
    told: Callable[[], tuple[str, str]],
    expected_log: list[str],
) -> None:
    expected_log.append("homeassistant.components.stream|libav")
    sim.live_slow_start = 2
    await auto()
    somebody = await viewer()
    asking = asyncio.create_task(somebody.ask())
    await until(lambda: camera().stream is not None or asking.done())
    await asking
    stream = camera().stream
    await clock.advance(15)
    assert told() == ("hls", "no_picture")
    await until(lambda: camera().stream is not stream)
    await somebody.ask()
    await somebody.see()
    assert plays_by(camera().stream, "hls")


async def test_what_is_stored_is_kept(
    set_up: SetUp, sim: SimCamera, camera: Callable[[], Any], told: Callable[[], tuple[str, str]]
) -> None:
    await set_up(options={"live_protocol": "hlshd"})
    assert told() == ("hlshd", "option")


# --- WebRTC sessions


class Showing(Provider):
    """Gives a picture of what it hands on, as go2rtc does since Home Assistant has asked for it."""

    def __init__(self) -> None:
        super().__init__()
        self.picture: Any = b"\xff\xd8\xff a frame"
        self.closed: list[str] = []

    async def async_get_image(
        self, camera: Camera, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        if isinstance(self.picture, Exception):
            raise self.picture
        return await self.picture() if callable(self.picture) else self.picture

    @callback
    @override
    def async_close_session(self, session_id: str) -> None:
        self.closed.append(session_id)


async def test_stills_during_webrtc_come_from_the_provider(
    hass: HomeAssistant,
    entity_id: FindEntity,
    auto: Callable[..., Awaitable[Any]],
    offer: Callable[..., Awaitable[Any]],
    sim: SimCamera,
    look: Look,
) -> None:
    provider = Showing()
    await auto(provider)
    client = await offer()
    await client.receive_json()
    assert await look() == (HTTPStatus.OK, provider.picture)
    assert count_arrived(sim, "capture") == 0
    await client.close()
    await until(lambda: state_of(hass, entity_id("camera")) == "idle")
    assert (await look())[1] != provider.picture
    assert count_arrived(sim, "capture") == 1, "nobody watches any more"


async def never() -> bytes:
    await asyncio.sleep(60)
    return b""


@pytest.mark.parametrize(
    "trouble", [None, b"", HomeAssistantError("no picture"), KeyError(), never]
)
async def test_a_still_that_a_provider_cannot_give_is_a_capture(
    auto: Callable[..., Awaitable[Any]],
    offer: Callable[..., Awaitable[Any]],
    sim: SimCamera,
    look: Look,
    trouble: Any,
) -> None:
    provider = Showing()
    provider.picture = trouble
    await auto(provider)
    client = await offer()
    await client.receive_json()
    assert (await look())[0] == HTTPStatus.OK
    assert count_arrived(sim, "capture") == 1


async def test_whoever_opens_live_waits_for_no_online_check(
    clock: ManualClock,
    auto: Callable[..., Awaitable[Any]],
    offer: Callable[..., Awaitable[Any]],
    sim: SimCamera,
) -> None:
    """A check would make the address wait, or a press, for as long as calls are apart."""
    await auto(revision="query", options={"poll_interval": 0})
    await clock.advance(3600)
    before = len(sim.calls)
    client = await offer()
    await client.receive_json()
    await clock.advance(FIRST + 1)
    assert [call.endpoint for call in sim.calls[before:]] == ["liveurl"]


async def test_a_provider_of_an_older_home_assistant_gives_none(
    auto: Callable[..., Awaitable[Any]],
    offer: Callable[..., Awaitable[Any]],
    sim: SimCamera,
    look: Look,
) -> None:
    await auto()
    client = await offer()
    await client.receive_json()
    assert (await look())[0] == HTTPStatus.OK
    assert count_arrived(sim, "capture") == 1


@pytest.mark.parametrize("kind", [Showing, Silent])
async def test_sessions_end_with_the_camera(
    hass: HomeAssistant,
    auto: Callable[..., Awaitable[Any]],
    offer: Callable[..., Awaitable[Any]],
    camera: Callable[[], Any],
    monkeypatch: pytest.MonkeyPatch,
    kind: type[Provider],
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(kind, "async_close_session", lambda _, session: closed.append(session))
    await auto(kind())
    await offer()
    await until(lambda: camera().soda.live.content("flv"), 10)  # it is tried
    await asyncio.sleep(0.1)
    (entry,) = hass.config_entries.async_entries("sodalife")
    await hass.config_entries.async_unload(entry.entry_id)
    assert len(closed) == 1


# --- at hand


async def test_who_opens_a_camera_watched_before_costs_no_call(
    hass: HomeAssistant,
    cloud: Cloud,
    clock: ManualClock,
    pass_time: PassTime,
    set_up: SetUp,
    sim: SimCamera,
    camera: Callable[[], Any],
) -> None:
    """Also after a restart."""
    cloud.live.life, cloud.clock = 7200, clock
    cloud.live._clock = clock
    entry = await set_up()
    await camera().stream_source()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert count_arrived(sim, "liveurl") == 1
    await pass_time(700)
    await until(lambda: count_arrived(sim, "liveurl") == 2)
    await camera().stream_source()
    await pass_time(6000)
    await camera().stream_source()
    assert count_arrived(sim, "liveurl") == 2
