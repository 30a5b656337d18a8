"""Upstreams that refuse, hang, break, come back; many of them; and over TLS."""

import contextlib
import os
import socket
import ssl
import threading

import pytest

from harness import certs, client, daemon, mock, origin, program, wait

GET = b"GET /v1/models HTTP/1.1\r\nHost: api\r\n\r\n"
UPLOAD = (b"POST /upload HTTP/1.1\r\nHost: api\r\n"  # in no dialect: nothing of it is held back
          b"Content-Type: application/octet-stream\r\n")
CHAT = "/v1/chat/completions"


def gateway(*servers, **options):
    return {"workers": 1,
            "upstreams": [{"name": "gateway", "servers": list(servers), **options}]}


class TestFailures:
    """One daemon in front of an origin that the test plays; nothing is kept open."""

    @pytest.fixture(scope="class")
    def upstream(self):
        with origin.run() as running:
            yield running

    @pytest.fixture(scope="class")
    def retort(self, upstream):
        with daemon.run(gateway(upstream.url, keepalive="off", idle_timeout="1s",
                                connect_timeout="300ms", failures="off")) as running:
            yield running

    @pytest.fixture
    def wire(self, retort, upstream):
        with client.Connection(retort.address) as connection:
            yield connection
        upstream.forget()

    SHAPES = {
        "/v1/chat/completions": lambda body: body["error"]["code"],
        "/v1/messages": lambda body: body["error"]["type"],
        "/v1beta/models/m:generateContent": lambda body: body["error"]["status"],
        "/other": lambda body: body["title"],
    }

    @pytest.mark.parametrize("path, said", [
        ("/v1/chat/completions", "gateway_timeout"), ("/v1/messages", "api_error"),
        ("/v1beta/models/m:generateContent", "DEADLINE_EXCEEDED"), ("/other", "Gateway Timeout"),
    ])
    def test_silence_is_a_504_in_the_words_of_the_dialect(self, upstream, wire, path, said):
        wire.request("POST", path, body=b"{}")
        upstream.accept().request()
        reply = wire.reply()
        assert reply.status == 504 and self.SHAPES[path](reply.json()) == said

    def test_silence_within_a_reply_breaks_it(self, upstream, wire):
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.start_stream()
        head = wire.head()
        assert list(wire.chunks(head)) == [] and not head.is_whole

    @pytest.mark.parametrize("end", ["close", "reset"])
    def test_an_upstream_that_leaves_without_a_word_is_a_502(self, upstream, wire, end):
        wire.request("POST", CHAT, body=b"{}")
        served = upstream.accept()
        served.request()
        getattr(served, end)()
        assert wire.reply().json()["error"]["code"] == "bad_gateway"
        assert upstream.is_untouched()  # a request that was taken is never sent again

    def test_half_a_head_and_then_nothing_is_a_502(self, upstream, wire):
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.send(b"HTTP/1.1 200 OK\r\nContent-Le")
        served.close()
        assert wire.reply().status == 502

    def test_an_answer_before_the_body_is_read_is_an_answer(self, upstream, wire):
        wire.send(UPLOAD + b"Content-Length: 5000\r\n\r\nabc")
        served = upstream.accept()
        served.head()
        served.answer(b"too much", "413 Content Too Large")
        assert wire.reply().body == b"too much"
        wire.send(b"x" * 4997 + GET)  # the rest is read for nobody
        upstream.accept().answer(b"next")
        assert wire.reply().body == b"next"

    @pytest.mark.parametrize("size", [300_000, 8_000_000])
    def test_an_answer_and_a_close_in_the_middle_of_an_upload(self, upstream, retort, wire, size):
        """It leaves the body unread, so its close is a reset; its answer counts all the same."""
        wire.send(UPLOAD + b"Content-Length: %d\r\n\r\n" % size)
        served = upstream.accept()
        served.head()
        wire.send(b"x" * 100_000)
        served.answer(b"no", "413 Content Too Large", {"Connection": "close"})
        served.close()
        with contextlib.suppress(OSError):
            wire.send(b"x" * (size - 100_000))
        reply = wire.reply()
        assert (reply.status, reply.body) == (413, b"no")

    def test_a_reply_may_run_beside_the_upload(self, upstream, wire):
        wire.send(UPLOAD +
                  b"Transfer-Encoding: chunked\r\n\r\n")
        served = upstream.accept()
        taken = served.chunks(served.head())
        served.start_stream()
        given = wire.chunks(wire.head())
        for number in range(5):
            wire.send(b"1\r\n%d\r\n" % number)
            assert next(taken) == b"%d" % number
            served.send_chunk(b"<%d>" % number)
            assert next(given) == b"<%d>" % number
        wire.send(b"0\r\n\r\n")
        assert list(taken) == []
        served.end_stream()
        assert list(given) == []

    def test_a_slow_upload_is_no_silence_of_the_upstream(self, upstream, wire):
        """The upload lasts longer than the upstream may be silent."""
        wire.send(UPLOAD + b"Content-Length: 8\r\n\r\n")
        served = upstream.accept()
        served.head()
        for _ in range(8):
            wait.pace(0.25)
            wire.send(b"x")
            assert served.read_bytes(1) == b"x"
        served.answer(b"ok")
        assert wire.reply().status == 200

    def test_a_server_nobody_can_reach_is_a_gateway_error(self, retort):
        """Its queue of connections is full, so the kernel lets the next one wait."""
        with origin.run(backlog=0) as full, contextlib.ExitStack() as stack:
            for _ in range(4):
                filler = stack.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex(full.address)
            config = gateway(full.url, connect_timeout="200ms")
            with daemon.run(config) as waiting, client.Connection(waiting.address) as wire:
                reply = wire.exchange("POST", CHAT, {}, b"{}")
                assert reply.status in (502, 504)
                assert reply.json()["error"]["code"] in ("bad_gateway", "gateway_timeout")

    def test_a_port_that_refuses_is_a_502(self):
        with daemon.run(gateway(f"http://127.0.0.1:{program.free_port()}")) as retort, \
                client.Connection(retort.address) as wire:
            assert wire.exchange("POST", CHAT, {}, b"{}").status == 502
            assert retort.metric("retort_upstream_failures_total") >= 1

    def test_a_client_that_leaves_takes_the_upstream_along(self, upstream, retort):
        gone = retort.metric("retort_client_gone_total")
        for phase in ("body", "waiting", "stream"):
            wire = client.Connection(retort.address)
            wire.send(UPLOAD + b"Content-Length: 3\r\n\r\n")
            served = upstream.accept()
            served.head()
            if phase != "body":
                wire.send(b"abc")
                assert served.read_bytes(3) == b"abc"
            if phase == "stream":
                served.start_stream()
                wire.head()
            wire.reset()
            assert served.ends() in ("closed", "reset"), phase
        wait.until(lambda: retort.metric("retort_client_gone_total") == gone + 3, "three are gone")
        wait.until(lambda: sum(line["status"] == 499 for line in retort.decisions()) >= 3,
                   "the log says 499")

    def test_a_reset_is_seen_while_its_body_waits(self, upstream):
        """The upstream does not read, so neither do we; the client's end is seen all the same."""
        with daemon.run(gateway(upstream.url)) as patient:
            wire = client.Connection(patient.address)
            wire.send(UPLOAD + b"Content-Length: 64000000\r\n\r\n")
            served = upstream.accept()
            served.head()
            fill(wire)
            wire.reset()
            wait.until(lambda: patient.metric("retort_upstream_connections_open") == 0,
                       "the upstream is let go")
            assert patient.metric("retort_exchanges_open") == 0
            assert patient.metric("retort_client_gone_total") == 1
        upstream.forget()


