"""Bodies that are held until they were read: nothing of them goes on before, all of it after,
and whoever goes away in between costs the upstream nothing."""

import hashlib
import json
import os
import threading

import pytest

from harness import client, daemon, mock, origin, program, wait
from harness.words import DIALECT, STATE, WHY

CHAT = "/v1/chat/completions"
ASK = b'{"model":"m-1","messages":[{"role":"user","content":"What drips out of the still?"}]}'
BODY_LIMIT = 4 << 20  # the default of inspect.body_limit
ANSWER = b'{"choices":[]}'


def agent_body(size):
    """A long conversation of a coding agent, of about `size` bytes."""
    turns, made = [{"role": "system", "content": "You edit files. " * 200}], 3200
    while made < size - 4096:
        noise = os.urandom(min(1500, size - made) // 2).hex()
        turns += [{"role": "assistant", "content": None, "tool_calls": [
                      {"id": f"c{made}", "type": "function",
                       "function": {"name": "read", "arguments": json.dumps({"path": noise})}}]},
                  {"role": "tool", "tool_call_id": f"c{made}", "content": f"1\t{noise}\n" * 2}]
        made += 3 * len(noise) + 220
    return json.dumps({"model": "m-1", "messages": turns}).encode()


def head(fields=(), length=None, version="1.1"):
    lines = [f"POST {CHAT} HTTP/{version}", "Host: api",
             *(f"{name}: {value}" for name, value in dict(fields).items())]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def chunked(body, size=1 << 14, trailers=b""):
    """A body in chunks, with its head."""
    pieces = [body[i:i + size] for i in range(0, len(body), size)]
    return (head({"Transfer-Encoding": "chunked"}) +
            b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) +
            b"0\r\n" + trailers + b"\r\n")


def sha(body):
    return hashlib.sha256(body).hexdigest()


class Counted:
    """Waits until the daemon has read all that the test sent since."""

    def __init__(self, retort):
        self.retort = retort
        self.before = retort.metric("retort_client_received_bytes_total")

    def reaches(self, count):
        wait.until(lambda: self.retort.metric("retort_client_received_bytes_total") -
                   self.before >= count, f"{count} bytes are read")


@pytest.fixture(scope="module")
def listeners(localhost):
    return [{"address": f"127.0.0.1:{program.free_port()}"},
            {"address": f"127.0.0.1:{program.free_port()}",
             "tls": {"certificate": str(localhost.certificate), "key": str(localhost.key)}}]


@pytest.fixture(scope="module")
def mocked(listeners):
    """(daemon, mock)"""
    with mock.run() as upstream, \
            daemon.run({"listen": listeners}, upstream=upstream.url) as running:
        yield running, upstream


@pytest.fixture(scope="module")
def played():
    """(daemon, origin): one worker, no kept connections, one second for a silent client."""
    with origin.run() as upstream:
        config = {"workers": 1, "timeouts": {"body": "1s"}, "upstreams": [
            {"name": "gateway", "servers": [upstream.url], "keepalive": "off"}]}
        with daemon.run(config) as running:
            yield running, upstream


@pytest.fixture
def wire(played):
    with client.Connection(played[0].address) as connection:
        yield connection
    played[1].forget()


