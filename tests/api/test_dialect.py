"""Two revisions of the platform's contract, found out and never asked for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from custom_components.sodalife.api import Command, Endpoint, SodaClient, Sound
from custom_components.sodalife.api.dialect import BODY, DIALECTS, QUERY, Dialect, other
from custom_components.sodalife.api.errors import (
    ApplicationFrozen,
    DeviceOffline,
    InvalidParameter,
    NotSupported,
    TokenRejected,
)
from custom_components.sodalife.api.models import Request
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.world import OTHER, SERIAL, Platform, arrived, both, gathered
from tests.clock import ManualClock

SOUND = Sound(b"RIFF....WAVE", "wav")

seed_calls = pytest.mark.parametrize(
    "operation",
    [
        lambda client: client.capture(SERIAL),
        lambda client: client.start(SERIAL, Command.ZOOM_IN),
        lambda client: client.live_url(SERIAL),
        lambda client: client.is_online(SERIAL),
    ],
    ids=["capture", "start", "live", "online"],
)


@pytest.fixture
def interval() -> float:
    """Nothing but the contract is the matter here."""
    return 0.0


# What the two look like.


@pytest.mark.parametrize(
    ("dialect", "endpoint"),
    [
        (dialect, endpoint)
        for dialect in DIALECTS.values()
        for endpoint in sorted(dialect.endpoints)
    ],
    ids=lambda value: value.revision if isinstance(value, Dialect) else value,
)
def test_the_token_is_in_one_place_only(dialect: Dialect, endpoint: Endpoint) -> None:
    query, fields = dialect.encode(Request(endpoint, SERIAL), "secret")
    assert fields["device_serial"] == SERIAL
    assert (query, fields.get("access_token")) == (
        ({"access_token": "secret"}, None) if dialect is QUERY else (None, "secret")
    )


@pytest.mark.parametrize("stop", [False, True])
@pytest.mark.parametrize("command", Command)
@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_commands_are_numbers_or_texts(dialect: Dialect, command: Command, stop: bool) -> None:
    request = Request(Endpoint.CONTROL, SERIAL, command, stop=stop)
    if command is Command.HOME and dialect is BODY:
        if stop:  # of a start that was sent in the other dialect: it has to go out
            _, fields = dialect.encode(request, "secret")
            assert (fields["action"], fields["command"]) == (1, "8")
            return
        with pytest.raises(NotSupported):
            dialect.encode(request, "secret")
        return
    _, fields = dialect.encode(request, "secret")
    expected: Any = command.value if dialect is QUERY else str(command.value)
    assert (fields["action"], fields["command"]) == (int(stop), expected)
    assert type(fields["command"]) is type(expected)


@pytest.mark.parametrize(
    ("dialect", "protocol", "known"),
    [
        (BODY, "hls", True),
        (BODY, "ezopen", True),
        (BODY, "flv", False),
        (QUERY, "hlshd", True),
        (QUERY, "rtsp", True),
        (QUERY, "webrtc", False),
    ],
)
def test_a_protocol_that_a_revision_lacks_is_not_asked_for(
    dialect: Dialect, protocol: str, known: bool
) -> None:
    request = Request(Endpoint.LIVE, SERIAL, protocol=protocol)
    if known:
        assert dialect.encode(request, "secret")[1]["protocol"] == protocol
    else:
        with pytest.raises(NotSupported):
            dialect.encode(request, "secret")


def test_each_is_the_other_of_the_other() -> None:
    assert (other(BODY), other(QUERY)) == (QUERY, BODY)


# Found out on the first camera call.


@both
@seed_calls
async def test_the_first_call_finds_the_dialect_at_the_cost_of_one_token(
    platform: Platform, cloud: Cloud, revision: str, operation: Any
) -> None:
    found: list[str] = []
    client = platform.client(revision=None)
    client.probe.found.subscribe(lambda dialect: found.append(dialect.revision))
    await operation(client)
    assert found == [revision]
    assert client.probe.dialect is DIALECTS[revision]
    assert cloud.token_requests == 1


@both
async def test_an_error_about_the_device_tells_the_dialect_too(
    platform: Platform, sim: SimCamera, revision: str
) -> None:
    sim.online = False
    client = platform.client(revision=None)
    with pytest.raises(DeviceOffline):
        await client.capture(SERIAL)
    assert client.probe.dialect is DIALECTS[revision]


@both
async def test_a_device_that_cannot_do_it_tells_the_dialect_too(
    platform: Platform, cloud: Cloud, sim: SimCamera, revision: str
) -> None:
    client = platform.client(revision=None)
    sim.pan_tilt = False
    with pytest.raises(NotSupported):
        await client.start(SERIAL, Command.UP)
    assert client.probe.dialect is DIALECTS[revision]
    assert cloud.token_fetches == 1
    assert len(arrived(sim)) == (1 if revision == "query" else 2)


@both
async def test_a_known_dialect_is_not_found_out_again(
    platform: Platform, client: SodaClient, cloud: Cloud, sim: SimCamera
) -> None:
    client.probe.found.subscribe(lambda _: pytest.fail("nothing was found out"))
    await client.capture(SERIAL)
    await client.live_url(SERIAL)
    assert arrived(sim) == ["capture", "liveurl"]
    assert cloud.token_requests == 1


@pytest.mark.parametrize("revision", ["body"])
async def test_many_first_calls_at_once_find_it_at_the_cost_of_one_token(
    platform: Platform, cloud: Cloud
) -> None:
    serials = [f"MANY{number:04}" for number in range(70)]
    for serial in serials:
        cloud.add_camera(serial)
    client = platform.client(revision=None)
    await asyncio.gather(*(client.live_url(serial) for serial in serials))
    assert cloud.token_requests == 1
    assert not client.tokens.shared_with_others


@pytest.mark.parametrize("revision", ["body"])
async def test_a_refusal_that_comes_late_does_not_kill_a_good_token(
    platform: Platform, cloud: Cloud
) -> None:
    """The other camera's call has found the dialect before this one's refusal is read."""
    client = platform.client(revision=None)
    platform.fault("slow", serial=OTHER, seconds=0.1, times=1)
    await asyncio.gather(client.capture(SERIAL), client.capture(OTHER))
    assert cloud.token_requests == 1
    assert not client.tokens.shared_with_others


async def test_a_frozen_application_tells_nothing_about_the_dialect(
    platform: Platform, cloud: Cloud
) -> None:
    cloud.frozen = True
    client = platform.client(revision=None)
    with pytest.raises(ApplicationFrozen):
        await client.capture(SERIAL)
    assert client.probe.dialect is None


@both
async def test_a_malformed_answer_to_the_first_call_tells_nothing_for_good(
    platform: Platform, revision: str
) -> None:
    client = platform.client(revision=None)
    platform.fault("html", times=1)
    await gathered(client.capture(SERIAL))
    await client.capture(SERIAL)
    assert client.probe.dialect is DIALECTS[revision]


# Re-examined when the platform changes under us.


@pytest.mark.parametrize(("revision", "then"), [("query", "body"), ("body", "query")])
@seed_calls
async def test_a_platform_that_changes_is_followed_within_the_same_call(
    platform: Platform, client: SodaClient, cloud: Cloud, then: str, operation: Any
) -> None:
    await client.capture(SERIAL)
    cloud.revision = then
    await operation(client)
    assert client.probe.dialect is DIALECTS[then]
    assert cloud.token_requests <= 2
    assert not client.tokens.shared_with_others


@pytest.mark.parametrize(("revision", "then"), [("query", "body"), ("body", "query")])
async def test_a_platform_that_changed_while_we_were_away_is_followed_at_once(
    platform: Platform, client: SodaClient, cloud: Cloud, then: str
) -> None:
    """The token is fresh, so its refusal alone cannot be cured by another one."""
    cloud.revision = then
    await client.capture(SERIAL)
    assert client.probe.dialect is DIALECTS[then]
    assert cloud.token_requests == 1


@pytest.mark.parametrize(("revision", "then"), [("query", "body"), ("body", "query")])
async def test_cameras_that_meet_the_change_together_are_no_contention(
    platform: Platform, client: SodaClient, cloud: Cloud, then: str
) -> None:
    await client.capture(SERIAL)
    cloud.revision = then
    platform.fault("slow", serial=OTHER, seconds=0.1, times=1)
    await asyncio.gather(client.capture(SERIAL), client.capture(OTHER))
    await client.capture(SERIAL)
    assert cloud.token_requests == 2
    assert not client.tokens.shared_with_others


@pytest.mark.parametrize(("revision", "then"), [("query", "body"), ("body", "query")])
@pytest.mark.parametrize("fresh", [True, False])
async def test_many_calls_that_meet_the_change_at_once_all_succeed(
    platform: Platform, client: SodaClient, cloud: Cloud, then: str, fresh: bool
) -> None:
    if not fresh:
        await client.capture(SERIAL)
    cloud.revision = then
    serials = [f"MANY{number:04}" for number in range(20)]
    for serial in serials:
        cloud.add_camera(serial)
    await asyncio.gather(*(client.live_url(serial) for serial in serials))
    assert client.probe.dialect is DIALECTS[then]
    assert cloud.token_requests == (1 if fresh else 2)
    assert not client.tokens.shared_with_others


async def test_a_fresh_token_refused_in_both_places_is_asked_both_ways_only_now_and_then(
    platform: Platform, client: SodaClient, sim: SimCamera, clock: ManualClock
) -> None:
    platform.code("10002", "capture")
    for _ in range(4):
        with pytest.raises(TokenRejected):
            await client.capture(SERIAL)
    assert [call.token_place for call in sim.calls].count("body") == 1


async def test_a_parameter_error_makes_the_dialect_doubtful_once_in_ten_minutes(
    platform: Platform, client: SodaClient, sim: SimCamera, clock: ManualClock
) -> None:
    await client.capture(SERIAL)
    platform.code("10001", "capture")
    sim.calls.clear()
    for _ in range(3):
        with pytest.raises(InvalidParameter):
            await client.capture(SERIAL)
    assert [call.token_place for call in sim.calls] == ["query", "body", "query", "query"]
    await clock.advance(600.0)
    sim.calls.clear()
    with pytest.raises(InvalidParameter):
        await client.capture(SERIAL)
    assert [call.token_place for call in sim.calls] == ["query", "body"]
    assert client.probe.dialect is QUERY


@pytest.mark.parametrize("code", ["10001", "10002"])
async def test_a_camera_that_always_answers_so_keeps_no_other_from_finding_a_change(
    platform: Platform, client: SodaClient, cloud: Cloud, clock: ManualClock, code: str
) -> None:
    platform.code(code, serial=SERIAL)
    for _ in range(3):
        await client.capture(OTHER)
        await gathered(client.capture(SERIAL))
        await clock.advance(60.0)
    cloud.revision = "body"
    await gathered(client.capture(SERIAL))
    await client.capture(OTHER)
    assert client.probe.dialect is BODY


async def test_a_platform_that_goes_to_and_fro_is_no_rival(
    platform: Platform, client: SodaClient, cloud: Cloud, clock: ManualClock
) -> None:
    """The token is refused and the next one is taken, but in another place."""
    for revision in ("body", "query", "body", "query"):
        await client.capture(SERIAL)
        cloud.revision = revision
        await clock.advance(700.0)
        await client.capture(SERIAL)
        assert client.probe.dialect is DIALECTS[revision]
    assert not client.tokens.shared_with_others
    assert client.tokens._rivalry._deaths == []


# An endpoint that came with a later revision may be missing.


async def checks(client: SodaClient, sim: SimCamera, times: int = 1) -> list[str]:
    """Check so many times whether a camera is online; return the calls."""
    sim.calls.clear()
    for _ in range(times):
        assert await client.is_online(sim.serial)
    return arrived(sim)


async def test_a_platform_without_the_online_endpoint_is_asked_for_it_once(
    platform: Platform, client: SodaClient, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    platform.code("NOT_FOUND", "onlinestatus")
    assert client.knows(Endpoint.ONLINE)
    assert await checks(client, sim) == ["onlinestatus", "liveurl"]
    assert not client.knows(Endpoint.ONLINE)
    assert await checks(client, sim, 5) == ["liveurl"] * 5
    assert await checks(client, cloud.cameras[OTHER]) == ["liveurl"]
    await clock.advance(21_600.0)
    assert await checks(client, sim) == ["liveurl"]


async def test_after_six_hours_it_is_asked_for_once_more(
    platform: Platform, client: SodaClient, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    platform.code("NOT_FOUND", "onlinestatus")
    await checks(client, sim)
    for _ in range(3):
        await clock.advance(21_601.0)
        assert await checks(client, sim) == ["onlinestatus", "liveurl"]
        assert await checks(client, sim, 3) == ["liveurl"] * 3
    cloud.faults.clear()
    await clock.advance(21_601.0)
    assert await checks(client, sim, 3) == ["onlinestatus"] * 3


async def test_so_it_is_when_the_dialect_was_not_known_yet(
    platform: Platform, sim: SimCamera
) -> None:
    client = platform.client(revision=None)
    platform.code("NOT_FOUND", "onlinestatus", status=404)
    assert await checks(client, sim, 4) == ["liveurl", "onlinestatus", *["liveurl"] * 3]


async def test_an_offline_camera_is_asked_once_too(
    platform: Platform, client: SodaClient, sim: SimCamera
) -> None:
    platform.code("NOT_FOUND", "onlinestatus")
    sim.online = False
    for _ in range(3):
        with pytest.raises(DeviceOffline):
            await client.is_online(SERIAL)
    assert arrived(sim) == ["onlinestatus", "liveurl", "liveurl", "liveurl"]


@pytest.mark.parametrize("code", ["20015", "60000", "INTERNAL_SERVER_ERROR", "10051", "77777"])
async def test_another_refusal_says_nothing_about_the_endpoint(
    platform: Platform, client: SodaClient, sim: SimCamera, code: str
) -> None:
    platform.code(code, "onlinestatus")
    for _ in range(2):
        await gathered(client.is_online(SERIAL))
    assert client.knows(Endpoint.ONLINE)
    assert arrived(sim) == ["onlinestatus"] * 2


async def test_an_endpoint_that_always_was_there_is_never_missing(
    platform: Platform, client: SodaClient, sim: SimCamera
) -> None:
    platform.code("NOT_FOUND", "capture")
    for _ in range(2):
        with pytest.raises(NotSupported):
            await client.capture(SERIAL)
    assert client.knows(Endpoint.CAPTURE)


async def test_what_is_missing_is_forgotten_when_the_platform_changes(
    client: SodaClient, cloud: Cloud, sim: SimCamera, clock: ManualClock
) -> None:
    await checks(client, sim)
    cloud.revision = "body"
    assert "onlinestatus" in await checks(client, sim)
    assert await checks(client, sim) == ["liveurl"]
    cloud.revision = "query"
    await clock.advance(700.0)
    await checks(client, sim)
    assert await checks(client, sim, 2) == ["onlinestatus"] * 2


# What a revision does not have is not asked for.


@pytest.mark.parametrize("revision", ["body"])
async def test_where_there_is_no_online_endpoint_a_live_address_tells(
    client: SodaClient, sim: SimCamera
) -> None:
    assert await client.is_online(SERIAL)
    sim.online = False
    with pytest.raises(DeviceOffline):
        await client.is_online(SERIAL)
    assert arrived(sim) == ["liveurl", "liveurl"]


@pytest.mark.parametrize("revision", ["body"])
async def test_an_encrypted_camera_that_answers_is_online(
    client: SodaClient, sim: SimCamera
) -> None:
    sim.encrypted = True
    assert await client.is_online(SERIAL)


@pytest.mark.parametrize("revision", ["body"])
@pytest.mark.parametrize(
    "operation",
    [
        lambda client: client.talk_url(SERIAL),
        lambda client: client.start(SERIAL, Command.HOME),
        lambda client: client.live_url(SERIAL, "flv"),
    ],
    ids=["talk", "home", "flv"],
)
async def test_what_a_revision_lacks_costs_no_call(
    client: SodaClient, sim: SimCamera, operation: Any
) -> None:
    with pytest.raises(NotSupported):
        await operation(client)
    assert arrived(sim) == []


async def test_protocols_are_written_in_lower_case(client: SodaClient, sim: SimCamera) -> None:
    assert (await client.live_url(SERIAL, "HLSHD")).protocol == "hlshd"
    assert sim.calls[0].protocol == "hlshd"
