"""The demo's command line and its words; that it runs is seen in the browser tests."""

from __future__ import annotations

from dataclasses import fields
import os
from pathlib import Path
import subprocess
import sys

import pytest

from demo.words import WORDS, Words

ROOT = Path(__file__).parents[1]
TRANSLATIONS = ROOT / "custom_components" / "sodalife" / "translations"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [(["--help"], 0, "--fresh"), (["--no-such"], 2, "unrecognized arguments")],
)
def test_what_can_be_chosen_is_told_before_anything_is_installed(
    tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    before = {path.name for path in ROOT.iterdir()}
    ended = subprocess.run(
        [ROOT / "script" / "demo", *arguments],
        env={**os.environ, "PYTHON": sys.executable, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ended.returncode == code
    assert says in ended.stdout + ended.stderr
    assert "Installing" not in ended.stderr
    assert {path.name for path in ROOT.iterdir()} == before


def test_the_demo_speaks_the_languages_of_the_integration() -> None:
    assert WORDS.keys() == {path.stem for path in TRANSLATIONS.glob("*.json")}
    for words in WORDS.values():
        assert "{platform}" in words.welcome
        assert "{serial}" in words.welcome
    english = WORDS["en"]
    for language in WORDS.keys() - {"en"}:
        same = [
            field.name
            for field in fields(Words)
            if getattr(WORDS[language], field.name) == getattr(english, field.name)
        ]
        assert same == [], language