def fill(wire):
    """Sends until nobody takes more."""
    wire.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        while True:
            wire.socket.send(b"x" * 65536)


class Kept:
    """Tests whose upstream connections are kept, and gone when they are over."""

    @pytest.fixture
    def wire(self, retort, upstream):
        with client.Connection(retort.address) as connection:
            yield connection
        upstream.forget()
        wait.until(lambda: retort.metric("retort_upstream_connections_open") == 0,
                   "the daemon sees its kept connections go")


class KeptByOne(Kept):
    """With one upstream that the test plays."""

    @pytest.fixture(scope="class")
    def upstream(self):
        with origin.run() as running:
            yield running

    @pytest.fixture(scope="class")
    def retort(self, upstream):
        with daemon.run(gateway(upstream.url)) as running:
            yield running


class TestKeptConnections(KeptByOne):
    def test_a_connection_is_used_again(self, upstream, wire):
        wire.send(GET)
        served = upstream.accept()
        for number in range(5):
            served.head()
            served.answer(b"%d" % number)
            assert wire.reply().body == b"%d" % number
            wire.send(GET)
        served.head()
        assert upstream.is_untouched()

    def test_one_that_was_closed_meanwhile_is_no_error(self, upstream, retort, wire):
        for number in range(5):
            wire.send(GET)
            served = upstream.accept()
            served.head()
            served.answer(b"%d" % number)
            assert wire.reply().body == b"%d" % number
            served.close()
            wait.until(lambda: retort.metric("retort_upstream_connections_open") == 0,
                       "the close is seen")

    @pytest.mark.parametrize("last", [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\nsmuggled",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
    ], ids=["close", "1.0", "said-more", "204-with-length"])
    def test_one_that_cannot_be_kept_is_not(self, upstream, wire, last):
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.send(last)
        assert wire.reply().status in (200, 204)
        wire.send(GET)
        again = upstream.accept()
        again.head()
        again.answer(b"mine")
        assert wire.reply().body == b"mine"

    def test_what_is_said_between_two_requests_is_nobodys(self, upstream, retort, wire):
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.answer(b"one")
        assert wire.reply().body == b"one"
        served.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
        wait.until(lambda: retort.metric("retort_upstream_connections_open") == 0,
                   "the daemon leaves it")
        wire.send(GET)
        upstream.accept().answer(b"two")
        assert wire.reply().body == b"two"

    def test_an_aborted_exchange_leaves_nothing_behind(self, upstream, retort, wire):
        with client.Connection(retort.address) as other:
            other.send(GET)
            served = upstream.accept()
            served.head()
            served.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it")
            other.head()
        assert served.ends() in ("closed", "reset")
        wire.send(GET)
        upstream.accept().answer(b"mine")
        assert wire.reply().body == b"mine"


