"""Sounds of every kind, through Home Assistant's own actions."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.sodalife.audio import media
from simulator import Cloud
from simulator.camera import SimCamera
from tests.integration.common import Act, FindEntity, count_arrived, state_of
from tests.integration.refusals import LOCAL, refused
from tests.integration.sounds import CONVERTED, ENCODERS, sound, wav

TEXT = b"I am a text, whatever my name says.\n" * 100


# --- formats, by every way in


@pytest.mark.parametrize(
    ("way", "kind"),
    [
        *(("play_media", kind) for kind in (*ENCODERS, "video with sound")),
        *(("send_voice file", kind) for kind in ("mp3", "flac", "opus")),
        *(("send_voice media", kind) for kind in ("aac", "m4a with its index at the end")),
    ],
)
async def test_every_kind_and_every_way(
    ready: None, media_folder: Path, sim: SimCamera, play: Act, act: Act, kind: str, way: str
) -> None:
    """The name says nothing: no file here is called what it is."""
    path = media_folder / "sound.bin"
    path.write_bytes(sound(kind))
    if way == "play_media":
        await play(f"{LOCAL}sound.bin")
    elif way == "send_voice file":
        await act("send_voice", file=str(path))
    else:
        choice = {"media_content_id": f"{LOCAL}sound.bin", "media_content_type": "audio/mpeg"}
        await act("send_voice", media=choice)
    (voice,) = sim.voices
    assert voice.kind == ("mp3" if kind in CONVERTED else kind[:3])
    assert voice.duration == pytest.approx(2, abs=0.2)
    assert voice.sample_rate == (16000 if kind in CONVERTED else 44100)
    assert max(voice.peaks) > 0.05


async def test_25_mb(
    ready: None, media_folder: Path, cloud: Cloud, sim: SimCamera, act: Act
) -> None:
    cloud.max_voice_seconds = 300
    path = media_folder / "long.wav"
    path.write_bytes(wav(142, rate=44100, channels=2))
    assert path.stat().st_size > 25_000_000
    await act("send_voice", file=str(path))
    (voice,) = sim.voices
    assert (voice.kind, voice.sample_rate, len(voice.data) < 1_000_000) == ("mp3", 16000, True)
    assert voice.duration == pytest.approx(142, abs=0.3)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (TEXT, "voice_format"),
        (b"#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n", "voice_format"),
        (b"", "voice_empty"),
        (wav(0.05), "voice_empty"),
    ],
    ids=["text", "playlist", "empty", "too short"],
)
@pytest.mark.parametrize("way", ["play_media", "send_voice"])
async def test_what_cannot_be_played(
    ready: None,
    media_folder: Path,
    sim: SimCamera,
    play: Act,
    act: Act,
    content: bytes,
    key: str,
    way: str,
) -> None:
    path = media_folder / "renamed.mp3"
    path.write_bytes(content)
    if way == "play_media":
        await refused(play(f"{LOCAL}renamed.mp3"), key)
    else:
        await refused(act("send_voice", file=str(path)), key)
    assert count_arrived(sim, "sendvoice") == 0, "it was sent all the same"


async def test_the_state_follows_whatever_was_the_way(
    hass: HomeAssistant, ready: None, media_folder: Path, act: Act, entity_id: FindEntity
) -> None:
    (media_folder / "chime.wav").write_bytes(wav(0.4))
    speaker = entity_id("media_player", "speaker")
    await act("send_voice", file=str(media_folder / "chime.wav"))
    state = hass.states.get(speaker)
    assert state is not None
    assert (state.state, state.attributes["media_title"]) == ("playing", "chime.wav")
    await asyncio.sleep(0.5)
    assert state_of(hass, speaker) == "idle"


# --- files that are out of bounds


@pytest.mark.parametrize("kind", ["outside", "relative", "symlink", "folder", "missing", "pipe"])
async def test_files_out_of_bounds(
    ready: None, media_folder: Path, tmp_path: Path, sim: SimCamera, act: Act, kind: str
) -> None:
    outside = tmp_path / "secret.wav"
    outside.write_bytes(wav(1))
    (media_folder / "symlink").symlink_to(outside)
    (media_folder / "folder").mkdir()
    os.mkfifo(media_folder / "pipe")
    paths = {"outside": outside, "relative": media_folder / ".." / "secret.wav"}
    key = "path_not_allowed" if kind in ("outside", "relative", "symlink") else "file_not_readable"
    error = await refused(act("send_voice", file=str(paths.get(kind, media_folder / kind))), key)
    assert isinstance(error, ServiceValidationError)
    assert count_arrived(sim, "sendvoice") == 0


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("local/symlink", "path_not_allowed"),
        ("local/../secret.wav", "path_not_allowed"),
        ("local//etc/passwd", "path_not_allowed"),
        ("local/missing.wav", "file_not_readable"),
        ("elsewhere/x.wav", "file_not_readable"),
    ],
)
async def test_local_media_out_of_bounds(
    ready: None, media_folder: Path, tmp_path: Path, play: Act, name: str, key: str
) -> None:
    (tmp_path / "secret.wav").write_bytes(wav(1))
    (media_folder / "symlink").symlink_to(tmp_path / "secret.wav")
    await refused(play(f"media-source://media_source/{name}"), key)


async def test_a_file_that_is_too_large_is_not_read(
    ready: None, media_folder: Path, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "MAX_FILE", 10_000)
    (media_folder / "large.wav").write_bytes(wav(1))
    await refused(act("send_voice", file=str(media_folder / "large.wav")), "media_too_large")


async def test_neither_media_nor_file(ready: None, act: Act) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await act("send_voice")
    assert caught.value.translation_key == "media_or_file"
