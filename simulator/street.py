"""The street: every serial has one of its own, with an optician in the middle."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from .shapes import Ellipse, Polygon, Rect, Text

if TYPE_CHECKING:
    from .shapes import Colour, Shape

LEFT: Final = -190.0  # all that can come into view, with some to spare
RIGHT: Final = 190.0
TOP: Final = 70.0
BOTTOM: Final = -90.0
HORIZON: Final = -7.0
KERB: Final = -13.0
WHITE: Final = (248, 246, 240)
INK: Final = (38, 40, 46)
GLASS: Final = (52, 70, 86)

OPTICIAN: Final = ("OPTICIAN", (32, 132, 116))
SHOPS: Final = (
    ("SODA LAUNDRY", (44, 122, 178)),
    ("BAKERY", (196, 116, 52)),
    ("BOOKS & TEA", (92, 72, 128)),
    ("FLOWERS", (188, 78, 116)),
    ("NOODLE BAR", (184, 58, 52)),
    ("HARDWARE", (86, 104, 60)),
    ("PHARMACY", (28, 140, 84)),
    ("BICYCLES", (60, 96, 168)),
    ("CHEESE", (188, 144, 40)),
    ("RECORDS", (112, 60, 70)),
    ("TAILOR", (72, 78, 92)),
    ("ICE CREAM", (212, 120, 140)),
)
HOUSES_EACH_SIDE: Final = 6
HOUSE_WIDTH: Final = 30.0
HOUSE_LEFT: Final = -9.0  # of the optician's, so that its eye chart is in the very middle
WALLS: Final = ((206, 190, 170), (188, 122, 100), (176, 184, 188), (222, 208, 176), (160, 144, 132))
SKIES: Final = (  # top, horizon
    ((84, 144, 214), (214, 228, 240)),
    ((112, 150, 190), (246, 222, 190)),
    ((120, 140, 160), (206, 212, 216)),
    ((104, 120, 184), (248, 204, 188)),
)
EYE_CHART: Final = ("E", "F P", "T O Z", "L P E D", "P E C F D", "E D F C Z P", "F E L O P Z D")


def build_street(serial: str) -> list[Shape]:
    """Draw up the street of one camera: the same serial, the same street."""
    chance = random.Random(serial)
    shops = list(SHOPS)
    chance.shuffle(shops)
    shops.insert(HOUSES_EACH_SIDE, OPTICIAN)
    shapes = [*_sky(*chance.choice(SKIES)), *_skyline(chance)]
    for number, (name, colour) in enumerate(shops):
        left = HOUSE_LEFT + (number - HOUSES_EACH_SIDE) * HOUSE_WIDTH
        shapes += _house(chance, left, left + HOUSE_WIDTH, name, colour)
    shapes += _ground()
    for x in (*range(-180, -20, 22), *range(26, 190, 22)):  # none before the eye chart
        at = x + chance.uniform(-4, 4)
        shapes += _tree(chance, at) if chance.random() < 0.6 else _lamp(at)
    return shapes


def bright(chance: random.Random) -> Colour:
    """Return a colour that things have."""
    return tuple(chance.randint(70, 220) for _ in range(3))


def _sky(top: Colour, low: Colour) -> list[Shape]:
    bands, step = 60, (TOP - HORIZON) / 60
    shapes: list[Shape] = []
    for band in range(bands):
        part = min(1.0, 2 * band / bands)
        colour = tuple(int(b + (a - b) * part) for a, b in zip(top, low, strict=True))
        y = HORIZON + band * step
        shapes.append(Rect((LEFT, y, RIGHT, y + step + 0.1), colour))
    return [*shapes, Ellipse((52, 34, 60, 42), (255, 242, 200))]


def _skyline(chance: random.Random) -> list[Shape]:
    """Add clouds, and far houses in haze."""
    shapes: list[Shape] = []
    for _ in range(26):
        x, y, wide = chance.uniform(LEFT, RIGHT), chance.uniform(24, 62), chance.uniform(8, 16)
        for part in range(4):
            left, low = x + part * wide / 5, y - chance.uniform(0, 1)
            puff = (left, low, left + wide / 2.2, low + wide / 4.5)
            shapes.append(Ellipse(puff, (242, 245, 248)))
    x = LEFT
    while x < RIGHT:
        wide, high = chance.uniform(4, 11), chance.uniform(12, 27)
        shapes.append(Rect((x, HORIZON, x + wide, high), (158, 170, 188)))
        x += wide + chance.uniform(0, 5)
    return shapes


def _house(
    chance: random.Random, left: float, right: float, name: str, colour: Colour
) -> list[Shape]:
    """Build a house with flats above and a shop below."""
    roof = chance.choice((11.6, 11.6, 16.8))
    shade = chance.randint(-12, 12)
    wall = tuple(part + shade for part in chance.choice(WALLS))
    shapes: list[Shape] = [
        Rect((left, KERB, right, roof), wall),
        Rect((left - 0.3, roof - 0.8, right + 0.3, roof), tuple(part - 40 for part in wall)),
    ]
    columns = 5
    step = (right - left) / columns
    for row in range(int((roof - 6) // 5.2)):
        for column in range(columns):
            x, y = left + (column + 0.25) * step, 5.6 + row * 5.2
            lit = chance.random() < 0.2
            shapes += _window(x, y, step * 0.5, (250, 214, 130) if lit else GLASS)
    return shapes + _shop(chance, left + 1, right - 1, name, colour)


def _window(x: float, y: float, wide: float, pane: Colour) -> list[Shape]:
    middle = x + wide / 2
    return [
        Rect((x - 0.25, y - 0.25, x + wide + 0.25, y + 3.45), WHITE),
        Rect((x, y, x + wide, y + 3.2), pane),
        Rect((middle - 0.1, y, middle + 0.1, y + 3.2), WHITE),
        Rect((x, y + 2, x + wide, y + 2.15), WHITE),
    ]


def _shop(
    chance: random.Random, left: float, right: float, name: str, colour: Colour
) -> list[Shape]:
    """Build a sign, an awning, a shop window with something in it, and a door."""
    dark = tuple(part // 2 for part in colour)
    door = right - 6.5
    middle = (left + right) / 2
    shapes: list[Shape] = [
        Rect((left, KERB, right, 4), dark),
        Rect((left, 1, right, 4), colour),
        Text(middle, 2.5, 2.1, name, WHITE, colour),
        Rect((left + 1, -11, door - 1, -1.2), (226, 232, 228)),
        Rect((door, KERB, right - 1, -1.2), colour),
        Rect((door + 0.7, -10, right - 1.7, -2), GLASS),
        Ellipse((door + 0.15, -7.8, door + 0.55, -7.4), (240, 208, 110)),
        Rect((door + 1.4, -4.6, right - 2.4, -3.2), WHITE, 0.2),
        Text((door + right - 1) / 2, -3.65, 0.62, "OPEN", (170, 40, 40), WHITE),
        Text((door + right - 1) / 2, -4.25, 0.26, "Mon - Sat  9:00 - 18:30", INK, WHITE),
    ]
    shapes += _eye_chart(left + 8) if name == "OPTICIAN" else _goods(chance, left + 1, door - 1)
    stripes = 10
    step = (right - left) / stripes
    for stripe in range(stripes):
        x, tint = left + stripe * step, colour if stripe % 2 else WHITE
        corners = ((x, 1), (x + step, 1), (x + step, -1.2), (x, -1.2))
        shapes += [Polygon(corners, tint), Ellipse((x, -1.8, x + step, -0.6), tint)]
    return shapes


def _eye_chart(x: float) -> list[Shape]:
    """Hang up letters that get smaller line by line: they show focus and zoom."""
    paper = (252, 252, 250)
    shapes: list[Shape] = [Rect((x - 4, -10.8, x + 4, -2), paper, 0.2)]
    height, y = 1.7, -3.1
    for line in EYE_CHART:
        shapes.append(Text(x, y, height, line, INK, paper))
        y -= height * 0.62
        height *= 0.74
        y -= height * 0.5
    shapes.append(Text(x, -10.2, 0.22, "If you can read this, the lens is in focus.", INK, paper))
    return shapes


def _goods(chance: random.Random, left: float, right: float) -> list[Shape]:
    """Fill two shelves with coloured things."""
    shapes: list[Shape] = []
    for shelf in (-10.4, -6.4):
        shapes.append(Rect((left + 0.5, shelf - 0.3, right - 0.5, shelf), (150, 124, 96)))
        x = left + 1
        while x < right - 2:
            wide, high = chance.uniform(0.8, 2.0), chance.uniform(1.0, 2.8)
            thing = (x, shelf, x + wide, shelf + high)
            shapes.append(Rect(thing, bright(chance), 0.2))
            x += wide + chance.uniform(0.2, 0.8)
    return shapes


def _ground() -> list[Shape]:
    """Lay pavement, kerb, road, lane marks and the pavement on this side."""
    slabs, marks = range(int(LEFT), int(RIGHT), 4), range(int(LEFT), int(RIGHT), 10)
    return [
        Rect((LEFT, -17, RIGHT, KERB), (176, 172, 166)),
        *(Rect((x, -17, x + 0.12, KERB), (156, 152, 146)) for x in slabs),
        Rect((LEFT, -40, RIGHT, -17), (84, 88, 94)),
        Rect((LEFT, -17.5, RIGHT, -17), (206, 204, 198)),
        *(Rect((x, -25, x + 5, -24.3), (232, 228, 214)) for x in marks),
        Rect((LEFT, BOTTOM, RIGHT, -40), (170, 166, 160)),
        Rect((LEFT, -40.8, RIGHT, -40), (206, 204, 198)),
        *(Rect((x * 2, BOTTOM, x * 2 + 0.3, -40.8), (150, 146, 140)) for x in slabs),
    ]


def _tree(chance: random.Random, x: float) -> list[Shape]:
    shapes: list[Shape] = [Rect((x - 0.5, -15, x + 0.5, -4), (104, 78, 56))]
    for _ in range(16):
        left, low = x + chance.uniform(-4.4, 1.4), chance.uniform(-6, 2)
        green = (chance.randint(52, 92), chance.randint(112, 152), chance.randint(52, 80))
        shapes.append(Ellipse((left, low, left + 3.2, low + 3.2), green))
    return shapes


def _lamp(x: float) -> list[Shape]:
    post = (58, 62, 70)
    return [
        Rect((x - 0.2, -15, x + 0.2, 5), post),
        Rect((x - 0.2, 4.7, x + 3, 5.1), post),
        Rect((x + 2, 4.1, x + 3.6, 4.8), (250, 232, 170), 0.2),
    ]
