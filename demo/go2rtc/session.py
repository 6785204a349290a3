"""One browser that watches: a peer connection, and the websocket that it is agreed by."""

from __future__ import annotations

import logging
from typing import Any

from aiohttp import web
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import OperationError
from aiortc.sdp import candidate_from_sdp

from .codecs import h264, opus
from .feed import Feed
from .reader import SourceError
from .source import Source
from .streams import Stream, Streams

LOGGER = logging.getLogger(__package__)


class Session:
    """What Home Assistant opens for each browser."""

    def __init__(self, socket: web.WebSocketResponse, streams: Streams, name: str) -> None:
        """Show the stream of this name, once it is asked for."""
        self._socket = socket
        self._streams = streams
        self._name = name
        self._connection: RTCPeerConnection | None = None
        self._stream: Stream | None = None
        self._feed: Feed | None = None
        self._early: list[str] = []  # candidates that came before the answer

    async def handle(self, kind: str, value: Any) -> None:  # noqa: ANN401 - it is JSON
        """Do what a message asks for; raise SourceError if it cannot be done."""
        if kind == "webrtc" and value.get("type") == "offer":
            await self._answer(value["sdp"])
        elif kind == "webrtc/candidate":
            await self._take(value)

    async def close(self) -> None:
        """End it."""
        if self._stream and self._feed:
            self._stream.leave(self._feed)
        if self._connection:
            await self._connection.close()

    async def _answer(self, offer: str) -> None:
        if "H264/90000" not in offer:
            raise SourceError("codecs not matched: video:H264")
        self._stream = self._streams.get(self._name)
        source = await self._stream.open()
        self._feed = Feed(sound=source.has_sound)
        self._stream.join(self._feed)
        connection = self._connect(self._feed, source, offer)
        try:
            await connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
        except OperationError as error:  # no codec that both know
            raise SourceError(f"codecs not matched: {error}") from error
        await connection.setLocalDescription(await connection.createAnswer())
        self._connection = connection
        answer = {"type": "answer", "sdp": connection.localDescription.sdp}
        await self._socket.send_json({"type": "webrtc", "value": answer})
        for line in self._early:
            await self._take(line)

    def _connect(self, feed: Feed, source: Source, offer: str) -> RTCPeerConnection:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))

        def follow() -> None:
            LOGGER.info("%s: %s", self._name, connection.connectionState)
            feed.is_connected = connection.connectionState == "connected"
            if connection.connectionState in {"failed", "closed"} and self._stream:
                self._stream.leave(feed)

        connection.on("connectionstatechange", follow)
        for kind, track in feed.tracks.items():
            if f"m={kind}" in offer:
                transceiver = connection.addTransceiver(track, direction="sendonly")
                codecs = h264(source.profile, offer) if kind == "video" else opus()
                transceiver.setCodecPreferences(codecs)
        return connection

    async def _take(self, line: str) -> None:
        """Try an address of the browser's."""
        if self._connection is None:
            self._early.append(line)
            return
        if not line:
            return
        candidate = candidate_from_sdp(line.partition(":")[2])
        # There is no TCP here. A name under .local would be asked for by multicast; the browser's
        # own tries tell its address as well.
        if candidate.protocol.lower() == "udp" and not candidate.ip.endswith(".local"):
            candidate.sdpMid = self._connection.getTransceivers()[0].mid  # all go the same way
            await self._connection.addIceCandidate(candidate)
