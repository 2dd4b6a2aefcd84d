"""Mail over a real connection to a server that takes it, refuses it, hangs, or answers late."""

import io

import pytest
from smtp_server import MailServer
from test_channels import outgoing

from pipeline.alerts.channels import DeliveryError, open_channel
from pipeline.alerts.config import AppriseChannel
from pipeline.alerts.mail import MailSender
from pipeline.alerts.services import AppriseSender


@pytest.fixture
def server():
    server = MailServer()
    yield server
    server.close()


@pytest.fixture
def sender(server, home):
    def open_it(timeout=5.0, to="officer@a.example", user="us3rname:p4ssw0rd@"):
        url = f"mailto://{user}127.0.0.1:{server.port}/?to={to}&from=policywatch@a.example"
        return open_channel(AppriseChannel(kind="apprise", url=url, timeout=timeout), home, io.StringIO())

    return open_it


def test_a_mail_has_text_and_html_and_the_key_as_its_id(server, sender):
    item = outgoing(title="关于<b>补贴</b>👩‍🌾的通知\r\nBcc: x@y.example")
    sender(to="a@a.example,b@a.example").send(item)
    assert server.recipients == ["a@a.example", "b@a.example"]
    assert len(server.logins) == 1
    mail, other = server.mails
    assert (mail["To"], other["To"]) == ("a@a.example", "b@a.example")
    assert mail["Subject"] == item.words.subject
    assert "👩‍🌾" in mail["Subject"]
    assert mail["Bcc"] is None
    assert mail["Message-ID"] == f"<{item.key}@policywatch.invalid>"
    assert mail["Date"].datetime.isoformat() == "2024-03-02T22:17:00+00:00"
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == item.words.text
    assert mail.get_body(("html",)).get_content().replace("\r\n", "\n") == item.words.html


@pytest.mark.parametrize(
    ("answers", "text", "verdict"),
    [
        ({"MAIL": "421 busy"}, r"mail: 127\.0\.0\.1 answered 421 busy", (False, True)),
        ({"EHLO": "502 no"}, "AUTH extension not supported", (False, True)),
        ({"RCPT": "550 nobody of that name"}, "does not take mail for a recipient: 550 nobody", (True, False)),
        ({"RCPT": "450 later"}, "recipient: 450 later", (False, False)),
        ({"AUTH": "535 p4ssw0rd is wrong"}, r"user name and password \(535\); check them", (False, True)),
        ({".": "554 looks like spam"}, "answered 554 looks like spam", (True, False)),
        ({".": "451 disk of p4ssw0rd full"}, r"answered 451 disk of \*\*\* full", (False, True)),
        ("drop", "mail: 127.0.0.1: ", (False, True)),
    ],
)
def test_what_a_refusal_means(server, sender, answers, text, verdict):
    server.answers = [answers]
    with pytest.raises(DeliveryError, match=text) as caught:
        sender().send(outgoing())
    assert (caught.value.is_final, caught.value.is_target_down) == verdict
    assert "us3rname" not in str(caught.value)
    assert server.mails == []


def test_a_server_that_hangs_costs_the_timeout_and_one_that_is_gone_nothing(server, sender):
    server.answers = ["hang"]
    with pytest.raises(DeliveryError, match=r"no answer within 0\.1 s") as caught:
        sender(timeout=0.1).send(outgoing())
    assert caught.value.is_target_down
    late = sender()
    server.close()
    with pytest.raises(DeliveryError, match=r"mail: 127\.0\.0\.1: Connection refused"):
        late.send(outgoing())


def test_a_late_receipt_means_a_second_mail_of_the_same_id(server, sender):
    server.answers = ["late", "take"]
    with pytest.raises(DeliveryError, match="no answer"):
        sender(timeout=0.3).send(outgoing())
    assert server.taken.wait(5)
    server.release.set()
    sender().send(outgoing())
    assert len({mail["Message-ID"] for mail in server.mails}) == 1


def test_who_has_the_mail_does_not_get_it_again_when_another_is_tried_again(server, sender):
    one = sender(to="a@a.example,b@a.example")
    server.answers = [{"RCPT": "250 fine"}]
    one.send(outgoing())
    one.send(outgoing())
    assert len(server.mails) == 2


def test_nobody_to_write_to_is_said(sender):
    one = sender()
    one._plugin.targets = []
    with pytest.raises(DeliveryError, match="names nobody to write to"):
        one.send(outgoing())


def test_what_signs_or_encrypts_is_left_to_apprise():
    plain = AppriseSender("mailto://127.0.0.1/?to=a@a.example&from=b@a.example", timeout=1).plugin
    assert MailSender.of(plain, secrets=[], timeout=1)
    plain.pgp_mode = "sign"
    assert MailSender.of(plain, secrets=[], timeout=1) is None
    assert MailSender.of(AppriseSender("json://127.0.0.1", timeout=1).plugin, secrets=[], timeout=1) is None
