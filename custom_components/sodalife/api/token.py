"""The one access token of an application: cached, shared, renewed, fought over.

The platform keeps one token per application; fetching a new one kills the old one for
everybody who uses the same client_id, it lives 7200 s, and fetching is rate limited
(SodaLife "获取凭证"). So: as few fetches as possible, never two at a time, and pauses
that grow when fetching does not help.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from .clock import Clock
from .errors import (
    InvalidClient,
    NotPermitted,
    RateLimited,
    SodaError,
    TokenPaused,
    TokenRateLimited,
    TokenRejected,
)
from .models import Token
from .signal import Signal
from .single_flight import SingleFlight
from .token_evidence import FetchPause, Rivalry, Suspects

RENEW_AHEAD = 300.0  # seconds before its end that a token is not used any more ...
RENEW_AHEAD_SHARE = 0.1  # ... or this share of its life, if that is shorter


class TokenStore(Protocol):
    """Keeps the token over restarts, readable by nobody else."""

    async def load(self) -> Token | None:
        """Return the stored token, None if there is none that can be read."""

    async def save(self, token: Token) -> None:
        """Store the token."""


class HeldToken:
    """The token in use, and what is known of it.

    Attributes:
        token: the token.
        good_until: from when on another is fetched, ahead of its end (epoch).
        verified: the platform has accepted it at least once.
        outdated: another was asked for since, which may have killed it.

    """

    def __init__(self, token: Token, *, verified: bool = False) -> None:
        """Take a token; one that was stored has worked before."""
        life = token.expires_at - token.fetched_at
        self.token = token
        self.good_until = token.expires_at - min(RENEW_AHEAD, life * RENEW_AHEAD_SHARE)
        self.verified = verified
        self.outdated = False


class TokenKeeper:
    """Hands out the application's token and replaces it when it is rejected.

    Attributes:
        settled: the token in use, if its acceptance would be no news.
        served_at: monotonic time at which the platform took it last, in this run.
        fetches: how many tokens were fetched.
        fetched: a fetch has ended, with an error or, with None, well.
        contested: somebody else was found to fetch tokens, too.

    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Token]],
        clock: Clock,
        store: TokenStore | None = None,
    ) -> None:
        """Take the way to fetch a token and, optionally, where to keep it."""
        self._fetch = fetch
        self._clock = clock
        self._store = store
        self._held: HeldToken | None = None
        self.settled: HeldToken | None = None
        self.served_at = float("-inf")
        self._fetching: SingleFlight[Token] = SingleFlight()
        self._pause = FetchPause(clock)
        self._rivalry = Rivalry(clock)
        self._suspects = Suspects(clock)
        self.fetches = 0
        self.fetched: Signal[[SodaError | None]] = Signal()
        self.contested: Signal[[]] = Signal()

    @property
    def shared_with_others(self) -> bool:
        """Somebody else uses this client_id: tokens died early, twice within an hour."""
        return self._rivalry.suspected

    @property
    def age(self) -> float | None:
        """Seconds since the token was fetched, None if there is none."""
        held = self._held
        return None if held is None else self._clock.time() - held.token.fetched_at

    @property
    def current(self) -> Token | None:
        """The token at hand, if it can still be used."""
        held = self._held
        return held.token if held is not None and self._clock.time() < held.good_until else None

    @property
    def living(self) -> Token | None:
        """The token at hand until its very end."""
        held = self._held
        if held is None or self._clock.time() >= held.token.expires_at:
            return None
        return held.token

    async def load(self) -> None:
        """Take over the token that an earlier run has stored."""
        if self._store is not None and self._held is None:
            stored = await self._store.load()
            self._held = None if stored is None else HeldToken(stored, verified=True)

    async def close(self) -> None:
        """Let a fetch under way end, so that its token is not lost."""
        await self._fetching.wait()

    async def get(self, *, urgent: bool = False) -> Token:
        """Return a token that should work.

        An `urgent` call, a stop, does not wait for a rival, nor for the next token as long
        as there is one that has not ended. Nobody is refused as long as there is one, either:
        that another was asked for and did not come may be one device's trouble only.

        Raises:
            SodaError: if one had to be fetched and could not be.

        """
        if urgent and (token := self.living) is not None:
            return token
        if not self._fetching.running and (token := self.current) is not None:
            return token
        try:
            return await self._replace(urgent=urgent)
        except SodaError:
            if (token := self.living) is None:
                raise
            return token

    async def renew(
        self, rejected: Token, serial: str, since: float, *, urgent: bool = False
    ) -> Token:
        """Return another token than the rejected one, fetched only if there is none yet.

        An `urgent` call, a stop, does not take part in the pauses for a rival's sake.

        Args:
            rejected: the token that was refused ...
            serial: ... for this device ...
            since: ... in a call that was begun at this monotonic time.
            urgent: whether it was a stop.

        Raises:
            SodaError: if none could be fetched, or none is fetched for a while.

        """
        if not self._fetching.running:
            if (held := self._held) is not None and rejected == held.token:
                self._judge(held, serial, since, urgent=urgent)
            elif (token := self.current) is not None:
                return token
        return await self._replace(urgent=urgent)

    def rejected_again(self, serial: str) -> None:
        """Note that a fresh token did not help a device: the trouble is its own."""
        self._suspects.add(serial)
        self._rivalry.withdraw(serial)
        self.settled = None

    def accepted(self, token: Token, serial: str) -> None:
        """Note that the platform took this token for a device."""
        held = self._held
        if held is None or token is not held.token or self._fetching.running:
            return  # it may have been killed meanwhile
        self.served_at = self._clock.monotonic()
        held.outdated = False
        self._suspects.discard(serial)
        if not held.verified:
            held.verified = True
            if not self.shared_with_others:
                self._pause.reset()
        if self._rivalry.confirmed_by(token, serial):
            self._pause.grow(TokenPaused)
            self.contested.emit()
        if not self._rivalry.in_question and not self._suspects:
            self.settled = held

    def _judge(self, held: HeldToken, serial: str, since: float, *, urgent: bool) -> None:
        """Return if a rejected token seems to be dead.

        Raises:
            TokenRejected: if it may well be good. What is refused can be the platform's own
                token towards EZVIZ, too, for one device or for all.

        """
        if held.verified:
            if self.served_at > since or self._suspects.pausing(serial, self.served_at):
                raise TokenRejected
            if self.current is not None and not held.outdated:  # else no rival was needed
                self._rivalry.question(held.token, serial)
        else:
            self._pause.grow_for(held.token)
            known = self._suspects.pausing(serial, self.served_at)
            if self._pause.on and (known or not urgent):
                raise TokenRejected

    async def _replace(self, *, urgent: bool) -> Token:
        if not self._fetching.running:
            self._pause.check(urgent=urgent)
        # A flight of its own: it goes on when its caller leaves, for by then the platform may
        # have killed the old token already.
        return await self._fetching.run(self._fetch_and_keep)

    async def _fetch_and_keep(self) -> Token:
        self._pause.begin()
        self.settled = None
        if self._held is not None:
            self._held.outdated = True
        try:
            token = await self._fetch()
        except SodaError as err:
            self._rivalry.withdraw()
            self.fetched.emit(err)
            if isinstance(err, RateLimited):
                self._pause.grow(TokenRateLimited)
                raise TokenRateLimited(err.code, err.description) from None
            if isinstance(err, InvalidClient | NotPermitted):
                self._pause.grow(type(err))
            raise
        self.fetches += 1
        self._held, self.served_at = HeldToken(token), float("-inf")
        self.fetched.emit(None)
        if self._store is not None:
            await self._store.save(token)
        return token
