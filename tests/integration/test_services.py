"""What the actions do with times, targets and answers that were left to them."""

from __future__ import annotations

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.helpers import area_registry as ar, device_registry as dr
import pytest

from simulator import Cloud
from simulator.camera import SimCamera
from tests.clock import ManualClock, until
from tests.integration.common import DOMAIN, OTHER, SERIAL, Act, SetUp, arrived_moves

ANSWERS = {
    "ptz_start": SupportsResponse.NONE,
    "ptz_stop": SupportsResponse.NONE,
    "ptz_move": SupportsResponse.NONE,
    "ptz_home": SupportsResponse.NONE,
    "capture": SupportsResponse.OPTIONAL,
    "time_lapse": SupportsResponse.OPTIONAL,
    "send_voice": SupportsResponse.NONE,
    "say_phrase": SupportsResponse.NONE,
    "get_live_url": SupportsResponse.ONLY,
    "get_talk_url": SupportsResponse.ONLY,
}


async def test_the_actions_of_the_contract(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    services = hass.services.async_services_for_domain(DOMAIN)
    assert {name: service.supports_response for name, service in services.items()} == ANSWERS


@pytest.mark.parametrize(
    ("action", "fields", "seconds"),
    [
        ("ptz_start", {}, 10),
        ("ptz_start", {"timeout": 1}, 1),
        ("ptz_start", {"timeout": 60}, 60),
        ("ptz_move", {}, 0.7),
        ("ptz_move", {"duration": 0.1}, 0.1),
        ("ptz_move", {"duration": 60}, 60),
    ],
)
async def test_how_long_a_move_lasts(
    *,
    set_up: SetUp,
    sim: SimCamera,
    act: Act,
    clock: ManualClock,
    action: str,
    fields: dict[str, Any],
    seconds: float,
) -> None:
    await set_up(revision="query", options={"ptz_pulse": 0.7})
    move = asyncio.create_task(act(action, command="zoom_in", **fields))
    await until(lambda: sim.moving == 8)
    await asyncio.sleep(0.02)  # the answer arrives, from which the time counts
    await clock.advance(seconds - 0.05)
    assert sim.moving == 8
    await clock.advance(0.1)
    await until(lambda: sim.moving is None)
    await move
    assert arrived_moves(sim) == [(0, 8), (1, 8)]


@pytest.mark.parametrize("target", ["device_id", "area_id", "entity_id"])
async def test_targets(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    device_registry: dr.DeviceRegistry,
    area_registry: ar.AreaRegistry,
    target: str,
) -> None:
    entry = await set_up(SERIAL, OTHER)
    (device,) = (
        device
        for device in dr.async_entries_for_config_entry(device_registry, entry.entry_id)
        if device.serial_number == OTHER
    )
    area = area_registry.async_create("Yard")
    device_registry.async_update_device(device.id, area_id=area.id)
    everything = [OTHER, SERIAL] if target == "entity_id" else [OTHER]
    values = {"device_id": device.id, "area_id": area.id, "entity_id": "all"}
    answer = await hass.services.async_call(
        DOMAIN, "capture", {target: values[target]}, blocking=True, return_response=True
    )

    assert [
        serial for serial, sim in sorted(cloud.cameras.items(), reverse=True) if sim.photos
    ] == (everything)
    assert answer is not None
    assert len(answer) == len(everything)