class TestAKeptConnectionThatClosesInTheMomentOfARequest(Kept):
    """What the server's kernel never confirmed, or may be repeated, is said once more; nothing else."""

    TEXT = b'{"model":"m-1","messages":[{"role":"user","content":"%s"}]}'
    LARGE = TEXT % (b"drip " * 200_000)
    ASKS = {
        "get": GET,
        "post": b"POST %b HTTP/1.1\r\nHost: api\r\nContent-Length: %d\r\n\r\n%b" % (
            CHAT.encode(), len(TEXT % b"x"), TEXT % b"x"),
        "held": b"POST %b HTTP/1.1\r\nHost: api\r\nContent-Length: %d\r\n\r\n%b" % (
            CHAT.encode(), len(LARGE), LARGE),
        "chunked": b"POST %b HTTP/1.1\r\nHost: api\r\nTransfer-Encoding: chunked\r\n\r\n"
                   b"%x\r\n%b\r\n0\r\n\r\n" % (CHAT.encode(), len(LARGE), LARGE),
        "unread": UPLOAD + b"Content-Length: 5\r\n\r\nwords",
    }

    @pytest.fixture(scope="class", params=["clear", "tls"])
    def upstream(self, request, localhost):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(localhost.certificate, localhost.key)
        with origin.run(tls=context if request.param == "tls" else None) as running:
            yield running

    @pytest.fixture(scope="class")
    def retort(self, upstream, localhost):
        with daemon.run(gateway(upstream.url, tls={"ca": str(localhost.ca)})) as running:
            yield running

    def keep(self, upstream, wire):
        """A connection that has carried a request and is kept."""
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.answer(b"kept")
        assert wire.reply().body == b"kept"
        return served

    def cross(self, retort, wire, served, ask):
        """The daemon finds the end of a request first, and then that its connection has closed."""
        before = retort.metric("retort_client_received_bytes_total")
        wire.send(ask[:-1])
        wait.until(lambda: retort.metric("retort_client_received_bytes_total") - before ==
                   len(ask) - 1, "all but the last byte is read")
        with retort.frozen():
            wire.send(ask[-1:])
            served.close()

    @pytest.mark.parametrize("kind", ["get", "post", "held", "chunked"])
    def test_nobody_sees_an_error(self, upstream, retort, wire, kind):
        before = retort.metric("retort_upstream_retries_total")
        for number in range(1, 4):
            served = self.keep(upstream, wire)
            self.cross(retort, wire, served, self.ASKS[kind])
            again = upstream.accept()
            request = again.request()
            assert request.field("retort-request-id")
            if kind != "get":
                assert request.body == (self.TEXT % b"x" if kind == "post" else self.LARGE)
            again.answer(b"once")
            assert wire.reply().body == b"once" and upstream.is_untouched()
            again.close()
            wait.until(lambda: retort.metric("retort_upstream_connections_open") == 0, "it is gone")
        assert retort.metric("retort_upstream_retries_total") > before
        assert retort.metric("retort_upstream_failures_total") == 0
        assert retort.metric("retort_held_bytes") == 0

    @pytest.mark.parametrize("end", ["close", "reset"])
    def test_what_was_taken_and_may_not_be_repeated_is_a_502(self, upstream, retort, wire, end):
        """A reset may overtake the word of the server's kernel that the request has come."""
        served = self.keep(upstream, wire)
        wire.send(self.ASKS["post"])
        assert served.request().body == self.TEXT % b"x"
        getattr(served, end)()
        assert wire.reply().status == 502 and upstream.is_untouched()

    def test_what_was_taken_in_part_and_may_not_be_repeated_is_a_502(self, upstream, retort, wire):
        """A close on bytes that nobody has read is a reset too."""
        served = self.keep(upstream, wire)
        wire.send(self.ASKS["post"])
        assert served.socket.recv(4) == b"POST"
        served.close()
        assert wire.reply().status == 502 and upstream.is_untouched()

    @pytest.mark.parametrize("end", ["close", "reset"])
    def test_what_was_taken_and_may_be_repeated_is_said_once_more_and_no_more(
            self, upstream, retort, wire, end):
        served = self.keep(upstream, wire)
        wire.send(GET)
        served.head()
        getattr(served, end)()
        again = upstream.accept()
        assert again.head().line == GET.split(b"\r\n")[0].decode()
        getattr(again, end)()
        assert wire.reply().status == 502 and upstream.is_untouched()

    def test_one_word_of_an_answer_is_an_answer(self, upstream, retort, wire):
        served = self.keep(upstream, wire)
        wire.send(GET)
        served.head()
        served.send(b"H")
        served.close()
        assert wire.reply().status == 502 and upstream.is_untouched()

    def test_an_upload_of_which_some_has_passed_is_a_502(self, upstream, retort, wire):
        """A body that passes while it comes is never copied, so it cannot be said again."""
        served = self.keep(upstream, wire)
        wire.send(b"PUT /upload HTTP/1.1\r\nHost: api\r\nContent-Length: 9\r\n\r\nand")
        served.head()
        assert served.read_bytes(3) == b"and"
        served.close()
        wire.send(b" more!")
        assert wire.reply().status == 502 and upstream.is_untouched()

    def test_the_eldest_give_way_where_much_is_held(self, upstream, retort, localhost):
        """What waits to be said again leaves room for what is read: while models think, bodies of
        a quarter of the bound are kept for it and no more."""
        config = gateway(upstream.url, tls={"ca": str(localhost.ca)}, keepalive=8)
        config["inspect"] = {"body_limit": "256KiB", "held_limit": "2MiB"}
        text = self.TEXT % (b"drip " * 40_000)
        ask = b"POST %b HTTP/1.1\r\nHost: api\r\nContent-Length: %d\r\n\r\n%b" % (
            CHAT.encode(), len(text), text)
        with daemon.run(config) as small, contextlib.ExitStack() as stack:
            wires = [stack.enter_context(client.Connection(small.address)) for _ in range(6)]
            for wire in wires:
                wire.send(GET)
            kept = [upstream.accept() for _ in wires]
            for served, wire in zip(kept, wires):
                served.head()
                served.answer(b"kept")
            assert [wire.reply().body for wire in wires] == [b"kept"] * 6
            for wire in wires:
                wire.send(ask[:-1])
                wire.send(ask[-1:])
            readers = [threading.Thread(target=served.request) for served in kept]
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join()
            wait.until(lambda: 0 < small.metric("retort_held_bytes") <= 512 << 10,
                       "two of six bodies are still kept")
            for served in kept:
                served.answer(b"thought")
            assert [wire.reply().body for wire in wires] == [b"thought"] * 6
            assert small.metric("retort_held_bytes") == 0
        upstream.forget()


