"""Moves that end: in every test nothing is left running, in the simulator's own record."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from custom_components.sodalife.api import Camera, Command, Endpoint, SodaClient, SodaError
from custom_components.sodalife.api.client import TIMEOUTS
from custom_components.sodalife.api.errors import (
    AnswerTimeout,
    CannotConnect,
    DeviceBusy,
    DeviceOffline,
    NotSupported,
    QueueBusy,
    RateLimited,
)
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.world import Platform, arrived, both, gathered
from tests.clock import ManualClock, until

UP, LEFT, ZOOM, HOME = Command.UP, Command.LEFT, Command.ZOOM_IN, Command.HOME


@pytest.fixture
def at_rest(cloud: Cloud, sim: SimCamera) -> Any:
    """Assert that nothing moves and that no rule was broken."""

    def check() -> None:
        assert sim.moving is None
        assert cloud.violations == []

    return check


def starts(sim: SimCamera) -> list[str]:
    return [name for name in arrived(sim) if name.startswith("start")]


def hurry_if_it_hangs(monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]) -> None:
    """Wait a shorter time for an answer that will not come."""
    if fault.get("kind") == "hang":
        monkeypatch.setitem(TIMEOUTS, Endpoint.CONTROL, 0.3)


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


# Answers that get lost.

UNKNOWN = {
    "lost after acting": {"kind": "reset_after"},
    "lost before acting": {"kind": "reset_before"},
    "no answer": {"kind": "hang"},
    "gateway page": {"kind": "html"},
    "empty": {"kind": "empty"},
    "cut off": {"kind": "cut"},
    "other shape": {"kind": "json_other"},
    "no success": {"kind": "not_success"},
    "unknown code": {"kind": "code", "code": "77777"},
    "failed now": {"kind": "code", "code": "60006"},
    "device timed out": {"kind": "code", "code": "20008"},
    "data error": {"kind": "code", "code": "49999"},
    "platform trouble": {"kind": "code", "code": "INTERNAL_SERVER_ERROR", "status": 500},
}
unknown = pytest.mark.parametrize("fault", UNKNOWN.values(), ids=UNKNOWN)


@unknown
async def test_a_start_whose_outcome_is_unknown_is_stopped_and_reported(
    platform: Platform,
    camera: Camera,
    sim: SimCamera,
    fault: dict[str, Any],
    at_rest: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hurry_if_it_hangs(monkeypatch, fault)
    platform.fault(endpoint="controlling", times=1, **fault)
    with pytest.raises(SodaError):
        await camera.ptz.start(ZOOM, 60.0)
    await until(lambda: len(sim.calls) == 2 and sim.calls[1].answered)
    assert arrived(sim) == ["start 8", "stop 8"]
    at_rest()


@unknown
async def test_a_stop_that_fails_is_sent_again(
    platform: Platform,
    camera: Camera,
    sim: SimCamera,
    clock: ManualClock,
    fault: dict[str, Any],
    at_rest: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await camera.ptz.start(ZOOM, 60.0)
    hurry_if_it_hangs(monkeypatch, fault)
    platform.fault(endpoint="controlling", times=3, **fault)
    await clock.drive(camera.ptz.stop())
    assert arrived(sim) == ["start 8"] + ["stop 8"] * 4
    assert camera.ptz.moving is None
    at_rest()


async def test_a_stop_that_keeps_failing_is_reported_and_sent_on_until_it_arrives(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(ZOOM, 60.0)
    platform.fault("html", "controlling")
    with pytest.raises(CannotConnect):
        await clock.drive(camera.ptz.stop())
    assert len(sim.calls) == 5
    assert sim.moving == ZOOM
    platform.cloud.faults.clear()
    await clock.advance(5.0)
    await until(lambda: sim.moving is None)
    at_rest()


@pytest.mark.parametrize("presses", [0, 1])
async def test_while_a_stop_is_pending_nothing_else_goes_out(
    platform: Platform,
    camera: Camera,
    sim: SimCamera,
    clock: ManualClock,
    presses: int,
    at_rest: Any,
) -> None:
    await camera.ptz.start(ZOOM, 60.0)
    platform.fault("html", "controlling", times=4 + 4 * presses + 1)
    with pytest.raises(CannotConnect):
        await clock.drive(camera.ptz.stop())
    checking = asyncio.create_task(camera.check_online())
    for _ in range(presses):  # the user tries once more, in vain
        with pytest.raises(CannotConnect):
            await clock.drive(camera.ptz.stop())
    await clock.drive(checking)
    assert arrived(sim) == ["start 8", *["stop 8"] * (len(sim.calls) - 2), "onlinestatus"]
    at_rest()


async def test_a_start_first_delivers_a_stop_that_is_pending(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 60.0)
    platform.fault("html", "controlling", times=4)
    with pytest.raises(CannotConnect):
        await clock.drive(camera.ptz.stop())
    await clock.drive(camera.ptz.start(LEFT, 60.0))
    await camera.ptz.stop()
    assert arrived(sim) == ["start 0", *["stop 0"] * 5, "start 2", "stop 2"]
    at_rest()


async def test_a_stop_that_cannot_help_is_not_sent_again_and_frees_the_camera(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    platform.code("60000", "controlling")
    with pytest.raises(NotSupported):
        await camera.ptz.stop()
    assert arrived(sim) == ["stop 8"]
    assert await clock.drive(camera.check_online())


# A start that certainly did nothing.


@pytest.mark.parametrize("code", ["20007", "60000", "60001", "60020", "10005", "20002"])
async def test_a_start_that_was_refused_needs_no_stop(
    platform: Platform,
    camera: Camera,
    sim: SimCamera,
    clock: ManualClock,
    code: str,
    at_rest: Any,
) -> None:
    platform.code(code, "controlling")
    with pytest.raises(SodaError) as caught:
        await camera.ptz.start(UP, 60.0)
    assert caught.value.code == code
    assert await clock.drive(camera.check_online())
    assert arrived(sim) == ["start 0", "onlinestatus"]
    at_rest()


@pytest.mark.parametrize("code", ["60002", "60003", "60004", "60005"])
async def test_the_end_of_the_range_ends_a_move_quietly(
    platform: Platform,
    camera: Camera,
    sim: SimCamera,
    clock: ManualClock,
    code: str,
    at_rest: Any,
) -> None:
    platform.code(code, "controlling", times=1)
    await camera.ptz.move(UP, 60.0)
    assert camera.ptz.moving is None
    assert await clock.drive(camera.check_online())
    at_rest()


async def test_a_motor_at_its_real_end_is_no_error(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await clock.drive(camera.ptz.move(UP, 2.0))
    await clock.drive(camera.ptz.move(UP, 2.0))
    assert [call.code for call in sim.calls] == ["", "", "60002"]
    at_rest()


async def test_whatever_goes_wrong_in_a_start_its_caller_hears_of_it(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    nonsense: Any = 8  # no Command: a programming error, not a SodaError
    with pytest.raises(AttributeError):
        await asyncio.wait_for(camera.ptz.start(nonsense, 60.0), 2.0)
    await clock.drive(camera.ptz.move(ZOOM, 1.0))
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


# The stop does not wait.


async def test_a_stop_goes_out_while_a_capture_hangs(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    cloud.capture_seconds = 60.0
    capturing = asyncio.create_task(camera.snapshots.capture())
    await until(lambda: sim.calls)
    sim.control(0, ZOOM)  # somebody else's move
    await asyncio.wait_for(camera.ptz.stop(), 2.0)
    assert arrived(sim) == ["capture", "stop 8"]
    await clock.advance(60.0)
    await capturing
    at_rest()


async def test_a_stop_is_exempt_from_the_interval_but_starts_it(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.check_online()
    await asyncio.wait_for(camera.ptz.stop(), 2.0)
    await clock.advance(2.0)
    await asyncio.wait_for(camera.ptz.stop(), 2.0)
    await clock.drive(camera.check_online())
    assert arrived(sim) == ["onlinestatus", "stop 8", "stop 8", "onlinestatus"]
    assert 4.0 <= sim.calls[3].arrived - (sim.calls[2].answered or 0) + 1e-6 < 5.5
    at_rest()


async def test_a_start_queued_behind_a_hanging_capture_waits_its_turn(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    cloud.capture_seconds = 10.0
    capturing = asyncio.create_task(camera.snapshots.capture())
    await until(lambda: sim.calls)
    await clock.drive(camera.ptz.move(ZOOM, 1.0))
    await capturing
    assert arrived(sim) == ["capture", "start 8", "stop 8"]
    at_rest()


async def test_a_start_that_gets_no_turn_within_30_seconds_is_busy_and_never_sent(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    cloud.capture_seconds = 100.0
    capturing = asyncio.create_task(camera.snapshots.capture())
    await until(lambda: sim.calls)
    starting = asyncio.create_task(camera.ptz.start(UP, 60.0))
    await clock.advance(29.9)
    assert not starting.done()
    await clock.advance(0.1)
    with pytest.raises(QueueBusy):
        await starting
    await clock.advance(70.0)
    await capturing
    await clock.advance(10.0)
    assert arrived(sim) == ["capture"]
    at_rest()


async def test_a_stop_does_not_wait_for_a_token_that_is_renewed_ahead_of_its_end(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.check_online()
    await clock.advance(6880.0)
    await camera.ptz.start(ZOOM, 60.0)
    platform.fault("hang", "token", seconds=0.2, times=1)
    await clock.advance(30.0)  # the token is to be renewed, but not dead yet
    fetching = asyncio.create_task(camera.device.client.tokens.get())
    await until(lambda: not platform.cloud.faults.active)
    await camera.ptz.stop()
    assert not fetching.done()
    at_rest()
    await gathered(fetching)


# Tokens that die in mid-move.


async def test_a_token_killed_in_mid_move(
    camera: Camera, cloud: Cloud, sim: SimCamera, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 60.0)
    cloud.rival()
    await camera.ptz.stop()
    at_rest()


async def test_a_stop_does_not_take_part_in_the_pauses_for_a_rivals_sake(
    camera: Camera, cloud: Cloud, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.check_online()
    cloud.rival()
    await clock.drive(camera.ptz.start(UP, 60.0))
    cloud.rival()
    await asyncio.wait_for(camera.ptz.stop(), 1.0)
    assert camera.device.client.tokens.shared_with_others
    at_rest()


async def test_a_rate_limited_stop_is_sent_again(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 60.0)
    platform.code("TOO_MANY_REQUESTS", "controlling", times=2)
    await clock.drive(camera.ptz.stop())
    assert arrived(sim) == ["start 0", "stop 0", "stop 0", "stop 0"]
    at_rest()


async def test_a_camera_that_goes_offline_in_mid_move_is_stopped_when_it_is_back(
    camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 60.0)
    sim.online = False
    with pytest.raises(DeviceOffline):
        await clock.drive(camera.ptz.stop())
    assert camera.device.online is False
    sim.online = True
    await clock.advance(5.0)
    await until(lambda: camera.device.online)
    assert arrived(sim)[-1] == "stop 0"
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
    began = clock.monotonic()
    await clock.drive(camera.close())
    assert clock.monotonic() < began + 2.0
    assert clock.alarms == 0
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


@pytest.mark.parametrize("seed", range(3))
async def test_any_mixture_of_users_faults_and_cancellations(
    platform: Platform,
    camera: Camera,
    client: SodaClient,
    cloud: Cloud,
    clock: ManualClock,
    seed: int,
    at_rest: Any,
) -> None:
    cloud.interval = 0.0  # a stop, being exempt, may overtake a call that has just set out
    dice = random.Random(seed)
    commands = [command for command in Command if command is not HOME]
    tasks: list[asyncio.Task[Any]] = []
    for _ in range(60):
        match dice.randrange(8):
            case 0 | 1:
                work: Any = camera.ptz.move(dice.choice(commands), dice.uniform(0.1, 5.0))
            case 2:
                work = camera.ptz.start(dice.choice(commands), dice.uniform(1.0, 30.0))
            case 3:
                work = camera.ptz.stop()
            case 4:
                work = dice.choice([camera.snapshots.get, camera.check_online])()
            case 5:
                work = camera.live.get("hls")
            case 6:
                kind = dice.choice(["reset_after", "reset_before", "html", "rival", "cut"])
                platform.fault(kind, "controlling", times=dice.randint(1, 6))
                continue
            case _:
                if tasks:
                    dice.choice(tasks).cancel()
                continue
        tasks.append(asyncio.create_task(work))
        await clock.advance(dice.choice([0.0, 0.5, 3.0]))
        await asyncio.sleep(dice.choice([0.0, 0.002, 0.005]))
    cloud.faults.clear()
    results = await clock.drive(gathered(*tasks))
    errors = [result for result in results if isinstance(result, BaseException)]
    assert [err for err in errors if not isinstance(err, SodaError | asyncio.CancelledError)] == []
    await clock.drive(gathered(camera.ptz.stop()))
    for _ in range(100):
        await clock.advance(1.0)
        await asyncio.sleep(0.002)
    at_rest()


async def test_a_refused_start_says_so_to_whoever_waits_for_its_end(
    platform: Platform, camera: Camera, at_rest: Any
) -> None:
    platform.code("TOO_MANY_REQUESTS", "controlling")
    with pytest.raises(RateLimited):
        await camera.ptz.move(UP, 60.0)
    at_rest()


async def test_a_start_that_is_carried_out_after_our_stop_is_stopped_as_well(
    camera: Camera,
    sim: SimCamera,
    clock: ManualClock,
    platform: Platform,
    monkeypatch: pytest.MonkeyPatch,
    at_rest: Any,
) -> None:
    monkeypatch.setitem(TIMEOUTS, Endpoint.CONTROL, 0.1)
    platform.fault("hang", "controlling", seconds=1.0, times=1)
    with pytest.raises(AnswerTimeout):
        await camera.ptz.start(ZOOM, 5.0)
    await until(lambda: arrived(sim)[-1:] == ["stop 8"])
    sim.control(0, ZOOM)  # the platform gets round to the start only now
    await clock.advance(10.0)
    await until(lambda: sim.moving is None)
    at_rest()


async def test_a_stop_that_is_refused_for_good_does_not_close_the_camera(
    camera: Camera, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(serial: str, command: Command) -> None:
        raise NotSupported("60020", "command not supported")

    await camera.ptz.start(UP, 60.0)
    monkeypatch.setattr(camera.device.client, "stop", refuse)
    with pytest.raises(NotSupported):
        await clock.drive(camera.ptz.stop())
    with pytest.raises(DeviceBusy):  # says the platform: it was asked
        await clock.drive(camera.check_online())
    monkeypatch.undo()
    await clock.drive(camera.ptz.stop())
