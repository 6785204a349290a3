"""A gong before speech: joined into one clip, one upload, one call."""

from __future__ import annotations

from array import array
from collections.abc import Callable
import io
from pathlib import Path
import subprocess
import sys
from typing import Any
import wave

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.sodalife.audio.clips import MAX_HELD, clips
from custom_components.sodalife.audio.gong import BUNDLED, FOLDER
from simulator import Cloud
from simulator.camera import SimCamera
from tests.clock import ManualClock
from tests.integration.common import OTHER, SERIAL, Act, FindEntity, SetUp, count_arrived
from tests.integration.refusals import LOCAL, refused
from tests.integration.sounds import run_ffmpeg, sound, wav

ROOT = Path(__file__).parents[2]
SECONDS = {"two_tones": 1.3, "bell": 1.6}


def length(gong: str) -> float:
    with wave.open(str(FOLDER / f"{gong}.wav")) as file:
        return float(file.getnframes() / file.getframerate())


def pcm(content: bytes, folder: Path) -> array[int]:
    """Return a sound as 16 kHz mono, whatever it is now."""
    (folder / "in").write_bytes(content)
    options = ("-i", str(folder / "in"), "-ac", "1", "-ar", "16000", "-f", "s16le")
    return array("h", run_ffmpeg(*options, into=str(folder / "out")))


def alike(one: array[int], other: array[int]) -> float:
    """Return how much two sounds are the same one, -1 to 1."""
    count = min(len(one), len(other))
    pairs = list(zip(one[:count], other[:count], strict=True))
    power = sum(a * a for a, _ in pairs) * sum(b * b for _, b in pairs)
    return float(sum(a * b for a, b in pairs) / power**0.5)


@pytest.mark.parametrize("gong", BUNDLED)
def test_what_is_bundled_is_what_the_script_makes(gong: str, tmp_path: Path) -> None:
    assert length(gong) == SECONDS[gong]
    subprocess.run([sys.executable, ROOT / "script" / "sounds", tmp_path], check=True)
    made, bundled = ((where / f"{gong}.wav").read_bytes() for where in (tmp_path, FOLDER))
    assert made[:44] == bundled[:44]
    # Sines may differ in the last bit from machine to machine.
    samples = zip(array("h", made[44:]), array("h", bundled[44:]), strict=True)
    assert max(abs(a - b) for a, b in samples) <= 1


