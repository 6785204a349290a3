"""The access token, kept over restarts: fetching a new one would kill it for others."""

from __future__ import annotations

from collections.abc import Mapping
import hashlib
from typing import Any

from homeassistant.const import CONF_CLIENT_ID, CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .api import Token
from .api.foreign import is_address
from .const import DOMAIN, LOGGER

STORAGE_VERSION = 1
# What comes of a file that is damaged, or of a version that is not known.
UNREADABLE = (
    *(HomeAssistantError, OSError, KeyError, TypeError, ValueError, AttributeError),
    NotImplementedError,  # Home Assistant 2025.4, for another version of the storage
)


class HomeTokenStore:
    """Keeps one application's token in Home Assistant's storage, mode 0600."""

    def __init__(self, hass: HomeAssistant, host: str, client_id: str) -> None:
        """Bind to an application; its token is good for this host only."""
        name = hashlib.sha256(client_id.encode()).hexdigest()[:16]
        self._host = host
        self._store: Store[dict[str, Any]] = Store(
            hass, STORAGE_VERSION, f"{DOMAIN}.{name}", private=True, atomic_writes=True
        )

    async def load(self) -> Token | None:
        """Return the stored token, None if there is none that can be read."""
        try:
            data = await self._store.async_load()
            if not data or data["host"] != self._host:
                return None
            if not is_address(token := data["access_token"]):
                raise ValueError("no token")
            return Token(token, float(data["fetched_at"]), float(data["expires_at"]))
        except UNREADABLE as err:
            LOGGER.warning("The stored token cannot be read (%s); another is fetched", type(err))
            return None

    async def save(self, token: Token) -> None:
        """Store the token; what cannot be written costs one fetch after a restart, no more."""
        try:
            await self._store.async_save(
                {
                    "host": self._host,
                    "access_token": token.value,
                    "fetched_at": token.fetched_at,
                    "expires_at": token.expires_at,
                }
            )
        except (HomeAssistantError, OSError) as err:
            LOGGER.warning("The token cannot be stored (%s)", type(err))

    async def remove(self) -> None:
        """Forget the token."""
        await self._store.async_remove()


def token_store(hass: HomeAssistant, data: Mapping[str, Any]) -> HomeTokenStore:
    """Return where the token of an application is kept."""
    return HomeTokenStore(hass, data[CONF_HOST], data[CONF_CLIENT_ID])
