"""Live addresses: one serves all viewers, for as long as it is good."""

from __future__ import annotations

from .call_queue import CallQueue, Priority
from .device import Device
from .models import LiveAddress

MARGIN = 10.0  # seconds before its end that an address is not handed out any more


class LiveAddresses:
    """The live addresses of one device, by protocol."""

    def __init__(self, device: Device, queue: CallQueue) -> None:
        """Start without an address."""
        self._device = device
        self._queue = queue
        self._known: dict[str, LiveAddress] = {}

    def known(self, protocol: str) -> LiveAddress | None:
        """Return the address at hand, if it is still good; costs nothing."""
        address = self._known.get(protocol)
        if address is None or self._device.clock.time() >= address.expires_at - MARGIN:
            return None
        return address

    async def get(self, protocol: str) -> LiveAddress:
        """Return an address, asked for only if there is none that is good.

        Raises:
            SodaError: if the platform gives none.

        """
        if (known := self.known(protocol)) is not None:
            return known
        return await self._queue.run(
            Priority.LIVE, lambda: self._fetch(protocol), key=("live", protocol)
        )

    def drop(self) -> None:
        """Forget the addresses: one of them did not play."""
        self._known.clear()

    async def _fetch(self, protocol: str) -> LiveAddress:
        address = await self._device.live_url(protocol)
        self._known[protocol] = address
        return address
