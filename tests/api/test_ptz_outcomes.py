"""What is known of a start decides whether a stop is due."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from custom_components.sodalife.api import Camera, Command, SodaClient, SodaError, Timeouts
from custom_components.sodalife.api.errors import (
    RateLimited,
)
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.moves import HOME, UP, ZOOM, unknown
from tests.api.world import Platform, arrived, gathered
from tests.clock import ManualClock, until


@pytest.fixture
def client(platform: Platform) -> SodaClient:
    """A client that waits a shorter time for an answer that will not come."""
    return platform.client(timeouts=Timeouts(control=0.3))


# What is not known to have failed.


@unknown
async def test_a_start_whose_outcome_is_unknown_is_stopped_and_reported(
    platform: Platform,
    camera: Camera,
    sim: SimCamera,
    fault: dict[str, Any],
    at_rest: Any,
) -> None:
    platform.fault(endpoint="controlling", times=1, **fault)
    with pytest.raises(SodaError):
        await camera.ptz.start(ZOOM, 60.0)
    await until(lambda: len(sim.calls) == 2 and sim.calls[1].answered)
    assert arrived(sim) == ["start 8", "stop 8"]
    at_rest()


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


@pytest.mark.parametrize("trouble", ["TEMPORARILY_UNAVAILABLE", "SERVER_ERROR", None])
async def test_a_start_whose_token_was_refused_moves_nothing_whatever_comes_of_the_next_one(
    platform: Platform,
    camera: Camera,
    cloud: Cloud,
    sim: SimCamera,
    clock: ManualClock,
    trouble: str | None,
    at_rest: Any,
) -> None:
    """Found by the simulation: the stop of what it took for a move had another's command."""
    await camera.check_online()
    cloud.rival()
    platform.fault("code" if trouble else "html", "token", code=trouble)
    with pytest.raises(SodaError) as caught:
        await clock.drive(camera.ptz.start(UP, 60.0))
    assert caught.value.code == (trouble or "")
    await clock.advance(15.0)
    assert arrived(sim) == ["onlinestatus", "start 0"]
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
