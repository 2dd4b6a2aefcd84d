import pytest
from fake_ledger import event_row

from pipeline.alerts.config import Subscription
from pipeline.alerts.event import Event
from pipeline.alerts.lookup import WordIndex
from pipeline.alerts.match import Around, Matcher


def subscribed(**filters):
    return Subscription.model_validate({"name": "a", "deliver": [{"kind": "console"}], **filters})


def wants(event, around=None, meant=None, **filters):
    return bool(Matcher([subscribed(**filters)], meant).wanted_by(Event.from_row(event), around or Around()))


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


def test_jurisdictions_are_those_of_the_sources():
    assert wants(event_row(), jurisdictions=["CN-BJ", "CN-YJ"])
    assert not wants(event_row(), jurisdictions=["CN"])
    assert wants(event_row(kind="source_unhealthy", policy_id=None), jurisdictions=["CN-YJ"])
    assert not wants(event_row(jurisdiction=None), jurisdictions=["CN-YJ"])


A, B, C = "po_a", "po_b", "po_c"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"policy_id": A}, True),
        ({"policy_id": B}, False),
        ({"policy_id": B, "after": '{"by_policy_id": "po_a"}'}, True),
        ({"policy_id": C}, True),
        ({"policy_id": None, "url": "http://www.yunjiang.example/a/9.html"}, True),
        ({"policy_id": None}, False),
        ({"policy_id": None, "url": None, "kind": "source_unhealthy"}, False),
    ],
)
def test_a_policy_and_all_that_touches_it(event, expected):
    meant = {"云政发〔2021〕9号": {A}}
    policies = ["云政发〔2021〕9号", "http://www.yunjiang.example/a/9.html", "nobody knows"]
    around = Around(touched={C: {A}})
    assert wants(event_row(**event), around, meant, policies=policies) is expected


def test_one_who_follows_only_what_nobody_knows_hears_of_nothing():
    assert not wants(event_row(), policies=["云政发〔2021〕9号"])


def test_amounts_are_those_of_the_changed_clauses_or_else_of_the_policys_measures():
    around = Around(amounts={event_row()["policy_id"]: 2_000_000})
    assert wants(event_row(), around, amount_at_least=2_000_000)
    assert not wants(event_row(), around, amount_at_least=2_000_001)
    assert not wants(event_row(policy_id="po_other"), around, amount_at_least=1)
    assert wants(EDITED, around, amount_at_least=200_000)
    assert not wants(EDITED, around, amount_at_least=200_001)


@pytest.mark.parametrize(
    ("left", "told", "within", "expected"),
    [
        (30, [], None, True),
        (14, [30], None, False),
        (7, [30, 14], None, True),
        (14, [30], 14, True),
        (13, [30, 14], 14, False),
        # Known late: the first announcement counts for whatever is reached by then.
        (10, [], None, True),
        (7, [10], None, True),
        (60, [], None, False),
        (60, [], [60, 14], True),
        (30, [60], [60, 14], False),
        (5, [60, 30, 14, 7], [60, 14], False),
        (5, [], 14, True),
    ],
)
def test_an_end_is_announced_once_for_each_of_ones_own_days_whatever_others_asked_for(left, told, within, expected):
    event = event_row(kind="expiring", after=f'{{"days_left": {left}}}', told_days=told)
    assert wants(event, **({"expiring_within": within} if within else {})) is expected


def test_late_captures_are_never_sent():
    assert not wants(event_row(is_late=True), include_baseline=True)


EVIL = ["(a+)+$", ".*", "[[", "\\", "(?R)", "%s%n", "云江市(促进|限制)", "^云江市"]


def test_every_word_is_literal():
    assert not [word for word in EVIL if wants(event_row(), words={"any": [word]})]
    spelled = event_row(title="".join(EVIL))
    assert [word for word in EVIL if wants(spelled, words={"any": [word]})] == EVIL
    assert not wants(event_row(title="a" * 50_000), words={"any": ["(a+)+$"]})


def test_the_index_of_words_finds_what_a_search_for_each_would():
    words = ["中", "中小", "小企业", "企业", "业发", "发展办", "发展办法", "ai", "a", "企", "展办法。", "没有", ""]
    index = WordIndex(words)
    for text in ("", "中", "促进中小企业发展办法", "ai企业", "办法", "aia", "展办法。", "小企", "𠀀中小"):
        assert sorted(index.found_in(text)) == sorted(word for word in words if word and word in text), text
    assert WordIndex([]).found_in("中小企业") == []


def test_many_subscriptions_want_together_what_each_would_want_alone():
    filters = [
        {}, {"events": ["repealed"]}, {"sources": ["beijing"]}, {"issuers": ["雲江市人民政府"]}, {"topics": ["企業"]},
        {"words": {"any": ["中小企業", "農業"]}}, {"words": {"all": ["促进", "办法"]}}, {"words": {"none": ["办法"]}},
        {"words": {"all": ["促进", "农业"]}}, {"policies": ["x"]}, {"policies": ["y"]}, {"amount_at_least": 5},
        {"issuers": ["云江市人民政府"], "words": {"any": ["促进"]}}, {"policies": ["x"], "issuers": ["别的"]},
        {"words": {"any": ["支援"]}}, {"events": ["source_unhealthy"], "words": {"any": ["农业"]}},
    ]  # fmt: skip
    meant = {"x": {event_row()["policy_id"]}}
    around = Around(amounts={event_row()["policy_id"]: 5})
    items = [subscribed(**(one | {"name": f"n{nth:02}"})) for nth, one in enumerate(filters)]
    matcher = Matcher(items, meant)
    for row in (
        event_row(), EDITED, event_row(title="雲江市支援農業發展辦法", quote=None), event_row(is_baseline=True),
        event_row(kind="source_unhealthy", policy_id=None, issuers=None, topic=None),
    ):  # fmt: skip
        event = Event.from_row(row)
        alone = [item.name for item in items if Matcher([item], meant).wanted_by(event, around)]
        assert [item.name for item in matcher.wanted_by(event, around)] == alone
        assert 1 < len(alone) < len(items) or row["is_baseline"]
