"""Tokens that are refused: one device's trouble, or everybody's."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest

from custom_components.sodalife.api import (
    Command,
    SodaClient,
    SodaError,
    Timeouts,
)
from custom_components.sodalife.api.errors import (
    CannotConnect,
    RateLimited,
)
from simulator import Cloud
from tests.api.tokens import call, fetch_gaps, killed_after_use
from tests.api.world import OTHER, SERIAL, Platform
from tests.clock import ManualClock, until


@pytest.fixture
def interval() -> float:
    """Nothing but the token is the matter here."""
    return 0.0


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
        platform.fault("reset_after", "token", times=2)  # it is asked for once more
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