class TestLargeBodies:
    @pytest.mark.parametrize("door", ["clear", "tls"])
    @pytest.mark.parametrize("framing", ["length", "chunked"])
    @pytest.mark.parametrize("size", [128 << 10, 3584 << 10])
    def test_an_agents_body_is_whole_and_read(self, mocked, localhost, door, framing, size):
        retort, upstream = mocked
        body = agent_body(size)
        assert size // 2 < len(body) < BODY_LIMIT
        number = retort.next_decision()
        host, port = retort.config["listen"][door == "tls"]["address"].split(":")
        context = localhost.client_context() if door == "tls" else None
        with client.Connection((host, int(port)), context) as wire:
            if framing == "length":
                wire.request("POST", CHAT, {}, body)
            else:
                wire.send(chunked(body))
            assert wire.reply().status == 200
        assert upstream.seen()[-1]["body_sha256"] == sha(body)
        record = retort.decision(number)
        assert record["prompt"] == STATE.WHOLE and record["body_bytes"] == len(body)
        assert record["tool_results"] == record["assistant_turns"] == \
            len(json.loads(body)["messages"]) // 2

    @pytest.mark.parametrize("framing", ["length", "chunked"])
    @pytest.mark.parametrize("more", [-1, 0, 1, 3 << 20])
    def test_around_the_limit_no_byte_is_lost(self, mocked, framing, more):
        retort, upstream = mocked
        body = b'{"model":"m-1","messages":[{"role":"user","content":"%s"}]}'
        body %= b"x" * (BODY_LIMIT + more - len(body) + 2)
        assert len(body) == BODY_LIMIT + more
        number = retort.next_decision()
        with client.Connection(retort.address) as wire:
            wire.send(chunked(body, 50021) if framing == "chunked"
                      else head(length=len(body)) + body)
            assert wire.reply().status == 200
        assert upstream.seen()[-1]["body_sha256"] == sha(body)
        record = retort.decision(number)
        expected = (STATE.TRUNCATED, WHY.BODY_LIMIT) if more > 0 else (STATE.WHOLE, 0)
        assert (record["prompt"], record.get("why", 0)) == expected
        assert record["request_bytes"] == len(body)

    @pytest.mark.parametrize("framing", ["length", "chunked"])
    @pytest.mark.parametrize("read", [64 << 10, 256 << 10])
    @pytest.mark.parametrize("more", [-1, 0, 1, 30000])
    def test_around_what_one_turn_reads_no_byte_is_lost(self, mocked, framing, read, more):
        """Two requests, one behind the other; the first ends about where a read may end."""
        retort, upstream = mocked
        number = retort.next_decision()
        frame = b'{"model":"m-1","messages":[{"role":"user","content":"%s"}]}'
        wrap = ((lambda body: chunked(body, 50021)) if framing == "chunked"
                else lambda body: head(length=len(body)) + body)
        body = frame % (b"x" * (read + more - len(wrap(frame % (b"x" * read))) + read))
        assert len(wrap(body)) == read + more
        with client.Connection(retort.address) as wire:
            wire.send(wrap(body) + head(length=len(ASK)) + ASK)
            assert [wire.reply().status for _ in range(2)] == [200, 200]
        assert [seen["body_sha256"] for seen in upstream.seen()[-2:]] == [sha(body), sha(ASK)]
        record = retort.decision(number)
        assert record["prompt"] == STATE.WHOLE and record["body_bytes"] == len(body)

    def test_many_at_once_take_no_more_than_their_size(self, mocked):
        """50 uploads of 4 MB, all of them held but for their last byte."""
        retort, upstream = mocked
        body = agent_body(BODY_LIMIT - 70000)
        before, seen, count = retort.rss(), len(upstream.seen()), Counted(retort)
        wires = [client.Connection(retort.address, seconds=60) for _ in range(50)]
        threads = [threading.Thread(target=wire.send, args=(head(length=len(body)), body[:-1]))
                   for wire in wires]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        count.reaches(50 * (len(body) - 1))
        assert len(upstream.seen()) == seen
        held = retort.rss() - before
        for wire in wires:
            wire.send(body[-1:])
        assert [wire.reply().status for wire in wires] == [200] * 50
        assert {line["body_sha256"] for line in upstream.seen()[seen:]} == {sha(body)}
        for wire in wires:
            wire.socket.close()
        if program.is_sanitized():
            return
        most = 50 * BODY_LIMIT + (32 << 20)
        assert held < most, f"{held >> 20} MiB"
        peak = retort.rss("VmHWM") - before
        assert peak < most, f"{peak >> 20} MiB"
        wait.until(lambda: retort.rss() < before + (48 << 20), "the memory is given back")


