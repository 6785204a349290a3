"""Keeps photos for as long as the user wants them, and says so when it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_CLIENT_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..api import Camera, Clock, PhotoReason, Snapshot
from ..api.background import Background
from ..api.clock import timeout
from ..const import (
    DOMAIN,
    KEEP_ALL,
    KEEP_COMMANDED,
    LOGGER,
    OPT_KEEP_DAYS,
    OPT_KEEP_MEGABYTES,
    OPT_KEEP_PHOTOS,
)
from .files import ArchiveError, Trouble, check, keep, prune
from .layout import archive_root, is_folder
from .slugs import SLUGS, slug_of
from .thread import in_thread

MEGABYTE = 1_000_000
MOST_WAITING = 32 * MEGABYTE  # of photos for a slow disk, some hundred; what comes then is not kept
PATIENCE = 15.0  # seconds; a disk that slept is there in ten, one that does not answer may never be
LOOK = 600.0  # seconds between looks whether it is another day, or what was wrong is mended


class Archive:
    """Keeps the photos of one config entry's cameras in the media folder."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        clock: Clock,
        options: Callable[[], Mapping[str, Any]],
    ) -> None:
        """Take the entry, and what gives its options as they are now."""
        self._hass = hass
        self._entry = entry
        self._clock = clock
        self._options = options
        self._one_by_one = asyncio.Lock()
        self._background = Background()
        self._cameras: list[Camera] = []
        self._waiting = 0  # bytes
        self._told_of_loss = False
        self._bytes = 0  # that all photos have, as far as is known
        self._pruned_on: date | None = None
        self._trouble: Trouble | None = None
        self._closed = False

    @callback
    def follow(self, camera: Camera) -> None:
        """Keep a camera's photos from now on, those that the user wants."""

        @callback
        def note(snapshot: Snapshot, reason: PhotoReason) -> None:
            if self._wanted(reason) and camera in self._cameras and self._has_room():
                self._waiting += len(snapshot.picture.content)
                slug = slug_of(self._hass, self._entry, camera)
                self._background.spawn(self._keep(slug, snapshot))

        camera.snapshots.photographed.subscribe(note)
        self._cameras.append(camera)

    @callback
    def forget(self, camera: Camera) -> None:
        """Keep no more photos of a camera; those that there are stay as long as the others."""
        self._cameras.remove(camera)

    async def run(self) -> None:
        """Take out what is too old once a day, and look after what is wrong; for ever."""
        await self._check()
        while True:
            if self._pruned_on != self._today():
                await self._prune()
            await self._clock.sleep(LOOK)
            if self._trouble is not None:
                await self._check()

    @callback
    def options_changed(self) -> None:
        """Do what the options want now."""
        self._pruned_on = None
        self._background.spawn(self._check())
        self._background.spawn(self._prune())

    async def written(self) -> None:
        """Return when everything is written, or when the disk does not answer."""
        with suppress(TimeoutError):
            async with timeout(self._clock, PATIENCE):
                await self._background.wait()
                async with self._one_by_one:  # or a thread would go on without us
                    pass

    async def close(self) -> None:
        """Return when everything is written; what is wrong is nobody's business any more."""
        await self.written()
        self._closed = True
        self._set_trouble(None)

    def _has_room(self) -> bool:
        """Tell whether another photo may wait; say so once if not, until none waits any more."""
        self._told_of_loss = self._told_of_loss and self._waiting > 0
        if self._waiting < MOST_WAITING:
            return True
        if not self._told_of_loss:
            self._told_of_loss = True
            LOGGER.warning("The media folder is too slow: some photos are not kept")
        return False

    async def _keep(self, slug: str, snapshot: Snapshot) -> None:
        try:
            async with self._one_by_one, self._telling():
                self._bytes += await in_thread(
                    self._hass, keep, archive_root(self._hass), slug, snapshot
                )
        finally:
            self._waiting -= len(snapshot.picture.content)
        if self._bytes > self._most_bytes:
            await self._prune()

    async def _prune(self) -> None:
        root, slugs = archive_root(self._hass), self._hass.data[SLUGS]
        folders = slugs.of_entry(self._entry.entry_id)
        if root is None or not folders:
            return
        days, today = int(self._options()[OPT_KEEP_DAYS]), self._today()
        async with self._one_by_one:
            if not await in_thread(self._hass, is_folder, root):
                return  # its disk may be away, and come back
            self._bytes, gone = await in_thread(
                self._hass, prune, root, folders, today, days, self._most_bytes
            )
        slugs.forget(gone, {camera.serial for camera in self._cameras})
        self._pruned_on = today

    async def _check(self) -> None:
        """See whether photos can be kept, if any are to be."""
        async with self._one_by_one, self._telling():
            if self._wanted(PhotoReason.COMMANDED):
                await in_thread(self._hass, check, archive_root(self._hass))

    @asynccontextmanager
    async def _telling(self) -> AsyncGenerator[None]:
        """Tell whether what is inside was possible."""
        try:
            yield
        except ArchiveError as err:
            self._set_trouble(err.trouble)
        else:
            self._set_trouble(None)

    @property
    def _most_bytes(self) -> int:
        return int(self._options()[OPT_KEEP_MEGABYTES]) * MEGABYTE

    def _wanted(self, reason: PhotoReason) -> bool:
        wish = self._options()[OPT_KEEP_PHOTOS]
        return wish == KEEP_ALL or (wish == KEEP_COMMANDED and reason is PhotoReason.COMMANDED)

    def _today(self) -> date:
        return dt_util.as_local(datetime.fromtimestamp(self._clock.time(), UTC)).date()

    def _set_trouble(self, trouble: Trouble | None) -> None:
        """Raise the issue that there is, and clear another."""
        if trouble is self._trouble or (self._closed and trouble is not None):
            return
        if self._trouble is not None:
            ir.async_delete_issue(self._hass, DOMAIN, f"{self._trouble}_{self._entry.entry_id}")
        self._trouble = trouble
        if trouble is None:
            return
        LOGGER.info("Photos cannot be kept: %s", trouble)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            f"{trouble}_{self._entry.entry_id}",
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=trouble,
            translation_placeholders={
                "folder": str(archive_root(self._hass) or ""),
                "client_id": str(self._entry.data[CONF_CLIENT_ID]),
            },
        )
