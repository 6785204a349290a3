"""Photos that are kept: which, where, for how long, and what is said when they cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
import errno
import os
from pathlib import Path
import shutil
import threading
from types import SimpleNamespace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.sodalife.archive import keeper
from simulator import Cloud, Fault
from tests.clock import START, ManualClock, until
from tests.integration.common import (
    DOMAIN,
    OTHER,
    SERIAL,
    Act,
    FindEntity,
    Look,
    PassTime,
    SetUp,
)

MINUTE = 60.0

type Files = Callable[[], list[str]]


@pytest.fixture(autouse=True)
async def _in_shanghai(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("Asia/Shanghai")


@pytest.fixture
def archive(media_folder: Path) -> Path:
    return media_folder / "sodalife"


@pytest.fixture
def files(archive: Path) -> Files:
    """Return the files in the archive, from its folder on."""
    return lambda: sorted(
        str(path.relative_to(archive)) for path in archive.rglob("*") if path.is_file()
    )


@pytest.fixture
def kept(hass: HomeAssistant, files: Files) -> Callable[[int], Awaitable[list[str]]]:
    """Wait until there are so many files, and return them."""

    async def kept(count: int) -> list[str]:
        await until(lambda: len([name for name in files() if name.endswith(".jpg")]) == count)
        await hass.async_block_till_done()
        return files()

    return kept


@pytest.fixture
def issues(hass: HomeAssistant) -> Callable[[], list[str | None]]:
    return lambda: [
        issue.translation_key
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    ]


def wish(keep: str, **more: Any) -> dict[str, Any]:
    return {"keep_photos": keep, "poll_interval": 0, **more}


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def block(archive: Path) -> None:
    """Put a file where a folder should be: not even root can write into that."""
    archive.write_bytes(b"")


def move(folder: Path, to: Path) -> None:
    folder.rename(to)


def unblock(archive: Path) -> None:
    archive.unlink()


async def look_after(clock: ManualClock, condition: Callable[[], object]) -> None:
    """Let those who look at the clock now and then do so, until something is so."""
    for _ in range(20):
        await clock.advance(keeper.LOOK)
        try:
            return await until(condition, timeout=0.5)
        except AssertionError:
            continue
    raise AssertionError("waited in vain")


async def pruned(entry: MockConfigEntry, clock: ManualClock) -> None:
    """Wait until the archive was looked through today."""
    archive = entry.runtime_data.photos._archive
    await look_after(clock, lambda: archive._pruned_on == archive._today())
    async with archive._one_by_one:
        pass


# --- which, and where


async def test_none_are_kept_unless_that_is_wanted(
    hass: HomeAssistant, set_up: SetUp, act: Act, clock: ManualClock, archive: Path
) -> None:
    entry = await set_up(options={"poll_interval": 0})
    await act("capture")
    await hass.config_entries.async_unload(entry.entry_id)
    assert "sodalife" not in names_in(archive.parent)


async def test_what_is_commanded_is_kept(
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    press: Act,
    look: Look,
    clock: ManualClock,
    entity_id: FindEntity,
    media_folder: Path,
    pass_time: PassTime,
    kept: Callable[[int], Awaitable[list[str]]],
) -> None:
    await set_up(options=wish("commanded"))
    await act("capture")
    await pass_time(32)
    await look()
    await pass_time(32)
    await press("capture")
    await pass_time(32)
    await hass.services.async_call(
        "camera",
        "snapshot",
        {"entity_id": entity_id("camera"), "filename": str(media_folder / "seen.jpg")},
        blocking=True,
    )
    assert await kept(3) == [
        "camera_1/2026-01-01/080000.jpg",
        "camera_1/2026-01-01/080104.jpg",
        "camera_1/2026-01-01/080136.jpg",
    ]


async def test_all_are_kept(
    set_up: SetUp,
    act: Act,
    look: Look,
    clock: ManualClock,
    kept: Callable[[int], Awaitable[list[str]]],
    archive: Path,
) -> None:
    await set_up(options=wish("all"))
    _, seen = await look()
    (name,) = await kept(1)
    assert (archive / name).read_bytes() == seen
    await act("capture")  # in the same second
    assert await kept(2) == [name, name.replace(".jpg", "_2.jpg")]


async def test_days_change_at_midnight_here_whatever_the_platform_says(
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    clock: ManualClock,
    kept: Callable[[int], Awaitable[list[str]]],
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    await set_up(options=wish("all"))
    for moment in (
        datetime(2026, 1, 1, 22, 59, 59, tzinfo=UTC),
        datetime(2026, 1, 1, 23, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # 02:30 ...
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # ... and 02:30 again
    ):
        clock.jump(moment.timestamp() - clock.time())
        await act("capture")
    assert await kept(4) == [
        "camera_1/2026-01-01/235959.jpg",
        "camera_1/2026-01-02/000000.jpg",
        "camera_1/2026-10-25/023000.jpg",
        "camera_1/2026-10-25/023000r.jpg",
    ]


async def test_the_folder_outlives_a_new_name_and_a_restart(
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    clock: ManualClock,
    hass_storage: dict[str, Any],
    kept: Callable[[int], Awaitable[list[str]]],
    files: Files,
) -> None:
    entry = await set_up(SERIAL, OTHER, options=wish("all"))
    for subentry in entry.subentries.values():
        hass.config_entries.async_update_subentry(entry, subentry, title="Yard")
    await hass.async_block_till_done()
    await act("capture", SERIAL)
    await act("capture", OTHER)
    await kept(2)
    for subentry in entry.subentries.values():
        hass.config_entries.async_update_subentry(entry, subentry, title="Garden")
    await hass.config_entries.async_reload(entry.entry_id)
    clock.jump(1)
    await act("capture", OTHER)
    assert [name.partition("/")[0] for name in await kept(3)] == ["yard", "yard_2", "yard_2"]
    assert not [name for name in files() if SERIAL.lower() in name.lower()]


# --- for how long


def fill(archive: Path, *names: str, size: int = 10) -> None:
    for name in names:
        (archive / name).parent.mkdir(parents=True, exist_ok=True)
        (archive / name).write_bytes(b"\xff" * size)


@pytest.fixture
async def known(set_up: SetUp, act: Act, clock: ManualClock, archive: Path) -> MockConfigEntry:
    """Have a camera with a folder in the archive."""
    entry = await set_up(options=wish("all", keep_days=2))
    await act("capture")
    await until((archive / "camera_1/2026-01-01/080000.jpg").exists)
    return entry


async def test_what_is_too_old_goes_at_the_start_and_then_once_a_day(
    hass: HomeAssistant, known: MockConfigEntry, archive: Path, files: Files, clock: ManualClock
) -> None:
    fill(archive, "camera_1/2025-12-29/235959.jpg", "camera_1/2025-12-30/000000.jpg")
    await hass.config_entries.async_reload(known.entry_id)
    await until(lambda: not (archive / "camera_1/2025-12-29").exists())  # after what was in it
    assert files() == ["camera_1/2025-12-30/000000.jpg", "camera_1/2026-01-01/080000.jpg"]
    clock.jump(10 * 3600)
    await pruned(known, clock)
    assert len(files()) == 2
    clock.jump(6 * 3600)  # past midnight
    await look_after(clock, lambda: len(files()) == 1)


async def test_nothing_else_goes(
    hass: HomeAssistant, known: MockConfigEntry, archive: Path, files: Files
) -> None:
    others = [
        "camera_1/2020-01-01/080000.jpg.txt",
        "camera_1/2020-01-01/notes.txt",
        "camera_1/2020-01-01/0800.jpg",
        "camera_1/2020-01-01/087000.jpg",
        "camera_1/2020-01-01/more/080000.jpg",
        "camera_1/2020-02-30/080000.jpg",
        "camera_1/080000.jpg",
        "somebody/2020-01-01/080000.jpg",
        "080000.jpg",
    ]
    fill(archive, *others, "camera_1/2020-01-01/080000.jpg", "camera_1/2020-01-01/080000.jpg.part")
    outside = archive.parent / "2020-01-01"
    fill(outside, "080000.jpg")
    (archive / "camera_1" / "2020-01-02").symlink_to(outside)
    (archive / "camera_1" / "2020-01-01" / "080001.jpg").symlink_to(outside / "080000.jpg")
    await hass.config_entries.async_reload(known.entry_id)
    await until(lambda: not (archive / "camera_1/2020-01-01/080000.jpg").exists())
    await hass.async_block_till_done()
    links = ["camera_1/2020-01-01/080001.jpg"]
    assert files() == sorted([*others, *links, "camera_1/2026-01-01/080000.jpg"])
    assert (outside / "080000.jpg").exists()


async def test_the_oldest_go_when_there_is_too_much(
    hass: HomeAssistant, known: MockConfigEntry, archive: Path, files: Files
) -> None:
    names = [f"camera_1/2025-12-31/0{hour}0000.jpg" for hour in range(8)]
    fill(archive, *names, size=200_000)
    hass.config_entries.async_update_entry(
        known, options={**known.options, "keep_megabytes": 1, "keep_days": 30}
    )
    await until(lambda: len(files()) < 9)
    await hass.async_block_till_done()
    left = [*names[4:], "camera_1/2026-01-01/080000.jpg"]
    await until(lambda: files() == left)


async def test_photos_that_are_taken_count(
    hass: HomeAssistant,
    known: MockConfigEntry,
    act: Act,
    clock: ManualClock,
    archive: Path,
    files: Files,
) -> None:
    most = 1_000_000 - (archive / files()[0]).stat().st_size
    fill(archive, "camera_1/2025-12-31/080000.jpg", size=most)
    hass.config_entries.async_update_entry(
        known, options={**known.options, "keep_megabytes": 1, "keep_days": 30}
    )
    await pruned(known, clock)
    assert len(files()) == 2
    clock.jump(1)
    await act("capture")
    await until(lambda: "camera_1/2025-12-31/080000.jpg" not in files())
    assert len(files()) == 2


async def test_a_camera_that_is_gone_leaves_its_photos_for_their_time(
    hass: HomeAssistant,
    known: MockConfigEntry,
    hass_storage: dict[str, Any],
    files: Files,
    archive: Path,
    clock: ManualClock,
) -> None:
    (gone,) = known.subentries
    hass.config_entries.async_remove_subentry(known, gone)
    await hass.async_block_till_done()
    await hass.config_entries.async_reload(known.entry_id)
    assert files() == ["camera_1/2026-01-01/080000.jpg"]
    clock.jump(48 * 3600)
    await pruned(known, clock)
    assert len(files()) == 1
    clock.jump(24 * 3600)
    await look_after(clock, lambda: not (archive / "camera_1").exists())
    await hass.async_block_till_done()
    assert "sodalife" in names_in(archive.parent), "where the next photo goes"


async def test_a_disk_that_was_away_is_looked_after_again(
    hass: HomeAssistant,
    known: MockConfigEntry,
    hass_storage: dict[str, Any],
    archive: Path,
    files: Files,
    clock: ManualClock,
) -> None:
    """What is known of its folders is not given up, of a camera that is gone neither."""
    (gone,) = known.subentries
    hass.config_entries.async_remove_subentry(known, gone)
    await hass.async_block_till_done()
    away = archive.parent / "unmounted"
    move(archive, away)
    clock.jump(25 * 3600)
    for _ in range(2):
        await clock.advance(keeper.LOOK)
        await asyncio.sleep(0.1)  # it reads in a thread
    move(away, archive)
    fill(archive, "camera_1/2025-12-30/080000.jpg")  # too old since yesterday
    await look_after(clock, lambda: files() == ["camera_1/2026-01-01/080000.jpg"])
    clock.jump(48 * 3600)
    await look_after(clock, lambda: not (archive / "camera_1").exists())


async def test_photos_outlive_the_entry(
    hass: HomeAssistant, known: MockConfigEntry, files: Files
) -> None:
    await hass.config_entries.async_remove(known.entry_id)
    assert files() == ["camera_1/2026-01-01/080000.jpg"]


# --- what is said when they cannot be kept


async def test_a_disk_that_is_nearly_full(
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    clock: ManualClock,
    pass_time: PassTime,
    files: Files,
    issues: Callable[[], list[str | None]],
    kept: Callable[[int], Awaitable[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free = 499_999_999
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    entry = await set_up(options=wish("commanded"))
    await until(lambda: issues() == ["archive_disk_full"])
    (answer,) = (await act("capture", answers=True)).values()
    assert answer["captured_at"], "it was taken all the same"
    await until(lambda: not entry.runtime_data.photos._archive._waiting)
    assert files() == []
    free += 1
    await pass_time(10 * MINUTE)
    await until(lambda: issues() == [])
    await act("capture")
    await kept(1)


async def test_a_disk_that_fills_up_meanwhile(
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    clock: ManualClock,
    files: Files,
    issues: Callable[[], list[str | None]],
    kept: Callable[[int], Awaitable[list[str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await set_up(options=wish("commanded"))
    with monkeypatch.context() as patch:
        write = Path.write_bytes

        def full(self: Path, data: bytes) -> int:
            write(self, data[:10])
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr(Path, "write_bytes", full)
        await act("capture")
        await until(lambda: issues() == ["archive_disk_full"])
    assert files() == [], "nothing that is half a photo"
    await act("capture")
    await kept(1)
    await until(lambda: issues() == [])


async def test_without_a_media_folder(
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    clock: ManualClock,
    media_folder: Path,
    pass_time: PassTime,
    issues: Callable[[], list[str | None]],
) -> None:
    hass.config.media_dirs = {}
    entry = await set_up(options=wish("commanded"))
    await until(lambda: issues() == ["archive_no_folder"])
    await act("capture")
    hass.config.media_dirs = {"local": str(media_folder / "missing")}
    await act("capture")
    await hass.async_block_till_done()
    assert issues() == ["archive_no_folder"]
    assert not (media_folder / "missing").exists(), "it may be a disk that is not there"
    hass.config_entries.async_update_entry(entry, options={**entry.options, "keep_photos": "off"})
    await until(lambda: issues() == [])


async def test_a_folder_that_cannot_be_written_to(
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    clock: ManualClock,
    archive: Path,
    issues: Callable[[], list[str | None]],
    kept: Callable[[int], Awaitable[list[str]]],
) -> None:
    block(archive)
    entry = await set_up(options=wish("commanded"))
    await until(lambda: issues() == ["archive_not_writable"])
    await act("capture")
    await until(lambda: not entry.runtime_data.photos._archive._waiting)
    unblock(archive)
    await act("capture")
    await kept(1)
    await until(lambda: issues() == [])
    shutil.rmtree(archive)
    block(archive)
    await act("capture")
    await until(lambda: issues() == ["archive_not_writable"])
    await hass.config_entries.async_unload(entry.entry_id)
    assert issues() == []


async def test_a_network_disk_that_is_cut_off(
    hass: HomeAssistant,
    set_up: SetUp,
    clock: ManualClock,
    media_folder: Path,
    issues: Callable[[], list[str | None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stat = os.stat

    def cut_off(path: Any, **how: Any) -> Any:
        if str(path).startswith(str(media_folder)):
            raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")
        return stat(path, **how)

    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", cut_off)
        await set_up(options=wish("commanded"))
        await until(lambda: issues() == ["archive_no_folder"])
    await look_after(clock, lambda: issues() == [])


async def test_what_comes_faster_than_a_disk_is_not_kept_in_memory(
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    clock: ManualClock,
    kept: Callable[[int], Awaitable[list[str]]],
    files: Files,
    archive: Path,
    monkeypatch: pytest.MonkeyPatch,
    expected_log: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    expected_log.append(r"custom_components.sodalife: The media folder is too slow")
    go_on, write = threading.Event(), keeper.keep

    def slow(*args: Any) -> int:
        go_on.wait(10)
        return write(*args)

    monkeypatch.setattr(keeper, "keep", slow)
    entry = await set_up(options=wish("commanded"))
    for _ in range(25):
        await act("capture")
    go_on.set()
    await kept(25)
    assert "too slow" not in caplog.text, "they are not that large"
    room = sum((archive / name).stat().st_size for name in files()[:3])
    await until(lambda: not entry.runtime_data.photos._archive._waiting)
    monkeypatch.setattr(keeper, "MOST_WAITING", room)
    for episode in (1, 2):
        before = len(files())
        go_on.clear()
        for _ in range(7):
            await act("capture")
        go_on.set()
        await until(lambda: not entry.runtime_data.photos._archive._waiting)
        assert len(files()) - before in {3, 4}, "as many as there is room for"
        assert caplog.text.count("too slow") == episode


@pytest.mark.parametrize("stops", [False, True], ids=["unload", "stop"])
async def test_a_disk_that_does_not_answer_holds_nobody_up(
    *,
    stops: bool,
    hass: HomeAssistant,
    set_up: SetUp,
    act: Act,
    clock: ManualClock,
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on, write = threading.Event(), keeper.keep

    def stuck(*args: Any) -> int:
        go_on.wait(30)
        return write(*args)

    monkeypatch.setattr(keeper, "keep", stuck)
    entry = await set_up(options=wish("commanded"))
    await act("capture")
    began = clock.monotonic()
    try:
        if stops:
            await clock.drive(entry.runtime_data.async_stop_moves())
        else:
            assert await clock.drive(hass.config_entries.async_unload(entry.entry_id))
        assert clock.monotonic() - began >= 15, "it may only be asleep"
    finally:
        go_on.set()
    await until(lambda: len(files()) == 1)


async def test_a_photo_that_failed_is_none(
    hass: HomeAssistant, cloud: Cloud, set_up: SetUp, act: Act, clock: ManualClock, files: Files
) -> None:
    entry = await set_up(options=wish("all"))
    cloud.faults.add(Fault("code", "capture", SERIAL, code="60017", times=1))
    with pytest.raises(HomeAssistantError):
        await act("capture")
    await hass.config_entries.async_unload(entry.entry_id)
    assert files() == []
    assert clock.time() == START
