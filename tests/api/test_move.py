"""A move from the wish for it to its end, and the table of what is known of its start.

The expectations of the table are written out from the design, never derived from the code: a
class or a code that nobody has classified here fails.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from custom_components.sodalife.api import Camera, LeftMove, errors as all_errors
from custom_components.sodalife.api.codes import CODES, error_of
from custom_components.sodalife.api.errors import QueueBusy, SodaError
from custom_components.sodalife.api.move import Move, MoveState, TakenBack, state_after
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.moves import LEFT, UP, ZOOM, starts
from tests.api.world import Platform, arrived, gathered
from tests.clock import ManualClock, until

ACKNOWLEDGED, REFUSED, UNKNOWN = MoveState.ACKNOWLEDGED, MoveState.REFUSED, MoveState.UNKNOWN

# "60000, 60001, 60020, 60002-60005, 10001, 20002, 20007, INVALID_..., a token problem, a quota",
# and what says as plainly that the call was turned away: by right, by address, or unheard.
REFUSED_CODES = {
    *("60000", "60001", "60020", "60002", "60003", "60004", "60005", "10001", "20002", "20007"),
    *("INVALID_RESOURCE", "INVALID_REQUEST", "INVALID_CLIENT", "INVALID_GRANT"),
    *("INVALID_SCOPE", "INVALID_REDIRECT_URI"),
    *("10002", "UNAUTHORIZED", "UNAUTHORIZED_USER"),  # a token problem
    *("10028", "9048", "9049", "TOO_MANY_REQUESTS"),  # a quota
    *("10005", "UNAUTHORIZED_CLIENT", "ACCESS_DENIED"),  # the application may not
    *("UNSUPPORTED_RESPONSE_TYPE", "UNSUPPORTED_GRANT_TYPE"),
    *("10051", "20018", "20014", "111010"),  # not with this device
    *("NOT_FOUND", "20015"),  # there is no such thing
}
# "20008, 49999, 60006, 60009, a code that is not listed", and what says nothing about a motor.
UNKNOWN_CODES = {
    *("20008", "49999", "60006", "60009"),
    *("INTERNAL_SERVER_ERROR", "TEMPORARILY_UNAVAILABLE", "EXTERNAL_SERVER_ERROR"),
    *("LOCKED", "GONE", "CANCELLED", "COMPLETED", "20006", "60017", "60019"),
    *("111001", "111002", "111003", "111004", "111005", "111006", "111007", "111008", "111009"),
    "111012",
}
REFUSED_CLASSES = {
    *("EndStop", "NotSupported", "PtzNotPermitted", "InvalidParameter", "DeviceNotFound"),
    *("DeviceOffline", "InvalidSerial", "DeviceNotPermitted", "NotPermitted", "ApplicationFrozen"),
    *("InvalidClient", "TokenRejected", "TokenPaused", "TokenRateLimited"),  # no token
    *("RateLimited", "CaptureQuotaUsed", "TooManyViewers"),  # a quota
    "QueueBusy",  # it was never sent
}
UNKNOWN_CLASSES = {
    "SodaError",  # a code that is not listed
    *("CannotConnect", "AnswerTimeout", "MalformedAnswer", "PlatformTrouble"),
    *("DeviceTimeout", "DeviceTrouble", "DeviceBusy", "CaptureFailed", "PictureUnusable"),
    *("VideoEncrypted", "VoiceRefused", "VoiceFormat", "VoiceDuration", "VoiceTooLong"),
    *("VoiceEmpty", "VoiceTooLarge", "SpeakerFull", "VoiceDropped"),
}


def classes(cls: type[SodaError] = SodaError) -> set[type[SodaError]]:
    """Return an error and all that are made of it, as far as they are the core's own."""
    ours = {cls} if cls.__module__ == all_errors.__name__ else set()
    return ours.union(*map(classes, cls.__subclasses__()))


def test_every_class_of_error_is_classified_once() -> None:
    assert {cls.__name__ for cls in classes()} == REFUSED_CLASSES | UNKNOWN_CLASSES
    assert not REFUSED_CLASSES & UNKNOWN_CLASSES


def test_every_code_is_classified_once() -> None:
    assert set(CODES) == REFUSED_CODES | UNKNOWN_CODES
    assert not REFUSED_CODES & UNKNOWN_CODES


@pytest.mark.parametrize("cls", sorted(classes(), key=lambda cls: cls.__name__))
def test_what_a_class_of_error_says_of_a_start(cls: type[SodaError]) -> None:
    expected = REFUSED if cls.__name__ in REFUSED_CLASSES else UNKNOWN
    assert state_after(cls()) is expected
    assert state_after(cls("77777", "something")) is expected


@pytest.mark.parametrize("code", sorted(REFUSED_CODES | UNKNOWN_CODES))
def test_what_a_code_says_of_a_start(code: str) -> None:
    expected = REFUSED if code in REFUSED_CODES else UNKNOWN
    assert state_after(error_of(code, "")) is expected
    if code.isdecimal():
        assert state_after(error_of(int(code), None)) is expected


