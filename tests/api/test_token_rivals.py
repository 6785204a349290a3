"""Somebody else fetches tokens of the same application."""

from __future__ import annotations

import asyncio

import pytest

from custom_components.sodalife.api import (
    Command,
    SodaClient,
)
from custom_components.sodalife.api.errors import (
    TokenPaused,
)
from simulator import Cloud
from tests.api.tokens import call, fetch_gaps, killed_after_use
from tests.api.world import SERIAL, Platform, gathered
from tests.clock import ManualClock, until


@pytest.fixture
def interval() -> float:
    """Nothing but the token is the matter here."""
    return 0.0


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
