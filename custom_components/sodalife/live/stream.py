"""Keeping Home Assistant's stream of a camera on an address that plays.

A `Stream` keeps the address it was made with for good and retries it for ever, while
the platform's addresses end after minutes. So a running stream is given the next
address shortly before its end, or when it fails, and an idle one before it is used.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
import time

from homeassistant.components.stream import DOMAIN as STREAM, HLS_PROVIDER, Stream
from homeassistant.components.stream.const import ATTR_STREAMS
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..api import LiveAddress
from ..api.live import MARGIN
from ..const import DOMAIN, LOGGER
from .go_on import go_on, may_go_on
from .hls_restart import keep_players
from .viewers import Viewers, follow
from .webrtc import Expect

FIRST_PAUSE = 10.0  # seconds after a failure without another new address; doubles ...
MAX_PAUSE = 300.0  # ... up to this
FRESH = 20.0  # seconds: a segment takes a few, a restart some more
CALM = 120.0  # seconds without a failure after which the next one counts as the first


async def _end(hass: HomeAssistant, stream: Stream) -> None:
    """End a stream, and have Home Assistant forget it, which it does not by itself."""
    # Its reader would take the quit for the restart that update_source has asked for, and read on.
    stream._fast_restart_once = False  # noqa: SLF001
    # Else stop() does nothing; the next stream of the camera has the same settings, and keeps them.
    stream.dynamic_stream_settings = replace(stream.dynamic_stream_settings, preload_stream=False)
    try:
        for output in stream.outputs().values():
            await stream.remove_provider(output)  # the last one stops the stream
        await stream.stop()
    finally:
        streams: list[Stream] = hass.data.get(STREAM, {}).get(ATTR_STREAMS, [])
        if stream in streams:
            streams.remove(stream)


class LiveStream:
    """Looks after the stream of one camera.

    Attributes:
        stream: the one that somebody wanted, None when that is over.
        viewers: who watches it.

    """

    def __init__(
        self,
        hass: HomeAssistant,
        name: str,
        fetch: Callable[[], Awaitable[LiveAddress]],
        drop: Callable[[], None],
        changed: Callable[[], None],
        expect: Expect,
    ) -> None:
        """Take how to get an address that is good, how to say that one is not, and whom to tell.

        `expect` is told how to look whether a first picture has come.
        """
        self._hass = hass
        self._name = name
        self._fetch = fetch
        self._drop = drop
        self.viewers = Viewers(hass, changed)
        self._told = changed
        self.stream: Stream | None = None
        self._protocol = ""  # that it reads
        self._expect = expect
        self._stop_expecting: CALLBACK_TYPE = lambda: None
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._renewing = False
        self._failed_at = float("-inf")  # by the one clock, and ...
        self._failed = dt_util.utcnow()  # ... by that of segments
        self._pause = 0.0

    @property
    def watched(self) -> bool:
        """Whether somebody watches, or records, and there is no failure."""
        if self.stream is None or not self._running:
            return False
        return self.viewers.players or any(name != HLS_PROVIDER for name in self.stream.outputs())

    @property
    def _running(self) -> bool:
        return self.stream is not None and self.stream.available and bool(self.stream.outputs())

    @property
    def has_picture(self) -> bool:
        """Whether pictures are coming in: what is left of an earlier time does not count."""
        return self._running and self._has_shown_since(dt_util.utcnow() - timedelta(seconds=FRESH))

    def _has_shown_since(self, since: datetime) -> bool:
        outputs = self.stream.outputs().values() if self.stream is not None else ()
        newest = [output.last_segment for output in outputs]
        return any(segment is not None and segment.start_time > since for segment in newest)

    def can_play(self, address: LiveAddress) -> bool:
        """Tell whether the stream, if there is one, can go on with another address.

        Another protocol has another time base, and perhaps another codec: a stream that goes on
        plays at a wrong pace, and cannot decode what it has read.
        """
        return self.stream is None or self._protocol == address.protocol

    def _shows_nothing(self, stream: Stream) -> bool:
        outputs = stream.outputs().values()
        return bool(outputs) and not any(output.last_segment for output in outputs)

    @callback
    def use(self, stream: Stream, address: LiveAddress) -> None:
        """Take charge of a stream that somebody wants, with the address it should play."""
        if stream is not self.stream:
            may_go_on(stream)
            self._stop_expecting()
            self._stop_expecting = self._expect(lambda: self._shows_nothing(stream))
        self.stream, self._protocol = stream, address.protocol
        self.viewers.seen()
        if not (stream.outputs() and stream.available):
            # It stands still, or waits before it tries again, which it does with this
            # one: update_source would end it then, and make its next stop hang.
            stream.source = address.url
            go_on(stream)
        elif stream.source != address.url:
            stream.update_source(address.url)
        self._schedule(address)

    @callback
    def changed(self) -> None:
        """Follow the stream's state: on a failure it needs another address."""
        if self.stream is None:
            return
        keep_players(self.stream)
        follow(self.stream, self.viewers.seen, self._left)
        if self.stream.available:
            return
        self._drop()
        now = time.monotonic()
        played = self._has_shown_since(self._failed)  # some platforms cut every minute or so
        if now < self._failed_at + (FIRST_PAUSE if played else self._pause):
            return
        calm = played or now > self._failed_at + max(CALM, self._pause * 2)
        self._pause = FIRST_PAUSE if calm else min(self._pause * 2, MAX_PAUSE)
        self._failed_at, self._failed = now, dt_util.utcnow()
        self.renew()

    @callback
    def let_go(self) -> None:
        """End the stream, whether or not somebody watches, and have it forgotten."""
        stream, self.stream = self.stream, None
        self._stop_expecting()
        if stream is not None:
            # Not waited for: its thread may be in the middle of a read that takes long.
            self._hass.async_create_background_task(
                _end(self._hass, stream), f"{DOMAIN} end of stream of {self._name}"
            )
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    @callback
    def close(self) -> None:
        """End the stream: the camera goes, and nobody would look after it any more."""
        self.let_go()
        self.viewers.close()

    @callback
    def _left(self) -> None:
        """Follow the end of an output: if it was the last one, the stream is of no use any more."""
        stream = self.stream

        @callback
        def look(now: datetime) -> None:
            if stream is None or stream is not self.stream:
                return
            if stream.outputs():  # a recording goes on, which may have come later
                follow(stream, self.viewers.seen, self._left)
                return
            self.let_go()
            self._told()

        async_call_later(self._hass, 0, look)

    def _schedule(self, address: LiveAddress) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
        if not address.names_end:
            return  # it plays as long as it plays

        @callback
        def ends(now: datetime) -> None:
            self._cancel_timer = None
            self.renew()

        wait = max(FIRST_PAUSE, address.expires_at - MARGIN - time.time())
        self._cancel_timer = async_call_later(self._hass, wait, ends)

    @callback
    def renew(self) -> None:
        """Have another address fetched, if the stream runs."""
        stream = self.stream
        if stream is not None and stream.outputs() and not self._renewing:
            self._renewing = True
            self._hass.async_create_background_task(
                self._renew(stream), f"{DOMAIN} live address of {self._name}"
            )

    async def _renew(self, stream: Stream) -> None:
        try:
            address = await self._fetch()
        except HomeAssistantError as err:
            LOGGER.debug("No new live address for %s: %s", self._name, err)
        else:
            if stream is self.stream and self.can_play(address):
                self.use(stream, address)
            elif stream is self.stream:
                self.let_go()  # who watches opens another one
                self._told()
        finally:
            self._renewing = False
