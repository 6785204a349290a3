"""How a secret can be written, and how it is found again: made without the integration's help."""

from __future__ import annotations

from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
import html
import json
import random
import re
from urllib.parse import quote, unquote_to_bytes

_LETTERS = re.compile(r"[A-Za-z0-9+/_-]{8,}")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.)")


def _in_json(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


WAYS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    str.lower,
    lambda text: quote(text, safe=""),
    lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    lambda text: quote(quote(text, safe=""), safe=""),
    lambda text: json.dumps(text)[1:-1],
    _in_json,
    lambda text: json.dumps(_in_json(text)),
    lambda text: quote(_in_json(text)),
    html.escape,
    lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    lambda text: b64encode(text.encode()).decode(),
    lambda text: b64encode(f"fuzz-client:{text}".encode()).decode(),
    lambda text: urlsafe_b64encode(f"x{text}yz".encode()).decode().rstrip("="),
    lambda text: quote(b64encode(text.encode()).decode(), safe=""),
    lambda text: text.encode().hex(),
    " ".join,
    "\x00".join,
    lambda text: f"{text[:7]}\u200b\r\n{text[7:]}",
    lambda text: f"{text[:9]}\ud83d{text[9:]}",
)


def spell(secret: str, chance: random.Random) -> str:
    """Write a secret in some way."""
    return chance.choice(WAYS)(secret)


def found_in(text: str, secrets: tuple[str, ...]) -> str | None:
    """Return the secret that somebody who wants to can read in a text, if any."""
    readings = [text]
    for _ in range(3):
        readings.append(_read_once(readings[-1]))
    for reading in readings:
        squeezed = "".join(reading.split()).lower()
        for secret in secrets:
            if secret.lower() in squeezed or secret.encode().hex() in squeezed:
                return secret
        for run in _LETTERS.findall("".join(reading.split())):
            if (encoded := _in_base64(run, secrets)) is not None:
                return encoded
    return None


def _read_once(text: str) -> str:
    text = unquote_to_bytes(text.encode(errors="replace")).decode(errors="replace")
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
    return html.unescape(text)


def _in_base64(run: str, secrets: tuple[str, ...]) -> str | None:
    plain = run.replace("-", "+").replace("_", "/")
    for start in range(4):
        part = plain[start:]
        raw = b64decode(part[: len(part) // 4 * 4])
        for secret in secrets:
            if secret.encode() in raw:
                return secret
    return None
