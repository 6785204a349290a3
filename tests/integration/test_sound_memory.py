"""However many sounds are asked for, of however many cameras: what is read, made and kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
import gc
from pathlib import Path
import tracemalloc
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.sodalife.api import Sound
from custom_components.sodalife.api.errors import SpeakerFull, VoiceFormat
from custom_components.sodalife.audio import clips as module
from custom_components.sodalife.audio.clips import MAX_HELD, Clips, clips
from custom_components.sodalife.audio.media import Media, async_spooled
from simulator import Cloud, Fault
from tests.clock import until
from tests.integration.common import DOMAIN, Act, FindEntity, SetUp
from tests.integration.refusals import LOCAL, refused
from tests.integration.sounds import sound, wav

MB = 1_000_000
SERIALS = [f"TEST{number:04}" for number in range(1, 21)]


@pytest.fixture(autouse=True)
async def shelf(hass: HomeAssistant) -> AsyncIterator[Clips]:
    """Have the clips of all speakers; none may be left behind."""
    assert await async_setup_component(hass, "ffmpeg", {})
    yield clips(hass)
    assert clips(hass)._orders == {}
    assert clips(hass).room.free == MAX_HELD


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Take down what is converted."""
    done: list[object] = []
    convert = module.async_to_mp3

    async def converting(hass: HomeAssistant, file: Any, limit: int, gong: Any) -> bytes:
        done.append(file)
        return await convert(hass, file, limit, gong)

    monkeypatch.setattr(module, "async_to_mp3", converting)
    return done


def media(
    hass: HomeAssistant, content: bytes, key: object = None, *, lasting: bool = True
) -> Media:
    return Media(key or object(), None, partial(async_spooled, hass, content), lasting=lasting)


# --- once for all


@pytest.fixture
async def twenty(cloud: Cloud, media_folder: Path, set_up: SetUp) -> Cloud:
    """Have twenty cameras, and a folder for sounds."""
    for serial in SERIALS[2:]:
        cloud.add_camera(serial)
    await set_up(*SERIALS)
    return cloud


@pytest.mark.parametrize("way", ["play_media", "send_voice", "address"])
async def test_one_sound_for_twenty_cameras_is_converted_once(
    hass: HomeAssistant,
    twenty: Cloud,
    media_folder: Path,
    tmp_path: Path,
    entity_id: FindEntity,
    conversions: list[object],
    way: str,
) -> None:
    path = media_folder / "ding.ogg"
    path.write_bytes(sound("ogg"))
    cameras = [entity_id("camera", serial=serial) for serial in SERIALS]
    speakers = [entity_id("media_player", "speaker", serial) for serial in SERIALS]
    if way == "send_voice":
        fields: dict[str, Any] = {"entity_id": cameras, "file": str(path)}
        await hass.services.async_call(DOMAIN, "send_voice", fields, blocking=True)
    else:
        media_id = f"{LOCAL}ding.ogg" if way == "play_media" else "/media/local/ding.ogg"
        fields = {"media_content_id": media_id, "media_content_type": "music"}
        await hass.services.async_call(
            "media_player", "play_media", {"entity_id": speakers, **fields}, blocking=True
        )
    heard = [[voice.data for voice in twenty.cameras[serial].voices] for serial in SERIALS]
    assert len(heard[0][0]) > 1000
    assert heard == [heard[0]] * 20
    assert len(conversions) == 1


async def test_a_file_that_has_changed_is_another_sound(
    hass: HomeAssistant, twenty: Cloud, media_folder: Path, entity_id: FindEntity
) -> None:
    """The first one still waits to be sent when the second is asked for."""

    def made() -> list[Any]:
        return [order for order in clips(hass)._orders.values() if order.task.done()]

    path = media_folder / "news.wav"
    twenty.faults.add(Fault("slow", "sendvoice", seconds=4, times=1))
    tasks = []
    for seconds in (1, 2):
        path.write_bytes(wav(seconds))
        fields = {"entity_id": entity_id("camera"), "file": str(path)}
        call = hass.services.async_call(DOMAIN, "send_voice", fields, blocking=True)
        tasks.append(asyncio.create_task(call))
        await until(lambda: len(made()) == len(tasks))
    await asyncio.gather(*tasks)
    assert [voice.duration for voice in twenty.cameras[SERIALS[0]].voices] == [1, 2]


