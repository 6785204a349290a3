"""What goes over the wire: connections that cannot be made, slots, and what a proxy says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
import datetime as dt
from functools import partial
import inspect
import ipaddress
from pathlib import Path
import ssl
import time
from typing import Any
from unittest.mock import Mock

import aiohttp
from aiohttp import client_exceptions, web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
import pytest

from custom_components.sodalife.api import (
    Command,
    Endpoint,
    HttpTransport,
    Post,
    SodaClient,
    SodaError,
    Sound,
)
from custom_components.sodalife.api.errors import (
    CannotConnect,
    MalformedAnswer,
    PictureUnusable,
    RateLimited,
    VoiceTooLarge,
)
from custom_components.sodalife.api.http_transport import MAX_CALLS, MAX_PICTURES
from custom_components.sodalife.api.transport import reason
from simulator import Cloud
from simulator.camera import SimCamera
from tests.api.world import OTHER, SERIAL, Platform, answering, gathered
from tests.clock import until

SOUND = Sound(b"RIFF....WAVE" + bytes(5_000_000), "wav")
AT_ONCE = 0.05  # real seconds that a stop or a call may take on an idle machine


@pytest.fixture
def interval() -> float:
    """When a device may be called is the call queue's business."""
    return 0.0


# Connections that cannot be made: a certificate that nobody has signed.


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1, signed by itself, and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path / "self-signed.pem"
    file.write_bytes(private + signed.public_bytes(pem))
    return file


@asynccontextmanager
async def signed_by_itself(certificate: Path) -> AsyncGenerator[str]:
    async def handler(request: web.Request) -> web.Response:
        pytest.fail("nobody may get here")

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    server = TestServer(app, host="127.0.0.1", scheme="https")
    await server.start_server(access_log=None, ssl=context)
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()


async def test_a_certificate_that_nobody_signed_is_a_failed_connection(
    platform: Platform, certificate: Path
) -> None:
    async with signed_by_itself(certificate) as host:
        client = SodaClient(HttpTransport(platform.session, host), "id", "secret")
        with pytest.raises(CannotConnect) as caught:
            await client.tokens.get()
    assert caught.value.description.startswith("ClientConnectorCertificateError")


@pytest.mark.parametrize("endpoint", Endpoint)
async def test_so_it_is_for_every_call_that_has_a_token(
    platform: Platform, certificate: Path, endpoint: Endpoint
) -> None:
    async with signed_by_itself(certificate) as host:
        transport = HttpTransport(platform.session, host)
        with pytest.raises(CannotConnect):
            await transport.post(Post(f"iot/cameras/{endpoint}", urgent=True))


async def test_and_for_a_picture_it_is_a_picture_that_cannot_be_had(
    platform: Platform, certificate: Path
) -> None:
    async with signed_by_itself(certificate) as host:
        with pytest.raises(PictureUnusable) as caught:
            await HttpTransport(platform.session, host).picture(f"{host}/p")
    assert caught.value.description.startswith("ClientConnectorCertificateError")


# Saying why cannot fail.


def all_errors() -> Iterator[type[BaseException]]:
    """All exceptions of aiohttp's client, whatever this release has."""
    for _, cls in inspect.getmembers(client_exceptions, inspect.isclass):
        if issubclass(cls, aiohttp.ClientError | aiohttp.InvalidURL):
            yield cls


