"""One camera's speaker: sounds wait for each other, and each is sent when its turn comes.

The platform says only that it has taken a sound, never that it was heard or that it is
over: a sound is taken to play for its length, from the moment the platform accepted it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from enum import Enum, auto

from .call_queue import CallQueue, Priority
from .clock import Timer
from .device import Device
from .errors import SpeakerFull, VoiceDropped, VoiceDuration, VoiceTooLong
from .models import Clip

MAX_WAITING = 5  # more than that nobody wants to hear one after the other
# The platform refuses long and short sounds with one code. What lasts longer than this
# many seconds is not refused for being short.
SHORT = 2.0


class Place(Enum):
    """Where in the queue a sound goes. What plays already plays to its end."""

    LAST = auto()
    NEXT = auto()  # before all that wait, announcements aside
    ANNOUNCEMENT = auto()  # before all that wait, earlier announcements aside
    INSTEAD = auto()  # in place of all that wait, announcements aside


@dataclass(eq=False, slots=True)
class _QueuedSound:
    announcement: bool
    called: asyncio.Event = field(default_factory=asyncio.Event)  # it is its turn, or dropped
    dropped: bool = False
    made: bool = False
    seconds: float = 0.0  # how long it plays; not known before it is made
    on_its_way: bool = False  # from the call to the platform to the end of the sound


@dataclass(frozen=True, slots=True)
class NowPlaying:
    """What plays, for how many seconds, and since when (seconds since the epoch).

    The sound itself is with the platform, and need not be kept.
    """

    title: str | None
    seconds: float
    since: float


class Speaker:
    """The sounds that wait for one device's speaker."""

    def __init__(self, device: Device, queue: CallQueue) -> None:
        """Start silent."""
        self._device = device
        self._queue = queue
        self._waiting: list[_QueuedSound] = []
        self._current: _QueuedSound | None = None
        self._timer: Timer | None = None
        self._closed = False
        self.playing: NowPlaying | None = None

    async def play(
        self, make: Callable[[], AbstractAsyncContextManager[Clip]], place: Place = Place.LAST
    ) -> float:
        """Take a place in the queue, make the sound, and send it when its turn comes.

        `make` gives the sound for as long as it is needed.

        Returns the seconds that it plays, when the platform has accepted it. A caller that is
        cancelled leaves the queue; a sound that is on its way by then is played all the same.

        Raises:
            SpeakerFull: if too many wait already.
            VoiceDropped: if another sound took its place, or the camera was let go.
            SodaError: why the platform did not take it.

        """
        queued = self._join(place)
        try:
            async with AsyncExitStack() as held:
                clip = await held.enter_async_context(make())
                queued.made, queued.seconds = True, clip.seconds
                self._advance()
                await queued.called.wait()
                if queued.dropped:
                    raise VoiceDropped
                await self._queue.run(Priority.VOICE, lambda: self._send(queued, clip, held))
                return clip.seconds
        finally:
            self._leave(queued)

    def wait(self, place: Place) -> float:
        """Return the seconds that a sound which came now would wait there, as far as is known."""
        ahead = self._waiting[: self._index(place)]
        free_in = self._rest() + sum(queued.seconds for queued in ahead)
        return max(free_in, self._queue.ready_in or 0.0)

    def _rest(self) -> float:
        """Return for how many seconds the speaker is not free."""
        if self.playing is not None:
            played = self._device.clock.time() - self.playing.since
            return self.playing.seconds - min(max(0.0, played), self.playing.seconds)
        return self._current.seconds if self._current is not None else 0.0

    def close(self) -> None:
        """Drop all that wait and forget what plays."""
        self._closed = True
        self._drop(self._waiting)
        if self._timer is not None:
            self._timer.cancel()
        self._current = self.playing = None

    def _join(self, place: Place) -> _QueuedSound:
        if self._closed:
            raise VoiceDropped
        if place is Place.INSTEAD:
            self._drop([queued for queued in self._waiting if not queued.announcement])
        if len(self._waiting) >= MAX_WAITING:
            raise SpeakerFull
        queued = _QueuedSound(place is Place.ANNOUNCEMENT)
        self._waiting.insert(self._index(place), queued)
        return queued

    def _index(self, place: Place) -> int:
        """Return where in the queue a place is: announcements come first."""
        if place is Place.LAST:
            return len(self._waiting)
        return sum(waiting.announcement for waiting in self._waiting)

    def _drop(self, sounds: list[_QueuedSound]) -> None:
        for queued in tuple(sounds):
            self._waiting.remove(queued)
            queued.dropped = True
            queued.called.set()

    def _leave(self, queued: _QueuedSound) -> None:
        """Make room, unless the sound is on its way: then it keeps the speaker to its end."""
        if queued in self._waiting:
            self._waiting.remove(queued)
        elif queued is self._current and not queued.on_its_way:
            self._current = None
        self._advance()

    def _advance(self) -> None:
        """Give the first one its turn, if the speaker is free and the sound is there."""
        if self._current is None and self._waiting and self._waiting[0].made:
            self._current = self._waiting.pop(0)
            self._current.called.set()

    async def _send(self, queued: _QueuedSound, clip: Clip, held: AsyncExitStack) -> None:
        """Send the sound; the call queue goes on with this when the caller is cancelled."""
        if queued is not self._current:
            raise VoiceDropped  # the caller was cancelled just now
        queued.on_its_way = True
        try:
            async with held.pop_all():  # for as long as this takes, and not as the caller does
                await self._device.send_voice(clip.sound)
        except BaseException as err:
            self._ended()
            if isinstance(err, VoiceDuration) and clip.seconds > SHORT:
                raise VoiceTooLong(err.code, f"{clip.seconds:.0f} s") from err
            raise
        if not self._closed:
            self._timer = self._device.clock.call_later(clip.seconds, self._ended)
            self.playing = NowPlaying(clip.title, clip.seconds, self._device.clock.time())
            self._device.changed.emit()

    def _ended(self) -> None:
        """Let the next one through: the sound is over, or it was not taken."""
        played, self.playing, self._current = self.playing, None, None
        self._advance()
        if played is not None:
            self._device.changed.emit()
