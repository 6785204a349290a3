"""The provider around the one that Home Assistant has found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, override
from urllib.parse import quote

from homeassistant.components.camera import (
    Camera,
    CameraWebRTCProvider,
    async_register_webrtc_provider,
)
from homeassistant.components.camera.const import DATA_CAMERA_PREFS
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.sodalife.live.preload import FIRST_PAUSE
from simulator.camera import SimCamera
from tests.clock import until
from tests.integration.common import FindEntity, PassTime, SetUp, count_arrived, state_of
from tests.integration.viewing import Provider

needs_registration = pytest.mark.skipif(
    not hasattr(CameraWebRTCProvider, "async_register_camera"),
    reason="Home Assistant 2025.4 tells providers of no camera",
)


class Noting(Provider):
    """Notes what it is told, and reads the live address as go2rtc does when it preloads."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, Any]] = []

    async def async_register_camera(self, camera: Camera) -> None:
        self.told.append(("register", camera.entity_id))
        await camera.stream_source()

    async def async_on_camera_prefs_update(self, camera: Camera) -> None:
        self.told.append(("prefs", camera.entity_id))
        await camera.stream_source()

    async def async_unregister_camera(self, camera: Camera) -> None:
        self.told.append(("unregister", camera.entity_id))

    @override
    async def async_on_webrtc_candidate(self, session_id: str, candidate: Any) -> None:
        self.told.append(("candidate", session_id))


@pytest.fixture
async def watched(
    hass: HomeAssistant,
    set_up: SetUp,
    entity_id: FindEntity,
    hass_ws_client: WebSocketGenerator,
) -> Callable[..., Awaitable[tuple[Any, Callable[[], None]]]]:
    """Have somebody watch by a provider; return the browser, and what takes that away."""

    async def watched(provider: Provider) -> tuple[Any, Callable[[], None]]:
        assert await async_setup_component(hass, "camera", {})
        remove = async_register_webrtc_provider(hass, provider)
        await set_up()
        client = await hass_ws_client()
        await client.send_json_auto_id(
            {"type": "camera/webrtc/offer", "entity_id": entity_id("camera"), "offer": "good"}
        )
        answers = [await client.receive_json() for _ in range(3)]
        assert answers[-1]["event"]["type"] == "answer"
        await until(lambda: state_of(hass, entity_id("camera")) == "streaming")
        return client, remove

    return watched


async def test_nobody_watches_by_a_provider_that_has_gone(
    hass: HomeAssistant, entity_id: FindEntity, watched: Callable[..., Awaitable[Any]]
) -> None:
    """Home Assistant tells it of no end then."""
    client, remove = await watched(Provider())
    remove()
    await until(lambda: state_of(hass, entity_id("camera")) == "idle")
    async_register_webrtc_provider(hass, Provider())
    await client.send_json_auto_id(
        {"type": "camera/webrtc/offer", "entity_id": entity_id("camera"), "offer": "good"}
    )
    await until(lambda: state_of(hass, entity_id("camera")) == "streaming")


async def test_providers_of_others_do_not_end_what_is_watched(
    hass: HomeAssistant, entity_id: FindEntity, watched: Callable[..., Awaitable[Any]]
) -> None:
    class Picky(Provider):
        @callback
        @override
        def async_is_supported(self, stream_source: str) -> bool:
            return False

    await watched(Provider())
    remove = async_register_webrtc_provider(hass, Picky())
    await hass.async_block_till_done()
    remove()
    await hass.async_block_till_done()
    assert state_of(hass, entity_id("camera")) == "streaming"


async def test_it_hears_where_the_browser_is(
    entity_id: FindEntity, watched: Callable[..., Awaitable[Any]]
) -> None:
    provider = Noting()
    client, _ = await watched(provider)
    await client.send_json_auto_id(
        {
            "type": "camera/webrtc/candidate",
            "entity_id": entity_id("camera"),
            "session_id": "session",
            "candidate": {"candidate": "candidate", "sdpMLineIndex": 0},
        }
    )
    await until(lambda: ("candidate", "session") in provider.told)


