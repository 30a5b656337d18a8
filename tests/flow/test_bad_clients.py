"""Clients that are slow, greedy, confused or gone: each gets its status, none harms another."""

import contextlib
import os
import resource
import select
import socket
import ssl

import pytest

from harness import certs, client, daemon, mock, program, wait

GET = b"GET /v1/models HTTP/1.1\r\nHost: api\r\n\r\n"
CHAT = "/v1/chat/completions"


@pytest.fixture(scope="module")
def upstream():
    with mock.run() as running:
        yield running


@pytest.fixture(scope="module")
def retort(upstream, localhost):
    """One worker, short patience, a clear and a TLS listener."""
    config = {"workers": 1,
              "limits": [{"name": "flood", "key": ["account"], "count": "requests", "quota": 1,
                          "window": "1h", "action": "throttle", "mode": "enforce"}],
              "timeouts": {"handshake": "500ms", "head": "500ms", "body": "1s", "send": "1s",
                           "idle": "1s"},
              "listen": [{"address": f"127.0.0.1:{program.free_port()}"},
                         {"address": f"127.0.0.1:{program.free_port()}",
                          "tls": {"certificate": str(localhost.certificate),
                                  "key": str(localhost.key)}}]}
    with daemon.run(config, upstream=upstream.url) as running:
        host, port = running.config["listen"][1]["address"].split(":")
        running.tls_address = (host, int(port))
        yield running


@pytest.fixture(autouse=True)
def others_are_served(retort):
    yield
    with client.Connection(retort.address) as wire:
        wire.send(GET)
        assert wire.reply().status == 200


class TestSlowness:
    def test_a_head_that_drips_is_a_408(self, retort):
        with client.Connection(retort.address) as wire:
            wire.send(b"GET / HTTP/1.1\r\nHost: api\r\n")
            with contextlib.suppress(OSError):
                for _ in range(200):
                    wire.send(b"X: y\r\n")
                    if select.select([wire.socket], [], [], 0.05)[0]:
                        break
            assert wire.reply().status == 408

    def test_a_body_that_stops_is_a_408_in_its_dialect(self, retort):
        with client.Connection(retort.address) as wire:
            wire.send(b"POST /v1/messages HTTP/1.1\r\nHost: api\r\nContent-Length: 9\r\n\r\nabc")
            reply = wire.reply()
            assert reply.status == 408 and reply.json()["error"]["type"] == "timeout_error"
            assert wire.ends() == "closed"

    def test_who_says_nothing_is_shown_the_door(self, retort):
        with client.Connection(retort.address) as wire:
            assert wire.ends() == "closed" and not wire.pending

    def test_an_idle_connection_ends_between_requests(self, retort):
        with client.Connection(retort.address) as wire:
            wire.send(GET)
            assert wire.reply().status == 200
            assert wire.ends() == "closed" and not wire.pending

    def test_who_asks_and_never_reads_is_let_go(self, retort, upstream):
        before = retort.rss()
        with client.Connection(retort.address, window=4096) as wire:
            wire.request("POST", CHAT, {"mock-reply-bytes": 30 << 20}, {"model": "m"})
            wait.until(lambda: retort.metric("retort_exchanges_open") == 1, "it is under way")
            wait.until(lambda: retort.metric("retort_exchanges_open") == 0, "it is let go")
        assert retort.rss() - before < program.allowance(10 << 20)

    def test_who_asks_on_and_on_and_never_reads_fills_no_memory(self, retort):
        """Refusals and replies alike wait until the ones before are read. (The ring of records
        fills meanwhile, some 15 MB; a million answers would be far more.)"""
        before = retort.rss()
        for asked in (GET, b"GET / HTTP/1.1\r\nHost: a\r\nx-api-key: flood\r\n\r\n"):
            with client.Connection(retort.address, window=4096) as wire:
                wire.socket.settimeout(0.7)
                with contextlib.suppress(TimeoutError, ConnectionError):
                    for _ in range(300):
                        wire.send(asked * 1000)
                assert retort.rss() - before < program.allowance(32 << 20)

    def test_slow_but_steady_readers_are_waited_for(self, retort):
        """It takes longer than `send` in all, but never stops reading for so long."""
        with client.Connection(retort.address, window=60_000) as wire:
            wire.request("POST", CHAT, {"mock-reply-bytes": 12 << 20}, {"model": "m"})
            head = wire.head()
            length, found = int(head.field("content-length")), len(wire.pending)
            while found < length:
                piece = wire.socket.recv(200_000)
                assert piece, f"cut after {found} of {length}"
                found += len(piece)
                wait.pace(3.0 * len(piece) / length)


