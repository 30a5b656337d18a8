"""What clients send: every framing there is, and every way to get it wrong."""

import contextlib
import os

import pytest

from harness import client, daemon

HOST = b"Host: api\r\n"
END = b"\r\n\r\n"


@pytest.fixture(scope="module")
def retort(upstream):
    """No kept connection, so that tests do not meet upstream."""
    config = {"upstreams": [{"name": "gateway", "servers": [upstream.url], "keepalive": "off"}],
              "limits": [{"name": "asked", "key": ["account"], "count": "requests", "quota": 1,
                          "window": "1h", "action": "throttle", "mode": "enforce"}],
              "http": {"body_limit": "64KiB"}}
    with daemon.run(config, upstream=upstream.url) as running:
        yield running


@pytest.fixture
def wire(retort, upstream):
    with client.Connection(retort.address) as connection:
        yield connection
    upstream.forget()


def post(*fields, body=b"", target=b"/upload"):
    """To /upload: a body in no dialect, of which nothing is held back to be read."""
    if target == b"/upload":
        fields = (*fields, b"Content-Type: application/octet-stream")
    return b"POST %s HTTP/1.1\r\n%s%s\r\n%s" % (target, HOST, b"".join(
        field + b"\r\n" for field in fields), body)


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: api\r\n\r\n"

