"""Voice files: judged by content, measured, kept."""

from __future__ import annotations

import array
import io
import math
from typing import TYPE_CHECKING
import wave

import av
import pytest

from simulator.voice import MAX_BYTES

if TYPE_CHECKING:
    from .conftest import Platform, Serve

CODECS = {"mp3": "libmp3lame", "adts": "aac"}


def wav(seconds: float, rate: int = 16000, channels: int = 1) -> bytes:
    """A tone that grows louder."""
    count = int(seconds * rate)
    samples = array.array("h")
    for number in range(count):
        level = int(30000 * number / count * math.sin(2 * math.pi * 440 * number / rate))
        samples.extend([level] * channels)
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((channels, 2, rate, count, "NONE", ""))
        writer.writeframes(samples.tobytes())
    return file.getvalue()


def encode(container_format: str, seconds: float = 1.0) -> bytes:
    file = io.BytesIO()
    with (
        av.open(io.BytesIO(wav(seconds))) as source,
        av.open(file, "w", format=container_format) as target,
    ):
        stream = target.add_stream(CODECS[container_format], rate=16000)
        stream.codec_context.layout = "mono"
        for frame in source.decode(audio=0):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return file.getvalue()


async def test_a_wav_arrives(platform: Platform) -> None:
    data = wav(1.5, rate=44100, channels=2)
    answer = await platform.say(data, "门铃.wav")
    assert answer.json == {"data": "SUCCESS"}
    (voice,) = platform.cam.voices
    assert (voice.data, voice.filename, voice.kind) == (data, "门铃.wav", "wav")
    assert (voice.sample_rate, voice.channels) == (44100, 2)
    assert voice.duration == pytest.approx(1.5)
    assert voice.received == platform.clock.time()
    assert len(voice.peaks) == pytest.approx(200, abs=60)
    assert voice.peaks[0] < 0.1
    assert 0.8 < voice.peaks[-1] <= 1


@pytest.mark.parametrize(("container_format", "kind"), [("mp3", "mp3"), ("adts", "aac")])
async def test_compressed_sound_arrives(
    platform: Platform, container_format: str, kind: str
) -> None:
    answer = await platform.say(encode(container_format), "misleading.wav")
    assert answer.error == ""
    (voice,) = platform.cam.voices
    assert (voice.kind, voice.sample_rate, voice.channels) == (kind, 16000, 1)
    assert voice.duration == pytest.approx(1, abs=0.2)


async def test_an_id3_tag_is_skipped(query: Platform) -> None:
    tag = b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128)
    mp3 = encode("mp3")
    bare = mp3[mp3.index(b"\xff\xf3") :] if mp3.startswith(b"ID3") else mp3
    assert (await query.say(tag + bare)).error == ""
    assert (await query.say(bare)).error == "TOO_MANY_REQUESTS"
    query.clock.advance(4)
    assert (await query.say(bare)).error == ""
    query.clock.advance(4)
    assert (await query.say(tag + b"no sound behind it")).error == "111001"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, "111008"),
        (b"", "111008"),
        (b"OggS\x00\x02 and more", "111001"),
        (b"hello", "111001"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "111001"),
        (b"RIFF\x24\x00\x00\x00WAVE and then nothing", "111004"),
        (b"\xff\xfb\x90\x00 cut off", "111004"),
        (bytes(MAX_BYTES + 1), "111003"),
    ],
    ids=["missing", "empty", "ogg", "text", "avi", "broken wav", "broken mp3", "large"],
)
async def test_wrong_files(platform: Platform, data: bytes | None, code: str) -> None:
    answer = await platform.say(data)
    assert (answer.status, answer.error) == (200, code)
    assert platform.cam.voices == []


@pytest.mark.parametrize("seconds", [0.0, 0.1, 60.5])
async def test_wrong_durations(query: Platform, seconds: float) -> None:
    assert (await query.say(wav(seconds, rate=8000))).error == "111002"


async def test_the_longest_duration_can_be_set(serve: Serve) -> None:
    platform = await serve(max_voice_seconds=1.0)
    assert (await platform.say(wav(1.0))).error == ""
    platform.clock.advance(4)
    assert (await platform.say(wav(1.1))).error == "111002"


async def test_a_field_without_a_filename_is_no_file(query: Platform) -> None:
    assert (await query.say(None, voice_file="text")).error == "111008"


async def test_a_form_without_a_serial(query: Platform) -> None:
    assert (await query.say(wav(0.5), device_serial="")).error == "111010"


async def test_json_instead_of_a_form(query: Platform) -> None:
    assert (await query.call("sendvoice")).error == "111008"


async def test_a_form_instead_of_json(query: Platform) -> None:
    path = f"/iot/cameras/capture?access_token={query.token}"
    async with query.client.post(path, data={"device_serial": "TEST0001"}) as response:
        assert (await response.json())["error"] == "10001"


async def test_a_form_that_is_none(query: Platform) -> None:
    path = f"/iot/cameras/sendvoice?access_token={query.token}"
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=x"):
        headers = {"Content-Type": content_type}
        async with query.client.post(path, data=b"garbage", headers=headers) as response:
            assert (await response.json())["error"] == "111010"


async def test_the_last_twenty_are_kept(serve: Serve) -> None:
    platform = await serve(interval=0)
    data = wav(0.2, rate=8000)
    for number in range(22):
        assert (await platform.say(data, f"{number}.wav")).error == ""
    assert [voice.number for voice in platform.cam.voices] == list(range(3, 23))
    assert platform.cam.voices[-1].filename == "21.wav"
