"""Live pictures, the way Home Assistant's frontend asks for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
import gc
from http import HTTPStatus
import logging
from pathlib import Path
from typing import Any
import weakref

from homeassistant.components.camera import (
    Camera,
    async_get_image,
    async_get_stream_source,
    async_register_webrtc_provider,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.sodalife.live.viewers import GONE
from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.clock import until
from tests.integration.common import (
    Act,
    FindEntity,
    Look,
    SetUp,
    both_revisions,
    count_arrived,
    state_of,
)
from tests.integration.viewing import Provider, Viewer, works

# --- live pictures


def go_offline(cloud: Cloud) -> None:
    for sim in cloud.cameras.values():
        sim.online = False


def go_down(cloud: Cloud) -> None:
    cloud.faults.add(Fault("html"))


@both_revisions
@pytest.mark.parametrize(
    ("trouble", "options", "scheme"),
    [
        (None, {}, "http"),
        (None, {"live_protocol": "rtmp"}, "rtmp"),
        (None, {"live_protocol": "rtsp"}, "rtsp"),
        (None, {"live_protocol": "flvhd"}, "http"),
        (go_offline, {}, "http"),
        (go_down, {}, "http"),
    ],
)
async def test_added_with_a_webrtc_provider(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    entity_id: FindEntity,
    hass_ws_client: WebSocketGenerator,
    trouble: Callable[[Cloud], None] | None,
    options: dict[str, str],
    scheme: str,
    expected_log: list[str],
) -> None:
    assert await async_setup_component(hass, "camera", {})
    provider = Provider()
    async_register_webrtc_provider(hass, provider)
    entry = await set_up(revision=cloud.revision)
    await hass.config_entries.async_unload(entry.entry_id)
    if trouble is not None:
        trouble(cloud)
    hass.config_entries.async_update_entry(entry, options={**entry.options, **options})
    provider.seen.clear()
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    remove = async_register_webrtc_provider(hass, Provider())
    await hass.async_block_till_done()
    remove()
    await hass.async_block_till_done()

    assert provider.seen
    assert {source.partition(":")[0] for source in provider.seen} == {scheme}
    assert sum(count_arrived(sim, "liveurl") for sim in cloud.cameras.values()) == 0
    client = await hass_ws_client()
    await client.send_json_auto_id(
        {"type": "camera/capabilities", "entity_id": entity_id("camera")}
    )
    answer = await client.receive_json()
    assert "web_rtc" in answer["result"]["frontend_stream_types"]


async def fall_asleep(hass: HomeAssistant, entity_id: FindEntity) -> None:
    """Let the time go by after which a stream that nobody watches ends."""
    stream = hass.data["camera"].get_entity(entity_id("camera")).stream
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=6))
    await until(lambda: not stream.outputs() and not works())
    await hass.async_block_till_done()


async def test_live_picture(
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    sim: SimCamera,
    cloud: Cloud,
    look: Look,
    entity_id: FindEntity,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    await set_up(revision=cloud.revision)
    first, second = await viewer(), await viewer()
    assert (await first.ask())["success"]
    await first.see()
    assert (await second.ask())["success"]
    await second.see()

    assert state_of(hass, entity_id("camera")) == "streaming"
    assert count_arrived(sim, "liveurl") == 1, "one address serves all viewers"
    status, frame = await look()
    assert (status, frame[:3]) == (HTTPStatus.OK, b"\xff\xd8\xff")
    assert count_arrived(sim, "capture") == 0, "a running stream has snapshots enough"
    (address,) = cloud.live._by_target.values()
    assert "stream" in caplog.text
    assert address.key not in caplog.text, "addresses are keys to the picture"


@pytest.mark.parametrize(("revision", "killed"), [("query", False), ("body", True)])
async def test_a_running_stream_gets_the_next_address(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    sim: SimCamera,
    cloud: Cloud,
    entity_id: FindEntity,
    killed: bool,
    expected_log: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if killed:  # else it is not to fail at all
        expected_log.append("homeassistant.components.stream|libav")
    monkeypatch.setattr("homeassistant.components.stream.STREAM_RESTART_INCREMENT", 1)
    cloud.live.life = 300 if killed else 11.5  # an address is not used in its last 10 seconds
    await set_up(revision=cloud.revision)
    somebody = await viewer()
    await somebody.ask()
    cloud.live.life = 300
    await somebody.see()
    if killed:
        sim.kill_live()
    await until(lambda: count_arrived(sim, "liveurl") == 2, 30)
    told: dict[int, int] = {}
    async with asyncio.timeout(30):
        while sum(restarts == 1 for restarts in told.values()) < 5:
            for number, restarts in (await somebody.playlist()).items():
                assert told.setdefault(number, restarts) == restarts
            await asyncio.sleep(0.1)
    assert state_of(hass, entity_id("camera")) == "streaming"
    assert count_arrived(sim, "liveurl") == 2


async def test_a_failing_stream_is_not_a_failing_camera(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    sim: SimCamera,
    cloud: Cloud,
    look: Look,
    entity_id: FindEntity,
    expected_log: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected_log.append("homeassistant.components.(stream|camera)|libav")
    monkeypatch.setattr("homeassistant.components.stream.STREAM_RESTART_INCREMENT", 1)
    await set_up()
    somebody = await viewer()
    cloud.faults.add(Fault("code", "playlist", code="9048", status=404))
    assert (await somebody.ask())["success"]
    camera = hass.data["camera"].get_entity(entity_id("camera"))
    await until(lambda: not camera.stream.available)

    assert state_of(hass, entity_id("camera")) == "idle"
    assert (await look())[0] == HTTPStatus.OK, "snapshots do not need the stream"
    assert sim.photos == 1
    cloud.faults.clear()
    await somebody.see()
    assert state_of(hass, entity_id("camera")) == "streaming"


@pytest.mark.parametrize("killed", [True, False])
async def test_an_idle_stream_wakes_on_a_fresh_address(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    sim: SimCamera,
    cloud: Cloud,
    entity_id: FindEntity,
    killed: bool,
    expected_log: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected_log.append("homeassistant.components.stream|libav")
    monkeypatch.setattr("homeassistant.components.stream.STREAM_RESTART_INCREMENT", 1)
    cloud.live.life = 300 if killed else 10.5
    await set_up()
    somebody = await viewer()
    assert (await somebody.ask())["success"]
    cloud.live.life = 300
    await somebody.see()  # the time to fall asleep runs from there
    await fall_asleep(hass, entity_id)
    sim.kill_live()
    if not killed:
        await asyncio.sleep(1)
    asked = count_arrived(sim, "liveurl")

    assert (await somebody.ask())["success"]
    await somebody.see()
    assert count_arrived(sim, "liveurl") == asked + 1


@pytest.mark.parametrize(
    ("trouble", "key"),
    [
        ({"online": False}, "device_offline"),
        ({"encrypted": True}, "video_encrypted"),
    ],
)
async def test_no_live_picture(
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    sim: SimCamera,
    expected_log: list[str],
    trouble: dict[str, bool],
    key: str,
    entity_id: FindEntity,
) -> None:
    expected_log.append("homeassistant.components.camera: Error requesting stream")
    await set_up()
    for what, value in trouble.items():
        setattr(sim, what, value)
    answer = await (await viewer()).ask()

    assert not answer["success"]
    assert answer["error"]["code"] == "start_stream_failed"
    with pytest.raises(HomeAssistantError) as failure:
        await async_get_stream_source(hass, entity_id("camera"))
    assert failure.value.translation_key == key


async def test_removing_a_camera_ends_its_stream(
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    entity_id: FindEntity,
) -> None:
    entry = await set_up()
    somebody = await viewer()
    await somebody.ask()
    await somebody.see()
    stream = hass.data["camera"].get_entity(entity_id("camera")).stream
    assert stream.outputs()
    await hass.config_entries.async_unload(entry.entry_id)
    await until(lambda: not stream.outputs() and not works())


async def test_a_snapshot_is_not_what_an_earlier_viewer_saw(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    sim: SimCamera,
    cloud: Cloud,
    look: Look,
    entity_id: FindEntity,
    expected_log: list[str],
) -> None:
    expected_log.append("homeassistant.components.(stream|camera)|libav")
    await set_up()
    somebody = await viewer()
    assert (await somebody.ask())["success"]
    await somebody.see()
    _, before = await look()
    await fall_asleep(hass, entity_id)

    cloud.faults.add(Fault("slow", "playlist", seconds=5))  # hours later, live does not come
    assert (await somebody.ask())["success"]
    _, now = await look()
    assert now != before
    assert sim.photos == 1
    cloud.faults.clear()


async def test_what_is_kept_of_a_live_picture_is_never_from_before_a_move(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    sim: SimCamera,
    look: Look,
    press: Act,
    entity_id: FindEntity,
) -> None:
    """A stream is seconds behind; how many, nobody knows."""
    await set_up()
    somebody = await viewer()
    assert (await somebody.ask())["success"]
    await somebody.see()
    await async_get_image(hass, entity_id("camera"))
    assert sim.photos == 0, "nothing has moved: a frame will do"
    await press("zoom_in")
    await look()
    assert sim.photos == 0, "who only looks sees what is live"
    await async_get_image(hass, entity_id("camera"))
    assert sim.photos == 1


async def test_unloading_right_after_a_new_address_ends_the_stream(
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    entity_id: FindEntity,
    expected_log: list[str],
) -> None:
    expected_log.append("homeassistant.components.stream|libav")
    entry = await set_up()
    first, second = await viewer(), await viewer()
    assert (await first.ask())["success"]
    await first.see()
    hass.data["camera"].get_entity(entity_id("camera")).soda.live.drop()
    assert (await second.ask())["success"]  # and so the running stream gets another address
    await hass.config_entries.async_unload(entry.entry_id)
    await until(lambda: not works(), 15)


async def test_unloading_ends_a_stream_that_is_preloaded(
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    entity_id: FindEntity,
    hass_ws_client: WebSocketGenerator,
) -> None:
    entry = await set_up()
    somebody = await viewer()
    client = await hass_ws_client()
    await client.send_json_auto_id(
        {
            "type": "camera/update_prefs",
            "entity_id": entity_id("camera"),
            "preload_stream": True,
        }
    )
    assert (await client.receive_json())["success"]
    await somebody.ask()
    await somebody.see()
    settings = hass.data["camera"].get_entity(entity_id("camera")).stream.dynamic_stream_settings
    await hass.config_entries.async_unload(entry.entry_id)
    await until(lambda: not works(), 15)
    await until(lambda: settings.preload_stream)  # it is the user's wish


# --- who watches


def streams(hass: HomeAssistant) -> list[Any]:
    """Return the streams that Home Assistant knows."""
    known: list[Any] = hass.data["stream"]["streams"]
    return known


async def test_no_viewing_session_leaves_a_stream_behind(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    look: Look,
    entity_id: FindEntity,
    expected_log: list[str],
) -> None:
    expected_log.append("homeassistant.components.stream|libav")
    await set_up()
    somebody = await viewer()
    camera = hass.data["camera"].get_entity(entity_id("camera"))
    left = []
    for _ in range(3):
        assert (await somebody.ask())["success"]
        await somebody.see()
        await look()  # which has the stream decode a picture
        assert streams(hass) == [camera.stream]
        left.append(weakref.ref(camera.stream))
        await fall_asleep(hass, entity_id)
        await until(lambda: not streams(hass))
        assert camera.stream is None
    await hass.async_block_till_done()
    gc.collect()
    assert [stream() for stream in left] == [None] * 3, "with the codec and the last picture"


async def test_who_comes_while_a_stream_ends_gets_another(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    entity_id: FindEntity,
    expected_log: list[str],
) -> None:
    expected_log.append("homeassistant.components.stream|libav")
    await set_up()
    somebody = await viewer()
    assert (await somebody.ask())["success"]
    await somebody.see()
    camera = hass.data["camera"].get_entity(entity_id("camera"))
    old = camera.stream
    (output,) = old.outputs().values()
    # Its time is over, which nobody has noticed yet.
    _, new = await asyncio.gather(old.remove_provider(output), camera.async_create_stream())
    assert new is not old
    assert (await somebody.ask())["success"]
    await somebody.see()
    await until(lambda: streams(hass) == [camera.stream])
    assert state_of(hass, entity_id("camera")) == "streaming"


@pytest.mark.parametrize("asks_for", ["the playlist", "a piece"])
async def test_it_streams_as_long_as_somebody_watches(
    *,
    asks_for: str,
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    entity_id: FindEntity,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert GONE < 10.0
    monkeypatch.setattr("custom_components.sodalife.live.viewers.GONE", 1.5)
    await set_up()
    somebody = await viewer()
    assert (await somebody.ask())["success"]
    await somebody.see()
    piece = (await somebody.segments())[-1]
    for _ in range(10):  # longer than that
        await (somebody.playlist() if asks_for == "the playlist" else somebody.get(piece))
        await asyncio.sleep(0.3)
        assert state_of(hass, entity_id("camera")) == "streaming"
    await until(lambda: state_of(hass, entity_id("camera")) == "idle", 2)
    assert works(), "it is there for whoever comes back"
    await somebody.see()
    assert state_of(hass, entity_id("camera")) == "streaming"


async def test_the_state_ends_within_10_seconds(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    entity_id: FindEntity,
) -> None:
    await set_up()
    somebody = await viewer()
    assert (await somebody.ask())["success"]
    await somebody.see()
    assert state_of(hass, entity_id("camera")) == "streaming"
    await until(lambda: state_of(hass, entity_id("camera")) == "idle", 10)


async def test_it_streams_while_somebody_records(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    entity_id: FindEntity,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    expected_log: list[str],
) -> None:
    expected_log.append("homeassistant.components.stream|libav")
    monkeypatch.setattr("custom_components.sodalife.live.viewers.GONE", 0.5)
    await set_up()
    await viewer()
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    recording = hass.async_create_task(
        hass.services.async_call(
            "camera",
            "record",
            {
                "entity_id": entity_id("camera"),
                "filename": str(tmp_path / "a.mp4"),
                "duration": 4,
                "lookback": 0,
            },
            blocking=True,
        )
    )
    await until(works)
    await asyncio.sleep(2)
    assert state_of(hass, entity_id("camera")) == "streaming"
    await recording
    await until(lambda: not works() and not streams(hass), 15)
    assert state_of(hass, entity_id("camera")) == "idle"


@pytest.mark.parametrize("offer", ["good", "bad"])
async def test_it_streams_as_long_as_a_webrtc_session_lasts(
    hass: HomeAssistant,
    set_up: SetUp,
    entity_id: FindEntity,
    hass_ws_client: WebSocketGenerator,
    offer: str,
) -> None:
    assert await async_setup_component(hass, "camera", {})
    async_register_webrtc_provider(hass, Provider())
    await set_up()
    clients = [await hass_ws_client(), await hass_ws_client()]
    for client in clients:
        await client.send_json_auto_id(
            {"type": "camera/webrtc/offer", "entity_id": entity_id("camera"), "offer": offer}
        )
        kinds = []
        while not {"answer", "error"} & set(kinds):
            answer = await client.receive_json()
            kinds.append((answer.get("event") or {}).get("type"))
    expected = "streaming" if offer == "good" else "idle"
    assert state_of(hass, entity_id("camera")) == expected
    await clients.pop().close()
    await asyncio.sleep(0.1)
    assert state_of(hass, entity_id("camera")) == expected, "one is left"
    await clients.pop().close()
    await until(lambda: state_of(hass, entity_id("camera")) == "idle", 2)


class Preloading(Provider):
    """Asks for a source in earnest, as go2rtc does for a camera that is to be preloaded."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str | None] = []

    async def async_register_camera(self, camera: Camera) -> None:
        self.sources.append(await camera.stream_source())

    async def async_unregister_camera(self, camera: Camera) -> None:
        pass


async def test_a_provider_that_preloads_gets_a_real_address(
    hass: HomeAssistant, set_up: SetUp, host: str
) -> None:
    assert await async_setup_component(hass, "camera", {})
    provider = Preloading()
    async_register_webrtc_provider(hass, provider)
    await set_up()
    # Home Assistant 2025.4 does not offer that.
    assert all(str(source).startswith(f"{host}/") for source in provider.sources)


async def test_an_address_that_ends_at_once_is_not_asked_for_again_and_again(
    hass: HomeAssistant,
    set_up: SetUp,
    viewer: Callable[[], Awaitable[Viewer]],
    sim: SimCamera,
    cloud: Cloud,
) -> None:
    cloud.live.life = 9  # or so it seems, where the clock is wrong
    await set_up()
    somebody = await viewer()
    await somebody.ask()
    await somebody.see()
    asked = count_arrived(sim, "liveurl")
    await asyncio.sleep(2)
    assert count_arrived(sim, "liveurl") == asked
