"""Repair issues: each says what only the user can mend, and goes when it is mended."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, issue_registry as ir
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


def issue(hass: HomeAssistant, key: str) -> ir.IssueEntry | None:
    """Return the issue of ours with this translation key, if it is open."""
    issues = ir.async_get(hass).issues.values()
    return next((one for one in issues if (one.domain, one.translation_key) == (DOMAIN, key)), None)


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
    found = issue(hass, key)
    assert found is not None
    assert found.is_fixable is fixable
    assert found.translation_key == key
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["camera"] == "Camera 1"
    if key == "capture_quota":  # closed until midnight in Shanghai, 16 hours from 08:00
        await clock.advance(17 * 3600)
    name, fields = ACTS[endpoint]
    await clock.drive(act(name, **fields))
    assert issue(hass, key) is None


async def test_the_quota_issue_goes_at_midnight_by_itself(
    hass: HomeAssistant, cloud: Cloud, set_up: SetUp, act: Act, clock: ManualClock
) -> None:
    await set_up()
    cloud.faults.add(Fault("code", "capture", code="10028"))
    assert await fail(act, "capture") == "capture_quota"
    calls = len(cloud.cameras[SERIAL].calls)
    assert await fail(act, "capture") == "capture_quota"
    assert len(cloud.cameras[SERIAL].calls) == calls, "asked again though the day is closed"
    assert issue(hass, "capture_quota")
    await clock.advance(15 * 3600)
    assert issue(hass, "capture_quota")
    await clock.advance(2 * 3600)
    assert issue(hass, "capture_quota") is None


async def test_a_standing_issue_is_looked_at_again(
    hass: HomeAssistant, sim: SimCamera, set_up: SetUp, act: Act, clock: ManualClock
) -> None:
    await set_up()
    sim.encrypted = True
    assert await fail(act, "liveurl") == "video_encrypted"
    sim.encrypted = False
    for _ in range(40):
        await clock.advance(60)
    await until(lambda: issue(hass, "video_encrypted") is None)


async def test_an_unloaded_entry_has_no_issues(
    hass: HomeAssistant, sim: SimCamera, set_up: SetUp, act: Act
) -> None:
    entry = await set_up()
    sim.encrypted = True
    await fail(act, "liveurl")
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert issue(hass, "video_encrypted") is None


async def test_a_frozen_application(
    hass: HomeAssistant, cloud: Cloud, set_up: SetUp, act: Act
) -> None:
    await set_up()
    cloud.frozen = True
    assert await fail(act, "capture") == "application_frozen"
    assert issue(hass, "application_frozen")
    assert not hass.config_entries.flow.async_progress(), "no new secret helps here"
    cloud.frozen = False
    await act("capture")
    assert issue(hass, "application_frozen") is None


async def test_a_rival_for_the_token(
    hass: HomeAssistant, cloud: Cloud, set_up: SetUp, act: Act, clock: ManualClock
) -> None:
    await set_up()
    key = "token_contention"
    await act("capture")
    cloud.rival()
    await act("capture")
    assert issue(hass, key) is None, "once can be anybody's test"
    await clock.advance(60)
    cloud.rival()
    await act("capture")
    assert issue(hass, key)
    fetched = cloud.token_fetches
    cloud.rival()  # right after our fetch: now there is a pause
    assert await fail(act, "capture") == "token_paused"
    assert cloud.token_fetches == fetched
    await clock.advance(120)
    await act("capture")
    assert not hass.config_entries.flow.async_progress()
    await clock.advance(3700)
    await act("capture")
    assert issue(hass, key) is None


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
    found = issue(hass, "video_encrypted")
    assert found is not None
    response = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": found.issue_id}
    )
    assert response.status == HTTPStatus.OK
    flow = await response.json()
    assert flow["step_id"] == "confirm"
    assert flow["description_placeholders"]["camera"] == "Camera 1"
    response = await client.post(f"/api/repairs/issues/fix/{flow['flow_id']}", json={})
    result = await response.json()
    if mended:
        assert result["type"] == "create_entry"
        assert issue(hass, "video_encrypted") is None
    else:
        assert result["type"] == "abort"
        assert result["reason"] == "still_there"
        assert issue(hass, "video_encrypted")


async def test_an_issue_says_the_new_name(
    hass: HomeAssistant, sim: SimCamera, set_up: SetUp, act: Act
) -> None:
    entry = await set_up()
    sim.encrypted = True
    assert await fail(act, "liveurl") == "video_encrypted"
    subentry = next(iter(entry.subentries.values()))
    hass.config_entries.async_update_subentry(entry, subentry, title="Gate")
    await hass.async_block_till_done()
    found = issue(hass, "video_encrypted")
    assert found is not None
    assert (found.translation_placeholders or {})["camera"] == "Gate"


async def test_an_issue_says_the_name_that_the_user_gave_the_device(
    hass: HomeAssistant, sim: SimCamera, set_up: SetUp, act: Act
) -> None:
    entry = await set_up()
    devices = dr.async_get(hass)

    def rename(name: str | None) -> None:
        (device,) = dr.async_entries_for_config_entry(devices, entry.entry_id)
        devices.async_update_device(device.id, name_by_user=name)

    def told() -> str:
        found = issue(hass, "video_encrypted")
        assert found is not None
        return (found.translation_placeholders or {})["camera"]

    rename("Gate")
    sim.encrypted = True
    assert await fail(act, "liveurl") == "video_encrypted"
    assert told() == "Gate"
    rename("Door")
    await hass.async_block_till_done()
    assert told() == "Door"
    rename(None)
    await hass.async_block_till_done()
    assert told() == next(iter(entry.subentries.values())).title
