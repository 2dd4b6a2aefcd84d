"""What keeps remote channels safe and civil: private addresses, secret files, connections that are kept."""

import contextlib
import io
import os
import socket

import pytest
from test_channels import outgoing, webhook

from pipeline.alerts.channels import DeliveryError, open_channel
from pipeline.alerts.config import AppriseChannel, WebhookChannel
from pipeline.alerts.credentials import is_exposed
from pipeline.alerts.guard import public_only


class TestPrivateAddresses:
    """Judged when the connection is made, whatever the name was."""

    @pytest.fixture
    def resolved(self, monkeypatch):
        """Every name leads to loopback, as a name does whose owner points it there after it was looked at."""
        real = socket.getaddrinfo

        def getaddrinfo(host, *arguments, **options):
            return real("127.0.0.1" if str(host).endswith(".example") else host, *arguments, **options)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    @pytest.mark.usefixtures("resolved")
    def test_a_webhook_by_number_or_by_name(self, receiver, home):
        for host in ("127.0.0.1", "127.1", "0x7f000001", "[::1]", "10.0.0.1", "hooks.example"):
            url = receiver.url.replace("127.0.0.1", host)
            with pytest.raises(DeliveryError, match=r"is a \w+ address; set allow_private: true|disguised") as caught:
                open_channel(WebhookChannel(kind="webhook", url=url), home, io.StringIO()).send(outgoing())
            assert "T0KEN" not in str(caught.value)
        assert receiver.requests == []
        url = receiver.url.replace("127.0.0.1", "hooks.example")
        open_channel(WebhookChannel(kind="webhook", url=url, allow_private=True), home, io.StringIO()).send(outgoing())
        assert len(receiver.requests) == 1

    @pytest.mark.usefixtures("resolved")
    def test_a_service_by_number_or_by_name(self, receiver, home):
        for host in ("127.0.0.1", "hooks.example"):
            url = receiver.url.replace("http://", "json://").replace("127.0.0.1", host)
            with pytest.raises(DeliveryError, match="json: its address is a loopback address; set allow_private"):
                open_channel(AppriseChannel(kind="apprise", url=url), home, io.StringIO()).send(outgoing())
        assert receiver.requests == []

    @pytest.mark.parametrize("kind", ["webhook", "apprise"])
    def test_a_redirect_into_the_house_is_not_followed(self, receiver, home, kind):
        inner = receiver.url.replace("/hook", "/inner")
        receiver.answers = [(301, {"Location": inner}), (307, {"Location": inner}), 200]
        url = receiver.url if kind == "webhook" else receiver.url.replace("http://", "json://")
        model = WebhookChannel if kind == "webhook" else AppriseChannel
        sender = open_channel(model(kind=kind, url=url, allow_private=True), home, io.StringIO())
        for _ in range(2):
            with pytest.raises(DeliveryError):
                sender.send(outgoing())
        assert {path for path, _, _ in receiver.requests} == {"/hook/T0KEN"}

    def test_what_the_hook_refuses_and_lets_pass(self, monkeypatch):
        def refused(address, family=socket.AF_INET, sort=socket.SOCK_STREAM):
            with public_only() as watch, socket.socket(family, sort) as link:
                link.settimeout(0.01)
                with contextlib.suppress(OSError):
                    link.connect(address)
                return watch.refused

        assert refused(("127.0.0.1", 9)) == "a loopback address"
        assert refused(("localhost", 9)) == "a name that would be resolved out of sight"
        assert refused(("::1", 9), socket.AF_INET6) == "a loopback address"
        assert refused("/run/nothing.sock", socket.AF_UNIX) == "a socket of this machine"
        assert refused(("10.1.2.3", 9), sort=socket.SOCK_DGRAM) == "a private address"
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
        assert refused(("127.0.0.1", 9)) is None
        assert refused(("127.0.0.1", 10)) == "a loopback address"
        with socket.socket() as link, pytest.raises(ConnectionRefusedError):
            link.connect(("127.0.0.1", 1))  # outside of it, nobody is asked


class TestSecretFiles:
    def test_a_file_of_its_owner_holds_address_and_secret(self, receiver, home):
        home.root.mkdir()
        for name, text in (("hook", receiver.url + "\n"), ("key", "s3cret")):
            (home.root / name).write_text(text)
            (home.root / name).chmod(0o600)
        channel = WebhookChannel(kind="webhook", url_file="hook", secret_file="key", allow_private=True)
        assert channel.label == "webhook hook"
        open_channel(channel, home, io.StringIO()).send(outgoing())
        assert "Webhook-Signature" in receiver.requests[0][1]

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
    def test_a_file_that_others_may_read_is_refused(self, home, mode):
        home.root.mkdir()
        (home.root / "hook").write_text("https://a.example/T0KEN")
        (home.root / "hook").chmod(mode)
        with pytest.raises(DeliveryError, match=r"can be read by others \(.*; chmod 600 it") as caught:
            open_channel(WebhookChannel(kind="webhook", url_file="hook"), home, io.StringIO())
        assert "T0KEN" not in str(caught.value)
        assert is_exposed(home.root / "hook")

    @pytest.mark.parametrize(
        ("content", "says"), [(None, "No such file"), (b" \n", "empty"), (b"\xff\xfe", "not UTF-8")]
    )
    def test_a_file_that_is_of_no_use_is_said(self, home, content, says):
        home.root.mkdir()
        if content is not None:
            (home.root / "hook").write_bytes(content)
            (home.root / "hook").chmod(0o600)
        with pytest.raises(DeliveryError, match=says):
            open_channel(AppriseChannel(kind="apprise", url_file="hook"), home, io.StringIO())
        os.mkfifo(home.root / "pipe", 0o600)
        with pytest.raises(DeliveryError, match="not an ordinary file"):
            open_channel(AppriseChannel(kind="apprise", url_file=str(home.root / "pipe")), home, io.StringIO())


class TestManyMessages:
    def test_one_connection_serves_them_all(self, receiver):
        receiver.server.RequestHandlerClass.protocol_version = "HTTP/1.1"
        sender = webhook(receiver)
        for nth in range(5):
            sender.send(outgoing(nth))
        assert len(receiver.requests) == 5
        assert receiver.connections == 1

    def test_refusals_in_a_row_show_that_the_target_is_down(self, receiver):
        receiver.answers = [500] * 4 + [200] + [500] * 5
        sender, downs = webhook(receiver), []
        for nth in range(10):
            try:
                sender.send(outgoing(nth))
            except DeliveryError as problem:
                downs.append(problem.is_target_down)
        assert downs == [False] * 4 + [False] * 4 + [True]

    def test_a_webhook_that_is_gone_is_asked_once(self, receiver):
        receiver.answers = [410]
        sender = webhook(receiver)
        for nth in range(3):
            with pytest.raises(DeliveryError, match="410 Gone") as caught:
                sender.send(outgoing(nth))
            assert caught.value.is_final
        assert len(receiver.requests) == 1
