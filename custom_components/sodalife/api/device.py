"""One device's calls, and what they tell about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from .client import SodaClient
from .day import DailyCount, platform_day
from .errors import (
    CaptureQuotaUsed,
    DeviceOffline,
    NotSupported,
    SodaError,
    VideoEncrypted,
)
from .failure import Failure, News
from .memory import Memory, QuotaUsed
from .models import Command, Endpoint, LiveAddress, Picture, Sound, TalkAddress
from .motors import refused_with
from .signal import Signal

REFUSAL_LIFE = 7 * 86400.0  # seconds that a device is believed that it cannot make a move
# What only a device that is connected can have done. An address for a live picture or to talk
# through is the platform's own: it is given for offline cameras, too.
_PROVES_ONLINE = (Endpoint.CAPTURE, Endpoint.CONTROL, Endpoint.ONLINE)


class Device:
    """Calls the platform for one serial and keeps what the outcomes say.

    Attributes:
        online: whether it is connected to the platform; None: nothing is known yet.
        seen_at: monotonic time of the last answer that tells.
        last_failure: what went wrong last, over or not.
        news: which of that is worth telling.
        failures: what goes wrong, by endpoint, until it works again.
        refused: the moves that it said, within the last week, that it cannot make.
        changed: something of that has changed.
        photos: how many it has taken today.
        outcome: a call has ended, with an error or, with None, well ...
        reports_success: ... the latter only if somebody wants to know.

    """

    def __init__(self, client: SodaClient, serial: str) -> None:
        """Bind a client to a serial (upper case)."""
        self.client = client
        self.serial = serial
        self.clock = client.clock
        self.online: bool | None = None
        self.seen_at = float("-inf")
        self.last_failure: Failure | None = None
        self.news = News()
        self.failures: dict[Endpoint, Failure] = {}
        self.refused: frozenset[Command] = frozenset()
        self._refused_at: dict[Command, float] = {}  # epoch
        self.changed: Signal[[]] = Signal()
        self.outcome: Signal[[SodaError | None]] = Signal()
        self.reports_success = True
        self._calls = DailyCount(client.clock)
        self.photos = DailyCount(client.clock)

    @property
    def calls_today(self) -> int:
        """How often the platform was called for this device since its midnight."""
        return self._calls.value

    def memory(self) -> Memory:
        """Return what is to outlive this run."""
        failure, quota = self.failures.get(Endpoint.CAPTURE), None
        if failure is not None and isinstance(failure.error, CaptureQuotaUsed):
            quota = QuotaUsed(failure.at, failure.error)
        refused = {command: self._refused_at[command] for command in sorted(self.refused)}
        return Memory(self._calls.count, self._calls.began_at, quota, refused)

    def recall(self, memory: Memory) -> None:
        """Go on from what an earlier run has known; of a quota, if it is today's."""
        self._calls.resume(memory.calls, memory.counted_from)
        self._refused_at.update(memory.refused)
        self._update_refused()
        quota = memory.quota
        if quota is not None and platform_day(quota.at) == platform_day(self.clock.time()):
            self.failures[Endpoint.CAPTURE] = Failure(Endpoint.CAPTURE, quota.error, quota.at)
        self.changed.emit()

    async def capture(self) -> str:
        """Take a photo and return its address."""
        address = await self._observe(Endpoint.CAPTURE, self.client.capture(self.serial))
        self.photos.add()
        return address

    async def picture(self, address: str) -> Picture:
        """Fetch the photo behind an address; no call to the device."""
        try:
            return await self.client.transport.picture(address)
        except SodaError as err:
            self._failed(Endpoint.CAPTURE, err)
            raise

    async def start(
        self,
        command: Command,
        on_send: Callable[[], None],
        on_refusal: Callable[[], None] = lambda: None,
    ) -> None:
        """Start a move; see `SodaClient.start`."""
        try:
            call = self.client.start(self.serial, command, on_send, on_refusal)
            await self._observe(Endpoint.CONTROL, call)
        except NotSupported as err:
            if refused := refused_with(command, err):
                self._refused_at.update(dict.fromkeys(refused, self.clock.time()))
                self._update_refused()
            raise
        if self._refused_at.pop(command, None) is not None:
            self._update_refused()

    async def try_start(
        self, command: Command, on_send: Callable[[], None], on_refusal: Callable[[], None]
    ) -> Exception | None:
        """Start a move, and return what went wrong; see `SodaClient.start`."""
        try:
            await self.start(command, on_send, on_refusal)
        except Exception as err:  # noqa: BLE001 - a bug of ours must not leave a motor running
            return err
        return None

    async def stop(self, command: Command) -> None:
        """Stop a move."""
        await self._observe(Endpoint.CONTROL, self.client.stop(self.serial, command))

    async def send_voice(self, sound: Sound) -> None:
        """Send a sound."""
        await self._observe(Endpoint.VOICE, self.client.send_voice(self.serial, sound))

    async def live_url(self, protocol: str) -> LiveAddress:
        """Ask for a live address."""
        return await self._observe(Endpoint.LIVE, self.client.live_url(self.serial, protocol))

    async def talk_url(self) -> TalkAddress:
        """Ask for an address to talk through."""
        return await self._observe(Endpoint.TALK, self.client.talk_url(self.serial))

    async def check_online(self) -> bool:
        """Ask whether the device is online."""
        try:
            await self._observe(Endpoint.ONLINE, self._ask_online())
        except DeviceOffline:
            return False
        return True

    async def _ask_online(self) -> None:
        if not await self.client.is_online(self.serial):
            raise DeviceOffline

    async def _observe[T](self, endpoint: Endpoint, call: Awaitable[T]) -> T:
        calls = self._calls
        if not calls.began_at <= self.clock.time() < calls.ends_at:
            calls.begin_day()
            self._update_refused()
        calls.count += 1
        try:
            result = await call
        except SodaError as err:
            if isinstance(err, NotSupported) and not err.code:
                calls.count -= 1  # the platform has no such thing, so it was not asked
            else:
                self._failed(endpoint, err)
            raise
        was_online = self.online
        # Where nothing better can be asked, an address has to do.
        if endpoint in _PROVES_ONLINE or not self.client.knows(Endpoint.ONLINE):
            self.seen_at = self.clock.monotonic()
            self.online = True
        cleared = bool(self.failures) and self._clear(endpoint)
        if cleared or self.online is not was_online:
            self.changed.emit()
        if self.reports_success:
            self.outcome.emit(None)
        return result

    def _update_refused(self) -> None:
        """Take up what was refused; after a week it may be another device."""
        since = self.clock.time() - REFUSAL_LIFE
        refused = frozenset(command for command, at in self._refused_at.items() if at > since)
        if refused != self.refused:
            self.refused = refused
            self.changed.emit()

    def _clear(self, endpoint: Endpoint) -> bool:
        """Take back the failures that a success disproves; tell whether there were any."""
        cleared = [at for at, failure in self.failures.items() if failure.cleared_by(endpoint)]
        for at in cleared:
            del self.failures[at]
        return bool(cleared)

    def _failed(self, endpoint: Endpoint, err: SodaError) -> None:
        encrypted = isinstance(err, VideoEncrypted) and not self.client.knows(Endpoint.ONLINE)
        if isinstance(err, DeviceOffline) or encrypted:
            self.seen_at = self.clock.monotonic()
            self.online = encrypted  # which is as good as an address
        if not (endpoint is Endpoint.ONLINE and isinstance(err, DeviceOffline)):
            failure = Failure(endpoint, err.copy(), self.clock.time())
            self.last_failure = self.failures[endpoint] = failure
            self.news.hear(failure)
        self.outcome.emit(err)
        self.changed.emit()
