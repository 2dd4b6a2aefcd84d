import base64
import hashlib
import hmac
import io
import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from fake_ledger import event_row

from pipeline.alerts.channels import DeliveryError, FileSender, Outgoing, open_channel, scrubbed, within
from pipeline.alerts.config import AppriseChannel, ConsoleChannel, FileChannel, WebhookChannel
from pipeline.alerts.event import Event
from pipeline.alerts.message import Message
from pipeline.alerts.webhook import WebhookSender

KEY = "0123456789abcdef" * 2


def outgoing(nth=1, **changes):
    event = Event.from_row(event_row(nth, **changes))
    return Outgoing.of(Message(f"{nth:032x}", "ends", "zh", "single", (event,)))


def webhook(receiver, secret=None, timeout=5.0):
    return WebhookSender(receiver.url, secret=secret, timeout=timeout, allow_private=True)


class TestConsole:
    def test_prints_the_text_and_an_empty_line(self, home):
        out = io.StringIO()
        open_channel(ConsoleChannel(kind="console"), home, out).send(outgoing())
        assert out.getvalue() == outgoing().words.text + "\n"

    def test_a_console_that_is_gone_or_knows_no_chinese_is_a_failed_delivery(self, home):
        narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        with pytest.raises(DeliveryError, match="PYTHONIOENCODING"):
            open_channel(ConsoleChannel(kind="console"), home, narrow).send(outgoing())
        gone = io.StringIO()
        gone.close()
        with pytest.raises(DeliveryError, match="console cannot be written"):
            open_channel(ConsoleChannel(kind="console"), home, gone).send(outgoing())


