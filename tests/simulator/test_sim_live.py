"""Live addresses, and what plays behind them."""

from __future__ import annotations

import array
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
import io
from itertools import pairwise
import re
import threading
import time
from typing import TYPE_CHECKING

import aiohttp
import av
import pytest

from simulator.ambience import Ambience
from simulator.motion import Position

if TYPE_CHECKING:
    from .conftest import Platform, Serve

SERIAL = "TEST0001"

type Connect = Callable[..., Awaitable[aiohttp.ClientResponse]]


async def address(platform: Platform, protocol: str = "hls") -> str:
    answer = await platform.later("liveurl", protocol=protocol)
    return answer.json["url"].removeprefix(f"http://127.0.0.1:{platform.client.port}")


async def read(platform: Platform, path: str) -> tuple[int, bytes]:
    async with platform.client.get(path) as response:
        return response.status, await response.read()


@pytest.mark.parametrize(("protocol", "quality"), [("hlshd", 1), ("HLS", 2)])
async def test_the_newer_address_tells_its_deadline(
    query: Platform, protocol: str, quality: int
) -> None:
    path = await address(query, protocol)
    form = rf"/v3/openlive/{SERIAL}_1_{quality}\.m3u8\?expire=(\d+)&id=\d+&t=[0-9a-f]{{64}}&ev=100"
    match = re.fullmatch(form, path)
    assert match
    assert int(match[1]) == query.clock.time() + 300


async def test_the_older_address_does_not(body: Platform) -> None:
    assert re.fullmatch(r"/openlive/[0-9a-f]{32}\.hd\.m3u8", await address(body))


@pytest.mark.parametrize(
    ("protocol", "start"),
    [
        ("ezopen", f"ezopen://open.ys7.com/{SERIAL}/1.live"),
        ("ezopenhd", f"ezopen://open.ys7.com/{SERIAL}/1.hd.live"),
        ("rtmp", f"rtmp://127.0.0.1:1935/v3/openlive/{SERIAL}_1_2?expire="),
        ("rtmphd", f"rtmp://127.0.0.1:1935/v3/openlive/{SERIAL}_1_1?expire="),
    ],
)
async def test_other_protocols(query: Platform, protocol: str, start: str) -> None:
    assert (await address(query, protocol)).startswith(start)


async def test_flv(query: Platform) -> None:
    assert (await address(query, "flvhd")).startswith(f"/v3/openlive/{SERIAL}_1_1.flv?expire=")


async def test_what_nobody_serves_can_be_refused(query: Platform) -> None:
    query.cloud.only_served = True
    assert (await query.call("liveurl", protocol="rtmp")).error == "60020"
    assert (await address(query, "hls")).startswith("/v3/openlive/")


async def test_an_encrypted_camera_has_no_live(platform: Platform) -> None:
    platform.cam.encrypted = True
    assert (await platform.call("liveurl", protocol="hls")).error == "60019"


async def test_unknown_addresses(query: Platform) -> None:
    path = await address(query)
    for wrong in (f"{path}0", path.replace("ev=100", "ev=101"), path.partition("?")[0]):
        assert (await read(query, wrong))[0] == 404
    assert (await read(query, "/v3/openlive/0123/5.ts"))[0] == 404
    assert not threads(query)


def threads(platform: Platform) -> list[threading.Thread]:
    return [
        thread for thread in threading.enumerate() if thread.name == f"live {platform.cam.serial}"
    ]


async def test_it_plays_and_ends(platform: Platform) -> None:
    path = await address(platform)
    started = time.monotonic()
    status, playlist = await read(platform, path)
    assert status == 200
    assert time.monotonic() - started < 4
    names = [line for line in playlist.decode().split() if not line.startswith("#")]
    assert len(names) >= 2
    folder = path.partition("?")[0].rpartition("/")[0]
    segments = [(await read(platform, f"{folder}/{name}"))[1] for name in names[:2]]
    check_video(b"".join(segments))
    assert (await read(platform, f"{folder}/{names[0].partition('/')[0]}/1.ts"))[0] == 404

    async with asyncio.timeout(20):
        later = playlist
        while number_of_segments(later) <= len(names):
            await asyncio.sleep(0.2)
            _, later = await read(platform, path)

    platform.cam.kill_live()
    assert (await read(platform, path))[0] == 404
    assert (await read(platform, f"{folder}/{names[0]}"))[0] == 404


