"""*Preload camera stream*: Home Assistant starts, whatever the cameras say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
import logging
from typing import Any

from homeassistant.components.camera import Camera
from homeassistant.components.camera.const import DATA_CAMERA_PREFS
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.sodalife.live.preload import FIRST_PAUSE
from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.clock import ManualClock, until
from tests.integration.common import OTHER, SERIAL, FindEntity, PassTime, SetUp, count_arrived

type Start = Callable[..., Awaitable[None]]


@pytest.fixture
async def start(hass: HomeAssistant, set_up: SetUp, entity_id: FindEntity) -> Start:
    """Have Home Assistant start with cameras that are to be preloaded."""

    async def start(*serials: str, **about: Any) -> None:
        await set_up(*serials, **about)
        assert await async_setup_component(hass, "stream", {})
        for serial in serials:
            await hass.data[DATA_CAMERA_PREFS].async_update(
                entity_id("camera", serial=serial), preload_stream=True
            )
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
        await hass.async_block_till_done()

    return start


@pytest.fixture
def plays(hass: HomeAssistant, entity_id: FindEntity) -> Callable[..., bool]:
    """Tell whether a camera's stream runs."""

    def plays(serial: str = SERIAL) -> bool:
        camera: Camera | None = hass.data["camera"].get_entity(entity_id("camera", serial=serial))
        stream = camera and camera.stream
        return bool(stream and stream.outputs() and stream._thread and stream._thread.is_alive())

    return plays


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING and "preload" in record.getMessage()
    ]


async def test_a_camera_that_plays_is_preloaded(
    start: Start, plays: Callable[..., bool], sim: SimCamera, caplog: pytest.LogCaptureFixture
) -> None:
    await start(SERIAL)
    await until(plays)
    assert count_arrived(sim, "liveurl") == 1
    assert not lines(caplog)


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        ({"online": False}, "is offline"),
        ({"encrypted": True}, "encryption"),
        ("9049", "viewers"),
    ],
)
async def test_one_that_does_not_is_one_line_and_no_trouble_for_others(
    start: Start,
    plays: Callable[..., bool],
    sim: SimCamera,
    cloud: Cloud,
    caplog: pytest.LogCaptureFixture,
    expected_log: list[str],
    *,
    trouble: Any,
    says: str,
) -> None:
    expected_log.append("custom_components.sodalife: The stream of camera.camera_1 cannot be")
    if isinstance(trouble, str):
        cloud.faults.add(Fault("code", "liveurl", SERIAL, code=trouble))
    else:
        for name, value in trouble.items():
            setattr(sim, name, value)
    await start(SERIAL, OTHER)
    await until(lambda: plays(OTHER))
    assert not plays(SERIAL)
    (line,) = lines(caplog)
    assert says in line


@pytest.mark.parametrize(
    ("trouble", "lasts", "calls"),
    [({"online": False}, FIRST_PAUSE / 3, 2), ({"encrypted": True}, 3 * FIRST_PAUSE + 4, 4)],
)
async def test_it_is_tried_again_when_the_reason_is_gone(
    start: Start,
    plays: Callable[..., bool],
    sim: SimCamera,
    clock: ManualClock,
    pass_time: PassTime,
    caplog: pytest.LogCaptureFixture,
    expected_log: list[str],
    trouble: dict[str, bool],
    lasts: float,
    calls: int,
) -> None:
    """An online check tells of the one, the recheck of open failures (15 min) of the other."""
    expected_log.append("custom_components.sodalife: The stream of camera.camera_1 cannot be")
    sim._clock = clock
    for name, value in trouble.items():
        setattr(sim, name, value)
    await start(SERIAL)
    await until(lambda: lines(caplog))
    await pass_time(lasts)
    for name, value in trouble.items():
        setattr(sim, name, not value)
    await pass_time(FIRST_PAUSE / 3)
    await until(plays)
    assert count_arrived(sim, "liveurl") == calls
    assert len(lines(caplog)) == 1


async def test_pauses_grow_while_nothing_tells(
    start: Start,
    plays: Callable[..., bool],
    sim: SimCamera,
    cloud: Cloud,
    clock: ManualClock,
    pass_time: PassTime,
    expected_log: list[str],
) -> None:
    expected_log.append("custom_components.sodalife: The stream of camera.camera_1 cannot be")
    cloud.faults.add(Fault("code", "liveurl", code="60026"))
    await start(SERIAL)
    counts = []
    for seconds in (FIRST_PAUSE - 20, 40, 2 * FIRST_PAUSE - 60, 60):
        await pass_time(seconds)
        counts.append(count_arrived(sim, "liveurl"))
    assert counts == [1, 2, 2, 3]
    cloud.faults.clear()
    await pass_time(4 * FIRST_PAUSE)
    await until(plays)


async def test_it_is_not_tried_again_if_the_user_does_not_want_it_any_more(
    hass: HomeAssistant,
    start: Start,
    sim: SimCamera,
    clock: ManualClock,
    pass_time: PassTime,
    entity_id: FindEntity,
    caplog: pytest.LogCaptureFixture,
    expected_log: list[str],
) -> None:
    expected_log.append("custom_components.sodalife: The stream of camera.camera_1 cannot be")
    sim.online = False
    await start(SERIAL)
    await until(lambda: lines(caplog))
    await hass.data[DATA_CAMERA_PREFS].async_update(entity_id("camera"), preload_stream=False)
    sim.online = True
    await pass_time(2 * FIRST_PAUSE)
    assert count_arrived(sim, "liveurl") == 1
