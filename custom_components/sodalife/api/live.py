"""Live addresses: one serves all viewers, for as long as it is good."""

from __future__ import annotations

from .call_queue import CallQueue, Priority
from .clock import Moment
from .device import Device
from .errors import TooManyViewers
from .gate import Gate
from .models import LiveAddress

MARGIN = 10.0  # seconds before its end that an address is not handed out any more
VIEWERS_PAUSE = 300.0  # seconds without live calls after 9048: asking makes it worse


class LiveAddresses:
    """The live addresses of one device, by protocol."""

    def __init__(self, device: Device, queue: CallQueue) -> None:
        """Start without an address."""
        self._device = device
        self._queue = queue
        self._known: dict[str, tuple[LiveAddress, Moment]] = {}
        self._wanted: dict[str, None] = {}  # protocols that were ever asked for, in order
        self._viewers = Gate(device.clock)

    def known(self, protocol: str) -> LiveAddress | None:
        """Return the address at hand, if it is still good; costs nothing."""
        if (known := self._known.get(protocol)) is None:
            return None
        address, fetched = known
        life = address.expires_at - fetched.time
        return address if fetched.age(self._device.clock) < life - MARGIN else None

    async def get(self, protocol: str) -> LiveAddress:
        """Return an address, asked for only if there is none that is good.

        Raises:
            SodaError: if the platform gives none.

        """
        return self.known(protocol) or await self.fetch(protocol)

    async def fetch(self, protocol: str, priority: Priority = Priority.LIVE) -> LiveAddress:
        """Ask for an address.

        Raises:
            SodaError: if the platform gives none.

        """
        self._viewers.check()
        self._wanted[protocol] = None
        return await self._queue.run(priority, lambda: self._ask(protocol), key=("live", protocol))

    def drop(self) -> None:
        """Forget the addresses: one of them did not play."""
        self._known.clear()

    async def _ask(self, protocol: str) -> LiveAddress:
        try:
            address = await self._device.live_url(protocol)
        except TooManyViewers as err:
            self._viewers.close(VIEWERS_PAUSE, err)
            for other in self._wanted:
                self._queue.withdraw(("live", other), err.copy())
            raise
        self._known[protocol] = address, Moment.now(self._device.clock)
        return address
