"""One device's calls, and what they tell about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from .client import SodaClient
from .errors import DeviceNotFound, DeviceNotPermitted, DeviceOffline, NotSupported, SodaError
from .models import Command, Endpoint, LiveAddress, Snapshot, Sound, TalkAddress
from .motors import refused_with

PLATFORM_ZONE = timezone(timedelta(hours=8))  # quotas end at midnight in Shanghai


def platform_day(at: float) -> date:
    """Return the platform's day of a moment (epoch)."""
    return datetime.fromtimestamp(at, PLATFORM_ZONE).date()


def seconds_to_midnight(now: float) -> float:
    """Return the seconds from `now` (epoch) until the platform's next midnight."""
    tomorrow = platform_day(now) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), PLATFORM_ZONE).timestamp() - now


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that failed, and when (seconds since the epoch)."""

    endpoint: Endpoint
    error: SodaError
    at: float

    def cleared_by(self, endpoint: Endpoint) -> bool:
        """Tell whether success at an endpoint shows that this is over."""
        if isinstance(self.error, DeviceNotFound):
            return True  # it is known again
        if isinstance(self.error, DeviceNotPermitted) and self.endpoint is not Endpoint.CAPTURE:
            return True  # 10051 is about snapshots alone, the rest about the device
        return self.endpoint is endpoint


class Device:
    """Calls the platform for one serial and keeps what the outcomes say."""

    def __init__(self, client: SodaClient, serial: str) -> None:
        """Bind a client to a serial (upper case)."""
        self.client = client
        self.serial = serial
        self.clock = client.clock
        self.online: bool | None = None  # None: nothing is known yet
        self.seen_at = float("-inf")  # monotonic time of the last answer that tells
        self.last_failure: Failure | None = None
        self.failures: dict[Endpoint, Failure] = {}  # by endpoint, until it works again
        self.refused: frozenset[Command] = frozenset()  # what it said it cannot do
        self._calls = 0
        self._calls_day: date | None = None
        self._listeners: list[Callable[[], None]] = []
        self.on_outcome: Callable[[SodaError | None], None] = lambda _: None

    @property
    def calls_today(self) -> int:
        """How often the platform was called for this device since its midnight."""
        return self._calls if self._calls_day == platform_day(self.clock.time()) else 0

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have `listener` called when something about the device changes."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def changed(self) -> None:
        """Tell the listeners."""
        for listener in tuple(self._listeners):
            listener()

    async def capture(self) -> Snapshot:
        """Take a snapshot and fetch it."""
        at = self.clock.time()  # the platform's time of the snapshot is that of the command

        async def take() -> Snapshot:
            address = await self.client.capture(self.serial)
            return Snapshot(await self.client.picture(address), at, address)

        return await self._observe(Endpoint.CAPTURE, take())

    async def start(self, command: Command) -> None:
        """Start a move."""

        async def ask() -> None:
            try:
                await self.client.start(self.serial, command)
            except NotSupported as err:
                self.refused |= refused_with(command, err)
                raise
            if command in self.refused:
                self.refused -= {command}
                self.changed()

        await self._observe(Endpoint.CONTROL, ask())

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

        async def ask() -> bool:
            if not await self.client.is_online(self.serial):
                raise DeviceOffline
            return True

        try:
            return await self._observe(Endpoint.ONLINE, ask())
        except DeviceOffline:
            return False

    async def _observe[T](self, endpoint: Endpoint, call: Awaitable[T]) -> T:
        self._count()
        try:
            result = await call
        except NotSupported as err:
            if err.code:
                self._failed(endpoint, err)
            else:
                self._calls -= 1  # the platform has no such thing, so it was not asked
            raise
        except SodaError as err:
            self._failed(endpoint, err)
            raise
        self._worked(endpoint)
        return result

    def _worked(self, endpoint: Endpoint) -> None:
        self.seen_at = self.clock.monotonic()
        cleared = [at for at, failure in self.failures.items() if failure.cleared_by(endpoint)]
        for at in cleared:
            del self.failures[at]
        news = self.online is not True or bool(cleared)
        self.online = True
        self.on_outcome(None)
        if news:
            self.changed()

    def _failed(self, endpoint: Endpoint, err: SodaError) -> None:
        if isinstance(err, DeviceOffline):
            self.seen_at = self.clock.monotonic()
            self.online = False
        if not (endpoint is Endpoint.ONLINE and isinstance(err, DeviceOffline)):
            failure = Failure(endpoint, err, self.clock.time())
            self.last_failure = self.failures[endpoint] = failure
        self.on_outcome(err)
        self.changed()

    def _count(self) -> None:
        if self._calls_day != (today := platform_day(self.clock.time())):
            self._calls_day, self._calls = today, 0
        self._calls += 1
