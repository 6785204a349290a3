"""Unloading: what moves is stopped, what waits is told, and it comes to an end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from custom_components.sodalife.api import Camera, SodaClient, Timeouts
from custom_components.sodalife.api.errors import (
    CannotConnect,
    QueueBusy,
)
from simulator.camera import SimCamera
from tests.api.moves import LEFT, UP, ZOOM, starts, stops
from tests.api.world import Platform, arrived, gathered
from tests.clock import ManualClock, until


@pytest.fixture
def client(platform: Platform) -> SodaClient:
    """A client that waits a shorter time for an answer that will not come."""
    return platform.client(timeouts=Timeouts(control=0.3))


# The entry unloads, Home Assistant stops.


async def test_closing_in_mid_move_stops_it(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    moving = asyncio.create_task(camera.ptz.move(UP, 60.0))
    await until(lambda: sim.moving == UP)
    await clock.drive(camera.close())
    await moving
    assert clock.alarms == 0
    at_rest()


async def test_closing_before_the_start_was_answered_stops_it(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    platform.fault("slow", "controlling", seconds=0.03, times=1)
    starting = asyncio.create_task(camera.ptz.start(UP, 60.0))
    await until(lambda: sim.calls)
    await clock.drive(camera.close())
    await starting
    assert arrived(sim) == ["start 0", "stop 0"]
    at_rest()


async def test_closing_takes_back_a_start_that_waits(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.check_online()
    starting = asyncio.create_task(camera.ptz.start(UP, 60.0))
    await clock.advance(1.0)
    await clock.drive(camera.close())
    await asyncio.wait_for(gathered(starting), 1.0)
    await clock.advance(60.0)
    assert starts(sim) == []
    at_rest()


async def test_closing_waits_for_a_stop_that_is_being_repeated(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 60.0)
    platform.fault("html", "controlling", times=2)
    stopping = asyncio.create_task(camera.ptz.stop())
    await until(lambda: len(sim.calls) == 2)
    await clock.drive(camera.close())
    await stopping
    at_rest()


async def test_closing_does_not_lose_a_stop_that_is_being_repeated_without_a_move(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    sim.control(0, ZOOM)  # somebody else's move
    platform.fault("html", "controlling", times=2)
    stopping = asyncio.create_task(camera.ptz.stop())
    await until(lambda: len(sim.calls) == 1)
    await clock.drive(camera.close())
    await stopping
    at_rest()


async def test_closing_delivers_a_stop_that_is_pending(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 60.0)
    platform.fault("html", "controlling", times=4)
    with pytest.raises(CannotConnect):
        await clock.drive(camera.ptz.stop())
    await asyncio.wait_for(camera.close(), 2.0)  # at once: no time need pass
    assert clock.alarms == 0
    at_rest()


async def test_closing_stops_with_the_command_that_runs_whatever_else_is_pending(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    """Found by the simulation: the stop of the earlier move went out beside it."""
    await camera.ptz.start(UP, 60.0)
    platform.fault("html", "controlling")
    with pytest.raises(CannotConnect):
        await clock.drive(camera.ptz.stop())
    sim.control(1, UP)  # stopped by hand, which only the platform knows
    await clock.advance(70.0)  # others may pass now
    tried = len(stops(sim))
    starting = asyncio.create_task(camera.ptz.start(LEFT, 60.0))
    await until(lambda: len(stops(sim)) > tried)
    platform.cloud.faults.clear()
    await clock.drive(starting)
    await clock.drive(camera.close())
    assert arrived(sim)[-2:] == ["start 2", "stop 2"]
    at_rest()


async def test_closing_tells_when_a_pending_stop_is_refused_to_the_last(
    platform: Platform, camera: Camera, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    await camera.ptz.start(UP, 60.0)
    platform.fault("html", "controlling")
    with pytest.raises(CannotConnect):
        await clock.drive(camera.ptz.stop())
    await clock.drive(camera.close())
    assert "may still be moving" in caplog.text
    assert clock.alarms == 0


async def test_after_closing_nothing_starts(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.close()
    with pytest.raises(QueueBusy):
        await camera.ptz.start(UP, 60.0)
    with pytest.raises(QueueBusy):
        await asyncio.wait_for(camera.check_online(), 1.0)
    await clock.advance(60.0)
    assert arrived(sim) == []
    at_rest()


async def test_a_start_that_waits_for_another_move_does_not_start_after_closing(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 60.0)
    starting = asyncio.create_task(camera.ptz.start(LEFT, 60.0))
    await asyncio.sleep(0)
    await clock.drive(camera.close())
    await gathered(starting)
    await clock.advance(60.0)
    assert arrived(sim) == ["start 0", "stop 0"]
    at_rest()
