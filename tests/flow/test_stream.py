"""Streams and bodies on their way back: every byte at once, none changed, no false end."""

import os
import random

import pytest

from harness import client, daemon, program, wait

GET = b"GET /v1/models HTTP/1.1\r\nHost: api\r\n\r\n"


@pytest.fixture(scope="module")
def retort(upstream, localhost):
    """One worker, so that exchanges meet; no kept connection, so that tests do not."""
    config = {"workers": 1,
              "listen": [{"address": f"127.0.0.1:{program.free_port()}"},
                         {"address": f"127.0.0.1:{program.free_port()}",
                          "tls": {"certificate": str(localhost.certificate),
                                  "key": str(localhost.key)}}],
              "upstreams": [{"name": "gateway", "servers": [upstream.url], "keepalive": "off"}]}
    with daemon.run(config, upstream=upstream.url) as running:
        yield running


@pytest.fixture(autouse=True)
def clean(upstream):
    yield
    upstream.forget()


@pytest.fixture(params=["clear", "tls"])
def wire(request, retort, localhost):
    """A client connection, over both kinds of listener."""
    is_tls = request.param == "tls"
    host, port = retort.config["listen"][is_tls]["address"].split(":")
    context = localhost.client_context() if is_tls else None
    with client.Connection((host, int(port)), context) as connection:
        yield connection


def reply_of(body, fields=b""):
    return b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (fields, len(body), body)


