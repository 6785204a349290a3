"""Broken answers, connections, and secrets that stay here."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import traceback
from typing import Any

from aiohttp import web
import pytest

from custom_components.sodalife.api import (
    Command,
    Endpoint,
    HttpTransport,
    SodaClient,
    SodaError,
    Timeouts,
)
from custom_components.sodalife.api.errors import (
    AnswerTimeout,
    CannotConnect,
    InvalidClient,
    MalformedAnswer,
    NotSupported,
    RateLimited,
)
from custom_components.sodalife.api.http_transport import MAX_CALLS
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.answers import OPERATIONS, everywhere
from tests.api.world import OTHER, SERIAL, Platform, answering, arrived, gathered, saying
from tests.clock import ManualClock, until


@pytest.fixture
def interval() -> float:
    """When a device may be called is the call queue's business."""
    return 0.0


IMPATIENT = Timeouts(capture=0.3, control=0.3, voice=0.3, live=0.3, online=0.3, talk=0.3)
NETWORK_FAULTS: dict[str, type[SodaError]] = {
    "html": CannotConnect,
    "empty": MalformedAnswer,
    "cut": MalformedAnswer,
    "json_list": MalformedAnswer,
    "json_other": MalformedAnswer,
    "not_success": MalformedAnswer,
    "redirect_loop": MalformedAnswer,
    "hang": AnswerTimeout,
}


@everywhere
@pytest.mark.parametrize("kind", NETWORK_FAULTS)
async def test_a_broken_answer_is_an_error_once_and_then_all_is_well(
    platform: Platform, endpoint: Endpoint, kind: str
) -> None:
    client = platform.client(timeouts=IMPATIENT if kind == "hang" else Timeouts())
    platform.fault(kind, endpoint.value, times=1)
    with pytest.raises(SodaError) as caught:
        await OPERATIONS[endpoint](client)
    assert type(caught.value) is NETWORK_FAULTS[kind]
    assert caught.value.platform_trouble
    await client.stop(SERIAL, Command.ZOOM_IN)
    await OPERATIONS[endpoint](client)


async def test_a_redirect_is_not_followed_with_the_token(platform: Platform) -> None:
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async with answering(handler) as host:
        client = SodaClient(HttpTransport(platform.session, host), "id", "secret")
        with pytest.raises(MalformedAnswer):
            await client.tokens.get()
    assert asked == ["/oauth2/access_token"]


async def test_a_closed_port_is_a_failed_connection(platform: Platform) -> None:
    client = SodaClient(HttpTransport(platform.session, "http://127.0.0.1:1"), "id", "secret")
    with pytest.raises(CannotConnect) as caught:
        await client.tokens.get()
    assert caught.value.description.startswith("ClientConnectorError")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"220 smtp.example.com ready\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n{}",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\xff\xfe{\x00",
        b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"[" * 200_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 6000\r\n\r\n" + b"9" * 6000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n{" + b" " * 1_999_998 + b"}",
    ],
    ids=[
        *("nothing", "another protocol", "short body", "bad length", "bad chunk", "not gzip"),
        *("long header", "no content", "bad unicode", "brackets", "digits", "2 MB"),
    ],
)
async def test_whatever_a_server_says_no_other_exception_gets_out(
    platform: Platform, raw: bytes
) -> None:
    async with saying(raw) as host:
        client = SodaClient(HttpTransport(platform.session, host), "id", "secret")
        with pytest.raises(CannotConnect):
            await client.tokens.get()


async def test_a_small_body_that_unpacks_to_a_large_one_is_refused(platform: Platform) -> None:
    packed = gzip.compress(json.dumps({"pad": "x" * 5_000_000}).encode())

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    async with answering(handler) as host:
        client = SodaClient(HttpTransport(platform.session, host), "id", "secret")
        with pytest.raises(MalformedAnswer):
            await client.tokens.get()


