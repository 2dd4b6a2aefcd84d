"""What the parser tests share: the fixtures of this project, and where the pages with gold are."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.parsers import Hints, Listed, PageRecord, read_page

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
        return read_page(
            self.content if content is None else content,
            url=self.meta["url"],
            hints=Hints(**self.meta.get("hints", {})),
            listed=Listed(**self.meta.get("listed", {})),
            authority=self.meta.get("authority"),
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
