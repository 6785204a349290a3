"""Sound files of every kind, made by ffmpeg when a test wants them."""

from __future__ import annotations

import functools
import io
import subprocess
import tempfile
import wave

_AAC_IN_MP4 = ("-c:a", "aac", "-b:a", "160k", "-f", "ipod")
ENCODERS: dict[str, tuple[str, ...]] = {
    "mp3": ("-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3"),
    "mp3 of variable bitrate, piped": ("-c:a", "libmp3lame", "-q:a", "0", "-f", "mp3"),
    "aac": ("-c:a", "aac", "-f", "adts"),
    "wav": ("-c:a", "pcm_s16le", "-f", "wav", "-bitexact"),
    "ogg": ("-c:a", "libvorbis", "-f", "ogg"),
    "flac": ("-c:a", "flac", "-f", "flac"),
    "opus": ("-c:a", "libopus", "-f", "opus"),
    "m4a": (*_AAC_IN_MP4, "-movflags", "+faststart"),
    "m4a with its index at the end": _AAC_IN_MP4,
    "webm": ("-c:a", "libopus", "-f", "webm"),
    "wav of another codec": ("-c:a", "adpcm_ima_wav", "-f", "wav"),
    "wav of 24 bits": ("-c:a", "pcm_s24le", "-f", "wav"),
    "wma": ("-c:a", "wmav2", "-f", "asf"),
}
CONVERTED = (*list(ENCODERS)[4:], "video with sound")  # the platform does not take them
# Noise beside the tone keeps the encoders from making the files too small to be of use.
_TONE = "sine=frequency=440:sample_rate=44100"
_NOISE = "anoisesrc=amplitude=0.1:sample_rate=44100"


def run_ffmpeg(*arguments: str, into: str) -> bytes:
    """Run ffmpeg and return the file that it wrote, for some formats cannot be piped."""
    command = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", *arguments, into]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    with open(into, "rb") as file:  # noqa: PTH123 - tests run in threads, too
        return file.read()


@functools.cache
def sound(kind: str, seconds: float = 2.0) -> bytes:
    """Return a tone in some format."""
    if kind == "video with sound":
        return _video(seconds)
    if kind == "mp3 of variable bitrate, piped":
        return _piped(kind, seconds)
    with _folder() as folder:
        return run_ffmpeg(*_source(seconds), *ENCODERS[kind], into=f"{folder}/sound")


@functools.cache
def wav(seconds: float, rate: int = 16000, channels: int = 1) -> bytes:
    """Return a wav of silence: quick to make, and as long as one likes."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((channels, 2, rate, 0, "NONE", ""))
        writer.writeframes(bytes(int(seconds * rate) * channels * 2))
    return file.getvalue()


def _source(seconds: float) -> tuple[str, ...]:
    length = f"duration={seconds}"
    mixed = ("-filter_complex", "amix=inputs=2:duration=first", "-ac", "2")
    return ("-f", "lavfi", "-i", f"{_TONE}:{length}", "-f", "lavfi", "-i", _NOISE, *mixed)


def _piped(kind: str, seconds: float) -> bytes:
    command = ["ffmpeg", "-loglevel", "error", *_source(seconds), *ENCODERS[kind], "-"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def _video(seconds: float) -> bytes:
    picture = ("-f", "lavfi", "-i", f"testsrc=size=64x64:rate=5:duration={seconds}")
    tone = ("-f", "lavfi", "-i", f"{_TONE}:duration={seconds}")
    codecs = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-f", "mp4")
    with _folder() as folder:
        return run_ffmpeg(*picture, *tone, *codecs, into=f"{folder}/video")


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()
