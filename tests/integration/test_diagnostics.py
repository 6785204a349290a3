"""Diagnostics, system health and the two sensors: what is said of the inside, and what is not."""

from __future__ import annotations

from http import HTTPStatus
import json
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.sodalife.api.codes import KEYS
from simulator import Cloud, Fault
from tests.integration.common import DOMAIN, SERIAL, Act, FindEntity, SetUp, state_of

CLIENT_SECRET = "demo-secret"


async def trouble(cloud: Cloud, act: Act) -> None:
    """Use a camera, with one failure on the way."""
    await act("capture")
    await act("get_live_url", answers=True)
    cloud.cameras[SERIAL].encrypted = True  # which is an issue
    cloud.cameras[SERIAL].kill_live()
    with pytest.raises(HomeAssistantError):
        await act("get_live_url", answers=True, protocol="flv")
    cloud.faults.add(Fault("code", "capture", code="60017", times=1))
    with pytest.raises(HomeAssistantError):
        await act("capture")


async def get(client: Any, path: str) -> dict[str, Any]:
    response = await client.get(path)
    assert response.status == HTTPStatus.OK
    payload: dict[str, Any] = await response.json()
    return payload


async def test_diagnostics(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    cloud: Cloud,
    set_up: SetUp,
    act: Act,
) -> None:
    assert await async_setup_component(hass, "diagnostics", {})
    entry = await set_up()
    await trouble(cloud, act)
    client = await hass_client()
    device = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)[0]
    base = f"/api/diagnostics/config_entry/{entry.entry_id}"
    payloads = [await get(client, base), await get(client, f"{base}/device/{device.id}")]
    whole, one = (payload["data"] for payload in payloads)

    assert whole["platform"]["reachable"] is True
    assert whole["platform"]["revision"] == "query"
    assert whole["platform"]["token"]["fetched"] == 1
    capture = whole["platform"]["endpoints"]["capture"]
    assert capture["calls"] == 2
    assert capture["errors"] == 1
    assert capture["last_error"] == "60017"
    assert 0 < capture["mean_seconds"] <= capture["slowest"] < 5
    assert one["camera"] == whole["cameras"][0]
    assert one["camera"]["last_failure"]["error"] == "capture_failed"
    assert one["camera"]["calls_today"] == 4
    live = {"option": "auto", "protocol": "hls", "reason": "no_webrtc", "fallback": None}
    assert one["camera"]["live"] == live

    text = json.dumps(payloads)  # newer versions add the open issues
    for secret in (CLIENT_SECRET, "demo-client", SERIAL, str(cloud.desk._token), "pic?", "expire="):
        assert secret not in text


async def test_system_health(hass: HomeAssistant, set_up: SetUp, act: Act, cloud: Cloud) -> None:
    assert await async_setup_component(hass, "system_health", {})
    await set_up()
    await act("capture")
    info = await get_system_health_info(hass, DOMAIN)
    reachable = info.pop("can_reach_host")
    assert (await reachable if not isinstance(reachable, str) else reachable) == "ok"
    assert info["revision"] == "query"
    assert info["cameras_online"] == "1/1"
    assert info["token_age"].endswith(" s")


async def test_the_last_error(
    hass: HomeAssistant, cloud: Cloud, set_up: SetUp, act: Act, entity_id: FindEntity
) -> None:
    await set_up()
    sensor = entity_id("sensor", "last_error")
    assert state_of(hass, sensor) == "unknown"
    await trouble(cloud, act)
    state = hass.states.get(sensor)
    assert state is not None
    assert state.state == "capture_failed"
    assert state.attributes["code"] == "60017"
    assert state.attributes["endpoint"] == "capture"
    assert state.attributes["options"] == list(KEYS)


async def test_calls_today_is_there_for_who_wants_it(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    set_up: SetUp,
    act: Act,
    entity_id: FindEntity,
) -> None:
    entry = await set_up()
    sensor = entity_id("sensor", "calls_today")
    assert hass.states.get(sensor) is None
    entity_registry.async_update_entity(sensor, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await act("capture")
    assert await async_setup_component(hass, "homeassistant", {})
    await hass.services.async_call(
        "homeassistant", "update_entity", {"entity_id": sensor}, blocking=True
    )
    assert state_of(hass, sensor) == "1"