class TestAKeptConnectionThatClosesBehindItsReply(KeptByOne):
    """The next request waits behind the one that was answered, and begins while its last bytes
    are still to come. Its first part is taken by a connection that has closed meanwhile, so that
    the second meets a reset."""

    @pytest.mark.parametrize("pieces", range(10, 100, 10))  # of which one write takes so many
    def test_what_it_had_eaten_is_not_eaten_again(self, upstream, retort, wire, pieces):
        many = b"1\r\nx\r\n" * pieces
        inside = b"\r\n0\r\n\r\n"  # were the waiting bytes taken twice, this would end the body
        begun = UPLOAD + b"Transfer-Encoding: chunked\r\n\r\n" + many + b"%x\r\n%s\r\n" % (len(inside), inside)
        smuggled = b"GET /smuggled HTTP/1.1\r\nHost: api\r\n\r\n"
        missing = smuggled + b"z" * (len(begun) - len(smuggled))
        wire.send(b"POST /one HTTP/1.1\r\nHost: api\r\nContent-Length: 2\r\n\r\nhi" +
                  begun + b"%x\r\nhalf" % (len(missing) + 4))
        served = upstream.accept()
        assert served.request().body == b"hi"
        with retort.frozen():
            served.answer(b"one")
            served.close()
        assert wire.reply().body == b"one"
        wire.send(missing + b"\r\n0\r\n\r\n")
        assert wire.reply().status == 502
        wire.send(GET)
        again = upstream.accept()
        assert again.head().target == "/v1/models"
        again.answer(b"mine")
        assert wire.reply().body == b"mine"


