"""Text that others wrote: whatever is to be shown, logged or kept of it passes through here.

What comes out is valid Unicode on one line, not long, and free of every spelling of what is
secret: as it is, percent-encoded, escaped for JSON or HTML, in base64 or hexadecimal digits, in
small or capital letters, with spaces in between, and one of these within another.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from html import unescape
import re

MAX_TEXT = 200  # characters
MAX_ADDRESS = 8192
HIDDEN = "***"

# Of a longer text only the beginning is read: taking things out of a megabyte would take long.
_WINDOW = 2048
_CUT_OFF = _WINDOW // 2  # at its end a secret may have been cut in two
# Control characters, halves of pairs, and what shows nothing or turns the direction of writing.
_UNFIT = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_NOT_OF_AN_ADDRESS = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_QUERY = re.compile(r"(\w+://[^\s?'\"]+)\?[^\s'\")]*")
_OLD_FORM = re.compile(r"(/openlive/)[0-9a-fA-F]{16,}")
_LAYERS = 4  # of spellings within each other
_SPELT = re.compile(
    rb"%(?P<percent>[0-9a-fA-F]{2})|\\u(?P<json>[0-9a-fA-F]{4})|\\x(?P<hex>[0-9a-fA-F]{2})"
    rb"|(?P<html>&(?:#\d{1,9}|#[xX][0-9a-fA-F]{1,8}|amp|lt|gt|quot|apos);?)|\s+|\\"
)
_MIN_BASE64 = 4  # letters; fewer are found in any text


def clean(value: object, secrets: Iterable[str] = (), limit: int = MAX_TEXT) -> str:
    """Return what may be shown of a text or a number; of anything else, nothing."""
    text = str(value) if isinstance(value, str | int | float) else ""
    cut_off = len(text) > _WINDOW
    text = hide_addresses(redact(_UNFIT.sub("", text[:_WINDOW]), secrets))
    if cut_off:
        text = text[:-_CUT_OFF]
    return " ".join(text.split())[:limit].rstrip()


def is_address(text: str) -> bool:
    """Tell whether a text can be an address or a token: it is used as it is, never cleaned."""
    return 0 < len(text) <= MAX_ADDRESS and _NOT_OF_AN_ADDRESS.search(text) is None


def hide_addresses(text: str) -> str:
    """Take the signed part of addresses out of a text."""
    return _OLD_FORM.sub(rf"\1{HIDDEN}", _QUERY.sub(rf"\1?{HIDDEN}", text))


def redact(text: str, secrets: Iterable[str]) -> str:
    """Take every spelling of secrets out of a text that is valid Unicode."""
    spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
    if not spellings or not text:
        return text
    raw = text.encode(errors="replace")
    found = sorted(_find(raw, spellings))
    kept, end = bytearray(), 0
    for first, last in found:
        if first >= end:
            kept += raw[end:first] + HIDDEN.encode()
        end = max(end, last)
    return (bytes(kept) + raw[end:]).decode(errors="ignore")


def _spellings(secret: str) -> Iterator[bytes]:
    """Return what to look for, in small letters: the rest is undone in the text."""
    plain = secret.encode(errors="replace")
    for text in (secret, secret.lower(), secret.upper(), secret.replace(" ", "+")):
        spelling = text.encode(errors="replace")
        if wanted := re.sub(rb"[\\\s]", b"", spelling).lower():
            yield wanted
            yield spelling.hex().encode()
    for before in range(3):  # how it falls into the groups of three bytes
        first, last = -(-before * 8 // 6), (before + len(plain)) * 8 // 6
        letters = b64encode(bytes(before) + plain)[first:last].lower()
        if len(letters) >= _MIN_BASE64:
            yield letters
            yield letters.replace(b"+", b"-").replace(b"/", b"_")


def _find(raw: bytes, spellings: Iterable[bytes]) -> Iterator[tuple[int, int]]:
    """Return where any of the spellings is, in each layer of the text."""
    layer, firsts, lasts = raw, list(range(len(raw))), list(range(1, len(raw) + 1))
    for _ in range(_LAYERS):
        small = layer.lower()
        for spelling in spellings:
            at = small.find(spelling)
            while at >= 0:
                yield firsts[at], lasts[at + len(spelling) - 1]
                at = small.find(spelling, at + 1)
        before = len(layer)
        layer, firsts, lasts = _undo(layer, firsts, lasts)
        if len(layer) == before:
            return


def _undo(layer: bytes, firsts: list[int], lasts: list[int]) -> tuple[bytes, list[int], list[int]]:
    """Undo one layer of spelling; it is kept where in the text each byte came from."""
    undone, starts, ends = bytearray(), list[int](), list[int]()
    end = 0
    for match in _SPELT.finditer(layer):
        start, stop = match.span()
        undone += layer[end:start]
        starts += firsts[end:start]
        ends += lasts[end:start]
        meant = _meant(match)
        undone += meant
        starts += [firsts[start]] * len(meant)
        ends += [lasts[stop - 1]] * len(meant)
        end = stop
    return bytes(undone + layer[end:]), starts + firsts[end:], ends + lasts[end:]


def _meant(match: re.Match[bytes]) -> bytes:
    """Return what something spelt stands for; nothing: a space, or a backslash before a letter."""
    if entity := match["html"]:
        return unescape(entity.decode()).encode(errors="replace")
    if code := match["json"]:
        return chr(int(code, 16)).encode(errors="replace")
    byte = match["percent"] or match["hex"]
    return bytes.fromhex(byte.decode()) if byte else b""
