"""The guess on the stored lists of the shipped sources, which nobody wrote for it: what the source lists."""

from pathlib import Path

import pytest
import yaml

from crawlers.guess import guess
from crawlers.replay import Answered, walk
from crawlers.source import Source, load_source, load_sources
from pipeline import checking, trial
from pipeline.drafting import written

SOURCES = Path(__file__).parents[2] / "crawlers" / "sources"
FIXTURES = Path(__file__).parents[1] / "fixtures"
# What a look at the list alone cannot know.
BY_HAND = {
    "cctv": "the entries lead through a redirect, the address itself stands in an attribute of the portal's own",
    "nfra": "the rows hold an id and no address",
    "npc_laws": "the rows hold an id and no address",
}


def stored():
    """The first list answer of every source that has one."""
    for path in sorted(FIXTURES.glob("*/lists/replay.yaml")):
        answers = yaml.safe_load(path.read_text(encoding="utf-8"))["answers"]
        if answers:
            yield path.parts[-3], path.parent / answers[0]["file"], answers[0]


STORED = {name: (file, answer) for name, file, answer in stored()}


def entries(source, body, answer):
    left = [Answered(body, answer.get("type", ""), answer["url"])]
    return walk(source, lambda _: left.pop() if left else None).entries


def test_there_are_stored_lists():
    assert len(STORED) > 20
    assert set(BY_HAND) <= set(STORED)


@pytest.mark.parametrize("name", STORED)
def test_the_guess_lists_what_the_source_lists(name, monkeypatch):
    monkeypatch.delenv("POLICYWATCH_SOURCES", raising=False)
    file, answer = STORED[name]
    body = file.read_bytes()
    wanted = entries(load_source(name), body, answer)
    draft = guess(body, answer["url"], answer.get("type", ""))
    guessed = Source.model_validate(yaml.safe_load(written("guessed", answer["url"], draft)))
    found = entries(guessed, body, answer)
    if name in BY_HAND:
        assert len(found) == len(wanted)
        return
    assert [entry.url for entry in found] == [entry.url for entry in wanted]
    titles = {entry.url: entry.said.get("title") for entry in wanted}
    assert sum(entry.said.get("title") == titles[entry.url] for entry in found) >= 0.9 * len(found)


@pytest.mark.parametrize("name", sorted(load_sources(SOURCES)))
def test_a_check_asks_a_small_part_of_every_source(name, monkeypatch):
    monkeypatch.delenv("POLICYWATCH_SOURCES", raising=False)
    source = load_source(name)
    small = Source.model_validate(checking.cut_down(source, trial.content_of(name), 5))
    assert getattr(small.list, "max_pages", 0) <= checking.LISTS
    assert len(small.list.variants()) == 1
    assert len(getattr(small.list, "urls", ())) <= 5
    assert small.allowed_hosts == source.allowed_hosts
