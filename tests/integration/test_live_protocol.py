"""Which protocol the live picture travels by, and what becomes of streams when it is another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
import time
from typing import Any

import av
from homeassistant.components.camera import Camera
from homeassistant.components.camera.const import DATA_CAMERA_PREFS
from homeassistant.components.stream import Stream
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from simulator.camera import SimCamera
from tests.clock import until
from tests.integration.common import FindEntity, Look, SetUp, count_arrived
from tests.integration.viewing import Viewer

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
