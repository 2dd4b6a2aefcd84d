"""A mail server on loopback, as well-behaved as a test asks for."""

import email
import email.policy
from contextlib import suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread

END = b".\r\n"


class MailServer:
    """Takes mail, or does what `answers` say: one entry a connection, the last one again and again.

    An entry is "take", "hang" (no greeting), "drop" (closes after the greeting), "late" (takes the mail, but answers
    only after `release` is set), or a mapping from a command (or "." for the end of the mail) to the answer it gets.
    """

    def __init__(self, port=0):
        self.answers = ["take"]
        self.mails = []
        self.recipients = []
        self.logins = []
        self.connections = 0
        self.taken = Event()
        self.release = Event()
        self.closing = Event()
        outer = self

        class Handler(StreamRequestHandler):
            def handle(self):
                with suppress(OSError):  # the other side gave up
                    outer._talk(self)

        ThreadingTCPServer.allow_reuse_address = True
        self.server = ThreadingTCPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.thread = Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    @property
    def port(self):
        return self.server.server_address[1]

    def _talk(self, link):
        self.connections += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        said = answer if isinstance(answer, dict) else {}
        if answer == "hang":
            self.closing.wait(20)
            return
        link.wfile.write(b"220 mail.test ready\r\n")
        if answer == "drop":
            return
        while line := link.rfile.readline():
            command = line.decode().split(None, 1)[0].upper().strip()
            if command == "QUIT":
                link.wfile.write(b"221 bye\r\n")
                return
            if command == "EHLO" and command not in said:
                link.wfile.write(b"250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n")
                continue
            if command == "AUTH":
                self.logins.append(line.decode().strip())
            if command == "RCPT":
                self.recipients.append(line.decode().split("<")[1].split(">")[0])
            usual = {"DATA": "354 go on", "AUTH": "235 welcome"}.get(command, "250 fine")
            given = said.get(command, usual)
            link.wfile.write(f"{given}\r\n".encode())
            if command == "DATA" and given.startswith("354"):
                self._take(link, answer, said)

    def _take(self, link, answer, said):
        lines = []
        while (line := link.rfile.readline()) not in {b"", END}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        given = said.get(".", "250 taken")
        if given.startswith("250"):
            self.mails.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))
        self.taken.set()
        if answer == "late":
            self.release.wait(20)
        link.wfile.write(f"{given}\r\n".encode())

    def close(self):
        self.closing.set()
        self.release.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)
