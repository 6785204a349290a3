"""What holds the files together, so that nobody has to remember it."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
import json
from pathlib import Path
import re
import string
import subprocess
import sys
import tomllib
from typing import Any
from zipfile import ZipFile

import pytest
import yaml

from custom_components.sodalife.api.codes import KEYS
from custom_components.sodalife.const import PTZ_COMMANDS
from custom_components.sodalife.services import ACTIONS

ROOT = Path(__file__).parents[1]
OURS = ROOT / "custom_components" / "sodalife"
FLOOR = "2025.4"


def load(language: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((OURS / "translations" / f"{language}.json").read_text())
    return content


def flat(texts: dict[str, Any], at: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in texts.items():
        path = f"{at}/{key}"
        found |= flat(value, path) if isinstance(value, dict) else {path: value}
    return found


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_all_languages_say_the_same_things(language: str) -> None:
    english, chinese = flat(load("en")), flat(load(language))
    assert english.keys() == chinese.keys()
    for path, text in english.items():
        assert holes(text) == holes(chinese[path]), path


def test_traditional_chinese_is_not_simplified() -> None:
    simplified = set("头机应设备离线进证书时间网络处么请连图视频语")
    assert not [text for text in flat(load("zh-Hant")).values() if simplified & set(text)]


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_each_command_has_one_name(language: str) -> None:
    # The card has none of its own: it says what the buttons are called. Selectors have to.
    texts = load(language)
    buttons = {key: button["name"] for key, button in texts["entity"]["button"].items()}
    for command, name in texts["selector"]["ptz_command"]["options"].items():
        assert buttons[command] == name
        assert command not in texts["config_panel"]["card"]


def test_the_card_has_the_texts_that_it_shows_and_no_others() -> None:
    texts = load("en")["config_panel"]["card"]
    modules = "\n".join(path.read_text() for path in (OURS / "www").glob("*.js"))
    named = set(re.findall(r'"(\w+)"', modules))
    named |= {f"{word}_about" for word in named}
    built = {key for key in texts if key.startswith(("field_", "help_", "told_"))}
    assert texts.keys() - built <= named
    asked = set(re.findall(r'\btext\((?:\w+(?:\(\))?, )?"(\w+)"', modules))
    assert asked, "the pattern finds none"
    assert asked <= texts.keys() | load("en")["entity"]["button"].keys()


@pytest.mark.parametrize(("language", "show"), [("zh-Hans", "显示"), ("zh-Hant", "顯示")])
def test_the_switches_of_the_editor_are_named_alike(language: str, show: str) -> None:
    texts = load(language)["config_panel"]["card"]
    fields = {key: text for key, text in texts.items() if key.startswith("field_")}
    assert [key for key, text in fields.items() if not text.startswith(show)] == [
        "field_entity",
        "field_name",
    ]


def test_every_error_has_its_sentence() -> None:
    sentences = load("en")["exceptions"]
    code = "\n".join(path.read_text() for path in OURS.rglob("*.py"))
    raised = set(re.findall(r'(?:invalid|failed)\(\s*"(\w+)"', code))
    assert raised, "the pattern finds none"
    assert set(KEYS) | raised <= sentences.keys()
    assert all(isinstance(sentence["message"], str) for sentence in sentences.values())
    assert set(load("en")["entity"]["sensor"]["last_error"]["state"]) == set(KEYS)


def test_actions_and_their_descriptions_agree() -> None:
    described = yaml.safe_load((OURS / "services.yaml").read_text())
    assert described.keys() == ACTIONS.keys()
    for name, action in ACTIONS.items():
        assert {str(key) for key in action.fields} == set(described[name].get("fields", {})), name
    options = described["ptz_move"]["fields"]["command"]["selector"]["select"]["options"]
    assert tuple(options) == PTZ_COMMANDS


def imports(folder: Path) -> set[str]:
    """Return the packages that the modules of a folder import, by their first names."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add((node.module or "").partition(".")[0])
    return found


def test_the_client_knows_no_home_assistant_and_the_simulator_no_client() -> None:
    client, simulator = imports(OURS / "api"), imports(ROOT / "simulator")
    assert "aiohttp" in client & simulator
    assert not client & {"homeassistant", "custom_components", "simulator"}
    assert not simulator & {"homeassistant", "custom_components"}
    for path in (OURS / "api").glob("*.py"):
        assert not re.search(r"^\s*from \.\.", path.read_text(), re.MULTILINE), path


