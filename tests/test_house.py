"""How large things may be, how much may change, and where concurrency is made by hand.

Read from the source, as modules by their path within the integration.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
import math
from pathlib import Path
from typing import TypeGuard

import pytest

OURS = Path(__file__).parents[1] / "custom_components" / "sodalife"

MOST_LINES = 250  # of a file
MOST_LINES_OF_FUNCTIONS = 17  # of 90 % of them, from `def` to the last line
MOST_CHANGING_FIELDS = 5  # of an object in api/, after __init__
MOST_BY_HAND = 2  # tasks, futures and callbacks, for every 1000 lines of api/
# Where they may be made: the toolbox, and the queue of calls.
TOOLBOX = {"api/single_flight.py", "api/background.py", "api/call_queue.py", "api/clock.py"}

BY_HAND = {"create_task", "ensure_future", "create_future", "add_done_callback"}
ON_A_LOOP = {"call_soon", "call_soon_threadsafe", "call_later", "call_at"}
MADE = {"Task", "Future"}
BEGINNING = {"__init__", "__post_init__"}

type Function = ast.FunctionDef | ast.AsyncFunctionDef
type Sources = Mapping[str, str]


@pytest.fixture(scope="module")
def sources() -> Sources:
    return {
        path.relative_to(OURS).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(OURS.rglob("*.py"))
    }


def in_api(sources: Sources) -> Sources:
    return {path: text for path, text in sources.items() if path.startswith("api/")}


# --- how large


def functions(sources: Sources) -> dict[str, int]:
    """Return every function with its lines; its decorators are not counted."""
    return {
        f"{path}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path, text in sources.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def p90(lengths: list[int]) -> int:
    """Return the length that 90 % do not exceed."""
    return sorted(lengths)[math.ceil(len(lengths) * 0.9) - 1]


def test_no_file_is_too_long(sources: Sources) -> None:
    long = {path: n for path, text in sources.items() if (n := text.count("\n")) > MOST_LINES}
    assert not long, f"more than {MOST_LINES} lines: {long}"


def test_functions_are_short(sources: Sources) -> None:
    found = functions(sources)
    longest = sorted(found, key=found.__getitem__, reverse=True)[: len(found) // 10]
    assert p90(list(found.values())) <= MOST_LINES_OF_FUNCTIONS, (
        f"more than one in ten has over {MOST_LINES_OF_FUNCTIONS} lines: "
        f"{ {name: found[name] for name in longest} }"
    )


def test_how_lines_of_functions_are_counted() -> None:
    text = "@once\n@twice\ndef one(\n    a,\n):\n    def two():\n        pass\n    return a\n"
    assert functions({"x.py": text}) == {"x.py:3 one": 6, "x.py:6 two": 2}
    assert p90([*range(1, 11)]) == 9
    assert p90([3] * 9 + [100]) == 3
    assert p90([3] * 8 + [100] * 2) == 100


def test_files_that_are_run_together_have_names_of_their_own() -> None:
    """Folders of tests are no packages, so pytest knows a file by its name alone.

    Those of the browser are run by themselves.
    """
    tests = Path(__file__).parent
    names = Counter(path.name for path in tests.rglob("test_*.py") if path.parent.name != "browser")
    assert [name for name, count in names.items() if count > 1] == []


# --- how much changes


class Fields(ast.NodeVisitor):
    """The classes of some modules, their fields, and which of these change after `__init__`.

    A field changes where it is set or deleted in any way; changing what it holds (a list, a
    dictionary) is not counted. What is set from outside, `motion.sent = True`, belongs to the
    class that has such a field: one in the same module, else the only one in all modules.
    """

    def __init__(self) -> None:
        self.fields: dict[str, set[str]] = defaultdict(set)
        self.changing: dict[str, set[str]] = defaultdict(set)
        self.bases: dict[str, list[str]] = {}
        self._outside: list[tuple[str, str]] = []  # module, attribute
        self._module = self._class = ""
        self._functions: list[str] = []  # from the method to the innermost function

    @classmethod
    def of(cls, sources: Sources) -> Fields:
        found = cls()
        for module, text in sources.items():
            found._module = module
            found.visit(ast.parse(text))
        for module, name in found._outside:
            owners = [owner for owner, fields in found.fields.items() if name in fields]
            near = [owner for owner in owners if owner.startswith(f"{module}:")]
            for owner in near or (owners if len(owners) == 1 else []):
                found.changing[owner].add(name)
        return found

    def of_objects(self, folder: str) -> dict[str, set[str]]:
        """Return what changes in the objects of a folder, what they inherit included."""
        return {owner: self._with_bases(owner) for owner in self.bases if owner.startswith(folder)}

    def _with_bases(self, owner: str) -> set[str]:
        found = set(self.changing[owner])
        for base in self.bases[owner]:
            for known in self.bases:
                if known.endswith(f":{base}") and known != owner:
                    found |= self._with_bases(known)
        return found

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        around = self._class, self._functions
        self._class, self._functions = f"{self._module}:{node.name}", []
        self.bases[self._class] = [ast.unparse(base).split("[")[0] for base in node.bases]
        self.fields[self._class] |= {
            target.id
            for item in node.body
            if isinstance(item, ast.Assign | ast.AnnAssign)
            for target in (item.targets if isinstance(item, ast.Assign) else [item.target])
            if isinstance(target, ast.Name)
        }
        self.generic_visit(node)
        self._class, self._functions = around

    def _visit_function(self, node: Function | ast.Lambda) -> None:
        self._functions.append(getattr(node, "name", "lambda"))
        self.generic_visit(node)
        self._functions.pop()

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _visit_function  # noqa: N815

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        if isinstance(node.ctx, ast.Load):
            return
        if not (isinstance(node.value, ast.Name) and node.value.id == "self" and self._class):
            self._outside.append((self._module, node.attr))
            return
        self.fields[self._class].add(node.attr)
        if len(self._functions) != 1 or self._functions[0] not in BEGINNING:
            self.changing[self._class].add(node.attr)


def test_no_object_of_the_client_changes_too_much(sources: Sources) -> None:
    changing = Fields.of(sources).of_objects("api/")
    assert len(changing) > 20
    many = {
        owner: sorted(names)
        for owner, names in changing.items()
        if len(names) > MOST_CHANGING_FIELDS
    }
    assert not many, f"more than {MOST_CHANGING_FIELDS} fields that change: {many}"


def test_what_counts_as_a_field_that_changes() -> None:
    texts = {
        "api/thing.py": """
