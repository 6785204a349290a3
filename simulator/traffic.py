"""What moves along the street."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from .shapes import Ellipse, Polygon, Rect
from .street import GLASS, INK, bright

if TYPE_CHECKING:
    from .shapes import Colour, Shape


def passing_things(serial: str, now: float) -> list[Shape]:
    """Return what moves at that second: it shows that time runs."""
    chance = random.Random(serial)
    shapes: list[Shape] = []
    for speed, level in ((1.6, -14.4), (-1.3, -15.0), (1.1, -15.8)):
        x = (chance.uniform(0, 90) + now * speed) % 90 - 45
        shapes += _walker(x, level, bright(chance))
    for speed, level in ((11.0, -21.5), (-8.0, -29.0)):
        x = (chance.uniform(0, 140) + now * speed) % 140 - 70
        shapes += _car(x, level, bright(chance), 1 if speed > 0 else -1)
    return shapes


def _walker(x: float, y: float, colour: Colour) -> list[Shape]:
    """Put a person on the pavement, feet at height `y`."""
    return [
        Rect((x - 0.55, y, x - 0.1, y + 2), INK),
        Rect((x + 0.1, y, x + 0.55, y + 2), INK),
        Rect((x - 0.8, y + 1.7, x + 0.8, y + 4.2), colour, 0.5),
        Ellipse((x - 0.5, y + 4.1, x + 0.5, y + 5.3), (222, 180, 148)),
    ]


def _car(x: float, y: float, colour: Colour, way: int) -> list[Shape]:
    """Put a car on the road, wheels at height `y`, driving right (1) or left (-1)."""

    def at(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        return tuple((x + way * across, y + along) for across, along in points)

    shapes: list[Shape] = [
        Polygon(at(((-4, 3), (-2.6, 5), (1.6, 5), (3.4, 3))), colour),
        Polygon(at(((-3.2, 3.1), (-2.3, 4.6), (-0.6, 4.6), (-0.6, 3.1))), GLASS),
        Polygon(at(((-0.2, 3.1), (-0.2, 4.6), (1.4, 4.6), (2.7, 3.1))), GLASS),
        Rect((x - 5.6, y + 0.8, x + 5.6, y + 3.1), colour, 0.7),
    ]
    for wheel in (-3.4, 3.4):
        for radius, tint in ((1.15, INK), (0.55, (190, 194, 200))):
            hub = x + wheel
            low, high = y + 0.9 - radius, y + 0.9 + radius
            shapes.append(Ellipse((hub - radius, low, hub + radius, high), tint))
    return shapes
