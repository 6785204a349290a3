"""What may be moving is written down: a crash of Home Assistant must leave no motor running."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
import json
from pathlib import Path
import threading
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Cloud, Fault
from simulator.camera import SimCamera
from tests.clock import ManualClock, until
from tests.integration.common import (
    OTHER,
    SERIAL,
    STRANGER,
    Act,
    SetUp,
    arrived_moves,
    both_revisions,
    count_arrived,
)

ZOOM_IN, LEFT, HOME = 8, 2, 99
LONG_AGO = 3600.0

type Record = Callable[[MockConfigEntry], Path]


@pytest.fixture
def record(hass: HomeAssistant) -> Record:
    """Say where the moves of an entry are written down."""
    return lambda entry: Path(hass.config.path(".storage", f"sodalife.moves.{entry.entry_id}"))


def moves(path: Path) -> dict[str, int]:
    """Return what is written down: commands by serial."""
    stored = json.loads(path.read_text())["moves"] if path.exists() else {}
    return {serial: move["command"] for serial, move in stored.items()}


def write(path: Path, written_at: float, **commands: int) -> None:
    """Write down what an earlier run would have."""
    stored = {
        serial: {"command": command, "written_at": written_at}
        for serial, command in commands.items()
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"version": 1, "moves": stored}))


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


# --- what is written


async def test_a_move_is_written_down_until_it_is_stopped(
    set_up: SetUp, act: Act, sim: SimCamera, record: Record, clock: ManualClock
) -> None:
    path = record(await set_up(SERIAL, OTHER))
    assert moves(path) == {}
    await act("ptz_start", command="zoom_in", timeout=60)
    assert moves(path) == {SERIAL: ZOOM_IN}
    assert path.stat().st_mode & 0o777 == 0o600
    await act("ptz_start", OTHER, command="left", timeout=60)
    assert moves(path) == {SERIAL: ZOOM_IN, OTHER: LEFT}
    await act("ptz_stop")
    await until(lambda: moves(path) == {OTHER: LEFT})
    await act("ptz_start", OTHER, command="up", timeout=60)
    assert moves(path) == {OTHER: 0}
    await clock.advance(60)
    await until(lambda: moves(path) == {})
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name], "no scraps"


async def test_it_is_written_before_the_start_goes_out(
    *,
    set_up: SetUp,
    act: Act,
    sim: SimCamera,
    record: Record,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However slow the disk: the clock, and with it a start's patience, stands still."""
    path = record(await set_up())
    seen: list[dict[str, int]] = []
    control = sim.control

    def look(action: int, command: int) -> None:
        seen.append(moves(path))
        control(action, command)

    monkeypatch.setattr(sim, "control", look)
    await act("ptz_start", command="zoom_in", timeout=60)
    await act("ptz_stop")
    assert seen == [{SERIAL: ZOOM_IN}] * 2
    await until(lambda: moves(path) == {})


async def test_each_change_replaces_the_whole_file(
    set_up: SetUp, act: Act, record: Record, clock: ManualClock
) -> None:
    """Whoever reads it at any moment, or after a power cut, finds a whole one."""
    path = record(await set_up())
    await act("ptz_start", command="zoom_in", timeout=60)
    with path.open() as reader:
        number = path.stat().st_ino
        await act("ptz_stop")
        await until(lambda: moves(path) == {})
        assert json.loads(reader.read())["moves"], "what was there is untouched"
        assert path.stat().st_ino != number


@pytest.mark.parametrize(
    ("fault", "written"),
    [
        (Fault("code", "controlling", code="60000", times=1), False),
        (Fault("code", "controlling", code="60005", times=1), False),
        (Fault("html", "controlling", times=1), True),
        (Fault("code", "controlling", code="20008", times=1), True),
    ],
    ids=lambda value: getattr(value, "label", None),
)
async def test_a_start_that_failed_is_written_down_while_it_may_be_carried_out(
    *,
    set_up: SetUp,
    act: Act,
    cloud: Cloud,
    record: Record,
    clock: ManualClock,
    fault: Fault,
    written: bool,
) -> None:
    path = record(await set_up())
    cloud.faults.add(fault)
    with suppress(HomeAssistantError):  # the end of the range is no error
        await act("ptz_start", command="zoom_in", timeout=60)
    if written:
        assert moves(path) == {SERIAL: ZOOM_IN}
    await clock.drive(asyncio.sleep(0.1))
    await clock.advance(16)
    await until(lambda: moves(path) == {})


