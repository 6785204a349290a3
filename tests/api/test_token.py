"""The application's one token: cached, shared, renewed, fought over."""

from __future__ import annotations

import asyncio
import logging

from aiohttp import web
import pytest

from custom_components.sodalife.api import (
    HttpTransport,
    SodaClient,
    SodaError,
    Timeouts,
    Token,
)
from custom_components.sodalife.api.errors import (
    AnswerTimeout,
    ApplicationFrozen,
    CannotConnect,
    InvalidClient,
    MalformedAnswer,
    NotPermitted,
    PlatformTrouble,
    RateLimited,
    TokenRejected,
)
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.tokens import call, fetch_gaps, killed_after_use
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
    assert await client.tokens.renew(old, SERIAL, 0.0) == client.tokens.current
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
    clock: ManualClock,
    fault: dict[str, str],
    expected: type[SodaError],
) -> None:
    client = platform.client(timeouts=Timeouts(token=0.1))
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
