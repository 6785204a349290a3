"""Live addresses: one serves all viewers, for as long as it is good."""

from __future__ import annotations

from dataclasses import dataclass

from .call_queue import CallQueue, Priority
from .clock import Moment, timeout
from .device import Device
from .errors import TooManyViewers
from .fetch import Unfetchable
from .gate import Gate
from .live_content import SCHEMES, LiveContent
from .models import LiveAddress
from .signal import Signal
from .single_flight import SingleFlight

MARGIN = 10.0  # seconds before its end that an address is not handed out any more
VIEWERS_PAUSE = 300.0  # seconds without live calls after 9048: asking makes it worse
TRIAL = 2.0  # seconds that a trial may take; some cameras take longer to their first picture
TRUST = 5.0  # seconds after a trial, or a call, within which there is no other


@dataclass(slots=True)
class _Known:
    """An address, when it was fetched, when it was seen to be good, and what was seen."""

    address: LiveAddress
    fetched: Moment
    good: Moment | None
    content: LiveContent | None = None


class LiveAddresses:
    """The live addresses of one device, by protocol.

    Attributes:
        fetched: there is a new one.

    """

    def __init__(self, device: Device, queue: CallQueue) -> None:
        """Start without an address."""
        self._device = device
        self._queue = queue
        self._known: dict[str, _Known] = {}
        self._trials: dict[str, SingleFlight[bool]] = {}
        self._wanted: dict[str, None] = {}  # protocols that were ever asked for, in order
        self._viewers = Gate(device.clock)
        self.fetched: Signal[[LiveAddress]] = Signal()

    def known(self, protocol: str) -> LiveAddress | None:
        """Return the address at hand, if it should still be good; costs nothing."""
        if (known := self._known.get(protocol)) is None:
            return None
        life = known.address.expires_at - known.fetched.time
        return known.address if known.fetched.age(self._device.clock) < life - MARGIN else None

    def content(self, protocol: str) -> LiveContent | None:
        """Return what was found behind the address at hand, as far as that is known."""
        known = self._known.get(protocol)
        return None if known is None else known.content

    async def get(self, protocol: str) -> LiveAddress:
        """Return an address, asked for only if there is none that is good.

        One that was handed out before is tried first, at the media server; that takes 2 s at most.

        Raises:
            SodaError: if the platform gives none.

        """
        address = self.known(protocol)
        if address is not None and (self._is_trusted(protocol) or await self.plays(protocol)):
            return address
        return await self.fetch(protocol)

    async def plays(self, protocol: str) -> bool:
        """Try the address at hand; forget it if it is dead.

        One that says nothing in time may be slow, and is kept.

        Raises:
            QueueBusy: if the camera goes meanwhile.

        """
        if (known := self._known.get(protocol)) is None:
            return False
        trial = self._trials.setdefault(protocol, SingleFlight())
        return await trial.run(lambda: self._try(protocol, known))

    async def fetch(self, protocol: str, priority: Priority = Priority.LIVE) -> LiveAddress:
        """Ask for an address.

        Raises:
            SodaError: if the platform gives none.

        """
        self._viewers.check()
        self._wanted[protocol] = None
        return await self._queue.run(priority, lambda: self._ask(protocol), key=("live", protocol))

    def doubt(self) -> None:
        """Have the addresses tried before they are handed out again, however new they are."""
        for known in self._known.values():
            known.good = None

    def drop(self) -> None:
        """Forget the addresses: one of them did not play."""
        self._known.clear()

    async def close(self) -> None:
        """End the trials."""
        for trial in self._trials.values():
            await trial.cancel()

    def _is_trusted(self, protocol: str) -> bool:
        good = self._known[protocol].good
        return good is not None and good.age(self._device.clock) < TRUST

    async def _try(self, protocol: str, known: _Known) -> bool:
        address = known.address.url
        if address.partition(":")[0] not in SCHEMES:
            return True  # nobody knows
        try:
            async with timeout(self._device.clock, TRIAL):
                known.content = await self._device.client.transport.live_content(address)
        except TimeoutError:
            pass
        except Unfetchable:
            if self._known.get(protocol) is known:
                del self._known[protocol]
            return False
        known.good = Moment.now(self._device.clock)
        return True

    async def _ask(self, protocol: str) -> LiveAddress:
        try:
            address = await self._device.live_url(protocol)
        except TooManyViewers as err:
            self._viewers.close(VIEWERS_PAUSE, err)
            for other in self._wanted:
                self._queue.withdraw(("live", other), err.copy())
            raise
        now = Moment.now(self._device.clock)
        self._known[protocol] = _Known(address, now, now)
        self.fetched.emit(address)
        return address
