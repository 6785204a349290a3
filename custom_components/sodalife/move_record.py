"""What may be moving, written down: a crash of Home Assistant must not leave a motor running."""

from __future__ import annotations

import asyncio
from functools import partial
import json
from pathlib import Path
import threading
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util.file import write_utf8_file

from .api import Clock, Command, LeftMove
from .const import DOMAIN, LOGGER

VERSION = 1


class HomeMoveRecord:
    """Keeps the moves of one config entry's cameras in a private file.

    Each change replaces the file as a whole, so that it is never half of one. It is not waited for
    the disk itself: what the kernel has taken survives the end of this process.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str, clock: Clock) -> None:
        """Bind to an entry."""
        self._hass = hass
        self._clock = clock
        self._path = hass.config.path(STORAGE_DIR, f"{DOMAIN}.moves.{entry_id}")
        self._moves: dict[str, LeftMove] = {}  # replaced as a whole: a thread reads it
        self._stored: dict[str, LeftMove] = {}
        self._lock = threading.Lock()  # of those that write, so that what is newest stays
        self._writing: asyncio.Future[None] | None = None

    async def load(self) -> dict[str, LeftMove]:
        """Return what an earlier run has left moving, by serial."""
        try:
            self._moves = await self._hass.async_add_executor_job(_read, self._path)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as err:
            LOGGER.warning("The record of moves cannot be read (%s): starting anew", type(err))
        self._stored = self._moves
        return dict(self._moves)

    def write(self, serial: str, command: Command) -> None:
        """Begin to write down that a camera may be moving from now on."""
        self._moves = {**self._moves, serial: LeftMove(command, self._clock.time())}
        self._begin()

    def erase(self, *serials: str) -> None:
        """Begin to write down that cameras are not moving."""
        kept = {serial: left for serial, left in self._moves.items() if serial not in serials}
        if len(kept) < len(self._moves):
            self._moves = kept
            self._begin()

    async def written(self) -> None:
        """Return when everything is written."""
        if self._writing is not None:
            await asyncio.wait({self._writing})

    async def remove(self) -> None:
        """Forget everything: the entry is gone."""
        await self._hass.async_add_executor_job(partial(Path(self._path).unlink, missing_ok=True))

    def _begin(self) -> None:
        # Without Home Assistant's helper: what that has begun for a task which it does not know, as
        # a move is, it cancels when it stops, before anybody could wait for it.
        self._writing = self._hass.loop.run_in_executor(None, self._store)

    def _store(self) -> None:
        """Write, in a thread, what is newest by now."""
        with self._lock:
            if (moves := self._moves) is self._stored:
                return
            try:
                _write(self._path, moves)
            except (HomeAssistantError, OSError) as err:
                LOGGER.warning("Moves cannot be written down (%s)", type(err))
            self._stored = moves


def _read(path: str) -> dict[str, LeftMove]:
    stored: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    if stored["version"] != VERSION:
        raise ValueError("another version")
    return {
        str(serial): LeftMove(Command(move["command"]), float(move["written_at"]))
        for serial, move in stored["moves"].items()
    }


def _write(path: str, moves: dict[str, LeftMove]) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    stored = {
        "version": VERSION,
        "moves": {
            serial: {"command": int(move.command), "written_at": move.written_at}
            for serial, move in moves.items()
        },
    }
    write_utf8_file(path, json.dumps(stored), private=True)
