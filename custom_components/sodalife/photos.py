"""The one place where photos come together so that they last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .api import Camera, Clock
from .archive.keeper import Archive
from .archive.newest import NewestPhotos


class Photos:
    """What becomes of the photos of one config entry's cameras."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        clock: Clock,
        options: Callable[[], Mapping[str, Any]],
    ) -> None:
        """Take the entry, and what gives its options as they are now."""
        self._entry = entry
        self._newest = NewestPhotos(hass, entry.entry_id, clock)
        self._archive = Archive(hass, entry, clock, options)

    async def load(self) -> None:
        """Read the newest photos, before anybody looks."""
        await self._newest.load(self._entry.subentries)

    @callback
    def follow(self, camera: Camera, subentry_id: str) -> None:
        """Show a camera its newest photo, and follow those that it takes."""
        self._newest.follow(camera, subentry_id)
        self._archive.follow(camera)

    @callback
    def forget(self, camera: Camera) -> None:
        """Drop the newest photo of a camera that is gone; what is archived stays its time."""
        self._newest.forget(camera)
        self._archive.forget(camera)

    async def run(self) -> None:
        """Look after the archive, for ever."""
        await self._archive.run()

    @callback
    def options_changed(self) -> None:
        """Follow the options."""
        self._archive.options_changed()

    async def write(self) -> None:
        """Write what is to be written: Home Assistant is about to end."""
        await asyncio.gather(self._newest.write(), self._archive.written())

    async def close(self) -> None:
        """Return when everything is written."""
        await self._newest.close()
        await self._archive.close()


async def async_remove_photos(hass: HomeAssistant, entry: ConfigEntry, clock: Clock) -> None:
    """Drop the newest photos of an entry that is gone."""
    await NewestPhotos(hass, entry.entry_id, clock).remove()