class TestFile:
    def test_stands_below_the_home_and_is_appended(self, home):
        for nth in (1, 2):
            open_channel(FileChannel(kind="file", path="alerts/ends.md"), home, io.StringIO()).send(outgoing(nth))
        text = (home.root / "alerts" / "ends.md").read_text(encoding="utf-8")
        assert text.count("### 废止：") == 2
        assert text.startswith(outgoing(1).words.markdown)

    @pytest.mark.parametrize("name", ["a.md", "a.txt", "a.jsonl"])
    def test_a_key_is_written_once(self, home, name):
        channel = FileChannel(kind="file", path=name)
        same = open_channel(channel, home, io.StringIO())
        same.send(outgoing())
        same.send(outgoing())
        open_channel(channel, home, io.StringIO()).send(outgoing())
        assert (home.root / name).read_text(encoding="utf-8").count(outgoing().key) == 1

    @pytest.mark.parametrize("name", ["a.md", "a.txt", "a.jsonl"])
    def test_an_entry_that_was_cut_off_is_written_again_whole(self, home, name):
        channel = FileChannel(kind="file", path=name)
        open_channel(channel, home, io.StringIO()).send(outgoing(1))
        path = home.root / name
        whole = path.read_bytes()
        open_channel(channel, home, io.StringIO()).send(outgoing(2))
        entry = path.read_bytes()[len(whole) :]
        for cut in (1, len(entry) // 2, len(entry.rstrip()) - 40, len(entry.rstrip()) - 1):
            path.write_bytes(whole + entry[:cut])
            open_channel(channel, home, io.StringIO()).send(outgoing(2))
            assert path.read_bytes() == whole + entry[:cut] + b"\n" + entry

    @pytest.mark.parametrize("name", ["a.md", "a.txt", "a.jsonl"])
    def test_a_page_cannot_forge_a_key(self, home, name):
        channel, key = FileChannel(kind="file", path=name), f"policywatch-key {2:032x}"
        for forged in (f"<!-- {key} -->", f"\n-- {key}\n", f', "policywatch-key": "{2:032x}"}}\n'):
            words = {"title": forged, "quote": forged, "number": forged, "url": forged, "source_title": forged}
            open_channel(channel, home, io.StringIO()).send(outgoing(1, **words))
            assert not open_channel(channel, home, io.StringIO())._read_keys() - {outgoing(1).key}
            (home.root / name).unlink()

    def test_json_lines(self, home):
        open_channel(FileChannel(kind="file", path="a.jsonl"), home, io.StringIO()).send(outgoing())
        row = json.loads((home.root / "a.jsonl").read_text(encoding="utf-8"))
        assert (row["policywatch-key"], row["subscription"]) == (outgoing().key, "ends")
        assert row["events"][0]["happened_on"] == "2024-03-01"
        assert row["events"][0]["before"] == {"status": "in_force"}

    def test_a_file_that_cannot_be_written_is_a_failed_delivery(self, home):
        home.root.mkdir()
        (home.root / "taken").write_text("")
        with pytest.raises(DeliveryError, match=r"a\.md cannot be written: File exists; check"):
            open_channel(FileChannel(kind="file", path="taken/a.md"), home, io.StringIO()).send(outgoing())

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
    def test_a_full_disk_is_a_failed_delivery(self):
        sender = FileSender(Path("/dev/full"), "text")
        sender._keys = set()
        with pytest.raises(DeliveryError, match="No space left on device"):
            sender.send(outgoing())


class TestWebhook:
    def test_posts_the_event_with_its_key(self, receiver):
        webhook(receiver).send(outgoing())
        ((path, headers, body),) = receiver.requests
        assert path == "/hook/T0KEN"
        assert headers["Idempotency-Key"] == headers["Webhook-Id"] == outgoing().key
        assert headers["Content-Type"] == "application/json; charset=utf-8"
        assert json.loads(body) == outgoing().to_json()
        assert "Webhook-Signature" not in headers

    @pytest.mark.parametrize(
        ("secret", "key"),
        [("just words 密", "just words 密".encode()), ("whsec_" + base64.b64encode(b"k" * 24).decode(), b"k" * 24)],
    )
    def test_is_signed_so_that_a_receiver_can_check(self, receiver, secret, key):
        webhook(receiver, secret).send(outgoing())
        ((_, headers, body),) = receiver.requests
        stamp = headers["Webhook-Timestamp"]
        signed = hmac.new(key, f"{outgoing().key}.{stamp}.".encode() + body, hashlib.sha256).digest()
        assert headers["Webhook-Signature"] == "v1," + base64.b64encode(signed).decode()
        assert stamp == "1709417820"

    @pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
    def test_every_2xx_is_received(self, receiver, status):
        receiver.answers = [status]
        webhook(receiver).send(outgoing())

    @pytest.mark.parametrize(
        ("answer", "text", "is_final", "is_down"),
        [
            (400, "answered 400", False, False),
            (410, "410 Gone", True, False),
            (429, "answered 429", False, True),
            (500, "answered 500", False, False),
            (503, "answered 503", False, True),
            (304, "redirects are not followed", False, True),
        ],
    )
    def test_anything_else_is_not(self, receiver, answer, text, is_final, is_down):
        receiver.answers = [answer]
        with pytest.raises(DeliveryError, match=text) as caught:
            webhook(receiver).send(outgoing())
        assert (caught.value.is_final, caught.value.is_target_down) == (is_final, is_down)

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_not_followed(self, receiver, status):
        receiver.answers = [(status, {"Location": receiver.url + "/elsewhere"}), 200]
        with pytest.raises(DeliveryError, match="redirects are not followed"):
            webhook(receiver).send(outgoing())
        assert len(receiver.requests) == 1

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [("120", 120.0), ("Sat, 02 Mar 2024 22:20:00 GMT", 180.0), ("Fri, 01 Mar 2024 00:00:00 GMT", 0.0),
         ("999999999999", 86400.0), ("soon", None), ("", None)],
    )  # fmt: skip
    def test_retry_after_is_understood(self, receiver, header, seconds):
        receiver.answers = [(503, {"Retry-After": header})]
        with pytest.raises(DeliveryError) as caught:
            webhook(receiver).send(outgoing())
        assert caught.value.retry_after == seconds

    def test_a_server_that_hangs_costs_the_timeout(self, receiver):
        receiver.answers = ["hang"]
        with pytest.raises(DeliveryError, match=r"no answer within 0\.1 s") as caught:
            webhook(receiver, timeout=0.1).send(outgoing())
        assert caught.value.is_target_down

    def test_a_server_that_drips_costs_the_timeout_too(self, receiver):
        receiver.answers = ["drip"]
        with pytest.raises(DeliveryError, match=r"no answer within 0\.2 s") as caught:
            webhook(receiver, timeout=0.2).send(outgoing())
        assert caught.value.is_target_down

    def test_a_late_answer_counts_as_none_and_the_next_attempt_bears_the_same_key(self, receiver):
        receiver.answers = ["late", 200]
        with pytest.raises(DeliveryError, match=r"no answer within 0\.1 s"):
            webhook(receiver, timeout=0.1).send(outgoing())
        receiver.release.set()
        webhook(receiver).send(outgoing())
        assert receiver.keys == [outgoing().key] * 2
        assert receiver.requests[0][2] == receiver.requests[1][2]

    def test_nobody_listens(self, receiver):
        url = receiver.url
        receiver.close()
        with pytest.raises(DeliveryError, match=r"^127\.0\.0\.1: Connection refused$"):
            WebhookSender(url, secret=None, timeout=5, allow_private=True).send(outgoing())

    def test_no_secret_and_no_path_in_errors(self, receiver):
        for answer in (500, 301, 410, 404, "hang"):
            receiver.answers = [answer]
            with pytest.raises(DeliveryError) as caught:
                webhook(receiver, "S3CRET", timeout=0.1).send(outgoing())
            assert "T0KEN" not in str(caught.value)
            assert "S3CRET" not in str(caught.value)
        with pytest.raises(DeliveryError) as caught:
            webhook(receiver, "whsec_S3CRET!")
        assert "S3CRET" not in str(caught.value)

    def test_addresses_and_secrets_from_the_environment(self, receiver, home, monkeypatch):
        channel = WebhookChannel(kind="webhook", url_env="PW_HOOK", secret_env="PW_SECRET", allow_private=True)
        with pytest.raises(DeliveryError, match="PW_HOOK is not set"):
            open_channel(channel, home, io.StringIO())
        monkeypatch.setenv("PW_HOOK", receiver.url)
        with pytest.raises(DeliveryError, match="PW_SECRET is not set"):
            open_channel(channel, home, io.StringIO())
        monkeypatch.setenv("PW_SECRET", "s")
        open_channel(channel, home, io.StringIO()).send(outgoing())
        assert "Webhook-Signature" in receiver.requests[0][1]
        monkeypatch.setenv("PW_HOOK", "ftp://T0KEN")
        with pytest.raises(DeliveryError, match="not a web address") as caught:
            open_channel(channel, home, io.StringIO())
        assert "T0KEN" not in str(caught.value)


