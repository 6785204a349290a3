"""Which protocol the live picture of a device travels by, where the user leaves that to us.

FLV is there at once where WebRTC hands it on, and plays everywhere but where it is not H.264, or
the platform has none. HLS is slower, and plays wherever anything does.
"""

from __future__ import annotations

from collections.abc import Callable

from .device import Device
from .errors import InvalidParameter, NotSupported
from .live import LiveAddresses
from .live_content import LiveContent
from .models import Endpoint, Fallback, LiveAddress, Reason
from .signal import Signal

AUTO = "auto"
FAST = "flv"
SAFE = "hls"
FIRST_PICTURE = 15.0  # seconds that one may be waited for
REMEMBERED = 86400.0  # seconds that FLV is not tried again, or believed to be H.264


class LiveProtocol:
    """Chooses the protocol of one device.

    It falls back on evidence about the protocol only: not because a camera is offline or encrypted,
    or the platform has too many viewers.

    Attributes:
        option: what the user has set: a protocol, or `AUTO`.
        has_webrtc: somebody hands the picture on by WebRTC, just now.
        fallback: the last time that FLV was left.
        fell_back: that has happened; who plays FLV needs another address.
        gave_up: that was because there is no picture; who waits for one waits in vain.

    """

    def __init__(self, device: Device, addresses: LiveAddresses) -> None:
        """Start with HLS."""
        self.option = SAFE
        self.has_webrtc = False
        self.fallback: Fallback | None = None
        self.fell_back: Signal[[]] = Signal()
        self.gave_up: Signal[[]] = Signal()
        self._device = device
        self._addresses = addresses
        self._h264_at = float("-inf")  # epoch

    @property
    def current(self) -> tuple[str, Reason]:
        """The protocol, and why it is that one."""
        if self.option != AUTO:
            return self.option, Reason.OPTION
        if not self.has_webrtc:
            return SAFE, Reason.NO_WEBRTC
        if self.fallback is not None and self._lately(self.fallback.at):
            return SAFE, self.fallback.reason
        return FAST, Reason.WEBRTC

    async def address(self) -> LiveAddress:
        """Return an address of the live picture.

        Raises:
            SodaError: if the platform gives none.

        """
        protocol, reason = self.current
        if reason is not Reason.WEBRTC:
            return await self._addresses.get(protocol)
        try:
            address = await self._addresses.get(FAST)
        except (NotSupported, InvalidParameter):
            self._fall_back(Reason.REFUSED)
        else:
            is_h264 = await self._may_be_h264()
            if self.current[1] is not Reason.WEBRTC:  # that was found out meanwhile
                return await self.address()
            if is_h264:
                return address
            self._fall_back(Reason.NOT_H264)
        return await self._addresses.get(SAFE)

    def expect(self, missing: Callable[[], bool]) -> Callable[[], None]:
        """Fall back if the first picture is still `missing` after 15 s.

        What is returned is called when that is no matter any more.
        """
        if self.current[1] is not Reason.WEBRTC:
            return lambda: None

        def look() -> None:
            if missing() and not self._is_excused() and self._fall_back(Reason.NO_PICTURE):
                self.gave_up.emit()

        return self._device.clock.call_later(FIRST_PICTURE, look).cancel

    def _is_excused(self) -> bool:
        """Tell whether it is the camera, or the platform, that has no picture."""
        return self._device.online is False or Endpoint.LIVE in self._device.failures

    async def _may_be_h264(self) -> bool:
        """Look into FLV before it is used for the first time; nothing within 2 s is no evidence."""
        if self._lately(self._h264_at):
            return True
        await self._addresses.plays(FAST)
        content = self._addresses.content(FAST)
        if content is LiveContent.H264:
            self._h264_at = self._device.clock.time()
        return content in (None, LiveContent.H264)

    def _fall_back(self, reason: Reason) -> bool:
        if self.current[1] is not Reason.WEBRTC:
            return False
        self.fallback = Fallback(reason, self._device.clock.time())
        self._device.changed.emit()
        self.fell_back.emit()
        return True

    def _lately(self, at: float) -> bool:
        return 0 <= self._device.clock.time() - at < REMEMBERED