@pytest.mark.parametrize(
    ("endpoint", "answer"),
    [
        (Endpoint.CAPTURE, {"picUrl": ""}),
        (Endpoint.CAPTURE, {"picUrl": None}),
        (Endpoint.CAPTURE, {"picUrl": ["http://127.0.0.1/"]}),
        (Endpoint.CONTROL, {"data": True}),
        (Endpoint.LIVE, {"url": 5}),
        (Endpoint.LIVE, {"url": "http://[half"}),
        (Endpoint.ONLINE, {"online": 2}),
        (Endpoint.ONLINE, {"online": None}),
        (Endpoint.ONLINE, {"online": [1]}),
        (Endpoint.TALK, {"url": {}}),
    ],
)
async def test_success_of_another_shape_is_a_malformed_answer(
    platform: Platform, endpoint: Endpoint, answer: dict[str, Any]
) -> None:
    with pytest.raises(MalformedAnswer):
        await answered_with(platform, endpoint, answer)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [({"online": 1}, True), ({"online": "1"}, True), ({"online": "0"}, False)],
)
async def test_the_online_state_may_be_text(
    platform: Platform, answer: dict[str, Any], expected: bool
) -> None:
    assert await answered_with(platform, Endpoint.ONLINE, answer) is expected


@pytest.mark.parametrize(
    ("url", "life"),
    [
        ("http://127.0.0.1/a.m3u8?expire={end}&t=1", 1000.0),
        ("http://127.0.0.1/a.m3u8?t=1&expire={end}", 1000.0),
        ("http://127.0.0.1/a.m3u8?expire=soon", 240.0),
        ("http://127.0.0.1/a.m3u8?expire=", 240.0),
        ("http://127.0.0.1/a.m3u8?expire=1", 240.0),
    ],
)
async def test_the_end_of_a_live_address_is_read_if_there_is_one(
    platform: Platform, clock: ManualClock, url: str, life: float
) -> None:
    url = url.format(end=int(clock.time()) + 1000)
    address = await answered_with(platform, Endpoint.LIVE, {"url": url})
    assert (address.url, address.expires_at) == (url, clock.time() + life)


async def answered_with(platform: Platform, endpoint: Endpoint, answer: dict[str, Any]) -> Any:
    """Call an endpoint of a platform that answers just this."""

    async def handler(request: web.Request) -> web.Response:
        token = {"access_token": "abc", "expires_in": 7200}
        return web.json_response(token if request.path.startswith("/oauth2") else answer)

    async with answering(handler) as host:
        client = SodaClient(
            HttpTransport(platform.session, host),
            "id",
            "secret",
            revision="query",
            clock=platform.clock,
        )
        return await OPERATIONS[endpoint](client)


async def test_a_stop_finds_a_connection_however_many_calls_hang(
    platform: Platform, client: SodaClient, cloud: Cloud, sim: SimCamera
) -> None:
    await client.start(SERIAL, Command.UP)
    cloud.capture_seconds = 60.0
    hanging = [asyncio.create_task(client.capture(OTHER)) for _ in range(MAX_CALLS + 10)]
    await until(lambda: len(cloud.cameras[OTHER].calls) == MAX_CALLS)
    await asyncio.wait_for(client.stop(SERIAL, Command.UP), 2.0)
    assert sim.moving is None
    for task in hanging:
        task.cancel()
    await gathered(*hanging)


async def test_cancelled_calls_make_room_for_others(
    platform: Platform, client: SodaClient, cloud: Cloud
) -> None:
    platform.fault("hang", "capture")
    hanging = [asyncio.create_task(client.capture(OTHER)) for _ in range(MAX_CALLS)]
    await until(lambda: len(cloud.cameras[OTHER].calls) == MAX_CALLS)
    for task in hanging:
        task.cancel()
    await gathered(*hanging)
    assert await asyncio.wait_for(client.is_online(SERIAL), 2.0)


async def test_the_calls_to_each_endpoint_are_counted(
    platform: Platform, client: SodaClient
) -> None:
    await client.live_url(SERIAL)
    platform.code("9048", "liveurl")
    await gathered(client.live_url(SERIAL))
    platform.fault("reset_before", "capture")
    await gathered(client.capture(SERIAL))
    live, capture = client.stats[Endpoint.LIVE], client.stats[Endpoint.CAPTURE]
    assert (live.calls, live.errors, live.last_error) == (2, 1, "9048")
    assert 0 < live.slowest <= live.seconds
    assert (capture.calls, capture.errors, capture.last_error) == (1, 1, "cannot_connect")