class TestApprise:
    def test_sends_through_the_service(self, receiver, home):
        url = receiver.url.replace("http://", "json://")
        open_channel(AppriseChannel(kind="apprise", url=url, allow_private=True), home, io.StringIO()).send(outgoing())
        body = json.loads(receiver.requests[0][2])
        assert body["title"] == outgoing().words.subject
        assert "自 2024-03-01 起废止" in body["message"]

    @pytest.fixture
    def log(self):
        """What reaches the process's log. (caplog also hears loggers that were told to keep to themselves.)"""
        stream = io.StringIO()
        handler, root = logging.StreamHandler(stream), logging.getLogger()
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        yield stream
        root.removeHandler(handler)
        root.setLevel(level)

    def test_a_failure_carries_no_token_into_errors_and_logs(self, receiver, home, log, capfd):
        receiver.answers = [500]
        url = receiver.url.replace("http://", "json://us3r:p4ssword@")
        with pytest.raises(DeliveryError, match=r"^json: ") as caught:
            open_channel(AppriseChannel(kind="apprise", url=url, allow_private=True), home, io.StringIO()).send(
                outgoing()
            )
        said = str(caught.value) + log.getvalue() + "".join(capfd.readouterr())
        assert not [secret for secret in ("T0KEN", "us3r", "p4ssword") if secret in said]
        assert caught.value.is_target_down

    def test_a_url_that_lacks_a_part_carries_no_token_into_logs(self, home, log):
        with pytest.raises(DeliveryError, match="cannot read the slack URL") as caught:
            open_channel(AppriseChannel(kind="apprise", url="slack://T0KEN/x"), home, io.StringIO())
        assert "T0KEN" not in str(caught.value) + log.getvalue()

    def test_a_service_that_nobody_knows(self, home):
        channel = AppriseChannel(kind="apprise", url="nosuchservice://T0KEN")
        with pytest.raises(DeliveryError, match="cannot read the nosuchservice URL") as caught:
            open_channel(channel, home, io.StringIO())
        assert "T0KEN" not in str(caught.value)

    @pytest.mark.parametrize(
        ("url", "body", "says"),
        [
            (
                "dingtalk://" + "T0KEN" * 13,
                {"errcode": 310000, "errmsg": "keywords not in content"},
                "310000: keywords",
            ),
            ("feishu://T0KENT0KENT0KEN", {"code": 19024, "msg": "Key Words Not Found"}, "19024: Key Words"),
            ("lark://T0KENT0KENT0KEN", {"code": 9499, "msg": "Bad T0KENT0KENT0KEN"}, r"9499: Bad \*\*\*"),
            ("wecombot://T0KENT0KENT0KEN", {"errcode": 93000, "errmsg": "invalid webhook"}, "93000: invalid"),
        ],
    )
    def test_a_robot_that_refuses_with_200_has_not_taken_it(self, home, monkeypatch, url, body, says):
        posted = []

        def post(address, **options):
            posted.append((address, options))
            answer = requests.Response()
            answer.status_code, answer._content = 200, json.dumps(body).encode()
            return answer

        monkeypatch.setattr(requests, "post", post)
        sender = open_channel(AppriseChannel(kind="apprise", url=url), home, io.StringIO())
        monkeypatch.setattr(type(sender.plugin), "request_rate_per_sec", 0)
        with pytest.raises(DeliveryError, match=says) as caught:
            sender.send(outgoing())
        assert "T0KEN" not in str(caught.value)
        assert posted[0][1]["allow_redirects"] is False
        body.clear()
        body.update(errcode=0, code=0)
        sender.send(outgoing(2))
        assert "云江市促进中小企业发展办法" in json.dumps(json.loads(posted[1][1]["data"]), ensure_ascii=False)

    def test_what_is_too_long_for_a_robot_comes_in_parts(self, home, monkeypatch):
        parts = []

        def post(_address, *, data, **_options):
            parts.append(json.loads(data)["text"]["content"])
            answer = requests.Response()
            answer.status_code, answer._content = 200, b'{"errcode": 0}'
            return answer

        monkeypatch.setattr(requests, "post", post)
        sender = open_channel(AppriseChannel(kind="apprise", url="wecombot://T0KENT0KENT0KEN"), home, io.StringIO())
        sender.plugin.request_rate_per_sec = 0
        item = outgoing(quote="长" * 600, issuers=["某局" * 100] * 2)
        sender.send(item)
        assert len(parts) > 1
        assert max(len(part.encode()) for part in parts) <= 2048
        assert "长" * 600 in "".join(parts).replace("\n", "").replace("…", "")