class TestHolding:
    def test_nothing_goes_on_before_the_end(self, played, wire):
        retort, upstream = played
        count = Counted(retort)
        start = head({"X-One": "1"}, length=len(ASK))
        wire.send(start + ASK[:-1])
        count.reaches(len(start) + len(ASK) - 1)
        assert upstream.is_untouched()
        wire.send(ASK[-1:])
        served = upstream.accept()
        request = served.request()
        assert request.body == ASK and request.field("x-one") == "1"
        served.answer(ANSWER)
        assert wire.reply().body == ANSWER

    def test_beyond_the_limit_it_streams(self, played, wire):
        """The head and what was held are read upstream before the rest is sent."""
        retort, upstream = played
        body = b'{"model":"m-1","messages":[{"role":"user","content":"' + b"x" * (BODY_LIMIT + 9)
        wire.send(head(length=len(body) + 4) + body)
        served = upstream.accept()
        assert served.head().field("content-length") == str(len(body) + 4)
        assert served.read_bytes(len(body)) == body
        wire.send(b'"}]}')
        assert served.read_bytes(4) == b'"}]}'
        served.answer(ANSWER)
        assert wire.reply().status == 200

    def test_what_cannot_be_read_is_not_held(self, played, wire):
        _, upstream = played
        wire.send(head(length=1000) + b"{!")
        served = upstream.accept()
        assert served.head() and served.read_bytes(2) == b"{!"
        wire.send(b"x" * 998)
        assert served.read_bytes(998) == b"x" * 998
        served.answer(ANSWER)
        assert wire.reply().status == 200

    def test_a_byte_at_a_time(self, played, wire):
        retort, upstream = played
        number = retort.next_decision()
        for byte in head(length=len(ASK)) + ASK:
            wire.send(bytes([byte]))
        served = upstream.accept()
        assert served.request().body == ASK
        served.answer(ANSWER)
        assert wire.reply().status == 200
        assert retort.decision(number)["prompt"] == STATE.WHOLE

    def test_more_pieces_than_a_turn_has_room_for(self, played, wire):
        _, upstream = played
        body = ASK + b" " * 3000
        wire.send(chunked(body, 1))
        served = upstream.accept()
        request = served.request()
        assert request.is_whole and request.body == body
        served.answer(ANSWER)
        assert wire.reply().status == 200

    @pytest.mark.parametrize("cut", [None, 40])
    def test_trailers_wait_with_their_body(self, played, wire, cut):
        _, upstream = played
        whole = chunked(ASK, 30, trailers=b"Sum: 17\r\nX-Two: b\r\n")
        pieces = [whole] if cut is None else [whole[i:i + cut] for i in range(0, len(whole), cut)]
        count = Counted(played[0])
        for i, piece in enumerate(pieces):
            wire.send(piece)
            count.reaches(sum(map(len, pieces[:i + 1])))
        served = upstream.accept()
        request = served.request()
        assert request.is_whole and request.body == ASK
        assert request.trailers == ["Sum: 17", "X-Two: b"]
        served.answer(ANSWER)
        assert wire.reply().status == 200

    def test_continue_is_said_before_the_body_is_held(self, played, wire):
        _, upstream = played
        wire.send(head({"Expect": "100-continue"}, length=len(ASK)))
        assert wire.head().status == 100
        assert upstream.is_untouched()
        wire.send(ASK)
        served = upstream.accept()
        request = served.request()
        assert request.body == ASK and request.field("expect") is None
        served.answer(ANSWER)
        assert wire.reply().status == 200

    @pytest.mark.parametrize("cut", [None, 700])
    def test_requests_behind_each_other_are_each_held(self, mocked, cut):
        retort, upstream = mocked
        bodies = [ASK + b" " * size for size in (0, 900, 20000, 1, 300)]
        seen = len(upstream.seen())
        whole = b"".join(head(length=len(body)) + body for body in bodies) + chunked(ASK, 9)
        with client.Connection(retort.address) as wire:
            wire.send(*([whole] if cut is None else
                        [whole[i:i + cut] for i in range(0, len(whole), cut)]))
            assert [wire.reply().status for _ in range(6)] == [200] * 6
        assert [line["body_sha256"] for line in upstream.seen()[seen:]] == \
            [sha(body) for body in (*bodies, ASK)]

    def test_http_1_0(self, played, wire):
        _, upstream = played
        wire.send(head(length=len(ASK), version="1.0") + ASK[:20], ASK[20:])
        served = upstream.accept()
        assert served.request().body == ASK
        served.answer(ANSWER)
        assert wire.reply().body == ANSWER and wire.ends() == "closed"

    def test_a_reload_changes_nothing_for_what_is_held(self, played, wire):
        retort, upstream = played
        count = Counted(retort)
        wire.send(head(length=len(ASK)) + ASK[:-1])
        count.reaches(len(ASK))
        status, text = retort.reload({"inspect": {"body_limit": "4KiB"}})
        assert status == 200, text
        assert upstream.is_untouched()
        wire.send(ASK[-1:])
        served = upstream.accept()
        assert served.request().body == ASK
        served.answer(ANSWER)
        assert wire.reply().status == 200
        assert retort.reload({})[0] == 200

    def test_a_held_body_finds_a_server_that_lives(self):
        """The first server refuses; what was held goes to the second, whole."""
        body = agent_body(1 << 20)
        with mock.run() as upstream:
            dead = f"http://127.0.0.1:{program.free_port()}"
            config = {"workers": 1, "upstreams": [
                {"name": "gateway", "servers": [dead, upstream.url], "failures": "off"}]}
            with daemon.run(config) as retort:
                for _ in range(4):
                    with client.Connection(retort.address) as wire:
                        wire.send(head(length=len(body)) + body)
                        assert wire.reply().status == 200
            assert {line["body_sha256"] for line in upstream.seen()} == {sha(body)}


