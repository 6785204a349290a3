"""What the flows check, once for all of them: hosts, serials, credentials, cameras."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
import re
import unicodedata

from homeassistant.core import HomeAssistant
from yarl import URL

from ..api import SodaClient, SodaError
from ..api.errors import (
    CaptureQuotaUsed,
    DeviceBusy,
    DeviceOffline,
    DeviceTimeout,
    DeviceTrouble,
    InvalidParameter,
    NotSupported,
    TooManyViewers,
    VideoEncrypted,
)
from ..const import DOMAIN, LOGGER

# An answer about the camera that only the right application gets: it can be added.
GOOD_ENOUGH = (
    CaptureQuotaUsed,
    DeviceBusy,
    DeviceOffline,
    DeviceTimeout,
    DeviceTrouble,
    NotSupported,
    TooManyViewers,
    VideoEncrypted,
)
ERRORS = {  # the client's errors as the flow's
    "application_frozen": "not_permitted",
    "cannot_connect": "cannot_connect",
    "device_not_found": "device_not_found",
    "device_not_permitted": "device_not_permitted",
    "invalid_auth": "invalid_auth",
    "invalid_serial": "invalid_serial",
    "malformed_answer": "invalid_host",
    "not_permitted": "not_permitted",
    "platform_trouble": "cannot_connect",
    "rate_limited": "rate_limited",
    "timeout": "cannot_connect",
    "token_paused": "rate_limited",
    "token_rejected": "cannot_connect",
}
# Errors that say something of one camera; any other would meet its neighbours, too.
OF_ONE_CAMERA = {
    "already_configured",
    "device_not_found",
    "device_not_permitted",
    "invalid_serial",
}
_SERIAL = re.compile(r"[A-Z0-9_-]{4,64}")
_INVISIBLE = {"Cc", "Cf"}  # control and format characters


def typed(text: str) -> str:
    """Return what somebody has typed or pasted as it was meant.

    Chinese keyboards write full-width letters and stops; what is pasted brings marks that nobody
    can see: byte order marks, zero-width and no-break spaces.
    """
    plain = unicodedata.normalize("NFKC", text).replace("\u3002", ".")
    return "".join(c for c in plain if unicodedata.category(c) not in _INVISIBLE).strip()


def normal_serial(text: str) -> str:
    """Return a serial the way the platform writes it: letters are upper case.

    It may be none at all: that is for `camera_errors` to say.
    """
    return typed(text).upper()


def is_known(hass: HomeAssistant, serial: str) -> bool:
    """Tell whether a camera has been added already, to whichever application."""
    return any(
        subentry.unique_id == serial
        for entry in hass.config_entries.async_entries(DOMAIN)
        for subentry in entry.subentries.values()
    )


def normal_host(text: str) -> str | None:
    """Return a platform's address as scheme, host and path; None if it is none."""
    text = typed(text)
    try:
        url = URL(text if "://" in text else f"https://{text}")
        port = url.port
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or not url.host or port is None:
        return None
    if url.user or url.password or url.query_string or url.fragment or " " in url.host:
        return None
    return str(url).rstrip("/")


def error_key(err: SodaError) -> str:
    """Return the flow's error key for an error of the client."""
    LOGGER.debug("Refused in a flow: %s", err)
    return ERRORS.get(err.key, "unknown")


async def token_error(client: SodaClient) -> str | None:
    """Fetch a token; return the error key if there is none."""
    try:
        await client.tokens.get()
    except SodaError as err:
        return error_key(err)
    return None


async def camera_errors(
    hass: HomeAssistant, client: SodaClient, serials: Iterable[str]
) -> dict[str, str]:
    """Check cameras; return the error keys of those that can't be used.

    How a camera is asked depends on what the platform understands. So they are asked one after the
    other until that is known, and then once more, which tells if there is `onlinestatus`.
    """

    async def check(serial: str) -> str | None:
        if not _SERIAL.fullmatch(serial):
            return "invalid_serial"
        if is_known(hass, serial):
            return "already_configured"
        return await _camera_error(client, serial)

    found: dict[str, str | None] = {}
    waiting = list(serials)
    learning = True
    while waiting and learning:
        learning = client.probe.dialect is None
        serial = waiting.pop(0)
        found[serial] = error = await check(serial)
        if error is not None and error not in OF_ONE_CAMERA:
            found.update(dict.fromkeys(waiting, error))
            waiting.clear()
    found.update(zip(waiting, await asyncio.gather(*map(check, waiting)), strict=True))
    return {serial: error for serial, error in found.items() if error is not None}


async def _camera_error(client: SodaClient, serial: str) -> str | None:
    """Ask the platform about a camera; return the error key if it can't be used."""
    try:
        await client.is_online(serial)
    except GOOD_ENOUGH:
        return None
    except InvalidParameter:
        return "invalid_serial"
    except SodaError as err:
        return error_key(err)
    return None