class Awkward:
    """Fails whatever it is asked for."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __str__(self) -> str:
        raise RuntimeError


ARGUMENTS: dict[str, Any] = {
    "connection_key": Mock(ssl=True, host="h", port=1),
    "certificate_error": ssl.CertificateError("secret"),
    "os_error": OSError(111, "Connect call failed"),
    "request_info": Mock(real_url="http://h/?access_token=secret"),
    "history": (),
    "url": "http://h/?access_token=secret",
    "path": "/secret",
    "expected": b"1",
    "got": b"2",
    "host": "h",
    "port": 1,
}


def arguments_of(cls: type[BaseException]) -> list[Any]:
    """What a class has to be given."""
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    return [
        ARGUMENTS[parameter.name]
        for parameter in parameters
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        and parameter.default is parameter.empty
    ]


@pytest.mark.parametrize("cls", all_errors(), ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("made", [True, False], ids=["made", "bare"])
def test_why_a_connection_failed_can_always_be_said(cls: type[BaseException], made: bool) -> None:
    """Also of one that was never initialised: nothing that belongs to it is there."""
    err = cls(*arguments_of(cls)) if made else cls.__new__(cls)
    assert reason(err).startswith(cls.__name__)
    assert "secret" not in reason(err)


@pytest.mark.parametrize("wrong", [AttributeError, RuntimeError, ValueError, OSError])
def test_so_it_can_of_an_error_whose_parts_raise(wrong: type[Exception]) -> None:
    class Error(aiohttp.ClientError):
        @property
        def os_error(self) -> OSError:
            raise wrong

    assert reason(Error()) == "Error"


@pytest.mark.parametrize("text", [Awkward(), None, 5, b"bytes", Mock()], ids=type)
def test_a_reason_that_is_no_text_is_left_out(text: object) -> None:
    class Error(aiohttp.ClientError):
        os_error = Mock(strerror=text)

    assert reason(Error()) == "Error"


def test_the_systems_own_words_are_kept() -> None:
    err = aiohttp.ClientConnectorError(Mock(), OSError(111, "Connect call failed"))
    assert reason(err) == "ClientConnectorError Connect call failed"


# Connections: pictures have theirs, calls theirs, and a stop always finds one.


@asynccontextmanager
async def hanging_pictures(platform: Platform, client: SodaClient) -> AsyncGenerator[None]:
    """All slots for pictures are taken, at the platform's own host, and more wait for one."""
    address = await client.capture(OTHER)
    platform.fault("hang", "picture")
    asked = 0
    take = platform.cloud.faults.take

    def counting(endpoint: str, serial: str = "") -> Any:
        nonlocal asked
        asked += endpoint == "picture"
        return take(endpoint, serial)

    platform.cloud.faults.take = counting  # type: ignore[method-assign]
    hanging = [asyncio.create_task(client.picture(address)) for _ in range(150)]
    await until(lambda: asked >= MAX_PICTURES)
    await asyncio.sleep(0.05)
    assert asked == MAX_PICTURES
    yield
    assert not any(task.done() for task in hanging)
    for task in hanging:
        task.cancel()
    await gathered(*hanging)


async def took(call: Callable[[], Awaitable[object]]) -> float:
    """Call a few times; return the seconds of the quickest: the machine may be busy."""
    spans: list[float] = []
    for _ in range(3):
        began = time.perf_counter()
        await call()
        spans.append(time.perf_counter() - began)
    return min(spans)


async def test_a_stop_goes_out_at_once_however_many_pictures_hang(
    platform: Platform, client: SodaClient, sim: SimCamera
) -> None:
    await client.start(SERIAL, Command.UP)
    async with hanging_pictures(platform, client):
        assert await took(lambda: client.stop(SERIAL, Command.UP)) < AT_ONCE
    assert sim.moving is None


async def test_a_call_finds_a_slot_however_many_pictures_hang(
    platform: Platform, client: SodaClient
) -> None:
    async with hanging_pictures(platform, client):
        assert await took(lambda: client.is_online(SERIAL)) < AT_ONCE


async def test_a_stop_goes_out_at_once_when_pictures_and_calls_hang(
    platform: Platform, client: SodaClient, cloud: Cloud, sim: SimCamera
) -> None:
    await client.start(SERIAL, Command.UP)
    async with hanging_pictures(platform, client):
        platform.fault("hang", "capture")
        before = len(cloud.cameras[OTHER].calls)
        calls = [asyncio.create_task(client.capture(OTHER)) for _ in range(150)]
        room = MAX_CALLS - MAX_PICTURES
        await until(lambda: len(cloud.cameras[OTHER].calls) == before + room)
        assert await took(lambda: client.stop(SERIAL, Command.UP)) < AT_ONCE
        for call in calls:
            call.cancel()
        await gathered(*calls)
    assert sim.moving is None


