"""The photos that are kept, in the media browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
import time
from typing import Any

from homeassistant.components.media_source import Unresolvable, async_resolve_media
from homeassistant.const import __version__
from homeassistant.core import HomeAssistant
from PIL import Image
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator
from yarl import URL

from custom_components.sodalife import media_source
from tests.integration.common import DOMAIN, OTHER, SERIAL, FindEntity, SetUp
from tests.integration.photos import folder_of, keep, local, photo

ROOT = f"media-source://{DOMAIN}"
OLDEST = __version__.startswith("2025.4")
NOON = "2026-03-05T12:00:00"

type Browse = Callable[[str], Awaitable[dict[str, Any]]]


@pytest.fixture
async def entry(media_folder: Path, set_up: SetUp) -> MockConfigEntry:
    """Have two cameras, and a folder for their photos."""
    return await set_up(SERIAL, OTHER)


@pytest.fixture
def folder(hass: HomeAssistant, entry: MockConfigEntry) -> Path:
    """Have one of them have photos of two days."""
    folder = folder_of(hass, entry)
    keep(folder, map(local, (NOON, "2026-03-05T08:01:02")), photo())
    keep(folder, [local("2026-03-04T00:00:00")], photo())
    (folder / "notes.txt").write_text("no photo")
    (folder / "2026-03-05" / "film.mp4").write_text("no photo")
    return folder


@pytest.fixture
async def ws(hass_ws_client: WebSocketGenerator, entry: MockConfigEntry) -> Any:
    """Have somebody in a browser."""
    return await hass_ws_client()


@pytest.fixture
def browse(ws: Any) -> Browse:
    """Open one level; what cannot be opened is an error."""

    async def browse(media_id: str) -> dict[str, Any]:
        await ws.send_json_auto_id(
            {"type": "media_source/browse_media", "media_content_id": media_id}
        )
        answer = await ws.receive_json()
        found: dict[str, Any] = answer["result"] if answer["success"] else answer["error"]
        return found

    return browse


def titles(level: dict[str, Any]) -> list[str]:
    return [child["title"] for child in level["children"]]


async def test_camera_day_photo(folder: Path, entry: MockConfigEntry, browse: Browse) -> None:
    assert "SodaLife" in titles(await browse(""))
    cameras = await browse(ROOT)
    assert (cameras["title"], titles(cameras)) == ("SodaLife", ["Camera 1"])  # the other has none
    days = await browse(cameras["children"][0]["media_content_id"])
    assert (days["title"], titles(days)) == ("Camera 1", ["2026-03-05", "2026-03-04"])
    photos = await browse(days["children"][0]["media_content_id"])
    assert titles(photos) == ["12:00:00", "08:01:02"]
    (newest, _) = photos["children"]
    expected = f"{ROOT}/{entry.entry_id}/{folder.name}/2026-03-05/120000.jpg"
    assert newest["media_content_id"] == expected
    assert (newest["can_play"], newest["media_content_type"]) == (True, "image/jpeg")
    assert SERIAL not in str([cameras, days, photos])


async def test_a_name_that_the_user_has_given(
    hass: HomeAssistant, folder: Path, entry: MockConfigEntry, browse: Browse
) -> None:
    (sub,) = (sub for sub in entry.subentries.values() if sub.unique_id == SERIAL)
    hass.config_entries.async_update_subentry(entry, sub, title="Gate")
    await hass.async_block_till_done()
    cameras = await browse(ROOT)
    assert titles(cameras) == ["Gate"]
    assert cameras["children"][0]["media_content_id"].endswith(f"/{folder.name}")


async def test_photos_of_a_camera_that_is_gone(
    hass: HomeAssistant, folder: Path, entry: MockConfigEntry, browse: Browse
) -> None:
    (sub,) = (sub for sub in entry.subentries.values() if sub.unique_id == SERIAL)
    hass.config_entries.async_remove_subentry(entry, sub.subentry_id)
    await hass.async_block_till_done()
    assert titles(await browse(ROOT)) == [folder.name]


async def test_a_photo_is_shown(
    folder: Path, entry: MockConfigEntry, ws: Any, hass_client: ClientSessionGenerator
) -> None:
    media_id = f"{ROOT}/{entry.entry_id}/{folder.name}/2026-03-05/120000.jpg"
    await ws.send_json_auto_id({"type": "media_source/resolve_media", "media_content_id": media_id})
    found = (await ws.receive_json())["result"]
    assert found["mime_type"] == "image/jpeg"
    client = await hass_client()
    async with client.get(found["url"], headers={"Authorization": ""}) as response:
        assert await response.read() == (folder / "2026-03-05" / "120000.jpg").read_bytes()


@pytest.mark.skipif(OLDEST, reason="there, it says no paths")
async def test_a_photo_can_be_attached(
    hass: HomeAssistant, folder: Path, entry: MockConfigEntry
) -> None:
    media_id = f"{ROOT}/{entry.entry_id}/{folder.name}/2026-03-05/120000.jpg"
    found = await async_resolve_media(hass, media_id, None)
    assert found.path == folder / "2026-03-05" / "120000.jpg"


async def test_thumbnails(
    *,
    folder: Path,
    entry: MockConfigEntry,
    browse: Browse,
    hass_client_no_auth: ClientSessionGenerator,
    expected_log: list[str],
) -> None:
    expected_log.append("homeassistant.components.http.ban: Login attempt")
    (folder / "2026-03-05" / "080102.jpg").write_bytes(b"\xff\xd8 no picture")
    level = await browse(f"{ROOT}/{entry.entry_id}/{folder.name}/2026-03-05")
    good, broken = (child["thumbnail"] for child in level["children"])
    client = await hass_client_no_auth()
    async with client.get(good) as response:
        assert (response.status, response.content_type) == (HTTPStatus.OK, "image/jpeg")
        assert "private" in response.headers["Cache-Control"]
        small = Image.open(BytesIO(await response.read()))
    assert small.size == (320, 180)
    assert small.getpixel((160, 90))[0] > 240
    for address in (broken, good.partition("?")[0], good.replace("120000", "080102")):
        async with client.get(address) as response:
            assert response.status in {HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED}
    # Another photo under the same name is another thumbnail, and one that is gone is none.
    path = folder / "2026-03-05" / "120000.jpg"
    path.write_bytes(photo("green", (400, 400)))
    async with client.get(good) as response:
        assert Image.open(BytesIO(await response.read())).size == (320, 320)
    path.unlink()
    async with client.get(good) as response:
        assert response.status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_a_thumbnail_of_another_kind_of_picture(
    folder: Path,
    entry: MockConfigEntry,
    browse: Browse,
    hass_client: ClientSessionGenerator,
    kind: str,
) -> None:
    name = f"130000.{kind.lower()}"
    (folder / "2026-03-05" / name).write_bytes(photo("blue", kind=kind))
    level = await browse(f"{ROOT}/{entry.entry_id}/{folder.name}/2026-03-05")
    assert level["children"][0]["media_content_type"] == f"image/{kind.lower()}"
    async with (await hass_client()).get(level["children"][0]["thumbnail"]) as response:
        assert Image.open(BytesIO(await response.read())).size == (320, 180)


ODD = [
    "{entry}/{camera}/../{camera}/2026-03-05/120000.jpg",
    "{entry}/{camera}/2026-03-05/../../../../secrets.yaml",
    "{entry}/{camera}/2026-03-05/..",
    "{entry}/{camera}/2026-03-05/%2e%2e/secrets.yaml",
    "{entry}/{camera}/../2026-03-05/120000.jpg",
    "{entry}/../{camera}/2026-03-05/120000.jpg",
    "{entry}/../2026-03-05/120000.jpg",
    "{entry}//2026-03-05/120000.jpg",
    "../{camera}/2026-03-05/120000.jpg",
    "nobody/{camera}/2026-03-05/120000.jpg",
    "{entry}/stranger/2026-03-05/120000.jpg",
    "{entry}/{camera}/2026-02-30/120000.jpg",
    "{entry}/{camera}/2026-03-05/126000.jpg",
    "{entry}/{camera}/2026-03-05/film.mp4",
    "{entry}/{camera}/2026-03-05/120001.jpg",
    "{entry}/{camera}/2026-03-05/120000.jpg/more",
    "{entry}/{camera}/2026-03-05/120000.jpg\0",
]


@pytest.mark.parametrize("media_id", ODD)
async def test_nothing_else_is_handed_out(
    hass: HomeAssistant,
    folder: Path,
    entry: MockConfigEntry,
    media_id: str,
) -> None:
    (folder.parents[2] / "secrets.yaml").write_text("secret")
    (folder / "secrets.yaml").write_text("secret")
    identifier = media_id.format(entry=entry.entry_id, camera=folder.name)
    with pytest.raises(Unresolvable) as failure:
        await async_resolve_media(hass, f"{ROOT}/{identifier}", None)
    assert failure.value.translation_key == "photo_not_found"


@pytest.mark.parametrize(
    "place",
    [
        "{camera}/2026-03-05/film.mp4",
        "{camera}/2026-03-05/120001.jpg",
        "{camera}/2026-03-05/126000.jpg",
        "{camera}/2026-02-30/120000.jpg",
        "{camera}/..%2f{camera}%2f2026-03-05/120000.jpg",
        "{camera}/2026-03-05/..%2f..%2fsecrets.yaml",
        "stranger/2026-03-05/120000.jpg",
        "..%2fsodalife%2f{camera}/2026-03-05/120000.jpg",
    ],
)
async def test_no_other_thumbnail_is_handed_out(
    *,
    folder: Path,
    hass_client: ClientSessionGenerator,
    place: str,
    expected_log: list[str],
) -> None:
    expected_log.append("homeassistant.components.http.security_filter: Filtered")
    address = f"/api/sodalife/thumbnail/{place.format(camera=folder.name)}"
    client = await hass_client()
    async with client.get(URL(address, encoded=True)) as response:
        assert response.status in {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}


@pytest.mark.parametrize(
    "media_id",
    [
        "nobody",
        "{entry}",
        "{entry}/..",
        "{entry}/stranger",
        "{entry}/{camera}/..",
        "{entry}/{camera}/2026-3-5",
        "{entry}/{camera}/2026-03-05/120000.jpg",
        "{entry}/{camera}/2026-03-05/../../..",
    ],
)
async def test_nothing_else_is_opened(
    folder: Path, entry: MockConfigEntry, browse: Browse, media_id: str
) -> None:
    identifier = media_id.format(entry=entry.entry_id, camera=folder.name)
    answer = await browse(f"{ROOT}/{identifier}")
    assert answer["code"] == "browse_media_failed"


async def test_an_empty_day_and_no_media_folder(
    hass: HomeAssistant, folder: Path, entry: MockConfigEntry, browse: Browse
) -> None:
    assert (await browse(f"{ROOT}/{entry.entry_id}/{folder.name}/2026-03-01"))["children"] == []
    hass.config.media_dirs = {}
    assert (await browse(ROOT))["children"] == []
    answer = await browse(f"{ROOT}/{entry.entry_id}/{folder.name}")
    assert answer["code"] == "browse_media_failed"


@pytest.mark.parametrize("rights", ["nothing", "another camera", "this camera"])
async def test_who_may_see_what(
    *,
    hass: HomeAssistant,
    folder: Path,
    entry: MockConfigEntry,
    entity_id: FindEntity,
    browse: Browse,
    ws: Any,
    hass_client: ClientSessionGenerator,
    hass_admin_user: MockUser,
    rights: str,
) -> None:
    seen = rights == "this camera"
    allowed = {
        "nothing": {},
        "another camera": {entity_id("camera", serial=OTHER): {"read": True}},
        "this camera": {entity_id("camera"): {"read": True}},
    }[rights]
    camera = f"{ROOT}/{entry.entry_id}/{folder.name}"
    client = await hass_client()
    thumbnail = (await browse(f"{camera}/2026-03-05"))["children"][0]["thumbnail"]
    hass_admin_user.groups = []
    hass_admin_user.mock_policy({"entities": {"entity_ids": allowed}})
    assert titles(await browse(ROOT)) == (["Camera 1"] if seen else [])
    for place in (camera, f"{camera}/2026-03-05"):
        assert ("children" in await browse(place)) is seen
    await ws.send_json_auto_id(
        {
            "type": "media_source/resolve_media",
            "media_content_id": f"{camera}/2026-03-05/120000.jpg",
        }
    )
    assert (await ws.receive_json())["success"] is seen
    for address in (thumbnail, thumbnail.partition("?")[0]):
        async with client.get(address) as response:
            assert response.status == (HTTPStatus.OK if seen else HTTPStatus.NOT_FOUND)


async def test_a_day_with_too_many(
    folder: Path, entry: MockConfigEntry, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_source, "MOST", 1)
    level = await browse(f"{ROOT}/{entry.entry_id}/{folder.name}/2026-03-05")
    assert (titles(level), level["not_shown"]) == (["12:00:00"], 1)


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """Have a folder in memory, where that can be: disks take minutes for so many files."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


