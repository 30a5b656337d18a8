"""Bodies that are coded, broken or hostile: the exchange goes on and not a byte is changed; the
facts say how much of the body they rest on, and why."""

import hashlib
import json
import re

import pytest

from harness import client, codings, daemon, mock, program, wait
from harness.words import STATE, WHY

CHAT = "/v1/chat/completions"
BODY_LIMIT = 256 << 10
TURNS = [{"role": ("user", "assistant")[i % 2],
          "content": f"Turn {i}: the \u00e4lembic of K\u00f6ln \U0001f9ea drips {i * 7919} times."}
         for i in range(201)]
PLAIN = json.dumps({"model": "m-1", "max_tokens": 77, "temperature": 0.25, "messages": [
    {"role": "system", "content": "You are a still."}, *TURNS]}, ensure_ascii=False).encode()
# The fields of a decision that come from the prompt, as record.def lists them.
PROMPT_FIELDS = re.findall(r"FIELD\(\w+, (\w+), prompt\.",
                           (program.ROOT / "lib/record/record.def").read_text())


@pytest.fixture(scope="module")
def upstream():
    with mock.run() as running:
        yield running


@pytest.fixture(scope="module")
def retort(upstream):
    config = {"workers": 1, "inspect": {"body_limit": "256KiB", "decoded_limit": "1MiB"}}
    with daemon.run(config, upstream=upstream.url) as running:
        yield running


class Passed:
    """One exchange from three sides: what was sent, what arrived, what was recorded."""

    def __init__(self, retort, upstream, body, fields=(), path=CHAT, pieces=None):
        before, number = len(upstream.seen()), retort.next_decision()
        with client.Connection(retort.address, seconds=60) as wire:
            if pieces:
                wire.send(head_of(path, {"Transfer-Encoding": "chunked", **dict(fields)}))
                wire.send(*(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces),
                          b"0\r\n\r\n")
            else:
                wire.request("POST", path, fields, body)
            self.reply = wire.reply()
        self.record = retort.decision(number)
        assert len(upstream.seen()) == before + 1
        self.seen = upstream.seen()[before]
        assert self.reply.status == 200 and self.reply.is_whole
        assert self.seen["body_bytes"] == len(body) == self.record.get("request_bytes", 0)
        assert self.seen["body_sha256"] == hashlib.sha256(body).hexdigest()

    def state(self):
        return self.record.get("prompt", 0), self.record.get("why", 0)

    def prompt(self):
        return {name: self.record[name] for name in PROMPT_FIELDS if name in self.record}


