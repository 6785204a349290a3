"""A stop is sent until it is delivered, and for as long as it may help."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from custom_components.sodalife.api import Camera, Command, LeftMove, SodaClient, Timeouts
from custom_components.sodalife.api.errors import (
    AnswerTimeout,
    CannotConnect,
    DeviceBusy,
    NotSupported,
    QueueBusy,
)
from simulator.camera import SimCamera
from tests.api.moves import LEFT, UP, ZOOM, unknown
from tests.api.world import Platform, arrived
from tests.clock import ManualClock, until


@pytest.fixture
def client(platform: Platform) -> SodaClient:
    """A client that waits a shorter time for an answer that will not come."""
    return platform.client(timeouts=Timeouts(control=0.3))


# A stop is sent until it is delivered.


@unknown
async def test_a_stop_that_fails_is_sent_again(
    platform: Platform,
    camera: Camera,
    sim: SimCamera,
    clock: ManualClock,
    fault: dict[str, Any],
    at_rest: Any,
) -> None:
    await camera.ptz.start(ZOOM, 60.0)
    platform.fault(endpoint="controlling", times=3, **fault)
    await clock.drive(camera.ptz.stop(), step=0.05)
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


async def test_a_stop_that_is_refused_for_good_closes_the_camera_for_a_minute_only(
    camera: Camera, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(serial: str, command: Command) -> None:
        raise NotSupported("60020", "command not supported")

    await camera.ptz.start(UP, 60.0)
    monkeypatch.setattr(camera.device.client, "stop", refuse)
    with pytest.raises(NotSupported):
        await clock.drive(camera.ptz.stop())
    with pytest.raises(QueueBusy):  # for a minute nothing but stops passes
        await clock.drive(camera.check_online())
    await clock.advance(30.0)
    with pytest.raises(DeviceBusy):  # says the platform: it was asked
        await clock.drive(camera.check_online())
    monkeypatch.undo()
    await clock.drive(camera.ptz.stop())


async def test_a_start_that_is_carried_out_after_our_stop_is_stopped_as_well(
    camera: Camera,
    sim: SimCamera,
    clock: ManualClock,
    platform: Platform,
    at_rest: Any,
) -> None:
    platform.fault("hang", "controlling", seconds=1.0, times=1)
    with pytest.raises(AnswerTimeout):
        await camera.ptz.start(ZOOM, 5.0)
    await until(lambda: arrived(sim)[-1:] == ["stop 8"])
    sim.control(0, ZOOM)  # the platform gets round to the start only now
    await clock.advance(10.0)
    await until(lambda: sim.moving is None)
    at_rest()


async def test_what_was_stopped_once_after_a_crash_closes_the_camera_no_longer_than_a_late_start(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    """Found by the simulation: a camera that went offline meanwhile was closed for a minute."""
    sim.control(0, LEFT)
    camera.recover(LeftMove(LEFT, clock.time() - 4.0))
    await until(lambda: sim.moving is None)
    sim.online = False
    checking = asyncio.create_task(camera.check_online())
    await clock.advance(6.5)  # here the start might be carried out, and the stop is sent again
    await until(lambda: arrived(sim).count("stop 2") > 1)
    await clock.advance(5.0)
    assert not await clock.drive(checking, limit=1.0)
    assert arrived(sim)[-1] == "onlinestatus"
    await camera.close()