@pytest.mark.parametrize("code", ["77777", "0", "", "SOMETHING_NEW", "INVALID"])
def test_a_code_that_is_not_listed_says_nothing_of_a_start(code: str) -> None:
    assert state_after(error_of(code, "")) is UNKNOWN


@pytest.mark.parametrize(
    "err",
    [
        *(RuntimeError(), KeyError("x"), AttributeError("os_error"), TimeoutError(), OSError()),
        *(ValueError(), MemoryError(), asyncio.InvalidStateError(), asyncio.CancelledError()),
    ],
    ids=repr,
)
def test_any_other_exception_says_nothing_of_a_start(err: BaseException) -> None:
    assert state_after(err) is UNKNOWN


def test_only_success_says_that_it_moves() -> None:
    assert state_after(None) is ACKNOWLEDGED


# One move by itself.


@pytest.fixture
def move(clock: ManualClock) -> Move:
    return Move(UP, 10.0, clock)


def test_a_move_may_be_moving_from_when_it_is_sent_until_its_stop(move: Move) -> None:
    assert not move.may_be_moving
    move.sent()
    assert move.may_be_moving
    for state, may_be in [
        *((ACKNOWLEDGED, True), (UNKNOWN, True), (MoveState.STOPPING, True)),
        *((MoveState.LEFT, True), (REFUSED, False), (MoveState.STOPPED, False)),
    ]:
        move.state = state
        assert move.may_be_moving is may_be


@pytest.mark.parametrize("err", [None, TakenBack(), QueueBusy(), RuntimeError()])
def test_what_was_never_sent_does_not_move_whatever_went_wrong(
    move: Move, err: Exception | None
) -> None:
    move.settle(err)
    assert move.state is REFUSED
    assert move.begun.is_set()
    assert move.settled.is_set()


def test_a_start_that_was_taken_back_is_not_sent_and_no_error(move: Move) -> None:
    move.end()
    with pytest.raises(TakenBack):
        move.sent()
    move.settle(TakenBack())
    assert move.state is REFUSED
    assert move.error is None


def test_the_time_of_the_last_sending_counts(move: Move, clock: ManualClock) -> None:
    """A start whose token was refused goes out once more."""
    move.sent()
    clock._now = 3.0
    move.sent()
    assert move.sent_at == 3.0


@pytest.mark.parametrize("err", [RuntimeError(), error_of("60000", ""), error_of("60002", "")])
async def test_a_move_that_is_not_known_to_run_has_no_watchdog_and_nobody_joins_it(
    move: Move, clock: ManualClock, err: Exception
) -> None:
    move.sent()
    move.settle(err)
    assert move.wanted_to_end.is_set()
    assert clock.alarms == 0


async def test_the_watchdog_runs_from_the_answer_and_starts_afresh(
    move: Move, clock: ManualClock
) -> None:
    move.sent()
    move.extend(20.0)  # wished for once more before the answer
    assert clock.alarms == 0
    await clock.advance(5.0)
    move.settle(None)
    await clock.advance(19.9)
    assert not move.wanted_to_end.is_set()
    move.extend(3.0)
    await clock.advance(2.9)
    assert not move.wanted_to_end.is_set()
    await clock.advance(0.1)
    assert move.wanted_to_end.is_set()
    assert clock.alarms == 0


async def test_the_first_word_about_the_stop_counts(move: Move) -> None:
    first = RuntimeError()
    move.report(first)
    move.report(None)
    assert move.stop_error is first


def test_a_move_of_an_earlier_run_is_as_old_as_it_was_written_down(clock: ManualClock) -> None:
    left = Move.left_behind(LeftMove(LEFT, clock.time() - 4.0), clock)
    assert left.state is MoveState.LEFT
    assert left.may_be_moving
    assert left.wanted_to_end.is_set()
    assert left.sent_at == clock.monotonic() - 4.0


def test_a_clock_that_was_set_back_makes_no_move_start_in_the_future(clock: ManualClock) -> None:
    left = Move.left_behind(LeftMove(LEFT, clock.time() + 9_000.0), clock)
    assert left.sent_at == clock.monotonic()


# Its callers.


@pytest.fixture
async def hanging(camera: Camera, cloud: Cloud, sim: SimCamera) -> asyncio.Task[Any]:
    """Let a capture of 35 s have the turn, so that moves wait."""
    cloud.capture_seconds = 35.0
    capturing = asyncio.create_task(camera.snapshots.capture())
    await until(lambda: sim.calls)
    return capturing


