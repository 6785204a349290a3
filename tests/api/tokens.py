"""What tests of the token share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
import itertools

from custom_components.sodalife.api import (
    SodaClient,
    SodaError,
)
from simulator import Cloud, Fault
from tests.api.world import SERIAL, Platform
from tests.clock import ManualClock


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
