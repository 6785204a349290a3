"""Where photos lie, and how they are found again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.sodalife.archive.layout import (
    ArchiveFolder,
    archive_root,
    name_of,
    slug_of,
)
from tests.integration.common import OTHER, SERIAL, SetUp

BERLIN = "Europe/Berlin"  # summer time ended there on 2026-10-25, 03:00 → 02:00
SHANGHAI = "Asia/Shanghai"


@pytest.fixture
async def folder(hass: HomeAssistant, tmp_path: Path) -> ArchiveFolder:
    await hass.config.async_set_time_zone(BERLIN)
    return ArchiveFolder(tmp_path / "sodalife")


def keep(folder: ArchiveFolder, camera: str, *moments: datetime) -> None:
    for moment in moments:
        day, name = name_of(moment, "image/jpeg")
        (folder.root / camera / day).mkdir(parents=True, exist_ok=True)
        (folder.root / camera / day / name).write_bytes(b"\xff\xd8\xff")


def names(folder: ArchiveFolder, camera: str, day: date) -> list[str]:
    return [photo.path.name for photo in folder.photos(camera, day)]


async def test_what_is_not_there_is_empty(folder: ArchiveFolder) -> None:
    now = datetime.now(UTC)
    assert folder.cameras() == folder.days("yard") == []
    assert folder.photos("yard", date(2026, 1, 1)) == []
    assert folder.photos_between("yard", now, now) == []


async def test_the_newest_first_and_nothing_else(folder: ArchiveFolder) -> None:
    keep(
        folder,
        "yard",
        datetime(2026, 6, 1, 8, 0, 1, tzinfo=UTC),
        datetime(2026, 6, 1, 8, 0, 2, tzinfo=UTC),
        datetime(2026, 6, 1, 22, 30, tzinfo=UTC),  # the next day in Berlin
    )
    for stray in ("yard/2026-06-01/notes.txt", "yard/2026-02-30/100000.jpg", "Holiday/x.jpg"):
        (folder.root / stray).parent.mkdir(parents=True, exist_ok=True)
        (folder.root / stray).write_bytes(b"")
    (folder.root / "yard" / "2026-06-01" / "257000.jpg").write_bytes(b"")
    assert folder.cameras() == ["yard"]
    assert folder.days("yard") == [date(2026, 6, 2), date(2026, 6, 1)]
    assert names(folder, "yard", date(2026, 6, 1)) == ["100002.jpg", "100001.jpg"]
    (photo,) = folder.photos("yard", date(2026, 6, 2))
    assert photo.taken_at == datetime(2026, 6, 1, 22, 30, tzinfo=UTC)
    assert photo.path == folder.root / "yard" / "2026-06-02" / "003000.jpg"


@pytest.mark.parametrize("camera", ["..", "../yard", "/etc", "yard/..", "", "Yard"])
async def test_a_camera_is_a_slug(folder: ArchiveFolder, camera: str) -> None:
    keep(folder, "yard", datetime(2026, 6, 1, 8, tzinfo=UTC))
    assert folder.days(camera) == []
    assert folder.photos(camera, date(2026, 6, 1)) == []


async def test_links_are_not_followed(folder: ArchiveFolder, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "2026-06-01").mkdir(parents=True)
    folder.root.mkdir()
    (folder.root / "yard").symlink_to(tmp_path / "elsewhere")
    assert folder.cameras() == []


async def test_the_hour_that_is_repeated(folder: ArchiveFolder) -> None:
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in summer time ...
    after = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # ... and 02:30 again
    keep(folder, "yard", after, before)
    day = date(2026, 10, 25)
    assert names(folder, "yard", day) == ["023000r.jpg", "023000.jpg"]
    assert [photo.taken_at for photo in folder.photos("yard", day)] == [after, before]
    (found,) = folder.photos_between("yard", after, after.replace(minute=31))
    assert found.taken_at == after


async def test_the_hour_that_is_left_out(folder: ArchiveFolder) -> None:
    before = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)
    after = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    keep(folder, "yard", before, after)
    assert names(folder, "yard", date(2026, 3, 29)) == ["030000.jpg", "015959.jpg"]
    found = folder.photos_between("yard", before, after)
    assert [photo.taken_at for photo in found] == [before]


async def test_between_two_moments_over_midnight(folder: ArchiveFolder) -> None:
    moments = [datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in (8, 20, 21, 22, 23)]
    keep(folder, "yard", *moments)
    zone = ZoneInfo(SHANGHAI)  # whoever asks may be anywhere
    found = folder.photos_between("yard", moments[1].astimezone(zone), moments[4].astimezone(zone))
    assert [photo.taken_at for photo in found] == moments[1:4]


async def test_several_in_a_second_keep_their_order(folder: ArchiveFolder) -> None:
    moment = datetime(2026, 6, 1, 8, tzinfo=UTC)
    for number in (1, 2, 10):
        day, name = name_of(moment, "image/webp", number)
        (folder.root / "yard" / day).mkdir(parents=True, exist_ok=True)
        (folder.root / "yard" / day / name).write_bytes(b"")
    expected = ["100000_10.webp", "100000_2.webp", "100000.webp"]
    assert names(folder, "yard", date(2026, 6, 1)) == expected


async def test_folders_have_the_names_of_their_cameras_for_good(
    hass: HomeAssistant, set_up: SetUp, hass_storage: dict[str, Any]
) -> None:
    entry = await set_up(SERIAL, OTHER)
    one, other = entry.subentries.values()
    for subentry in (one, other):
        hass.config_entries.async_update_subentry(entry, subentry, title="后院 Yard")
    await hass.async_block_till_done()
    cameras = {camera.serial: camera for camera in entry.runtime_data.cameras.values()}
    assert slug_of(hass, entry, cameras[SERIAL]) == "hou_yuan_yard"
    assert slug_of(hass, entry, cameras[OTHER]) == "hou_yuan_yard_2"
    hass.config_entries.async_update_subentry(entry, one, title="Garage")
    await hass.async_block_till_done()
    assert slug_of(hass, entry, cameras[SERIAL]) == "hou_yuan_yard"


async def test_a_serial_is_no_name_for_a_folder(hass: HomeAssistant, set_up: SetUp) -> None:
    entry = await set_up(SERIAL)
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(entry, subentry, title=SERIAL)
    await hass.async_block_till_done()
    (camera,) = entry.runtime_data.cameras.values()
    assert slug_of(hass, entry, camera) == "camera"


async def test_the_first_media_folder(hass: HomeAssistant) -> None:
    hass.config.media_dirs = {"big": "/mnt/big", "local": "/media"}
    assert archive_root(hass) == Path("/mnt/big/sodalife")
    hass.config.media_dirs = {}
    assert archive_root(hass) is None


async def test_times_are_local_ones(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone(SHANGHAI)
    assert dt_util.get_default_time_zone() == ZoneInfo(SHANGHAI)
    moment = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
    assert name_of(moment, "image/png") == ("2026-06-02", "000000.png")
