"""Whether the platform answers, and each camera: one camera's trouble is nobody else's."""

from __future__ import annotations

from .api import SodaError
from .api.errors import TokenPaused
from .api.signal import Signal
from .const import LOGGER

MAX_FAILURES = 3  # in a row, of one camera, that make it unreachable
MIN_CAMERAS = 2  # that have to be unreachable for the platform to be, unless there is only one
_TOKENS = ""  # stands for the token endpoint, on which all cameras depend


class Reachability:
    """Draws conclusions from failures that speak of the platform or of the network.

    A camera is unreachable after three in a row of its own. The platform is down when two cameras
    are (or the only one, or its token endpoint), none has answered since the last one of them
    began to fail, and another one that was thought healthy has failed, too.

    Attributes:
        down: whether the platform is down.
        changed: something of that has changed, for one camera (its serial) or for all (None).

    """

    def __init__(self) -> None:
        """Start without a doubt."""
        self._failures: dict[str, int] = {}  # in a row, by serial
        self._answered: set[str] = set()  # those who did since the last one began to fail
        self._cameras: set[str] = set()
        self.down = False
        self.changed: Signal[[str | None]] = Signal()

    @property
    def in_doubt(self) -> bool:
        """Whether something fails, so that it is to be found out who can be reached."""
        return bool(self._failures)

    def add(self, serial: str) -> None:
        """Take a camera into account."""
        self._cameras.add(serial)

    def remove(self, serial: str) -> None:
        """Take a camera out of account; what it said counts no more."""
        self._cameras.discard(serial)
        self._answered.discard(serial)
        self._failures.pop(serial, None)

    def available(self, serial: str) -> bool:
        """Tell whether a camera can be reached, as far as is known."""
        return not self.down and self._failures.get(serial, 0) < MAX_FAILURES

    def is_suspect(self, serial: str) -> bool:
        """Tell whether a camera has failed lately, but not often enough to be sure."""
        return 0 < self._failures.get(serial, 0) < MAX_FAILURES

    def is_untried(self, serial: str) -> bool:
        """Tell whether a camera is thought healthy, but was not heard of since the doubt began."""
        return serial not in self._failures and serial not in self._answered

    def note(self, serial: str, err: SodaError | None) -> None:
        """Learn from the outcome of a camera's call."""
        if err is not None and err.platform_trouble:
            if serial in self._cameras:
                self._failed(serial, err)
        elif self._failures and not isinstance(err, TokenPaused):  # then nobody was asked
            self._heard_of(serial)

    def note_token(self, err: SodaError | None) -> None:
        """Learn from the outcome of a token's fetching."""
        if err is not None and err.platform_trouble:
            self._failed(_TOKENS, err)
        else:
            self._failures.pop(_TOKENS, None)

    def _failed(self, serial: str, err: SodaError) -> None:
        failures = self._failures.get(serial, 0) + 1
        self._failures[serial] = failures
        if failures == 1:
            self._answered.clear()
        if self.down:
            return
        if self._is_down():
            self.down = True
            LOGGER.warning("The SodaLife platform cannot be reached: %s", err)
            self.changed.emit(None)
        elif failures == MAX_FAILURES and serial != _TOKENS:
            self.changed.emit(serial)

    def _is_down(self) -> bool:
        unreachable = {who for who, count in self._failures.items() if count >= MAX_FAILURES}
        if _TOKENS in unreachable:
            return True
        if self._answered or len(unreachable) < min(MIN_CAMERAS, len(self._cameras)):
            return False
        failing = self._failures.keys() - {_TOKENS}
        return len(failing) > len(unreachable) or failing == self._cameras

    def _heard_of(self, serial: str) -> None:
        """Take an answer, of whatever content, for what it says about everybody."""
        failures = self._failures.pop(serial, 0)
        if self.down:
            # It was the platform's fault that they failed: each has to fail anew.
            self.down = False
            self._failures.clear()
            self._answered.clear()
            LOGGER.info("The SodaLife platform can be reached again")
            self.changed.emit(None)
            return
        if serial in self._cameras:
            self._answered.add(serial)
        if not self._failures:
            self._answered.clear()
        if failures >= MAX_FAILURES:
            self.changed.emit(serial)
