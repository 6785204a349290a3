"""Live addresses, and what plays behind them."""

from __future__ import annotations

import asyncio
import io
from itertools import pairwise
import re
import threading
import time
from typing import TYPE_CHECKING

import av
import pytest

if TYPE_CHECKING:
    from .conftest import Platform, Serve

SERIAL = "TEST0001"


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
