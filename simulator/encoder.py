"""Pictures and sound of one camera, encoded once, as HLS in a folder and as FLV for whoever reads.

It is one thread's work, until nobody wants it any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from .ambience import SAMPLE_RATE, Ambience

if TYPE_CHECKING:
    from pathlib import Path

    import av
    import av.container
    import av.stream

    from .camera import SimCamera
    from .flv import FlvFeed

SIZE: Final = (640, 360)
FRAMES_PER_SECOND: Final = 10
SAMPLES: Final = SAMPLE_RATE // FRAMES_PER_SECOND  # beside each frame
WINDOW: Final = 6  # segments of one second
PLAYLIST: Final = "live.m3u8"

H264: Final = (
    "libx264",
    {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"},
)
H265: Final = (
    "libx265",
    {"preset": "ultrafast", "tune": "zerolatency", "x265-params": "log-level=none:pools=1"},
)
HLS_OPTIONS: Final = {
    "hls_time": "1",
    "hls_list_size": str(WINDOW),
    # A player that read the playlist a while ago still finds its segments.
    "hls_delete_threshold": str(WINDOW),
    "hls_flags": "delete_segments+independent_segments",
}


@dataclass(frozen=True, slots=True)
class Tracks:
    """What is in a live picture; who wants other ones needs another encoder."""

    h265: bool
    sound: bool


class Encoder:
    """Encodes frame by frame."""

    def __init__(
        self, camera: SimCamera, tracks: Tracks, folder: Path, feed: FlvFeed, first_segment: int
    ) -> None:
        """Open both outputs."""
        import av  # noqa: PLC0415  loads a lot of libraries, needed for live pictures only

        self._av = av
        self._camera = camera
        self._tracks = tracks
        self._ambience = Ambience(camera.serial)
        options = HLS_OPTIONS | {
            "start_number": str(first_segment),
            "hls_segment_filename": str(folder / "%d.ts"),
        }
        self._hls = av.open(str(folder / PLAYLIST), "w", format="hls", options=options)
        self._flv = av.open(feed, "w", format="flv", options={"flvflags": "no_duration_filesize"})
        # FLV needs to know of the tracks what an encoder says. That of its own never gets a frame:
        # packets that are encoded for HLS go out as FLV, too.
        self._streams = self._add_tracks(self._hls)
        self._copies = self._add_tracks(self._flv)
        for container in (self._hls, self._flv):
            container.start_encoding()

    def encode(self, number: int) -> None:
        """Add a frame of what the camera sees now, and the sound beside it."""
        frames: list[Any] = [self._picture(number)]
        if self._tracks.sound:
            frames.append(self._sound(number))
        for stream, copy, frame in zip(self._streams, self._copies, frames, strict=True):
            self._mux(stream.encode(frame), copy)

    def close(self) -> None:
        """Finish both outputs."""
        for stream, copy in zip(self._streams, self._copies, strict=True):
            self._mux(stream.encode(None), copy)
        self._hls.close()
        self._flv.close()

    def _add_tracks(self, container: av.container.OutputContainer) -> list[Any]:
        codec, options = H265 if self._tracks.h265 else H264
        picture: Any = container.add_stream(codec, rate=FRAMES_PER_SECOND, options=options)
        picture.width, picture.height = SIZE
        picture.pix_fmt = "yuv420p"
        picture.codec_context.gop_size = FRAMES_PER_SECOND
        if not self._tracks.sound:
            return [picture]
        sound: Any = container.add_stream("aac", rate=SAMPLE_RATE)
        sound.codec_context.layout = "mono"
        return [picture, sound]

    def _mux(self, packets: list[av.Packet[Any]], copy: av.stream.Stream) -> None:
        for packet in packets:
            twin = self._av.Packet(bytes(packet))
            twin.pts, twin.dts, twin.time_base = packet.pts, packet.dts, packet.time_base
            twin.is_keyframe, twin.stream = packet.is_keyframe, copy
            self._hls.mux(packet)
            self._flv.mux(twin)

    def _picture(self, number: int) -> av.VideoFrame:
        frame = self._av.VideoFrame(*SIZE, "rgb24")
        frame.planes[0].update(self._camera.scene.render(self._camera.view, SIZE).tobytes())
        frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_SECOND)
        return frame

    def _sound(self, number: int) -> av.AudioFrame:
        frame = self._av.AudioFrame("s16", "mono", SAMPLES)
        frame.planes[0].update(self._ambience.samples(self._camera.position, SAMPLES))
        frame.sample_rate = SAMPLE_RATE
        frame.pts, frame.time_base = number * SAMPLES, Fraction(1, SAMPLE_RATE)
        return frame
