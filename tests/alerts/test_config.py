import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.alerts.config import (
    AppriseChannel,
    FileChannel,
    Subscription,
    Subscriptions,
    WebhookChannel,
    load_subscriptions,
    warn_days,
)
from pipeline.alerts.wishes import HoldLimits, WordFilter
from policywatch.errors import ConfigError

ROOT = Path(__file__).parents[2]
GOOD = "subscriptions:\n  - name: a\n    deliver: [{kind: console}]\n"
DELIVER = "subscriptions:\n  - name: a\n    deliver:\n      - {kind: console}\n      - "


# Each line holds eight times the line before.
ALIASES = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 8)}]\n" for old, new in ("ab", "bc", "cd", "de", "ef")
)


@pytest.fixture
def load(tmp_path):
    def load_text(text, **options):
        path = tmp_path / "alerts.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_subscriptions(path, **options)

    return load_text


def test_no_file_is_no_subscription(tmp_path):
    assert load_subscriptions(tmp_path / "alerts.yaml").subscriptions == ()


@pytest.mark.parametrize("text", ["", "# only a remark\n", "subscriptions:\n", "subscriptions: []\n"])
def test_an_empty_file_is_no_subscription(load, text):
    assert load(text).subscriptions == ()


def test_the_example_is_good():
    loaded = load_subscriptions(ROOT / "alerts.example.yaml")
    assert [item.name for item in loaded.subscriptions] == ["ends", "small-business", "health"]


def test_the_remarks_of_the_example_are_good_too(load):
    text = (ROOT / "alerts.example.yaml").read_text(encoding="utf-8")
    loaded = load(re.sub(r"(?m)^(  )?# (?=- |  |archived_copy:)", r"\1", text))
    names = ["our-policies", "large-sums", "our-system", "in-house", "team"]
    assert [item.name for item in loaded.subscriptions][3:] == names
    assert loaded.archived_copy == "https://replay.example/{timestamp}/{url}"
    hook = loaded.subscriptions[5].deliver[1]
    assert (hook.url_file, hook.secret_file) == ("/etc/policywatch/hook", "/etc/policywatch/hook.key")


@pytest.mark.parametrize(
    "model", [Subscriptions, Subscription, HoldLimits, WordFilter, FileChannel, WebhookChannel, AppriseChannel]
)
def test_every_key_stands_in_the_example(model):
    text = (ROOT / "alerts.example.yaml").read_text(encoding="utf-8")
    assert [name for name in model.model_fields if not re.search(rf"\b{name}:", text)] == []


def test_defaults(load):
    item = load(GOOD).subscriptions[0]
    assert (item.events, item.sources, item.language, item.include_baseline) == ((), (), "zh", False)
    assert [channel_id for channel_id, _ in item.channels()] == ["console"]


def test_channels_of_one_kind_are_numbered(load):
    text = (
        DELIVER + "{kind: file, path: a.md}\n      - {kind: file, path: b.jsonl}\n      - {kind: file, path: c.txt}\n"
    )
    channels = dict(load(text).subscriptions[0].channels())
    assert list(channels) == ["console", "file", "file-2", "file-3"]
    assert [channels[key].written_as for key in ("file", "file-2", "file-3")] == ["markdown", "json", "text"]