class TestServersInTurn:
    def test_a_dead_one_costs_nobody_an_error_and_is_passed_over(self):
        with mock.run() as one, mock.run() as two:
            dead = f"http://127.0.0.1:{program.free_port()}"
            config = gateway(one.url, dead, two.url, failures=2, holddown="1h")
            with daemon.run(config) as retort, client.Connection(retort.address) as wire:
                for _ in range(12):
                    assert wire.exchange("POST", CHAT, {}, {"model": "m"}).status == 200
                assert len(one.seen()) >= 4 and len(two.seen()) >= 4
                assert len(one.seen()) + len(two.seen()) == 12
                assert retort.metric("retort_upstream_failures_total") == 2
                assert "passed over" in retort.stderr()

    def test_they_take_turns(self):
        with mock.run() as one, mock.run() as two, \
                daemon.run(gateway(one.url, two.url)) as retort:
            with client.Connection(retort.address) as wire:
                for _ in range(10):
                    assert wire.exchange("POST", CHAT, {}, {"model": "m"}).status == 200
            assert len(one.seen()) == len(two.seen()) == 5

    def test_one_that_came_back_is_used_again(self):
        port = program.free_port()
        with mock.run() as one:
            config = gateway(one.url, f"http://127.0.0.1:{port}", failures=1, holddown="100ms")
            with daemon.run(config) as retort, client.Connection(retort.address) as wire:
                for _ in range(4):
                    assert wire.exchange("POST", CHAT, {}, {"model": "m"}).status == 200
                with mock.run("--listen", f"127.0.0.1:{port}") as two:
                    wait.until(lambda: wire.exchange("POST", CHAT, {}, {"model": "m"}).status
                               == 200 and two.seen(), "the second serves again")

    def test_all_failing_is_a_502_and_heals(self):
        port = program.free_port()
        with daemon.run(gateway(f"http://127.0.0.1:{port}", failures=1, holddown="1h")) as retort:
            with client.Connection(retort.address) as wire:
                for _ in range(3):
                    assert wire.exchange("POST", CHAT, {}, {}).status == 502
                with mock.run("--listen", f"127.0.0.1:{port}"):
                    assert wire.exchange("POST", CHAT, {}, {"model": "m"}).status == 200


