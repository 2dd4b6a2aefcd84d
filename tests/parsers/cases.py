"""What the parser tests share: the fixtures of this project, and where the pages with gold are."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.parsers import Hints, Listed, PageRecord, read_page, read_text

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
SHARED = ROOT.parent / "shared" / "pages"


@dataclass(frozen=True)
class Case:
    """One stored page: its bytes, how it is asked for, and what a careful reader takes from it."""

    name: str
    folder: Path
    meta: dict[str, Any]
    expected: dict[str, Any]

    @property
    def content(self) -> bytes:
        return (self.folder / "page.html").read_bytes()

    def read(self, content: bytes | str | None = None) -> PageRecord:
        listed, authority = Listed(**self.meta.get("listed", {})), self.meta.get("authority")
        content = self.content if content is None else content
        content_type = self.meta.get("content_type")
        if str(content_type).startswith("text/plain"):  # a text out of a search's answer
            text = content if isinstance(content, str) else content.decode()
            return read_text(text, url=self.meta["url"], listed=listed, authority=authority)
        return read_page(
            content,
            url=self.meta["url"],
            content_type=content_type,
            hints=Hints(**self.meta.get("hints", {})),
            listed=listed,
            authority=authority,
        )


def load_cases() -> dict[str, Case]:
    cases = {}
    for meta in sorted(FIXTURES.glob("*/*/meta.json")):
        folder = meta.parent
        if not (folder / "page.html").exists() or not (folder / "expected.json").exists():
            continue
        name = f"{folder.parent.name}/{folder.name}"
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        cases[name] = Case(name, folder, json.loads(meta.read_text(encoding="utf-8")), expected)
    return cases


CASES = load_cases()