@pytest.mark.parametrize(
    ("text", "line", "key", "advice"),
    [
        ("- a\n", 1, "the file", "must be a mapping with the keys subscriptions"),
        ("subscription: []\n", 1, "subscription", "did you mean 'subscriptions'?"),
        (GOOD + "    event: [issued]\n", 4, "subscriptions[0].event", "did you mean 'events'?"),
        (GOOD + "    events:\n      - issued\n      - expird\n", 6, "subscriptions[0].events[1]", "mean 'expired'?"),
        (GOOD + "    events: issued\n", 4, "subscriptions[0].events", "write it like [first, second]"),
        (GOOD + "    words: [a]\n", 4, "subscriptions[0].words", "a mapping with the keys any, all, none"),
        (GOOD + "    words:\n      any: [2021]\n", 5, "subscriptions[0].words.any[0]", "put quotes around it"),
        (GOOD + "    words: {any: [' ']}\n", 4, "subscriptions[0].words.any[0]", "is empty"),
        (GOOD + "    rate: dayly\n", 4, "subscriptions[0].rate", "did you mean 'daily'?"),
        (GOOD + "    rate: daily\n    at: 8 Uhr\n", 5, "subscriptions[0].at", 'write it like "08:00"'),
        (GOOD + "    at: '08:00'\n", 2, "subscriptions[0]", "at is for rate: daily"),
        (GOOD + "    rate: daily\n    day: monday\n", 2, "subscriptions[0]", "day is for rate: weekly"),
        (GOOD + "    quiet: 22-7\n", 4, "subscriptions[0].quiet", "write it like 22:00-07:00"),
        (GOOD + "    quiet: 22:00-22:00\n", 4, "subscriptions[0].quiet", "begins when it ends"),
        (GOOD + "    timezone: Peking\n", 4, "subscriptions[0].timezone", "an IANA name"),
        (GOOD + "    timezone: ../../etc/passwd\n", 4, "subscriptions[0].timezone", "an IANA name"),
        (GOOD + "    jurisdictions: [Beijing]\n", 4, "subscriptions[0].jurisdictions[0]", "characters"),
        (GOOD + "    amount_at_least: 0\n", 4, "subscriptions[0].amount_at_least", "greater than 0"),
        (GOOD + "    expiring_within: 0\n", 4, "subscriptions[0].expiring_within[0]", "greater than or equal to 1"),
        (GOOD + "    most: 1000\n", 4, "subscriptions[0].most", "less than or equal to 200"),
        (GOOD + "    events: [废止]\n", 4, "subscriptions[0].events[0]", "did you mean 'repealed'?"),
        (GOOD + "hold: {percents: 5}\n", 4, "hold.percents", "did you mean 'percent'?"),
        (GOOD + "hold: {percent: 101}\n", 4, "hold.percent", "less than or equal to 100"),
        (GOOD + "    words: {any: ['']}\n", 4, "subscriptions[0].words.any[0]", "is empty"),
        (GOOD + "    language: fr\n", 4, "subscriptions[0].language", "write one of zh, en"),
        (GOOD + "    include_baseline: 1\n", 4, "subscriptions[0].include_baseline", "true or false"),
        (GOOD + "    name: b\n", 4, "name", "the key stands twice"),
        (GOOD + GOOD.partition("\n")[2], 4, "subscriptions[1].name", "'a' stands twice"),
        ("subscriptions:\n  - name: a\n", 2, "subscriptions[0].deliver", "is missing"),
        ("subscriptions:\n  - name: a\n    deliver: []\n", 3, "subscriptions[0].deliver", "name at least one"),
        (GOOD.replace("a\n", '"a\\r\\nb"\n', 1), 2, "subscriptions[0].name", "letters, digits"),
        (DELIVER + "{kind: mail}\n", 5, "subscriptions[0].deliver[1]", "write one of console, file, webhook, apprise"),
        (DELIVER + "{path: x}\n", 5, "subscriptions[0].deliver[1]", "add kind:"),
        (DELIVER + "console\n", 5, "subscriptions[0].deliver[1]", "must be a mapping"),
        (DELIVER + "{kind: file}\n", 5, "subscriptions[0].deliver[1].path", "is missing"),
        (DELIVER + "{kind: file, path: ../x}\n", 5, "subscriptions[0].deliver[1].path", "below the home folder"),
        (DELIVER + "{kind: file, path: x, format: html}\n", 5, "subscriptions[0].deliver[1].format", "text, markdown"),
        (
            GOOD + "archived_copy: https://a.example/x\n",
            4,
            "archived_copy",
            "like https://replay.example/{timestamp}/{url}",
        ),
        (DELIVER + "{kind: webhook}\n", 5, "subscriptions[0].deliver[1]", "write one of url, url_env and url_file"),
        (DELIVER + "{kind: webhook, url_env: a b}\n", 5, "subscriptions[0].deliver[1].url_env", "letters, digits"),
        (DELIVER + "{kind: apprise, url: mail}\n", 5, "subscriptions[0].deliver[1].url", "not an Apprise URL"),
    ],
)
def test_a_mistake_is_said_with_file_line_key_and_remedy(load, tmp_path, text, line, key, advice):  # noqa: PLR0917
    with pytest.raises(ConfigError) as caught:
        load(text)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'alerts.yaml'}, line {line}, {key}: ")
    assert advice in message
    assert "\n" not in message