async def test_a_hundred_thousand_photos(
    hass: HomeAssistant, entry: MockConfigEntry, quick_folder: Path, browse: Browse
) -> None:
    hass.config.media_dirs = {"local": str(quick_folder)}
    folder = folder_of(hass, entry)
    await hass.async_add_executor_job(_fill, folder, 100, 1000)
    camera = f"{ROOT}/{entry.entry_id}/{folder.name}"
    took = {}
    for place, children in ((ROOT, 1), (camera, 100), (f"{camera}/2026-01-05", 1000)):
        began = time.perf_counter()
        assert len((await browse(place))["children"]) == children
        took[place] = time.perf_counter() - began
    assert max(took.values()) < 0.3, took


def _fill(folder: Path, days: int, each: int) -> None:
    first = local("2026-01-01T00:00:00")
    for day in range(days):
        start = first + timedelta(days=day)
        inside = folder / f"{start:%Y-%m-%d}"
        inside.mkdir(parents=True)
        for number in range(each):
            (inside / f"{start + timedelta(minutes=number):%H%M%S}.jpg").touch()


async def test_another_integrations_entry_is_none_of_ours(
    hass: HomeAssistant, folder: Path, browse: Browse
) -> None:
    other = MockConfigEntry(domain="demo")
    other.add_to_hass(hass)
    answer = await browse(f"{ROOT}/{other.entry_id}/{folder.name}")
    assert answer["code"] == "browse_media_failed"
