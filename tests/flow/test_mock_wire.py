"""The mock's manners and misbehaviours, byte by byte; and the harness itself."""

import hashlib
import signal

import pytest

from harness import client, mock, redis, wait

CHAT = "/v1/chat/completions"
STREAM = {"model": "m", "stream": True}


@pytest.fixture(scope="module")
def upstream():
    with mock.run() as running:
        yield running


@pytest.fixture
def wire(upstream):
    with client.Connection(upstream.address) as connection:
        yield connection


def test_an_echo_shows_what_arrived(wire):
    body = bytes(range(256)) * 400
    reply = wire.exchange("POST", "/echo?a=b", {"X-One": "1", "x-two": " two "}, body)
    seen = reply.json()
    assert (seen["method"], seen["target"], seen["version"]) == ("POST", "/echo?a=b", "HTTP/1.1")
    assert seen["headers"][:3] == [["Host", "mock"], ["X-One", "1"], ["x-two", "two"]]
    assert seen["body_bytes"] == len(body)
    assert seen["body_sha256"] == hashlib.sha256(body).hexdigest()


def test_chunks_and_trailers_are_understood_however_they_are_cut(wire):
    wire.send(*(bytes([byte]) for byte in
                b"POST /echo HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nSum: 1\r\n\r\n"))
    seen = wire.reply().json()
    assert seen["body_bytes"] == 6 and seen["trailers"] == "Sum: 1\n"
    assert seen["body_sha256"] == hashlib.sha256(b"hello!").hexdigest()


def test_requests_on_one_connection_are_answered_in_order(wire):
    for size in (100, 2000, 60000):
        wire.request("POST", CHAT, {"mock-reply-bytes": size + 400}, {"model": "m"})
    assert [len(wire.reply().body) for _ in range(3)] == [500, 2400, 60400]


@pytest.mark.parametrize("path", [CHAT, "/v1/messages", "/v1/responses"])
def test_a_reply_is_as_long_as_asked(wire, path):
    reply = wire.exchange("POST", path, {"mock-reply-bytes": 16384}, {"model": "m"})
    assert len(reply.body) == (16384 if path != "/v1/responses" else len(reply.body))
    assert reply.json()["model"] == "m"


def test_a_prompt_cannot_ask_for_a_stream(wire):
    sly = {"messages": [{"content": '"stream":true, \\"stream\\":true'}], "stream": False}
    assert wire.exchange("POST", CHAT, {}, sly).field("content-type") == "application/json"


def test_every_event_arrives_by_itself(wire):
    wire.request("POST", CHAT, {"mock-pace-ms": 40, "mock-events": 6}, STREAM)
    reply = wire.head()
    arrivals = [at for at, _ in wire.events(reply)]
    assert len(arrivals) == 9 and reply.is_whole
    gaps = [later - earlier for earlier, later in zip(arrivals, arrivals[1:])]
    assert sum(gap > 0.01 for gap in gaps) >= 7  # coalesced ones would share an arrival


@pytest.mark.parametrize("behaviour, end", [
    ("reset", "reset"), ("close", "closed"), ("garbage", "closed"), ("reset-mid", "reset"),
    ("close-mid", "closed"), ("truncate", "closed"),
])
def test_a_plain_answer_breaks_as_asked(wire, behaviour, end):
    wire.request("POST", CHAT, {"mock-behaviour": behaviour, "mock-reply-bytes": 2000}, {})
    assert wire.ends() == end
    head, _, body = wire.pending.partition(b"\r\n\r\n")
    if behaviour == "garbage":
        assert not head.startswith(b"HTTP/")
    elif behaviour in ("reset-mid", "close-mid", "truncate"):
        assert b"content-length: 2000" in head
        assert len(body) == (1999 if behaviour == "truncate" else 1000)
    else:
        assert wire.pending == b""


@pytest.mark.parametrize("behaviour, events", [("close-mid", 4), ("truncate", 9)])
def test_a_stream_breaks_as_asked(wire, behaviour, events):
    wire.request("POST", CHAT, {"mock-behaviour": behaviour, "mock-events": 6}, STREAM)
    reply = wire.head()
    assert len(list(wire.events(reply))) == events and not reply.is_whole


@pytest.mark.parametrize("behaviour", ["hang", "stall"])
def test_a_client_that_gives_up_is_counted(upstream, wire, behaviour):
    before = upstream.stats()
    wire.request("POST", CHAT, {"mock-behaviour": behaviour, "mock-reply-bytes": 900}, {})
    if behaviour == "stall":
        assert wire.head().field("content-length") == "900"
    wait.until(lambda: upstream.stats()["requests"] > before["requests"] + 1, "it is read")
    wire.socket.close()
    wait.until(lambda: upstream.stats()["gone"] == before["gone"] + 1, "the loss is seen")


def test_an_early_answer_comes_before_the_body(wire):
    wire.send(b"POST /v1/messages HTTP/1.1\r\nHost: m\r\nmock-behaviour: early\r\n"
              b"mock-status: 413\r\nContent-Length: 10\r\n\r\n01234")
    reply = wire.reply()
    assert reply.status == 413 and reply.json()["error"]["type"] == "request_too_large"
    wire.send(b"56789")
    assert wire.exchange("GET", "/v1/models").status == 200


