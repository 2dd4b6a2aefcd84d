"""Many words as one pattern.

What belongs here: how patterns for closed vocabularies are put together. What does not: the vocabularies.
"""

import re
from collections.abc import Iterable

_Tree = dict[str, "_Tree"]
_END = ""


def any_of(words: Iterable[str], between: str = "") -> str:
    """A pattern for any of `words`, the longest first; `between` may stand between their characters.

    Words that begin alike share their beginning, `发(?:布(?:日期|时间)|文)`: Python tries alternatives one by one, and
    a hundred labels written side by side are a hundred attempts at every place of a text.
    """
    tree: _Tree = {}
    for word in words:
        node = tree
        for character in word:
            node = node.setdefault(character, {})
        node[_END] = {}
    return f"(?:{_branches(tree, between)})"


def _branches(tree: _Tree, between: str) -> str:
    return "|".join(_branch(character, tree[character], between) for character in sorted(tree, reverse=True))


def _branch(character: str, tree: _Tree, between: str) -> str:
    """What begins with `character`: the end of a word comes last, so that longer words are tried first."""
    if character == _END:
        return ""
    if len(tree) == 1:
        ((following, rest),) = tree.items()
        inner = _branch(following, rest, between)
        return re.escape(character) + (between + inner if inner else "")
    whole = _END in tree
    longer = _branches({key: node for key, node in tree.items() if key != _END}, between)
    return f"{re.escape(character)}(?:{between}(?:{longer}))" + ("?" if whole else "")
