"""WebSocket upgrades: once accepted, bytes pass both ways and each side ends for itself."""

import os
import threading

import pytest

from harness import client, daemon, mock, node, program, wait

UPGRADE = (b"GET /v1/realtime?model=m&x=%2F HTTP/1.1\r\nHost: api\r\nConnection: keep-alive, Upgrade\r\n"
           b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
           b"Sec-WebSocket-Protocol: realtime, openai-insecure-api-key.sk-1\r\n\r\n")
ACCEPTED = (b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Protocol: realtime\r\n\r\n")


@pytest.fixture(scope="module")
def retort(upstream):
    with daemon.run({"workers": 1}, upstream=upstream.url) as running:
        yield running


@pytest.fixture
def ends(retort, upstream):
    """The client's and the upstream's end of one open tunnel."""
    with client.Connection(retort.address) as wire:
        wire.send(UPGRADE)
        served = upstream.accept()
        served.head()
        served.send(ACCEPTED)
        assert wire.head().status == 101
        yield wire, served
    upstream.forget()


def read(wire, count):
    return wire._read_bytes(count)


class TestOpening:
    def test_query_protocols_and_key_are_told(self, retort, upstream):
        with client.Connection(retort.address) as wire:
            wire.send(UPGRADE)
            served = upstream.accept()
            seen = served.head()
            assert seen.target == "/v1/realtime?model=m&x=%2F"
            assert [seen.field(name) for name in ("connection", "upgrade")] == ["Upgrade",
                                                                               "websocket"]
            assert seen.field("sec-websocket-protocol") == "realtime, openai-insecure-api-key.sk-1"
            assert seen.field("sec-websocket-key") == "dGhlIHNhbXBsZSBub25jZQ=="
            served.send(ACCEPTED)
            reply = wire.head()
            assert reply.field("upgrade") == "websocket"
            assert reply.field("sec-websocket-protocol") == "realtime"
        upstream.forget()

    def test_an_upstream_may_refuse(self, retort, upstream):
        with client.Connection(retort.address) as wire:
            wire.send(UPGRADE)
            served = upstream.accept()
            served.head()
            served.answer(b"not here", "426 Upgrade Required", {"Upgrade": "other"})
            reply = wire.reply()
            assert (reply.status, reply.body) == (426, b"not here")
            wire.send(b"GET / HTTP/1.1\r\nHost: api\r\n\r\n")
            served.head()
            served.answer(b"still http")
            assert wire.reply().body == b"still http"
        upstream.forget()

    def test_only_websockets_are_tunnels(self, retort, upstream):
        """h2c would carry requests that nobody counts."""
        with client.Connection(retort.address) as wire:
            wire.send(b"GET / HTTP/1.1\r\nHost: api\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                      b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n\r\n")
            served = upstream.accept()
            seen = served.head()
            assert seen.all("upgrade") == seen.all("http2-settings") == []
            served.send(ACCEPTED)
            assert wire.reply().status == 502
        upstream.forget()

    def test_words_that_come_with_the_handshake_are_not_lost(self, retort, upstream):
        with client.Connection(retort.address) as wire:
            wire.send(UPGRADE + b"early ")
            served = upstream.accept()
            served.head()
            served.send(ACCEPTED + b"hello")
            assert wire.head().status == 101 and read(wire, 5) == b"hello"
            assert read(served, 6) == b"early "
            wire.send(b"late")
            assert read(served, 4) == b"late"
        upstream.forget()


class TestOpenTunnels:
    def test_bytes_pass_both_ways(self, ends):
        wire, served = ends
        for _ in range(5):
            piece = os.urandom(1000)
            wire.send(piece)
            assert read(served, 1000) == piece
            served.send(piece[::-1])
            assert read(wire, 1000) == piece[::-1]

    def test_the_client_may_end_first(self, ends):
        wire, served = ends
        wire.send(b"last words")
        wire.half_close()
        assert served.ends() == "closed" and served.pending == b"last words"
        served.send(b"an answer")
        assert read(wire, 9) == b"an answer"
        served.close()
        assert wire.ends() == "closed"

    def test_the_upstream_may_end_first(self, ends):
        wire, served = ends
        served.send(b"last words")
        served.half_close()
        assert wire.ends() == "closed" and wire.pending == b"last words"
        wire.send(b"an answer")
        assert read(served, 9) == b"an answer"
        wire.socket.close()
        assert served.ends() == "closed"

    @pytest.mark.parametrize("who", [0, 1])
    def test_a_reset_ends_both(self, ends, who):
        ends[who].reset()
        assert ends[1 - who].ends() in ("closed", "reset")

    def test_last_words_reach_a_slow_reader(self, ends):
        wire, served = ends
        body = os.urandom(6 << 20)
        sender = threading.Thread(target=lambda: (served.send(body), served.half_close()))
        sender.start()
        wait.pace(0.2)
        found = read(wire, len(body))
        sender.join(20)
        assert found == body and wire.ends() == "closed"

    @pytest.mark.parametrize("who", [0, 1])
    def test_who_does_not_read_fills_no_memory(self, retort, ends, who):
        before = retort.rss()
        sender = ends[who].socket
        sender.settimeout(0.3)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 256 << 20:
                sent += sender.send(b"x" * (1 << 20))
        assert retort.rss() - before < program.allowance(10 << 20)

    def test_it_is_logged_as_what_it_was(self, retort, ends):
        wire, served = ends
        before = len(retort.decisions())
        wire.half_close()
        assert served.ends() == "closed"
        served.close()
        assert wire.ends() == "closed"
        line = retort.decision(before + 1)
        assert line["status"] == 101


def test_a_websocket_client_hears_its_own_words(localhost):
    words = ["one", "x" * 200, "y" * 70000, "ü"]
    with mock.run() as upstream, daemon.run(upstream=upstream.url, tls=localhost) as retort:
        reply = node.run("websocket", "echo", url=retort.url, messages=words, ca=localhost.ca,
                         protocols=["realtime", "other"])
        assert reply == {"heard": words, "pongs": 1, "code": 1000, "protocol": "realtime"}
        wait.until(lambda: retort.metric("retort_tunnels_total") == 1, "the tunnel is counted")
        refused = node.run("websocket", "echo", url=retort.url, messages=["x"], ca=localhost.ca,
                           headers={"mock-status": "403"})
        assert refused == {"refused": 403}
