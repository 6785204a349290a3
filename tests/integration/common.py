"""Names and small helpers that the tests through Home Assistant share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.camera import SimCamera

DOMAIN = "sodalife"
SERIAL = "TEST0001"
OTHER = "TEST0002"
STRANGER = "TEST0404"  # the platform knows no such camera
CREDENTIALS = {"client_id": "demo-client", "client_secret": "demo-secret"}
QUICK = {"call_interval": 0, "ptz_pulse": 0.1}
STEP = 4.0  # seconds of the clock at a time, so that answers find it near their question

type SetUp = Callable[..., Awaitable[MockConfigEntry]]
type FindEntity = Callable[..., str]
type Act = Callable[..., Awaitable[Any]]
type Look = Callable[[], Awaitable[tuple[int, bytes]]]
type PassTime = Callable[[float], Awaitable[None]]

both_revisions = pytest.mark.parametrize("revision", ["query", "body"])


def token_key(hass_storage: dict[str, Any]) -> str | None:
    """Return under which name the application's token is stored, if it is."""
    keys = [key for key in hass_storage if key.startswith(DOMAIN)]
    found = [key for key in keys if not key.startswith(f"{DOMAIN}.memory.")]
    assert len(found) < 2, "one application, one token"
    return found[0] if found else None


def stored_token(hass_storage: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the storage holds for the application, if anything."""
    key = token_key(hass_storage)
    return hass_storage[key]["data"] if key else None


def arrived_moves(sim: SimCamera) -> list[tuple[int | None, int | None]]:
    """Return the PTZ calls that arrived: (0 start or 1 stop, command)."""
    return [(call.action, call.command) for call in sim.calls if call.endpoint == "controlling"]


def count_arrived(sim: SimCamera, endpoint: str) -> int:
    """Return how many calls to an endpoint arrived."""
    return sum(call.endpoint == endpoint for call in sim.calls)


def state_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity that is there."""
    state = hass.states.get(entity_id)
    assert state is not None, f"no state of {entity_id}"
    return state.state
