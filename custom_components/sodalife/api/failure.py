"""Calls that failed, and which of them are worth telling."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import DeviceNotFound, DeviceNotPermitted, SodaError
from .models import Endpoint

REPETITION = 300.0  # seconds within which the same error again is no news


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that failed, and when (seconds since the epoch)."""

    endpoint: Endpoint
    error: SodaError
    at: float

    @property
    def name(self) -> str:
        """What the error is known by."""
        return self.error.code or self.error.key

    def cleared_by(self, endpoint: Endpoint) -> bool:
        """Tell whether success at an endpoint shows that this is over."""
        if isinstance(self.error, DeviceNotFound):
            return True  # it is known again
        if isinstance(self.error, DeviceNotPermitted) and self.endpoint is not Endpoint.CAPTURE:
            return True  # 10051 is about photos alone, the rest about the device
        return self.endpoint is endpoint


class News:
    """The failures that are worth telling: each becomes a row in somebody's database.

    What is repeated within minutes is not told again, be it in turns with others: only once the one
    that was told last is heard no more.

    Attributes:
        latest: what was told last.

    """

    def __init__(self) -> None:
        """Start with nothing to tell."""
        self.latest: Failure | None = None
        self._heard: dict[str, float] = {}  # by name, within the last minutes

    def hear(self, failure: Failure) -> None:
        """Take notice of a failure."""
        now = failure.at
        heard = {name: at for name, at in self._heard.items() if 0 <= now - at < REPETITION}
        if self.latest is None or not {failure.name, self.latest.name} <= heard.keys():
            self.latest = failure
        self._heard = heard | {failure.name: now}
