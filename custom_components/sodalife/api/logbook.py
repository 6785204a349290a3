"""The record of one device's moves, which can neither fail nor keep a move from its way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
import logging

from .background import Background
from .clock import Clock, timeout
from .errors import QueueBusy
from .models import Command
from .move import MoveRecord

_LOGGER = logging.getLogger(__name__)

PATIENCE = 0.005  # seconds that a start waits for being written down


class Logbook:
    """Writes one device's moves down, one thing after the other."""

    def __init__(self, record: MoveRecord, serial: str, clock: Clock) -> None:
        """Take where things are written, and for whom."""
        self._record = record
        self._serial = serial
        self._clock = clock
        self._background = Background()
        self._writing = asyncio.Lock()

    async def write(self, command: Command) -> None:
        """Write down that the device may be moving from now on.

        Returns when that is done, or after 5 ms: then it goes on by itself.
        """
        task = self._background.spawn(self._write(command))
        with suppress(TimeoutError):
            async with timeout(self._clock, PATIENCE):
                await asyncio.wait({task})

    async def erase(self) -> None:
        """Write down that it is not moving."""
        await self._in_order(partial(self._record.erase, self._serial))

    async def wait(self) -> None:
        """Return when all is written."""
        await self._background.wait()

    async def cancel(self) -> None:
        """End what is left."""
        await self._background.cancel()

    async def _write(self, command: Command) -> None:
        await self._in_order(partial(self._record.write, self._serial, command))

    async def _in_order(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            async with self._writing:
                await work()
        except QueueBusy:
            return  # Home Assistant ends: the next start sees to what stands there
        except Exception as err:  # noqa: BLE001 - a full disk must not keep a motor from stopping
            _LOGGER.warning("Moves cannot be written down (%s)", type(err).__name__)
