"""The client against the simulator: real HTTP, and a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer
import pytest

from custom_components.sodalife.api import Camera, SodaClient, SodaError
from custom_components.sodalife.api.call_queue import CallQueue, Priority
from simulator import Cloud, create_app
from simulator.camera import SimCamera
from tests.api.world import OTHER, SERIAL, Platform, gathered
from tests.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def revision() -> str:
    """Which contract the platform keeps; tests override it by parametrization."""
    return "query"


@pytest.fixture
def interval() -> float:
    """The seconds that the platform wants between calls to a device."""
    return 4.0


@pytest.fixture
def cloud(clock: ManualClock, revision: str, interval: float) -> Cloud:
    """The platform; its token endpoint is patient, so that every fetch counts."""
    cloud = Cloud(
        clock=clock,
        revision=revision,
        interval=interval,
        token_fetch_interval=0.0,
        picture_size=(32, 18),
    )
    cloud.add_camera(SERIAL)
    cloud.add_camera(OTHER)
    return cloud


@pytest.fixture
async def platform(
    socket_enabled: None, cloud: Cloud, clock: ManualClock
) -> AsyncGenerator[Platform]:
    asyncio.get_running_loop().set_debug(False)  # or half the time goes into tracebacks
    server = TestServer(create_app(cloud), host="127.0.0.1")
    await server.start_server(access_log=None)  # it would show tokens
    session = aiohttp.ClientSession()
    clock.busy = lambda: bool(session.connector and session.connector._acquired)
    clock.works = lambda: cloud.workshop.works
    platform = Platform(cloud, clock, server, session)
    yield platform
    await platform.close()


@pytest.fixture
def sim(cloud: Cloud) -> SimCamera:
    """The device that most tests are about, as the platform sees it."""
    return cloud.cameras[SERIAL]


@pytest.fixture
def client(platform: Platform) -> SodaClient:
    """A client that knows the platform's revision."""
    return platform.client()


@pytest.fixture
def camera(platform: Platform, client: SodaClient) -> Camera:
    return platform.camera(client)


@pytest.fixture
def at_rest(cloud: Cloud, sim: SimCamera) -> Callable[[], None]:
    """Assert that nothing moves and that no rule was broken."""

    def check() -> None:
        assert sim.moving is None
        assert cloud.violations == []

    return check


@pytest.fixture
def queue(clock: ManualClock) -> CallQueue:
    return CallQueue(clock)


@pytest.fixture
def done() -> list[str]:
    """What has been called, in order."""
    return []


@pytest.fixture
def work(done: list[str]) -> Callable[[str], Any]:
    """Make a call that only notes its name."""

    def make(name: str) -> Any:
        async def call() -> str:
            done.append(name)
            return name

        return call

    return make


@pytest.fixture
def answer(queue: CallQueue, clock: ManualClock) -> Callable[..., Any]:
    """Make a call in its turn that the device answers with an error, or well."""

    async def answer(err: SodaError | None = None) -> None:
        async def call() -> None:
            if err is not None:
                raise err

        await clock.advance(queue.interval)  # or it might be busy for too long
        await gathered(queue.run(Priority.ONLINE, call))

    return answer
