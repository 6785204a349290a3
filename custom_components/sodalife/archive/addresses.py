"""Where Home Assistant serves the files of its folders."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from homeassistant.core import HomeAssistant


def address_of(hass: HomeAssistant, path: Path) -> str | None:
    """Return the path of a file's URL; None if it is in no folder that Home Assistant serves.

    It has to be signed unless it begins with `/local/`, which is open to everybody.
    """
    served = {f"/media/{name}": Path(folder) for name, folder in hass.config.media_dirs.items()}
    served["/local"] = Path(hass.config.path("www"))
    for address, folder in served.items():
        if path.is_relative_to(folder):
            return f"{address}/{quote(path.relative_to(folder).as_posix())}"
    return None