async def test_two_applications_have_no_more_connections_than_one(platform: Platform) -> None:
    """Home Assistant's session has 100 to a host, for all who use it."""
    hanging, going_on = 0, asyncio.Event()

    async def handler(request: web.Request) -> web.Response:
        nonlocal hanging
        if request.path != "/stop":
            hanging += 1
            await going_on.wait()
        return web.Response()

    connector = aiohttp.TCPConnector(limit_per_host=100)
    async with answering(handler) as host, aiohttp.ClientSession(connector=connector) as session:
        two = [HttpTransport(session, host) for _ in range(2)]
        calls = [asyncio.create_task(one.post(Post("call"))) for one in two for _ in range(80)]
        await until(lambda: hanging >= MAX_CALLS)
        for one in two:
            assert await took(partial(one.post, Post("stop", urgent=True))) < AT_ONCE
        assert hanging == MAX_CALLS
        going_on.set()
        await asyncio.gather(*calls)


async def test_pictures_that_nobody_waits_for_any_more_make_room(
    platform: Platform, client: SodaClient, cloud: Cloud
) -> None:
    address = await client.capture(OTHER)
    async with hanging_pictures(platform, client):
        pass
    cloud.faults.clear()
    assert (await asyncio.wait_for(client.picture(address), 2.0)).content


# What a proxy in between says, in its own words or in none.


async def answered(
    platform: Platform,
    response: Callable[[], web.Response],
    call: Callable[[SodaClient], Any],
    *,
    token_too: bool = False,
) -> SodaError:
    """Make a call that something between us and the platform answers; return the error."""

    async def handler(request: web.Request) -> web.Response:
        if request.path.startswith("/oauth2") and not token_too:
            return web.json_response({"access_token": "abc", "expires_in": 7200})
        await request.read()
        return response()

    async with answering(handler) as host:
        client = SodaClient(
            HttpTransport(platform.session, host),
            *("id", "secret"),
            revision="query",
            clock=platform.clock,
        )
        (err,) = await gathered(call(client))
    assert isinstance(err, SodaError)
    return err


@pytest.mark.parametrize("body", ["", "<html>Request Entity Too Large</html>", "[]", '{"a": 1}'])
async def test_a_sound_too_large_for_a_proxy_is_a_sound_too_large(
    platform: Platform, body: str
) -> None:
    small = Sound(b"RIFF....WAVE", "wav")
    err = await answered(
        platform,
        lambda: web.Response(status=413, text=body),
        lambda client: client.send_voice(SERIAL, small),
    )
    assert type(err) is VoiceTooLarge
    assert not err.platform_trouble


@pytest.mark.parametrize("closes", [True, False], ids=["closes", "reads on"])
async def test_so_it_is_when_the_proxy_does_not_wait_for_all_of_it(
    platform: Platform, closes: bool
) -> None:
    async with refusing_early(closes=closes) as host:
        transport = HttpTransport(platform.session, host)
        answer = await transport.post(Post("iot/cameras/sendvoice", sound=SOUND))
    assert answer.status == 413


