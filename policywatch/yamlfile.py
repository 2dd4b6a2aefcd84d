"""A YAML file whose mistakes can be pointed at: its value, and the line of every key.

What belongs here: reading the file, finding lines, and refusing what YAML takes silently (a key twice, aliases without
end). What does not: what the keys mean, and how a mistake is worded for the people who wrote the file: each room says
it in its own form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 12
MAX_NODES: Final = 200_000  # aliases of aliases grow without end

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is, ten times as fast

Place = tuple[str | int, ...]


class Fault(Exception):  # noqa: N818 - it becomes a ConfigError in the words of whoever reads the file
    """What is wrong with a file: `problem`, and `fix`, what to do; `line` (from 1) and `place` where they are known."""

    def __init__(self, problem: str, fix: str, *, line: int | None = None, place: Place = ()) -> None:
        super().__init__(f"{problem}; {fix}")
        self.problem = problem
        self.fix = fix
        self.line = line
        self.place = place


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
        Fault: unreadable, not YAML, not UTF-8, a key twice, nested beyond reason.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        msg = f"cannot be read ({error.strerror})"
        raise Fault(msg, "check the path and its permissions") from None
    if len(content) > MAX_BYTES:
        msg = f"larger than {MAX_BYTES:,} bytes"
        raise Fault(msg, "a configuration is short, check that it is the right file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Fault("not UTF-8", "save it as UTF-8 text") from None
    loader = None
    try:
        loader = _LOADER(text)
        node = loader.get_single_node()
        if node is None:
            return Document(path, None, {})
        lines: dict[Place, int] = {}
        for place, line in _walk(node, (), ()):
            lines[place] = line
            if len(lines) > MAX_NODES:
                msg = f"more than {MAX_NODES:,} values"
                raise Fault(msg, "write fewer aliases of aliases", line=line)
        return Document(path, loader.construct_document(node), lines)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        line_of = mark.line + 1 if mark else None
        msg = f"not YAML ({what})"
        raise Fault(msg, "check indentation, colons and quotes there", line=line_of) from None
    finally:
        if loader is not None:
            loader.dispose()


def _walk(node: yaml.Node, place: Place, around: tuple[yaml.Node, ...]) -> Iterator[tuple[Place, int]]:
    line = node.start_mark.line + 1
    if node in around or len(place) > MAX_DEPTH:
        raise Fault("nested too deep or within itself", "write the value out", line=line)
    yield place, line
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, (*place, index), (*around, node))
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, item in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            if name in seen:
                raise Fault("the key stands twice", "keep one", line=key.start_mark.line + 1, place=(*place, name))
            seen.add(name)
            yield from _walk(item, (*place, name), (*around, node))
            yield (*place, name), key.start_mark.line + 1
