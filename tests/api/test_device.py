"""What the outcomes of its calls tell about a device."""

from __future__ import annotations

import pytest

from custom_components.sodalife.api import Camera, Command, Endpoint, SodaError
from custom_components.sodalife.api.day import platform_day, seconds_to_midnight
from custom_components.sodalife.api.device import Device
from custom_components.sodalife.api.errors import DeviceOffline, PlatformTrouble
from simulator.camera import SimCamera
from tests.api.world import Platform, both, gathered
from tests.clock import START, ManualClock


@pytest.fixture
def interval() -> float:
    return 0.0


@pytest.fixture
def device(camera: Camera) -> Device:
    return camera.device


@pytest.fixture
def outcomes(device: Device) -> list[SodaError | None]:
    """What was reported to the coordinator."""
    outcomes: list[SodaError | None] = []
    device.outcome.subscribe(outcomes.append)
    return outcomes


# Online or not.


def test_at_first_nothing_is_known(device: Device) -> None:
    assert device.online is None
    assert device.seen_at == float("-inf")


@both
@pytest.mark.parametrize("online", [True, False])
async def test_a_check_tells_whether_it_is_online(
    device: Device, sim: SimCamera, clock: ManualClock, online: bool
) -> None:
    sim.online = online
    await clock.advance(1.0)
    assert await device.check_online() is online
    assert (device.online, device.seen_at) == (online, 1.0)


async def test_any_call_tells_that_it_is_offline_and_what_only_it_can_do_that_it_is_back(
    device: Device, sim: SimCamera
) -> None:
    sim.online = False
    with pytest.raises(DeviceOffline):
        await device.live_url("hls")
    assert device.online is False
    sim.online = True
    await device.capture()
    assert device.online is True


@pytest.mark.parametrize("kind", ["live", "talk"])
async def test_an_address_proves_nothing_where_the_platform_can_be_asked(
    device: Device, sim: SimCamera, clock: ManualClock, kind: str
) -> None:
    """It is the platform's own, and given for cameras that are offline, too."""

    async def address() -> None:
        await (device.live_url("hls") if kind == "live" else device.talk_url())

    await clock.advance(1.0)
    await address()
    assert (device.online, device.seen_at) == (None, float("-inf"))
    sim.online = False
    assert await device.check_online() is False
    sim.online = True  # so that the platform gives one
    seen_at = device.seen_at
    await clock.advance(1.0)
    await address()
    assert (device.online, device.seen_at) == (False, seen_at)
    sim.online = False
    await gathered(device.capture(), device.live_url("hls"))
    sim.online = True
    await address()
    assert device.online is False
    assert await device.check_online() is True
    assert device.online is True


@pytest.mark.parametrize("revision", ["body"])
async def test_an_address_has_to_do_where_nothing_better_can_be_asked(
    device: Device, sim: SimCamera, clock: ManualClock
) -> None:
    await clock.advance(1.0)
    await device.live_url("hls")
    assert (device.online, device.seen_at) == (True, 1.0)
    sim.online = False
    with pytest.raises(DeviceOffline):
        await device.capture()
    assert device.online is False
    sim.online = True
    await device.live_url("hls")
    assert device.online is True


async def test_an_address_has_to_do_where_the_endpoint_turned_out_to_be_missing(
    platform: Platform, device: Device, sim: SimCamera
) -> None:
    """The camera was offline by the word of the endpoint before."""
    sim.online = False
    assert await device.check_online() is False
    platform.code("NOT_FOUND", "onlinestatus")
    await gathered(device.check_online())
    assert not device.client.knows(Endpoint.ONLINE)
    sim.online = True
    await device.live_url("hls")
    assert device.online is True


@pytest.mark.parametrize("code", ["49999", "20008", "60017", "INTERNAL_SERVER_ERROR", "10002"])
async def test_other_trouble_tells_nothing_about_that(
    platform: Platform, device: Device, code: str
) -> None:
    await device.check_online()
    seen_at = device.seen_at
    platform.code(code, "capture")
    await gathered(device.capture())
    assert (device.online, device.seen_at) == (True, seen_at)


@pytest.mark.parametrize("revision", ["body"])
async def test_an_encrypted_camera_without_online_endpoint_comes_back(
    device: Device, sim: SimCamera
) -> None:
    sim.encrypted, sim.online = True, False
    assert await device.check_online() is False
    sim.online = True
    assert await device.check_online() is True


# Failures.


