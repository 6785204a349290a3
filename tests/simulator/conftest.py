"""A platform for each test, reached over real HTTP, on a clock that the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
import json
from typing import Any

from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
import pytest

from simulator import Cloud, ManualClock, create_app

SERIAL = "TEST0001"
CREDENTIALS = {
    "grant_type": "client_credentials",
    "client_id": "demo-client",
    "client_secret": "demo-secret",
}


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> str:
        return self.json.get("error", "")


class Platform:
    """The platform and somebody who uses it the way the documents say."""

    def __init__(self, cloud: Cloud, clock: ManualClock, client: TestClient) -> None:
        self.cloud = cloud
        self.clock = clock
        self.client = client
        self.cam = cloud.add_camera(SERIAL, name="Shop")
        self.token = ""

    async def fetch(self, **changes: object) -> Answer:
        return await self.post_json("/oauth2/access_token", CREDENTIALS | changes)

    async def renew(self) -> None:
        self.token = (await self.fetch()).json["access_token"]

    async def call(self, endpoint: str, **fields: object) -> Answer:
        """Call with the token where the revision in force wants it."""
        body = {"device_serial": SERIAL} | fields
        path = f"/iot/cameras/{endpoint}"
        if self.cloud.revision == "query":
            path += f"?access_token={self.token}"
        else:
            body["access_token"] = self.token
        return await self.post_json(path, body)

    async def later(self, endpoint: str, **fields: object) -> Answer:
        """Call when the device may be asked again."""
        self.clock.advance(4)
        return await self.call(endpoint, **fields)

    async def move(self, action: int, command: int) -> Answer:
        right = command if self.cloud.revision == "query" else str(command)
        return await self.call("controlling", action=action, command=right)

    async def say(self, data: bytes | None, name: str = "a.bin", **fields: str) -> Answer:
        form = FormData()
        for field, value in ({"device_serial": SERIAL} | fields).items():
            form.add_field(field, value)
        path = "/iot/cameras/sendvoice"
        if self.cloud.revision == "query":
            path += f"?access_token={self.token}"
        else:
            form.add_field("access_token", self.token)
        if data is not None:
            form.add_field("voice_file", data, filename=name)
        async with self.client.post(path, data=form()) as response:
            return Answer(response.status, await response.text())

    async def post_json(self, path: str, body: object) -> Answer:
        async with self.client.post(path, json=body) as response:
            return Answer(response.status, await response.text())

    async def get(self, path: str) -> Answer:
        async with self.client.get(path) as response:
            return Answer(response.status, await response.text())


type Serve = Callable[..., Awaitable[Platform]]


@pytest.fixture
async def serve(socket_enabled: None) -> AsyncIterator[Serve]:
    """Start platforms; they end with the test."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> Platform:
            clock = ManualClock()
            cloud = Cloud(**{"clock": clock, "picture_size": (160, 90)} | options)
            server = TestServer(create_app(cloud), host="127.0.0.1")
            client = await stack.enter_async_context(TestClient(server))
            platform = Platform(cloud, clock, client)
            await platform.renew()
            return platform

        yield start


@pytest.fixture(params=["query", "body"])
async def platform(serve: Serve, request: pytest.FixtureRequest) -> Platform:
    """A platform of either revision."""
    return await serve(revision=request.param)


@pytest.fixture
async def query(serve: Serve) -> Platform:
    """A platform of the newest revision."""
    return await serve(revision="query")


@pytest.fixture
async def body(serve: Serve) -> Platform:
    """A platform of the oldest revision."""
    return await serve(revision="body")
