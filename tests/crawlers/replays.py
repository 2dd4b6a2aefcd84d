"""What the replay tests share: the stored answers of each source, served by a stand-in, and one crawl of all of them.

What belongs here: laying answers out, crawling, finding what came of it. What does not: the server (`standin.py`), the
process that crawls (`replaying.py`).
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from crawlers.model import Source
from crawlers.source import load_sources
from pipeline import pool, reading
from policywatch.home import Home
from tests.crawlers.standin import Answer, Filler, StandIn, certificate

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
NOW = "2026-11-21T02:00:00+00:00"
SHIPPED = {name: source for name, source in load_sources(ROOT / "crawlers" / "sources").items() if not source.demo}


@dataclass(frozen=True)
class Case:
    """A stored page of a source: where it stands, its bytes, what it is to be read as."""

    label: str
    url: str
    answer: Answer
    expected: Mapping[str, Any]


@dataclass(frozen=True)
class Replay:
    """`lists/replay.yaml` of a source: its list answers, how many entries they have, what they say of some pages."""

    answers: tuple[Mapping[str, Any], ...]
    lists: list[int]
    listed: Mapping[str, Mapping[str, str]]
    folder: Path

    @classmethod
    def of(cls, name: str) -> "Replay":
        folder = FIXTURES / name / "lists"
        content = yaml.safe_load((folder / "replay.yaml").read_text(encoding="utf-8"))
        return cls(tuple(content["answers"]), content["lists"], content["listed"], folder)

    def put(self, standin: StandIn) -> None:
        for said in self.answers:
            answer = Answer((self.folder / said["file"]).read_bytes(), said.get("type", "text/html"))
            if needs := said.get("needs"):
                answer = Answer(answer.body, answer.kind, needs=needs)
            standin.add(said["url"], answer, method=said.get("method", "GET"), body=said.get("body", ""))


def cases_of(name: str) -> dict[str, Case]:
    found = {}
    for path in sorted((FIXTURES / name).glob("*/meta.json")):
        meta = json.loads(path.read_text(encoding="utf-8"))
        expected = json.loads(path.with_name("expected.json").read_text(encoding="utf-8"))
        answer = Answer(path.with_name("page.html").read_bytes(), meta.get("content_type", "text/html"))
        found[path.parent.name] = Case(path.parent.name, meta["url"], answer, expected)
    return found


@dataclass
class Crawled:
    """What the crawl of one source left behind."""

    source: Source
    home: Home
    summary: dict[str, Any]
    rows: list[dict[str, Any]]
    log: str = field(repr=False, default="")

    @property
    def pages(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["role"] == "page"]

    @property
    def items(self) -> list[int]:
        return [seen["items"] for seen in self.summary["lists"]]

    def row(self, url: str) -> dict[str, Any]:
        (found,) = [row for row in self.pages if row["url"] == url]
        return found

    def read(self, row: Mapping[str, Any]) -> pool.Outcome:
        job = reading.job_of(self.home, row, {self.source.name: self.source})
        return pool.read_bytes(job.fetch(), job)


def stand_in(folder: Path, sources: Iterable[Source]) -> StandIn:
    """A stand-in that can show a certificate for every host of `sources`."""
    hosts = {host for source in sources for host in source.allowed_hosts}
    return StandIn(certificate(folder, hosts))


def fill(standin: StandIn, source: Source, answer: Answer) -> None:
    """Answer every address that fits the source's `page_url`, where nothing else is said of it."""
    shape = getattr(source.list, "page_url", None)
    if shape:
        standin.fillers.append(Filler(source.allowed_hosts, re.compile(shape), answer))


def crawl(folder: Path, standin: StandIn, names: Iterable[str], **env: str) -> dict[str, Crawled]:
    """Crawl the shipped sources `names` at once, in one process, with the stand-in as their proxy."""
    names, home = list(names), Home.at(folder / "home")
    home.root.mkdir()
    kept = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    environment = {
        **kept,
        "http_proxy": standin.url,
        "https_proxy": standin.url,
        "SSL_CERT_FILE": str(folder / "standin.pem"),
        "POLICYWATCH_NOW": NOW,
        "POLICYWATCH_SOURCES": str(ROOT / "crawlers" / "sources"),
        "POLICYWATCH_CONTACT": "watch@example.org",
        **env,
    }
    command = [sys.executable, str(Path(__file__).with_name("replaying.py")), str(home.root), *names]
    done = subprocess.run(
        command, cwd=ROOT, env={**environment, "PYTHONPATH": str(ROOT)}, text=True, timeout=120, check=False,
        capture_output=True,
    )  # fmt: skip
    log = folder / "home" / "replay.log"
    said = done.stderr + (log.read_text(encoding="utf-8") if log.exists() else "")
    assert done.returncode == 0, said
    return {name: _crawled(SHIPPED[name], home, said) for name in names}


def _crawled(source: Source, home: Home, log: str) -> Crawled:
    found = list((home.crawls / source.name).glob("*/crawl.json"))
    assert len(found) == 1, f"{source.name} was not committed: {log}"
    summary = json.loads(found[0].read_text(encoding="utf-8"))
    lines = found[0].with_name("manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return Crawled(source, home, summary, [json.loads(line) for line in lines], log)
