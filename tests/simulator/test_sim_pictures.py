"""Photos and their addresses."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageStat
import pytest
from yarl import URL

from simulator import Position
from simulator.scene import Scene, View, jpeg

if TYPE_CHECKING:
    from .conftest import Platform, Serve

SIZE = (320, 180)


async def take(platform: Platform) -> str:
    return (await platform.later("capture")).json["picUrl"]


async def fetch(platform: Platform, url: str, **headers: str) -> tuple[int, bytes]:
    session = platform.client.session
    async with session.get(URL(url, encoded=True), headers=headers) as response:
        return response.status, await response.read()


async def test_a_photo_is_a_real_picture(serve: Serve) -> None:
    platform = await serve(picture_size=(640, 360))
    status, data = await fetch(platform, await take(platform))
    assert status == 200
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size) == ("JPEG", (640, 360))
    assert platform.cam.photos == 1


async def test_addresses_are_awkward_and_unique(platform: Platform) -> None:
    one, two = await take(platform), await take(platform)
    assert one != two
    root = f"http://127.0.0.1:{platform.client.port}/pic?=d4=i535z4165s08d-="
    assert one.startswith(root)
    assert one.count("%252F") == 1
    assert "*" in one


@pytest.mark.parametrize(
    ("given", "encoded"), [("%252F", "%2F"), ("%252F", "%25252F"), ("*", "%2A"), ("=d4", "%3Dd4")]
)
async def test_an_address_is_matched_byte_for_byte(
    platform: Platform, given: str, encoded: str
) -> None:
    url = await take(platform)
    assert (await fetch(platform, url))[0] == 200
    assert (await fetch(platform, url.replace(given, encoded, 1)))[0] == 404


async def test_an_address_lives_two_hours(query: Platform) -> None:
    url = await take(query)
    query.clock.advance(7199)
    assert (await fetch(query, url))[0] == 200
    query.clock.advance(1)
    status, data = await fetch(query, url)
    assert status == 404
    assert b"<html>" in data


async def test_credentials_do_not_belong_on_a_photo(query: Platform) -> None:
    url = await take(query)
    assert (await fetch(query, url, Authorization="Bearer x"))[0] == 200
    assert (await fetch(query, f"{url}&access_token={query.token}"))[0] == 404
    assert len(query.cloud.violations) == 2


async def test_the_photo_shows_the_time_of_the_command(serve: Serve) -> None:
    platform = await serve(capture_seconds=60, picture_size=SIZE)
    view = platform.cam.view
    task = asyncio.create_task(platform.call("capture"))
    await asyncio.sleep(0.05)
    platform.clock.advance(60)
    _, data = await fetch(platform, (await task).json["picUrl"])
    assert data == jpeg(platform.cam.scene, view, SIZE)


def difference(one: Image.Image, two: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one, two)).mean)


def sharpness(image: Image.Image) -> float:
    """How much neighbouring pixels differ, in the middle of the picture."""
    middle = image.convert("L").crop((60, 40, 260, 140))
    return ImageStat.Stat(ImageChops.difference(middle, ImageChops.offset(middle, 1, 0))).mean[0]


def test_the_picture_follows_the_position() -> None:
    scene = Scene("TEST0001")
    home = scene.render(View("Shop", Position(), 0), SIZE)
    assert home.size == SIZE
    assert difference(home, scene.render(View("Shop", Position(), 0), SIZE)) == 0
    for position in (Position(pan=10), Position(tilt=10), Position(zoom=2), Position(pan=-90)):
        assert difference(home, scene.render(View("Shop", position, 0), SIZE)) > 10


def test_focus_blurs() -> None:
    scene = Scene("TEST0001")
    blurs = [
        sharpness(scene.render(View("", Position(focus=focus), 0), SIZE))
        for focus in (0, 0.3, -0.6, 1)
    ]
    assert blurs == sorted(blurs, reverse=True)
    assert blurs[0] > 2 * blurs[-1]


def test_every_serial_has_its_own_street_and_time_runs() -> None:
    one, two = Scene("TEST0001"), Scene("TEST0002")
    view = View("洗衣店", Position(), 0)
    assert difference(one.render(view, SIZE), two.render(view, SIZE)) > 10
    later = View("洗衣店", Position(), 1.5)
    assert difference(one.render(view, SIZE), one.render(later, SIZE)) > 0