class TestARouteThatTellsItsDialect:
    SAID = {"model": "m-1", "max_tokens": 9, "system": "You are a still.",
            "messages": [{"role": "user", "content": "What drips out of the still?"}]}

    @pytest.fixture(scope="class")
    def told(self):
        limit = {"name": "none", "key": ["path"], "quota": 1, "window": "1h", "mode": "enforce"}
        with mock.run() as upstream, daemon.run({"limits": [limit], "routes": [
                {"match": {"path": "/relay"}, "upstream": "gateway", "dialect": "anthropic-messages"},
                {"match": {"path": "/blind"}, "upstream": "gateway", "dialect": "none"},
                {"match": {"path": "/"}, "upstream": "gateway"}]}, upstream=upstream.url) as running:
            yield running

    @pytest.mark.parametrize("path, dialect, state", [
        ("/relay/say", DIALECT.ANTHROPIC_MESSAGES, STATE.WHOLE),
        ("/relay/v1/chat/completions", DIALECT.ANTHROPIC_MESSAGES, STATE.WHOLE),
        ("/blind/v1/messages", DIALECT.NONE, STATE.ABSENT),
        ("/say", DIALECT.OPENAI_COMPATIBLE, STATE.WHOLE)])
    def test_what_is_told_is_read(self, told, path, dialect, state):
        number = told.next_decision()
        with client.Connection(told.address) as wire:
            wire.exchange("POST", path, {}, self.SAID)
            again = wire.exchange("POST", path, {}, self.SAID)
        record = told.decision(number)
        assert (record.get("dialect", 0), record.get("prompt", 0)) == (dialect, state)
        if dialect == DIALECT.ANTHROPIC_MESSAGES:  # its members are read, and its words are spoken
            assert record["system_bytes"] == len(self.SAID["system"])
            assert again.status == 429 and again.json()["error"]["type"] == "rate_limit_error"


