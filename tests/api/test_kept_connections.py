"""Connections that the server has kept, and closes just as a request arrives on them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web
import pytest

from custom_components.sodalife.api import (
    Camera,
    Command,
    Endpoint,
    HttpTransport,
    Post,
    SodaClient,
    SodaError,
    http_transport,
)
from simulator.camera import SimCamera
from tests.api.answers import OPERATIONS
from tests.api.world import SERIAL, Platform, answering
from tests.clock import ManualClock

SUCCESS = {
    "access_token": "a-token",
    "expires_in": 7200,
    "data": "SUCCESS",
    "picUrl": "https://pictures.test/1",
    "url": "https://live.test/1",
    "online": 1,
}
STOP = "stop"
CALLS: dict[str, Any] = {
    **OPERATIONS,
    STOP: lambda client: client.stop(SERIAL, Command.ZOOM_IN),
    "token": lambda client: client.tokens.get(),
}
ONCE_ONLY = (Endpoint.CONTROL, Endpoint.VOICE)  # a second start, or the same words again


def never(served: int) -> bool:
    return False


def always(served: int) -> bool:
    return True


def kept(served: int) -> bool:
    return served > 0


class Server:
    """Answers everything, but for some requests under which it closes the connection."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.closes: Callable[[int], bool] = never
        self._served: dict[Any, int] = {}  # by connection

    async def handle(self, request: web.Request) -> web.Response:
        connection = request.transport
        assert connection is not None
        served = self._served.get(connection, 0)
        self._served[connection] = served + 1
        self.asked.append(request.path.rpartition("/")[2])
        if self.closes(served):
            connection.abort()
        return web.json_response(SUCCESS)


@pytest.mark.parametrize("call", CALLS)
async def test_a_kept_connection_that_is_closed_is_replaced_where_that_is_safe(
    platform: Platform, call: str
) -> None:
    server = Server()
    async with answering(server.handle) as host:
        client = SodaClient(HttpTransport(platform.session, host), "id", "secret", revision="query")
        await client.transport.post(Post("whatever"))
        if call != "token":
            await client.tokens.get()
        server.asked.clear()
        server.closes = kept
        if call in ONCE_ONLY:
            with pytest.raises(SodaError) as caught:
                await CALLS[call](client)
            assert caught.value.key == "cannot_connect"
        else:
            await CALLS[call](client)
    assert len(server.asked) == (1 if call in ONCE_ONLY else 2)


async def test_all_are_replaced_when_the_server_closes_many_at_a_time(platform: Platform) -> None:
    server = Server()
    async with answering(server.handle) as host:
        client = SodaClient(HttpTransport(platform.session, host), "id", "secret", revision="query")
        await client.tokens.get()
        for _ in range(2):
            server.closes = never
            await asyncio.gather(*(client.is_online(f"CAM{n:05}") for n in range(20)))
            server.closes = kept
            await asyncio.gather(*(client.stop(f"CAM{n:05}", Command.ZOOM_IN) for n in range(20)))


async def test_a_server_that_closes_whatever_comes_is_asked_twice_once(platform: Platform) -> None:
    server = Server()
    async with answering(server.handle) as host:
        client = SodaClient(HttpTransport(platform.session, host), "id", "secret", revision="query")
        await client.is_online(SERIAL)
        server.asked.clear()
        server.closes = always
        for _ in range(3):
            with pytest.raises(SodaError):
                await client.capture(SERIAL)
        assert len(server.asked) == 4, "the first is repeated; then that is known to be no use"
        server.closes = never
        await client.capture(SERIAL)
        server.closes = kept
        await client.capture(SERIAL)


async def test_what_is_closed_late_may_have_been_carried_out(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server()
    async with answering(server.handle) as host:
        client = SodaClient(HttpTransport(platform.session, host), "id", "secret", revision="query")
        await client.is_online(SERIAL)
        server.asked.clear()
        server.closes = kept
        monkeypatch.setattr(http_transport, "CLOSED_AT_ONCE", 0.0)
        with pytest.raises(SodaError):
            await client.capture(SERIAL)
    assert server.asked == ["capture"]


async def test_a_device_is_given_its_seconds_before_it_is_asked_once_more(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    """It may have been asked, after all, and only the answer been lost."""
    await clock.drive(camera.check_online())
    await clock.advance(4.0)
    platform.fault("reset_after", "capture", times=1)
    await clock.drive(camera.device.client.capture(SERIAL))
    first, second = (call for call in sim.calls if call.endpoint == "capture")
    assert second.arrived - (first.answered or 0.0) >= 4.0
    assert platform.cloud.violations == []
    await camera.close()
    assert not camera.device.client.rests


def only_one(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> asyncio.Semaphore:
    """Leave room for a single call to those who share the session."""
    slots = http_transport.Slots.of(platform.session)
    monkeypatch.setattr(slots, "calls", asyncio.Semaphore(1))
    return slots.calls


async def test_the_wait_for_a_place_is_no_part_of_how_soon_a_connection_was_closed(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = only_one(platform, monkeypatch)
    monkeypatch.setattr(http_transport, "CLOSED_AT_ONCE", 0.5)
    server = Server()
    async with answering(server.handle) as host:
        client = SodaClient(HttpTransport(platform.session, host), "id", "secret", revision="query")
        await client.is_online(SERIAL)
        await place.acquire()
        server.closes = kept
        capture = asyncio.create_task(client.capture(SERIAL))
        await asyncio.sleep(0.7)
        place.release()
        assert await capture == SUCCESS["picUrl"]


async def test_whoever_gives_a_device_its_seconds_keeps_no_other_call_waiting(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_one(platform, monkeypatch)
    server = Server()
    async with answering(server.handle) as host:
        client = SodaClient(HttpTransport(platform.session, host), "id", "secret", revision="query")
        await client.is_online(SERIAL)
        resting, rested = asyncio.Event(), asyncio.Event()

        async def rest() -> None:
            resting.set()
            await rested.wait()

        client.rests[SERIAL] = rest
        server.closes = kept
        first = asyncio.create_task(client.capture(SERIAL))
        await asyncio.wait_for(resting.wait(), 5.0)
        server.closes = never
        await asyncio.wait_for(client.is_online("OTHER001"), 5.0)
        assert not first.done()
        rested.set()
        assert await first == SUCCESS["picUrl"]
