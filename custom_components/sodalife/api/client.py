"""The platform's endpoints as methods: token and dialect are taken care of here.

The client knows nothing about cameras; who may call when is the call queue's business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
import time

from . import answers
from .answers import Payload
from .attempt import Attempt
from .clock import Clock, SystemClock
from .dialect_probe import FIRST_CHOICE, DialectProbe
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
TALK_LIFE = 300.0  # "talkurl", rev. 2021-01-08: valid for 5 minutes
RESULT_FIELD = {  # what only the platform's answers have; a gateway's prove nothing
    Endpoint.CAPTURE: "picUrl",
    Endpoint.CONTROL: "data",
    Endpoint.VOICE: "data",
    Endpoint.LIVE: "url",
    Endpoint.ONLINE: "online",
    Endpoint.TALK: "url",
}
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
        self.transport = transport
        self._client_id = client_id
        self._client_secret = client_secret
        self._timeouts = (timeouts or Timeouts()).by_endpoint()
        self._token_timeout = (timeouts or Timeouts()).token

    def knows(self, endpoint: Endpoint) -> bool:
        """Tell whether the platform has this endpoint, as far as is known."""
        return self.probe.knows(endpoint)

    async def capture(self, serial: str) -> str:
        """Take a photo and return its address, which is good for 2 hours.

        Raises:
            SodaError: see `errors`; so for every method here.

        """
        return answers.text_of(await self._call(Request(Endpoint.CAPTURE, serial)), "picUrl")

    async def picture(self, address: str) -> Picture:
        """Fetch the picture behind an address."""
        return await self.transport.picture(address)

    async def start(
        self, serial: str, command: Command, on_send: Callable[[], None] = lambda: None
    ) -> None:
        """Start a move; a `stop` must follow before anything else.

        `on_send` is called when it goes out; if it never was, nothing was asked of the device.
        """
        request = Request(Endpoint.CONTROL, serial, command, on_send=on_send)
        answers.require_success(await self._call(request))

    async def stop(self, serial: str, command: Command) -> None:
        """Stop a move."""
        answers.require_success(
            await self._call(Request(Endpoint.CONTROL, serial, command, stop=True))
        )

    async def send_voice(self, serial: str, sound: Sound) -> None:
        """Send a sound to the camera's speaker."""
        answers.require_success(await self._call(Request(Endpoint.VOICE, serial, sound=sound)))

    async def live_url(self, serial: str, protocol: str = "hls") -> LiveAddress:
        """Return an address of the live picture."""
        protocol = protocol.lower()
        answer = await self._call(Request(Endpoint.LIVE, serial, protocol=protocol))
        return answers.live_address_of(answer, protocol, self.clock.time())

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
        answer = await self._call(Request(Endpoint.TALK, serial))
        return TalkAddress(answers.text_of(answer, "url"), self.clock.time() + TALK_LIFE)

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
        answer = answers.payload_of(await self.transport.post(post), (self._client_secret,))
        return Token(
            answers.text_of(answer, "access_token"),
            now,
            now + answers.seconds_of(answer, "expires_in"),
        )

    async def _call(self, request: Request) -> Payload:
        """Call; replace a refused token once, and find out the dialect on the way."""
        token = self.tokens.at_hand
        if token is None or self.clock.time() >= self.tokens.good_until:
            token = await self.tokens.get(urgent=request.stop)
        attempt = self._attempt(token)
        while True:
            try:
                return await self._send(request, attempt)
            except (TokenRejected, InvalidParameter, NotSupported) as err:
                attempt = await self._next_attempt(request, attempt, err)

    def _attempt(self, token: Token, *, renewed: bool = False) -> Attempt:
        dialect = self.probe.dialect or FIRST_CHOICE
        return Attempt(token, dialect, self.clock.monotonic(), renewed=renewed)

    async def _next_attempt(self, request: Request, attempt: Attempt, err: SodaError) -> Attempt:
        """Return how to try a refused call once more; the table is in `dialect_probe`.

        Raises:
            SodaError: the refusal, if there is nothing left to try.

        """
        guessed, refusal = attempt.refusal is not None, attempt.refusal or err
        may_guess = not guessed and (isinstance(refusal, InvalidParameter) or attempt.renewed)
        if not guessed and isinstance(err, NotSupported):
            raise err
        if not guessed and (may_guess or self.probe.dialect is not attempt.dialect):
            dialect = self.probe.alternative(attempt.dialect)
            if dialect is not None:
                return replace(attempt, dialect=dialect, refusal=refusal)
        if isinstance(refusal, TokenRejected) and not attempt.renewed:
            token = await self.tokens.renew(
                attempt.token, request.serial, attempt.began_at, urgent=request.stop
            )
            return Attempt(
                token, self.probe.dialect or FIRST_CHOICE, self.clock.monotonic(), renewed=True
            )
        if isinstance(refusal, TokenRejected):
            self.tokens.rejected_again(request.serial)
        raise refusal

    async def _send(self, request: Request, attempt: Attempt) -> Payload:
        query, fields = attempt.dialect.encode(request, attempt.token.value)
        post = Post(
            f"iot/cameras/{request.endpoint}",
            query=query,
            fields=fields,
            sound=request.sound,
            timeout=self._timeouts[request.endpoint],
            urgent=request.stop,
            on_send=request.on_send,
        )
        stats = self.stats[request.endpoint]
        began = time.perf_counter()
        try:
            answer = answers.payload_of(await self.transport.post(post), (attempt.token.value,))
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
            probe, tokens = self.probe, self.tokens
            news = attempt.dialect is not probe.dialect or attempt.token is not tokens.settled
            if news or probe.missing:
                self._confirm(attempt, request)
                probe.note_success(request.endpoint)
            tokens.served_at = self.clock.monotonic()
        return answer

    def _confirm(self, attempt: Attempt, request: Request) -> None:
        self.tokens.accepted(attempt.token, request.serial)
        self.probe.confirm(attempt.dialect)
