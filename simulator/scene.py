"""Pictures of what a camera sees: a street, drawn anew for every view, so that zoom stays sharp."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
import io
import time
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from .shapes import Ellipse, Polygon, Rect, Text
from .street import build_street
from .traffic import passing_things

if TYPE_CHECKING:
    from .motion import Position
    from .shapes import Box, Colour, Shape

FIELD_OF_VIEW: Final = 60.0  # degrees across at zoom 1
UNITS_PER_DEGREE: Final = 1.5  # of the scene
EYE_LEVEL: Final = -6.0  # units; what the camera looks at when at home
SUPERSAMPLE: Final = 2  # drawn twice as large, then reduced: smooth edges
BLUR: Final = 0.013  # of the picture's width at the worst focus
JPEG_QUALITY: Final = 85
MIN_TEXT: Final = 3.0  # pixels; below, a bar stands for the line
MAX_TEXT: Final = 1200.0  # pixels


@dataclass(frozen=True, slots=True)
class View:
    """What is needed to draw a picture: who, where to, and when (seconds since the epoch)."""

    name: str
    position: Position
    time: float


class Scene:
    """What is in front of one camera."""

    def __init__(self, serial: str) -> None:
        """Every serial has a street of its own."""
        self.serial = serial
        self._street: list[Shape] | None = None

    def render(self, view: View, size: tuple[int, int]) -> Image.Image:
        """Draw the view in that many pixels; slow (tens of ms), so call it in a thread."""
        if self._street is None:
            self._street = build_street(self.serial)
        large = Image.new("RGB", (size[0] * SUPERSAMPLE, size[1] * SUPERSAMPLE))
        brush = _Brush(large, view.position)
        for shape in self._street:
            brush.draw(shape)
        for shape in passing_things(self.serial, view.time):
            brush.draw(shape)
        image = large.reduce(SUPERSAMPLE)
        blur = abs(view.position.focus) * BLUR * size[0]
        if blur >= 0.3:  # pixels
            image = image.filter(ImageFilter.GaussianBlur(blur))
        _caption(image, self.serial, view)
        return image


def jpeg(scene: Scene, view: View, size: tuple[int, int]) -> bytes:
    """Return the view as a JPEG file."""
    file = io.BytesIO()
    scene.render(view, size).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()


class _Brush:
    """Draws the scene's shapes onto an image that looks somewhere."""

    def __init__(self, image: Image.Image, position: Position) -> None:
        self._draw = ImageDraw.Draw(image)
        self._width, self._height = image.size
        degree = self._width / FIELD_OF_VIEW * position.zoom  # in pixels
        self._scale = degree / UNITS_PER_DEGREE
        self._left = self._width / 2 - position.pan * degree
        self._top = self._height / 2 + position.tilt * degree + EYE_LEVEL * self._scale

    def draw(self, shape: Shape) -> None:
        """Draw a shape, if any of it is in view."""
        box = self._box(shape.box)
        if box[2] < 0 or box[3] < 0 or box[0] > self._width or box[1] > self._height:
            return
        match shape:
            case Rect(fill=fill, radius=radius) if radius:
                self._draw.rounded_rectangle(box, radius * self._scale, fill)
            case Rect(fill=fill):
                self._draw.rectangle(box, fill)
            case Ellipse(fill=fill):
                self._draw.ellipse(box, fill)
            case Polygon(fill=fill, points=points):
                self._draw.polygon([self._point(x, y) for x, y in points], fill)
            case Text():
                self._text(shape, box)

    def _text(self, shape: Text, box: Box) -> None:
        size = shape.height * self._scale
        if size < MIN_TEXT:
            self._draw.rectangle(box, _faint(shape.fill, shape.ground))
        elif size < MAX_TEXT:
            centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
            self._draw.text(centre, shape.text, shape.fill, _font(round(size)), "mm")

    def _point(self, x: float, y: float) -> tuple[float, float]:
        return self._left + x * self._scale, self._top - y * self._scale

    def _box(self, box: Box) -> Box:
        return *self._point(box[0], box[3]), *self._point(box[2], box[1])


@lru_cache(maxsize=256)
def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


def _faint(ink: Colour, ground: Colour) -> Colour:
    return tuple((2 * paper + one) // 3 for one, paper in zip(ink, ground, strict=True))


def _caption(image: Image.Image, serial: str, view: View) -> None:
    """Write serial, name and local time on top, zoom and direction below."""
    width, height = image.size
    draw, font, edge = ImageDraw.Draw(image), _font(max(10, height // 28)), height // 40
    name = view.name.encode("ascii", "ignore").decode().strip()  # the font has no more letters
    title = serial if name in {"", serial} else f"{serial}  {name}"
    clock = time.strftime("%Y-%m-%d  %H:%M:%S", time.localtime(view.time))
    looks = view.position
    where = f"pan {looks.pan:+.0f}   tilt {looks.tilt:+.0f}   focus {looks.focus:+.2f}"
    corners = (
        ((edge, edge), title, "la"),
        ((width - edge, edge), clock, "ra"),
        ((edge, height - edge), where, "ld"),
        ((width - edge, height - edge), f"zoom  x{looks.zoom:.1f}", "rd"),
    )
    for corner, text, anchor in corners:
        draw.text(corner, text, "white", font, anchor, stroke_width=2, stroke_fill="#202428")
