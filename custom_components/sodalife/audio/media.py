"""Things to hear, as files: those of the user, and those that hold what came from elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import partial
from io import FileIO
import os
from pathlib import Path
import stat
import tempfile

from homeassistant.core import HomeAssistant

from ..errors import invalid

MAX_FILE = 200 * 1000 * 1000  # bytes that are read in order to be converted


@dataclass(frozen=True, slots=True)
class Media:
    """Something to hear.

    Attributes:
        key: what it is known by; not to be shown, for it can hold a signature.
        title: what to call it.
        lasting: the same key stands for the same sound later, too.
        open: opens a file, to be closed by whoever asked for it, at its beginning.
        gong: what is to be heard first, in the same clip.

    """

    key: Hashable = field(repr=False)
    title: str | None
    open: Callable[[], Awaitable[FileIO]] = field(repr=False, compare=False)
    lasting: bool = False
    gong: Media | None = field(default=None, compare=False)

    def after(self, gong: Media | None) -> Media:
        """Return the same with a gong before it; without one, itself."""
        if gong is None:
            return self
        lasting = self.lasting and gong.lasting
        return replace(self, key=(gong.key, self.key), lasting=lasting, gong=gong)


async def async_allowed_file(hass: HomeAssistant, path: str) -> Media:
    """Return a file in the folders that Home Assistant may use.

    Raises:
        ServiceValidationError: if the file is elsewhere, too large, or there is none.

    """
    await async_require_allowed(hass, path)
    return await async_file(hass, Path(path))


async def async_require_allowed(hass: HomeAssistant, path: str) -> None:
    """Refuse a path outside the folders that Home Assistant may use."""
    try:
        allowed = await hass.async_add_executor_job(hass.config.is_allowed_path, path)
    except (OSError, ValueError):  # no file could have this name
        allowed = False
    if not allowed:
        raise invalid("path_not_allowed", path=path)


async def async_file(hass: HomeAssistant, path: Path) -> Media:
    """Return a file of at most 200 MB.

    Raises:
        ServiceValidationError: if it is larger, or there is none.

    """
    try:
        found = await hass.async_add_executor_job(path.stat)
    except (OSError, ValueError):  # the latter: no file could have this name
        found = None
    # No pipe either, which could keep a thread for ever.
    if found is None or not stat.S_ISREG(found.st_mode):
        raise invalid("file_not_readable", path=str(path))
    if found.st_size > MAX_FILE:
        raise invalid("media_too_large", media=path.name, limit=str(MAX_FILE // 10**6))
    key = (str(path), found.st_ino, found.st_size, found.st_mtime_ns)
    return Media(key, path.name, partial(_async_open, hass, path), lasting=True)


async def _async_open(hass: HomeAssistant, path: Path) -> FileIO:
    try:
        return await hass.async_add_executor_job(FileIO, path)
    except OSError:
        raise invalid("file_not_readable", path=str(path)) from None


async def async_spooled(hass: HomeAssistant, content: bytes = b"") -> FileIO:
    """Return a file without a name that holds some bytes, and is gone when it is closed.

    Raises:
        OSError: if there is no room for it.

    """

    def spool() -> FileIO:
        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - its user closes it
        assert isinstance(file, FileIO)  # noqa: S101 - there is nothing else without a buffer
        write_all(file, content)
        return file

    return await hass.async_add_executor_job(spool)


def write_all(file: FileIO, content: bytes) -> None:
    """Write some bytes; a disk that is nearly full takes a part, and then none."""
    while content:
        content = content[file.write(content) :]


def size_of(file: FileIO) -> int:
    """Return how many bytes a file has."""
    return os.fstat(file.fileno()).st_size