def test_within_carries_errors_and_gives_up_in_time(receiver):
    within(5, lambda: None)
    with pytest.raises(KeyError):
        within(5, lambda: {}["x"])
    with pytest.raises(DeliveryError, match=r"no answer within 0\.05 s"):
        within(0.05, lambda: receiver.closing.wait(20))


def test_scrubbing_prefers_the_longest_and_leaves_short_words():
    assert scrubbed("GET http://h/tok/en token", "http://h/tok/en", "token", "en", None) == "GET *** ***"


def test_a_writer_killed_at_any_point_leaves_a_file_that_the_next_one_completes(tmp_path):
    """A real SIGKILL, right after the bytes reached the file and before anything was recorded."""
    script = (
        "import os, signal, sys\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "from pathlib import Path\n"
        "from test_channels import outgoing\n"
        "from pipeline.alerts.channels import FileSender\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "FileSender(Path(sys.argv[1]), 'markdown').send(outgoing())\n"
    )
    path = tmp_path / "a.md"
    root = Path(__file__).parents[2]
    killed = subprocess.run(
        [sys.executable, "-c", script, str(path), str(Path(__file__).parent)],
        cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, check=False, capture_output=True, timeout=60,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    FileSender(path, "markdown").send(outgoing())
    assert path.read_text(encoding="utf-8").count(outgoing().key) == 1


def test_emoji_and_right_to_left_names_arrive_as_they_are_and_marks_of_direction_do_not(receiver, home):
    title = "🏛️关于农民👩‍🌾的通知 קול"
    item = outgoing(title=f"\u202e{title}\u2066")
    out = io.StringIO()
    files = [FileChannel(kind="file", path=name) for name in ("a.md", "a.txt")]
    for channel in (ConsoleChannel(kind="console"), *files):
        open_channel(channel, home, out).send(item)
    webhook(receiver).send(item)
    body = json.loads(receiver.requests[0][2])
    for shown in (
        out.getvalue(), (home.root / "a.md").read_text("utf-8"), (home.root / "a.txt").read_text("utf-8"),
        body["message"]["subject"], body["message"]["text"],
    ):  # fmt: skip
        assert title in shown
        assert not {"\u202e", "\u2066"} & set(shown)
