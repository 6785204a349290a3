"""Live pictures, as HLS and as HTTP-FLV: one thread per camera encodes while somebody looks."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from pathlib import Path
import tempfile
import threading
import time
from typing import TYPE_CHECKING, Final

from .encoder import FRAMES_PER_SECOND, PLAYLIST, Encoder, Tracks
from .flv import FlvFeed, FlvViewer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .camera import SimCamera

FIRST_SEGMENTS: Final = 2  # must exist before the first playlist is shown
FIRST_PLAYLIST_SECONDS: Final = 10.0  # a busy machine may take some of them
IDLE_SECONDS: Final = 15.0  # real ones: the encoder saves a real processor


class LiveStream:
    """The encoder of one camera."""

    def __init__(self, camera: SimCamera) -> None:
        """Start nothing yet."""
        self._camera = camera
        self._folder: Path | None = None
        self._feed = FlvFeed()
        self._made_of = self._tracks()
        self._looked = 0.0  # when somebody asked for the playlist, by time.monotonic()
        # Numbers of segments and times of frames go on after a pause; no two runs share any.
        self._first_segment = int(time.time())
        self._frames = 0
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()

    async def playlist(self, prefix: str) -> str | None:
        """Return the playlist, with `prefix` before the segments' names; None if none comes."""
        deadline = time.monotonic() + FIRST_PLAYLIST_SECONDS
        while (now := time.monotonic()) < deadline:
            self._looked = now  # one who waits is looking
            self._run()
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

    @contextmanager
    def connected(self) -> Iterator[FlvViewer]:
        """Give a viewer that is handed the FLV."""
        viewer = FlvViewer()
        self._looked = time.monotonic()  # or the thread might end before it has seen who comes
        self._run()
        if self._made_of != self._tracks():  # what runs is about to end
            self._start()
        while not (feed := self._feed).join(viewer):
            self._start()
        try:
            yield viewer
        finally:
            feed.leave(viewer)

    def close(self) -> None:
        """End the thread and wait for it."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._start()

    def _start(self) -> None:
        if self._thread is not None:
            self._thread.join()  # it has said that it ends
        self._ending.clear()
        self._folder, self._feed = None, FlvFeed()
        self._made_of = self._tracks()
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
        try:
            with tempfile.TemporaryDirectory(prefix="sodalife-live-") as folder:
                if self._wait_until(time.monotonic() + self._camera.live_slow_start):
                    self._folder = Path(folder)
                    self._fill(self._folder)
                self._folder = None
        finally:
            self._feed.close()

    def _fill(self, folder: Path) -> None:
        start = -(-self._frames // FRAMES_PER_SECOND) * FRAMES_PER_SECOND
        tracks = self._made_of
        first_segment = self._first_segment + start // FRAMES_PER_SECOND
        encoder = Encoder(self._camera, tracks, folder, self._feed, first_segment)
        # The first segments are made at once, not at the pace of time: viewers need not wait.
        now = start + FIRST_SEGMENTS * FRAMES_PER_SECOND
        origin = moment = 0.0
        self._frames = start
        while self._wait_until(moment) and self._tracks() == tracks:
            encoder.encode(self._frames)
            self._frames += 1
            if self._frames == now:
                origin = time.monotonic() - now / FRAMES_PER_SECOND
            if self._frames > now:
                self._feed.admit()
            moment = origin and origin + self._frames / FRAMES_PER_SECOND
        encoder.close()

    def _tracks(self) -> Tracks:
        return Tracks(h265=self._camera.live_h265, sound=self._camera.live_sound)

    def _wait_until(self, moment: float) -> bool:
        """Wait for the time of a frame; return whether anybody still wants it."""
        ended = self._ending.wait(max(0.0, moment - time.monotonic()))
        looked = time.monotonic() - self._looked < IDLE_SECONDS
        return not ended and (looked or self._feed.watched)


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
