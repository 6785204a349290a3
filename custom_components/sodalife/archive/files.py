"""Writing photos to the archive, and taking out the oldest. All of it is work for the executor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
import errno
import itertools
import os
from pathlib import Path
import shutil
import tempfile

from ..api import Snapshot
from .layout import day_of, folders, is_folder, name_of, number_of, time_of

LEAST_FREE = 500_000_000  # bytes; the disk is Home Assistant's own, too
UNFINISHED = ".part"
# What is too much goes down to this, so that not every photo has to go through all of them again.
CUT_TO = 0.95


class Trouble(StrEnum):
    """Why photos cannot be kept; the keys of repair issues."""

    NO_FOLDER = "archive_no_folder"
    NOT_WRITABLE = "archive_not_writable"
    DISK_FULL = "archive_disk_full"


class ArchiveError(Exception):
    """A photo cannot be kept."""

    def __init__(self, trouble: Trouble) -> None:
        """Take the reason."""
        super().__init__(trouble)
        self.trouble = trouble


def check(root: Path | None) -> None:
    """Return if photos can be kept.

    Raises:
        ArchiveError: if they cannot.

    """
    folder = _ready(root)
    try:
        with tempfile.TemporaryFile(dir=folder):  # nothing else tells for sure
            pass
    except OSError as err:
        raise _error(err) from err


def keep(root: Path | None, slug: str, snapshot: Snapshot) -> int:
    """Write a photo, as a whole or not at all; return its size in bytes.

    Raises:
        ArchiveError: if that does not work.

    """
    folder = _ready(root)
    content = snapshot.picture.content
    try:
        file = _free_name(folder / slug, snapshot)
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f"{file.name}{UNFINISHED}")
        try:
            unfinished.write_bytes(content)
            unfinished.replace(file)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
    except OSError as err:
        raise _error(err) from err
    return len(content)


def prune(
    root: Path, slugs: Iterable[str], today: date, keep_days: int, keep_bytes: int
) -> tuple[int, set[str]]:
    """Take out what is too old, then the oldest of what is too much.

    Only files that are named like photos, in folders named like days, of these cameras; and these
    folders, if nothing else is in them.

    Returns:
        the bytes left, and the cameras whose folders were taken out.

    """
    days = sorted(_days(root, slugs))
    oldest = today - timedelta(days=keep_days)
    kept: list[_File] = []
    for day, folder in days:
        files = list(_files(day, folder))
        if day < oldest:
            _remove(files)
        else:
            kept += files
    total = _cut(sorted(kept, key=lambda file: file.order), keep_bytes)
    for _, folder in days:
        _remove_empty(folder)
    cameras = {folder.parent for _, folder in days}
    return total, {folder.name for folder in cameras if _remove_empty(folder)}


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    size: int
    order: tuple[datetime, int]  # when it was taken, and which one of that second


def _cut(files: list[_File], most: int) -> int:
    """Remove the first ones of some files, which are sorted, if they have too many bytes."""
    total = sum(file.size for file in files)
    if total <= most:
        return total
    for file in files:
        if total <= most * CUT_TO:
            break
        _remove([file])
        total -= file.size
    return total


def _days(root: Path, slugs: Iterable[str]) -> Iterator[tuple[date, Path]]:
    for slug in slugs:
        for name in folders(root / slug):
            if (day := day_of(name)) is not None:
                yield day, root / slug / name


def _files(day: date, folder: Path) -> Iterator[_File]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name.removesuffix(UNFINISHED)
                taken_at = time_of(day, name)
                if taken_at is not None and entry.is_file(follow_symlinks=False):
                    size = entry.stat(follow_symlinks=False).st_size
                    yield _File(Path(entry.path), size, (taken_at, number_of(name)))
    except OSError:
        return


def _remove(files: Iterable[_File]) -> None:
    for file in files:
        try:
            file.path.unlink(missing_ok=True)
        except OSError:
            continue  # tomorrow, perhaps


def _remove_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False  # there is something in it
    return True


def _ready(root: Path | None) -> Path:
    """Return the folder of all photos; make it, but not the media folder around it."""
    if root is None or not is_folder(root.parent):
        raise ArchiveError(Trouble.NO_FOLDER)
    try:
        if shutil.disk_usage(root.parent).free < LEAST_FREE:
            raise ArchiveError(Trouble.DISK_FULL)
        root.mkdir(exist_ok=True)
    except OSError as err:
        raise _error(err) from err
    return root


def _free_name(folder: Path, snapshot: Snapshot) -> Path:
    taken_at = datetime.fromtimestamp(snapshot.captured_at, UTC)
    content_type = snapshot.picture.content_type
    names = (name_of(taken_at, content_type, number) for number in itertools.count(1))
    files = (folder / day / name for day, name in names)
    return next(file for file in files if not file.exists())


def _error(err: OSError) -> ArchiveError:
    full = err.errno in {errno.ENOSPC, errno.EDQUOT}
    return ArchiveError(Trouble.DISK_FULL if full else Trouble.NOT_WRITABLE)