async def test_a_wav_of_the_same_kind_is_joined_as_it_is(
    set_up: SetUp, act: Act, media_folder: Path, sim: SimCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_up()
    monkeypatch.setattr("custom_components.sodalife.audio.clips.async_to_mp3", None)
    (media_folder / "spoken.wav").write_bytes(wav(1.5))
    await act("send_voice", file=str(media_folder / "spoken.wav"), gong="bell")
    (voice,) = sim.voices
    assert count_arrived(sim, "sendvoice") == 1
    with wave.open(io.BytesIO(voice.data)) as file:
        assert file.getparams()[:3] == (1, 2, 16000)
        heard = file.readframes(file.getnframes())
    with wave.open(str(FOLDER / "bell.wav")) as file:
        assert heard == file.readframes(file.getnframes()) + bytes(48000)


@pytest.mark.parametrize("kind", ["mp3", "aac", "wav", "ogg", "m4a with its index at the end"])
async def test_whatever_else_is_one_clip_too(
    set_up: SetUp, act: Act, media_folder: Path, sim: SimCamera, tmp_path: Path, kind: str
) -> None:
    await set_up()
    (media_folder / "spoken").write_bytes(sound(kind))
    await act("send_voice", file=str(media_folder / "spoken"), gong="two_tones")
    (voice,) = sim.voices
    assert voice.kind == "mp3"
    assert abs(voice.duration - 3.3) < 0.15
    heard = pcm(voice.data, tmp_path)
    ours = pcm((FOLDER / "two_tones.wav").read_bytes(), tmp_path)
    shifted = max(alike(heard[delay:], ours) for delay in range(0, 2400, 4))  # mp3 begins late
    assert shifted > 0.9


@pytest.fixture
def ways(
    hass: HomeAssistant,
    play: Act,
    act: Act,
    entity_id: FindEntity,
    espeak: str,
    media_folder: Path,
    hass_client: ClientSessionGenerator,
) -> Callable[[str], Any]:
    """Have something said, one way or another."""
    (media_folder / "spoken.wav").write_bytes(wav(1.5))

    async def notify() -> None:
        target = {"entity_id": entity_id("notify", "speaker"), "message": "Good morning"}
        await hass.services.async_call("notify", "send_message", target, blocking=True)

    async def talk() -> None:
        client = await hass_client()
        url = f"/api/sodalife/voice/{entity_id('camera')}"
        async with client.post(url, data=wav(1.5)) as response:
            assert "accepted" in await response.text()

    ways = {
        "notify": notify,
        "talk": talk,
        "announcement": lambda: play(f"{LOCAL}spoken.wav", announce=True),
        "send_voice": lambda: act("send_voice", file=str(media_folder / "spoken.wav")),
        "send_voice of media": lambda: act(
            "send_voice", media={"media_content_id": f"{LOCAL}spoken.wav"}
        ),
        "phrase": lambda: act("say_phrase", phrase="Good morning"),
        "music": lambda: play(f"{LOCAL}spoken.wav"),
    }
    return lambda way: ways[way]()


@pytest.mark.parametrize(
    ("way", "has_gong"),
    [
        *((way, True) for way in ("notify", "talk", "announcement", "send_voice")),
        *((way, True) for way in ("send_voice of media", "phrase")),
        ("music", False),
    ],
)
async def test_the_gong_of_the_options_is_for_what_is_said(
    hass: HomeAssistant,
    clock: ManualClock,
    set_up: SetUp,
    sim: SimCamera,
    ways: Callable[[str], Any],
    way: str,
    has_gong: bool,
) -> None:
    entry = await set_up(options={"phrases": ["Good morning"]})  # as before there was a gong
    await ways(way)
    hass.config_entries.async_update_entry(entry, options={**entry.options, "gong": "bell"})
    await hass.async_block_till_done()
    await clock.advance(10)
    await ways(way)
    alone, behind = (voice.duration for voice in sim.voices)
    assert abs(behind - alone - (1.6 if has_gong else 0)) < 0.15
    assert count_arrived(sim, "sendvoice") == 2


async def test_a_call_can_have_another_gong_than_the_options(
    clock: ManualClock, set_up: SetUp, sim: SimCamera, act: Act, play: Act, media_folder: Path
) -> None:
    path = media_folder / "spoken.wav"
    path.write_bytes(wav(1.5))
    await set_up(options={"gong": "bell", "phrases": [f"Hello = {LOCAL}spoken.wav"]})
    calls = [
        lambda gong: act("send_voice", file=str(path), gong=gong),
        lambda gong: act("say_phrase", phrase="Hello", gong=gong),
        lambda gong: play(f"{LOCAL}spoken.wav", announce=True, extra={"gong": gong}),
        lambda gong: play(f"{LOCAL}spoken.wav", extra={"gong": gong}),
    ]
    for call in calls:
        for gong in ("none", "two_tones"):
            await call(gong)
            await clock.advance(10)
    assert [round(voice.duration, 1) for voice in sim.voices[-8:]] == [1.5, 2.8] * 4


async def test_a_sound_of_ones_own_can_be_the_gong(
    set_up: SetUp, sim: SimCamera, act: Act, media_folder: Path
) -> None:
    (media_folder / "spoken.wav").write_bytes(wav(1.5))
    (media_folder / "own.ogg").write_bytes(sound("ogg"))
    await set_up(options={"gong": f"{LOCAL}own.ogg"})
    await act("send_voice", file=str(media_folder / "spoken.wav"))
    assert abs(sim.voices[0].duration - 3.5) < 0.15


async def test_one_gong_and_sound_for_several_cameras_are_made_once(
    hass: HomeAssistant, set_up: SetUp, cloud: Cloud, act: Act, media_folder: Path
) -> None:
    (media_folder / "spoken.ogg").write_bytes(sound("ogg"))
    await set_up(SERIAL, OTHER)
    await act("send_voice", SERIAL, OTHER, file=str(media_folder / "spoken.ogg"), gong="bell")
    one, other = (camera.voices[0].data for camera in cloud.cameras.values())
    assert one == other
    assert clips(hass).room.free == MAX_HELD


@pytest.mark.parametrize(
    ("gong", "key"),
    [
        (f"{LOCAL}gone.wav", "file_not_readable"),
        ("nonsense", "media_not_readable"),
        ("/local/none.wav", "path_not_allowed"),
    ],
)
async def test_a_gong_that_cannot_be_had(
    set_up: SetUp, sim: SimCamera, act: Act, media_folder: Path, gong: str, key: str
) -> None:
    (media_folder / "spoken.wav").write_bytes(wav(1.5))
    await set_up()
    await refused(act("send_voice", file=str(media_folder / "spoken.wav"), gong=gong), key)
    assert sim.voices == []


async def test_a_gong_that_is_no_sound_is_not_put_down_to_what_is_said(
    set_up: SetUp, sim: SimCamera, act: Act, media_folder: Path
) -> None:
    (media_folder / "spoken.wav").write_bytes(wav(1.5))
    (media_folder / "text.mp3").write_bytes(b"No sound" * 100)
    await set_up()
    said = {"file": str(media_folder / "spoken.wav"), "gong": f"{LOCAL}text.mp3"}
    await refused(act("send_voice", **said), "gong_format")
    said = {"file": str(media_folder / "text.mp3"), "gong": "bell"}
    await refused(act("send_voice", **said), "voice_format")
    assert sim.voices == []


@pytest.mark.parametrize("size", [0, 36, 0xFFFFFFFF], ids=["none", "too small", "too large"])
async def test_a_wav_that_was_written_as_a_stream_is_joined_too(
    set_up: SetUp, sim: SimCamera, act: Act, media_folder: Path, size: int
) -> None:
    """Its first size was not known when it was written; the platform does not mind, either."""
    head, rest = wav(1.5)[:4], wav(1.5)[8:]
    (media_folder / "spoken.wav").write_bytes(head + size.to_bytes(4, "little") + rest)
    await set_up()
    await act("send_voice", file=str(media_folder / "spoken.wav"), gong="bell")
    assert abs(sim.voices[0].duration - 3.1) < 0.15


@pytest.mark.parametrize("content", [wav(0.1), b"RIFF"], ids=["next to nothing", "no sound"])
async def test_a_gong_is_not_sent_alone(
    set_up: SetUp, sim: SimCamera, act: Act, media_folder: Path, content: bytes
) -> None:
    (media_folder / "spoken.wav").write_bytes(content)
    await set_up()
    with pytest.raises(HomeAssistantError):
        await act("send_voice", file=str(media_folder / "spoken.wav"), gong="bell")
    assert sim.voices == []