async def test_what_cannot_be_written_down_moves_all_the_same(
    set_up: SetUp, act: Act, sim: SimCamera, record: Record, expected_log: list[str]
) -> None:
    expected_log += ["custom_components.sodalife: Moves cannot be", "homeassistant.util.file: "]
    path = record(await set_up())
    path.mkdir(parents=True)
    await act("ptz_move", command="zoom_in", duration=0.1)
    assert arrived_moves(sim) == [(0, ZOOM_IN), (1, ZOOM_IN)]


# --- a crash


@both_revisions
@pytest.mark.parametrize(("command", "number"), [("zoom_in", ZOOM_IN), ("left", LEFT)])
async def test_a_crash_in_mid_motion(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    cloud: Cloud,
    sim: SimCamera,
    record: Record,
    clock: ManualClock,
    command: str,
    number: int,
) -> None:
    entry = await set_up(SERIAL, OTHER, revision=cloud.revision)
    await act("ptz_start", command=command, timeout=60)
    left = record(entry).read_bytes()
    # As if nothing had come after: the stop, and that it was noted, are undone.
    await hass.config_entries.async_unload(entry.entry_id)
    record(entry).write_bytes(left)
    sim.control(0, number)
    sim.calls.clear()
    await clock.advance(120)  # so long does it take to start again

    await start(hass, entry)
    await until(lambda: sim.moving is None)
    await clock.advance(0.1)
    await act("capture")
    assert sim.calls[0].endpoint == "controlling", "the stop first"
    assert count_arrived(sim, "capture") == 1
    assert arrived_moves(sim) == [(1, number)]
    await until(lambda: moves(record(entry)) == {})
    assert arrived_moves(cloud.cameras[OTHER]) == []
    assert cloud.violations == []
    await clock.advance(60)
    await asyncio.sleep(0.05)
    assert arrived_moves(sim) == [(1, number)], "and no more"


async def test_a_crash_right_after_the_start(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    sim: SimCamera,
    record: Record,
    make_entry: Any,
    clock: ManualClock,
) -> None:
    """The platform may carry it out late: the stop is sent again when that time is over."""
    entry = make_entry(revision="query")
    write(record(entry), clock.time() - 2, **{SERIAL: ZOOM_IN})
    await start(hass, entry)
    await until(lambda: arrived_moves(sim) == [(1, ZOOM_IN)])
    sim.control(0, ZOOM_IN)  # only now
    await clock.advance(7)
    await asyncio.sleep(0.05)
    assert sim.moving == ZOOM_IN
    assert moves(record(entry)) == {SERIAL: ZOOM_IN}
    await clock.advance(2)
    await until(lambda: sim.moving is None)
    await until(lambda: moves(record(entry)) == {})
    assert arrived_moves(sim) == [(1, ZOOM_IN)] * 2


async def test_a_stop_that_fails_at_the_start_is_tried_again(
    *,
    hass: HomeAssistant,
    cloud: Cloud,
    sim: SimCamera,
    record: Record,
    make_entry: Any,
    clock: ManualClock,
    act: Act,
    expected_log: list[str],
) -> None:
    expected_log.append(r"custom_components.sodalife.api.\w+: Camera \w+: stop not delivered yet")
    entry = make_entry(revision="query")
    write(record(entry), clock.time() - LONG_AGO, **{SERIAL: ZOOM_IN})
    sim.control(0, ZOOM_IN)
    cloud.faults.add(Fault("code", "controlling", code="20008"))
    await start(hass, entry)
    photo = hass.async_create_task(act("capture"))
    for _ in range(20):
        await clock.advance(1)
        await asyncio.sleep(0.01)
    assert len(arrived_moves(sim)) >= 5
    assert count_arrived(sim, "capture") == 0
    assert moves(record(entry)) == {SERIAL: ZOOM_IN}
    cloud.faults.clear()
    for _ in range(30):
        await clock.advance(1)
        await asyncio.sleep(0.01)
    assert sim.moving is None
    assert moves(record(entry)) == {}
    await clock.drive(asyncio.gather(photo, return_exceptions=True))
    assert sum(call.endpoint == "controlling" and call.code == "" for call in sim.calls) == 1


async def test_it_is_not_forgotten_while_there_is_no_token(
    *,
    hass: HomeAssistant,
    cloud: Cloud,
    sim: SimCamera,
    record: Record,
    make_entry: Any,
    clock: ManualClock,
) -> None:
    entry = make_entry(revision="query")
    write(record(entry), clock.time() - LONG_AGO, **{SERIAL: ZOOM_IN})
    sim.control(0, ZOOM_IN)
    cloud.faults.add(Fault("html", "token"))
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert moves(record(entry)) == {SERIAL: ZOOM_IN}
    cloud.faults.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    await until(lambda: sim.moving is None)
    await until(lambda: moves(record(entry)) == {})