def slowly(wire, size, seconds=1.0, fast=0):
    """Reads a reply as somebody on a thin line would: after `fast` bytes at about such a speed
    that the rest takes so many seconds."""
    assert wire.head().status == 200
    found, wire.pending = bytearray(wire.pending), b""
    while len(found) < size:
        piece = wire.socket.recv((size - fast) // 60)
        assert piece, f"cut after {len(found)} bytes of {size}"
        found += piece
        if len(found) > fast:
            wait.pace(seconds / 60 * len(piece) / ((size - fast) // 60))
    return bytes(found)


class TestEventStreams:
    def test_an_event_is_read_before_the_next_is_sent(self, upstream, wire):
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.start_stream()
        head = wire.head()
        events = wire.events(head)
        for number in range(20):
            served.send_chunk(b"data: %d\n\n" % number)
            assert next(events)[1] == b"data: %d" % number
        served.end_stream()
        assert list(events) == [] and head.is_whole

    def test_half_an_event_is_passed_on_too(self, upstream, wire):
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.start_stream()
        chunks = wire.chunks(wire.head())
        for piece in (b"da", b"ta: \xc3", b"\xbc\r", b"\n\r\n"):
            served.send_chunk(piece)
            assert next(chunks) == piece

    def test_line_ends_and_bytes_are_left_alone(self, upstream, wire):
        body = b"data: a\rdata: b\ndata: c\r\n\r\n\xef\xbb\xbfevent: \xff\xfe\x00\n\n\r\r" * 50
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.start_stream()
        dice, at = random.Random(7), 0
        while at < len(body):
            size = dice.randint(1, 90)
            served.send_chunk(body[at:at + size])
            at += size
        served.end_stream()
        reply = wire.reply()
        assert reply.is_whole and reply.body == body

    def test_chunks_that_come_a_byte_at_a_time(self, upstream, wire):
        wire.send(GET)
        served = upstream.accept()
        served.head()
        text = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n"
                b"7;a=b\r\ndata: 1\r\n2\r\n\n\n\r\n0\r\nSum: 9\r\n\r\n")
        served.send(*(bytes([byte]) for byte in text))
        reply = wire.reply()
        assert reply.is_whole and reply.body == b"data: 1\n\n"
        assert reply.trailers == ["Sum: 9"]

    @pytest.mark.parametrize("sent, seen", [({}, ["no"]), ({"X-Accel-Buffering": "yes"}, ["yes"])])
    def test_buffering_is_forbidden_where_nobody_spoke_of_it(self, upstream, wire, sent, seen):
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.start_stream(sent)
        assert wire.head().all("x-accel-buffering") == seen

    def test_what_is_no_stream_gets_no_such_header(self, upstream, wire):
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.answer(b"{}", fields={"Content-Type": "application/json"})
        assert wire.reply().all("x-accel-buffering") == []

    def test_a_stream_of_many_events_in_one_read(self, upstream, wire):
        events = [b"data: %d\n\n" % number for number in range(3000)]
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.start_stream()
        served.send(b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in events))
        served.end_stream()
        reply = wire.reply()
        assert reply.is_whole and reply.body == b"".join(events)


class TestBodies:
    def test_a_large_body_is_the_same_at_the_other_end(self, upstream, wire):
        body = os.urandom(3 << 20)
        wire.send(GET)
        served = upstream.accept()
        served.head()
        with served.sending(reply_of(body)):
            reply = wire.reply()
        assert reply.is_whole and reply.body == body

    def test_a_body_that_lasts_until_the_close(self, upstream, wire):
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.send(b"HTTP/1.1 200 OK\r\n\r\npart one, ")
        head = wire.head()
        assert head.field("transfer-encoding") == "chunked"
        chunks = wire.chunks(head)
        assert next(chunks) == b"part one, "
        served.send(b"part two")
        assert next(chunks) == b"part two"
        served.close()
        assert list(chunks) == [] and head.is_whole

    def test_a_client_of_http_1_0_reads_until_the_close(self, upstream, wire):
        wire.send(b"GET / HTTP/1.0\r\n\r\n")
        served = upstream.accept()
        served.head()
        served.start_stream()
        served.send_chunk(b"one")
        served.send_chunk(b"two")
        served.end_stream(b"Sum: 1\r\n")
        reply = wire.reply()
        assert reply.field("transfer-encoding") is None and reply.field("connection") == "close"
        assert reply.body == b"onetwo"

    @pytest.mark.parametrize("size", [3_000_000, 6_000_000])
    def test_a_slow_client_gets_what_an_upstream_left_behind(self, upstream, retort, size):
        """The upstream said it all, closed and is gone long before the client has read it."""
        body = os.urandom(size)
        with client.Connection(retort.address, window=60_000) as wire:
            wire.send(GET)
            served = upstream.accept()
            served.head()
            with served.sending(reply_of(body, b"Connection: close\r\n"), then_close=True):
                assert slowly(wire, size) == body

    def test_a_slow_client_may_take_its_time_at_the_end(self, upstream, retort):
        """It asked for a close, and reads its reply for longer than we linger after a fault."""
        body = os.urandom(16_000_000)
        with client.Connection(retort.address, window=60_000) as wire:
            wire.send(b"GET / HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n")
            served = upstream.accept()
            served.head()
            with served.sending(reply_of(body)):
                assert slowly(wire, len(body), seconds=3, fast=12_000_000) == body
            assert wire.ends() == "closed" and wire.pending == b""


class TestBrokenReplies:
    def test_a_stream_that_is_cut_does_not_end(self, upstream, wire):
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.start_stream()
        head = wire.head()
        chunks = wire.chunks(head)
        served.send_chunk(b"data: 1\n\n")
        assert next(chunks) == b"data: 1\n\n"
        served.close()
        assert list(chunks) == [] and not head.is_whole

    @pytest.mark.parametrize("end", ["close", "reset"])
    def test_a_length_that_is_not_kept_shows(self, upstream, wire, end):
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        head = wire.head()
        assert head.field("content-length") == "100"
        while not wire.pending:
            wire._read()
        getattr(served, end)()
        wire.ends()
        assert wire.pending == b"only this"

    def test_what_lasts_until_the_close_is_reset_for_http_1_0(self, upstream, retort):
        with client.Connection(retort.address) as wire:
            wire.send(b"GET / HTTP/1.0\r\n\r\n")
            served = upstream.accept()
            served.head()
            served.start_stream()
            served.send_chunk(b"one")
            while b"one" not in wire.pending:
                wire._read()
            served.close()
            assert wire.ends() == "reset"

    def test_a_reset_is_no_end_of_what_lasts_until_the_close(self, upstream, wire):
        wire.send(GET)
        served = upstream.accept()
        served.head()
        served.send(b"HTTP/1.1 200 OK\r\n\r\npart one")
        head = wire.head()
        chunks = wire.chunks(head)
        assert next(chunks) == b"part one"
        served.reset()
        assert list(chunks) == [] and not head.is_whole

    @pytest.mark.parametrize("nonsense", [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecret\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecretxx",
        b"HTTP/1.1 103 Hints\r\nLink: secret\r\n\r\nHTTP/9.9 200 OK\r\n\r\n",
    ], ids=["chunk-size", "chunk-end", "after-hints"])
    def test_nothing_of_a_broken_reply_reaches_another_client(self, upstream, retort, nonsense):
        with client.Connection(retort.address) as first, \
                client.Connection(retort.address) as second:
            first.send(GET)
            served = upstream.accept()
            served.head()
            served.send(nonsense)
            while b"secret" not in first.pending:  # what came before the nonsense is passed on
                assert first._read(), first.pending
            second.send(GET)
            served = upstream.accept()
            served.head()
            served.answer(b"mine")
            reply = second.reply()
            assert (reply.status, reply.body) == (200, b"mine")
            assert not second.pending

    @pytest.mark.parametrize("nonsense", [
        b"\x16\x03\x01garbage\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n",
        b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", b"HTTP/1.1 200 OK\nX: a\n\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70000 + b"\r\n\r\n",
    ], ids=["garbage", "status", "empty-lines", "two-lengths", "length-and-coding", "gzip",
            "folded", "bare-lf", "unasked-101", "long-head"])
    def test_what_is_no_reply_is_a_502(self, upstream, wire, nonsense):
        wire.request("POST", "/v1/chat/completions", body=b"{}")
        served = upstream.accept()
        served.request()
        served.send(nonsense)
        reply = wire.reply()
        assert (reply.status, reply.json()["error"]["code"]) == (502, "bad_gateway")

    def test_interim_replies_without_end_are_no_trouble(self, upstream, wire):
        wire.send(GET)
        served = upstream.accept()
        served.head()
        with served.sending(b"HTTP/1.1 199\r\n\r\n" * 20000 + reply_of(b"done")):
            assert wire.reply().body == b"done"
