"""The application's one token: cached, shared, renewed, fought over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
import itertools
import logging

from aiohttp import web
import pytest

from custom_components.sodalife.api import Command, HttpTransport, SodaClient, SodaError, Token
from custom_components.sodalife.api.errors import (
    AnswerTimeout,
    ApplicationFrozen,
    CannotConnect,
    InvalidClient,
    MalformedAnswer,
    NotPermitted,
    PlatformTrouble,
    RateLimited,
    TokenPaused,
    TokenRejected,
)
from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.api.world import SERIAL, Platform, answering, arrived, gathered
from tests.clock import ManualClock, WallClock, until


class Shelf:
    """A token store in memory."""

    def __init__(self, token: Token | None = None) -> None:
        self.token = token

    async def load(self) -> Token | None:
        return self.token

    async def save(self, token: Token) -> None:
        self.token = token


@pytest.fixture
def interval() -> float:
    """Nothing but the token is the matter here."""
    return 0.0


async def call(client: SodaClient) -> str:
    """Make a call and return the key of its error, if there is one."""
    try:
        await client.is_online(SERIAL)
    except SodaError as err:
        return err.key
    return ""


async def killed_after_use(client: SodaClient, cloud: Cloud) -> None:
    """Let a token be accepted and then be killed by somebody else's fetch."""
    assert await call(client) == ""
    cloud.rival()


# One token, as few fetches as possible.


async def test_200_concurrent_callers_cost_one_fetch(client: SodaClient, cloud: Cloud) -> None:
    tokens = await asyncio.gather(*(client.tokens.get() for _ in range(200)))
    assert len(set(tokens)) == 1
    assert cloud.token_requests == 1


async def test_200_concurrent_calls_with_a_killed_token_cost_one_fetch(
    client: SodaClient, cloud: Cloud
) -> None:
    await killed_after_use(client, cloud)
    assert await asyncio.gather(*(call(client) for _ in range(200))) == [""] * 200
    assert cloud.token_requests == 2


async def test_a_token_serves_all_cameras_until_it_is_renewed_ahead_of_its_end(
    client: SodaClient, cloud: Cloud, clock: ManualClock
) -> None:
    await client.tokens.get()
    await clock.advance(6899.0)
    await client.tokens.get()
    assert cloud.token_requests == 1
    await clock.advance(2.0)
    await client.tokens.get()
    assert cloud.token_requests == 2


async def test_a_short_lived_token_is_renewed_after_nine_tenths_of_its_life(
    client: SodaClient, cloud: Cloud, clock: ManualClock
) -> None:
    cloud.desk.token_life = 100
    await client.tokens.get()
    await clock.advance(89.0)
    await client.tokens.get()
    assert cloud.token_requests == 1
    await clock.advance(2.0)
    await client.tokens.get()
    assert cloud.token_requests == 2


async def test_a_rejected_token_that_was_replaced_already_costs_no_fetch(
    client: SodaClient, cloud: Cloud
) -> None:
    old = await client.tokens.get()
    await killed_after_use(client, cloud)
    assert await call(client) == ""
    assert await client.tokens.renew(old) == client.tokens.current
    assert cloud.token_requests == 2


async def test_a_call_is_repeated_once_and_never_more(
    platform: Platform, client: SodaClient, cloud: Cloud, sim: SimCamera
) -> None:
    assert await call(client) == ""
    platform.code("10002", "onlinestatus")
    assert await call(client) == "token_rejected"
    assert arrived(sim) == ["onlinestatus"] * 3
    assert cloud.token_requests == 2


async def test_the_token_is_fetched_on_when_its_only_caller_leaves(
    platform: Platform, client: SodaClient, cloud: Cloud
) -> None:
    platform.fault("slow", "token", seconds=0.05, times=1)
    caller = asyncio.create_task(client.tokens.get())
    await until(lambda: not cloud.faults.active)
    caller.cancel()
    await gathered(caller)
    await client.tokens.get()
    assert cloud.token_requests == 1


