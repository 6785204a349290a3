"""What a maintainer needs to see when something does not work, without secrets."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .api import Camera
from .api.failure import Failure
from .api.foreign import redact
from .api.live_protocol import LiveProtocol
from .const import CONF_DEVICE_SERIAL, DOMAIN, OPT_GONG, OPT_PHRASES
from .coordinator import SodaConfigEntry, SodaCoordinator

TO_REDACT = {
    *(CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_DEVICE_SERIAL, "title", "unique_id"),
    *(OPT_GONG, OPT_PHRASES),  # addresses can be signed, and what people say is theirs
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: SodaConfigEntry
) -> dict[str, Any]:
    """Describe an application and its cameras."""
    coordinator = entry.runtime_data
    return _without_names(
        hass,
        coordinator,
        {
            "entry": async_redact_data(entry.as_dict(), TO_REDACT),
            "platform": _platform(coordinator),
            "cameras": [_camera(camera) for camera in coordinator.cameras.values()],
        },
    )


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: SodaConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Describe one camera."""
    coordinator = entry.runtime_data
    cameras = coordinator.cameras.values()
    return _without_names(
        hass,
        coordinator,
        {
            "platform": _platform(coordinator),
            "camera": next(
                (_camera(cam) for cam in cameras if (DOMAIN, cam.serial) in device.identifiers),
                None,
            ),
        },
    )


def _without_names(
    hass: HomeAssistant, coordinator: SodaCoordinator, data: dict[str, Any]
) -> dict[str, Any]:
    """Take out every serial, and what the application is known by, however it got in."""
    token = coordinator.client.tokens.living
    names = {coordinator.entry.data[CONF_CLIENT_ID], coordinator.entry.data[CONF_CLIENT_SECRET]}
    names |= {token.value} if token else set()
    for entry in hass.config_entries.async_entries(DOMAIN):
        names |= {subentry.unique_id or "" for subentry in entry.subentries.values()}
    return {key: _redacted(value, names) for key, value in data.items()}


def _redacted(data: object, names: set[str]) -> object:
    match data:
        case str():
            return redact(data, names)
        case dict():
            return {key: _redacted(value, names) for key, value in data.items()}
        case list() | tuple():
            return [_redacted(value, names) for value in data]
    return data


def _platform(coordinator: SodaCoordinator) -> dict[str, Any]:
    client = coordinator.client
    return {
        "reachable": not coordinator.reachability.down,
        "revision": client.probe.dialect and client.probe.dialect.revision,
        "token": {
            "age": client.tokens.age,
            "fetched": client.tokens.fetches,
            "contended": client.tokens.shared_with_others,
        },
        "endpoints": {
            endpoint: {
                **asdict(stats),
                "mean_seconds": stats.seconds / stats.calls if stats.calls else None,
            }
            for endpoint, stats in client.stats.items()
        },
    }


def _camera(camera: Camera) -> dict[str, Any]:
    device, snapshot = camera.device, camera.snapshots.last
    return {
        "online": device.online,
        "calls_today": device.calls_today,
        "call_interval": camera.queue.interval,
        "live": _live(camera.live_protocol),
        "moving": camera.ptz.moving and camera.ptz.moving.name.lower(),
        "captures": camera.snapshots.captures,
        "captured_at": snapshot and datetime.fromtimestamp(snapshot.captured_at, UTC).isoformat(),
        "failures": [_failure(failure) for failure in device.failures.values()],
        "last_failure": device.last_failure and _failure(device.last_failure),
    }


def _live(live: LiveProtocol) -> dict[str, Any]:
    (protocol, reason), fallback = live.current, live.fallback
    return {
        "option": live.option,
        "protocol": protocol,
        "reason": reason,
        "fallback": fallback
        and {
            "reason": fallback.reason,
            "at": datetime.fromtimestamp(fallback.at, UTC).isoformat(),
        },
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "endpoint": failure.endpoint,
        "error": failure.error.key,
        "code": failure.error.code,
        "description": failure.error.description,
        "at": datetime.fromtimestamp(failure.at, UTC).isoformat(),
    }
