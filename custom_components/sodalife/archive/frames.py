"""Photos as the frames of a film: of one size, with the time on them if that is wanted.

Pillow writes the time: ffmpeg's own means need a font, and Home Assistant OS has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import BinaryIO

from homeassistant.util import dt as dt_util
from PIL import Image, ImageDraw, ImageFont, ImageOps

from .layout import Photo

LARGEST = (1920, 1080)  # pixels: what every player takes
LOOKED_AT = 50  # photos whose sizes are read
UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)  # as Pillow says it

type Size = tuple[int, int]


def size_of_frames(photos: Sequence[Photo]) -> Size | None:
    """Return the size that most photos have, made smaller if need be; None: none can be read."""
    sizes: Counter[Size] = Counter()
    for photo in photos[:: max(1, len(photos) // LOOKED_AT)]:
        try:
            with Image.open(photo.path) as image:
                sizes[image.size] += 1
        except UNREADABLE:
            continue
    if not sizes:
        return None
    width, height = sizes.most_common(1)[0][0]
    scale = min(1.0, LARGEST[0] / width, LARGEST[1] / height)
    return _even(width * scale), _even(height * scale)


def _even(pixels: float) -> int:
    """Return a length that H.264 takes: colours have half of it."""
    return max(2, round(pixels / 2) * 2)


def write_frames(
    photos: Sequence[Photo],
    size: Size,
    pipe: BinaryIO,
    wrote: Callable[[int], None],
    *,
    stamp: bool,
) -> int:
    """Write photos into a pipe as raw RGB frames, close it, and return how many there are.

    What is no picture is left out. If nobody reads any more, this ends.

    Args:
        photos: in the order of the film.
        size: of the frames, see `size_of_frames`.
        pipe: belongs to this function from now on.
        wrote: is told after each photo how many are done with.
        stamp: have the time on each.

    """
    font = ImageFont.load_default(size=max(12, size[1] // 24)) if stamp else None
    written = 0
    try:
        with pipe:
            for number, photo in enumerate(photos, 1):
                if (frame := _frame(photo, size, font)) is not None:
                    pipe.write(frame)
                    written += 1
                wrote(number)
    except BrokenPipeError:
        pass  # what reads has ended, and can say why
    return written


def _frame(photo: Photo, size: Size, font: _Font | None) -> bytes | None:
    try:
        with Image.open(photo.path) as image:
            image.draft("RGB", size)  # JPEG is quicker if it need not become large first
            frame = image.convert("RGB")
    except UNREADABLE:
        return None
    if frame.size != size:
        frame = ImageOps.pad(frame, size)
    if font is not None:
        _stamp(frame, photo, font)
    return frame.tobytes()


type _Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def _stamp(frame: Image.Image, photo: Photo, font: _Font) -> None:
    """Write the time into the lower left corner: cameras have theirs at the top."""
    text = f"{dt_util.as_local(photo.taken_at):%Y-%m-%d %H:%M:%S}"
    margin = frame.height // 40
    ImageDraw.Draw(frame).text(
        (margin, frame.height - margin),
        text,
        font=font,
        anchor="ls",
        fill="white",
        stroke_width=max(1, frame.height // 400),
        stroke_fill="black",
    )