async def test_what_may_change_is_shared_only_while_it_is_made(
    hass: HomeAssistant, shelf: Clips, conversions: list[object]
) -> None:
    for lasting, times in ((True, 1), (False, 2)):
        conversions.clear()
        key = object()
        one, two, three = (media(hass, sound("ogg"), key, lasting=lasting) for _ in range(3))

        async def length(of: Media) -> int:
            async with shelf.clip_of(of) as clip:
                return len(clip.sound.content)

        first = asyncio.create_task(length(one))
        async with shelf.clip_of(two) as made:
            assert await first == len(made.sound.content)
            assert await length(three) == len(made.sound.content)
        assert len(conversions) == times


async def test_a_failure_is_shared_but_not_kept(
    hass: HomeAssistant, shelf: Clips, conversions: list[object]
) -> None:
    async def make(of: Media) -> None:
        async with shelf.clip_of(of):
            pass

    key = object()
    for times in (1, 2):
        makers = [make(media(hass, b"no sound" * 100, key)) for _ in range(5)]
        errors = await asyncio.gather(*makers, return_exceptions=True)
        assert [type(err) for err in errors] == [VoiceFormat] * 5
        assert len(conversions) == times


async def test_who_leaves_does_not_take_it_from_the_others(
    hass: HomeAssistant, shelf: Clips, conversions: list[object]
) -> None:
    async def length(of: Media) -> int:
        async with shelf.clip_of(of) as clip:
            return len(clip.sound.content)

    key = object()
    leaving, staying = (
        asyncio.create_task(length(media(hass, sound("flac", 45.0), key))) for _ in range(2)
    )
    await until(lambda: bool(conversions))
    leaving.cancel()
    assert await staying > 100_000
    assert len(conversions) == 1


# --- within bounds


async def test_nothing_holds_on_to_a_sound_that_was_refused(
    ready: None, media_folder: Path, play: Act, cloud: Cloud
) -> None:
    """Tracebacks of what failed stay until Python collects garbage: 20 MB each, with the sound."""
    (media_folder / "ding.wav").write_bytes(wav(1))
    cloud.faults.add(Fault("code", "sendvoice", code="111001", times=1))
    cloud.faults.add(Fault("reset_after", "sendvoice", times=1))
    before = _sounds()
    gc.disable()
    await refused(play(f"{LOCAL}ding.wav"), "voice_format")
    await refused(play(f"{LOCAL}ding.wav"), "cannot_connect")
    left = _sounds()
    gc.enable()
    assert left <= before


def _sounds() -> set[Sound]:
    """Return all that have bytes; some are other tests'."""
    return {one for one in gc.get_objects() if isinstance(one, Sound) and one.content}


async def test_a_large_file_is_not_read_into_memory(hass: HomeAssistant, shelf: Clips) -> None:
    content = media(hass, wav(340, rate=44100, channels=2))  # 60 MB
    tracemalloc.start()
    began = tracemalloc.get_traced_memory()[0]
    async with shelf.clip_of(content) as clip:
        peak = tracemalloc.get_traced_memory()[1] - began
        assert (clip.sound.kind, clip.seconds) == ("mp3", pytest.approx(340, abs=1))
    tracemalloc.stop()
    assert peak < 10 * MB


async def test_too_much_that_waits_is_refused_in_time(
    hass: HomeAssistant, shelf: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large ones leave room for speech."""
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    large = wav(100, rate=48000, channels=2)
    assert 19 * MB < len(large) < 20 * MB
    held = [shelf.clip_of(media(hass, large)) for _ in range(4)]
    for one in held:
        await one.__aenter__()
    assert shelf.room.free == MAX_HELD - 4 * len(large)
    with pytest.raises(SpeakerFull):
        async with shelf.clip_of(media(hass, large)):
            pass
    async with shelf.clip_of(media(hass, wav(5))) as speech:
        assert speech.seconds == 5
    waiting = asyncio.create_task(_seconds(shelf, media(hass, large)))
    await asyncio.sleep(0.1)
    await held.pop().__aexit__(None, None, None)
    assert await waiting == 100
    for one in held:
        await one.__aexit__(None, None, None)


async def _seconds(shelf: Clips, of: Media) -> float:
    async with shelf.clip_of(of) as clip:
        return clip.seconds


async def test_who_is_refused_for_want_of_room_is_told(
    ready: None, media_folder: Path, play: Any, monkeypatch: pytest.MonkeyPatch, shelf: Clips
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    (media_folder / "ding.wav").write_bytes(wav(1))
    async with AsyncExitStack() as taken:
        for _ in range(MAX_HELD // MB):
            await taken.enter_async_context(shelf.room.borrow(MB))
        await refused(play(f"{LOCAL}ding.wav"), "speaker_full")
    await play(f"{LOCAL}ding.wav")
