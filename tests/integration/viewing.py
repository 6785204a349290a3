"""Watching a camera live, as browsers and WebRTC providers do."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
import re
import threading
from typing import Any, override

from homeassistant.components.camera import (
    Camera,
    CameraWebRTCProvider,
    WebRTCAnswer,
    WebRTCError,
    WebRTCSendMessage,
)
from homeassistant.core import callback


class Viewer:
    """Watches the camera's live picture as a browser does: address, playlists, segments."""

    def __init__(self, http: Any, ws: Any, entity_id: str) -> None:
        self._http, self._ws, self._entity_id = http, ws, entity_id
        self._master = ""
        self._lengths: dict[int, float] = {}  # seconds, by the segment's number

    async def ask(self) -> dict[str, Any]:
        """Ask Home Assistant for a stream and return its answer."""
        await self._ws.send_json_auto_id(
            {"type": "camera/stream", "entity_id": self._entity_id, "format": "hls"}
        )
        answer: dict[str, Any] = await self._ws.receive_json()
        if answer["success"]:
            self._master = answer["result"]["url"]
        return answer

    async def get(self, address: str) -> bytes:
        """Fetch an address; nothing if it is not there."""
        async with self._http.get(address) as response:
            return await response.read() if response.status == HTTPStatus.OK else b""

    async def playlist(self) -> dict[int, int]:
        """Return the segments' numbers, each with how many restarts there were before it.

        That is what hls.js compares from one playlist to the next; it gives up on a difference.
        """
        folder = self._master.rpartition("/")[0]
        lines = (await self.get(f"{folder}/playlist.m3u8")).decode().splitlines()
        values = dict(
            line.split(":", 1) for line in lines if line.startswith("#EXT") and ":" in line
        )
        number = int(values["#EXT-X-MEDIA-SEQUENCE"])
        discontinuities = int(values["#EXT-X-DISCONTINUITY-SEQUENCE"])
        found: dict[int, int] = {}
        for line in lines:
            discontinuities += line == "#EXT-X-DISCONTINUITY"
            if line.startswith("./segment/") and line.endswith(".m4s"):
                assert line == f"./segment/{number}.m4s"
                found[number] = discontinuities
                number += 1
        return found

    async def seconds(self) -> float:
        """Return how many seconds of the picture there are, those that are gone included."""
        folder = self._master.rpartition("/")[0]
        text = (await self.get(f"{folder}/playlist.m3u8")).decode()
        lengths = [float(length) for length in re.findall(r"#EXTINF:([\d.]+)", text)]
        for number, length in enumerate(lengths, int(re.findall(r"SEQUENCE:(\d+)", text)[0])):
            self._lengths[number] = length
        return sum(self._lengths.values())

    async def segments(self) -> list[str]:
        """Return the addresses of what there is to see, the header first."""
        folder = self._master.rpartition("/")[0]
        playlist = (await self.get(f"{folder}/playlist.m3u8?_HLS_msn=0&_HLS_part=0")).decode()
        header = re.findall(r'MAP:URI="([^"]+)"', playlist)
        media = re.findall(r'PART:.*?URI="([^"]+)"|^(\S+\.m4s)$', playlist, re.MULTILINE)
        return [
            f"{folder}/{name[2:] if name[0] == '.' else name}"
            for name in (*header, *("".join(m) for m in media))
        ]

    async def see(self) -> None:
        """Wait for a header and a piece of the picture, and look at both."""
        async with asyncio.timeout(15):
            while len(found := await self.segments()) < 2:  # noqa: ASYNC110 - others' news
                await asyncio.sleep(0.1)
            header, *media = [await self.get(address) for address in found]
        assert b"avc1" in header
        assert any(b"moof" in piece and b"mdat" in piece for piece in media)


def works() -> bool:
    """Tell whether Home Assistant reads a stream."""
    return any(thread.name == "stream_worker" for thread in threading.enumerate())


class Provider(CameraWebRTCProvider):
    """Does as go2rtc does: looks at the scheme when a camera comes, asks at an offer."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    @property
    @override
    def domain(self) -> str:
        return "test"

    @callback
    @override
    def async_is_supported(self, stream_source: str) -> bool:
        self.seen.append(stream_source)
        return stream_source.partition(":")[0] in ("http", "https", "rtmp", "rtsp")

    @override
    async def async_handle_async_webrtc_offer(
        self, camera: Camera, offer_sdp: str, session_id: str, send_message: WebRTCSendMessage
    ) -> None:
        await camera.stream_source()
        if offer_sdp == "bad":
            send_message(WebRTCError("test_offer_failed", "no picture"))
        else:
            send_message(WebRTCAnswer("answer"))

    @callback
    @override
    def async_close_session(self, session_id: str) -> None:
        pass

    @override
    async def async_on_webrtc_candidate(self, session_id: str, candidate: Any) -> None:
        raise NotImplementedError