def number_of_segments(playlist: bytes) -> int:
    text = playlist.decode()
    sequence = int(text.partition("#EXT-X-MEDIA-SEQUENCE:")[2].split()[0])
    first = int(re.findall(r"/(\d+)\.ts", text)[0])
    assert sequence == first
    return text.count("#EXTINF:1.0")


def check_video(data: bytes) -> None:
    """Two seconds of ten pictures each, every second decodable by itself."""
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        frames = list(container.decode(stream))
    assert {(frame.width, frame.height, frame.format.name) for frame in frames} == {
        (640, 360, "yuv420p"),
    }
    assert [number for number, frame in enumerate(frames) if frame.key_frame] == [0, 10]
    times = [round(frame.time, 3) for frame in frames]
    assert {round(later - one, 3) for one, later in pairwise(times)} == {0.1}


async def test_an_address_expires_while_it_plays(query: Platform) -> None:
    path = await address(query)
    assert (await read(query, path))[0] == 200
    assert len(threads(query)) == 1
    query.clock.advance(300)
    assert (await read(query, path))[0] == 404
    fresh = await address(query)
    assert (await read(query, fresh))[0] == 200
    assert len(threads(query)) == 1  # one encoder for all addresses
    query.cam.online = False
    assert (await read(query, fresh))[0] == 404