def test_the_keys_offered_are_those_of_the_channels_kind(load):
    with pytest.raises(
        ConfigError, match=r"pth: unknown key, did you mean 'path'\?; the keys here are kind, path, format$"
    ):
        load(DELIVER + "{kind: file, path: a, pth: b}\n")


def test_more_mistakes_are_counted(load):
    with pytest.raises(ConfigError, match=r"line 4, .*\(and 2 more\)$"):
        load(GOOD + "    language: fr\n    include_baseline: yess\n    events: [x]\n")


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("a: [1\nb: 2", "line 2: not YAML"),
        ("a: &x [*x]", "within itself"),
        ("a" * 1_000_001, "larger than"),
        ("subscriptions: 中".encode("gbk"), "save it as UTF-8"),
        ("a: !!python/object/apply:os.system [x]", "not YAML"),
        (ALIASES, "more than"),
    ],
    ids=["syntax", "recursive", "large", "gbk", "code", "aliases"],
)
def test_what_is_no_configuration_is_refused(load, text, advice):
    with pytest.raises(ConfigError, match=advice):
        load(text)


@pytest.mark.parametrize("url", [
    "ftp://hooks.example/SECRET", "http://user:SECRET@hooks.example/", "http:///SECRET", "//hooks.example/SECRET",
    "http://hooks.example/SECRET\\r\\nX: y", "http://hooks.example:0/SECRET", "http://hooks.example:x/SECRET",
])  # fmt: skip
def test_a_wrong_address_is_refused_and_not_repeated(load, url):
    with pytest.raises(ConfigError, match=r"deliver\[1\]\.url: ") as caught:
        load(DELIVER + f'{{kind: webhook, url: "{url}"}}\n')
    assert "SECRET" not in str(caught.value)


def test_addresses_are_secrets_of_the_loaded_model(load):
    loaded = load(
        DELIVER
        + "{kind: webhook, url: 'https://hooks.example/SECRET?k=SECRET'}\n      - {kind: apprise, url: 'slack://SECRET/x'}\n"
    )
    labels = [channel.label for channel in loaded.subscriptions[0].deliver]
    assert labels == ["console", "webhook hooks.example", "apprise slack"]
    assert "SECRET" not in repr(loaded) + loaded.model_dump_json()


def test_the_models_own_errors_hold_no_values():
    with pytest.raises(ValidationError) as caught:
        Subscriptions.model_validate(
            {"subscriptions": [{"name": "a", "deliver": [{"kind": "webhook", "url": "x:SECRET"}]}]}
        )
    assert "SECRET" not in str(caught.value)


def test_sources_are_held_against_the_known_ones(load):
    text = GOOD + "    sources: [beijing, shangai]\n"
    assert load(text).subscriptions[0].sources == ("beijing", "shangai")
    with pytest.raises(
        ConfigError, match=r"line 4, subscriptions\[0\]\.sources\[1\]: no source is named 'shangai', did you mean"
    ):
        load(text, known_sources={"beijing", "shanghai"})


def test_rates_and_limits_as_people_write_them(load, tmp_path):
    text = GOOD + "    rate: weekly\n    day: friday\n    at: 10:30\n    expiring_within: 60\nhold: {policies: 10}\n"
    item, hold = load(text).subscriptions[0], load(text).hold
    # Without quotes, YAML takes 10:30 for a number.
    assert (item.at.isoformat("minutes"), item.warn_days, hold.policies, hold.percent) == ("10:30", (60,), 10, 30.0)
    assert load(GOOD + "    rate: daily\n    at: '07:05'\n").subscriptions[0].at.isoformat("minutes") == "07:05"
    assert load(GOOD + "    quiet: 22:00-07:00\n").subscriptions[0].quiet_hours[0].hour == 22
    load(text)
    assert warn_days(tmp_path / "alerts.yaml") == (60, 30, 7)
    (tmp_path / "alerts.yaml").write_text("not: right", encoding="utf-8")
    assert warn_days(tmp_path / "alerts.yaml") == warn_days(tmp_path / "none.yaml") == (30, 7)
