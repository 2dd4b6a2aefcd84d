import re
from collections import Counter
from datetime import datetime
from itertools import pairwise

import pytest

from demo.documents import load_documents, model
from demo.editions import EDITIONS, ZONE, edition
from policywatch.errors import ConfigError

DOCUMENTS = load_documents()
FACTS = {
    "page": "http://www.yunjiang.example/a",
    "shape": "doc_info",
    "since": 1,
    "title": "甲",
    "body": "一、乙\n\n二、丙",
}


def day(printed: str) -> str:
    return "-".join(f"{int(part):02}" for part in re.findall(r"\d+", printed)[:3])


def test_there_is_enough_of_everything():
    assert len(DOCUMENTS) >= 30
    assert len(EDITIONS) >= 10
    assert EDITIONS[-1].at.year - EDITIONS[0].at.year >= 2
    assert {document.shape for document in DOCUMENTS.values()} == {
        "doc_info", "status_script", "label_table", "label_paragraphs", "article", "news", "repost",
    }  # fmt: skip


def test_editions_are_numbered_from_one_and_run_forward_in_the_portals_zone():
    assert [item.number for item in EDITIONS] == list(range(1, len(EDITIONS) + 1))
    assert all(one.at < other.at for one, other in pairwise(EDITIONS))
    assert all(item.at.tzinfo is ZONE and 2021 <= item.at.year <= 2024 for item in EDITIONS)
    assert edition(3).number == 3


def test_no_two_documents_share_an_address():
    addresses = Counter(document.url for document in DOCUMENTS.values())
    assert [url for url, count in addresses.items() if count > 1] == []


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=lambda document: document.id)
def test_a_document_lies_within_its_editions(document):
    assert document.at(document.since - 1) is None
    for number, version in document.states.items():
        looked_at, before = edition(number).at, edition(number - 1).at if number > 1 else None
        published = datetime.fromisoformat(version.published).replace(tzinfo=ZONE)
        assert published < looked_at
        assert before is None or number != document.since or published > before or document.failing
    for number in document.gone | document.mirrored | document.failing:
        assert document.since <= edition(number).number


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=lambda document: document.id)
def test_box_list_and_signature_agree_on_number_and_dates(document):
    for version in document.states.values():
        box, listed = version.box, version.listed
        if "发布日期" in box:
            assert day(box["发布日期"]) == version.published
        if "signed" in listed and "成文日期" in box:
            assert day(box["成文日期"]) == listed["signed"]
        number = box.get("发文字号") or box.get("文号")
        if number and listed:
            assert listed["number"] == number
        signed = box.get("成文日期") or listed.get("signed")
        if signed:
            printed = [day(line[2:]) for line in version.body if re.fullmatch(r"> \d{4}年\d+月\d+日", line)]
            assert printed == [day(signed)]


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=lambda document: document.id)
def test_every_state_differs_from_the_one_before(document):
    states = list(document.states.values())
    for before, after in pairwise(states):
        same = all(getattr(before, name) == getattr(after, name) for name in ("body", "box", "script", "title"))
        assert not same


def test_a_script_prints_the_last_second_in_force_or_the_first_without():
    def moment(key, number):
        epoch = int(DOCUMENTS[key].at(number).script["losetime"])
        return datetime.fromtimestamp(epoch, ZONE).isoformat()

    assert moment("talent-housing-2020", 1) == "2025-05-31T23:59:59+08:00"
    assert moment("talent-housing-2020", 11) == "2023-06-01T00:00:00+08:00"
    assert moment("night-economy-2019", 1) == "2022-10-31T23:59:59+08:00"


def test_a_silent_edit_touches_one_line_of_one_document():
    document = DOCUMENTS["training-institutions-2020"]
    before, after = document.at(2), document.at(3)
    changed = [(old, new) for old, new in zip(before.body, after.body, strict=True) if old != new]
    assert len(changed) == 1
    assert (before.box, before.published) == (after.box, after.published)


def test_copies_share_the_body_of_what_they_copy():
    assert DOCUMENTS["sme-recognition-copy"].at(7).body == DOCUMENTS["sme-recognition-2022"].at(7).body
    assert DOCUMENTS["sme-quality-repost"].at(6).body == DOCUMENTS["sme-quality-2021"].at(6).body


def test_an_edit_of_words_that_are_not_there_is_refused():
    facts = FACTS | {"edits": {2: {"replace": {"丁": "戊"}}}}
    with pytest.raises(ConfigError, match="x: edition 2 replaces '丁'"):
        model._document("x", facts, {"x": facts})


def test_edits_add_up_and_blank_lines_fall_away():
    facts = FACTS | {"box": {"有效性": "有效"}, "edits": {4: {"replace": {"乙": "戊"}}, 2: {"box": {"有效性": "失效"}}}}
    document = model._document("x", facts, {"x": facts})
    assert [document.at(number).body for number in (1, 3, 4)] == [("一、乙", "二、丙")] * 2 + [("一、戊", "二、丙")]
    assert [document.at(number).box["有效性"] for number in (1, 2, 4)] == ["有效", "失效", "失效"]
