"""Whether the platform answers, and each camera: one camera's trouble is nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from .api import Camera, SodaError
from .api.errors import (
    InvalidClient,
    NotPermitted,
    PictureUnusable,
    QueueBusy,
    TokenPaused,
    TokenRateLimited,
    TokenRejected,
)
from .api.signal import Signal
from .const import LOGGER

MAX_FAILURES = 3  # in a row, of one camera, that make it unreachable
MIN_CAMERAS = 2  # that have to be unreachable for the platform to be, unless there is only one
_TOKENS = ""  # stands for the token endpoint, on which all cameras depend

# With these the platform was not asked, or it was another host ...
_SAY_NOTHING = (PictureUnusable, QueueBusy, TokenPaused)
# ... as with these if they come from a pause between two fetches of a token: without a code.
_MAY_SAY_NOTHING = (InvalidClient, NotPermitted, TokenRateLimited, TokenRejected)


class Reachability:
    """Draws conclusions from failures that speak of the platform or of the network.

    A camera is unreachable after three in a row of its own. The platform is doubted once two are
    and nobody has answered since a camera began to fail; it is down if then one that was thought
    healthy fails, too. So it is once its token endpoint has failed three times and no camera has
    answered meanwhile. It also is when all its cameras are unreachable.

    Attributes:
        down: whether the platform is down.
        changed: something of that has changed, for one camera (its serial) or for all (None).

    """

    def __init__(self) -> None:
        """Start without a doubt."""
        self._failures: dict[str, int] = {}  # in a row, by serial
        self._unheard: set[str] = set()  # those who began to fail since anybody answered
        self._cameras: set[str] = set()
        self.down = False
        self.changed: Signal[[str | None]] = Signal()

    @property
    def in_doubt(self) -> bool:
        """Whether something fails."""
        return bool(self._failures)

    @property
    def suspects(self) -> list[str]:
        """Those who have failed, but not often enough to be sure; the first to do so first."""
        failed = self._failures.items()
        return [who for who, count in failed if count < MAX_FAILURES and who != _TOKENS]

    @property
    def wants_witness(self) -> bool:
        """Whether it would help to hear of a camera that is thought healthy."""
        few = bool(self._unheard) and len(self._failures) < MIN_CAMERAS
        return few or self._is_doubtful()

    def add(self, serial: str) -> None:
        """Take a camera into account."""
        self._cameras.add(serial)

    def remove(self, serial: str) -> None:
        """Take a camera out of account; what it said counts no more."""
        self._cameras.discard(serial)
        self._unheard.discard(serial)
        self._failures.pop(serial, None)

    def available(self, serial: str) -> bool:
        """Tell whether a camera can be reached, as far as is known."""
        return not self.down and self._failures.get(serial, 0) < MAX_FAILURES

    def is_healthy(self, serial: str) -> bool:
        """Tell whether a camera has not failed since it answered last."""
        return serial not in self._failures

    def note(self, serial: str, err: SodaError | None) -> None:
        """Learn from the outcome of a camera's call."""
        if err is not None and err.platform_trouble:
            if serial in self._cameras:
                self._failed(serial, err)
        elif self._failures and not _says_nothing(err):
            self._heard_of(serial)

    def note_token(self, err: SodaError | None) -> None:
        """Learn from the outcome of a token's fetching."""
        if err is not None and err.platform_trouble:
            self._failed(_TOKENS, err)
        else:
            self._failures.pop(_TOKENS, None)

    def _failed(self, who: str, err: SodaError) -> None:
        """Count a failure, and draw the conclusions."""
        before = self._failures.get(who, 0)
        found_down = not before and who != _TOKENS and self._is_doubtful()
        self._failures[who] = before + 1
        if not before and who != _TOKENS:
            self._unheard.add(who)
        if self.down:
            return
        if found_down or self._are_all_unreachable():
            self.down = True
            LOGGER.warning("The SodaLife platform cannot be reached: %s", err)
            self.changed.emit(None)
        elif before + 1 == MAX_FAILURES and who != _TOKENS:
            self.changed.emit(who)

    def _is_doubtful(self) -> bool:
        """Tell whether it takes but one more camera, a healthy one, for the platform to be down."""
        if self._failures.get(_TOKENS, 0) >= MAX_FAILURES:
            return True
        return bool(self._unheard) and len(self._unreachable()) >= MIN_CAMERAS

    def _are_all_unreachable(self) -> bool:
        unreachable = self._unreachable()
        return bool(unreachable) and unreachable == self._cameras

    def _unreachable(self) -> set[str]:
        failed = {who for who, count in self._failures.items() if count >= MAX_FAILURES}
        return failed - {_TOKENS}

    def _heard_of(self, serial: str) -> None:
        """Take an answer, of whatever content, for what it says about everybody."""
        self._unheard.clear()
        self._failures.pop(_TOKENS, None)  # that one is served speaks for the platform
        failures = self._failures.pop(serial, 0)
        if self.down:
            # It was the platform's fault that they failed: each has to fail anew.
            self.down = False
            self._failures.clear()
            LOGGER.info("The SodaLife platform can be reached again")
            self.changed.emit(None)
        elif failures >= MAX_FAILURES:
            self.changed.emit(serial)


def _says_nothing(err: SodaError | None) -> bool:
    """Tell whether an error came about without the platform's having been asked."""
    return isinstance(err, _SAY_NOTHING) or (isinstance(err, _MAY_SAY_NOTHING) and not err.code)


async def tell_all(cameras: Iterable[Camera]) -> None:
    """Have cameras be looked at again. Hundreds of them take a while: others want their turns."""
    for camera in cameras:
        camera.device.changed.emit()
        await asyncio.sleep(0)
