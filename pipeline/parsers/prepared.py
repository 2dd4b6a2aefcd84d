"""A page read half: its lines are made and placed, and nothing is understood yet. That is a fourth of the work.

What belongs here: telling whether the other three fourths would give what they gave before. What does not: the reading,
either half of it (`markup`, `page`).
"""

import marshal
from collections.abc import Callable
from dataclasses import dataclass, fields
from hashlib import sha256
from operator import attrgetter
from typing import Final

from pipeline.parsers import dom
from pipeline.parsers.headings import NEARBY
from pipeline.parsers.markup import Source
from pipeline.parsers.records import Attachment, Listed, PageRecord

_HEAD: Final = max(NEARBY, 8)
_LINE: Final = attrgetter(*(field.name for field in fields(dom.Line)))
_LISTED: Final = attrgetter(*(field.name for field in fields(Listed)))
_FILE: Final = attrgetter(*(field.name for field in fields(Attachment)))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page of which the second half of the reading is still to do.

    `fingerprint` tells apart all that the second half looks at: with one version of the parser, two pages of the same
    fingerprint give the same record. What stands behind the text (counters, links to other pages) is not in it. None
    where the page is read in another way.
    """

    read: Callable[[], PageRecord]
    """The second half; raises `Unreadable` where it is no page."""
    fingerprint: str | None = None


def cut(source: Source) -> None:
    """Take away the lines behind the text, so that the second half of the reading cannot depend on them."""
    source.lines = source.lines[: max(source.end, source.start + 2, _HEAD)]


def fingerprint(source: Source, listed: Listed, authority: str | None) -> str:
    """See `Prepared`. Every field of `source`, which must have been cut, goes into it."""
    box = source.box
    found = [(name, one.value, one.where, one.quote, one.line) for name, one in box.values.items()]
    said = (
        source.url, source.start, source.end, list(source.metas.items()), source.headings, source.window, source.script,
        source.images, source.markup, source.listing, source.warnings, source.pointed,
        found, sorted(box.blank), sorted(box.used), list(map(_FILE, source.attachments)),
        list(map(_LINE, source.lines)), _LISTED(listed), authority,
    )  # fmt: skip
    # In the format before it learned of references: equal values give equal bytes.
    return sha256(marshal.dumps(said, 2)).hexdigest()
