"""The simulator behind an address, clients of it, and servers that answer as a test likes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.sodalife.api import Camera, HttpTransport, SodaClient
from simulator import Cloud, Fault
from simulator.calls import Call
from simulator.camera import SimCamera
from tests.clock import ManualClock

SERIAL = "TEST0001"
OTHER = "TEST0002"
DAY = 86_400.0

both = pytest.mark.parametrize("revision", ["query", "body"])


@dataclass
class Platform:
    """The simulator, listening, and what a test has made to speak with it."""

    cloud: Cloud
    clock: ManualClock
    server: TestServer
    session: aiohttp.ClientSession
    clients: list[SodaClient] = field(default_factory=list)
    cameras: list[Camera] = field(default_factory=list)

    @property
    def host(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    def client(self, *, secret: str = "demo-secret", **options: Any) -> SodaClient:
        options.setdefault("clock", self.clock)
        options.setdefault("revision", self.cloud.revision)
        client = SodaClient(
            HttpTransport(self.session, self.host), "demo-client", secret, **options
        )
        self.clients.append(client)
        return client

    def camera(self, client: SodaClient, serial: str = SERIAL) -> Camera:
        camera = Camera(client, serial)
        self.cameras.append(camera)
        return camera

    def fault(self, kind: str, endpoint: str = "*", **details: Any) -> None:
        self.cloud.faults.add(Fault(kind, endpoint, **details))

    def code(self, code: str, endpoint: str = "*", **details: Any) -> None:
        """Let calls be answered with an error code."""
        self.fault("code", endpoint, code=code, **details)

    async def close(self) -> None:
        self.cloud.faults.clear()
        for camera in self.cameras:
            await self.clock.drive(camera.close())
        for client in self.clients:
            await client.close()
        await self.session.close()
        await self.server.close()


def arrived(sim: SimCamera) -> list[str]:
    """The calls that arrived, in short: `start 8`, `stop 8`, `capture`."""
    return [_name(call) for call in sim.calls]


def _name(call: Call) -> str:
    if call.endpoint != "controlling":
        return call.endpoint
    return f"{'stop' if call.action else 'start'} {call.command}"


@asynccontextmanager
async def answering(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> AsyncGenerator[str]:
    """Serve one handler for every request; gives the address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(access_log=None)
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()


@asynccontextmanager
async def saying(raw: bytes) -> AsyncGenerator[str]:
    """Serve some bytes, HTTP or not, and hang up; gives the address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()
        await server.wait_closed()


async def gathered(*works: Awaitable[Any]) -> list[Any]:
    """Results or errors, in order."""
    return await asyncio.gather(*works, return_exceptions=True)
