"""What a refused move tells about a device's other moves."""

from __future__ import annotations

from .errors import SodaError
from .models import Command

_VERTICAL = frozenset({Command.UP, Command.DOWN})
_HORIZONTAL = frozenset({Command.LEFT, Command.RIGHT})
_DIAGONAL = frozenset(
    {Command.UP_LEFT, Command.UP_RIGHT, Command.DOWN_LEFT, Command.DOWN_RIGHT},
)
_DIRECTIONS = _VERTICAL | _HORIZONTAL | _DIAGONAL
_ZOOM = frozenset({Command.ZOOM_IN, Command.ZOOM_OUT})
_FOCUS = frozenset({Command.FOCUS_NEAR, Command.FOCUS_FAR})

NO_PTZ = "60000"
NOT_THIS = "60020"


def refused_with(command: Command, err: SodaError) -> frozenset[Command]:
    """Return the moves a device lacks if it refuses `command` with this error.

    60000, "the device has no PTZ", counts for all directions, but not for zoom and focus: a
    lens may have motors where the mount has none. 60020, "not supported", counts for the axis;
    without an axis there are no diagonals either.
    """
    if err.code not in {NO_PTZ, NOT_THIS} or command is Command.HOME:
        return frozenset()
    for motor in (_ZOOM, _FOCUS):
        if command in motor:
            return motor
    if err.code == NO_PTZ:
        return _DIRECTIONS
    if command in _DIAGONAL:
        return _DIAGONAL
    return _DIAGONAL | (_VERTICAL if command in _VERTICAL else _HORIZONTAL)