async def test_what_was_begun_to_be_written_is_written_when_home_assistant_ends(
    hass: HomeAssistant, set_up: SetUp, act: Act, sim: SimCamera, record: Record
) -> None:
    """It cancels what waits for a thread then, of all that it does not know to be important."""
    entry = await set_up()
    await act("ptz_start", command="zoom_in", timeout=60)
    assert moves(record(entry)) == {SERIAL: ZOOM_IN}
    gate = threading.Event()
    executor = hass.loop._default_executor  # type: ignore[attr-defined]
    busy = [hass.loop.run_in_executor(None, gate.wait) for _ in range(executor._max_workers)]
    stopping = asyncio.create_task(act("ptz_stop"))
    await until(lambda: sim.moving is None)
    await stopping
    await asyncio.sleep(0.05)
    for begun in tuple(hass._background_tasks):
        if not isinstance(begun, asyncio.Task):
            begun.cancel("Home Assistant is stopping")
    await asyncio.sleep(0.05)
    gate.set()
    await asyncio.gather(*busy)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert moves(record(entry)) == {}


@pytest.mark.parametrize("how", ["unload", "the end of Home Assistant"])
async def test_what_was_not_stopped_when_we_went_is_stopped_when_we_come(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    cloud: Cloud,
    sim: SimCamera,
    record: Record,
    clock: ManualClock,
    how: str,
    expected_log: list[str],
) -> None:
    expected_log += [
        r"custom_components.sodalife.api.\w+: Camera \w+: stop not delivered yet",
        r"custom_components.sodalife.api.\w+: Camera \w+ (may still be moving|.*took no stop)",
        r"custom_components.sodalife: The SodaLife platform cannot be reached",
        r"homeassistant.core: Unable to remove unknown job listener",  # there was no process's end
    ]
    entry = await set_up()
    await act("ptz_start", command="zoom_in", timeout=60)
    cloud.faults.add(Fault("html", "controlling"))
    if how == "unload":
        began = clock.monotonic()
        await clock.drive(hass.config_entries.async_unload(entry.entry_id))
        assert clock.monotonic() - began <= 20.5
    else:
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await clock.drive(hass.async_block_till_done())
        left = record(entry).read_bytes()  # that is the end of the process
        await clock.drive(hass.config_entries.async_unload(entry.entry_id))
        record(entry).write_bytes(left)
    assert sim.moving == ZOOM_IN
    assert moves(record(entry)) == {SERIAL: ZOOM_IN}

    cloud.faults.clear()
    await start(hass, entry)
    await until(lambda: sim.moving is None)
    await clock.advance(15)
    await until(lambda: moves(record(entry)) == {})


async def test_a_camera_that_is_disabled_is_stopped_too(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    sim: SimCamera,
    record: Record,
    clock: ManualClock,
    device_registry: Any,
) -> None:
    from homeassistant.helpers import device_registry as dr  # noqa: PLC0415

    entry = await set_up()
    (device,) = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    device_registry.async_update_device(device.id, disabled_by=dr.DeviceEntryDisabler.USER)
    await hass.config_entries.async_unload(entry.entry_id)
    write(record(entry), clock.time() - LONG_AGO, **{SERIAL: ZOOM_IN})
    sim.control(0, ZOOM_IN)
    await start(hass, entry)
    await until(lambda: sim.moving is None)


# --- when it goes


async def test_it_goes_with_the_entry(
    hass: HomeAssistant, set_up: SetUp, act: Act, sim: SimCamera, record: Record
) -> None:
    entry = await set_up()
    await act("ptz_start", command="zoom_in", timeout=60)
    await until(record(entry).exists)  # a start does not wait longer for it than 5 ms
    await hass.config_entries.async_remove(entry.entry_id)
    assert sim.moving is None
    assert not record(entry).exists()


async def test_an_entry_that_never_moved_anything_can_be_removed(
    hass: HomeAssistant, set_up: SetUp, record: Record
) -> None:
    entry = await set_up()
    await hass.config_entries.async_remove(entry.entry_id)
    assert not record(entry).exists()