REFUSED = {
    "length-and-coding": (400, post(b"Content-Length: 5", b"Transfer-Encoding: chunked",
                                    body=b"0\r\n\r\n" + SMUGGLED)),
    "coding-and-length": (400, post(b"Transfer-Encoding: chunked", b"Content-Length: 4",
                                    body=b"0\r\n\r\n" + SMUGGLED)),
    "two-lengths": (400, post(b"Content-Length: 5", b"Content-Length: 6", body=b"hello" + SMUGGLED)),
    "two-equal-lengths": (400, post(b"Content-Length: 5", b"Content-Length: 5", body=b"hello")),
    "length-list": (400, post(b"Content-Length: 5, 5", body=b"hello")),
    "length-sign": (400, post(b"Content-Length: +5", body=b"hello")),
    "length-negative": (400, post(b"Content-Length: -1")),
    "length-hex": (400, post(b"Content-Length: 0x5", body=b"hello")),
    "length-space": (400, post(b"Content-Length: 5 5", body=b"hello")),
    "length-empty": (400, post(b"Content-Length:")),
    "length-huge": (400, post(b"Content-Length: 99999999999999999999")),
    "chunked-not-last": (400, post(b"Transfer-Encoding: chunked, gzip", body=b"0\r\n\r\n")),
    "chunked-twice": (400, post(b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n")),
    "chunked-in-two-lines": (400, post(b"Transfer-Encoding: chunked",
                                       b"Transfer-Encoding: identity", body=b"0\r\n\r\n")),
    "chunked-quoted": (400, post(b'Transfer-Encoding: "chunked"', body=b"0\r\n\r\n")),
    "chunked-with-parameter": (400, post(b"Transfer-Encoding: chunked;q=1", body=b"0\r\n\r\n")),
    "chunked-spelt-wrong": (400, post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n")),
    "coding-empty": (400, post(b"Transfer-Encoding:", body=b"0\r\n\r\n")),
    "coding-unknown": (501, post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n")),
    "coding-in-1.0": (400, b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "space-before-colon": (400, post(b"Content-Length : 5", body=b"hello")),
    "tab-before-colon": (400, post(b"Transfer-Encoding\t: chunked", body=b"0\r\n\r\n")),
    "folded": (400, post(b"X: a", b" b")),
    "folded-coding": (400, post(b"Transfer-Encoding:", b" chunked", body=b"0\r\n\r\n")),
    "bare-lf": (400, b"GET / HTTP/1.1\nHost: api\n\n"),
    "bare-lf-in-head": (400, b"GET / HTTP/1.1\r\nHost: api\nX: y\r\n\r\n"),
    "bare-cr": (400, post(b"X: a\rTransfer-Encoding: chunked", body=b"0\r\n\r\n")),
    "nul": (400, post(b"X: a\0b")),
    "control-byte": (400, post(b"X: a\x01b")),
    "no-name": (400, post(b": value")),
    "no-colon": (400, post(b"nonsense")),
    "name-with-space": (400, post(b"X Y: z")),
    "host-missing": (400, b"GET / HTTP/1.1\r\n\r\n"),
    "host-twice": (400, b"GET / HTTP/1.1\r\nHost: api\r\nHost: api\r\n\r\n"),
    "host-with-path": (400, b"GET / HTTP/1.1\r\nHost: api/x\r\n\r\n"),
    "host-with-user": (400, b"GET / HTTP/1.1\r\nHost: me@api\r\n\r\n"),
    "host-with-space": (400, b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
    "host-port": (400, b"GET / HTTP/1.1\r\nHost: api:99999\r\n\r\n"),
    "absolute-form-of-another": (400, b"GET http://other/ HTTP/1.1\r\nHost: api\r\n\r\n"),
    "absolute-form-with-user": (400, b"GET http://me@api/ HTTP/1.1\r\nHost: api\r\n\r\n"),
    "absolute-form-of-a-file": (400, b"GET file:///etc/passwd HTTP/1.1\r\nHost: api\r\n\r\n"),
    "target-relative": (400, b"GET v1/models HTTP/1.1\r\nHost: api\r\n\r\n"),
    "target-star": (400, b"GET * HTTP/1.1\r\nHost: api\r\n\r\n"),
    "target-with-space": (400, b"GET /a b HTTP/1.1\r\nHost: api\r\n\r\n"),
    "target-with-control-byte": (400, b"GET /a\x7f HTTP/1.1\r\nHost: api\r\n\r\n"),
    "method-no-token": (400, b"GE(T / HTTP/1.1\r\nHost: api\r\n\r\n"),
    "method-missing": (400, b" / HTTP/1.1\r\nHost: api\r\n\r\n"),
    "two-spaces": (400, b"GET  / HTTP/1.1\r\nHost: api\r\n\r\n"),
    "http-0.9": (400, b"GET /\r\n\r\n"),
    "http-2.0": (505, b"GET / HTTP/2.0\r\nHost: api\r\n\r\n"),
    "http-1.2": (505, b"GET / HTTP/1.2\r\nHost: api\r\n\r\n"),
    "preface": (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "connect": (501, b"CONNECT api:443 HTTP/1.1\r\nHost: api:443\r\n\r\n"),
    "expectation": (417, post(b"Expect: 200-ok", b"Content-Length: 0")),
    "target-too-long": (414, b"GET /%s HTTP/1.1\r\nHost: api\r\n\r\n" % (b"a" * 20000)),
    "head-too-large": (431, post(b"X: " + b"a" * 70000)),
    "head-without-end": (431, b"GET / HTTP/1.1\r\nHost: api\r\n" + b"X: y\r\n" * 20000),
    "too-many-headers": (431, post(*[b"X-%d: y" % i for i in range(200)])),
    "many-empty-lines": (400, b"\r\n" * 40 + SMUGGLED),
    "tls-to-clear": (400, b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + os.urandom(64)),
}


class TestRefusedHeads:
    @pytest.mark.parametrize("status, text", REFUSED.values(), ids=REFUSED)
    def test_it_is_refused_and_no_more_is_read(self, upstream, wire, status, text):
        wire.send(text)
        reply = wire.reply()
        assert reply.status == status and reply.field("connection") == "close"
        assert reply.field("content-type") == "application/problem+json"
        assert reply.json()["status"] == status
        wire.half_close()
        assert wire.ends() == "closed" and wire.pending == b""
        assert upstream.is_untouched()

    @pytest.mark.parametrize("status, text", [REFUSED["length-and-coding"],
                                              REFUSED["bare-cr"], REFUSED["folded"]])
    def test_it_is_refused_a_byte_at_a_time_too(self, upstream, wire, status, text):
        head = text[:text.index(END) + len(END)]
        wire.send(*(bytes([byte]) for byte in head))
        assert wire.reply().status == status
        assert wire.ends() == "closed" and upstream.is_untouched()

    def test_a_refusal_is_answered_after_what_was_asked_before(self, upstream, wire):
        wire.send(b"GET /one HTTP/1.1\r\nHost: api\r\n\r\nGET /two HTTP/1.1\r\n\r\n" + SMUGGLED)
        served = upstream.accept()
        assert served.head().target == "/one"
        served.answer(b"one")
        assert wire.reply().body == b"one"
        assert wire.reply().status == 400
        assert wire.ends() == "closed" and upstream.is_untouched()


BAD_BODIES = {
    "size": b"zz\r\n", "size-missing": b"\r\nabc", "size-negative": b"-1\r\n",
    "size-huge": b"ffffffffffffffffff\r\n", "size-prefix": b"0x5\r\nhello\r\n",
    "size-space": b"5 \r\nhello\r\n", "size-bare-lf": b"5\nhello\r\n",
    "end-missing": b"5\r\nhello5\r\n", "end-bare-lf": b"5\r\nhello\n0\r\n\r\n",
    "extension": b"5;\r\nhello\r\n", "extension-nul": b"5;a=\0\r\nhello\r\n",
    "extension-long": b"5;" + b"a" * 400 + b"\r\nhello\r\n",
    "trailer": b"0\r\nno colon\r\n\r\n", "trailer-folded": b"0\r\nA: b\r\n c\r\n\r\n",
    "trailer-bare-cr": b"0\r\nA: b\rc\r\n\r\n",
}


class TestBrokenBodies:
    @pytest.mark.parametrize("broken", BAD_BODIES.values(), ids=BAD_BODIES)
    def test_it_is_a_400_and_the_upstream_sees_no_end(self, upstream, wire, broken):
        wire.send(post(b"Transfer-Encoding: chunked", body=b"3\r\nabc\r\n"))
        served = upstream.accept()
        head = served.head()
        chunks = served.chunks(head)
        assert next(chunks) == b"abc"
        wire.send(broken + SMUGGLED)
        reply = wire.reply()
        assert reply.status == 400 and reply.json()["title"] == "Bad Request"
        wire.half_close()
        assert wire.ends() == "closed" and wire.pending == b""
        list(chunks)
        assert not head.is_whole and b"smuggled" not in served.pending
        assert upstream.is_untouched()

    @pytest.mark.parametrize("broken", BAD_BODIES.values(), ids=BAD_BODIES)
    def test_a_prompt_that_breaks_reaches_nobody(self, upstream, wire, broken):
        wire.send(post(b"Transfer-Encoding: chunked", target=b"/v1/messages",
                       body=b"10\r\n{\"model\": \"m\", \"\r\n"))
        wire.send(broken + SMUGGLED)
        reply = wire.reply()
        assert reply.status == 400 and reply.json()["error"]["type"] == "invalid_request_error"
        assert wire.ends() == "closed" and wire.pending == b""
        with contextlib.suppress(BlockingIOError):  # a good trailer may have ended the holding
            assert upstream.accept(seconds=0).ends() and not upstream.opened[-1].pending

    @pytest.mark.parametrize("broken, status", [(b"0\r\nA: " + b"b" * 5000 + b"\r\n\r\n", 431),
                                                (b"0\r\n" + b"A: b\r\n" * 500 + b"\r\n", 431)],
                             ids=["long", "many"])
    def test_trailers_have_limits(self, upstream, wire, broken, status):
        wire.send(post(b"Transfer-Encoding: chunked"))
        upstream.accept().head()
        wire.send(broken)
        assert wire.reply().status == status

    def test_a_body_that_breaks_after_the_reply_has_begun_breaks_it(self, upstream, wire):
        wire.send(post(b"Transfer-Encoding: chunked"))
        served = upstream.accept()
        served.head()
        served.start_stream()
        reply = wire.head()
        wire.send(b"zz\r\n")
        assert list(wire.chunks(reply)) == [] and not reply.is_whole


class TestBodies:
    @pytest.mark.parametrize("target", [b"/upload", b"/v1/messages"])
    @pytest.mark.parametrize("sizes", [[1], [5, 1, 300], [65536], [1000] * 60, [1] * 500],
                             ids=["one", "three", "full", "sixty", "bytes"])
    def test_chunks_arrive_as_chunks(self, upstream, wire, sizes, target):
        pieces = [os.urandom(size) for size in sizes]
        wire.send(post(b"Transfer-Encoding: chunked", target=target))
        wire.send(b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) +
                  b"0\r\n\r\n")
        served = upstream.accept()
        seen = served.request()
        assert seen.is_whole and seen.body == b"".join(pieces)
        assert seen.all("content-length") == []
        served.answer(b"ok")
        assert wire.reply().body == b"ok"

    @pytest.mark.parametrize("target", [b"/upload", b"/v1/messages"])
    def test_a_length_arrives_as_a_length_however_it_is_cut(self, upstream, wire, target):
        body = os.urandom(3000)
        wire.send(post(b"Content-Length: 3000", target=target), *(body[i:i + 7] for i in range(0, 3000, 7)))
        served = upstream.accept()
        seen = served.request()
        assert seen.body == body and seen.all("transfer-encoding") == []
        assert seen.all("content-length") == ["3000"]

    def test_a_request_a_byte_at_a_time(self, upstream, wire):
        text = post(b"X: y", b"Transfer-Encoding: chunked",
                    body=b"4;name=\"va\\\"lue\"\r\nbody\r\n0\r\nSum: 1\r\n\r\n")
        wire.send(*(bytes([byte]) for byte in text))
        served = upstream.accept()
        seen = served.request()
        assert seen.is_whole and seen.body == b"body" and seen.trailers == ["Sum: 1"]

    @pytest.mark.parametrize("target", [b"/upload", b"/v1/messages"])
    def test_trailers_pass_both_ways_but_not_those_that_decide(self, upstream, wire, target):
        wire.send(post(b"Transfer-Encoding: chunked", target=target,
                       body=b"1\r\nx\r\n0\r\nSum: 1\r\nContent-Length: 9\r\n"
                            b"Authorization: none\r\nSum2: 2\r\n\r\n"))
        served = upstream.accept()
        seen = served.request()
        assert seen.is_whole and seen.trailers == ["Sum: 1", "Sum2: 2"]
        served.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\ny\r\n"
                    b"0\r\nCount: 3\r\nTransfer-Encoding: chunked\r\nDone: 4\r\n\r\n")
        reply = wire.reply()
        assert reply.is_whole and reply.trailers == ["Count: 3", "Done: 4"]

    def test_extensions_of_chunks_end_here(self, upstream, wire):
        wire.send(post(b"Transfer-Encoding: chunked", body=b"1;sly=1\r\nx\r\n0;sly=2\r\n\r\n"))
        served = upstream.accept()
        served._read_until(b"\r\n\r\n")
        assert served._read_until(b"\r\n\r\n") == b"1\r\nx\r\n0"

    def test_a_body_over_the_limit_is_refused_at_its_head(self, upstream, wire):
        wire.send(post(b"Content-Length: 65537", target=b"/v1/messages"))
        reply = wire.reply()
        assert reply.status == 413 and reply.json()["error"]["type"] == "request_too_large"
        assert upstream.is_untouched()

    def test_a_chunked_body_over_the_limit_is_refused_when_it_gets_there(self, upstream, wire):
        wire.send(post(b"Transfer-Encoding: chunked", body=b"10000\r\n" + b"x" * 65536 + b"\r\n"))
        served = upstream.accept()
        head = served.head()
        wire.send(b"1\r\nx\r\n0\r\n\r\n")
        assert wire.reply().status == 413
        list(served.chunks(head))
        assert not head.is_whole


class TestContinue:
    def test_it_is_told_to_go_on_before_the_upstream_speaks(self, upstream, wire):
        wire.send(post(b"Expect: 100-continue", b"Content-Length: 5"))
        assert wire.head().status == 100
        served = upstream.accept()
        assert served.head().field("expect") is None
        wire.send(b"hello")
        assert served.read_bytes(5) == b"hello"
        served.answer(b"ok")
        assert wire.reply().body == b"ok"

    def test_a_100_of_the_upstream_is_swallowed(self, upstream, wire):
        wire.send(post(b"Content-Length: 5", body=b"hello"))
        served = upstream.accept()
        served.request()
        served.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        served.answer(b"ok")
        reply = wire.head()
        assert reply.status == 200

    def test_a_refusal_saves_the_upload(self, upstream, retort):
        key = b"Authorization: Bearer continue"
        for allowed in (True, False):
            with client.Connection(retort.address) as wire:
                wire.send(post(key, b"Expect: 100-continue", b"Content-Length: 5"))
                reply = wire.head()
                assert reply.status == (100 if allowed else 429)
                if allowed:
                    upstream.accept()
                else:
                    assert reply.field("connection") == "close"
        upstream.forget()

    def test_a_body_that_did_not_wait_is_fine_too(self, upstream, wire):
        wire.send(post(b"Expect: 100-continue", b"Content-Length: 5", body=b"hello"))
        served = upstream.accept()
        assert served.request().body == b"hello"
        served.answer(b"ok")
        assert wire.reply().body == b"ok"


class TestConnections:
    def test_requests_in_a_row_are_answered_in_their_order(self, upstream, wire):
        wire.send(b"".join(b"GET /%d HTTP/1.1\r\n%s\r\n" % (i, HOST) for i in range(20)))
        for number in range(20):
            served = upstream.accept()
            assert served.head().target == f"/{number}"
            served.answer(b"%d" % number)
        assert [wire.reply().body for _ in range(20)] == [b"%d" % i for i in range(20)]

    def test_refusals_stand_in_their_place_in_the_row(self, upstream, wire):
        """The account's first request passes, the others are refused; others' pass."""
        def get(name, key):
            return b"GET /%s HTTP/1.1\r\n%sx-api-key: %s\r\n\r\n" % (name, HOST, key)

        wire.send(get(b"a1", b"row-a") + get(b"a2", b"row-a") + get(b"b1", b"row-b") +
                  get(b"a3", b"row-a") + get(b"b2", b"row-b"))
        for target in ("/a1", "/b1"):
            served = upstream.accept()
            assert served.head().target == target
            served.answer(target.encode())
        replies = [wire.reply() for _ in range(5)]
        assert [reply.status for reply in replies] == [200, 429, 200, 429, 429]
        assert [replies[i].body for i in (0, 2)] == [b"/a1", b"/b1"]

    def test_a_refused_upload_is_read_away_and_the_connection_kept(self, upstream, wire):
        key = b"x-api-key: away"
        for status in (200, 429, 429):
            wire.send(post(key, b"Content-Length: 20000", body=b"x" * 20000))
            if status == 200:
                served = upstream.accept()
                served.request()
                served.answer(b"ok")
            assert wire.reply().status == status

    @pytest.mark.parametrize("head, kept", [
        (b"GET / HTTP/1.1\r\nHost: api\r\n", True),
        (b"GET / HTTP/1.1\r\nHost: api\r\nConnection: close\r\n", False),
        (b"GET / HTTP/1.1\r\nHost: api\r\nConnection: x, ClOsE\r\n", False),
        (b"GET / HTTP/1.0\r\nHost: api\r\n", False),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n", True),
    ])
    def test_who_keeps_a_connection(self, upstream, wire, head, kept):
        wire.send(head + b"\r\n")
        served = upstream.accept()
        served.head()
        served.answer(b"ok")
        reply = wire.reply()
        said = reply.field("connection")
        assert said == ("close" if not kept else "keep-alive" if b"1.0" in head else None)
        if kept:
            wire.send(head + b"\r\n")
            upstream.accept().answer(b"again")
            assert wire.reply().body == b"again"
        else:
            assert wire.ends() == "closed"

    def test_what_comes_after_a_last_request_does_not_harm_its_reply(self, upstream, wire):
        """A close on unread bytes would be a reset, and take the reply away on some systems."""
        wire.send(b"GET / HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")
        served = upstream.accept()
        served.head()
        wire.send(SMUGGLED * 8000)
        served.answer(b"ok" * 1000)
        assert wire.reply().body == b"ok" * 1000
        wire.half_close()
        assert wire.ends() == "closed" and upstream.is_untouched()

    def test_an_empty_line_before_a_request_is_forgiven(self, upstream, wire):
        wire.send(b"\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n")
        upstream.accept().answer(b"ok")
        assert wire.reply().body == b"ok"

    @pytest.mark.parametrize("target, host, seen, seen_host", [
        (b"http://api/x?y", b"api", "/x?y", "api"), (b"http://API:80/x", b"api", "/x", "API:80"),
        (b"https://api", b"api", "/", "api"), (b"/x", b"api:8443", "/x", "api:8443"),
        (b"/x", b"[::1]:80", "/x", "[::1]:80"), (b"/a//b/../c%2f?q=/?", b"api", "/a//b/../c%2f?q=/?",
                                                  "api"),
    ])
    def test_forms_of_targets(self, upstream, wire, target, host, seen, seen_host):
        wire.send(b"GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (target, host))
        request = upstream.accept().head()
        assert request.target == seen and request.all("host") == [seen_host]

    def test_the_server_itself_is_where_its_root_is(self, upstream, wire):
        wire.send(b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n")
        served = upstream.accept()
        assert served.head().line == "OPTIONS * HTTP/1.1"
        served.answer(b"", fields={"Allow": "GET, POST"})
        assert wire.reply().field("allow") == "GET, POST"


class TestReplies:
    def test_head_has_a_length_and_no_body(self, upstream, wire):
        for target, length in ((b"/a", b"5"), (b"/b", b"100000")):
            wire.send(b"HEAD %s HTTP/1.1\r\n%s\r\n" % (target, HOST))
            served = upstream.accept()
            served.head()
            served.send(b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n" % length)
            reply = wire.reply(is_head_only=True)
            assert reply.field("content-length") == length.decode() and not wire.pending

    def test_our_own_answer_to_head_has_no_body(self, upstream, wire):
        for status in (200, 429, 429):
            wire.send(b"HEAD / HTTP/1.1\r\nHost: api\r\nx-api-key: head\r\n\r\n")
            if status == 200:
                upstream.accept().answer()
            reply = wire.reply(is_head_only=True)
            assert reply.status == status and not wire.pending
        assert int(reply.field("content-length")) > 0

    @pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
    def test_statuses_without_body(self, upstream, wire, status):
        wire.send(SMUGGLED)
        served = upstream.accept()
        served.head()
        served.send(b"HTTP/1.1 %s\r\nETag: x\r\n\r\n" % status.encode())
        reply = wire.reply()
        assert reply.status == int(status[:3]) and not wire.pending
        wire.send(SMUGGLED)
        upstream.accept().answer(b"next")
        assert wire.reply().body == b"next"

    def test_hints_pass_before_the_reply(self, upstream, wire):
        wire.send(SMUGGLED)
        served = upstream.accept()
        served.head()
        served.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nConnection: close\r\n\r\n")
        hints = wire.head()
        assert hints.status == 103 and hints.field("link") == "</x>"
        assert hints.field("connection") is None
        served.answer(b"ok")
        assert wire.reply().body == b"ok"

    def test_a_1_0_client_hears_no_hints(self, upstream, wire):
        wire.send(b"GET / HTTP/1.0\r\n\r\n")
        served = upstream.accept()
        served.head()
        served.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        served.answer(b"ok")
        assert wire.head().status == 200

    def test_fields_keep_their_order_case_and_bytes(self, upstream, wire):
        fields = [("X-One", "a"), ("anthropic-Version", "2023-06-01"), ("x-two", "b,  c"),
                  ("X-One", "\xe9\xff"), ("x-Stainless-Retry-Count", "1"), ("empty", "")]
        lines = b"".join(b"%s: %s\r\n" % (name.encode(), value.encode("latin-1"))
                         for name, value in fields)
        wire.send(b"GET / HTTP/1.1\r\n" + HOST + lines + b"\r\n")
        served = upstream.accept()
        seen = served.head()
        assert [pair for pair in seen.fields if pair[0].lower() in
                {name.lower() for name, _ in fields}] == fields
        served.send(b"HTTP/1.1 299 Odd but ours\r\n" + lines + b"Content-Length: 0\r\n\r\n")
        reply = wire.reply()
        assert reply.status == 299 and [pair for pair in reply.fields if pair in fields] == fields

    def test_fields_of_one_hop_end_here(self, upstream, wire):
        wire.send(b"GET / HTTP/1.1\r\n" + HOST +
                  b"Connection: X-Mine, Keep-Alive\r\nX-Mine: 1\r\nKeep-Alive: 5\r\n"
                  b"Proxy-Authorization: x\r\nTE: trailers\r\nUpgrade: h2c\r\n"
                  b"Proxy-Connection: x\r\nAuthorization: Bearer hop\r\n\r\n")
        served = upstream.accept()
        seen = served.head()
        for name in ("connection", "x-mine", "keep-alive", "proxy-authorization", "upgrade",
                     "proxy-connection"):
            assert seen.all(name) == [], name
        assert seen.all("authorization") == ["Bearer hop"]
        served.answer(b"", fields={"Connection": "X-Yours", "X-Yours": "1", "Keep-Alive": "3",
                                   "Proxy-Authenticate": "x", "X-Kept": "1"})
        reply = wire.reply()
        for name in ("connection", "x-yours", "keep-alive", "proxy-authenticate"):
            assert reply.all(name) == [], name
        assert reply.all("x-kept") == ["1"]

    def test_nobody_can_list_away_what_decides(self, upstream, wire):
        wire.send(b"GET / HTTP/1.1\r\n" + HOST +
                  b"Connection: authorization, host, x-forwarded-for, close\r\n"
                  b"Authorization: Bearer list\r\n\r\n")
        seen = upstream.accept().head()
        assert seen.all("authorization") == ["Bearer list"] and seen.all("host") == ["api"]
        assert seen.all("x-forwarded-for") == ["127.0.0.1"]

    def test_ours_are_stripped_both_ways(self, upstream, wire):
        wire.send(b"GET / HTTP/1.1\r\n" + HOST + b"Retort-Score: 0\r\nretort-verdict: pass\r\n"
                  b"RETORT-Anything: x\r\n\r\n")
        served = upstream.accept()
        seen = served.head()
        assert len(seen.all("retort-score")) == 1 and len(seen.all("retort-verdict")) == 1
        assert seen.all("retort-anything") == []
        served.answer(b"", fields={"Retort-Score": "9", "retort-request-id": "forged"})
        reply = wire.reply()
        assert reply.all("retort-score") == []
        assert reply.all("retort-request-id") == seen.all("retort-request-id")