@everywhere
async def test_no_secret_in_an_error_that_repeats_it(
    platform: Platform,
    client: SodaClient,
    endpoint: Endpoint,
    caplog: pytest.LogCaptureFixture,
) -> None:
    token = (await client.tokens.get()).value
    platform.code(f"{token}", endpoint.value, description=f"no {token} here, {token}!")
    with pytest.raises(SodaError) as caught:
        await OPERATIONS[endpoint](client)
    assert_tells_nothing(caught.value, caplog, token)
    assert "no *** here" in str(caught.value)


async def test_no_secret_in_an_error_about_the_credentials(
    platform: Platform, client: SodaClient, caplog: pytest.LogCaptureFixture
) -> None:
    platform.code("INVALID_CLIENT", "token", description="demo-secret is not the secret")
    with pytest.raises(InvalidClient) as caught:
        await client.tokens.get()
    assert_tells_nothing(caught.value, caplog, "demo-secret")


@pytest.mark.parametrize("kind", [*NETWORK_FAULTS, "closed"])
async def test_no_secret_in_an_error_about_the_connection(
    platform: Platform, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = platform.client(timeouts=Timeouts(live=0.05))
    token = (await client.tokens.get()).value
    if kind == "closed":
        await platform.server.close()
    else:
        platform.fault(kind, "liveurl")
    with pytest.raises(SodaError) as caught:
        await client.live_url(SERIAL)
    assert_tells_nothing(caught.value, caplog, token, "demo-secret")


async def test_no_secret_in_what_the_objects_print(client: SodaClient) -> None:
    token = await client.tokens.get()
    address = await client.capture(SERIAL)
    live, talk = await client.live_url(SERIAL), await client.talk_url(SERIAL)
    printed = f"{client!r} {client.tokens!r} {token!r} {live!r} {talk!r} {client.stats!r}"
    for secret in ("demo-secret", token.value, live.url, talk.url, address):
        assert secret not in printed


def assert_tells_nothing(err: SodaError, caplog: pytest.LogCaptureFixture, *secrets: str) -> None:
    """Neither the error, nor its traceback, nor the log at any level holds a secret."""
    shown = "".join(traceback.format_exception(err)) + repr(err) + str(vars(err))
    shown += "".join(
        logging.Formatter().format(record)
        for record in caplog.records
        if not record.name.startswith("simulator")
    )
    for secret in secrets:
        assert secret not in shown


async def test_too_many_requests_without_a_body_is_understood(
    platform: Platform, client: SodaClient
) -> None:
    platform.fault("html", "liveurl", status=429)
    with pytest.raises(RateLimited):
        await client.live_url(SERIAL)


async def test_an_address_below_the_host_is_kept(platform: Platform) -> None:
    paths: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.json_response({"access_token": "abc", "expires_in": 7200, "online": 1})

    async with answering(handler) as host:
        client = SodaClient(
            HttpTransport(platform.session, f"{host}/soda/"), "id", "secret", revision="query"
        )
        await client.is_online(SERIAL)
    assert paths == ["/soda/oauth2/access_token", "/soda/iot/cameras/onlinestatus"]


async def test_a_device_that_cannot_say_is_not_asked_another_way(
    platform: Platform, client: SodaClient, sim: SimCamera
) -> None:
    platform.code("20015", "onlinestatus")
    with pytest.raises(NotSupported):
        await client.is_online(SERIAL)
    assert arrived(sim) == ["onlinestatus"]


@pytest.mark.parametrize("code", ["60003", "20007", "60000", "10028"])
async def test_what_the_token_endpoint_says_is_no_word_of_a_device(
    platform: Platform, code: str
) -> None:
    """An end stop from there, for one, would pass for a stop that was delivered."""
    platform.code(code, "token")
    client = platform.client()
    with pytest.raises(SodaError) as caught:
        await client.stop(SERIAL, Command.ZOOM_IN)
    assert (type(caught.value), caught.value.code) == (SodaError, code)