class TestTogether:
    """All held bodies have one bound. Beyond it they pass, less read; none waits, none is refused."""

    LIMIT, CLIENTS, ROUNDS = 8 << 20, 60, 8

    @pytest.fixture
    def bounded(self):
        config = {"inspect": {"body_limit": "2MiB", "held_limit": "8MiB"}}
        with mock.run() as upstream, daemon.run(config, upstream=upstream.url) as running:
            yield running, upstream

    @pytest.mark.parametrize("framing", ["length", "chunked"])
    def test_many_slow_bodies_stay_within_their_bound(self, bounded, framing):
        retort, upstream = bounded
        base = agent_body(1 << 20)
        bodies = [base + b" " * number for number in range(self.CLIENTS)]
        sent = [chunked(body) if framing == "chunked" else head(length=len(body)) + body
                for body in bodies]
        wires = [client.Connection(retort.address, seconds=60) for _ in bodies]
        before, count, most, total = retort.rss(), Counted(retort), 0, 0
        for number in range(self.ROUNDS):
            for wire, whole in zip(wires, sent):
                step = len(whole) // self.ROUNDS
                wire.send(whole[number * step:(number + 1) * step])
                total += step
            count.reaches(total)
            most = max(most, retort.metric("retort_held_bytes"))
            if number == 0:  # what is held is at its most: who comes in one piece is read whole
                with client.Connection(retort.address) as small:
                    small.send(head(length=len(ASK)) + ASK)
                    assert small.reply().status == 200
                total += len(head(length=len(ASK)) + ASK)
        assert self.LIMIT // 4 < most <= self.LIMIT
        grown = retort.rss("VmHWM") - before
        assert grown < program.allowance(self.LIMIT + self.CLIENTS * (128 << 10) + (8 << 20)), \
            f"{grown >> 20} MiB"
        for wire, whole in zip(wires, sent):
            wire.send(whole[len(whole) // self.ROUNDS * self.ROUNDS:])
        assert [wire.reply().status for wire in wires] == [200] * self.CLIENTS
        seen = [line["body_sha256"] for line in upstream.seen()]
        assert sorted(seen) == sorted(map(sha, [*bodies, ASK]))
        retort.next_decision()
        states = [(line["prompt"], line.get("why", 0)) for line in retort.decisions()]
        assert states[0] == (STATE.WHOLE, 0)
        assert set(states[1:]) <= {(STATE.WHOLE, 0), (STATE.TRUNCATED, WHY.HELD_LIMIT)}
        less = states.count((STATE.TRUNCATED, WHY.HELD_LIMIT))
        assert less > self.CLIENTS // 2
        assert retort.metric("retort_facts_incomplete_total", why="held-limit") == less
        assert retort.metric("retort_held_bytes") == 0
        assert 1 <= retort.stderr().count("inspect.held_limit") <= 3, "said once, not for each"
        for wire in wires:
            wire.socket.close()

    def test_what_a_slow_upstream_has_not_taken_still_counts(self):
        """A body that was read goes to the upstream, but is memory of ours until it is there."""
        body = b'{"model":"m-1","messages":[{"role":"user","content":"' + b"x" * (6 << 20) + b'"}]}'
        config = {"workers": 1, "inspect": {"body_limit": "8MiB", "held_limit": "32MiB"}}
        with origin.run() as upstream, daemon.run(config, upstream=upstream.url) as retort, \
                client.Connection(retort.address) as wire:
            wire.send(head(length=len(body)) + body)
            served = upstream.accept()
            served.head()
            assert 1 << 20 < retort.metric("retort_held_bytes") < 8 << 20
            assert served.read_bytes(len(body)) == body
            wait.until(lambda: retort.metric("retort_held_bytes") == 0, "all of it is there")
            served.answer(ANSWER)
            assert wire.reply().status == 200


class TestWhoGoesAway:
    def ends(self, retort, number, status):
        record = retort.decision(number)
        assert (record["status"], record["station"]) == (status, "hold")
        assert record["prompt"] == STATE.TRUNCATED and record["why"] == WHY.ENDED_EARLY
        wait.until(lambda: retort.metric("retort_exchanges_open") == 0, "it is over")

    @pytest.mark.parametrize("how", ["close", "reset", "half_close"])
    def test_a_client_that_leaves_costs_nothing(self, played, wire, how):
        retort, upstream = played
        number, count = retort.next_decision(), Counted(retort)
        wire.send(head(length=len(ASK)) + ASK[:50])
        count.reaches(100)
        {"close": wire.socket.close, "reset": wire.reset, "half_close": wire.half_close}[how]()
        self.ends(retort, number, 499)
        assert upstream.is_untouched()

    @pytest.mark.parametrize("framing", ["length", "chunked"])
    def test_a_client_that_falls_silent_is_told(self, played, wire, framing):
        retort, upstream = played
        number = retort.next_decision()
        wire.send(head(length=len(ASK)) + ASK[:50] if framing == "length"
                  else chunked(ASK, 30)[:-20])
        reply = wire.reply()
        assert reply.status == 408 and reply.json()["error"]["message"]
        self.ends(retort, number, 408)
        assert wire.ends() == "closed" and upstream.is_untouched()

    def test_a_body_that_breaks_its_framing_is_refused(self, played, wire):
        retort, upstream = played
        number = retort.next_decision()
        wire.send(head({"Transfer-Encoding": "chunked"}) + b"5\r\n{\"mod\r\nxyz\r\n")
        assert wire.reply().status == 400 and wire.ends() == "closed"
        self.ends(retort, number, 400)
        assert upstream.is_untouched()

    def test_a_body_beyond_what_may_pass_is_refused(self, upstream_limit):
        retort, upstream = upstream_limit
        number = retort.next_decision()
        with client.Connection(retort.address) as wire:
            wire.send(chunked(ASK + b" " * 70000, 8000))
            assert wire.reply().status == 413
        self.ends(retort, number, 413)
        assert upstream.is_untouched()

    @pytest.fixture
    def upstream_limit(self):
        with origin.run() as upstream, daemon.run(
                {"http": {"body_limit": "64KiB"}}, upstream=upstream.url) as running:
            yield running, upstream

    def test_a_daemon_that_leaves_lets_a_held_body_finish(self):
        with mock.run() as upstream, daemon.run(upstream=upstream.url) as retort, \
                client.Connection(retort.address) as wire:
            count = Counted(retort)
            wire.send(head(length=len(ASK)) + ASK[:-1])
            count.reaches(len(ASK))
            assert retort.ask("POST", "/drain")[0] in (200, 202)
            wire.send(ASK[-1:])
            assert wire.reply().status == 200
