"""Who is said to be there: one camera, all of them, the platform."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
import logging

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sodalife.api import SodaError
from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.clock import ManualClock, until
from tests.integration.common import (
    OTHER,
    SERIAL,
    STEP,
    Act,
    FindEntity,
    PassTime,
    SetUp,
    both_revisions,
    count_arrived,
    state_of,
)

LOGGER = "custom_components.sodalife"
POLL = 60


async def test_a_camera_goes_offline_and_returns(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    sim: SimCamera,
    entity_id: FindEntity,
    states: Callable[[str], set[str]],
    pass_time: PassTime,
    act: Act,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = await set_up(SERIAL, OTHER, revision="query", options={"poll_interval": POLL})
    await pass_time(4)
    everything = states(SERIAL)
    assert {"camera camera", "zoom_in button", "speaker media_player"} <= everything
    assert state_of(hass, entity_id("binary_sensor", "online")) == "on"

    sim.online = False
    await pass_time(POLL + 2 * STEP)
    assert states(SERIAL) == {"online binary_sensor"}
    assert state_of(hass, entity_id("binary_sensor", "online")) == "off"
    assert states(OTHER) == everything
    assert state_of(hass, entity_id("binary_sensor", "online", OTHER)) == "on"
    await act("capture", OTHER)

    sim.online = True
    await pass_time(POLL + 2 * STEP)
    assert states(SERIAL) == everything
    assert state_of(hass, entity_id("binary_sensor", "online")) == "on"
    assert not [r for r in caplog.records if r.name == LOGGER and r.levelno >= logging.INFO]
    assert not entry.runtime_data.reachability.down


@both_revisions
async def test_the_photo_of_an_offline_camera_stays(
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    sim: SimCamera,
    states: Callable[[str], set[str]],
    press: Act,
) -> None:
    await set_up(revision=cloud.revision)
    await press("capture")
    sim.online = False
    with pytest.raises(HomeAssistantError) as failure:
        await press("capture")
    assert failure.value.translation_key == "device_offline"
    assert states(SERIAL) == {"online binary_sensor", "last_capture image"}


@pytest.mark.parametrize("revision", ["body"])
async def test_without_an_online_endpoint_an_offline_camera_is_probed_now_and_then(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    sim: SimCamera,
    cloud: Cloud,
    entity_id: FindEntity,
    pass_time: PassTime,
    press: Act,
) -> None:
    await set_up(revision="body", options={"poll_interval": POLL})
    assert state_of(hass, entity_id("binary_sensor", "online")) == "unknown"
    await press("capture")
    assert state_of(hass, entity_id("binary_sensor", "online")) == "on"
    await pass_time(10 * POLL)
    assert len(sim.calls) == 1, "a camera that is online is not asked whether it is"

    sim.online = False
    with pytest.raises(HomeAssistantError):
        await press("capture")
    assert state_of(hass, entity_id("binary_sensor", "online")) == "off"
    before = len(sim.calls)
    await pass_time(10 * POLL)
    probes = sim.calls[before:]
    assert {call.endpoint for call in probes} == {"liveurl"}
    assert 2 <= len(probes) <= 5

    sim.online = True
    await pass_time(4 * POLL)
    assert state_of(hass, entity_id("binary_sensor", "online")) == "on"
    assert cloud.violations == []


async def test_checks_are_no_more_than_asked_for(
    set_up: SetUp, cloud: Cloud, pass_time: PassTime
) -> None:
    await set_up(SERIAL, OTHER, revision="query", options={"poll_interval": POLL})
    await pass_time(10 * POLL)
    for sim in cloud.cameras.values():
        assert {call.endpoint for call in sim.calls} == {"onlinestatus"}
        assert 9 <= len(sim.calls) <= 11


async def test_a_camera_that_was_heard_of_just_now_is_not_checked(
    set_up: SetUp, sim: SimCamera, pass_time: PassTime, press: Act
) -> None:
    await set_up(revision="query", options={"poll_interval": POLL})
    for _ in range(15):
        await press("capture")
        await pass_time(POLL / 3)
    assert sim.photos == 15
    assert count_arrived(sim, "onlinestatus") <= 1


def gateway(cloud: Cloud) -> None:
    cloud.faults.add(Fault("html"))


def broken(cloud: Cloud) -> None:
    cloud.faults.add(Fault("reset_before"))


def in_trouble(cloud: Cloud) -> None:
    cloud.faults.add(Fault("code", code="TEMPORARILY_UNAVAILABLE", status=503))


@pytest.mark.parametrize("go_down", [gateway, broken, in_trouble])
async def test_the_platform_goes_down_and_returns(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    pass_time: PassTime,
    states: Callable[[str], set[str]],
    go_down: Callable[[Cloud], None],
    press: Act,
    act: Act,
    caplog: pytest.LogCaptureFixture,
    expected_log: list[str],
) -> None:
    expected_log.append(f"{LOGGER}: The SodaLife platform cannot be reached")
    entry = await set_up(SERIAL, OTHER, revision="query", options={"poll_interval": POLL})
    await pass_time(4)
    await press("capture")
    everything = states(SERIAL)
    log: list[logging.LogRecord] = []
    handler = logging.Handler(logging.INFO)
    handler.emit = log.append  # type: ignore[method-assign]
    logging.getLogger(LOGGER).addHandler(handler)

    go_down(cloud)
    await pass_time(3 * POLL)
    assert states(SERIAL) == {"last_capture image"}
    assert states(OTHER) == set()
    assert [record.levelno for record in log] == [logging.WARNING]
    with pytest.raises(HomeAssistantError) as failure:
        await act("capture", SERIAL)
    assert failure.value.translation_key == "cannot_connect"
    assert hass.config_entries.flow.async_progress() == []

    cloud.faults.clear()
    await pass_time(POLL)
    assert states(SERIAL) == everything
    assert states(OTHER) == everything
    assert [record.levelno for record in log] == [logging.WARNING, logging.INFO]
    await act("capture", SERIAL, OTHER)
    assert cloud.token_fetches == 1
    assert not entry.runtime_data.reachability.down
    logging.getLogger(LOGGER).removeHandler(handler)


async def test_one_hiccup_is_no_outage(
    set_up: SetUp,
    cloud: Cloud,
    pass_time: PassTime,
    states: Callable[[str], set[str]],
    press: Act,
) -> None:
    await set_up(revision="query")
    await pass_time(4)
    everything = states(SERIAL)
    cloud.faults.add(Fault("html", "capture", times=1))
    with pytest.raises(HomeAssistantError) as failure:
        await press("capture")
    assert failure.value.translation_key == "cannot_connect"
    assert states(SERIAL) == everything


@pytest.mark.parametrize(("before", "after"), [("query", "body"), ("body", "query")])
async def test_the_platform_changes_its_revision(
    *,
    set_up: SetUp,
    cloud: Cloud,
    before: str,
    after: str,
    act: Act,
    clock: ManualClock,
) -> None:
    cloud.revision = before
    entry = await set_up(revision=before)
    await act("capture")
    cloud.revision = after
    await act("capture")

    assert entry.data["revision"] == after
    assert cloud.token_fetches <= 2
    assert cloud.violations == []


async def test_an_entry_without_cameras_waits_for_some(
    hass: HomeAssistant, make_entry: Callable[..., MockConfigEntry], pass_time: PassTime
) -> None:
    entry = make_entry()
    for subentry_id in list(entry.subentries):
        hass.config_entries.async_remove_subentry(entry, subentry_id)
    await hass.config_entries.async_setup(entry.entry_id)
    await pass_time(2 * POLL)
    assert entry.runtime_data.cameras == {}


async def test_unknown_until_something_is_heard(
    hass: HomeAssistant, set_up: SetUp, clock: ManualClock, entity_id: FindEntity, sim: SimCamera
) -> None:
    await set_up(revision="query")
    assert state_of(hass, entity_id("binary_sensor", "online")) in ("unknown", "on")
    await clock.advance(2)
    await until(lambda: count_arrived(sim, "onlinestatus"))
    await until(lambda: state_of(hass, entity_id("binary_sensor", "online")) == "on")


async def test_a_shorter_poll_interval_counts_at_once(
    hass: HomeAssistant, set_up: SetUp, sim: SimCamera, clock: ManualClock
) -> None:
    entry = await set_up(options={"poll_interval": 3600}, revision="query")
    await clock.advance(60)
    asked = count_arrived(sim, "onlinestatus")
    hass.config_entries.async_update_entry(entry, options={**entry.options, "poll_interval": 10})
    await hass.async_block_till_done()
    for _ in range(12):
        await clock.advance(10)
        await asyncio.sleep(0.01)
    assert count_arrived(sim, "onlinestatus") > asked + 5


async def test_what_the_platform_was_not_asked_tells_nothing_of_it(
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    sim: SimCamera,
    cloud: Cloud,
    entity_id: FindEntity,
    expected_log: list[str],
) -> None:
    expected_log.append("custom_components.sodalife: The SodaLife platform cannot be reached")
    cloud.revision = "body"
    entry = await set_up(revision="body")
    (camera,) = entry.runtime_data.cameras.values()
    cloud.faults.add(Fault("html"))
    for _ in range(3):
        with pytest.raises(SodaError):
            await camera.snapshots.capture()
    assert state_of(hass, entity_id("camera")) == "unavailable"
    with pytest.raises(SodaError):
        await camera.live.get("flv")  # which this revision does not have
    assert state_of(hass, entity_id("camera")) == "unavailable"
    assert camera.device.calls_today == len(sim.calls) == 3


# --- what is believed


async def test_an_address_proves_nothing_where_one_can_ask(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    sim: SimCamera,
    entity_id: FindEntity,
    states: Callable[[str], set[str]],
    pass_time: PassTime,
) -> None:
    entry = await set_up(revision="query", options={"poll_interval": POLL})
    await pass_time(4)
    everything = states(SERIAL)
    sim.online = False
    await pass_time(POLL + 2 * STEP)
    assert state_of(hass, entity_id("binary_sensor", "online")) == "off"
    (camera,) = entry.runtime_data.cameras.values()
    sim.online = True  # so that there is an address, too
    for protocol in ("hls", "flv"):
        assert await camera.live.get(protocol)
    assert count_arrived(sim, "liveurl") == 2
    assert state_of(hass, entity_id("binary_sensor", "online")) == "off"
    assert states(SERIAL) == {"online binary_sensor"}
    await pass_time(POLL + 2 * STEP)
    assert states(SERIAL) == everything


async def test_a_missing_endpoint_is_learned(
    *,
    set_up: SetUp,
    cloud: Cloud,
    act: Act,
    pass_time: PassTime,
    clock: ManualClock,
) -> None:
    cloud.faults.add(Fault("code", "onlinestatus", code="NOT_FOUND"))
    entry = await set_up(SERIAL, OTHER, revision="query", options={"poll_interval": POLL})
    await act("capture", SERIAL, OTHER)

    def asked(endpoint: str) -> int:
        return sum(count_arrived(sim, endpoint) for sim in cloud.cameras.values())

    await pass_time(10 * POLL)
    assert asked("onlinestatus") == 1
    assert asked("liveurl") <= 1
    assert entry.data["revision"] == "query"
    before = asked("onlinestatus"), asked("liveurl")
    await clock.advance(5 * 3600)
    await pass_time(2 * POLL)
    assert (asked("onlinestatus"), asked("liveurl")) == before
    await clock.advance(3600)
    await pass_time(5 * POLL)
    assert asked("onlinestatus") == 2, "it may have come meanwhile"
    cloud.faults.clear()
    await clock.advance(6 * 3600)
    await pass_time(5 * POLL)
    assert asked("onlinestatus") >= 7, "and now it has"


PROBES = {
    "offline": (None, 120),
    "20008": (Fault("code", "liveurl", code="20008"), 120),
    "49999": (Fault("code", "liveurl", code="49999"), 120),
    "a gateway's page": (Fault("html", "liveurl"), 120),
    "a broken connection": (Fault("reset_before", "liveurl"), 120),
    "too many viewers": (Fault("code", "liveurl", code="9048"), 300),
}


@pytest.mark.parametrize(("fault", "gap"), PROBES.values(), ids=PROBES.keys())
@pytest.mark.parametrize(("poll_interval", "cameras"), [(10, 1), (60, 2)])
@pytest.mark.parametrize("revision", ["body"])
async def test_whatever_a_probe_ends_with_the_next_one_waits(
    *,
    set_up: SetUp,
    cloud: Cloud,
    sim: SimCamera,
    pass_time: PassTime,
    press: Act,
    fault: Fault | None,
    gap: float,
    poll_interval: int,
    cameras: int,
    expected_log: list[str],
) -> None:
    expected_log.append(f"{LOGGER}: The SodaLife platform cannot be reached")
    options = {"poll_interval": poll_interval}
    await set_up(*(SERIAL, OTHER)[:cameras], revision="body", options=options)
    sim.online = False
    with pytest.raises(HomeAssistantError):
        await press("capture")
    sim.calls.clear()
    if fault is not None:
        cloud.faults.add(fault)
    await pass_time(3600)
    assert {call.endpoint for call in sim.calls} == {"liveurl"}
    assert 3600 / gap / 2 - 1 <= len(sim.calls) <= 3600 / gap + 1
