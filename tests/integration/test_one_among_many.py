"""One camera's trouble is nobody else's, and nothing is asked for nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
import logging
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sodalife.api import SodaError
from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.clock import ManualClock, until
from tests.integration.common import (
    DOMAIN,
    OTHER,
    SERIAL,
    Act,
    FindEntity,
    PassTime,
    SetUp,
    both_revisions,
    count_arrived,
    state_of,
)
from tests.integration.sounds import wav

LOGGER = "custom_components.sodalife"
POLL = 60
TROUBLE = {
    "504": {"kind": "html", "status": 504},
    "EXTERNAL_SERVER_ERROR": {"kind": "code", "code": "EXTERNAL_SERVER_ERROR"},
    "broken connection": {"kind": "reset_before"},
}

type States = Callable[[str], set[str]]


class History:
    """Keeps what a camera's entities went through."""

    def __init__(self, hass: HomeAssistant, registry: er.EntityRegistry) -> None:
        self.unavailable: dict[str, int] = {}  # how often, by serial
        self._registry = registry
        hass.bus.async_listen("state_changed", self.note)

    @callback
    def note(self, event: Event[EventStateChangedData]) -> None:
        entity = self._registry.async_get(event.data["entity_id"])
        new = event.data["new_state"]
        if entity is not None and new is not None and new.state == "unavailable":
            serial = entity.unique_id.partition("_")[0]
            self.unavailable[serial] = self.unavailable.get(serial, 0) + 1


@pytest.fixture
def history(hass: HomeAssistant, entity_registry: er.EntityRegistry) -> History:
    return History(hass, entity_registry)


