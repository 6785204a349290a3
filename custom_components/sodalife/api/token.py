"""The one access token of an application: cached, shared, renewed, fought over.

The platform keeps one token per application; fetching a new one kills the old one for
everybody who uses the same client_id, it lives 7200 s, and fetching is rate limited
(SodaLife "获取凭证"). So: as few fetches as possible, never two at a time, and pauses
that grow when fetching does not help.
"""

from __future__ import annotations

import asyncio
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
from .waiting import outcome_of

RENEW_AHEAD = 300.0  # seconds before its end that a token is not used any more ...
RENEW_AHEAD_SHARE = 0.1  # ... or this share of its life, if that is shorter
CONTENTION_WINDOW = 3600.0  # two early deaths within it: somebody else fetches tokens
FIRST_PAUSE = 30.0
MAX_PAUSE = 900.0  # seconds


class TokenStore(Protocol):
    """Keeps the token over restarts, readable by nobody else."""

    async def load(self) -> Token | None:
        """Return the stored token, None if there is none that can be read."""

    async def save(self, token: Token) -> None:
        """Store the token."""


class TokenKeeper:
    """Hands out the application's token and replaces it when it is rejected."""

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
        self._token: Token | None = None
        self._verified = False  # the platform has accepted this token at least once
        self._fetching: asyncio.Task[Token] | None = None
        self._early_deaths: list[float] = []
        self._last_fetch = clock.monotonic() - MAX_PAUSE
        self._pause = 0.0  # seconds from one fetch to the next, while fetching is no help
        self._suspect: Token | None = None
        self._pause_reason: type[SodaError] = TokenPaused
        self.fetches = 0

    @property
    def shared_with_others(self) -> bool:
        """Somebody else uses this client_id: tokens died early, twice within an hour."""
        since = self._clock.monotonic() - CONTENTION_WINDOW
        self._early_deaths = [death for death in self._early_deaths if death > since]
        return len(self._early_deaths) > 1

    @property
    def age(self) -> float | None:
        """Seconds since the token was fetched, None if there is none."""
        return None if self._token is None else self._clock.time() - self._token.fetched_at

    @property
    def current(self) -> Token | None:
        """The token at hand, if it can still be used."""
        token = self._token
        if token is None:
            return None
        margin = min(RENEW_AHEAD, (token.expires_at - token.fetched_at) * RENEW_AHEAD_SHARE)
        return token if self._clock.time() < token.expires_at - margin else None

    async def load(self) -> None:
        """Take over the token that an earlier run has stored."""
        if self._store is not None and self._token is None:
            self._token = await self._store.load()
            self._verified = self._token is not None

    async def close(self) -> None:
        """Let a fetch under way end, so that its token is not lost."""
        if self._fetching is not None:
            await asyncio.wait({self._fetching})

    async def get(self, *, urgent: bool = False) -> Token:
        """Return a token that should work.

        An `urgent` call, a stop, does not wait for a rival, nor for the next token as long
        as there is one that has not ended.

        Raises:
            SodaError: if one had to be fetched and could not be.

        """
        if urgent and self._token is not None and self._clock.time() < self._token.expires_at:
            return self._token
        return self.current or await self._replace(urgent=urgent)

    async def renew(self, rejected: Token, *, urgent: bool = False) -> Token:
        """Return another token than the rejected one, fetched only if there is none yet.

        An `urgent` call, a stop, does not take part in the pauses for a rival's sake.

        Raises:
            SodaError: if none could be fetched, or none is fetched for a while.

        """
        if self._fetching is None and rejected == self._token:
            self._reject(rejected)
        return self.current or await self._replace(urgent=urgent)

    def accepted(self, token: Token) -> None:
        """Note that the platform took this token."""
        if not self._verified and token is self._token:
            self._verified = True
            if not self.shared_with_others:
                self._pause = 0.0

    def _reject(self, token: Token) -> None:
        """Judge a rejection: a token that worked was killed, one that never did is no help."""
        if self._verified:
            if self.current is not None:  # else it was about to end in any case
                self._early_deaths.append(self._clock.monotonic())
            self._token = None
            if self.shared_with_others:
                self._grow_pause(TokenPaused)
            return
        # What is refused may be the platform's own token towards EZVIZ. Ours may well be
        # good then: it is kept and used, and another is tried only now and then.
        if self._suspect != token:
            self._suspect = token
            self._grow_pause(TokenRejected)
        if self._paused:
            raise TokenRejected
        self._token = None

    @property
    def _paused(self) -> bool:
        return self._clock.monotonic() < self._last_fetch + self._pause

    def _grow_pause(self, reason: type[SodaError]) -> None:
        self._pause = min(max(FIRST_PAUSE, self._pause * 2), MAX_PAUSE)
        self._pause_reason = reason

    async def _replace(self, *, urgent: bool) -> Token:
        if self._fetching is None:
            # Wrong credentials are wrong for a stop, too.
            final = issubclass(self._pause_reason, InvalidClient | NotPermitted)
            if self._paused and (final or not urgent):
                raise self._pause_reason
            # A task of its own: it goes on when its caller leaves, for by then the
            # platform may have killed the old token already.
            self._fetching = asyncio.create_task(self._fetch_and_keep())
            self._fetching.add_done_callback(self._fetched)
        return await outcome_of(self._fetching)

    async def _fetch_and_keep(self) -> Token:
        self._last_fetch = self._clock.monotonic()
        try:
            token = await self._fetch()
        except RateLimited as err:
            self._grow_pause(TokenRateLimited)
            raise TokenRateLimited(err.code, err.description) from None
        except (InvalidClient, NotPermitted) as err:
            self._grow_pause(type(err))
            raise
        self.fetches += 1
        self._token = token
        self._verified = False
        if self._store is not None:
            await self._store.save(token)
        return token

    def _fetched(self, task: asyncio.Task[Token]) -> None:
        self._fetching = None
        if not task.cancelled():
            task.exception()  # every caller may have left: nobody else looks at it
