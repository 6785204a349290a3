"""Pictures from addresses that are used byte for byte and trusted in nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
import pytest

from custom_components.sodalife.api import SodaClient
from custom_components.sodalife.api.errors import PictureUnusable
from custom_components.sodalife.api.picture import fetch_picture
from custom_components.sodalife.api.picture_format import content_type_of
from simulator import Cloud
from tests.api.world import SERIAL, Platform, answering, gathered
from tests.clock import ManualClock

JPEG = b"\xff\xd8\xff\xe0 and so on"
AWKWARD = "/pic?=d4=i535z*ep=t6p7i=d1s*i7d9i*d2=*9b8d%252Fa%2Fb'(!)~[x]|-i4e6*e2e"

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def showing(content: bytes, **options: int) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=content, content_type="application/octet-stream", **options)

    return handler


async def fetched(platform: Platform, handler: Handler, path: str = "/p") -> bytes:
    async with answering(handler) as host:
        return (await fetch_picture(platform.session, host + path, "127.0.0.1")).content


async def refusal(platform: Platform, handler: Handler) -> str:
    with pytest.raises(PictureUnusable) as caught:
        await fetched(platform, handler)
    return caught.value.description


# Byte for byte.


async def test_an_address_is_used_byte_for_byte(platform: Platform) -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.raw_path)
        return web.Response(body=JPEG)

    await fetched(platform, handler, AWKWARD)
    assert seen == [AWKWARD]


@pytest.mark.parametrize("relative", [False, True])
async def test_so_is_the_address_of_a_redirect(platform: Platform, relative: bool) -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.raw_path)
        if len(seen) == 1:
            host = "" if relative else f"http://{request.host}"
            return web.Response(status=302, headers={"Location": host + AWKWARD})
        return web.Response(body=JPEG)

    await fetched(platform, handler)
    assert seen == ["/p", AWKWARD]


async def test_a_picture_is_fetched_without_credentials(
    platform: Platform, client: SodaClient, cloud: Cloud
) -> None:
    token = await client.tokens.get()
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(f"{request.method} {request.raw_path} {request.headers}")
        return web.Response(body=JPEG)

    await fetched(platform, handler)
    (request,) = seen
    assert "Authorization" not in request
    assert token.value not in request
    await client.picture(await client.capture(SERIAL))
    assert cloud.violations == []


# What counts as a picture.


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (JPEG, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (b"<html>", None),
        (b"\xff\xd8", None),
        (b"", None),
    ],
)
def test_a_picture_is_known_by_its_content(content: bytes, mime: str | None) -> None:
    assert content_type_of(content) == mime


async def test_what_is_no_picture_is_refused_whatever_it_is_called(platform: Platform) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=b"<svg onload=alert(1)>", content_type="image/jpeg")

    assert await refusal(platform, handler) == "not a picture"


async def test_a_picture_is_a_picture_whatever_it_is_called(platform: Platform) -> None:
    assert await fetched(platform, showing(JPEG)) == JPEG


@pytest.mark.parametrize("status", [204, 206, 304, 403, 404, 500])
async def test_only_success_counts(platform: Platform, status: int) -> None:
    assert await refusal(platform, showing(JPEG, status=status)) == f"HTTP {status}"


# Limits.


async def test_a_picture_of_20_mb_is_taken(platform: Platform) -> None:
    content = JPEG.ljust(20 << 20, b"\0")
    assert await fetched(platform, showing(content)) == content


async def test_a_larger_one_is_not_even_read(platform: Platform) -> None:
    content = JPEG.ljust((20 << 20) + 1, b"\0")
    assert await refusal(platform, showing(content)) == "larger than 20 MB"


async def test_nor_is_one_that_does_not_say_how_large_it_is(
    platform: Platform, client: SodaClient
) -> None:
    address = await client.capture(SERIAL)
    platform.fault("big_picture", "picture")
    with pytest.raises(PictureUnusable, match="larger than 20 MB"):
        await client.picture(address)


@pytest.mark.parametrize(("redirects", "taken"), [(1, True), (3, True), (4, False)])
async def test_three_redirects_are_followed_and_no_more(
    platform: Platform, redirects: int, taken: bool
) -> None:
    async def handler(request: web.Request) -> web.Response:
        number = int(request.path.strip("/p"))
        if number < redirects:
            return web.Response(status=302, headers={"Location": f"/p{number + 1}"})
        return web.Response(body=JPEG)

    if taken:
        assert await fetched(platform, handler, "/p0") == JPEG
    else:
        with pytest.raises(PictureUnusable, match="too many redirects"):
            await fetched(platform, handler, "/p0")


async def test_a_server_that_does_not_answer_is_given_up(
    platform: Platform, client: SodaClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.sodalife.api.picture.TIMEOUT", 0.05)
    address = await client.capture(SERIAL)
    platform.fault("hang", "picture")
    with pytest.raises(PictureUnusable, match="timeout"):
        await client.picture(address)


# Where an address may lead.


@pytest.mark.parametrize(
    "address",
    [
        *("file:///etc/passwd", "ftp://127.0.0.1/p", "data:image/png;base64,iVBORw0KGgo="),
        *("//127.0.0.1/p", "/p", "", "http://", "http:///p", "javascript:alert(1)"),
        *("http://[half/p", "http://127.0.0.1:99999/p", "http://127.0.0.1:1/p"),
    ],
)
async def test_other_addresses_are_refused(platform: Platform, address: str) -> None:
    with pytest.raises(PictureUnusable):
        await fetch_picture(platform.session, address, "127.0.0.1")


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0"),
        *("[::1]", "[fd00::1]", "[fe80::1]", "[::ffff:127.0.0.1]", "[::]", "100.64.0.1"),
    ],
)
async def test_a_public_platform_may_not_lead_into_the_users_network(
    platform: Platform, host: str
) -> None:
    with pytest.raises(PictureUnusable, match="private network"):
        await fetch_picture(platform.session, f"http://{host}:9/p", "8.8.8.8")


async def test_a_redirect_may_not_lead_there_either(platform: Platform) -> None:
    """The first host is the platform itself, which is where the redirect comes from."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "file:///etc/passwd"})

    assert await refusal(platform, handler) == "address of another scheme"


async def test_a_platform_in_the_users_network_may_stay_in_it(platform: Platform) -> None:
    async with answering(showing(JPEG)) as host:
        picture = await fetch_picture(platform.session, f"{host}/p", "10.0.0.1")
    assert picture.content == JPEG


# What an address does not show.


async def test_errors_do_not_show_the_address(platform: Platform, client: SodaClient) -> None:
    address = await client.capture(SERIAL)
    secret = address.split("%252F")[1]
    for kind in ("reset_before", "not_image", "html", "redirect_loop"):
        platform.fault(kind, "picture")
        (err,) = await gathered(client.picture(address))
        platform.cloud.faults.clear()
        assert isinstance(err, PictureUnusable)
        assert secret not in f"{err!r} {err} {err.description}"
    assert secret not in repr(await client.picture(address))


async def test_an_address_is_good_for_two_hours(client: SodaClient, clock: ManualClock) -> None:
    address = await client.capture(SERIAL)
    await clock.advance(7199.0)
    assert (await client.picture(address)).content
    await clock.advance(1.0)
    with pytest.raises(PictureUnusable, match="HTTP 404"):
        await client.picture(address)