@pytest.fixture
def log() -> Iterator[list[logging.LogRecord]]:
    """Keep what the integration tells users."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.INFO)
    handler.emit = records.append  # type: ignore[method-assign]
    logging.getLogger(LOGGER).addHandler(handler)
    yield records
    logging.getLogger(LOGGER).removeHandler(handler)


async def fail(act: Act, action: str = "capture", **fields: Any) -> str | None:
    with pytest.raises(HomeAssistantError) as failure:
        await act(action, **fields)
    return failure.value.translation_key


def device_of(registry: dr.DeviceRegistry, entry: MockConfigEntry, serial: str) -> dr.DeviceEntry:
    devices = dr.async_entries_for_config_entry(registry, entry.entry_id)
    return next(device for device in devices if (DOMAIN, serial) in device.identifiers)


# --- failures of one


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE.keys())
@both_revisions
async def test_three_failures_of_one_camera(
    *,
    set_up: SetUp,
    cloud: Cloud,
    act: Act,
    states: States,
    history: History,
    log: list[logging.LogRecord],
    pass_time: PassTime,
    trouble: dict[str, Any],
) -> None:
    await set_up(SERIAL, OTHER, revision=cloud.revision, options={"poll_interval": POLL})
    await act("capture", SERIAL, OTHER)
    everything = states(SERIAL)
    cloud.faults.add(Fault(serial=SERIAL, **trouble))
    for _ in range(3):
        assert states(SERIAL) == everything
        await fail(act)
    assert states(SERIAL) == {"last_capture image"}
    assert states(OTHER) == everything
    await act("capture", OTHER)
    await pass_time(POLL)

    cloud.faults.clear()
    await pass_time(3 * POLL)
    assert states(SERIAL) == states(OTHER) == everything
    assert OTHER not in history.unavailable
    assert log == []


@both_revisions
async def test_an_answer_in_between(
    set_up: SetUp, cloud: Cloud, act: Act, states: States, clock: ManualClock
) -> None:
    await set_up(SERIAL, OTHER, revision=cloud.revision)
    await act("capture")
    everything = states(SERIAL)
    for _ in range(3):
        cloud.faults.add(Fault("html", "capture", times=2))
        await fail(act)
        await fail(act)
        await act("capture")
    assert states(SERIAL) == everything


async def test_all_of_one_camera_fails(
    *,
    set_up: SetUp,
    cloud: Cloud,
    states: States,
    history: History,
    log: list[logging.LogRecord],
    pass_time: PassTime,
) -> None:
    cloud.faults.add(Fault("code", serial=SERIAL, code="EXTERNAL_SERVER_ERROR"))
    await set_up(SERIAL, OTHER, revision="query")
    for _ in range(25):
        await pass_time(4)
        assert "camera camera" in states(OTHER)
    assert states(SERIAL) == set()
    assert OTHER not in history.unavailable
    assert log == []
    assert count_arrived(cloud.cameras[OTHER], "onlinestatus") <= 5


async def test_a_sound_too_large_for_a_proxy(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    act: Act,
    states: States,
    tmp_path: Any,
    clock: ManualClock,
) -> None:
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    (tmp_path / "long.wav").write_bytes(wav(0.5))
    await set_up(SERIAL, revision="query")
    everything = states(SERIAL)
    cloud.faults.add(Fault("html", "sendvoice", status=413))
    for _ in range(4):
        assert await fail(act, "send_voice", file=str(tmp_path / "long.wav")) == "voice_too_large"
    assert states(SERIAL) == everything


# --- the token that one of them is refused with


@both_revisions
async def test_one_camera_is_refused_with_a_good_token(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    act: Act,
    clock: ManualClock,
    states: States,
    history: History,
) -> None:
    await set_up(SERIAL, OTHER, revision=cloud.revision)
    await act("capture", SERIAL, OTHER)
    cloud.faults.add(Fault("code", serial=SERIAL, code="10002"))
    for minute in range(120):
        assert await fail(act) in ("token_rejected", "token_paused")
        await act("capture", OTHER)
        await clock.advance(60)
        assert not ir.async_get(hass).issues, f"after {minute} minutes"
    assert cloud.token_fetches <= 5, "two are due in two hours; some, to be sure"
    assert OTHER not in history.unavailable
    assert hass.config_entries.flow.async_progress() == []
    cloud.faults.clear()
    await act("capture", SERIAL, OTHER)


# --- the round of checks


def remove(hass: HomeAssistant, entry: MockConfigEntry, serial: str) -> ConfigSubentry:
    subentry = next(sub for sub in entry.subentries.values() if sub.unique_id == serial)
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    return subentry


async def test_removed_while_a_round_of_checks_is_under_way(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, pass_time: PassTime
) -> None:
    serials = [SERIAL, OTHER, "TEST0003", "TEST0004"]
    for serial in serials[2:]:
        cloud.add_camera(serial)
    entry = await set_up(*serials, revision="query", options={"poll_interval": POLL})
    await pass_time(POLL)
    for serial in (OTHER, "TEST0003"):  # not the first, so that its turn is to come
        remove(hass, entry, serial)
        await hass.async_block_till_done()
        sims = [cloud.cameras[serial] for serial in (SERIAL, "TEST0004")]
        before = [len(sim.calls) for sim in sims]
        gone = len(cloud.cameras[serial].calls)
        await pass_time(5 * POLL)
        for sim, count in zip(sims, before, strict=True):
            assert 4 <= len(sim.calls) - count <= 6
        assert len(cloud.cameras[serial].calls) == gone


async def test_a_check_that_raises(
    *,
    set_up: SetUp,
    cloud: Cloud,
    pass_time: PassTime,
    monkeypatch: pytest.MonkeyPatch,
    expected_log: list[str],
) -> None:
    expected_log.append(f"{LOGGER}: Online check of TEST0001")
    entry = await set_up(SERIAL, OTHER, revision="query", options={"poll_interval": POLL})

    async def broken() -> bool:
        raise RuntimeError("a bug of ours")

    camera = next(cam for cam in entry.runtime_data.cameras.values() if cam.serial == SERIAL)
    monkeypatch.setattr(camera, "check_online", broken)
    await pass_time(5 * POLL)
    assert count_arrived(cloud.cameras[OTHER], "onlinestatus") >= 4


async def test_what_follows_a_check_raises(
    *,
    set_up: SetUp,
    cloud: Cloud,
    pass_time: PassTime,
    monkeypatch: pytest.MonkeyPatch,
    expected_log: list[str],
) -> None:
    expected_log.append(f"{LOGGER}: What follows a check of TEST0001")
    entry = await set_up(SERIAL, OTHER, revision="query", options={"poll_interval": POLL})
    issues = entry.runtime_data.issues
    monkeypatch.delitem(issues._subentries, SERIAL)
    await pass_time(5 * POLL)
    for serial in (SERIAL, OTHER):
        assert count_arrived(cloud.cameras[serial], "onlinestatus") >= 4
    issues._subentries[SERIAL] = next(iter(entry.subentries))


@both_revisions
async def test_removed_and_added_again(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, act: Act, states: States, clock: ManualClock
) -> None:
    entry = await set_up(SERIAL, OTHER, revision=cloud.revision)
    everything = states(SERIAL)
    cloud.faults.add(Fault("html", serial=SERIAL))
    for _ in range(3):
        await fail(act)
    assert states(SERIAL) == set()
    cloud.faults.clear()
    removed = remove(hass, entry, SERIAL)
    again = ConfigSubentry(
        data=MappingProxyType({"device_serial": SERIAL}),
        subentry_type="camera",
        title="Gate",
        unique_id=SERIAL,
    )
    hass.config_entries.async_add_subentry(entry, again)
    await hass.async_block_till_done()

    assert removed.subentry_id not in entry.runtime_data.cameras
    assert states(SERIAL) == everything
    await act("capture")
    cloud.faults.add(Fault("code", "capture", code="20002", times=1))
    assert await fail(act) == "device_not_found"
    (issue,) = ir.async_get(hass).issues.values()
    assert (issue.translation_placeholders or {})["camera"] == "Gate"
    cloud.faults.add(Fault("html", serial=SERIAL))
    for _ in range(3):
        await fail(act)
    assert states(SERIAL) <= {"last_capture image"}, "its failures count"
    assert states(OTHER) == everything


# --- hundreds of states


@pytest.fixture
async def turns(hass: HomeAssistant) -> Iterator[list[int]]:
    """Count the turns of the event loop."""
    turns = [0]

    async def count() -> None:
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(count())
    yield turns
    task.cancel()


async def test_states_are_written_in_slices(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    entity_registry: er.EntityRegistry,
    turns: list[int],
    expected_log: list[str],
) -> None:
    """How long that holds the event loop is measured by script/bench."""
    expected_log.append(f"{LOGGER}: The SodaLife platform cannot be reached")
    serials = [f"MANY{number:04}" for number in range(40)]
    for serial in serials:
        cloud.add_camera(serial)
    entry = await set_up(*serials, revision="query")
    cameras = list(entry.runtime_data.cameras.values())
    slices: dict[int, set[str]] = {}

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        entity = entity_registry.async_get(event.data["entity_id"])
        assert entity is not None
        slices.setdefault(turns[0], set()).add(entity.unique_id.partition("_")[0])

    hass.bus.async_listen("state_changed", note)
    cloud.faults.add(Fault("html"))
    for camera in (*cameras[:2] * 3, cameras[2]):
        with pytest.raises(SodaError):
            await camera.check_online()
    for down in (True, False):
        if not down:
            cloud.faults.clear()
            slices.clear()
            await cameras[3].check_online()
        assert entry.runtime_data.reachability.down is down
        await until(lambda: len(set().union(*slices.values())) == len(serials))
        most = max(len(concerned) for concerned in slices.values())
        assert most <= 2, "one in its turn, and the one that was just heard of"
        wanted = "unavailable" if down else "idle"
        await until(
            lambda wanted=wanted: all(
                state_of(hass, entity) == wanted
                for entity in hass.states.async_entity_ids("camera")
            )
        )


# --- what nobody sees


async def test_a_disabled_device_is_not_asked(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    sim: SimCamera,
    act: Act,
    pass_time: PassTime,
    device_registry: dr.DeviceRegistry,
    expected_log: list[str],
) -> None:
    expected_log.append(f"{LOGGER}: The SodaLife platform cannot be reached")
    entry = await set_up(SERIAL, OTHER, revision="query", options={"poll_interval": POLL})
    sim.encrypted = True
    await fail(act, "get_live_url", answers=True)  # which would be tried again now and then
    await pass_time(2 * POLL)
    device = device_of(device_registry, entry, SERIAL)
    device_registry.async_update_device(device.id, disabled_by=dr.DeviceEntryDisabler.USER)
    await hass.async_block_till_done()
    calls, others = len(sim.calls), len(cloud.cameras[OTHER].calls)
    await pass_time(20 * POLL)
    cloud.faults.add(Fault("html", serial=OTHER))  # and no other one can be asked about that
    await pass_time(POLL)
    assert len(sim.calls) == calls
    assert len(cloud.cameras[OTHER].calls) > others + 15

    cloud.faults.clear()
    device_registry.async_update_device(device.id, disabled_by=None)
    await pass_time(2 * POLL)
    assert len(sim.calls) > calls
    assert entry.state is ConfigEntryState.LOADED


async def test_a_device_that_was_disabled_before_the_start(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    sim: SimCamera,
    pass_time: PassTime,
    device_registry: dr.DeviceRegistry,
    expected_log: list[str],
) -> None:
    expected_log.append(f"{LOGGER}: The SodaLife platform cannot be reached")
    entry = await set_up(SERIAL, OTHER, revision="query", options={"poll_interval": POLL})
    device = device_of(device_registry, entry, SERIAL)
    device_registry.async_update_device(device.id, disabled_by=dr.DeviceEntryDisabler.USER)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    calls = len(sim.calls)
    await pass_time(5 * POLL)
    assert len(sim.calls) == calls
    cloud.faults.add(Fault("html"))
    await pass_time(2 * POLL)
    assert entry.runtime_data.reachability.down, "the other one is the only one that counts"


async def test_an_interval_of_nothing_asks_nothing(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    cloud: Cloud,
    sim: SimCamera,
    act: Act,
    states: States,
    pass_time: PassTime,
    entity_id: FindEntity,
    expected_log: list[str],
) -> None:
    expected_log.append(f"{LOGGER}: The SodaLife platform cannot be reached")
    entry = await set_up(SERIAL, revision="query", options={"poll_interval": 0})
    everything = states(SERIAL)
    await pass_time(10 * POLL)
    assert sim.calls == []
    cloud.faults.add(Fault("html"))
    for _ in range(4):
        assert await fail(act) == "cannot_connect"
    await pass_time(10 * POLL)
    assert len(sim.calls) == 4
    assert states(SERIAL) == everything, "else nobody could find out that it is back"
    cloud.faults.clear()
    sim.online = False
    assert await fail(act) == "device_offline"
    assert await fail(act) == "device_offline"
    assert len(sim.calls) == 6
    assert state_of(hass, entity_id("binary_sensor", "online")) == "off"
    sim.online = True
    await act("capture")
    assert state_of(hass, entity_id("binary_sensor", "online")) == "on"

    hass.config_entries.async_update_entry(entry, options={**entry.options, "poll_interval": 10})
    await hass.async_block_till_done()
    await pass_time(POLL)
    assert count_arrived(sim, "onlinestatus") >= 2
