"""What is fetched: where it may lead, and how much of it is read, inflated or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import contextmanager
from functools import partial
import gc
import gzip
import socket
import sys
import time
import tracemalloc
import zlib

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
import pytest
from yarl import URL

from custom_components.sodalife.api import HttpTransport, SodaClient, Sound, fetch
from custom_components.sodalife.api.errors import MalformedAnswer, PictureUnusable, VoiceFormat
from custom_components.sodalife.api.fetch import GuardedResolver, Unfetchable, fetched
from custom_components.sodalife.api.http_transport import Slots
from custom_components.sodalife.api.picture import fetch_picture
from tests.api.world import SERIAL, Platform, answering, gathered
from tests.clock import until

JPEG = b"\xff\xd8\xff\xe0 and so on"
MB = 1 << 20
BOMB = 300 * MB  # of zeros, which is 299 kB of gzip


class Names(AbstractResolver):
    """Knows a few names, and counts who asks."""

    def __init__(self, **names: list[str]) -> None:
        self.names = {name.replace("_", "."): list(found) for name, found in names.items()}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        found = self.names[host]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in (found.pop(0) if len(found) > 1 else found[0]).split()
        ]

    async def close(self) -> None:
        pass


# --- where it may lead


async def led(*steps: str) -> list[bool]:
    """Say which of some steps from host to host were allowed."""
    resolver = GuardedResolver(Names(**{f"n{at}": [step] for at, step in enumerate(steps)}))
    outcomes = []
    for at in range(len(steps)):
        try:
            await resolver.resolve(f"n{at}")
        except Unfetchable:
            outcomes.append(False)
        else:
            outcomes.append(True)
    return outcomes


@pytest.mark.parametrize(
    ("steps", "allowed"),
    [
        (["192.168.1.1", "10.0.0.1", "127.0.0.1"], [True, True, True]),
        (["192.168.1.1", "8.8.8.8", "192.168.1.1"], [True, True, False]),
        (["8.8.8.8", "9.9.9.9", "192.168.1.1", "9.9.9.9"], [True, True, False, True]),
        (["8.8.8.8", "9.9.9.9 192.168.1.1"], [True, False]),  # both at once
        (["9.9.9.9 192.168.1.1", "192.168.1.1"], [True, False]),
        (["8.8.8.8", "::ffff:192.168.1.1"], [True, False]),
        (["8.8.8.8", "fe80::1%eth0"], [True, False]),
        (["2606:4700::1111", "::1"], [True, False]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value[0], str) else "",
)
async def test_nothing_leads_from_the_internet_into_a_private_network(
    steps: list[str], allowed: list[bool]
) -> None:
    assert await led(*steps) == allowed


@pytest.fixture
async def names() -> AsyncIterator[tuple[aiohttp.ClientSession, Names]]:
    """Have a session that knows where `pictures.test` is."""
    known = Names(pictures_test=["127.0.0.1", "10.255.255.1"], platform_test=["8.8.8.8"])
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=known)) as session:
        yield session, known


async def show(request: web.Request) -> web.Response:
    return web.Response(body=JPEG)


async def test_what_was_checked_is_what_is_connected_to(
    names: tuple[aiohttp.ClientSession, Names],
    monkeypatch: pytest.MonkeyPatch,
    socket_enabled: None,
) -> None:
    """A name that changes its mind is asked once, and not once more for the connection."""
    session, known = names
    monkeypatch.setattr(fetch, "is_public", lambda address: address in ("8.8.8.8", "127.0.0.1"))
    async with answering(show) as host:
        address = str(URL(host).with_host("pictures.test"))
        assert (await fetch_picture(session, address, "platform.test")).content == JPEG
    assert known.asked == ["platform.test", "pictures.test"]


async def test_a_name_of_a_private_network_is_refused(
    names: tuple[aiohttp.ClientSession, Names],
) -> None:
    session, known = names
    with pytest.raises(PictureUnusable, match="address in a private network"):
        await fetch_picture(session, "http://pictures.test:9/p", "platform.test")
    assert known.asked == ["platform.test", "pictures.test"]


@pytest.mark.parametrize("host", ["127.1", "2130706433", "017700000001", "127.0.0.1.", "0"])
async def test_addresses_in_forms_of_long_ago_are_refused(platform: Platform, host: str) -> None:
    """aiohttp 3.11 asks no resolver for them, and connects."""
    (err,) = await gathered(fetch_picture(platform.session, f"http://{host}:9/p", "8.8.8.8"))
    assert isinstance(err, PictureUnusable)
    assert "Connect" not in err.description


async def test_cookies_stay_where_they_are(platform: Platform) -> None:
    seen: list[str | None] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie"))
        response = web.Response(body=JPEG)
        response.set_cookie("visited", "1")
        return response

    async with answering(handler) as host:
        for _ in range(2):
            await fetch_picture(platform.session, host + "/p", "127.0.0.1")
    assert seen == [None, None]


# --- how much is read


def raw_deflate(content: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflate.compress(content) + deflate.flush()


CODINGS = {
    "gzip": partial(gzip.compress, mtime=0),
    "x-gzip": partial(gzip.compress, mtime=0),
    "deflate": zlib.compress,
    "deflate without a header": raw_deflate,
}


def sending(content: bytes, encoding: str) -> web.Response:
    return web.Response(body=content, headers={"Content-Encoding": encoding.partition(" ")[0]})


@pytest.mark.parametrize("encoding", CODINGS)
@pytest.mark.parametrize("size", [0, 100, 3 * MB, 20 * MB - len(JPEG)])
async def test_a_picture_may_come_compressed(platform: Platform, encoding: str, size: int) -> None:
    content = JPEG + bytes(size)

    async def handler(request: web.Request) -> web.Response:
        assert request.headers["Accept-Encoding"] == "gzip, deflate"
        return sending(CODINGS[encoding](content), encoding)

    async with answering(handler) as host:
        picture = await fetch_picture(platform.session, host + "/p", "127.0.0.1")
    assert picture.content == content


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"", "gzip"),
        (b"nothing of the kind", "gzip"),
        (b"nothing of the kind", "deflate"),
        (gzip.compress(JPEG * 99, mtime=0)[:-20], "gzip"),
        (JPEG, "br"),
        (JPEG, "zstd"),
        (JPEG, "gzip, br"),
        (JPEG, "something new"),
    ],
)
async def test_what_cannot_be_inflated_is_refused(
    platform: Platform, content: bytes, encoding: str
) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=content, headers={"Content-Encoding": encoding})

    async with answering(handler) as host:
        (err,) = await gathered(fetch_picture(platform.session, host + "/p", "127.0.0.1"))
    assert isinstance(err, PictureUnusable)
    assert err.description == "ClientPayloadError"


@contextmanager
def little_memory() -> Iterator[None]:
    """Fail what takes much memory, as Python allots it."""
    tracemalloc.start()
    began = tracemalloc.get_traced_memory()[0]
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (peak - began) / MB < 60


async def outcome(work: Awaitable[object]) -> object:
    """Return what some work comes to, which keeps nobody else waiting for long."""
    task, longest = asyncio.ensure_future(gathered(work)), 0.0
    while not task.done():
        began = time.thread_time()
        await asyncio.sleep(0)
        longest = max(longest, time.thread_time() - began)
    assert longest < 0.1  # seconds, with what the server and the tracing take
    return task.result()[0]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_bomb_goes_off_in_small_pieces(platform: Platform, encoding: str) -> None:
    """300 kB that are 300 MB: aiohttp 3.11 would inflate all of it at once."""
    small = CODINGS[encoding](bytes(BOMB))
    assert len(small) < 310_000

    async def handler(request: web.Request) -> web.Response:
        return sending(small, encoding)

    async with answering(handler) as host:
        with little_memory():
            err = await outcome(fetch_picture(platform.session, host + "/p", "127.0.0.1"))
    assert isinstance(err, PictureUnusable)
    assert err.description == "larger than 20 MB"


@pytest.mark.parametrize("encoding", ["gzip"])
async def test_the_platforms_answers_may_come_compressed_but_are_no_bombs(
    platform: Platform, encoding: str
) -> None:
    contents = (
        b'{"access_token": "abc", "expires_in": 7200}',
        b'{"picUrl": "http://127.0.0.1/p"}',
        b'{"picUrl": "' + bytes(100 * MB) + b'"}',
    )
    answers = [CODINGS[encoding](content) for content in contents]

    async def handler(request: web.Request) -> web.Response:
        return sending(answers.pop(0), encoding)

    async with answering(handler) as host:
        client = SodaClient(HttpTransport(platform.session, host), "id", "secret", revision="query")
        assert await client.capture(SERIAL) == "http://127.0.0.1/p"
        with little_memory():
            assert type(await outcome(client.capture(SERIAL))) is MalformedAnswer
        await client.close()


# --- how much in sum


async def test_many_large_pictures_are_read_one_at_a_time(platform: Platform) -> None:
    """32 at a time, 20 MB each, would be 640 MB."""
    going_on = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(JPEG)
        for _ in range(18 * 16):
            await response.write(bytes(MB // 16))
        await going_on.wait()
        return response

    async with answering(handler) as host:
        transport = HttpTransport(platform.session, host)
        with little_memory():
            tasks = [asyncio.create_task(_length(transport, f"{host}/p")) for _ in range(8)]
            await until(Slots.of(platform.session).large_picture.locked)
            await asyncio.sleep(0.5)
            async with answering(show) as other:
                assert await asyncio.wait_for(_length(transport, f"{other}/p"), 2) == len(JPEG)
            going_on.set()
            assert await asyncio.gather(*tasks) == [len(JPEG) + 18 * MB] * 8


async def _length(transport: HttpTransport, address: str) -> int:
    return len((await transport.picture(address)).content)


async def test_a_failure_that_is_remembered_holds_on_to_nothing(
    platform: Platform, client: SodaClient
) -> None:
    """Its traceback would keep what was sent or read: 20 MB for every camera, in the worst case."""
    camera = platform.camera(client)
    sound = Sound(bytes(1000), "wav")
    platform.code("111001", "sendvoice")
    with pytest.raises(VoiceFormat):
        await camera.device.send_voice(sound)
    assert camera.device.last_failure is not None
    gc.collect()
    assert sys.getrefcount(sound) <= 2
    platform.fault("not_image", "picture")
    await gathered(camera.snapshots.get())
    for err in (camera.device.last_failure.error, camera.snapshots._failed[1]):
        assert (err.__traceback__, err.__context__) == (None, None)
    assert camera.snapshots._capturing is None


async def test_leaving_ends_the_connection(platform: Platform) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=JPEG)

    async with answering(handler) as host:
        async with fetched(platform.session, URL(host), redirects=0) as response:
            assert response.status == 200
        with pytest.raises(ZeroDivisionError):
            async with fetched(platform.session, URL(host), redirects=0):
                raise ZeroDivisionError
