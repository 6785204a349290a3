"""Live pictures: H.264 in MPEG-TS segments, made by one thread per camera while somebody looks."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from pathlib import Path
import tempfile
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .camera import SimCamera

SIZE: Final = (640, 360)
FRAMES_PER_SECOND: Final = 10
WINDOW: Final = 6  # segments of one second
FIRST_SEGMENTS: Final = 2  # must exist before the first playlist is shown
FIRST_PLAYLIST_SECONDS: Final = 4.0
IDLE_SECONDS: Final = 15.0  # real ones: the encoder saves a real processor
PLAYLIST: Final = "live.m3u8"

CODEC_OPTIONS: Final = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
MUXER_OPTIONS: Final = {
    "hls_time": "1",
    "hls_list_size": str(WINDOW),
    # A player that read the playlist a while ago still finds its segments.
    "hls_delete_threshold": str(WINDOW),
    "hls_flags": "delete_segments+independent_segments",
}


class LiveStream:
    """The encoder of one camera."""

    def __init__(self, camera: SimCamera) -> None:
        """Start nothing yet."""
        self._camera = camera
        self._folder: Path | None = None
        self._looked = 0.0  # when somebody asked for the playlist, by time.monotonic()
        # Numbers of segments and times of frames go on after a pause; no two runs share any.
        self._first_segment = int(time.time())
        self._frames = 0
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()

    async def playlist(self, prefix: str) -> str | None:
        """Return the playlist, with `prefix` before the segments' names; None if none comes."""
        self._looked = time.monotonic()
        if self._thread is None or not self._thread.is_alive():
            self._start()
        deadline = self._looked + FIRST_PLAYLIST_SECONDS
        while (now := time.monotonic()) < deadline:
            self._looked = now  # one who waits is looking
            text = self._read(PLAYLIST).decode()
            if text.count("#EXTINF") >= FIRST_SEGMENTS:
                return "".join(
                    line if line.startswith("#") else prefix + line
                    for line in text.splitlines(keepends=True)
                )
            await asyncio.sleep(0.05)
        return None

    def segment(self, name: str) -> bytes:
        """Return a segment, or nothing if there is none of that name."""
        return self._read(name)

    def close(self) -> None:
        """End the thread and wait for it."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        self._ending.clear()
        self._folder = None
        name = f"live {self._camera.serial}"
        self._thread = threading.Thread(target=self._encode, name=name, daemon=True)
        self._thread.start()

    def _read(self, name: str) -> bytes:
        """Read a file of the stream: some ten kilobytes, in memory a moment ago."""
        try:
            return (self._folder / name).read_bytes() if self._folder else b""
        except OSError:
            return b""

    def _encode(self) -> None:
        """Encode until nobody looks any more."""
        with tempfile.TemporaryDirectory(prefix="sodalife-live-") as folder:
            self._folder = Path(folder)
            self._fill(self._folder)
            self._folder = None

    def _fill(self, folder: Path) -> None:
        import av  # noqa: PLC0415  loads a lot of libraries, needed for live pictures only

        start = -(-self._frames // FRAMES_PER_SECOND) * FRAMES_PER_SECOND
        options = MUXER_OPTIONS | {
            "start_number": str(self._first_segment + start // FRAMES_PER_SECOND),
            "hls_segment_filename": str(folder / "%d.ts"),
        }
        with av.open(str(folder / PLAYLIST), "w", format="hls", options=options) as container:
            stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options=CODEC_OPTIONS)
            stream.width, stream.height = SIZE
            stream.pix_fmt = "yuv420p"
            stream.codec_context.gop_size = FRAMES_PER_SECOND
            # The first segments are made at once, not at the pace of time: viewers need not wait.
            origin = time.monotonic() - FIRST_SEGMENTS - start / FRAMES_PER_SECOND
            self._frames = start
            while self._wait_until(origin + self._frames / FRAMES_PER_SECOND):
                frame = av.VideoFrame(*SIZE, "rgb24")
                frame.planes[0].update(self._camera.scene.render(self._camera.view, SIZE).tobytes())
                frame.pts, frame.time_base = self._frames, Fraction(1, FRAMES_PER_SECOND)
                container.mux(stream.encode(frame))
                self._frames += 1
            container.mux(stream.encode())

    def _wait_until(self, moment: float) -> bool:
        """Wait for the time of a frame; return whether anybody still wants it."""
        ended = self._ending.wait(max(0.0, moment - time.monotonic()))
        return not ended and time.monotonic() - self._looked < IDLE_SECONDS


class LiveStreams:
    """The encoders of all cameras."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._streams: dict[str, LiveStream] = {}

    def of(self, camera: SimCamera) -> LiveStream:
        """Return the stream of a camera."""
        return self._streams.setdefault(camera.serial, LiveStream(camera))

    def close(self) -> None:
        """End all encoders."""
        for stream in self._streams.values():
            stream.close()
        self._streams.clear()
