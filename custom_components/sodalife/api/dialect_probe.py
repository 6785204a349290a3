"""Which dialect the platform speaks, which endpoints it has, and when to doubt it.

| refused with | the dialect is      | then                                                     |
|--------------|---------------------|----------------------------------------------------------|
| 10002        | not known           | the other dialect, then another token in each            |
| 10002        | known               | another token; if that is refused, too, or there is none |
|              |                     | since this one may well be good: the other dialect       |
| 10001        | not known           | the other dialect                                        |
| 10001        | known               | the other dialect                                        |
| NOT_FOUND    | known               | the endpoint is missing                                  |

A dialect or an endpoint that is known is doubted only now and then, and the dialect for each
device by itself: one that always answers so shall not keep the others from finding a change.
"""

from __future__ import annotations

from .clock import Clock
from .dialect import DIALECTS, QUERY, Dialect, other
from .errors import NotSupported, SodaError
from .models import Endpoint
from .signal import Signal

PROBE_INTERVAL = 600.0  # seconds between a device's doubts about the dialect
ENDPOINT_INTERVAL = 21600.0  # seconds between doubts about a missing endpoint
_NO_SUCH_SERVICE = "NOT_FOUND"
_MAY_BE_MISSING = (Endpoint.ONLINE, Endpoint.TALK)  # came with rev. 2021-01-08


class DialectProbe:
    """Finds out what the platform understands.

    Attributes:
        dialect: the one that it was seen to understand, None until then.
        missing: the endpoints that it should have but has not, and when that was seen.
        found: it is another one than was thought.

    """

    def __init__(self, clock: Clock, revision: str | None) -> None:
        """Take what was found out earlier, if anything."""
        self._clock = clock
        self.dialect = DIALECTS.get(revision or "")
        self.found: Signal[[Dialect]] = Signal()
        self._doubted_at: dict[str, float] = {}  # by a device; monotonic
        self.missing: dict[Endpoint, float] = {}

    @property
    def first_choice(self) -> Dialect:
        """The dialect to try first."""
        return self.dialect or QUERY

    def knows(self, endpoint: Endpoint) -> bool:
        """Tell whether the platform has this endpoint, as far as is known."""
        if self.dialect is None or not self.dialect.knows(endpoint):
            return False
        missed_at = self.missing.get(endpoint)
        return missed_at is None or self._clock.monotonic() > missed_at + ENDPOINT_INTERVAL

    def alternative(self, tried: Dialect, serial: str) -> Dialect | None:
        """Return the dialect to try when a device refused this one; None: do not doubt it now."""
        if self.dialect is not None and self.dialect is not tried:
            return self.dialect  # another call has found it out meanwhile
        return other(tried) if self.dialect is None or self._may_doubt(serial) else None

    def confirm(self, dialect: Dialect) -> None:
        """Note that the platform understood this dialect."""
        if dialect is not self.dialect:
            self.dialect = dialect
            self.missing.clear()
            self.found.emit(dialect)

    def note_refusal(self, endpoint: Endpoint, err: SodaError) -> None:
        """Learn that an endpoint is missing."""
        missing = isinstance(err, NotSupported) and err.code == _NO_SUCH_SERVICE
        if missing and endpoint in _MAY_BE_MISSING:
            self.missing[endpoint] = self._clock.monotonic()

    def note_success(self, endpoint: Endpoint) -> None:
        """Learn that an endpoint is there."""
        if self.missing:
            self.missing.pop(endpoint, None)

    def _may_doubt(self, serial: str) -> bool:
        now = self._clock.monotonic()
        if now < self._doubted_at.get(serial, float("-inf")) + PROBE_INTERVAL:
            return False
        self._doubted_at[serial] = now
        return True