class TestTls:
    @pytest.fixture(scope="class")
    def upstream(self, localhost):
        with mock.run(tls=localhost) as running:
            yield running

    def ask(self, upstream_url, **tls):
        port = upstream_url.rsplit(":", 1)[1]
        name = tls.pop("name", "127.0.0.1")
        config = gateway(f"https://{name}:{port}", tls=tls, connect_timeout="300ms")
        with daemon.run(config) as retort, client.Connection(retort.address) as wire:
            reply = wire.exchange("POST", CHAT, {}, {"model": "m"})
            return reply.status, retort

    @pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
    def test_a_verified_upstream_is_used_and_its_session_too(self, upstream, localhost, name):
        port = upstream.address[1]
        config = gateway(f"https://{name}:{port}", tls={"ca": str(localhost.ca)}, keepalive="off")
        with daemon.run(config) as retort, client.Connection(retort.address) as wire:
            for _ in range(3):
                assert wire.exchange("POST", CHAT, {}, {"model": "m"}).status == 200

    def test_a_foreign_authority_is_a_502(self, upstream, tmp_path):
        other = certs.Authority(tmp_path / "other").issue("localhost", "127.0.0.1")
        assert self.ask(upstream.url, ca=str(other.ca))[0] == 502

    def test_another_name_is_a_502(self, authority, localhost):
        wrong = authority.issue("elsewhere.example")
        with mock.run(tls=wrong) as upstream:
            assert self.ask(upstream.url, ca=str(localhost.ca))[0] == 502
            assert self.ask(upstream.url, ca=str(localhost.ca), sni="elsewhere.example")[0] == 200
            assert self.ask(upstream.url, verify=False)[0] == 200
            assert len(upstream.seen()) == 2

    def test_the_name_that_is_asked_for_is_told(self, authority, localhost):
        asked = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        named = authority.issue("api.example")
        context.load_cert_chain(named.certificate, named.key)
        context.sni_callback = lambda _, name, __: asked.append(name)
        with origin.run(tls=context) as upstream:
            config = gateway(upstream.url, tls={"ca": str(localhost.ca), "sni": "api.example"})
            with daemon.run(config) as retort, client.Connection(retort.address) as wire:
                wire.send(GET)
                served = upstream.accept()
                served.head()
                served.answer(b"ok")
                assert wire.reply().body == b"ok" and asked == ["api.example"]

    def test_a_clear_server_behind_https_is_a_502(self, localhost):
        with mock.run() as upstream:
            assert self.ask(upstream.url, ca=str(localhost.ca))[0] == 502

    def test_a_large_head_and_body_fit_into_records(self, upstream, localhost):
        """More than the room in which TLS writes are joined."""
        config = gateway(upstream.url, tls={"ca": str(localhost.ca)})
        config["http"] = {"head_limit": "1MiB"}
        head = (b"POST /echo HTTP/1.1\r\nHost: api\r\nContent-Length: 600000\r\n" +
                b"".join(b"X-%d: %s\r\n" % (i, b"v" * 1000) for i in range(80)))
        with daemon.run(config) as retort, client.Connection(retort.address) as wire:
            for piece in range(0, len(head), 1000):
                wire.send(head[piece:piece + 1000])
            wire.send(b"\r\n" + b"x" * 600_000)
            reply = wire.reply()
            assert reply.status == 200 and reply.json()["body_bytes"] == 600_000

    def test_a_cut_without_goodbye_is_a_cut(self, authority, localhost):
        """What lasts until the close ends by close_notify only: a FIN can be forged."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(localhost.certificate, localhost.key)
        with origin.run(tls=context) as upstream:
            config = gateway(upstream.url, tls={"ca": str(localhost.ca)}, keepalive="off")
            with daemon.run(config) as retort:
                for says_goodbye in (True, False):
                    with client.Connection(retort.address) as wire:
                        wire.send(GET)
                        served = upstream.accept()
                        served.head()
                        served.send(b"HTTP/1.1 200 OK\r\n\r\npart")
                        reply = wire.head()
                        chunks = wire.chunks(reply)
                        assert next(chunks) == b"part"
                        if says_goodbye:
                            with contextlib.suppress(OSError):
                                served.socket.settimeout(0)
                                served.socket.unwrap()
                        served.close()
                        assert list(chunks) == [] and reply.is_whole == says_goodbye


class TestMemory:
    """What is in flight lies in kernel buffers, not in the daemon."""

    def test_64_mb_down_to_slow_clients(self):
        with mock.run("--reply-bytes", str(8 << 20)) as upstream, \
                daemon.run({"workers": 1}, upstream=upstream.url) as retort, \
                contextlib.ExitStack() as stack:
            first = client.Connection(retort.address)
            first.request("POST", CHAT, {"mock-reply-bytes": 100}, {"model": "m"})
            assert first.reply().status == 200
            before = retort.rss()
            slow = [stack.enter_context(client.Connection(retort.address, window=8192))
                    for _ in range(8)]
            for wire in slow:
                wire.request("POST", CHAT, {}, {"model": "m"})
            for wire in slow:
                wire.head()
            assert retort.rss() - before < program.allowance(10 << 20)
            for wire in slow:
                wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
                found = len(wire.pending)
                while found < 8 << 20:
                    piece = wire.socket.recv(1 << 20)
                    assert piece
                    found += len(piece)
            assert retort.rss() - before < program.allowance(10 << 20)

    @pytest.mark.parametrize("is_chunked", [False, True])
    def test_32_mb_up_to_a_slow_upstream(self, is_chunked):
        body = os.urandom(1 << 20)
        with origin.run() as upstream, \
                daemon.run({"workers": 1}, upstream=upstream.url) as retort, \
                client.Connection(retort.address) as wire:
            framing = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: 33554432"
            wire.send(UPLOAD + framing + b"\r\n\r\n")
            served = upstream.accept()
            seen = served.head()
            before = retort.rss()
            chunk = (b"%x\r\n%s\r\n" % (len(body), body)) if is_chunked else body
            sender = origin.Channel(wire.socket.dup())
            with sender.sending(chunk * 32 + (b"0\r\n\r\n" if is_chunked else b"")):
                found = 0
                for part in (served.chunks(seen) if is_chunked else
                             (served.read_bytes(1 << 20) for _ in range(32))):
                    found += len(part)
                    assert retort.rss() - before < program.allowance(10 << 20)
            assert found == 32 << 20
            served.answer(b"ok")
            assert wire.reply().body == b"ok"
