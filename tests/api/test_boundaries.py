"""What may know of what: arrows point down only, and never between client and simulator."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).parents[2]
API = ROOT / "custom_components" / "sodalife" / "api"
SIMULATOR = ROOT / "simulator"


def imports(folder: Path) -> Iterator[tuple[str, str]]:
    """Every module that is imported, with the file that does it; relative ones resolved."""
    for file in sorted(folder.rglob("*.py")):
        package = file.relative_to(folder.parent).parent.parts
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from ((file.name, name.name) for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = package[: len(package) - node.level + 1] if node.level else ()
                yield file.name, ".".join((*base, *filter(None, [node.module])))


@pytest.mark.parametrize(
    ("folder", "allowed"),
    [
        (API, {"api", "aiohttp", "yarl", "multidict"}),
        (SIMULATOR, {"simulator", "aiohttp", "PIL", "av"}),
    ],
    ids=["api", "simulator"],
)
def test_it_imports_only_itself_its_libraries_and_python(folder: Path, allowed: set[str]) -> None:
    found = list(imports(folder))
    assert len(found) > 20
    foreign = {
        (file, module)
        for file, module in found
        if module.split(".")[0] not in allowed | sys.stdlib_module_names
    }
    assert foreign == set()


@pytest.mark.parametrize(
    ("path", "blocked", "module"),
    [
        (API.parent, ("homeassistant", "custom_components", "simulator"), "api"),
        (ROOT, ("homeassistant", "custom_components"), "simulator"),
    ],
    ids=["api", "simulator"],
)
def test_it_loads_where_there_is_nothing_else(
    path: Path, blocked: tuple[str, ...], module: str
) -> None:
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({blocked!r}))\n"
        f"sys.path.insert(0, {str(path)!r})\n"
        f"import {module}\n"
        f"print(*sorted({module}.__all__))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.stderr == ""
    assert "Camera" in run.stdout or "Cloud" in run.stdout
