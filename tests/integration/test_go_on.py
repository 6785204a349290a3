"""How soon Home Assistant's stream has a picture after its address was cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
import time
from typing import Any

from homeassistant.components.stream import Stream
from homeassistant.core import HomeAssistant
import pytest

from simulator.camera import SimCamera
from tests.clock import until
from tests.integration.common import FindEntity, SetUp, count_arrived
from tests.integration.viewing import Viewer

GAP = 12.0  # seconds to the next piece; Home Assistant waits 10 s before, and then 20 s

type Come = Callable[[], Awaitable[Viewer]]


@pytest.fixture
def stream(hass: HomeAssistant, entity_id: FindEntity) -> Callable[[], Stream]:
    """Return what is watched."""

    def stream() -> Stream:
        found: Any = hass.data["camera"].get_entity(entity_id("camera"))
        assert found.stream is not None
        return found.stream  # type: ignore[no-any-return]

    return stream


async def test_what_was_cut_off_goes_on_at_once(
    set_up: SetUp,
    viewer: Come,
    sim: SimCamera,
    stream: Callable[[], Stream],
    expected_log: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Again and again: each time is as soon as the first."""
    expected_log.append("homeassistant.components.stream|libav")
    monkeypatch.setattr("custom_components.sodalife.live.stream.FIRST_PAUSE", 0)
    await set_up(options={"live_protocol": "flv"})
    somebody = await viewer()
    await somebody.ask()
    await somebody.see()
    for cuts in (1, 2):
        sim.live_cut = 0.1
        await until(lambda: not stream().available, 10)
        cut, sim.live_cut = time.monotonic(), 0
        last = max(await somebody.playlist())
        while max(await somebody.playlist()) <= last:
            assert time.monotonic() - cut < GAP
            await asyncio.sleep(0.2)
        assert count_arrived(sim, "liveurl") == 1 + cuts


async def test_a_stream_that_fails_again_and_again_is_not_hurried(
    set_up: SetUp,
    viewer: Come,
    sim: SimCamera,
    stream: Callable[[], Stream],
    expected_log: list[str],
) -> None:
    expected_log.append("homeassistant.components.stream|libav")
    await set_up(options={"live_protocol": "flv"})
    somebody = await viewer()
    await somebody.ask()
    await somebody.see()
    sim.live_cut = 0.1
    await until(lambda: not stream().available, 10)
    began = stream()._diagnostics.as_dict()["start_worker"]
    await asyncio.sleep(4)
    assert stream()._diagnostics.as_dict()["start_worker"] <= began + 1
