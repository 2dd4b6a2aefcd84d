"""A YAML file whose mistakes can be pointed at: its value, and the line of every key.

What belongs here: reading the file and finding lines. What does not: what the keys mean (`config`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from policywatch.errors import ConfigError

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 12
MAX_NODES: Final = 200_000  # aliases of aliases grow without end

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The file's value and, by place (`("subscriptions", 0, "events")`), the line where each stands, from 1."""

    path: Path
    value: Any
    lines: dict[Place, int]

    def line_of(self, place: Place) -> int:
        """The line of `place`, or of the nearest thing around it that has one."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return 1


def load(path: Path) -> Document:
    """The document in `path`; an empty file gives the value None.

    Raises:
        ConfigError: unreadable, not YAML, not UTF-8, a key twice, nested beyond reason.
    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        msg = f"{path}: cannot be read ({problem.strerror}); check the path and its permissions"
        raise ConfigError(msg) from None
    if len(content) > MAX_BYTES:
        msg = f"{path}: larger than {MAX_BYTES:,} bytes; a configuration is short, check that it is the right file"
        raise ConfigError(msg)
    try:
        loader = yaml.SafeLoader(content.decode("utf-8-sig"))
        node = loader.get_single_node()
        if node is None:
            return Document(path, None, {})
        lines: dict[Place, int] = {}
        for place, line in _walk(path, node, (), ()):
            lines[place] = line
            if len(lines) > MAX_NODES:
                msg = f"{path}, line {line}: more than {MAX_NODES:,} values; write fewer aliases of aliases"
                raise ConfigError(msg)
        return Document(path, loader.construct_document(node), lines)
    except UnicodeDecodeError:
        msg = f"{path}: not UTF-8; save it as UTF-8"
        raise ConfigError(msg) from None
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        what = getattr(problem, "problem", None) or str(problem).splitlines()[0]
        msg = f"{path}{where}: not YAML ({what}); check indentation, colons and quotes there"
        raise ConfigError(msg) from None


def _walk(path: Path, node: yaml.Node, place: Place, around: tuple[yaml.Node, ...]) -> Iterator[tuple[Place, int]]:
    line = node.start_mark.line + 1
    if node in around or len(place) > MAX_DEPTH:
        msg = f"{path}, line {line}: nested too deep or within itself; write the value out"
        raise ConfigError(msg)
    yield place, line
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(path, item, (*place, index), (*around, node))
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, item in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            if name in seen:
                msg = f"{path}, line {key.start_mark.line + 1}, {name}: the key stands twice; keep one"
                raise ConfigError(msg)
            seen.add(name)
            yield from _walk(path, item, (*place, name), (*around, node))
            yield (*place, name), key.start_mark.line + 1
