"""Reads a live address once, from its start to its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from threading import Event
import time
from typing import Any, Literal

import av
from av.bitstream import BitStreamFilterContext

from .sound import OpusEncoder

# Little is looked at before the first picture goes out. (With `nobuffer` FFmpeg would throw the
# first key frame away.)
OPTIONS = {"analyzeduration": "200000", "probesize": "65536"}
PATIENCE = 10.0  # seconds without a byte
VIDEO_RATE = 90_000  # RTP's
JUMP = 15.0  # seconds between segments of HLS that belong to different times


class SourceError(Exception):
    """A source that cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class Portion:
    """A packet as viewers get it: H.264 with start codes, or Opus."""

    kind: Literal["video", "audio"]
    packet: av.Packet[Any]
    is_key: bool = False


class Reader:
    """An address that is open."""

    def __init__(self, url: str, offset: float = 0) -> None:
        """Open it, which takes a while; its times begin at `offset`, in seconds.

        Raises SourceError.
        """
        self._offset = offset
        try:
            self._container = av.open(url, options=OPTIONS, timeout=(PATIENCE, PATIENCE))
        except (av.FFmpegError, OSError) as error:
            raise SourceError(str(error)) from error
        streams = self._container.streams
        found = [stream for stream in streams.video if stream.codec_context.name == "h264"]
        if not found:
            codecs = ", ".join(stream.codec_context.name for stream in streams.video)
            self._container.close()
            raise SourceError(f"codecs not matched: video:{codecs or 'none'} => video:H264")
        self._video: Any = found[0]
        self._audio: Any = next(iter(streams.audio), None)
        extra: bytes = self._video.codec_context.extradata or b""
        # FLV puts lengths before its units, RTP wants start codes.
        self._filter = (
            BitStreamFilterContext("h264_mp4toannexb", self._video)
            if extra[:1] == b"\x01"
            else None
        )
        # The profile as WebRTC writes it; unknown where only the pictures tell.
        self.profile = extra[1:4].hex() if self._filter else ""
        self.has_sound = self._audio is not None
        self.format = self._container.format.name

    def read(self, ended: Event) -> Iterator[Portion]:
        """Yield what comes, from a key frame on, until there is no more or it is not wanted.

        Raises SourceError.
        """
        try:
            for packet in self._packets(ended):
                if packet.stream is self._video:
                    yield from self._pictures(packet)
                else:
                    yield from self._sounds(packet)
        except (av.FFmpegError, OSError) as error:
            raise SourceError(str(error)) from error

    def close(self) -> None:
        """Close the connection."""
        self._container.close()

    def _packets(self, ended: Event) -> Iterator[Any]:
        wanted = [stream for stream in (self._video, self._audio) if stream]
        pace = Pace() if "hls" in self.format else None
        begun = False
        for packet in self._container.demux(*wanted):
            if ended.is_set():
                return
            if not packet.size or packet.pts is None:
                continue
            if not begun and (packet.stream is not self._video or not packet.is_keyframe):
                continue
            if not begun:
                begun, self._first = True, float(packet.pts * packet.time_base)
                self._opus = OpusEncoder(self._offset)
            if pace and packet.stream is self._video:
                ended.wait(pace.wait(float(packet.dts * packet.time_base)))
            yield packet

    def _pictures(self, packet: Any) -> Iterator[Portion]:  # noqa: ANN401 - of any stream
        # The filter empties what it takes.
        time_base, is_key = packet.time_base, packet.is_keyframe
        for part in self._filter.filter(packet) if self._filter else [packet]:
            seconds = float(part.pts * time_base) - self._first + self._offset
            out: av.Packet[Any] = av.Packet(bytes(part))
            out.pts, out.time_base = max(0, round(seconds * VIDEO_RATE)), Fraction(1, VIDEO_RATE)
            yield Portion("video", out, is_key)

    def _sounds(self, packet: Any) -> Iterator[Portion]:  # noqa: ANN401 - of any stream
        for frame in packet.decode():
            for sound in self._opus.encode(frame, frame.time - self._first + self._offset):
                yield Portion("audio", sound)


class Pace:
    """Makes even what arrives in segments."""

    def __init__(self) -> None:
        self._start: float | None = None  # of the source's time, by time.monotonic()

    def wait(self, at: float) -> float:
        """Return the seconds to wait for what is shown `at` seconds of the source's time."""
        now = time.monotonic()
        if self._start is None or abs(self._start + at - now) > JUMP:
            self._start = now - at
        return max(0.0, self._start + at - now)
