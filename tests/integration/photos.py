"""Photos in the archive, as if they had been kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from PIL import Image
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sodalife.archive.layout import archive_root, name_of, slug_of
from tests.integration.common import SERIAL

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


def folder_of(hass: HomeAssistant, entry: MockConfigEntry, serial: str = SERIAL) -> Path:
    """Return the folder of a camera's photos."""
    root = archive_root(hass)
    assert root is not None
    (camera,) = (one for one in entry.runtime_data.cameras.values() if one.serial == serial)
    return root / slug_of(hass, entry, camera)


def photo(colour: str = "red", size: tuple[int, int] = (640, 360), kind: str = "JPEG") -> bytes:
    """Return a picture of one colour."""
    content = BytesIO()
    Image.new("RGB", size, COLOURS[colour]).save(content, kind)
    return content.getvalue()


def keep(folder: Path, taken: Iterable[datetime], content: bytes) -> list[Path]:
    """Put photos into a camera's folder, and return their files."""
    paths = []
    for taken_at in taken:
        day, name = name_of(taken_at, "image/jpeg")
        (folder / day).mkdir(parents=True, exist_ok=True)
        paths.append(folder / day / name)
        paths[-1].write_bytes(content)
    return paths


def local(text: str) -> datetime:
    """Return a time of Home Assistant's own time zone."""
    return datetime.fromisoformat(text).replace(tzinfo=dt_util.get_default_time_zone())
