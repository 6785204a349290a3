"""Makes Opus of a camera's sound: browsers take nothing else that sounds well."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av

RATE = 48_000
SAMPLES = RATE // 50  # in a packet
GAP = RATE // 10  # samples that are missing: more than what a resampler keeps back


class OpusEncoder:
    """Encodes one source's sound, once for all who listen."""

    def __init__(self, offset: float) -> None:
        """Begin at `offset`, in seconds."""
        self._resampler = av.AudioResampler(
            format="s16", layout="stereo", rate=RATE, frame_size=SAMPLES
        )
        self._codec = av.AudioCodecContext.create("libopus", "w")
        self._codec.sample_rate = RATE
        self._codec.layout = "stereo"
        self._codec.format = "s16"
        self._samples = round(offset * RATE)

    def encode(self, frame: av.AudioFrame, seconds: float) -> Iterator[av.Packet[Any]]:
        """Yield the packets that a frame, which belongs at this time, completes."""
        at = round(seconds * RATE)
        if abs(at - self._samples) > GAP:
            # Sound that falls behind would hold the pictures back, to keep in step.
            self._samples = at
        for part in self._resampler.resample(frame):
            part.pts = None
            for packet in self._codec.encode(part):
                out: av.Packet[Any] = av.Packet(bytes(packet))
                out.pts, out.time_base = self._samples, Fraction(1, RATE)
                self._samples += SAMPLES
                yield out
