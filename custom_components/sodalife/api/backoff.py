"""Pauses that grow while something goes wrong."""

from __future__ import annotations

from collections.abc import Iterator


class Backoff:
    """A pause that doubles with each failure, between a first and a longest one."""

    def __init__(self, first: float, longest: float) -> None:
        """Take both in seconds."""
        self._first = first
        self._longest = longest
        self.pause = 0.0

    def grow(self) -> float:
        """Make the pause longer, and return it."""
        self.pause = min(max(self._first, self.pause * 2), self._longest)
        return self.pause

    def reset(self) -> None:
        """Start anew: it works."""
        self.pause = 0.0

    def pauses(self, total: float) -> Iterator[float]:
        """Return growing pauses until their sum is `total` seconds."""
        left = total
        while left > 0:
            pause = min(self.grow(), left)
            left -= pause
            yield pause
