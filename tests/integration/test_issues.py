"""Repair issues: each says what only the user can mend, and goes when it is mended."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.clock import ManualClock, until
from tests.integration.common import DOMAIN, SERIAL, Act, SetUp

ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "capture": ("capture", {}),
    "liveurl": ("get_live_url", {"answers": True}),
    "controlling": ("ptz_move", {"command": "zoom_in", "duration": 0.1}),
}
CAMERA_ISSUES = [
    ("capture", "10028", "capture_quota", False),
    ("liveurl", "60019", "video_encrypted", True),
    ("capture", "10051", "device_not_permitted", True),
    ("controlling", "20018", "device_not_permitted", True),
    ("controlling", "20002", "device_not_found", True),
]


def issue(hass: HomeAssistant, issue_id: str) -> ir.IssueEntry | None:
    """Return an issue of ours, if it is open."""
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


async def fail(act: Act, endpoint: str) -> str | None:
    """Act, and return the translation key of the error."""
    name, fields = ACTS[endpoint]
    with pytest.raises(HomeAssistantError) as failure:
        await act(name, **fields)
    return failure.value.translation_key


@pytest.mark.parametrize(("endpoint", "code", "key", "fixable"), CAMERA_ISSUES)
async def test_an_issue_comes_and_goes(
    hass: HomeAssistant,
    cloud: Cloud,
    set_up: SetUp,
    act: Act,
    clock: ManualClock,
    endpoint: str,
    code: str,
    key: str,
    fixable: bool,
) -> None:
    await set_up()
    cloud.faults.add(Fault("code", endpoint, code=code, times=1))
    assert await fail(act, endpoint) == key
    found = issue(hass, f"{key}_{SERIAL}")
    assert found is not None
    assert found.is_fixable is fixable
    assert found.translation_key == key
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["camera"] == "Camera 1"
    if key == "capture_quota":  # closed until midnight in Shanghai, 16 hours from 08:00
        await clock.advance(17 * 3600)
    name, fields = ACTS[endpoint]
    await clock.drive(act(name, **fields))
    assert issue(hass, f"{key}_{SERIAL}") is None


async def test_the_quota_issue_goes_at_midnight_by_itself(
    hass: HomeAssistant, cloud: Cloud, set_up: SetUp, act: Act, clock: ManualClock
) -> None:
    await set_up()
    cloud.faults.add(Fault("code", "capture", code="10028"))
    assert await fail(act, "capture") == "capture_quota"
    calls = len(cloud.cameras[SERIAL].calls)
    assert await fail(act, "capture") == "capture_quota"
    assert len(cloud.cameras[SERIAL].calls) == calls, "asked again though the day is closed"
    assert issue(hass, f"capture_quota_{SERIAL}")
    await clock.advance(15 * 3600)
    assert issue(hass, f"capture_quota_{SERIAL}")
    await clock.advance(2 * 3600)
    assert issue(hass, f"capture_quota_{SERIAL}") is None


async def test_a_standing_issue_is_looked_at_again(
    hass: HomeAssistant, sim: SimCamera, set_up: SetUp, act: Act, clock: ManualClock
) -> None:
    await set_up()
    sim.encrypted = True
    assert await fail(act, "liveurl") == "video_encrypted"
    sim.encrypted = False
    for _ in range(40):
        await clock.advance(60)
    await until(lambda: issue(hass, f"video_encrypted_{SERIAL}") is None)


async def test_an_unloaded_entry_has_no_issues(
    hass: HomeAssistant, sim: SimCamera, set_up: SetUp, act: Act
) -> None:
    entry = await set_up()
    sim.encrypted = True
    await fail(act, "liveurl")
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert issue(hass, f"video_encrypted_{SERIAL}") is None


async def test_a_frozen_application(
    hass: HomeAssistant, cloud: Cloud, set_up: SetUp, act: Act
) -> None:
    entry = await set_up()
    cloud.frozen = True
    assert await fail(act, "capture") == "application_frozen"
    assert issue(hass, f"application_frozen_{entry.entry_id}")
    assert not hass.config_entries.flow.async_progress(), "no new secret helps here"
    cloud.frozen = False
    await act("capture")
    assert issue(hass, f"application_frozen_{entry.entry_id}") is None


async def test_a_rival_for_the_token(
    hass: HomeAssistant, cloud: Cloud, set_up: SetUp, act: Act, clock: ManualClock
) -> None:
    entry = await set_up()
    issue_id = f"token_contention_{entry.entry_id}"
    await act("capture")
    cloud.rival()
    await act("capture")
    assert issue(hass, issue_id) is None, "once can be anybody's test"
    await clock.advance(60)
    cloud.rival()
    await act("capture")
    assert issue(hass, issue_id)
    fetched = cloud.token_fetches
    cloud.rival()  # right after our fetch: now there is a pause
    assert await fail(act, "capture") == "token_paused"
    assert cloud.token_fetches == fetched
    await clock.advance(120)
    await act("capture")
    assert not hass.config_entries.flow.async_progress()
    await clock.advance(3700)
    await act("capture")
    assert issue(hass, issue_id) is None


@pytest.mark.parametrize("mended", [True, False])
async def test_the_fix_flow_looks_again(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    sim: SimCamera,
    set_up: SetUp,
    act: Act,
    mended: bool,
) -> None:
    assert await async_setup_component(hass, "repairs", {})
    await set_up()
    sim.encrypted = True
    await fail(act, "liveurl")
    sim.encrypted = not mended
    client = await hass_client()
    issue_id = f"video_encrypted_{SERIAL}"
    response = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue_id}
    )
    assert response.status == HTTPStatus.OK
    flow = await response.json()
    assert flow["step_id"] == "confirm"
    assert flow["description_placeholders"]["camera"] == "Camera 1"
    response = await client.post(f"/api/repairs/issues/fix/{flow['flow_id']}", json={})
    result = await response.json()
    if mended:
        assert result["type"] == "create_entry"
        assert issue(hass, issue_id) is None
    else:
        assert result["type"] == "abort"
        assert result["reason"] == "still_there"
        assert issue(hass, issue_id)
