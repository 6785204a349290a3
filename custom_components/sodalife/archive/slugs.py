"""The folder of each camera: chosen once, by the name that the camera had then."""

from __future__ import annotations

from collections.abc import Iterable
import re
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import slugify
from homeassistant.util.hass_dict import HassKey

from ..api import Camera
from ..const import DOMAIN, LOGGER
from ..store import UNREADABLE

STORAGE_VERSION = 1
DEBOUNCE = 1.0  # seconds
SLUG = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
LONGEST = 60  # characters of a slug
NAMELESS = "camera"


class Slugs:
    """Knows the folders of the cameras of all applications, those that are gone included.

    They are kept in Home Assistant's storage, mode 0600: there, a serial may stand.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Start without any."""
        self._store: Store[dict[str, Any]] = Store(
            hass, STORAGE_VERSION, f"{DOMAIN}.archive", private=True, atomic_writes=True
        )
        self._known: dict[str, tuple[str, str]] = {}  # slug and entry id by serial

    async def load(self) -> None:
        """Read what was chosen."""
        try:
            stored = await self._store.async_load() or {"cameras": {}}
            self._known = {
                str(serial): (_checked(about["folder"]), str(about["entry_id"]))
                for serial, about in stored["cameras"].items()
            }
        except UNREADABLE as err:
            LOGGER.warning("The folders of the photos cannot be read (%s)", type(err))

    @callback
    def of(self, serial: str, entry_id: str, name: str) -> str:
        """Return the folder of a camera; if it has none yet, choose one by its name."""
        known = self._known.get(serial)
        slug = known[0] if known else self._choose(name, serial)
        if known != (slug, entry_id):
            self._known[serial] = slug, entry_id
            self._store.async_delay_save(self._write_down, DEBOUNCE)
        return slug

    @callback
    def known(self, serial: str) -> str | None:
        """Return the folder of a camera if it has one."""
        return self._known[serial][0] if serial in self._known else None

    @callback
    def of_entry(self, entry_id: str) -> list[str]:
        """Return the folders of an application's cameras, those that are gone included."""
        return [slug for slug, owner in self._known.values() if owner == entry_id]

    @callback
    def serials(self, entry_id: str) -> dict[str, str]:
        """Return the serials of an application's cameras by folder, also of those that are gone."""
        known = self._known.items()
        return {slug: serial for serial, (slug, owner) in known if owner == entry_id}

    @callback
    def forget(self, slugs: Iterable[str], serials: Iterable[str]) -> None:
        """Forget folders that are gone, but not those of some cameras."""
        gone, kept = set(slugs), set(serials)
        for serial in [who for who, (slug, _) in self._known.items() if slug in gone]:
            if serial not in kept:
                del self._known[serial]
                self._store.async_delay_save(self._write_down, DEBOUNCE)

    def _choose(self, name: str, serial: str) -> str:
        base = slugify(name)[:LONGEST].strip("_")
        # A camera without a name is called by its serial, which is not for file names.
        if serial.casefold() in base or SLUG.fullmatch(base) is None:
            base = NAMELESS
        taken = {slug for slug, _ in self._known.values()}
        numbered = (f"{base}_{number}" for number in range(2, len(taken) + 3))
        return next(slug for slug in (base, *numbered) if slug not in taken)

    def _write_down(self) -> dict[str, Any]:
        return {
            "cameras": {
                serial: {"folder": slug, "entry_id": entry_id}
                for serial, (slug, entry_id) in self._known.items()
            }
        }


SLUGS: HassKey[Slugs] = HassKey(f"{DOMAIN}.slugs")


async def async_setup_slugs(hass: HomeAssistant) -> None:
    """Read the folders of the cameras, once."""
    slugs = hass.data[SLUGS] = Slugs(hass)
    await slugs.load()


@callback
def slug_of(hass: HomeAssistant, entry: ConfigEntry, camera: Camera) -> str:
    """Return the folder of a camera; it stays the same whatever the camera is called later."""
    return hass.data[SLUGS].of(
        camera.serial, entry.entry_id, entry.runtime_data.name_of(camera.serial)
    )


def _checked(slug: str) -> str:
    if SLUG.fullmatch(slug) is None:
        raise ValueError("no folder")
    return slug