def test_an_early_answer_may_close(wire):
    wire.send(b"POST /v1/messages HTTP/1.1\r\nHost: m\r\nmock-behaviour: early-close\r\n"
              b"mock-status: 429\r\nContent-Length: 10\r\n\r\n")
    reply = wire.reply()
    assert reply.status == 429 and reply.field("connection") == "close"
    assert wire.ends() == "closed"


def test_continue_is_sent_or_kept_back(wire):
    head = (b"POST /echo HTTP/1.1\r\nHost: m\r\nExpect: 100-continue\r\n"
            b"Content-Length: 2\r\n%s\r\n")
    wire.send(head % b"")
    assert wire.head().status == 100
    wire.send(b"ok")
    assert wire.reply().json()["body_bytes"] == 2
    wire.send(head % b"mock-behaviour: no-continue\r\n", b"ok")
    assert wire.head().status == 200


@pytest.mark.parametrize("behaviour", ["no-length", "http10"])
def test_an_end_of_connection_can_end_a_body(wire, behaviour):
    reply = wire.exchange("POST", CHAT, {"mock-behaviour": behaviour}, {"model": "m"})
    assert reply.field("content-length") is None and reply.field("transfer-encoding") is None
    assert reply.version == ("HTTP/1.0" if behaviour == "http10" else "HTTP/1.1")
    assert reply.json()["model"] == "m" and wire.is_closed


def test_chunks_trailers_hints_and_bad_framing(wire):
    reply = wire.exchange("POST", CHAT, {"mock-behaviour": "trailers"}, {})
    assert reply.trailers == ["mock-trailer: dripped"]
    wire.request("POST", CHAT, {"mock-behaviour": "1xx"}, {})
    assert wire.head().status == 103
    assert wire.reply().status == 200
    reply = wire.exchange("POST", CHAT, {"mock-behaviour": "two-lengths"}, {})
    assert len(reply.all("content-length")) == 2
    reply = wire.exchange("POST", CHAT, {"mock-behaviour": "long-head"}, {})
    assert len(reply.fields) > 4000
    wire.request("POST", CHAT, {"mock-behaviour": "bad-chunk"}, {})
    with pytest.raises(ValueError):
        wire.reply()


def test_a_body_can_be_left_unread_for_a_while(upstream, wire):
    """Back-pressure: a sender meets a full socket until the mock reads on."""
    body = b"x" * (24 << 20)
    wire.send(f"POST /echo HTTP/1.1\r\nHost: m\r\nmock-read-after-ms: 300\r\n"
              f"Content-Length: {len(body)}\r\n\r\n".encode())
    wire.socket.setblocking(False)
    sent = 0
    with pytest.raises(BlockingIOError):
        while sent < len(body):
            sent += wire.socket.send(body[sent:])
    wire.socket.settimeout(20)
    wire.send(body[sent:])
    assert wire.reply().json()["body_sha256"] == hashlib.sha256(body).hexdigest()


def test_the_first_requests_of_a_key_fail(wire):
    fields = {"mock-fail-first": 2, "mock-key": "k1", "mock-fail-status": 503,
              "mock-retry-after": 7}
    replies = [wire.exchange("POST", CHAT, fields, {}) for _ in range(3)]
    assert [reply.status for reply in replies] == [503, 503, 200]
    assert [reply.field("retry-after") for reply in replies] == ["7", "7", None]


def test_a_wish_with_a_spelling_mistake_is_refused(wire):
    assert wire.exchange("POST", CHAT, {"mock-behavior": "hang"}, {}).status == 400
    assert wire.exchange("POST", CHAT, {"mock-behaviour": "sulk"}, {}).status == 400


def test_options_are_defaults_for_every_request():
    with mock.run("--status", 500, "--fail-every", 2) as upstream, \
            client.Connection(upstream.address) as wire:
        statuses = [wire.exchange("POST", CHAT, {}, {}).status for _ in range(4)]
        assert statuses == [500, 429, 500, 429]


def test_tls_carries_plain_replies_and_streams(localhost):
    with mock.run(tls=localhost) as upstream:
        with client.Connection(upstream.address, localhost.client_context()) as wire:
            assert wire.socket.version() == "TLSv1.3"
            reply = wire.exchange("POST", CHAT, {"mock-reply-bytes": 300000}, {})
            assert len(reply.body) == 300000
            wire.request("POST", CHAT, {}, STREAM)
            assert len(list(wire.events(wire.head()))) == 11


def test_a_killed_redis_comes_back_empty():
    with redis.run() as store:
        assert store.cli("set", "a", "1") == "OK"
        store.restart()
        assert store.keys() == []
        store.freeze()
        with pytest.raises(Exception, match="timed out"):
            store.cli("ping")
        store.thaw()
        assert store.cli("ping") == "PONG"


def test_a_program_that_leaves_badly_is_a_failure():
    with pytest.raises(AssertionError, match="status -9"):
        with mock.run() as upstream:
            upstream.signal(signal.SIGKILL)
            upstream.wait()
