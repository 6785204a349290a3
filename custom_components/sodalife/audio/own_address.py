"""Addresses of Home Assistant's own, which need no name, no proxy and no certificate."""

from __future__ import annotations

from io import FileIO

from homeassistant.components.media_player import async_process_play_media_url
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.network import is_hass_url
from yarl import URL

from ..api.fetch import as_given
from .web_media import async_fetch

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a server listens, and is reached


def own_path_of(hass: HomeAssistant, address: str) -> URL | None:
    """Return path and query of an address, if it is one of Home Assistant's own."""
    try:
        url = as_given(address)
        if not url.is_absolute():
            return url if address.startswith("/") else None
        return url.relative() if _is_ours(hass, url) else None
    except ValueError:
        return None


def _is_ours(hass: HomeAssistant, url: URL) -> bool:
    if is_hass_url(hass, str(url)):
        return True
    api = hass.config.api
    return api is not None and url.port == api.port and url.host in (*_LOOPBACK, api.local_ip)


async def async_fetch_own(hass: HomeAssistant, own: URL) -> FileIO:
    """Fetch what is behind a path of Home Assistant's own, from the server in this process.

    Raises:
        HomeAssistantError: see `async_fetch`.

    """
    path = async_process_play_media_url(hass, str(own), allow_relative_url=True)  # signs it
    if (api := hass.config.api) is None:
        return await async_fetch(hass, path)  # which says that this leads nowhere
    scheme, host = "https" if api.use_ssl else "http", _ANY.get(api.host, api.host)
    server = URL.build(scheme=scheme, host=host, port=api.port)
    # Nobody is in between, and the certificate is for another name.
    session = async_get_clientsession(hass, verify_ssl=False)
    return await async_fetch(hass, str(server.join(URL(path, encoded=True))), session)
