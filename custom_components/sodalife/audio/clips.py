"""Clips as long as somebody needs them: each made once for all who want it, all within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from io import FileIO

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..api import Clip, Sound
from ..api.errors import SpeakerFull, VoiceEmpty, VoiceFormat, VoiceTooLarge
from ..api.single_flight import launch, outcome_of
from ..const import DOMAIN
from ..errors import failed
from .formats import MIN_SOUND, Format, recognise
from .join import read_as_one
from .media import Media, size_of
from .transcode import async_to_mp3

MAX_SOUND = 20 * 1000 * 1000  # bytes; SodaLife "下发语音": 20M, in the stricter reading
# Bytes of all clips that are made, wait for their turn, or are sent. What is made and sent is in
# memory a second time for a moment, and all together is to stay below 250 MB.
MAX_HELD = 100 * 1000 * 1000
SMALL = 1000 * 1000  # bytes: minutes of speech, for which ...
SPARE = 10 * 1000 * 1000  # ... large ones leave so much
PATIENCE = 30.0  # seconds that a clip waits for others to go
CONVERSIONS = 2  # at a time: sounds for twenty cameras leave Home Assistant some of the processor
_CLIPS: HassKey[Clips] = HassKey(f"{DOMAIN}_clips")


@dataclass(slots=True)
class _Loan:
    size: int
    kept: int = 0


class Room:
    """So many bytes of memory, lent to whoever has to hold some."""

    def __init__(self, size: int) -> None:
        """Have all of them free."""
        self.free = size
        self._more = asyncio.Event()

    @asynccontextmanager
    async def borrow(self, size: int) -> AsyncIterator[_Loan]:
        """Lend some for a while; what is `kept` of them is to be given back later.

        Raises:
            SpeakerFull: if there are none within 30 s.

        """
        try:
            async with asyncio.timeout(PATIENCE):
                while self.free < size + (SPARE if size > SMALL else 0):
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise SpeakerFull from None
        self.free -= size
        loan = _Loan(size)
        try:
            yield loan
        finally:
            self.give(size - loan.kept)

    def give(self, size: int) -> None:
        """Take some back."""
        self.free += size
        self._more.set()


@dataclass(eq=False, slots=True)
class _Order:
    """A clip, made or being made, and how many want it."""

    task: asyncio.Task[Clip]
    lasting: bool
    wanted_by: int = 0

    @property
    def joinable(self) -> bool:
        """Whether one who comes now is to have the same."""
        if not self.task.done():
            return True
        return self.lasting and not self.task.cancelled() and self.task.exception() is None


class Clips:
    """Those of all speakers."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start without any."""
        self._hass = hass
        self._orders: dict[Hashable, _Order] = {}
        self._conversions = asyncio.Semaphore(CONVERSIONS)
        self.room = Room(MAX_HELD)

    @asynccontextmanager
    async def clip_of(self, media: Media) -> AsyncIterator[Clip]:
        """Give media as a clip: as they are if the platform can take them, else as mp3.

        Raises:
            VoiceEmpty: if there is nothing, or next to nothing, to hear.
            VoiceFormat: if it is no sound.
            VoiceTooLarge: if it stays over 20 MB.
            SpeakerFull: if too much waits already.
            HomeAssistantError: if it cannot be read, or not be converted here.

        """
        order = self._orders.get(media.key)
        if order is None or not order.joinable:
            order = self._orders[media.key] = _Order(launch(self._make(media)), media.lasting)
        order.wanted_by += 1
        try:
            yield await outcome_of(order.task)
        finally:
            order.wanted_by -= 1
            if not order.wanted_by:
                await self._drop(media.key, order)

    async def _drop(self, key: Hashable, order: _Order) -> None:
        if self._orders.get(key) is order:
            del self._orders[key]
        order.task.cancel()
        await asyncio.wait({order.task})  # a program that it runs ends with it
        if not order.task.cancelled() and order.task.exception() is None:
            sound = order.task.result().sound
            self.room.give(len(sound.content))
            sound.discard()

    async def _make(self, media: Media) -> Clip:
        with ExitStack() as files:
            file = files.enter_context(await media.open())
            gong = files.enter_context(await media.gong.open()) if media.gong else None
            if not (size := size_of(file)):
                raise VoiceEmpty
            size += size_of(gong) if gong else 0
            clip = await self._as_it_is(file, gong, size) if size <= MAX_SOUND else None
            return clip or await self._converted(file, gong)

    async def _as_it_is(self, file: FileIO, gong: FileIO | None, size: int) -> Clip | None:
        async with self.room.borrow(size) as loan:
            content = await self._hass.async_add_executor_job(read_as_one, file, gong)
            if content is None:
                return None
            found = await self._hass.async_add_executor_job(recognise, content)
            return _kept(loan, content, found) if found is not None else None

    async def _converted(self, file: FileIO, gong: FileIO | None) -> Clip:
        async with self._conversions, self.room.borrow(MAX_SOUND) as loan:
            content = await self._joined(file, gong)
            if len(content) > MAX_SOUND:
                del content  # or the traceback keeps it
                raise VoiceTooLarge
            found = await self._hass.async_add_executor_job(recognise, content)
            return _kept(loan, content, found)

    async def _joined(self, file: FileIO, gong: FileIO | None) -> bytes:
        try:
            return await async_to_mp3(self._hass, file, MAX_SOUND, gong)
        except VoiceFormat:
            if gong is None:
                raise
            await async_to_mp3(self._hass, file, MAX_SOUND)  # it may be the sound's own fault
            raise failed("gong_format") from None


def _kept(loan: _Loan, content: bytes, found: Format | None) -> Clip:
    if found is None or found.seconds < MIN_SOUND:
        raise VoiceEmpty
    loan.kept = len(content)
    return Clip(Sound(content, found.kind), found.seconds)


@callback
def clips(hass: HomeAssistant) -> Clips:
    """Return those of a Home Assistant."""
    if _CLIPS not in hass.data:
        hass.data[_CLIPS] = Clips(hass)
    return hass.data[_CLIPS]