async def test_a_fetch_that_fails_after_everybody_left_leaves_no_trace(
    platform: Platform, client: SodaClient, cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    platform.fault("slow", "token", seconds=0.02, times=1)
    cloud.desk.client_secret = "another"
    caller = asyncio.create_task(client.tokens.get())
    await until(lambda: not cloud.faults.active)
    caller.cancel()
    await gathered(caller)
    await client.close()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_closing_waits_for_a_fetch_so_that_its_token_is_not_lost(
    platform: Platform, cloud: Cloud
) -> None:
    shelf = Shelf()
    client = platform.client(store=shelf)
    platform.fault("slow", "token", seconds=0.03, times=1)
    caller = asyncio.create_task(client.tokens.get())
    await until(lambda: not cloud.faults.active)
    caller.cancel()
    await client.close()
    assert shelf.token is not None
    assert cloud.desk.accepts(shelf.token.value)
    await gathered(caller)


# Kept over restarts.


async def test_a_stored_token_survives_a_restart_without_a_fetch(
    platform: Platform, cloud: Cloud, clock: ManualClock
) -> None:
    shelf = Shelf()
    await platform.client(store=shelf).tokens.get()
    assert shelf.token is not None
    assert shelf.token.expires_at == clock.time() + 7200
    await clock.advance(3600.0)
    again = platform.client(store=shelf)
    await again.tokens.load()
    assert await call(again) == ""
    assert cloud.token_requests == 1


async def test_a_stored_token_that_has_ended_is_not_used(
    platform: Platform, sim: SimCamera, clock: ManualClock
) -> None:
    shelf = Shelf(Token("gone", clock.time() - 7200, clock.time()))
    client = platform.client(store=shelf)
    await client.tokens.load()
    assert await call(client) == ""
    assert [c.code for c in sim.calls] == [""]
    assert shelf.token == client.tokens.current


async def test_a_stored_token_that_was_killed_meanwhile_is_replaced(
    platform: Platform, cloud: Cloud
) -> None:
    shelf = Shelf()
    await platform.client(store=shelf).tokens.get()
    cloud.rival()
    client = platform.client(store=shelf)
    await client.tokens.load()
    assert await call(client) == ""
    assert cloud.token_requests == 2
    assert not client.tokens.shared_with_others


# Somebody sets the clock of this machine; the platform's goes right.


@pytest.fixture
def wall(clock: ManualClock) -> WallClock:
    return WallClock(clock)


async def test_a_clock_set_ahead_costs_one_fetch(
    platform: Platform, cloud: Cloud, wall: WallClock
) -> None:
    client = platform.client(clock=wall)
    assert await call(client) == ""
    wall.jump(7200.0)
    assert await asyncio.gather(*(call(client) for _ in range(5))) == [""] * 5
    assert cloud.token_requests == 2


async def test_a_clock_set_back_costs_nothing_until_the_token_has_really_ended(
    platform: Platform, cloud: Cloud, clock: ManualClock, wall: WallClock
) -> None:
    client = platform.client(clock=wall)
    assert await call(client) == ""
    wall.jump(-7200.0)
    await clock.advance(7199.0)
    assert await call(client) == ""
    assert cloud.token_requests == 1
    await clock.advance(1.0)
    assert await call(client) == ""
    assert cloud.token_requests == 2
    assert not client.tokens.shared_with_others


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
async def test_a_pause_is_neither_shorter_nor_longer_for_a_clock_that_jumps(
    platform: Platform, clock: ManualClock, wall: WallClock, jump: float
) -> None:
    client = platform.client(clock=wall)
    platform.code("TOO_MANY_REQUESTS", "token", times=1)
    assert await call(client) == "rate_limited"
    wall.jump(jump)
    await clock.advance(29.0)
    assert await call(client) == "rate_limited"
    await clock.advance(1.0)
    assert await call(client) == ""


# Wrong credentials, and everything else that is not that.


async def test_invalid_client_says_that_the_credentials_are_wrong(platform: Platform) -> None:
    client = platform.client(secret="wrong")
    with pytest.raises(InvalidClient):
        await client.tokens.get()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "code", "code": "TOO_MANY_REQUESTS"}, RateLimited),
        ({"kind": "html", "status": 429}, RateLimited),
        ({"kind": "code", "code": "INTERNAL_SERVER_ERROR", "status": 500}, PlatformTrouble),
        ({"kind": "code", "code": "TEMPORARILY_UNAVAILABLE", "status": 503}, PlatformTrouble),
        ({"kind": "code", "code": "10005"}, ApplicationFrozen),
        ({"kind": "code", "code": "UNAUTHORIZED_CLIENT", "status": 403}, NotPermitted),
        ({"kind": "code", "code": "UNAUTHORIZED", "status": 401}, TokenRejected),
        ({"kind": "html"}, CannotConnect),
        ({"kind": "html", "status": 401}, MalformedAnswer),
        ({"kind": "empty"}, MalformedAnswer),
        ({"kind": "cut"}, MalformedAnswer),
        ({"kind": "json_list"}, MalformedAnswer),
        ({"kind": "json_other"}, MalformedAnswer),
        ({"kind": "not_success"}, MalformedAnswer),
        ({"kind": "redirect_loop"}, MalformedAnswer),
        ({"kind": "reset_before"}, CannotConnect),
        ({"kind": "reset_after"}, CannotConnect),
        ({"kind": "hang", "seconds": 1.0}, AnswerTimeout),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