async def test_a_failure_is_kept_until_the_endpoint_works_again(
    platform: Platform, device: Device, clock: ManualClock
) -> None:
    platform.code("60017", "capture", times=1)
    await gathered(device.capture())
    failure = device.failures[Endpoint.CAPTURE]
    assert (failure.error.code, failure.at) == ("60017", clock.time())
    await device.live_url("hls")
    assert device.failures == {Endpoint.CAPTURE: failure}
    await device.capture()
    assert device.failures == {}
    assert device.last_failure is failure


async def test_a_failure_is_over_with_the_first_success_also_after_being_offline(
    device: Device, sim: SimCamera
) -> None:
    sim.online = False
    await gathered(device.capture())
    sim.online = True
    await device.capture()
    assert device.failures == {}


async def test_to_be_found_offline_by_a_check_is_no_failure(device: Device, sim: SimCamera) -> None:
    sim.online = False
    await device.check_online()
    assert device.failures == {}
    assert device.last_failure is None


@pytest.mark.parametrize(
    ("code", "endpoint", "mended"),
    [
        ("20002", "capture", True),
        ("20018", "liveurl", True),
        ("10051", "capture", False),
        ("60019", "liveurl", False),
        ("10028", "capture", False),
    ],
)
async def test_a_device_that_is_known_and_permitted_again_shows_so_at_any_endpoint(
    platform: Platform, device: Device, code: str, endpoint: str, mended: bool
) -> None:
    platform.code(code, endpoint, times=1)
    await gathered(device.capture() if endpoint == "capture" else device.live_url("hls"))
    assert device.failures
    await device.check_online()
    assert (device.failures == {}) is mended


# Who is told.


async def test_the_account_hears_of_every_outcome(
    platform: Platform, device: Device, outcomes: list[SodaError | None]
) -> None:
    platform.code("INTERNAL_SERVER_ERROR", "capture")
    await gathered(device.capture())
    await device.live_url("hls")
    failure, success = outcomes
    assert isinstance(failure, PlatformTrouble)
    assert success is None


async def test_listeners_hear_of_news_only_and_until_they_leave(
    platform: Platform, device: Device, sim: SimCamera
) -> None:
    heard: list[bool | None] = []
    leave = device.changed.subscribe(lambda: heard.append(device.online))
    await device.check_online()
    await device.check_online()
    assert heard == [True]
    sim.online = False
    await device.check_online()
    assert heard == [True, False]
    leave()
    sim.online = True
    await device.check_online()
    assert heard == [True, False]


async def test_nothing_but_counting_runs_on_a_second_success_in_a_row(
    device: Device, outcomes: list[SodaError | None]
) -> None:
    calls = (
        device.check_online,
        device.capture,
        lambda: device.live_url("hls"),
        device.talk_url,
        lambda: device.start(Command.UP, lambda: None),
        lambda: device.stop(Command.UP),
    )
    for call in calls:
        await call()
    changes: list[str] = []
    device.changed.subscribe(lambda: changes.append("changed"))
    for call in calls:
        await call()
    assert changes == []
    assert outcomes == [None] * 2 * len(calls)
    assert device.calls_today == 2 * len(calls)


async def test_a_success_that_mends_one_failure_of_two_says_so_once(
    platform: Platform, device: Device
) -> None:
    platform.code("60017", "capture", times=1)
    platform.code("60019", "liveurl", times=1)
    await gathered(device.capture())
    await gathered(device.live_url("hls"))
    changes: list[int] = []
    device.changed.subscribe(lambda: changes.append(len(device.failures)))
    for _ in range(2):
        await device.live_url("hls")
    for _ in range(2):
        await device.capture()
    assert changes == [1, 0]


# Calls of today.


async def test_calls_are_counted_until_midnight_in_shanghai(
    device: Device, sim: SimCamera, clock: ManualClock
) -> None:
    for _ in range(3):
        await device.check_online()
    sim.online = False
    await gathered(device.capture())
    assert device.calls_today == 4
    await clock.advance(16 * 3600 - 1)
    assert device.calls_today == 4
    await clock.advance(1)
    assert device.calls_today == 0
    await device.check_online()
    assert device.calls_today == 1


async def test_starts_and_stops_count_as_calls(device: Device) -> None:
    await device.start(Command.UP, lambda: None)
    await device.stop(Command.UP)
    assert device.calls_today == 2


@pytest.mark.parametrize(
    ("now", "seconds"),
    [(START, 16 * 3600), (START + 16 * 3600 - 1, 1), (START + 16 * 3600, 86_400)],
)
def test_midnight_is_that_of_shanghai(now: float, seconds: float) -> None:
    assert seconds_to_midnight(now) == seconds
    assert platform_day(now + seconds - 1) == platform_day(now) != platform_day(now + seconds)