@pytest.mark.parametrize("hears", [True, False])
async def test_a_removed_camera_is_stopped_and_crossed_out(
    *,
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    cloud: Cloud,
    sim: SimCamera,
    record: Record,
    clock: ManualClock,
    hears: bool,
    expected_log: list[str],
) -> None:
    expected_log.append(r"custom_components.sodalife.api.\w+: Camera \w+")
    entry = await set_up(SERIAL, OTHER)
    await act("ptz_start", SERIAL, OTHER, command="zoom_in", timeout=60)
    assert moves(record(entry)) == {SERIAL: ZOOM_IN, OTHER: ZOOM_IN}
    if not hears:
        cloud.faults.add(Fault("html", "controlling", serial=SERIAL))
    subentry = next(sub for sub in entry.subentries.values() if sub.unique_id == SERIAL)
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    if hears:
        await hass.async_block_till_done()
        assert sim.moving is None
    else:
        await clock.drive(hass.async_block_till_done())
        assert arrived_moves(sim)[1:] == [(1, ZOOM_IN)] * (len(sim.calls) - 1)
        assert len(sim.calls) > 4
    await until(lambda: moves(record(entry)) == {OTHER: ZOOM_IN})
    assert cloud.cameras[OTHER].moving == ZOOM_IN


async def test_a_camera_that_is_gone_is_nobodys_business(
    *,
    hass: HomeAssistant,
    cloud: Cloud,
    sim: SimCamera,
    record: Record,
    make_entry: Any,
    clock: ManualClock,
) -> None:
    cloud.add_camera(STRANGER)
    entry = make_entry(revision="query")
    write(record(entry), clock.time() - LONG_AGO, **{STRANGER: ZOOM_IN, SERIAL: LEFT})
    await start(hass, entry)
    await until(lambda: arrived_moves(sim) == [(1, LEFT)])
    await until(lambda: moves(record(entry)) == {})
    assert cloud.cameras[STRANGER].calls == []


# --- what cannot be read


RIGHT: dict[str, Any] = {"command": ZOOM_IN, "written_at": 0.0}
UNREADABLE: dict[str, Any] = {
    "nothing": "",
    "no JSON": '{"version": 1, "moves": {"TEST00',
    "no text": b"\xff\xfe\x00",
    "a list": [],
    "a number": 1,
    "no version": {"moves": {}},
    "no moves": {"version": 1},
    "a newer version": {"version": 2, "moves": {SERIAL: RIGHT}},
    "moves are a list": {"version": 1, "moves": [SERIAL]},
    "a move is a number": {"version": 1, "moves": {SERIAL: ZOOM_IN}},
    "no command": {"version": 1, "moves": {SERIAL: {"written_at": 0}}},
    "an unknown command": {"version": 1, "moves": {SERIAL: {**RIGHT, "command": 77}}},
    "a time that is none": {"version": 1, "moves": {SERIAL: {**RIGHT, "written_at": "now"}}},
    "no time": {"version": 1, "moves": {SERIAL: {**RIGHT, "written_at": None}}},
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_what_cannot_be_read_is_said_once(
    *,
    hass: HomeAssistant,
    make_entry: Any,
    sim: SimCamera,
    record: Record,
    act: Act,
    clock: ManualClock,
    content: Any,
    expected_log: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    expected_log.append("custom_components.sodalife: The record of moves cannot be read")
    entry = make_entry(revision="query")
    path = record(entry)
    path.parent.mkdir()
    if not isinstance(content, str | bytes):
        content = json.dumps(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    await start(hass, entry)
    assert caplog.text.count("The record of moves cannot be read") == 1
    await act("ptz_start", command="left", timeout=60)
    assert moves(path) == {SERIAL: LEFT}
    await act("ptz_stop")
    await until(lambda: moves(path) == {})
    assert arrived_moves(sim) == [(0, LEFT), (1, LEFT)]


async def test_what_cannot_be_opened_is_said_once(
    *,
    hass: HomeAssistant,
    make_entry: Any,
    record: Record,
    act: Act,
    expected_log: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    expected_log.append("custom_components.sodalife: The record of moves cannot be read")
    entry = make_entry(revision="query")
    record(entry).mkdir(parents=True)
    await start(hass, entry)
    assert caplog.text.count("The record of moves cannot be read") == 1
    await act("capture")


@pytest.mark.parametrize("written_at", [1e12, -1e12, float("inf"), float("nan")])
async def test_a_time_that_cannot_be_right_is_no_reason_not_to_stop(
    *,
    hass: HomeAssistant,
    make_entry: Any,
    sim: SimCamera,
    record: Record,
    clock: ManualClock,
    written_at: float,
) -> None:
    entry = make_entry(revision="query")
    write(record(entry), written_at, **{SERIAL: ZOOM_IN})
    sim.control(0, ZOOM_IN)
    await start(hass, entry)
    await until(lambda: sim.moving is None)
    await clock.advance(11)
    await until(lambda: moves(record(entry)) == {})
