"""The platform's endpoints as methods: token and dialect are taken care of here.

The client knows nothing about cameras; who may call when is the call queue's business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
import time

from .answers import (
    RESULT_FIELD,
    Payload,
    live_address_of,
    payload_of,
    require_success,
    talk_address_of,
    text_of,
    token_of,
)
from .attempts import Attempt, Attempts
from .clock import Clock, SystemClock
from .dialect_probe import DialectProbe
from .errors import (
    ApplicationFrozen,
    InvalidParameter,
    MalformedAnswer,
    NotSupported,
    SodaError,
    TokenRejected,
    VideoEncrypted,
)
from .models import (
    Command,
    Endpoint,
    EndpointStats,
    LiveAddress,
    Picture,
    Request,
    Sound,
    TalkAddress,
    Timeouts,
    Token,
)
from .token import TokenKeeper, TokenStore
from .transport import Post, Transport

SCOPE = "iot:public,iot:control"
_BEFORE_THE_DEVICE = (TokenRejected, InvalidParameter, ApplicationFrozen)


class SodaClient:
    """Speaks to the platform on behalf of one application."""

    def __init__(
        self,
        transport: Transport,
        client_id: str,
        client_secret: str,
        *,
        revision: str | None = None,
        store: TokenStore | None = None,
        clock: Clock | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        """Take the application's credentials; `revision` is found out if it is not known."""
        self.clock = clock or SystemClock()
        self.probe = DialectProbe(self.clock, revision)
        self.tokens = TokenKeeper(self._fetch_token, self.clock, store)
        self.stats: defaultdict[str, EndpointStats] = defaultdict(EndpointStats)
        self._attempts = Attempts(self.tokens, self.probe, self.clock)
        self.transport = transport
        self.rests: dict[str, Callable[[], Awaitable[None]]] = {}  # by serial; see `Post`
        self._client_id = client_id
        self._client_secret = client_secret
        self._newest_token = ""
        self.timeouts = (timeouts or Timeouts()).by_endpoint()
        self._token_timeout = (timeouts or Timeouts()).token

    def knows(self, endpoint: Endpoint) -> bool:
        """Tell whether the platform has this endpoint, as far as is known."""
        return self.probe.knows(endpoint)

    async def capture(self, serial: str) -> str:
        """Take a photo and return its address, which is good for 2 hours.

        Raises:
            SodaError: see `errors`; so for every method here.

        """
        return text_of(await self._call(Request(Endpoint.CAPTURE, serial)), "picUrl")

    async def picture(self, address: str) -> Picture:
        """Fetch the picture behind an address."""
        return await self.transport.picture(address)

    async def start(
        self,
        serial: str,
        command: Command,
        on_send: Callable[[], None] = lambda: None,
        on_refusal: Callable[[], None] = lambda: None,
    ) -> None:
        """Start a move; a `stop` must follow before anything else.

        `on_send` is called when it goes out, `on_refusal` when that is known to have come to
        nothing although it may be tried anew; without the one, or after the other, nothing moves.
        """
        control = Endpoint.CONTROL
        request = Request(control, serial, command, on_send=on_send, on_refusal=on_refusal)
        require_success(await self._call(request))

    async def stop(self, serial: str, command: Command) -> None:
        """Stop a move."""
        require_success(await self._call(Request(Endpoint.CONTROL, serial, command, stop=True)))

    async def send_voice(self, serial: str, sound: Sound) -> None:
        """Send a sound to the camera's speaker."""
        require_success(await self._call(Request(Endpoint.VOICE, serial, sound=sound)))

    async def live_url(self, serial: str, protocol: str = "hls") -> LiveAddress:
        """Return an address of the live picture."""
        protocol = protocol.lower()
        answer = await self._call(Request(Endpoint.LIVE, serial, protocol=protocol))
        return live_address_of(answer, protocol, self.clock.time())

    async def is_online(self, serial: str) -> bool:
        """Tell whether the device is connected to the platform.

        Where the platform cannot be asked that, asks for a live address, which costs the
        device nothing: an offline one raises `DeviceOffline`.
        """
        if self.knows(Endpoint.ONLINE):
            try:
                return await self._online_status(serial)
            except NotSupported as err:
                if err.code.isdigit():
                    raise  # the device says so; else the platform may have changed under us
        with suppress(VideoEncrypted):  # which is an answer, too
            await self.live_url(serial)
        return True

    async def talk_url(self, serial: str) -> TalkAddress:
        """Return an address to talk through."""
        return talk_address_of(await self._call(Request(Endpoint.TALK, serial)), self.clock.time())

    async def close(self) -> None:
        """Let go; the transport is its owner's to close."""
        await self.tokens.close()

    async def _online_status(self, serial: str) -> bool:
        online = (await self._call(Request(Endpoint.ONLINE, serial))).get("online")
        if online not in (0, 1, "0", "1"):
            raise MalformedAnswer("", "no online state")
        return online in (1, "1")

    async def _fetch_token(self) -> Token:
        fields = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "scope": SCOPE,
        }
        now = self.clock.time()
        post = Post("oauth2/access_token", fields=fields, timeout=self._token_timeout)
        token = token_of(await self.transport.post(post), self._secrets, now)
        self._newest_token = token.value
        return token

    def _secrets(self, *others: str) -> tuple[str, ...]:
        """Return what has no place in a text: a platform may repeat whatever it was told."""
        held = self.tokens.living
        return self._client_secret, self._newest_token, held.value if held else "", *others

    async def _call(self, request: Request) -> Payload:
        """Call; replace a refused token once, and find out the dialect on the way."""
        settled, dialect = self.tokens.settled, self.probe.dialect
        if settled is None or dialect is None or self.clock.time() >= settled.good_until:
            attempt = await self._attempts.first(request)
        else:
            attempt = Attempt(settled.token, dialect, self.clock.monotonic())
        while True:
            try:
                return await self._send(request, attempt)
            except (TokenRejected, InvalidParameter, NotSupported) as err:
                request.on_refusal()
                attempt = await self._attempts.next(request, attempt, err)

    async def _send(self, request: Request, attempt: Attempt) -> Payload:
        query, fields = attempt.dialect.encode(request, attempt.token.value)
        post = Post(
            f"iot/cameras/{request.endpoint}",
            query=query,
            fields=fields,
            sound=request.sound,
            timeout=self.timeouts[request.endpoint],
            urgent=request.stop,
            repeatable=request.stop or (request.command is None and request.sound is None),
            rest=None if request.stop else self.rests.get(request.serial),
            on_send=request.on_send,
        )
        stats = self.stats[request.endpoint]
        began = time.perf_counter()
        try:
            answer = payload_of(
                await self.transport.post(post),
                lambda: self._secrets(attempt.token.value, request.serial),
                to_sound=request.sound is not None,
            )
        except SodaError as err:
            stats.errors += 1
            stats.last_error = err.code or err.key
            self.probe.note_refusal(request.endpoint, err)
            if err.code.isdigit() and not isinstance(err, _BEFORE_THE_DEVICE):
                self._confirm(attempt, request)  # it looked at the device: token taken
            raise
        finally:
            seconds = time.perf_counter() - began
            stats.calls += 1
            stats.seconds += seconds
            stats.slowest = max(stats.slowest, seconds)
        if RESULT_FIELD[request.endpoint] in answer:
            settled = self.tokens.settled
            routine = settled is not None and attempt.token is settled.token
            if routine and attempt.dialect is self.probe.dialect and not self.probe.missing:
                self.tokens.served_at = self.clock.monotonic()
            else:
                self._confirm(attempt, request)
                self.probe.note_success(request.endpoint)
        return answer

    def _confirm(self, attempt: Attempt, request: Request) -> None:
        self.tokens.accepted(attempt.token, request.serial)
        self.probe.confirm(attempt.dialect)
