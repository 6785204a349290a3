"""The application's one token: cached, shared, renewed, fought over."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
import itertools
import logging
from typing import Any

from aiohttp import web
import pytest

from custom_components.sodalife.api import (
    Command,
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
    TokenPaused,
    TokenRejected,
)
from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.api.world import OTHER, SERIAL, Platform, answering, arrived, gathered
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


async def call(client: SodaClient, serial: str = SERIAL) -> str:
    """Make a call and return the key of its error, if there is one."""
    try:
        await client.is_online(serial)
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


# The trouble of one camera: it answers 10002 to everything, the other one works.


@dataclass
class Account:
    """Two cameras that are asked in turn, and what the second one was answered."""

    client: SodaClient
    clock: ManualClock
    order: tuple[str, ...]
    contested: int = 0
    answers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    async def ask(self) -> None:
        for serial in self.order:
            self.answers[serial].append(await call(self.client, serial))

    async def poll(self, seconds: float, every: float = 60.0) -> None:
        for _ in range(int(seconds / every)):
            await self.ask()
            await self.clock.advance(every)

    def note_contested(self) -> None:
        self.contested += 1

    @property
    def other_is_served(self) -> bool:
        return set(self.answers[OTHER]) == {""}

    @property
    def no_rival_is_suspected(self) -> bool:
        return not self.contested and not self.client.tokens.shared_with_others


@pytest.fixture(params=[(SERIAL, OTHER), (OTHER, SERIAL)], ids=["first", "last"])
def account(request: pytest.FixtureRequest, client: SodaClient, clock: ManualClock) -> Account:
    """The camera in trouble is asked first, or last."""
    account = Account(client, clock, request.param)
    client.tokens.contested.subscribe(account.note_contested)
    return account


@pytest.mark.parametrize("every", [20.0, 60.0, 600.0])
@pytest.mark.parametrize("healthy", [0.0, 1200.0], ids=["from the start", "later"])
async def test_one_cameras_trouble_with_the_token_is_no_others(
    platform: Platform, account: Account, cloud: Cloud, every: float, healthy: float
) -> None:
    await account.poll(healthy, every)
    platform.code("10002", serial=SERIAL)
    await account.poll(7200.0, every)
    assert account.other_is_served
    assert account.no_rival_is_suspected
    assert account.answers[SERIAL][-1] == "token_rejected"
    # One for the camera in trouble, one since the token ends: 2 hours are its life.
    assert cloud.token_requests <= 4
    cloud.faults.clear()
    await account.ask()
    assert account.answers[SERIAL][-1] == ""


async def test_nor_if_it_comes_and_goes_while_a_call_of_the_other_is_under_way(
    platform: Platform, account: Account, cloud: Cloud, clock: ManualClock
) -> None:
    """The fetch for the one kills the token that the other one is on the way with."""
    for _ in range(4):
        await account.poll(300.0)
        platform.fault("slow", serial=OTHER, seconds=0.05, times=1)
        fetches = cloud.token_requests
        other = asyncio.create_task(call(account.client, OTHER))
        await until(lambda: not cloud.faults.active)
        platform.code("10002", serial=SERIAL)
        assert await call(account.client, SERIAL) == "token_rejected"
        assert await other == ""
        assert cloud.token_requests == fetches + 1
        await account.poll(300.0)
        cloud.faults.clear()
    assert account.other_is_served
    assert account.no_rival_is_suspected


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "code", "code": "TOO_MANY_REQUESTS"},
        {"kind": "code", "code": "INVALID_CLIENT"},
        {"kind": "html"},
        {"kind": "reset_before"},
        {"kind": "hang", "seconds": 1.0},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
async def test_nor_if_no_other_token_can_be_had(
    platform: Platform, clock: ManualClock, fault: dict[str, Any]
) -> None:
    account = Account(platform.client(timeouts=Timeouts(token=0.05)), clock, (SERIAL, OTHER))
    await account.poll(60.0)
    platform.code("10002", serial=SERIAL)
    platform.fault(endpoint="token", **fault)
    await account.poll(600.0)
    assert "" not in account.answers[SERIAL][1:]
    assert account.other_is_served
    assert account.no_rival_is_suspected


async def test_nor_while_another_token_is_being_fetched_in_vain(
    platform: Platform, clock: ManualClock, cloud: Cloud
) -> None:
    client = platform.client(timeouts=Timeouts(token=0.1))
    assert await call(client, OTHER) == ""
    platform.code("10002", serial=SERIAL)
    platform.fault("hang", "token")
    one = asyncio.create_task(call(client, SERIAL))
    await until(lambda: client.tokens._fetching.running)
    assert await call(client, OTHER) == ""
    assert await one == "timeout"


async def test_nor_in_the_pauses_for_a_rivals_sake(
    platform: Platform, account: Account, cloud: Cloud
) -> None:
    for _ in range(3):
        await account.ask()
        cloud.rival()
        await account.clock.advance(31.0)
    await account.ask()
    assert account.client.tokens.shared_with_others
    platform.code("10002", serial=SERIAL)
    account.answers.clear()
    await account.poll(1200.0)
    assert account.other_is_served


async def test_nor_if_a_fetch_of_ours_killed_the_token_and_its_answer_was_lost(
    platform: Platform, account: Account, cloud: Cloud
) -> None:
    for _ in range(3):
        await account.ask()
        platform.code("10002", serial=SERIAL, times=1)
        platform.fault("reset_after", "token", times=1)
        await call(account.client, SERIAL)
        await account.poll(300.0)
    assert account.other_is_served
    assert account.no_rival_is_suspected


@pytest.mark.parametrize("minutes", [1, 10, 30])
async def test_a_camera_that_is_alone_heals_when_its_trouble_ends(
    platform: Platform, client: SodaClient, clock: ManualClock, cloud: Cloud, minutes: int
) -> None:
    account = Account(client, clock, (SERIAL,))
    client.tokens.contested.subscribe(account.note_contested)
    for _ in range(4):
        await account.poll(300.0)
        platform.code("10002", serial=SERIAL)
        await account.poll(60.0 * minutes)
        assert account.answers[SERIAL][-minutes:] == ["token_rejected"] * minutes
        cloud.faults.clear()
        await account.ask()
        assert account.answers[SERIAL][-1] == ""
    assert account.no_rival_is_suspected


async def test_a_rival_is_found_out_while_one_camera_is_in_trouble(
    platform: Platform, account: Account, cloud: Cloud
) -> None:
    platform.code("10002", serial=SERIAL)
    await account.poll(600.0)
    assert account.no_rival_is_suspected
    for _ in range(3):
        cloud.rival()
        await account.poll(600.0)
    assert account.client.tokens.shared_with_others
    assert account.contested == 2  # with the second death, and with the third
    assert account.other_is_served


async def test_a_token_that_dies_while_one_camera_is_in_trouble_is_replaced_within_a_call(
    platform: Platform, account: Account, cloud: Cloud
) -> None:
    platform.code("10002", serial=SERIAL)
    await account.poll(600.0)
    fetches = cloud.token_requests
    cloud.revoke()
    await account.ask()
    assert account.other_is_served
    assert cloud.token_requests == fetches + 1
    cloud.faults.clear()
    await account.ask()
    assert account.answers[SERIAL][-1] == ""


async def test_a_stop_meets_a_token_that_died_while_another_camera_is_in_trouble(
    platform: Platform, account: Account, cloud: Cloud
) -> None:
    platform.code("10002", serial=SERIAL)
    await account.poll(600.0)
    await account.client.start(OTHER, Command.UP)
    cloud.rival()
    await account.client.stop(OTHER, Command.UP)
    assert cloud.cameras[OTHER].moving is None


# The next token cannot be had.


@pytest.mark.parametrize("code", ["TOO_MANY_REQUESTS", "TEMPORARILY_UNAVAILABLE"])
async def test_a_token_serves_until_its_very_end_if_the_next_one_cannot_be_had(
    platform: Platform, client: SodaClient, clock: ManualClock, code: str
) -> None:
    assert await call(client) == ""
    platform.code(code, "token")
    await clock.advance(7199.0)
    assert await call(client) == ""
    await clock.advance(1.0)
    assert await call(client) in {"rate_limited", "platform_trouble"}


async def test_whoever_wants_to_know_is_told_what_came_of_a_fetch(
    platform: Platform, client: SodaClient, clock: ManualClock
) -> None:
    seen: list[SodaError | None] = []
    client.tokens.fetched.subscribe(seen.append)
    platform.fault("html", "token", times=1)
    platform.code("TOO_MANY_REQUESTS", "token", times=1)
    for _ in range(2):
        await call(client)
    assert await call(client) == "rate_limited"  # in the pause nothing is fetched
    await clock.advance(30.0)
    assert await call(client) == ""
    assert await call(client) == ""
    assert [err and type(err) for err in seen] == [CannotConnect, RateLimited, None]


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
        assert await call(client) == ""  # accepted for a device that was rejected
        assert client.tokens._rivalry._deaths == []


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
    # A death counts when the next token has proved it: the third fetch is free of a pause yet.
    assert gaps == [30.0, 30.0, 30.0, 60.0, 120.0, 240.0, 480.0, 900.0, 900.0]


async def test_in_a_pause_the_failure_says_that_it_is_one(client: SodaClient, cloud: Cloud) -> None:
    for _ in range(3):  # two deaths that were proven, and one that was not
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
