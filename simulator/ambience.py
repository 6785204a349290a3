"""What a camera's microphone hears: a soft street, another one wherever the camera looks."""

from __future__ import annotations

import array
import math
import random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .motion import Position

SAMPLE_RATE: Final = 16_000  # Hz
TRAFFIC: Final = 1200.0  # of 32768; a murmur
HUM: Final = 500.0
HUM_FREQUENCY: Final = 220.0  # Hz straight ahead; two semitones for every 10 degrees aside
SMOOTH: Final = 0.97  # of one sample that is left in the next: traffic is low noise


class Ambience:
    """The sound in front of one camera."""

    def __init__(self, serial: str) -> None:
        """Every serial has a street of its own."""
        self._chance = random.Random(serial)
        self._murmur = 0.0
        self._phase = 0.0

    def samples(self, position: Position, count: int) -> bytes:
        """Return so many 16-bit samples; louder where the camera looks closely."""
        near = math.sqrt(position.zoom)
        step = HUM_FREQUENCY * 2 ** (position.pan / 60) / SAMPLE_RATE * math.tau
        pcm = array.array("h")
        for _ in range(count):
            self._murmur = self._murmur * SMOOTH + self._chance.uniform(-1, 1) * (1 - SMOOTH)
            self._phase += step
            pcm.append(int(near * (4 * TRAFFIC * self._murmur + HUM * math.sin(self._phase))))
        self._phase %= math.tau
        return pcm.tobytes()