@needs_registration
async def test_it_is_told_of_the_camera(
    hass: HomeAssistant, entity_id: FindEntity, watched: Callable[..., Awaitable[Any]]
) -> None:
    provider = Noting()
    await watched(provider)
    (entry,) = hass.config_entries.async_entries("sodalife")
    await hass.config_entries.async_unload(entry.entry_id)
    told = [about for about in provider.told if about[0] != "candidate"]
    camera = entity_id("camera")
    assert told == [("register", camera), ("unregister", camera)]


@needs_registration
async def test_what_cannot_be_prepared_is_tried_again(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    sim: SimCamera,
    entity_id: FindEntity,
    pass_time: PassTime,
    expected_log: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Home Assistant would log an error for each such camera."""
    expected_log.append(".*cannot be preloaded yet")
    provider = Noting()
    assert await async_setup_component(hass, "camera", {})
    async_register_webrtc_provider(hass, provider)
    entry = await set_up()
    camera = entity_id("camera")
    await hass.data[DATA_CAMERA_PREFS].async_update(camera, preload_stream=True)
    sim.encrypted = True
    await hass.config_entries.async_reload(entry.entry_id)
    await until(lambda: "cannot be preloaded yet" in caplog.text)
    assert "registering WebRTC provider" not in caplog.text
    sim.encrypted = False
    provider.told.clear()
    await pass_time(FIRST_PAUSE)
    await until(lambda: ("prefs", camera) in provider.told)
    await until(lambda: count_arrived(sim, "liveurl") > 2)


@pytest.mark.parametrize("kind", [HomeAssistantError, TimeoutError, RuntimeError])
async def test_an_offer_that_fails_is_nobody_who_watches(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    entity_id: FindEntity,
    hass_ws_client: WebSocketGenerator,
    caplog: pytest.LogCaptureFixture,
    kind: type[Exception],
) -> None:
    """What goes wrong between Home Assistant and go2rtc may have the address in its words."""
    addresses: list[str] = []

    class Failing(Provider):
        @override
        async def async_handle_async_webrtc_offer(self, camera: Camera, *_: Any) -> None:
            addresses.append(await camera.stream_source() or "")
            raise kind(f"500, url='http://127.0.0.1/api?src={quote(addresses[0], safe='')}'")

    assert await async_setup_component(hass, "camera", {})
    async_register_webrtc_provider(hass, Failing())
    await set_up()
    client = await hass_ws_client()
    await client.send_json_auto_id(
        {"type": "camera/webrtc/offer", "entity_id": entity_id("camera"), "offer": "good"}
    )
    entity = hass.data["camera"].get_entity(entity_id("camera"))
    answers = [await client.receive_json() for _ in range(3)]
    assert answers[-1]["event"]["type"] == "error"
    await until(lambda: entity._sessions.all == ())
    assert state_of(hass, entity_id("camera")) == "idle"
    signed = quote(addresses[0].partition("?")[2], safe="")
    assert signed
    assert signed not in str(answers)
    assert signed not in caplog.text


@needs_registration
async def test_a_provider_that_fails_in_its_own_way_is_preloaded_later(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    expected_log: list[str],
    entity_id: FindEntity,
    caplog: pytest.LogCaptureFixture,
) -> None:
    expected_log.append(".*cannot be preloaded yet: WebRTC: ValueError$")

    class Failing(Noting):
        @override
        async def async_register_camera(self, camera: Camera) -> None:
            raise ValueError(await camera.stream_source())

        async_on_camera_prefs_update = async_register_camera

    assert await async_setup_component(hass, "camera", {})
    async_register_webrtc_provider(hass, Failing())
    entry = await set_up()
    await hass.data[DATA_CAMERA_PREFS].async_update(entity_id("camera"), preload_stream=True)
    await hass.config_entries.async_reload(entry.entry_id)
    await until(lambda: "cannot be preloaded yet" in caplog.text)