@asynccontextmanager
async def refusing_early(*, closes: bool) -> AsyncGenerator[str]:
    """Serve like nginx: 413 as soon as the header is read, then read on for a while or not."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        if not closes:
            while await reader.read(1 << 16):
                pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


CALLS: dict[str, Callable[[SodaClient], Any]] = {
    "capture": lambda client: client.capture(SERIAL),
    "start": lambda client: client.start(SERIAL, Command.UP),
    "stop": lambda client: client.stop(SERIAL, Command.UP),
    "sendvoice": lambda client: client.send_voice(SERIAL, Sound(b"RIFF....WAVE", "wav")),
    "liveurl": lambda client: client.live_url(SERIAL),
    "onlinestatus": lambda client: client.is_online(SERIAL),
    "talkurl": lambda client: client.talk_url(SERIAL),
    "access_token": lambda client: client.tokens.get(),
}
PROXY_SAYS = {  # what a status means where nothing else is said, and what is told of it
    401: (MalformedAnswer, "HTTP 401 Unauthorized"),
    403: (MalformedAnswer, "HTTP 403 Forbidden"),
    407: (MalformedAnswer, "HTTP 407 Proxy Authentication Required"),
    413: (MalformedAnswer, "HTTP 413 "),
    429: (RateLimited, "HTTP 429 Too Many Requests"),
    502: (CannotConnect, "HTTP 502 Bad Gateway"),
    599: (CannotConnect, "HTTP 599"),
}


@pytest.mark.parametrize("body", ["", "<html>no</html>", "[]", '{"a": 1}'])
@pytest.mark.parametrize("status", PROXY_SAYS)
@pytest.mark.parametrize("endpoint", CALLS)
async def test_what_a_proxy_says_is_told_and_taken_for_nobody_elses_word(
    platform: Platform, endpoint: str, status: int, body: str
) -> None:
    """Above all it is no word about our credentials: InvalidClient would ask for new ones."""
    expected, told = PROXY_SAYS[status]
    if (endpoint, status) == ("sendvoice", 413):
        expected = VoiceTooLarge
    err = await answered(
        platform,
        lambda: web.Response(status=status, text=body),
        CALLS[endpoint],
        token_too=endpoint == "access_token",
    )
    assert issubclass(type(err), expected)
    assert err.description.startswith(told)
    assert err.platform_trouble == issubclass(expected, CannotConnect)
    assert err.slow_down == (status == 429 and endpoint != "access_token")


@pytest.mark.parametrize("status", PROXY_SAYS)
async def test_what_a_proxy_says_to_who_wants_a_picture(platform: Platform, status: int) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status)

    async with answering(handler) as host:
        with pytest.raises(PictureUnusable, match=f"^HTTP {status}$"):
            await HttpTransport(platform.session, host).picture(f"{host}/p")


@pytest.mark.parametrize("body", ["", "<html>slow down</html>", "[]", '{"a": 1}'])
async def test_too_many_requests_is_understood_without_a_word_of_the_platform(
    platform: Platform, body: str
) -> None:
    err = await answered(
        platform,
        lambda: web.Response(status=429, text=body),
        lambda client: client.live_url(SERIAL),
    )
    assert type(err) is RateLimited
    assert err.slow_down
    assert not err.platform_trouble


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((status, CannotConnect) for status in (500, 502, 503, 504, 520)),
        *((status, MalformedAnswer) for status in (200, 204, 301, 304, 400, 401, 403, 404, 408)),
    ],
)
async def test_any_other_status_without_a_word_is_a_failed_connection(
    platform: Platform, status: int, expected: type[SodaError]
) -> None:
    err = await answered(
        platform, lambda: web.Response(status=status), lambda client: client.capture(SERIAL)
    )
    assert type(err) is expected
    assert err.platform_trouble


@pytest.mark.parametrize("status", [400, 413, 429, 502])
async def test_the_platforms_own_word_counts_more_than_the_status(
    platform: Platform, status: int
) -> None:
    err = await answered(
        platform,
        lambda: web.json_response({"error": "111008"}, status=status),
        lambda client: client.send_voice(SERIAL, Sound(b"RIFF....WAVE", "wav")),
    )
    assert (err.key, err.code) == ("voice_empty", "111008")


@pytest.mark.parametrize("status", [301, 400, 404, 413, 429, 500])
async def test_success_is_no_success_under_the_status_of_a_failure(
    platform: Platform, status: int
) -> None:
    """A start that counts as acknowledged must have been."""
    err = await answered(
        platform,
        lambda: web.json_response({"data": "SUCCESS"}, status=status),
        lambda client: client.stop(SERIAL, Command.UP),
    )
    assert err.key in {"malformed_answer", "cannot_connect", "rate_limited", "voice_too_large"}
