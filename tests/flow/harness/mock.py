"""mock-llm as the upstream."""

import http.client
import json

from . import program

WORDS = "to distil is to pass a spirit through a neck and keep what drips out slowly".split()


def text(events):
    """What the mock says in `events` deltas, streamed or whole."""
    return "".join(WORDS[i % len(WORDS)] + " " for i in range(events))


class Mock(program.Program):
    name = "mock-llm"

    def __init__(self, options, tls=None, log=True):
        command = [program.binary("mock-llm"), "--listen", "127.0.0.1:0"]
        if log:
            command += ["--log", "seen"]
        if tls:
            command += ["--tls", str(tls.certificate), str(tls.key)]
        super().__init__(command + [str(option) for option in options])
        self.tls = tls

    def is_ready(self):
        said = self.stdout()
        if not said.endswith("\n"):
            return False
        self.address = ("127.0.0.1", int(said.rsplit(":", 1)[1]))
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.address[1]}"
        return True

    def stats(self):
        """Its counters: connections, handshakes, requests, events, whole, gone, open."""
        context = {"context": self.tls.client_context()} if self.tls else {}
        maker = http.client.HTTPSConnection if self.tls else http.client.HTTPConnection
        connection = maker(*self.address, timeout=10, **context)
        connection.request("GET", "/mock/stats")
        found = json.loads(connection.getresponse().read())
        connection.close()
        return found

    def log(self, event=None):
        """The lines of its log, as dicts: `request` with all that was seen, `end` with how."""
        lines = (self.folder / "seen").read_text().splitlines()
        found = [json.loads(line) for line in lines]
        return [line for line in found if event in (None, line["event"])]

    def seen(self):
        """The requests that reached it: method, target, headers in order, body_sha256, …"""
        return [line["seen"] for line in self.log("request")]


def run(*options, tls=None, log=True):
    """`log=False` for benches: writing down what arrives costs more than answering it."""
    return Mock(options, tls, log)
