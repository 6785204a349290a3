"""The token desk: one valid token per application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .codes import PlatformError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .clock import Clock

SCOPES: Final = frozenset({"iot:public", "iot:control", "iot:premier"})


class TokenDesk:
    """Hands out tokens to the one application it knows."""

    def __init__(
        self,
        clock: Clock,
        *,
        client_id: str,
        client_secret: str,
        token_life: int,
        fetch_interval: float,
        make_secret: Callable[[int], str],
    ) -> None:
        """Know the application; `token_life` and `fetch_interval` in seconds."""
        self._clock = clock
        self.client_id = client_id
        self.client_secret = client_secret
        self.token_life = token_life
        self.fetch_interval = fetch_interval
        self._make_secret = make_secret
        self.fetches = 0  # tokens handed out over the counter
        self.requests = 0  # all who asked
        self._token: str | None = None
        self._expires = 0.0
        self._last_fetch: float | None = None

    def fetch(self, body: object) -> dict[str, object]:
        """Answer a token request."""
        self.requests += 1
        self._check(body)
        now = self._clock.time()
        if self._last_fetch is not None and now - self._last_fetch < self.fetch_interval:
            raise PlatformError("TOO_MANY_REQUESTS")
        self._last_fetch = now
        self.fetches += 1
        return {"access_token": self.issue(), "expires_in": self.token_life}

    def issue(self) -> str:
        """Make a new token, which kills the old one."""
        self._token = self._make_secret(24)
        self._expires = self._clock.time() + self.token_life
        return self._token

    def revoke(self) -> None:
        """Make the current token invalid."""
        self._token = None

    def accepts(self, token: str | None) -> bool:
        """Return whether this is the valid token."""
        return token is not None and token == self._token and self._clock.time() < self._expires

    def _check(self, body: object) -> None:
        """Refuse requests that are malformed or come from somebody else."""
        if not isinstance(body, dict):
            raise PlatformError("INVALID_REQUEST")
        if _text(body, "grant_type") != "client_credentials":
            raise PlatformError("UNSUPPORTED_GRANT_TYPE")
        given = _text(body, "client_id"), _text(body, "client_secret")
        if given != (self.client_id, self.client_secret):
            raise PlatformError("INVALID_CLIENT")
        scope = body.get("scope", "")
        if not isinstance(scope, str):
            raise PlatformError("INVALID_REQUEST")
        if not {name.strip() for name in scope.split(",") if name.strip()} <= SCOPES:
            raise PlatformError("INVALID_SCOPE")


def _text(body: Mapping[str, object], field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not value:
        raise PlatformError("INVALID_REQUEST")
    return value
