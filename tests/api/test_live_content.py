"""What a live address leads to, by its first bytes, and that no dead one is handed out again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
import struct

from aiohttp import web
import pytest

from custom_components.sodalife.api import Camera
from custom_components.sodalife.api.fetch import Unfetchable
from custom_components.sodalife.api.live import TRIAL, TRUST
from custom_components.sodalife.api.live_content import (
    MAX_LOOK,
    LiveContent,
    content_of,
    fetch_live_content,
)
from simulator.camera import SimCamera
from tests.api.world import Platform, answering, arrived, gathered
from tests.clock import ManualClock, until

HEADER = b"FLV\x01\x05\0\0\0\x09\0\0\0\0"
H264, H265 = b"\x17\0\0\0\0avcC", b"\x1c\0\0\0\0hvcC"


def tag(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBH7x", kind, len(body) >> 16, len(body) & 0xFFFF) + body + bytes(4)


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (HEADER + tag(18, b"\x02\0\x0aonMetaData" * 300) + tag(9, H264), "h264"),
        (HEADER + tag(8, b"\xaf\0\x14\x08") + tag(9, H264), "h264"),
        (HEADER + tag(9, H265), "h265"),
        (HEADER + tag(9, b"\x90hvc1\0\0\0"), "h265"),
        (HEADER + tag(9, b"\x90avc1\0\0\0"), "h264"),
        (HEADER + tag(9, b"\x90av01\0\0\0"), "other"),
        (HEADER + tag(9, b"\x12\0\0\0\0\0\0"), "other"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n", "playlist"),
        (b"\xef\xbb\xbf#EXTM3U\r\n", "playlist"),
        (HEADER, None),
        (HEADER + tag(8, b"\xaf\0\x14\x08"), None),
        ((HEADER + tag(9, H264))[:27], None),
        (b"FL", None),
        (b"", None),
    ],
)
def test_the_first_bytes_tell(data: bytes, content: str | None) -> None:
    assert content_of(data) == content


@pytest.mark.parametrize(
    "data", [b"<html><head><title>502 Bad Gateway", b'{"code":"9053","msg":""}', bytes(99)]
)
def test_a_page_is_no_live_picture(data: bytes) -> None:
    with pytest.raises(Unfetchable):
        content_of(data)


type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def sending(*pieces: bytes, status: int = 200) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status)
        response.enable_chunked_encoding()
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
            await asyncio.sleep(0)
        return response

    return handler


async def look(platform: Platform, handler: Handler) -> LiveContent:
    async with answering(handler) as host, asyncio.timeout(5):
        return await fetch_live_content(platform.session, f"{host}/a.flv?t=%252F", "127.0.0.1")


async def test_it_is_put_together_from_pieces(platform: Platform) -> None:
    whole = HEADER + tag(18, bytes(100)) + tag(9, H264)
    pieces = [whole[at : at + 7] for at in range(0, len(whole), 7)]
    assert await look(platform, sending(*pieces)) is LiveContent.H264


async def test_no_more_is_read_than_is_needed(platform: Platform) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(HEADER)
        while sent < 1000 * MAX_LOOK:
            await response.write(tag(8, bytes(8192)))
            sent += 8192
        return response

    assert await look(platform, endless) is LiveContent.OTHER
    assert sent < 300 * MAX_LOOK, "what the connection holds aside"


@pytest.mark.parametrize("status", [403, 404, 502])
async def test_what_is_not_there_is_dead(platform: Platform, status: int) -> None:
    with pytest.raises(Unfetchable, match=f"HTTP {status}"):
        await look(platform, sending(HEADER, status=status))
    with pytest.raises(Unfetchable):
        await look(platform, sending())


async def test_who_is_on_the_internet_leads_to_nothing_that_is_not(platform: Platform) -> None:
    async with answering(sending(HEADER + tag(9, H264))) as host:
        with pytest.raises(Unfetchable, match="private"):
            await fetch_live_content(platform.session, f"{host}/a.flv", "8.8.8.8")


# An address that was handed out before.


@pytest.mark.parametrize("protocol", ["hls", "flv"])
async def test_a_dead_address_is_not_handed_out_again(
    camera: Camera, sim: SimCamera, clock: ManualClock, protocol: str
) -> None:
    first = await camera.live.get(protocol)
    await clock.advance(TRUST)
    assert await camera.live.get(protocol) is first
    await clock.advance(TRUST)
    sim.kill_live()
    second = await clock.drive(camera.live.get(protocol))
    assert second.url != first.url
    assert arrived(sim) == ["liveurl"] * 2


async def test_a_page_of_a_gateway_is_dead(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    first = await camera.live.get("flv")
    await clock.advance(TRUST)
    platform.fault("html", "flv", status=200, times=1)
    assert (await clock.drive(camera.live.get("flv"))).url != first.url
    assert arrived(sim) == ["liveurl"] * 2


async def test_all_who_come_share_one_trial_and_one_new_address(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    await camera.live.get("flv")
    await clock.advance(TRUST)
    sim.kill_live()
    found = await clock.drive(gathered(*(camera.live.get("flv") for _ in range(50))))
    assert len({address.url for address in found}) == 1
    assert arrived(sim) == ["liveurl"] * 2


async def test_right_after_a_call_or_a_trial_there_is_no_other(
    platform: Platform, camera: Camera, clock: ManualClock
) -> None:
    await camera.live.get("flv")
    platform.fault("html", "flv")
    await clock.advance(TRUST - 1)
    await camera.live.get("flv")
    platform.cloud.faults.clear()
    await clock.advance(1)
    first = await camera.live.get("flv")
    platform.fault("html", "flv")
    await clock.advance(TRUST - 1)
    assert await camera.live.get("flv") is first


async def test_one_that_says_nothing_in_two_seconds_is_handed_out(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    sim.live_slow_start = 30
    first = await camera.live.get("flv")
    await clock.advance(TRUST)
    again = asyncio.create_task(camera.live.get("flv"))
    await until(lambda: platform.cloud.streams.of(sim)._feed.watched)
    await clock.advance(TRIAL - 0.1)
    assert not again.done()
    await clock.advance(0.2)
    assert await again is first
    assert arrived(sim) == ["liveurl"]
    await until(lambda: not platform.cloud.streams.of(sim)._feed.watched)


async def test_what_nobody_can_try_is_handed_out(
    camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    first = await camera.live.get("rtmp")
    await clock.advance(TRUST)
    assert await camera.live.get("rtmp") is first


@pytest.mark.parametrize(("h265", "content"), [(False, "h264"), (True, "h265")])
async def test_a_trial_tells_what_is_in_it(
    camera: Camera, sim: SimCamera, *, h265: bool, content: str
) -> None:
    sim.live_h265 = h265
    await camera.live.get("flv")
    assert camera.live.content("flv") is None
    assert await camera.live.plays("flv")
    assert camera.live.content("flv") == content


async def test_a_camera_that_goes_ends_the_trial(
    platform: Platform, camera: Camera, sim: SimCamera, clock: ManualClock
) -> None:
    sim.live_slow_start = 30
    await camera.live.get("flv")
    trial = asyncio.create_task(camera.live.plays("flv"))
    await until(lambda: platform.cloud.streams.of(sim)._feed.watched)
    await clock.drive(camera.close())
    with pytest.raises(Exception, match="busy"):
        await trial
