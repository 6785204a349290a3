"""A live address at hand, so that who comes to watch waits for no call, and blocks nobody's.

Only where addresses live long: elsewhere one would have to be fetched every few minutes.
"""

from __future__ import annotations

from zlib import crc32

from .background import Background
from .call_queue import CallQueue
from .clock import Clock, Timer
from .errors import SodaError
from .live import MARGIN, LiveAddresses
from .live_protocol import LiveProtocol
from .models import LiveAddress, Watched

LATELY = 7 * 86400.0  # seconds since somebody watched, after which no address is kept at hand
LONG_LIFE = 3600.0  # seconds, at least, that an address has to live
# Seconds before its end that an address is replaced: so late that a day has at most one call more
# than lives (24 of an hour each), and so early that there is time to find the camera idle.
RENEWAL = 120.0
BUSY = 5.0  # seconds until the next look whether the camera is idle
START = 60.0, 600.0  # seconds after the start: not all cameras at once


class AddressAtHand:
    """Keeps a good address of one device that was watched lately.

    Attributes:
        watched: when somebody watched last, and how long addresses live; None: never, as far as
            is known.

    """

    def __init__(
        self, clock: Clock, queue: CallQueue, addresses: LiveAddresses, protocol: LiveProtocol
    ) -> None:
        """Follow what is fetched."""
        self.watched: Watched | None = None
        self._clock = clock
        self._queue = queue
        self._addresses = addresses
        self._protocol = protocol
        self._background = Background()
        self._timer: Timer | None = None
        addresses.fetched.subscribe(self._note)

    def note_viewer(self) -> None:
        """Note that somebody watches."""
        self.watched = Watched(self._clock.time(), self._life)

    def recall(self, watched: Watched | None, serial: str) -> None:
        """Go on from what an earlier run has known."""
        self.watched = watched
        first, last = START
        self._plan(first + crc32(serial.encode()) % (last - first))

    async def close(self) -> None:
        """Fetch nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
        await self._background.cancel()

    @property
    def planned(self) -> bool:
        """Whether it is going to fetch an address by itself."""
        return self._timer is not None

    @property
    def _life(self) -> float:
        return self.watched.life if self.watched is not None else 0.0

    def _note(self, address: LiveAddress) -> None:
        """Learn from an address how long they live, and have it replaced in time."""
        if self.watched is not None and address.protocol == self._protocol.current[0]:
            now = self._clock.time()
            life = address.expires_at - now if address.names_end else 0.0
            self.watched = Watched(self.watched.at, life)
            self._plan(life - RENEWAL)

    def _plan(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if self._life >= LONG_LIFE:
            self._timer = self._clock.call_later(seconds, self._due)

    def _due(self) -> None:
        self._timer = None
        if self.watched is None or not self._clock.time() - self.watched.at < LATELY:
            return
        if self._queue.idle:
            self._background.spawn(self._fetch())
        else:
            self._plan(BUSY)

    async def _fetch(self) -> None:
        try:
            await self._addresses.fetch(self._protocol.current[0])
        except SodaError:
            self._plan(self._life - MARGIN)  # so that failures are no more than successes