def test_everybody_names_the_same_oldest_home_assistant() -> None:
    assert json.loads((ROOT / "hacs.json").read_text())["homeassistant"].startswith(FLOOR)
    assert f"homeassistant=={FLOOR}." in (ROOT / "requirements_demo.txt").read_text()
    assert f"Home Assistant {FLOOR} " in (ROOT / "README.md").read_text()
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]
    assert ruff["target-version"] == "py313"


def test_the_changelog_knows_this_version() -> None:
    version = json.loads((OURS / "manifest.json").read_text())["version"]
    assert f"## {version}\n" in (ROOT / "CHANGELOG.md").read_text()


def test_a_dark_picture_is_there_only_if_it_differs() -> None:
    """Home Assistant falls back to the other one."""
    brand = OURS / "brand"
    for dark in brand.glob("dark_*.png"):
        light = brand / dark.name.removeprefix("dark_")
        assert dark.read_bytes() != light.read_bytes(), dark.name


@pytest.mark.parametrize(
    "pattern",
    ["pypi.org/simple", "registry.npmjs", "npmmirror", "deb.debian.org", "/root/", "/work/main"],
)
def test_no_file_names_this_machine_or_a_registry(pattern: str) -> None:
    listed = subprocess.run(
        ["git", "grep", "-lI", pattern, "--", ".", ":!tests/test_files.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert listed.stdout == ""


def workflows() -> dict[str, Any]:
    folder = ROOT / ".github" / "workflows"
    return {path.name: yaml.safe_load(path.read_text()) for path in folder.glob("*.yml")}


def test_actions_of_others_are_pinned_by_commit() -> None:
    used = [
        line.partition("uses:")[2].strip()
        for path in (ROOT / ".github" / "workflows").glob("*.yml")
        for line in path.read_text().splitlines()
        if "uses:" in line and "./.github/" not in line
    ]
    assert len(used) > 5
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40} # (v\d|main|master).*", action), action
    of_one_action = {(action.partition("@")[0], action) for action in used}
    assert len(of_one_action) == len({name for name, _ in of_one_action}), "in one version each"


def test_versions_are_followed() -> None:
    bot = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())
    assert {update["package-ecosystem"] for update in bot["updates"]} == {
        "github-actions",
        "npm",
        "pip",
    }
    weekly = workflows()["newest.yml"]
    assert weekly[True]["schedule"]  # "on", as YAML understands it
    assert weekly["jobs"]["test"]["steps"][-1]["run"] == "script/test-newest"


@pytest.mark.parametrize(
    ("name", "words"),
    [("README.md", "delete that folder"), ("README.zh-Hans.md", "先删除该文件夹")],
)
def test_the_old_folder_is_deleted_first(name: str, words: str) -> None:
    (how,) = (line for line in (ROOT / name).read_text().split("\n\n") if "sodalife.zip" in line)
    assert words in how.replace("\n", " ")


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert len(lock["packages"]) > 50
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def release(tag: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "script" / "release", tag]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_release_needs_tag_manifest_and_changelog_to_agree() -> None:
    version = json.loads((OURS / "manifest.json").read_text())["version"]
    hacs = json.loads((ROOT / "hacs.json").read_text())
    assert hacs["zip_release"] is True

    made = release(f"v{version}")
    assert made.returncode == 0, made.stderr
    with ZipFile(ROOT / "dist" / hacs["filename"]) as archive:
        packed = set(archive.namelist())
        assert json.loads(archive.read("manifest.json"))["version"] == version
        times = {about.date_time for about in archive.infolist()}
    log = ["git", "log", "-1", "--format=%ct"]
    seconds = int(subprocess.check_output(log, cwd=ROOT, text=True))
    stamp = datetime.fromtimestamp(seconds - seconds % 2, UTC)  # zip counts in twos
    assert times == {stamp.timetuple()[:6]}, "else old bytecode would look like that of new files"
    tracked = subprocess.check_output(["git", "ls-files", OURS], cwd=ROOT, text=True).split()
    kept = {str((ROOT / name).relative_to(OURS)) for name in tracked if (ROOT / name).exists()}
    assert kept <= packed
    assert not [name for name in packed if "__pycache__" in name]
    assert (ROOT / "dist" / "notes.md").read_text().strip()

    refused = release("v99.0.0")
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 2
