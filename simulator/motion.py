"""Where a camera looks: pan, tilt, zoom and focus, moving as the clock runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .codes import PlatformError
from .revision import HOME

if TYPE_CHECKING:
    from .clock import Clock

PAN_LIMIT: Final = 90.0  # degrees to either side
TILT_LIMIT: Final = 30.0  # degrees up and down
ZOOM_LIMIT: Final = 8.0
FOCUS_LIMIT: Final = 1.0
DEGREES_PER_SECOND: Final = 20.0
SECONDS_TO_DOUBLE: Final = 1.5
FOCUS_PER_SECOND: Final = 0.5
HOME_SECONDS: Final = 1.5

# command: (pan, tilt), right and up positive
DIRECTIONS: Final = {
    0: (0, 1),
    1: (0, -1),
    2: (-1, 0),
    3: (1, 0),
    4: (-1, 1),
    5: (-1, -1),
    6: (1, 1),
    7: (1, -1),
}
ZOOMS: Final = {8: 1, 9: -1}
FOCUSES: Final = {10: -1, 11: 1}


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees right and up, zoom factor, and how far the focus is off (0 is sharp)."""

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 1.0
    focus: float = 0.0

    def after(self, command: int, seconds: float) -> Position:
        """Return the position after moving that long."""
        if command == HOME:
            return self._towards_home(seconds)
        right, up = DIRECTIONS.get(command, (0, 0))
        zoom = self.zoom * 2 ** (ZOOMS.get(command, 0) * seconds / SECONDS_TO_DOUBLE)
        focus = self.focus + FOCUSES.get(command, 0) * seconds * FOCUS_PER_SECOND
        return Position(
            _within(self.pan + right * seconds * DEGREES_PER_SECOND, PAN_LIMIT),
            _within(self.tilt + up * seconds * DEGREES_PER_SECOND, TILT_LIMIT),
            min(max(zoom, 1.0), ZOOM_LIMIT),
            _within(focus, FOCUS_LIMIT),
        )

    def _towards_home(self, seconds: float) -> Position:
        left = max(0.0, 1 - seconds / HOME_SECONDS)
        return Position(self.pan * left, self.tilt * left, self.zoom**left, self.focus * left)

    def end_stop(self, command: int) -> str | None:
        """Return the code of the end stop that keeps `command` from moving anything."""
        right, up = DIRECTIONS.get(command, (0, 0))
        at_side = right != 0 and right * self.pan >= PAN_LIMIT
        at_height = up != 0 and up * self.tilt >= TILT_LIMIT
        if (right and not at_side) or (up and not at_height):
            return None
        if at_height:
            return "60002" if up > 0 else "60003"
        if at_side:
            return "60004" if right < 0 else "60005"
        return None


class Motor:
    """Keeps the position while moves start and stop."""

    def __init__(self, clock: Clock) -> None:
        """Stand at home."""
        self._clock = clock
        # From where, what turns the motor, since when. One value, as the encoder's thread looks.
        self._course: tuple[Position, int | None, float] = (Position(), None, 0.0)
        self.awaits_stop: int | None = None  # the command the platform wants a stop for

    @property
    def position(self) -> Position:
        """The position now."""
        start, command, since = self._course
        return start if command is None else start.after(command, self._clock.time() - since)

    @property
    def homing(self) -> bool:
        """Whether the camera is on its way to preset 1."""
        _, command, since = self._course
        return command == HOME and self._clock.time() - since < HOME_SECONDS

    def start(self, command: int) -> None:
        """Begin to move, unless an end stop is in the way."""
        if code := self.position.end_stop(command):
            raise PlatformError(code)
        self._turn(command)
        self.awaits_stop = command

    def stop(self) -> None:
        """Stand still. A journey to the preset goes on: the device cannot break it off."""
        self.awaits_stop = None
        if not self.homing:
            self._turn(None)

    def halt(self) -> None:
        """Lose power: nothing moves and nobody waits for a stop."""
        self.awaits_stop = None
        self._turn(None)

    def _turn(self, command: int | None) -> None:
        self._course = (self.position, command, self._clock.time())


def _within(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)
