"""Shapes to draw scenes with: x to the right, y up, in units of the scene."""

from __future__ import annotations

from dataclasses import dataclass

type Colour = tuple[int, ...]  # red, green, blue
type Box = tuple[float, float, float, float]  # left, bottom, right, top
type Shape = Rect | Ellipse | Polygon | Text


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle, with rounded corners if there is a radius."""

    box: Box
    fill: Colour
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Ellipse:
    """An ellipse that fills its box."""

    box: Box
    fill: Colour


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed polygon."""

    points: tuple[tuple[float, float], ...]
    fill: Colour

    @property
    def box(self) -> Box:
        """What it fits into."""
        across, along = zip(*self.points, strict=True)
        return min(across), min(along), max(across), max(along)


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text around a point."""

    x: float
    y: float
    height: float
    text: str
    fill: Colour
    ground: Colour  # what it stands on

    @property
    def box(self) -> Box:
        """What it fits into, about."""
        half = len(self.text) * self.height * 0.3
        low, high = self.y - self.height * 0.36, self.y + self.height * 0.36
        return self.x - half, low, self.x + half, high
