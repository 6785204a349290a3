"""What became of the calls, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import SodaError


@dataclass(slots=True)
class EndpointStats:
    """What became of the calls to one endpoint; times in seconds."""

    calls: int = 0
    errors: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    last_error: str = ""

    def note(self, seconds: float) -> None:
        """Count one call."""
        self.calls += 1
        self.seconds += seconds
        self.slowest = max(self.slowest, seconds)

    def note_error(self, err: SodaError) -> None:
        """Count how one ended."""
        self.errors += 1
        self.last_error = err.code or err.key