async def test_a_wish_lives_as_long_as_somebody_has_it(
    camera: Camera, sim: SimCamera, clock: ManualClock, hanging: asyncio.Task[Any], at_rest: Any
) -> None:
    callers = [asyncio.create_task(camera.ptz.start(UP, 60.0)) for _ in range(3)]
    await clock.advance(20.0)  # so that his 30 s are over long after the turn comes, at 39
    callers.append(asyncio.create_task(camera.ptz.start(UP, 60.0)))
    await clock.advance(1.0)
    for caller in callers[:3]:
        caller.cancel()
    await clock.drive(gathered(hanging, *callers))
    assert callers[3].exception() is None
    assert arrived(sim) == ["capture", "start 0"]
    await camera.ptz.stop()
    at_rest()


async def test_a_wish_that_nobody_has_any_more_gives_its_place_away(
    camera: Camera, sim: SimCamera, clock: ManualClock, hanging: asyncio.Task[Any], at_rest: Any
) -> None:
    callers = [asyncio.create_task(camera.ptz.start(UP, 60.0)) for _ in range(3)]
    await clock.advance(1.0)
    for caller in callers:
        caller.cancel()
    await gathered(*callers)
    await clock.advance(10.0)
    await clock.drive(gathered(hanging, camera.ptz.start(LEFT, 60.0)))
    assert starts(sim) == ["start 2"]
    await camera.ptz.stop()
    at_rest()


async def test_everybody_waits_30_seconds_of_his_own(
    camera: Camera, sim: SimCamera, clock: ManualClock, hanging: asyncio.Task[Any], at_rest: Any
) -> None:
    first = asyncio.create_task(camera.ptz.start(UP, 60.0))
    await clock.advance(20.0)
    second = asyncio.create_task(camera.ptz.start(UP, 60.0))
    await clock.advance(9.9)
    assert not first.done()
    await clock.advance(0.2)
    with pytest.raises(QueueBusy):
        await first
    await clock.drive(gathered(hanging, second))
    assert second.exception() is None
    assert starts(sim) == ["start 0"]
    await camera.ptz.stop()
    at_rest()


async def test_a_start_that_gives_up_waiting_for_another_move_is_never_sent(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 60.0)
    platform.fault("html", "controlling")
    starting = asyncio.create_task(camera.ptz.start(LEFT, 60.0))
    await clock.drive(asyncio.wait({starting}))
    assert isinstance(starting.exception(), QueueBusy)
    assert clock.monotonic() == pytest.approx(30.0, abs=1.0)
    platform.cloud.faults.clear()
    await clock.drive(camera.ptz.stop())
    await clock.advance(120.0)
    assert starts(sim) == ["start 0"]
    at_rest()


async def test_a_stop_takes_back_a_start_that_waits_for_the_end_of_another_move(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    """Else the camera would start by itself, seconds after the last press was a stop."""
    await camera.ptz.start(UP, 60.0)
    platform.fault("html", "controlling", times=2)
    waiting = [
        asyncio.create_task(camera.ptz.start(LEFT, 60.0)),
        asyncio.create_task(camera.ptz.move(ZOOM, 60.0)),
    ]
    await until(lambda: len(sim.calls) == 2)
    await clock.drive(camera.ptz.stop())
    assert await clock.drive(gathered(*waiting)) == [None, None]
    await clock.advance(120.0)
    assert starts(sim) == ["start 0"]
    assert clock.alarms == 0
    at_rest()


async def test_a_start_after_the_stop_is_meant(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    await camera.ptz.start(UP, 60.0)
    platform.fault("html", "controlling", times=2)
    before = asyncio.create_task(camera.ptz.start(LEFT, 60.0))
    await until(lambda: len(sim.calls) == 2)
    stopping = asyncio.create_task(camera.ptz.stop())
    await asyncio.sleep(0)
    after = asyncio.create_task(camera.ptz.start(ZOOM, 60.0))
    assert await clock.drive(gathered(before, stopping, after)) == [None, None, None]
    assert starts(sim) == ["start 0", "start 8"]
    await camera.ptz.stop()
    at_rest()


async def test_a_start_and_a_stop_in_the_same_moment_while_the_device_is_busy(
    camera: Camera, sim: SimCamera, clock: ManualClock, hanging: asyncio.Task[Any], at_rest: Any
) -> None:
    """The start has no place in the queue yet from which it could be taken back."""
    starting = asyncio.create_task(camera.ptz.start(UP, 60.0))
    stopping = asyncio.create_task(camera.ptz.stop())
    await asyncio.wait_for(asyncio.gather(starting, stopping), 2.0)  # the capture hangs on
    assert arrived(sim) == ["capture", "stop 8"]
    await clock.drive(hanging)
    await clock.advance(60.0)
    assert starts(sim) == []
    at_rest()


async def test_a_start_that_waits_for_its_token_can_be_taken_back(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock, at_rest: Any
) -> None:
    platform.fault("slow", "token", seconds=0.1, times=1)
    starting = asyncio.create_task(camera.ptz.start(UP, 60.0))
    await until(lambda: not platform.cloud.faults.active)
    await asyncio.wait_for(camera.ptz.stop(), 2.0)
    assert await gathered(starting) == [None]
    assert arrived(sim) == ["stop 8"]
    at_rest()
