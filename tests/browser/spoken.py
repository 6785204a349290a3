"""What the tests say into Chromium's fake microphone, and whether it is what the camera has."""

from __future__ import annotations

from array import array
import io
from pathlib import Path
import subprocess
import wave

RATE = 16000
BEFORE, AFTER = 1.5, 60.0  # seconds of silence around what is said
MARGIN = 0.1  # seconds that the card keeps of it, on each side: see pcm.js
REACH = round(2 * MARGIN * RATE)  # samples between which the beginning is looked for
BLOCK = 16  # samples of an envelope: a millisecond
WORDS = "Good morning. Please leave the parcel at the door."


def speech(folder: Path) -> array[int]:
    """Return some words, from the first sound to the last."""
    spoken, made = folder / "spoken.wav", folder / "spoken.raw"
    subprocess.run(["espeak-ng", "-w", spoken, WORDS], check=True)
    convert = ["ffmpeg", "-loglevel", "error", "-y", "-i", spoken]
    convert += ["-ac", "1", "-ar", str(RATE), "-f", "s16le", made]
    subprocess.run(convert, check=True)
    samples = array("h", made.read_bytes())
    loud = [number for number, sample in enumerate(samples) if abs(sample) > 300]
    return samples[loud[0] : loud[-1]]


def write(path: Path, said: array[int]) -> None:
    """Write what the microphone hears."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        for part in (array("h", bytes(2 * round(BEFORE * RATE))), said):
            file.writeframes(part.tobytes())
        file.writeframes(bytes(2 * round(AFTER * RATE)))


def samples_of(content: bytes) -> array[int]:
    """Return what is in a clip, which has to be what the card makes."""
    with wave.open(io.BytesIO(content)) as file:
        assert file.getparams()[:3] == (1, 2, RATE)
        return array("h", file.readframes(file.getnframes()))


def likeness(clip: array[int], said: array[int]) -> float:
    """Return how much a clip is what was said, wherever it begins, wave by wave."""
    near = BLOCK * _best_step(clip, said, range(-REACH // BLOCK, REACH // BLOCK))[1]
    return max(_correlation(clip, said, near + step) for step in range(-2 * BLOCK, 2 * BLOCK))


def likeness_of_loudness(clip: array[int], said: array[int]) -> float:
    """Return the same of how the loudness goes up and down, syllable by syllable.

    What a browser does against noise and echo shifts the waves, but not the syllables.
    """
    return _best_step(clip, said, range(-REACH // BLOCK, REACH // BLOCK), smooth=20)[0]


def _best_step(
    clip: array[int], said: array[int], steps: range, smooth: int = 1
) -> tuple[float, int]:
    one, other = (_envelope(samples, smooth) for samples in (clip, said))
    return max((_correlation(one, other, step), step) for step in steps)


def _envelope(samples: array[int], smooth: int) -> array[int]:
    """Return the loudness of every millisecond, less its mean: silence is like silence."""
    starts = range(0, len(samples) - smooth * BLOCK, BLOCK)
    found = [sum(map(abs, samples[start : start + smooth * BLOCK])) for start in starts]
    mean = round(sum(found) / len(found)) if smooth > 1 else 0
    return array("i", [value - mean for value in found])


def _correlation(one: array[int], other: array[int], shift: int) -> float:
    """Return it for one sound that begins so much later than the other."""
    one, other = one[max(0, shift) :], other[max(0, -shift) :]
    power = sum(a * a for a in one) * sum(b * b for b in other)
    return float(sum(a * b for a, b in zip(one, other, strict=False)) / power**0.5) if power else 0