class TestManners:
    def test_half_a_connection_is_none(self, retort, upstream):
        """A client that ends its side has gone: its exchange is cancelled and logged as 499."""
        gone = retort.metric("retort_client_gone_total")
        with client.Connection(retort.address) as wire:
            wire.request("POST", CHAT, {"mock-delay-ms": 5000}, {"model": "m"})
            wait.until(lambda: retort.metric("retort_exchanges_open") == 1, "it is under way")
            wire.half_close()
            assert wire.ends() == "closed" and not wire.pending
        wait.until(lambda: retort.metric("retort_client_gone_total") == gone + 1, "it is counted")
        wait.until(lambda: upstream.stats()["open"] <= 2, "the upstream is let go")

    @pytest.mark.parametrize("text", [b"", b"GET", b"GET / HTTP/1.1\r\nHost: a\r\nX: y",
                                      b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab"])
    @pytest.mark.parametrize("end", ["half_close", "reset"])
    def test_who_leaves_at_any_point_just_leaves(self, retort, text, end):
        open_before = retort.metric("retort_connections_open")
        wire = client.Connection(retort.address)
        wire.send(text)
        getattr(wire, end)()
        wait.until(lambda: retort.metric("retort_connections_open") <= open_before, "it is gone")

    def test_header_bombs(self, retort):
        bombs = [b"GET / HTTP/1.1\r\nHost: api\r\n" + b"A: b\r\n" * 100_000,
                 b"GET / HTTP/1.1\r\nHost: api\r\nCookie: " + b"c" * 5_000_000,
                 b"GET /" + b"a" * 5_000_000, b"A" * 5_000_000, b"\r\n" * 1_000_000]
        before = retort.rss()
        for bomb in bombs:
            with client.Connection(retort.address) as wire:
                with contextlib.suppress(OSError):
                    wire.send(bomb)
                with contextlib.suppress(OSError):
                    assert wire.head().status in (400, 431)
        assert retort.rss() - before < program.allowance(10 << 20)

    def test_noise(self, retort):
        for _ in range(50):
            with client.Connection(retort.address) as wire:
                with contextlib.suppress(OSError):
                    wire.send(os.urandom(2000))
                    wire.ends()


def failures(retort):
    return retort.metric("retort_tls_handshakes_total", outcome="failed")


class TestTlsDoor:
    @pytest.mark.parametrize("text", [GET, b"\x16\x03\x01\xff\xff" + b"\xcc" * 500,
                                      b"\xee" * 700, b"\x16\x03\x01\x00\x04\x01\x00\x00\x00"],
                             ids=["http", "long-record", "noise", "empty-hello"])
    def test_what_is_no_handshake_is_closed_and_counted(self, retort, text):
        failed = failures(retort)
        with client.Connection(retort.tls_address) as wire:
            wire.send(text)
            with contextlib.suppress(OSError):
                wire.ends()
            assert b"HTTP/" not in wire.pending
        wait.until(lambda: failures(retort) > failed,
                   "the failure is counted")

    def test_an_abandoned_handshake_ends_by_its_deadline(self, retort, localhost):
        with client.Connection(retort.tls_address) as wire:
            wire.send(b"\x16\x03\x01\x02\x00\x01")
            with contextlib.suppress(OSError):
                wire.ends()
        wait.until(lambda: retort.metric("retort_connections_open") == 0, "it is gone")

    def test_a_client_that_distrusts_us_is_counted(self, retort, tmp_path):
        failed = failures(retort)
        other = certs.Authority(tmp_path / "other").issue("localhost")
        with pytest.raises(OSError):
            client.Connection(retort.tls_address, other.client_context())
        wait.until(lambda: failures(retort) > failed,
                   "the failure is counted")

    def test_a_handshake_a_byte_at_a_time(self, retort, localhost):
        """A relay between the client and the daemon cuts every byte apart."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = localhost.client_context().wrap_bio(incoming, outgoing,
                                                      server_hostname="localhost")
        with client.Connection(retort.tls_address) as wire:
            def pump(step):
                while True:
                    try:
                        return step()
                    except ssl.SSLWantReadError:
                        wire.send(*(bytes([byte]) for byte in outgoing.read()))
                        incoming.write(wire.socket.recv(65536))

            pump(session.do_handshake)
            session.write(GET)
            wire.send(*(bytes([byte]) for byte in outgoing.read()))
            assert pump(lambda: session.read(12)) == b"HTTP/1.1 200"


def raise_limit(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
        except (ValueError, OSError):
            pytest.skip(f"only {hard} descriptors may be open here")
    elif soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


class TestCrowds:
    def test_10000_idle_connections(self, upstream):
        """They cost little, keep nobody from being served, and leave nothing behind."""
        raise_limit(12_000)
        with daemon.run({"workers": 2}, upstream=upstream.url) as retort, \
                contextlib.ExitStack() as stack:
            before = retort.rss()
            for number in range(10_000):
                crowd = stack.enter_context(socket.socket())
                crowd.bind((f"127.0.0.{2 + number % 4}", 0))
                crowd.connect(retort.address)
            wait.until(lambda: retort.metric("retort_connections_open") >= 10_000,
                       "they are all in")
            with client.Connection(retort.address) as wire:
                wire.send(GET)
                assert wire.reply().status == 200
            assert (retort.rss() - before) / 10_000 < program.allowance(4096)
            stack.close()
            wait.until(lambda: retort.metric("retort_connections_open") == 0, "they are gone")

    def test_more_than_may_be_open_wait_their_turn(self, upstream):
        with daemon.run({"workers": 1, "http": {"connections": 4}},
                        upstream=upstream.url) as retort:
            first = [client.Connection(retort.address) for _ in range(6)]
            for wire in first[:5]:
                wire.send(GET)
                assert wire.reply().status == 200
            late = client.Connection(retort.address)
            late.send(GET)
            for wire in first:
                wire.socket.close()
            assert late.reply().status == 200
            assert retort.metric("retort_accept_rests_total") >= 1
            late.socket.close()