async def test_the_encoder_stops_when_nobody_looks(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.live.IDLE_SECONDS", 0.5)
    platform = await serve()
    path = await address(platform)
    numbers: list[bytes] = []
    for _ in range(2):
        _, playlist = await read(platform, path)
        for thread in threads(platform):
            await asyncio.to_thread(thread.join, 2)
        assert not threads(platform)
        numbers += re.findall(rb"/(\d+)\.ts", playlist)
    assert len(numbers) == 4
    assert sorted(set(numbers)) == numbers  # it started again, with higher ones


# HTTP-FLV.


@pytest.fixture
async def flv(query: Platform) -> AsyncIterator[Connect]:
    """Connect to the camera's FLV; connections end with the test."""
    async with AsyncExitStack() as stack:

        async def connect(path: str = "") -> aiohttp.ClientResponse:
            path = path or await address(query, "flv")
            return await stack.enter_async_context(query.client.get(path))

        yield connect


async def receive(
    response: aiohttp.ClientResponse, seconds: float, *, patience: float = 0
) -> bytes:
    """Return what comes in so many seconds; with `patience`, from the first of it."""
    data = bytearray()
    if patience:
        async with asyncio.timeout(patience):
            data += await response.content.readany()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while chunk := await response.content.readany():
                data += chunk
    return bytes(data)


async def plays(response: aiohttp.ClientResponse) -> bool:
    """Tell whether anything comes."""
    async with asyncio.timeout(10):
        return bool(await response.content.readany())


async def is_cut(response: aiohttp.ClientResponse, seconds: float = 5) -> bool:
    """Tell whether the connection ends soon."""
    try:
        async with asyncio.timeout(seconds):
            while await response.content.readany():
                pass
    except aiohttp.ClientError:
        return True
    except TimeoutError:
        return False
    return True


def look_into(data: bytes) -> tuple[dict[str, str], list[av.VideoFrame]]:
    """Return the codecs, by type, and the pictures; also of what ends anywhere."""
    frames: list[av.VideoFrame] = []
    with av.open(io.BytesIO(data), format="flv") as container:
        codecs = {stream.type: stream.codec_context.name for stream in container.streams}
        with suppress(av.FFmpegError):
            frames.extend(container.decode(video=0))
    return codecs, frames


async def test_flv_plays_at_the_pace_of_time_from_the_running_group_on(
    query: Platform, flv: Connect
) -> None:
    first, second = await flv(), None
    assert (first.status, first.content_type) == (200, "video/x-flv")
    assert first.headers["Transfer-Encoding"] == "chunked"
    assert await plays(first)
    second = await flv()
    assert len(threads(query)) == 1, "one encoder for all viewers"
    data = await receive(second, 2.0)
    codecs, frames = look_into(data)
    assert data[:5] == b"FLV\x01\x05"
    assert codecs == {"video": "h264", "audio": "aac"}
    assert frames[0].key_frame
    assert 15 <= len(frames) <= 31, "two seconds, and at most the running group of one"
    times = [round(frame.time, 2) for frame in frames]
    assert {round(later - one, 2) for one, later in pairwise(times)} == {0.1}


async def test_one_encoder_serves_both_protocols(query: Platform, flv: Connect) -> None:
    response = await flv()
    assert (await read(query, await address(query, "hls")))[0] == 200
    assert await plays(response)
    assert len(threads(query)) == 1


async def test_hls_has_the_sound_as_well(query: Platform) -> None:
    assert (await hls_codecs(query)) == {"video": "h264", "audio": "aac"}


async def hls_codecs(platform: Platform) -> dict[str, str]:
    path = await address(platform)
    _, playlist = await read(platform, path)
    name = next(line for line in playlist.decode().split() if not line.startswith("#"))
    folder = path.partition("?")[0].rpartition("/")[0]
    with av.open(io.BytesIO((await read(platform, f"{folder}/{name}"))[1])) as container:
        return {stream.type: stream.codec_context.name for stream in container.streams}


@pytest.mark.parametrize(
    ("properties", "codecs"),
    [
        ({"live_sound": False}, {"video": "h264"}),
        ({"live_h265": True}, {"video": "hevc", "audio": "aac"}),
    ],
)
async def test_other_tracks_in_both_protocols_also_while_it_plays(
    query: Platform, flv: Connect, properties: dict[str, bool], codecs: dict[str, str]
) -> None:
    before = await flv()
    assert await plays(before)
    path = "/_sim/cameras/TEST0001"
    assert (await query.post_json(path, properties)).status == 200
    assert await is_cut(before), "it would not be the same tracks"
    found, frames = look_into(await receive(await flv(), 2.0, patience=20))
    assert found == codecs
    assert frames
    assert await hls_codecs(query) == codecs


async def test_the_sound_changes_with_where_the_camera_looks(query: Platform) -> None:
    ahead, aside = Position(), Position(pan=40, zoom=4)
    heard = [Ambience(SERIAL).samples(where, 1600) for where in (ahead, ahead, aside)]
    assert heard[0] == heard[1] != heard[2]
    loudness = [max(abs(value) for value in array.array("h", pcm)) for pcm in heard]
    assert 100 < loudness[0] < loudness[2] < 10_000, "soft"


@pytest.mark.parametrize("outlasts", [False, True])
@pytest.mark.parametrize("how", ["expired", "killed"])
async def test_an_flv_address_that_has_ended_is_403(
    query: Platform, flv: Connect, how: str, *, outlasts: bool
) -> None:
    query.cam.live_outlasts = outlasts
    query.cam.live_life = 60
    path = await address(query, "flv")
    assert f"expire={int(query.clock.time()) + 60}&" in path
    connected = await flv(path)
    assert await plays(connected)
    if how == "killed":
        query.cam.kill_live()
    else:
        query.clock.advance(60)
    assert (await read(query, path))[0] == 403
    assert await is_cut(connected, 1) is not outlasts


async def test_a_connection_is_cut_and_the_address_lives_on(query: Platform, flv: Connect) -> None:
    query.cam.live_cut = 2
    path = await address(query, "flv")
    assert await is_cut(await flv(path), 5)
    assert await plays(await flv(path))


async def test_it_starts_slowly(query: Platform, flv: Connect) -> None:
    query.cam.live_slow_start = 1
    response = await flv()
    assert await receive(response, 0.5) == b""
    assert await receive(response, 2)


async def test_flv_of_a_camera_that_goes_offline(query: Platform, flv: Connect) -> None:
    response = await flv()
    query.cam.online = False
    assert await is_cut(response)


async def test_the_encoder_stops_when_the_last_one_has_left(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.live.IDLE_SECONDS", 0.5)
    platform = await serve()
    async with platform.client.get(await address(platform, "flv")) as response:
        assert await receive(response, 1.5, patience=20), "as long as it is connected"
        assert threads(platform)
    for thread in threads(platform):
        await asyncio.to_thread(thread.join, 2)
    assert not threads(platform)