async def test_no_other_trouble_with_the_token_asks_for_credentials(
    platform: Platform,
    client: SodaClient,
    clock: ManualClock,
    fault: dict[str, str],
    expected: type[SodaError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("custom_components.sodalife.api.client.TOKEN_TIMEOUT", 0.1)
    platform.fault(endpoint="token", times=1, **fault)
    with pytest.raises(expected) as caught:
        await client.is_online(SERIAL)
    assert not isinstance(caught.value, InvalidClient)
    await clock.advance(30.0)
    assert await call(client) == ""


@pytest.mark.parametrize(
    "life",
    [None, True, "soon", [], "nan", "inf", 0, -1, pytest.param(10**400, id="huge")],
)
async def test_a_token_without_a_usable_life_is_a_malformed_answer(
    platform: Platform, life: object
) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response({"access_token": "abc", "expires_in": life})

    async with answering(handler) as host:
        client = SodaClient(
            HttpTransport(platform.session, host), "id", "secret", clock=platform.clock
        )
        with pytest.raises(MalformedAnswer):
            await client.tokens.get()


async def test_a_life_given_as_text_is_understood(platform: Platform) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response({"access_token": "abc", "expires_in": "7200"})

    async with answering(handler) as host:
        client = SodaClient(
            HttpTransport(platform.session, host), "id", "secret", clock=platform.clock
        )
        token = await client.tokens.get()
    assert token.expires_at == platform.clock.time() + 7200


async def test_a_rate_limited_token_endpoint_is_asked_with_growing_pauses(
    platform: Platform, client: SodaClient, clock: ManualClock
) -> None:
    platform.code("TOO_MANY_REQUESTS", "token")
    gaps = await fetch_gaps(platform, clock, lambda: call(client), 2400.0)
    assert gaps == [30.0, 60.0, 120.0, 240.0, 480.0, 900.0]


async def test_a_rate_limited_token_endpoint_slows_no_camera_down(
    platform: Platform, client: SodaClient
) -> None:
    camera = platform.camera(client)
    platform.code("TOO_MANY_REQUESTS", "token")
    with pytest.raises(RateLimited):
        await camera.check_online()
    assert camera.queue.interval == 4.0


async def test_the_token_works_again_after_a_lost_answer_to_its_fetch(
    platform: Platform, client: SodaClient, cloud: Cloud
) -> None:
    platform.fault("reset_after", "token", times=1)
    assert await call(client) == "cannot_connect"
    assert await call(client) == ""
    assert cloud.token_requests == 2


# A refusal that a fresh token does not cure.


async def test_a_10002_that_survives_the_refresh_never_blames_the_credentials(
    platform: Platform, client: SodaClient, cloud: Cloud, clock: ManualClock
) -> None:
    assert await call(client) == ""
    platform.code("10002", "onlinestatus")
    keys: set[str] = set()

    async def meet() -> None:
        keys.add(await call(client))

    gaps = await fetch_gaps(platform, clock, meet, 3600.0)
    assert keys == {"token_rejected"}
    assert gaps == [30.0, 60.0, 120.0, 240.0, 480.0, 900.0, 900.0]


async def test_after_such_trouble_the_next_call_works_without_a_fetch(
    platform: Platform, client: SodaClient, cloud: Cloud
) -> None:
    assert await call(client) == ""
    platform.code("10002", "onlinestatus")
    for _ in range(3):
        await call(client)
    cloud.faults.clear()
    requests = cloud.token_requests
    assert await call(client) == ""
    assert cloud.token_requests == requests


async def test_callers_that_meet_such_trouble_together_do_not_fetch_in_turn(
    platform: Platform, client: SodaClient, cloud: Cloud
) -> None:
    assert await call(client) == ""
    platform.code("10002", "onlinestatus")
    await asyncio.gather(*(call(client) for _ in range(20)))
    assert cloud.token_requests == 2


# Somebody else uses this client_id.


@pytest.mark.parametrize(("apart", "shared"), [((), False), ((3500.0,), True), ((3700.0,), False)])
async def test_two_early_deaths_within_an_hour_are_contention(
    client: SodaClient,
    cloud: Cloud,
    clock: ManualClock,
    apart: tuple[float, ...],
    shared: bool,
) -> None:
    for seconds in (0.0, *apart):
        await clock.advance(seconds)
        await killed_after_use(client, cloud)
        assert await call(client) == ""
    assert client.tokens.shared_with_others is shared


async def test_tokens_that_end_in_their_time_are_no_contention(
    client: SodaClient, cloud: Cloud, clock: ManualClock
) -> None:
    cloud.desk.token_life = 1200
    for _ in range(4):
        assert await call(client) == ""
        await clock.advance(1201.0)
    assert cloud.token_requests == 4
    assert not client.tokens.shared_with_others


async def test_a_token_that_was_about_to_end_did_not_die_early(
    client: SodaClient, cloud: Cloud, clock: ManualClock
) -> None:
    for _ in range(2):
        assert await call(client) == ""
        await clock.advance(6910.0)  # into its last minutes, when only a stop still uses it
        cloud.rival()
        await client.stop(SERIAL, Command.UP)
        assert client.tokens._early_deaths == []


async def test_an_early_death_is_told_from_a_late_answer_to_the_token_before(
    platform: Platform, client: SodaClient, cloud: Cloud
) -> None:
    """Success with an old token does not prove the new one, whose refusal is then no death."""
    assert await call(client) == ""
    platform.fault("slow", "onlinestatus", seconds=0.05, times=1)
    late = asyncio.create_task(call(client))
    await until(lambda: not cloud.faults.active)
    cloud.rival()
    platform.code("10002", "liveurl")
    await gathered(client.live_url(SERIAL))
    assert cloud.token_requests == 2
    assert await late == ""
    await gathered(client.live_url(SERIAL))
    assert cloud.token_requests == 2
    assert not client.tokens.shared_with_others


async def test_contention_makes_the_pauses_between_fetches_grow(
    platform: Platform, client: SodaClient, cloud: Cloud, clock: ManualClock
) -> None:
    async def fight() -> str:
        key = await call(client)
        cloud.rival()
        return key

    gaps = await fetch_gaps(platform, clock, fight, 3400.0)
    assert gaps == [30.0, 30.0, 60.0, 120.0, 240.0, 480.0, 900.0, 900.0]


async def test_in_a_pause_the_failure_says_that_it_is_one(client: SodaClient, cloud: Cloud) -> None:
    await killed_after_use(client, cloud)
    await killed_after_use(client, cloud)
    with pytest.raises(TokenPaused):
        await client.is_online(SERIAL)


async def test_contention_clears_itself_an_hour_after_the_last_death(
    client: SodaClient, cloud: Cloud, clock: ManualClock
) -> None:
    for _ in range(2):
        await killed_after_use(client, cloud)
        assert await call(client) == ""
        await clock.advance(60.0)
    assert client.tokens.shared_with_others
    await clock.advance(3541.0)
    assert not client.tokens.shared_with_others
    assert await call(client) == ""


async def fetch_gaps(
    platform: Platform, clock: ManualClock, work: Callable[[], Awaitable[object]], seconds: float
) -> list[float]:
    """Work every 30 s for some time; return the seconds from one token request to the next."""
    asked: list[float] = []
    take = platform.cloud.faults.take

    def noting(endpoint: str, serial: str = "") -> Fault | None:
        if endpoint == "token":
            asked.append(clock.monotonic())
        return take(endpoint, serial)

    platform.cloud.faults.take = noting  # type: ignore[method-assign]
    for _ in range(int(seconds / 30.0)):
        await work()
        await clock.advance(30.0)
    return [later - earlier for earlier, later in itertools.pairwise(asked)]
