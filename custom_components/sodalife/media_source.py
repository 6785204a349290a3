"""The photos that are kept, in Home Assistant's media browser: camera, day, photo."""

from __future__ import annotations

import asyncio
from dataclasses import fields
from typing import Any, override

from homeassistant.auth.models import User
from homeassistant.components import websocket_api
from homeassistant.components.media_player import BrowseError, MediaClass, MediaType
from homeassistant.components.media_source import (
    BrowseMediaSource,
    MediaSource,
    MediaSourceItem,
    PlayMedia,
    Unresolvable,
)
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .archive.addresses import address_of
from .archive.gallery import Album, albums, photo_path
from .archive.layout import EXTENSIONS, ArchiveFolder, Photo, archive_root, day_of
from .archive.thumbnails import thumbnail_address
from .const import DOMAIN

MOST = 1500  # photos of a day that are shown: one a minute, and some
AT_ONCE = 200  # photos that are described before others have their turns

_TYPES = {extension: content_type for content_type, extension in EXTENSIONS.items()}
_TELLS_PATH = "path" in {field.name for field in fields(PlayMedia)}  # not in Home Assistant 2025.4


async def async_get_media_source(hass: HomeAssistant) -> MediaSource:
    """Return the source of the photos that are kept."""
    return PhotoSource(hass)


class PhotoSource(MediaSource):
    """Photos by `<config entry>/<camera>/<day>/<file>`."""

    name = "SodaLife"

    def __init__(self, hass: HomeAssistant) -> None:
        """Read nothing yet."""
        super().__init__(DOMAIN)
        self._hass = hass

    @override
    async def async_resolve_media(self, item: MediaSourceItem) -> PlayMedia:
        """Return where a photo is."""
        entry_id, camera, day, name = _parts(item.identifier)
        path = photo_path(self._hass, camera, day, name)
        if path is None or self._album(entry_id, camera) is None:
            raise Unresolvable(**_NOT_FOUND)
        address = address_of(self._hass, path)
        if address is None or not await self._hass.async_add_executor_job(path.is_file):
            raise Unresolvable(**_NOT_FOUND)
        found: dict[str, Any] = {"path": path} if _TELLS_PATH else {}
        return PlayMedia(address, _TYPES[path.suffix.removeprefix(".")], **found)

    @override
    async def async_browse_media(self, item: MediaSourceItem) -> BrowseMediaSource:
        """Return the cameras, the days of one, or the photos of one of these."""
        root = archive_root(self._hass)
        folder = ArchiveFolder(root) if root is not None else None
        if not item.identifier:
            return await self._cameras(folder)
        entry_id, camera, day, name = _parts(item.identifier)
        album = self._album(entry_id, camera)
        if folder is None or album is None or name:
            raise BrowseError(**_NOT_FOUND)
        return await (self._photos(folder, album, day) if day else self._days(folder, album))

    async def _cameras(self, folder: ArchiveFolder | None) -> BrowseMediaSource:
        """Return those of which there is something."""
        there = await self._hass.async_add_executor_job(folder.cameras) if folder else []
        found = [album for album in albums(self._hass, _user()) if album.camera in there]
        children = [
            _folder(f"{album.entry_id}/{album.camera}", album.name(self._hass)) for album in found
        ]
        children.sort(key=lambda child: child.title)
        return _folder("", self.name or DOMAIN, children)

    async def _days(self, folder: ArchiveFolder, album: Album) -> BrowseMediaSource:
        days = await self._hass.async_add_executor_job(folder.days, album.camera)
        within = f"{album.entry_id}/{album.camera}"
        children = [_folder(f"{within}/{day}", day.isoformat()) for day in days]
        return _folder(within, album.name(self._hass), children)

    async def _photos(self, folder: ArchiveFolder, album: Album, day: str) -> BrowseMediaSource:
        if (found := day_of(day)) is None:
            raise BrowseError(**_NOT_FOUND)
        photos = await self._hass.async_add_executor_job(folder.photos, album.camera, found)
        within = f"{album.entry_id}/{album.camera}/{day}"
        children = []
        for number, photo in enumerate(photos[:MOST], 1):
            children.append(self._photo(within, day, photo))
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        shown = _folder(within, f"{album.name(self._hass)}, {day}", children)
        shown.children_media_class = MediaClass.IMAGE
        shown.not_shown = len(photos) - len(children)
        return shown

    def _photo(self, within: str, day: str, photo: Photo) -> BrowseMediaSource:
        name = photo.path.name
        return BrowseMediaSource(
            domain=DOMAIN,
            identifier=f"{within}/{name}",
            media_class=MediaClass.IMAGE,
            media_content_type=_TYPES[photo.path.suffix.removeprefix(".")],
            title=f"{dt_util.as_local(photo.taken_at):%H:%M:%S}",
            can_play=True,
            can_expand=False,
            thumbnail=thumbnail_address(self._hass, photo.camera, day, name),
        )

    def _album(self, entry_id: str, camera: str) -> Album | None:
        """Return an album that whoever asks may see."""
        for album in albums(self._hass, _user()):
            if (album.entry_id, album.camera) == (entry_id, camera):
                return album
        return None


_NOT_FOUND: dict[str, Any] = {"translation_domain": DOMAIN, "translation_key": "photo_not_found"}


def _parts(identifier: str) -> list[str]:
    """Split an identifier into its four parts, of which the last ones may be empty."""
    return [*identifier.split("/", 3), "", "", ""][:4]


def _user() -> User | None:
    """Return who asks, if it is somebody in a browser or an app."""
    connection = websocket_api.current_connection.get()
    return connection.user if connection is not None else None


def _folder(
    identifier: str, title: str, children: list[BrowseMediaSource] | None = None
) -> BrowseMediaSource:
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=identifier,
        media_class=MediaClass.DIRECTORY,
        media_content_type=MediaType.IMAGE,
        title=title,
        can_play=False,
        can_expand=True,
        children=children,
        children_media_class=MediaClass.DIRECTORY,
    )