def head_of(path, fields):
    lines = [f"POST {path} HTTP/1.1", "Host: api"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def cut(body, size):
    return [body[i:i + size] for i in range(0, len(body), size)]


@pytest.fixture(scope="module")
def plain(retort, upstream):
    """What the facts of PLAIN are when nothing stands in the way."""
    passed = Passed(retort, upstream, PLAIN)
    assert passed.state() == (STATE.WHOLE, WHY.NONE)
    assert passed.record["messages"] == 202 and passed.record["body_bytes"] == len(PLAIN)
    return passed.prompt()


class TestCodedBodies:
    @pytest.mark.parametrize("names", [
        "gzip", "GZip", "x-gzip", "deflate", "br", "zstd", "identity", "gzip, zstd", "zstd,br",
        "br , gzip,deflate", "deflate, zstd, br, gzip"])
    def test_a_coding_changes_no_fact_and_no_byte(self, retort, upstream, plain, names):
        body = codings.encode(names.lower(), PLAIN)
        passed = Passed(retort, upstream, body, {"Content-Encoding": names})
        assert passed.prompt() == plain
        assert ["Content-Encoding", names] in passed.seen["headers"]

    def test_deflate_without_its_frame_is_deflate_too(self, retort, upstream, plain):
        body = codings.raw_deflate(PLAIN)
        assert Passed(retort, upstream, body, {"Content-Encoding": "deflate"}).prompt() == plain

    @pytest.mark.parametrize("name", ["gzip", "zstd"])
    def test_members_may_follow_each_other(self, retort, upstream, plain, name):
        body = b"".join(codings.encode(name, piece) for piece in cut(PLAIN, 5000))
        assert Passed(retort, upstream, body, {"Content-Encoding": name}).prompt() == plain

    def test_the_codings_of_several_fields_are_one_list(self, retort, upstream, plain):
        body = codings.encode("zstd, gzip", PLAIN)
        fields = {"Content-Encoding": "zstd", "content-encoding": "gzip"}
        assert Passed(retort, upstream, body, fields).prompt() == plain

    @pytest.mark.parametrize("names", ["gzip", "br", "zstd, deflate"])
    @pytest.mark.parametrize("size", [1, 13, 4096])
    def test_chunks_may_be_cut_anywhere(self, retort, upstream, plain, names, size):
        body = codings.encode(names, PLAIN)
        pieces = cut(body[:300], size) + cut(body[300:], max(size, 1000))
        passed = Passed(retort, upstream, body, {"Content-Encoding": names}, pieces=pieces)
        assert passed.prompt() == plain


def coded(names, body, then=bytes):
    return then(codings.encode(names, body)), {"Content-Encoding": names}


def halve(body):
    return body[:len(body) // 2]


def scratch(body):
    middle = len(body) // 2
    return body[:middle] + bytes(byte ^ 0x5A for byte in body[middle:middle + 64]) + \
        body[middle + 64:]


def say(text):
    return b'{"model":"m","messages":[{"role":"user","content":"' + text + b'"}]}', {}


ZEROS = say(b"0" * (24 << 20))[0]
BAD = {
    # name: ((body, fields), state, why)
    "a coding nobody reads": ((PLAIN, {"Content-Encoding": "snappy"}),
                              STATE.OPAQUE, WHY.UNKNOWN_CODING),
    "one of several that nobody reads": ((PLAIN, {"Content-Encoding": "gzip, compress"}),
                                         STATE.OPAQUE, WHY.UNKNOWN_CODING),
    "more codings than anybody needs": (coded("gzip,gzip,gzip,gzip,gzip", PLAIN),
                                        STATE.OPAQUE, WHY.UNKNOWN_CODING),
    "gzip that is none": ((PLAIN, {"Content-Encoding": "gzip"}),
                          STATE.MALFORMED, WHY.BAD_CODING),
    "br that is none": ((PLAIN, {"Content-Encoding": "br"}), STATE.MALFORMED, WHY.BAD_CODING),
    "zstd that is gzip": ((codings.gzip(PLAIN), {"Content-Encoding": "zstd"}),
                          STATE.MALFORMED, WHY.BAD_CODING),
    "plain that is gzip": ((codings.gzip(PLAIN), {}), STATE.MALFORMED, WHY.NOT_JSON),
    **{f"half of {name}": (coded(name, PLAIN, halve), STATE.TRUNCATED, WHY.ENDED_EARLY)
       for name in ("gzip", "deflate", "br", "zstd", "zstd,gzip")},
    **{f"scratched {name}": (coded(name, PLAIN, scratch), STATE.MALFORMED, None)
       for name in ("gzip", "deflate", "zstd")},
    "bytes behind br": ((codings.br(PLAIN) + b"more", {"Content-Encoding": "br"}),
                        STATE.MALFORMED, WHY.BAD_CODING),
    **{f"a bomb of {name}": (coded(name, ZEROS), STATE.OPAQUE, WHY.DECODED_LIMIT)
       for name in ("gzip", "deflate", "br", "zstd", "zstd,gzip", "gzip,gzip,gzip")},
    "half a body": ((halve(PLAIN), {}), STATE.TRUNCATED, WHY.ENDED_EARLY),
    "an open string": ((b'{"model":"m', {}), STATE.TRUNCATED, WHY.ENDED_EARLY),
    "bytes behind the body": ((PLAIN + b"{}", {}), STATE.MALFORMED, WHY.NOT_JSON),
    "not JSON at all": ((b"model=m&prompt=hello", {}), STATE.MALFORMED, WHY.NOT_JSON),
    "NaN": ((b'{"model":"m","temperature":NaN}', {}), STATE.MALFORMED, WHY.NOT_JSON),
    "a comment": ((b'{"model":"m" /* really */}', {}), STATE.MALFORMED, WHY.NOT_JSON),
    "a comma too many": ((b'{"model":"m",}', {}), STATE.MALFORMED, WHY.NOT_JSON),
    "a bare control": (say(b"a\nb"), STATE.MALFORMED, WHY.NOT_JSON),
    "a lone surrogate": (say(rb"\ud800"), STATE.MALFORMED, WHY.BAD_ESCAPE),
    "surrogates the wrong way round": (say(rb"\udc00\ud800"), STATE.MALFORMED, WHY.BAD_ESCAPE),
    "an escape nobody knows": (say(rb"\x41"), STATE.MALFORMED, WHY.BAD_ESCAPE),
    "Latin-1": (say("Köln".encode("latin-1")), STATE.MALFORMED, WHY.BAD_UTF8),
    "an overlong byte": (say(b"\xc0\xaf"), STATE.MALFORMED, WHY.BAD_UTF8),
    "a surrogate in UTF-8": (say(b"\xed\xa0\x80"), STATE.MALFORMED, WHY.BAD_UTF8),
    "brackets in brackets": ((b'{"messages":' + b"[" * 200000, {}),
                             STATE.MALFORMED, WHY.TOO_DEEP),
    "objects in objects": ((b'{"messages":' * 9000 + b"1" + b"}" * 9000, {}),
                           STATE.MALFORMED, WHY.TOO_DEEP),
    "a number without end": ((b'{"seed":' + b"7" * 70000 + b"}", {}),
                             STATE.MALFORMED, WHY.TOO_LONG),
    "messages twice": ((b'{"messages":[{"role":"user","content":"a"}],"model":"m",'
                        b'"messages":[{"role":"user","content":"b"}]}', {}),
                       STATE.MALFORMED, WHY.DUPLICATE),
    "a content twice": ((b'{"messages":[{"role":"user","content":"a","content":"b"}]}', {}),
                        STATE.MALFORMED, WHY.DUPLICATE),
    "messages twice, once by an escape": ((b'{"messages":[],"m\\u0065ssages":[]}', {}),
                                          STATE.MALFORMED, WHY.DUPLICATE),
    "more than is looked at": (say(b"x" * (2 * BODY_LIMIT)), STATE.TRUNCATED, WHY.BODY_LIMIT),
    "64 MiB of spaces": ((b" " * (64 << 20), {}), STATE.TRUNCATED, WHY.BODY_LIMIT),
    "nothing": ((b"", {}), STATE.ABSENT, WHY.NONE),
    "one space": ((b" ", {}), STATE.TRUNCATED, WHY.ENDED_EARLY),
}


class TestBadBodies:
    @pytest.mark.parametrize("name", BAD)
    def test_the_exchange_goes_on_and_the_facts_say_why(self, retort, upstream, name):
        (body, fields), state, why = BAD[name]
        before = retort.metrics()
        passed = Passed(retort, upstream, body, fields)
        assert passed.record.get("prompt", 0) == state
        if why is None:  # where a scratch shows is the coding's
            assert passed.record["why"] in (WHY.BAD_CODING, WHY.BAD_UTF8, WHY.NOT_JSON)
        else:
            assert passed.record.get("why", 0) == why
        self.is_counted(before, retort, passed.record)

    @staticmethod
    def is_counted(before, retort, record):
        """One more of its state and of its reason, and none of another."""
        after = retort.metrics()
        grown = {sample: after[sample] - before.get(sample, 0) for sample in after
                 if "facts_" in sample and after[sample] != before.get(sample, 0)}
        state = named(STATE, record.get("prompt", 0))
        expected = {f'retort_facts_total{{state="{state}"}}': 1}
        if "why" in record:
            why = named(WHY, record["why"])
            expected[f'retort_facts_incomplete_total{{why="{why}"}}'] = 1
        assert grown == expected

    def test_what_no_dialect_reads_is_opaque(self, retort, upstream):
        fields = {"Content-Type": "multipart/form-data; boundary=b", "mock-behaviour": "echo"}
        body = b"--b\r\n\r\nx\r\n--b--\r\n"
        passed = Passed(retort, upstream, body, fields, path="/v1/files")
        assert passed.state() == (STATE.OPAQUE, WHY.UNKNOWN_DIALECT)
        passed = Passed(retort, upstream, b"", fields, path="/v1/files")
        assert passed.state() == (STATE.ABSENT, WHY.NONE)
        assert passed.record["temperature"] == passed.record["top_p"] == 0xFFFF  # unsaid

    def test_what_came_before_a_fault_still_counts(self, retort, upstream):
        body = PLAIN[:-2] + b"!"
        record = Passed(retort, upstream, body).record
        assert record["prompt"] == STATE.MALFORMED
        assert record["messages"] == 202 and record["max_tokens"] == 77 and record["model"]
        assert "conversation" not in record and "skeleton" not in record

    def test_a_prefix_gives_the_facts_of_its_beginning(self, retort, upstream, plain):
        more = json.dumps({"role": "user", "content": "y" * (2 * BODY_LIMIT)}).encode()
        record = Passed(retort, upstream, PLAIN[:-2] + b"," + more + b"]}").record
        assert record["prompt"] == STATE.TRUNCATED and record["body_bytes"] == BODY_LIMIT
        for name in ("model", "system", "max_tokens", "earlier", "messages"):
            assert record[name] == plain[name], name
        assert "conversation" not in record

    def test_bad_bodies_take_no_memory_with_them(self, retort, upstream):
        bombs = [BAD[name][0] for name in BAD if "bomb" in name]
        before = retort.rss()
        for _ in range(5):
            for body, fields in bombs:
                Passed(retort, upstream, body, fields)
        assert program.is_sanitized() or retort.rss() < before + (24 << 20)


def named(words, value):
    """The word of a value, as metrics spell it."""
    name = next(name for name, number in vars(words).items() if number == value)
    return name.lower().replace("_", "-")


def test_the_daemon_said_nothing_of_all_this(retort):
    wait.until(lambda: retort.metric("retort_exchanges_open") == 0, "all is over")
    assert "bad" not in retort.stderr() and "malformed" not in retort.stderr()
