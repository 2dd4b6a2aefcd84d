"""Data flows one way, and so do imports: a lower room never imports a higher one."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# What each room may import, besides itself and third parties; the most specific prefix counts.
ALLOWED = {
    "policywatch": set(),
    "crawlers": {"policywatch"},
    "pipeline.parsers": {"policywatch"},
    "warehouse": {"policywatch"},
    "pipeline": {"policywatch", "crawlers", "pipeline.parsers", "warehouse", "demo"},
    "demo": {"policywatch", "pipeline", "warehouse"},
}
# The one door through which the lowest room calls up, on purpose and lazily.
EXCEPTIONS = {("policywatch/__main__.py", "pipeline")}


def room_of(module: str) -> str | None:
    rooms = [room for room in ALLOWED if module == room or module.startswith(room + ".")]
    return max(rooms, key=len, default=None)


def imports_of(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


MODULES = sorted(
    file.relative_to(ROOT)
    for room in ("policywatch", "crawlers", "pipeline", "warehouse", "demo")
    for file in (ROOT / room).rglob("*.py")
)


@pytest.mark.parametrize("file", MODULES, ids=str)
def test_imports_flow_one_way(file):
    own = room_of(".".join(file.with_suffix("").parts))
    assert own is not None
    for name in imports_of(ROOT / file):
        target = room_of(name)
        if target in (None, own) or (str(file), target) in EXCEPTIONS:
            continue
        assert target in ALLOWED[own], f"{file} imports {name}: {own} may not lean on {target}"


@pytest.mark.parametrize("file", MODULES, ids=str)
def test_every_module_says_what_belongs_there(file):
    docstring = ast.get_docstring(ast.parse((ROOT / file).read_text(encoding="utf-8")))
    assert docstring, f"{file} opens without a docstring"
