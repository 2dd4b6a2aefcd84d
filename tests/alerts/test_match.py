import pytest
from fake_ledger import event_row

from pipeline.alerts.config import Subscription
from pipeline.alerts.event import Event
from pipeline.alerts.match import Matcher


def wants(event, **filters):
    item = Subscription.model_validate({"name": "a", "deliver": [{"kind": "console"}], **filters})
    return bool(Matcher([item]).wanted_by(Event.from_row(event)))


EDITED = event_row(
    kind="silently_edited",
    before='{"measures": [{"path": "三.7", "text": "补贴不超过10万元"}]}',
    after='{"measures": [{"path": "三.7", "text": "補貼不超過20萬元，由市經濟和信息化局負責"}]}',
)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, True),
        ({"events": ["repealed", "expired"]}, True),
        ({"events": ["expired"]}, False),
        ({"sources": ["yunjiang"]}, True),
        ({"sources": ["beijing"]}, False),
        ({"events": ["repealed"], "sources": ["beijing"]}, False),
        ({"issuers": ["云江市人民政府"]}, True),
        ({"issuers": ["雲江市人民政府"]}, True),
        ({"issuers": ["云江市财政局", "云江市人民政府"]}, True),
        ({"issuers": ["云江市人民政府办公室"]}, False),
        ({"topics": ["中小企业"]}, True),
        ({"topics": ["中小企業"]}, True),
        ({"topics": ["农业"]}, False),
        ({"words": {"any": ["农业", "中小企业"]}}, True),
        ({"words": {"any": ["農業"]}}, False),
        ({"words": {"any": ["中小企業"]}}, True),
        ({"words": {"any": ["促進"]}}, True),
        ({"words": {"all": ["促进", "废止"]}}, True),
        ({"words": {"all": ["促进", "延长"]}}, False),
        ({"words": {"none": ["廢止"]}}, False),
        ({"words": {"none": ["延长"]}}, True),
        ({"words": {"any": ["促进"], "none": ["办法"]}}, False),
        ({"words": {"any": ["云政发[2021]1号"]}}, True),
        ({"words": {"any": ["(a+)+$", ".*"]}}, False),
    ],
)
def test_filters(filters, expected):
    assert wants(event_row(), **filters) is expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [("10万元", True), ("20万元", True), ("20萬元", True), ("30万元", False), ("補貼", True), ("measures", False)],
)
def test_words_are_looked_for_in_the_changed_text_on_both_sides(word, expected):
    assert wants(EDITED, words={"any": [word]}) is expected


def test_words_do_not_mind_case_and_width():
    assert wants(event_row(title="关于ＡＩ＋行动的通知"), words={"any": ["ai+行动"]})


def test_what_stood_there_before_is_sent_only_on_request():
    assert not wants(event_row(is_baseline=True))
    assert wants(event_row(is_baseline=True), include_baseline=True)


def test_what_only_a_better_parser_changed_is_never_sent():
    assert not wants(event_row(change_cause="parser"), include_baseline=True)


def test_a_failing_source_passes_the_filters_of_those_who_ask_for_it_by_name():
    failing = event_row(kind="source_unhealthy", title=None, number=None, issuers=None, topic=None, quote=None)
    words = {"any": ["中小企业"]}
    assert wants(failing)
    assert not wants(failing, words=words)
    assert wants(failing, words=words, issuers=["云江市人民政府"], events=["repealed", "source_unhealthy"])
    assert not wants(failing, events=["source_unhealthy"], sources=["beijing"])


def test_an_event_without_issuers_or_topic_passes_no_such_filter():
    bare = event_row(issuers=None, topic=None)
    assert not wants(bare, issuers=["云江市人民政府"])
    assert not wants(bare, topics=["农业"])


def test_those_who_want_an_event_come_in_the_order_of_the_file():
    items = [
        Subscription.model_validate({"name": name, "deliver": [{"kind": "console"}], "events": [kind]})
        for name, kind in (("c", "repealed"), ("b", "issued"), ("a", "repealed"))
    ]
    matcher = Matcher(items)
    for _ in range(2):
        assert [item.name for item in matcher.wanted_by(Event.from_row(event_row()))] == ["c", "a"]
