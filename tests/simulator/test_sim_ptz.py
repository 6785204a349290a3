"""Moves: what moves how far, and what is refused meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator import Position

if TYPE_CHECKING:
    from .conftest import Platform, Serve

SERIAL = "TEST0001"


START, STOP, HOME = 0, 1, 99


@pytest.fixture
async def free(serve: Serve) -> Platform:
    """A platform that does not ask for pauses."""
    return await serve(interval=0)


async def test_start_and_stop(platform: Platform) -> None:
    assert (await platform.move(START, 8)).json == {"data": "SUCCESS"}
    assert platform.cam.moving == 8
    platform.clock.advance(1.5)
    assert platform.cam.position.zoom == pytest.approx(2)
    assert (await platform.move(STOP, 8)).error == ""  # no pause wanted
    assert platform.cam.moving is None
    platform.clock.advance(10)
    assert platform.cam.position.zoom == pytest.approx(2)
    assert platform.cloud.violations == []


async def test_a_stops_answer_counts_for_the_pause(query: Platform) -> None:
    await query.move(START, 8)
    query.clock.advance(5)
    await query.move(STOP, 8)
    query.clock.advance(3)
    assert (await query.call("capture")).error == "TOO_MANY_REQUESTS"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (0, Position(tilt=20)),
        (1, Position(tilt=-20)),
        (2, Position(pan=-20)),
        (3, Position(pan=20)),
        (4, Position(pan=-20, tilt=20)),
        (5, Position(pan=-20, tilt=-20)),
        (6, Position(pan=20, tilt=20)),
        (7, Position(pan=20, tilt=-20)),
        (10, Position(focus=-0.5)),
        (11, Position(focus=0.5)),
    ],
)
async def test_a_second_of_each_direction(free: Platform, command: int, expected: Position) -> None:
    await free.move(START, command)
    free.clock.advance(1)
    await free.move(STOP, command)
    assert free.cam.position == expected


async def test_everything_ends_somewhere(free: Platform) -> None:
    for command in (3, 0, 8, 11):
        await free.move(START, command)
        free.clock.advance(60)
        await free.move(STOP, command)
    assert free.cam.position == Position(90, 30, 8, 1)
    await free.move(START, 8)
    await free.move(STOP, 8)
    assert free.cam.position.zoom == 8


@pytest.mark.parametrize(
    ("command", "code"), [(0, "60002"), (1, "60003"), (2, "60004"), (3, "60005")]
)
async def test_end_stops_are_told_on_start(free: Platform, command: int, code: str) -> None:
    await free.move(START, command)
    free.clock.advance(60)
    assert (await free.move(STOP, command)).error == ""
    assert (await free.move(START, command)).error == code
    assert free.cam.moving is None
    opposite = {0: 1, 1: 0, 2: 3, 3: 2}[command]
    assert (await free.move(START, opposite)).error == ""
    assert free.cloud.violations == []


async def test_a_diagonal_goes_on_along_one_axis(free: Platform) -> None:
    await free.move(START, 0)
    free.clock.advance(60)
    await free.move(STOP, 0)
    assert (await free.move(START, 6)).error == ""
    free.clock.advance(60)
    await free.move(STOP, 6)
    assert (await free.move(START, 6)).error == "60002"


@pytest.mark.parametrize(
    ("endpoint", "fields", "code"),
    [
        ("capture", {}, "LOCKED"),
        ("onlinestatus", {}, "LOCKED"),
        ("talkurl", {}, "LOCKED"),
        ("liveurl", {"protocol": "hls"}, "LOCKED"),
        ("controlling", {"action": 0, "command": 9}, "60006"),
        ("controlling", {"action": 0, "command": 8}, "60006"),
        ("controlling", {"action": 0, "command": 99}, "60006"),
    ],
)
async def test_only_stop_is_heard_during_a_move(
    query: Platform, endpoint: str, fields: dict[str, object], code: str
) -> None:
    await query.move(START, 8)
    assert (await query.later(endpoint, **fields)).error == code
    assert len(query.cloud.violations) == 1
    assert query.cam.moving == 8
    assert (await query.move(STOP, 8)).error == ""
    assert (await query.later("capture")).error == ""


async def test_the_platform_waits_for_a_stop_even_at_the_end(query: Platform) -> None:
    await query.move(START, 3)
    query.clock.advance(60)
    assert query.cam.position.pan == 90
    assert (await query.call("capture")).error == "LOCKED"


async def test_a_stop_with_the_wrong_command_stops_all_the_same(query: Platform) -> None:
    await query.move(START, 8)
    assert (await query.move(STOP, 9)).error == ""
    assert query.cam.moving is None
    assert query.cloud.violations == [f"{SERIAL} controlling 1/9 stops command 9 while 8 runs"]


async def test_a_stop_of_nothing_succeeds(platform: Platform) -> None:
    assert (await platform.move(STOP, 8)).json == {"data": "SUCCESS"}
    assert platform.cloud.violations == []


async def test_home(free: Platform) -> None:
    for command in (3, 8):
        await free.move(START, command)
        free.clock.advance(3)
        await free.move(STOP, command)
    await free.move(START, HOME)
    assert free.cam.moving == HOME
    free.clock.advance(0.75)
    assert free.cam.position == Position(pan=30, zoom=2)
    assert (await free.move(START, 8)).error == "60009"
    assert (await free.move(STOP, HOME)).error == ""  # and the journey goes on
    assert (await free.move(START, 8)).error == "60009"
    free.clock.advance(0.75)
    assert free.cam.position == Position()
    assert (await free.move(START, 8)).error == ""


async def test_home_wants_its_stop(free: Platform) -> None:
    await free.move(START, HOME)
    free.clock.advance(10)
    assert (await free.move(START, 8)).error == "60006"
    await free.move(STOP, HOME)
    assert (await free.move(START, 8)).error == ""


async def test_cameras_without_motors(free: Platform) -> None:
    free.cam.pan_tilt = False
    assert (await free.move(START, 0)).error == "60020"
    assert (await free.move(START, 8)).error == ""
    await free.move(STOP, 8)
    free.cam.ptz = False
    assert (await free.move(START, 8)).error == "60000"
    assert (await free.move(STOP, 8)).error == "60000"


async def test_a_camera_that_goes_offline_stands_still(free: Platform) -> None:
    await free.move(START, 3)
    free.clock.advance(1)
    free.cam.online = False
    free.clock.advance(1)
    free.cam.online = True
    assert free.cam.moving is None
    assert free.cam.position == Position(pan=20)
