"""Whatever others write: what comes through, and what must not."""

from __future__ import annotations

from base64 import b64encode, encodebytes, urlsafe_b64encode
import html
import json
import time
from urllib.parse import quote, quote_plus

import pytest

from custom_components.sodalife.api.answers import payload_of, text_of
from custom_components.sodalife.api.codes import error_of
from custom_components.sodalife.api.errors import (
    DeviceOffline,
    MalformedAnswer,
    TokenRejected,
)
from custom_components.sodalife.api.foreign import HIDDEN, MAX_TEXT, clean, hide_addresses, redact
from custom_components.sodalife.api.transport import Answer

SECRET = 'Top/se"cret+&x é密'
SPELLINGS = {
    "as it is": SECRET,
    "small": SECRET.lower(),
    "capital": SECRET.upper(),
    "percent": quote(SECRET),
    "percent, all of it": "".join(f"%{byte:02x}" for byte in SECRET.encode()),
    "percent, some of it": SECRET.replace("s", "%73"),
    "percent, twice": quote(quote(SECRET, safe=""), safe=""),
    "a form": quote_plus(SECRET),
    "JSON": json.dumps(SECRET),
    "JSON, all of it": "".join(f"\\u{ord(letter):04X}" for letter in SECRET),
    "JSON, slashes too": json.dumps(SECRET).replace("/", "\\/"),
    "JSON within JSON": json.dumps(json.dumps(SECRET)),
    "JSON, then percent": quote(json.dumps(SECRET), safe=""),
    "HTML": html.escape(SECRET),
    "HTML, all of it": "".join(f"&#{ord(letter)};" for letter in SECRET),
    "HTML, careless": "".join(f"&#{ord(letter):07}" for letter in SECRET),
    "HTML, hexadecimal": "".join(f"&#x{ord(letter):x};" for letter in SECRET),
    "base64": b64encode(SECRET.encode()).decode(),
    "base64, after one letter": b64encode(f"a{SECRET}".encode()).decode(),
    "base64, after two": b64encode(f"ab{SECRET}cd".encode()).decode(),
    "base64, after an id": b64encode(f"demo-client:{SECRET}".encode()).decode(),
    "base64 for addresses": urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
    "base64, then percent": quote(b64encode(SECRET.encode()).decode(), safe=""),
    "base64 in lines": encodebytes(b"_" * 50 + SECRET.encode()).decode(),
    "hexadecimal": SECRET.encode().hex(),
    "with spaces": " ".join(SECRET),
    "over two lines": f"{SECRET[:5]}\r\n{SECRET[5:]}",
    "with what cannot be seen": "\u200b\x00".join(SECRET),
    "with half an emoji": f"{SECRET[:5]}\ud83d{SECRET[5:]}",
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_no_spelling_of_a_secret_comes_through(spelling: str) -> None:
    told = clean(f"It was {spelling}, and no other", (SECRET,))
    assert told.startswith("It was ")
    assert told.endswith(", and no other")
    rest = told.removeprefix("It was ").removesuffix(", and no other")
    assert HIDDEN in rest
    # Quotation marks, an id; of base64 some letters on either side that are of something else.
    assert len(rest.replace(HIDDEN, "").replace("X19f", "")) <= 20


def test_what_is_no_secret_stays() -> None:
    assert clean("100 % of 设备 不在线 \U0001f600 &amp; %41 \\u0041", ("secret", "", "A1B2")) == (
        "100 % of 设备 不在线 \U0001f600 &amp; %41 \\u0041"
    )
    assert redact("nothing is secret", ()) == "nothing is secret"
    assert redact("abc", ("",)) == "abc"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("half \ud83d an emoji", "half an emoji"),
        ("\udc00\ud800", ""),
        ("a\x00b\x1bc\x7fd\x9be", "abcde"),
        ("one\r\n\ttwo\u2028three", "one two three"),
        ("\u202eright to left\u202c \ufeff", "right to left"),
        ("\U0001f600", "\U0001f600"),
        ("x" * 5000, "x" * MAX_TEXT),
        (None, ""),
        (["a", {"list": 1}], ""),
        (10002, "10002"),
        (1.5, "1.5"),
    ],
)
def test_what_is_shown_is_short_and_valid(text: object, told: str) -> None:
    assert clean(text) == told


def test_a_secret_is_not_cut_in_two_but_taken_out() -> None:
    for before in range(MAX_TEXT + 1):
        assert "Top/se" not in clean("x" * before + SECRET, (SECRET,))
    for before in range(1900, 2100):
        assert "Top/se" not in clean("\x00" * before + SECRET * 9, (SECRET,))


def test_a_long_text_is_no_trouble() -> None:
    began = time.perf_counter()
    for piece in ("%25", "\\", "\\u0041 ", "&#65;", SECRET, "\x00", "\ud800", "http://a?"):
        clean(piece * 100_000, (SECRET, "a", "TEST0001"))
    assert time.perf_counter() - began < 1.0


def test_the_signed_part_of_an_address_is_hidden() -> None:
    text = f"at https://pic.example/a.jpg?sign=1&e=2 and rtmp://b/openlive/{'0a' * 16}"
    told = "at https://pic.example/a.jpg?*** and rtmp://b/openlive/***"
    assert hide_addresses(text) == clean(text) == told


# --- codes are read first


@pytest.mark.parametrize("secret", ["2", "1000", "10002", "7777"])
def test_a_code_is_read_before_a_secret_is_taken_out(secret: str) -> None:
    assert isinstance(error_of("10002", "", (secret,)), TokenRejected)
    assert isinstance(error_of(20007, f"not {secret}", (secret,)), DeviceOffline)
    assert error_of("777777", "", (secret,)).code == "777777", "the vendor's numbers are no secret"


def test_a_code_that_is_a_secret_is_none() -> None:
    err = error_of(SECRET, None, (SECRET,))
    assert (err.code, err.description) == (HIDDEN, "")
    assert len(error_of("x" * 1000, "").code) == 64


# --- answers of any shape


@pytest.mark.parametrize("error", ['{"code": 1}', "[1]", '["10002"]', "[" * 900 + "]" * 900])
def test_an_error_of_another_shape_is_another_language(error: str) -> None:
    body = f'{{"error": {error}, "data": "SUCCESS", "url": "http://a"}}'.encode()
    with pytest.raises(MalformedAnswer):
        payload_of(Answer(200, body))


@pytest.mark.parametrize("url", ["http://a/\ud83d", "http://a/\x00", "http://a\n", "x" * 9000, ""])
def test_an_address_that_could_not_be_used_is_none(url: str) -> None:
    with pytest.raises(MalformedAnswer):
        text_of({"url": url}, "url")
