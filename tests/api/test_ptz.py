"""Moves that end: in every test nothing is left running, in the simulator's own record."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from custom_components.sodalife.api import Camera, Command
from custom_components.sodalife.api.errors import (
    CannotConnect,
)
from simulator.camera import SimCamera
from tests.api.moves import HOME, LEFT, UP, ZOOM, starts
from tests.api.world import Platform, arrived, both, gathered
from tests.clock import ManualClock, until

# A start is followed by its stop.


@both
async def test_a_start_stops_by_itself_when_its_time_is_over(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(ZOOM, 10.0)
    await clock.advance(9.9)
    assert sim.moving == camera.ptz.moving == ZOOM
    await clock.advance(0.1)
    await until(lambda: sim.moving is None)
    assert arrived(sim) == ["start 8", "stop 8"]
    at_rest()


@both
async def test_a_move_has_stopped_when_it_returns(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await clock.drive(camera.ptz.move(UP, 0.5))
    start, stop = sim.calls
    assert 0.5 <= stop.arrived - (start.answered or 0) + 1e-6 < 1.5
    assert camera.ptz.moving is None
    at_rest()


async def test_home_is_followed_by_a_stop_like_any_other_move(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await clock.drive(camera.ptz.move(UP, 1.0))
    await clock.drive(camera.ptz.home())
    await clock.advance(5.0)
    await until(lambda: sim.moving is None)
    assert arrived(sim)[-2:] == ["start 99", "stop 99"]
    assert sim.position.tilt == 0
    at_rest()


async def test_a_stop_ends_a_move_at_once(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(LEFT, 60.0)
    await camera.ptz.stop()
    assert arrived(sim) == ["start 2", "stop 2"]
    await clock.advance(60.0)
    assert len(sim.calls) == 2
    at_rest()


async def test_a_move_returns_when_somebody_stops_it(
    camera: Camera, sim: SimCamera, at_rest: Any
) -> None:
    moving = asyncio.create_task(camera.ptz.move(LEFT, 60.0))
    await until(lambda: sim.moving == LEFT)
    await camera.ptz.stop()
    await moving
    at_rest()


async def test_the_same_command_again_starts_the_watchdog_afresh(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(ZOOM, 10.0)
    await clock.advance(6.0)
    await camera.ptz.start(ZOOM, 10.0)
    await clock.advance(9.0)
    assert sim.moving == ZOOM
    await clock.advance(1.0)
    await until(lambda: sim.moving is None)
    assert arrived(sim) == ["start 8", "stop 8"]
    at_rest()


# The caller is cancelled.


@pytest.mark.parametrize("work", ["move", "start"])
async def test_a_caller_cancelled_before_the_start_was_answered(
    platform: Platform, camera: Camera, sim: SimCamera, work: str, at_rest: Any
) -> None:
    platform.fault("slow", "controlling", seconds=0.03, times=1)
    caller = asyncio.create_task(getattr(camera.ptz, work)(UP, 60.0))
    await until(lambda: sim.calls)
    caller.cancel()
    await gathered(caller)
    await until(lambda: len(sim.calls) == 2)
    await camera.ptz.stop()
    assert arrived(sim)[:2] == ["start 0", "stop 0"]
    at_rest()


async def test_a_caller_cancelled_in_mid_move(camera: Camera, sim: SimCamera, at_rest: Any) -> None:
    caller = asyncio.create_task(camera.ptz.move(UP, 60.0))
    await until(lambda: sim.moving == UP)
    caller.cancel()
    await gathered(caller)
    await until(lambda: sim.moving is None)
    assert arrived(sim) == ["start 0", "stop 0"]
    at_rest()


async def test_a_caller_cancelled_while_the_stop_is_under_way(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    caller = asyncio.create_task(camera.ptz.move(UP, 1.0))
    await until(lambda: sim.moving == UP)
    platform.fault("slow", "controlling", seconds=0.03, times=1)
    await clock.advance(1.0)
    await until(lambda: len(sim.calls) == 2)
    caller.cancel()
    await gathered(caller)
    await until(lambda: sim.moving is None)
    at_rest()


async def test_a_caller_cancelled_while_it_waits_sends_nothing(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.check_online()
    caller = asyncio.create_task(camera.ptz.start(UP, 60.0))
    await clock.advance(1.0)
    caller.cancel()
    await gathered(caller)
    await clock.advance(60.0)
    assert starts(sim) == []
    at_rest()


async def test_a_caller_cancelled_while_another_move_is_stopped_for_it(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 60.0)
    platform.fault("slow", "controlling", seconds=0.03, times=1)
    caller = asyncio.create_task(camera.ptz.start(LEFT, 60.0))
    await until(lambda: len(sim.calls) == 2)
    caller.cancel()
    await gathered(caller)
    await until(lambda: sim.moving is None)
    await clock.advance(60.0)
    assert starts(sim) == ["start 0"]
    at_rest()


# Several things at once.


@both
async def test_two_users_pressing_different_buttons(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 60.0)
    await clock.drive(camera.ptz.start(LEFT, 60.0))
    assert arrived(sim) == ["start 0", "stop 0", "start 2"]
    assert 4.0 <= sim.calls[2].arrived - (sim.calls[1].answered or 0) + 1e-6 < 5.5
    await camera.ptz.stop()
    at_rest()


async def test_a_button_pressed_over_is_not_waited_for(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    """Of two that wait for the end of a move the last one wins, without a turn for the first."""
    await camera.ptz.start(UP, 60.0)
    pressed = [
        asyncio.create_task(camera.ptz.start(LEFT, 60.0)),
        asyncio.create_task(camera.ptz.start(ZOOM, 60.0)),
    ]
    await clock.drive(gathered(*pressed))
    assert arrived(sim) == ["start 0", "stop 0", "start 8"]
    assert 4.0 <= sim.calls[2].arrived - (sim.calls[1].answered or 0) + 1e-6 < 5.5
    await camera.ptz.stop()
    at_rest()


async def test_many_users_at_once(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    commands = [command for command in Command if command is not HOME]
    await clock.drive(gathered(*(camera.ptz.move(command, 0.5) for command in commands)))
    await clock.drive(camera.ptz.stop())
    at_rest()


async def test_a_stop_pressed_before_the_start_was_answered(
    platform: Platform, camera: Camera, sim: SimCamera, at_rest: Any
) -> None:
    platform.fault("slow", "controlling", seconds=0.03, times=1)
    starting = asyncio.create_task(camera.ptz.start(UP, 60.0))
    await until(lambda: sim.calls)
    await camera.ptz.stop()
    await starting
    assert arrived(sim) == ["start 0", "stop 0"]
    at_rest()


async def test_a_stop_pressed_in_the_same_moment_as_the_start(
    camera: Camera, clock: ManualClock, at_rest: Any
) -> None:
    starting = asyncio.create_task(camera.ptz.start(UP, 60.0))
    stopping = asyncio.create_task(camera.ptz.stop())
    await clock.drive(gathered(starting, stopping))
    at_rest()


async def test_a_stop_takes_back_a_start_that_waits(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.check_online()
    starting = asyncio.create_task(camera.ptz.start(UP, 60.0))
    await clock.advance(1.0)
    await camera.ptz.stop()
    await asyncio.wait_for(starting, 1.0)
    await clock.advance(60.0)
    assert starts(sim) == []
    at_rest()


async def test_the_same_command_while_its_failed_start_is_being_stopped_is_a_new_move(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    platform.fault("reset_after", "controlling", times=2)  # the start's answer and the stop's
    with pytest.raises(CannotConnect):
        await camera.ptz.start(ZOOM, 60.0)
    await clock.drive(camera.ptz.start(ZOOM, 60.0))
    assert starts(sim) == ["start 8", "start 8"]
    assert sim.moving == ZOOM
    await camera.ptz.stop()
    await clock.advance(1.0)
    assert clock.alarms == 0
    at_rest()


async def test_a_stop_that_comes_late_does_not_let_calls_into_the_next_move(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    """Two presses of stop; the answer to one takes until the next move runs."""
    camera.queue.set_interval(0.0)
    platform.cloud.interval = 0.0
    platform.fault("slow", "controlling", seconds=0.1, times=1)
    late = asyncio.create_task(camera.ptz.stop())
    await until(lambda: len(sim.calls) == 1)
    await camera.ptz.stop()
    starting = asyncio.create_task(camera.ptz.start(ZOOM, 60.0))
    checking = asyncio.create_task(camera.check_online())
    await until(lambda: "start 8" in arrived(sim))
    assert sim.calls[0].answered is not None  # or it would have ended the new move
    await gathered(late, starting)
    await asyncio.sleep(0.02)
    await camera.ptz.stop()
    await checking
    at_rest()


# Which command a stop carries.


async def test_with_no_move_known_a_stop_carries_the_last_command(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.stop()
    await clock.drive(camera.ptz.move(UP, 1.0))
    await camera.ptz.stop()
    assert arrived(sim) == ["stop 8", "start 0", "stop 0", "stop 0"]
    at_rest()


async def test_a_camera_set_in_motion_by_others_can_be_stopped(
    camera: Camera, sim: SimCamera, at_rest: Any
) -> None:
    sim.control(0, ZOOM)
    await camera.ptz.stop()
    at_rest()


# While a move runs nothing but a stop goes out.


async def test_everything_else_waits_for_the_end_of_a_move(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 10.0)
    waiting = [
        asyncio.create_task(camera.check_online()),
        asyncio.create_task(camera.snapshots.capture()),
        asyncio.create_task(camera.live.get("hls")),
    ]
    await clock.drive(gathered(*waiting))
    assert arrived(sim) == ["start 0", "stop 0", "capture", "liveurl", "onlinestatus"]
    at_rest()