class Base:
    def rename(self): self.name = "x"
class Thing(Base):
    kept: int = 0
    set_in_a_sibling: int = 0
    unset = also_unset = None
    def __init__(self):
        self.never = self.kind = self.by_many = 1
        self.counted = self.left = self.right = self.gone = self.looped = self.table = 0
        self.outside = self.later = 0
        def callback(): self.later = 1
    def work(self):
        self.counted += 1
        self.left, [self.right, *_] = 1, [2]
        del self.gone
        for self.looped in (): pass
        self.table["x"] = self.never
    def other(self): self.counted = 2
class Friend:
    def help(self, thing): thing.set_in_a_sibling = thing.unset = 1
""",
        "api/more.py": "class One:\n    def __init__(self): self.by_many = 1\n",
        "elsewhere.py": "def f(a):\n    a.thing.outside = 1\n    a.by_many = 2\n    a.odd = 3\n",
    }
    found = Fields.of(texts).of_objects("api/")
    assert found["api/thing.py:Thing"] == {
        *{"counted", "left", "right", "gone", "looped", "later"},
        *{"outside", "set_in_a_sibling", "unset", "name"},
    }
    assert found["api/thing.py:Base"] == {"name"}
    assert found["api/thing.py:Friend"] == found["api/more.py:One"] == set()


# --- what is made by hand


def made_by_hand(sources: Sources) -> Iterator[tuple[str, str]]:
    """Find whatever makes a task, a future or a callback: the module and where in it."""
    for module, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            if _by_hand(node):
                yield module, f"{module}:{node.lineno} {ast.unparse(node)}"


def _by_hand(node: ast.AST) -> TypeGuard[ast.expr]:
    """Tell whether it is one of the names; `clock.call_later()` is the toolbox, not a loop."""
    match node:
        case ast.Name(id=name):
            return name in BY_HAND
        case ast.Attribute(value=whose, attr=name):
            on_a_loop = ast.unparse(whose).removesuffix("()").endswith("loop")
            return name in BY_HAND or (on_a_loop and name in ON_A_LOOP)
        case ast.Call(func=made):  # else it is an annotation
            return ast.unparse(made).partition("[")[0].rpartition(".")[2] in MADE
    return False


def test_little_is_made_by_hand(sources: Sources) -> None:
    api = in_api(sources)
    lines = sum(text.count("\n") for text in api.values())
    found = [where for _, where in made_by_hand(api)]
    assert len(found) * 1000 <= MOST_BY_HAND * lines, (
        f"{len(found)} in {lines} lines are {len(found) * 1000 / lines:.1f} per 1000, "
        f"at most {MOST_BY_HAND}: {found}"
    )


def test_it_is_made_in_the_toolbox_and_the_queue(sources: Sources) -> None:
    strays = [where for module, where in made_by_hand(in_api(sources)) if module not in TOOLBOX]
    assert not strays, f"made by hand outside {sorted(TOOLBOX)}: {strays}"


def test_what_counts_as_made_by_hand() -> None:
    text = """
async def f(self, group: asyncio.TaskGroup, task: asyncio.Task[None]) -> asyncio.Future[None]:
    asyncio.create_task(f()); create_task(f()); group.create_task(f()); spawn = asyncio.create_task
    asyncio.ensure_future(f()); loop.create_future(); task.add_done_callback(print)
    asyncio.get_running_loop().call_later(1, print); self._loop.call_soon(print)
    asyncio.Future(); asyncio.Future[int]()
    self._clock.call_later(1, print); await asyncio.wait({task}); asyncio.Event()
"""
    found = [where.split()[1] for _, where in made_by_hand({"x.py": text})]
    assert len(found) == 11, found
