"""What replies cost, read as they pass: usage plain, streamed, compressed, missing, cut or false.
The client gets every byte as the upstream sent it, whatever the meter makes of it."""

import json
import zlib

import pytest

from harness import client, codings, daemon, wait
from harness.words import FINISH

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
ASK = json.dumps({"model": "m", "max_tokens": 9, "messages": [
    {"role": "user", "content": "What drips out of the still?"}]}).encode()
USAGE = (55, 144)
TEXT = "to distil is to pass a spirit through a neck and keep what drips out slowly "


@pytest.fixture(scope="module")
def retort(upstream):
    config = {"workers": 1, "inspect": {"body_limit": "1MiB", "decoded_limit": "1MiB"},
              "upstreams": [{"name": "gateway", "servers": [upstream.url], "keepalive": "off"}]}
    with daemon.run(config) as running:
        yield running


@pytest.fixture(autouse=True)
def clean(upstream):
    yield
    upstream.forget()


def event(value, name=None):
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value) if isinstance(value, dict) else value}\n\n".encode()


def chunk_of(text=None, finish=None, usage=None):
    chunk = {"id": "c", "object": "chat.completion.chunk", "choices": [
        {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}]}
    if usage:
        chunk |= {"choices": [], "usage": dict(zip(("prompt_tokens", "completion_tokens"), usage))}
    return event(chunk)


def chat_events(usage=USAGE, times=10, finish="stop"):
    events = [chunk_of(TEXT) for _ in range(times)] + [chunk_of(finish=finish)]
    return events + ([chunk_of(usage=usage)] if usage else []) + [event("[DONE]")]


def completion(usage=USAGE, text=TEXT, finish="stop"):
    reply = {"id": "c", "object": "chat.completion", "choices": [
        {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}]}
    if usage:
        reply["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
    return json.dumps(reply).encode()


class Metered:
    """One exchange: the upstream answers with these bytes; the client must get just these."""

    def __init__(self, retort, upstream, pieces, fields=(), **options):
        stream = isinstance(pieces, list)
        is_cut = options.pop("is_cut", False)
        path, status = options.pop("path", CHAT), options.pop("status", "200 OK")
        number = retort.next_decision()
        before = retort.metrics()
        with client.Connection(retort.address) as wire:
            wire.request("POST", path, {"Content-Type": "application/json"}, ASK)
            served = upstream.accept()
            served.request()
            if stream:
                served.start_stream(fields)
                text = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
                with served.sending(text + (b"" if is_cut else b"0\r\n\r\n"), is_cut):
                    self.reply = wire.reply()
            else:
                served.answer(pieces, status, {"Content-Type": "application/json", **dict(fields)})
                self.reply = wire.reply()
        assert self.reply.is_whole != is_cut
        assert self.reply.body == (b"".join(pieces) if stream else pieces)
        self.record = retort.decision(number)
        assert self.record["reply_bytes"] == len(self.reply.body)
        after = retort.metrics()
        self.meters = [name.split('"')[1] for name in after if "retort_metered_total" in name
                       and after[name] != before.get(name, 0)]

    def tokens(self):
        return self.record.get("input_tokens", 0), self.record.get("output_tokens", 0)


class TestUsage:
    def test_of_a_plain_reply(self, retort, upstream):
        seen = Metered(retort, upstream, completion())
        assert seen.tokens() == USAGE and seen.meters == ["usage"]
        assert seen.record["finish"] == FINISH.STOP and "stream" not in seen.record

    def test_of_a_stream(self, retort, upstream):
        seen = Metered(retort, upstream, chat_events())
        assert seen.tokens() == USAGE and seen.meters == ["usage"]
        assert seen.record["stream"] == 1 and seen.record["events"] == 13

    @pytest.mark.parametrize("size", [1, 7, 100])
    def test_of_a_stream_that_is_cut_anywhere(self, retort, upstream, size):
        whole = b"".join(chat_events(times=3))
        pieces = [whole[i:i + size] for i in range(0, len(whole), size)]
        seen = Metered(retort, upstream, pieces)
        assert seen.tokens() == USAGE and seen.record["events"] == 6

    @pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\n"])
    def test_of_a_stream_with_every_line_end(self, retort, upstream, end):
        whole = b": a comment\n\n\xef\xbb\xbf" + b"".join(chat_events(times=3))
        seen = Metered(retort, upstream, [whole.replace(b"\n", end)])
        assert seen.tokens() == USAGE

    @pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, zstd"])
    @pytest.mark.parametrize("kind", ["plain", "stream"])
    def test_of_a_compressed_reply(self, retort, upstream, coding, kind):
        whole = b"".join(chat_events()) if kind == "stream" else completion()
        coded = codings.encode(coding, whole)
        pieces = [coded[i:i + 50] for i in range(0, len(coded), 50)] if kind == "stream" else coded
        seen = Metered(retort, upstream, pieces, {"Content-Encoding": coding})
        assert seen.tokens() == USAGE and seen.meters == ["usage"]
        assert seen.reply.field("content-encoding") == coding

    def test_of_a_compressed_stream_event_by_event(self, retort, upstream):
        """Flushed for each event, as servers that compress streams do; none is delayed."""
        packer, number = zlib.compressobj(wbits=31), retort.next_decision()
        with client.Connection(retort.address) as wire:
            wire.request("POST", CHAT, {}, ASK)
            served = upstream.accept()
            served.request()
            served.start_stream({"Content-Encoding": "gzip"})
            chunks = wire.chunks(wire.head())
            for piece in chat_events():
                coded = packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)
                served.send_chunk(coded)
                assert next(chunks) == coded
            served.end_stream()
            assert list(chunks) == []
        record = retort.decision(number)
        assert (record["input_tokens"], record["output_tokens"]) == USAGE

    def test_comes_late_and_replaces_the_estimate(self, retort, upstream):
        """Anthropic opens with one token; what counts comes at the end."""
        start = {"type": "message_start", "message": {"role": "assistant", "usage": {
            "input_tokens": 20, "cache_read_input_tokens": 30, "cache_creation_input_tokens": 5,
            "output_tokens": 1}}}
        delta = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": TEXT}}
        end = {"type": "message_delta", "delta": {"stop_reason": "max_tokens"},
               "usage": {"output_tokens": 144}}
        events = [event(start, "message_start"), *[event(delta, "content_block_delta")] * 20,
                  event(end, "message_delta"), event({"type": "message_stop"}, "message_stop")]
        seen = Metered(retort, upstream, events, path=MESSAGES)
        assert seen.tokens() == USAGE and seen.record["finish"] == FINISH.LENGTH
        seen = Metered(retort, upstream, events[:-2], path=MESSAGES, is_cut=True)
        assert seen.tokens() == (55, 20 * len(TEXT) // 4) and seen.meters == ["estimate"]
        assert seen.record["finish"] == FINISH.CUT

    @pytest.mark.parametrize("word, finish", [
        ("stop", FINISH.STOP), ("length", FINISH.LENGTH), ("tool_calls", FINISH.TOOL),
        ("content_filter", FINISH.FILTER), ("something new", FINISH.UNKNOWN)])
    def test_how_it_ended_is_told(self, retort, upstream, word, finish):
        for pieces in (completion(finish=word), chat_events(finish=word)):
            assert Metered(retort, upstream, pieces).record.get("finish", 0) == finish


class TestWithoutUsage:
    def test_a_plain_reply_is_estimated(self, retort, upstream):
        seen = Metered(retort, upstream, completion(usage=None))
        assert seen.tokens() == (len("What drips out of the still?") // 4, len(TEXT) // 4)
        assert seen.meters == ["estimate"]

    def test_a_stream_that_breaks_off_is_estimated(self, retort, upstream):
        seen = Metered(retort, upstream, chat_events()[:5], is_cut=True)
        assert seen.tokens()[1] == 5 * len(TEXT) // 4 and seen.meters == ["estimate"]
        assert seen.record["finish"] == FINISH.CUT and seen.record["status"] == 200

    def test_a_stream_without_an_end_is_estimated(self, retort, upstream):
        """No last event, no empty line: framed well, it is passed on as it is."""
        events = chat_events()[:5] + [b"data: {\"choices\":[{\"delta\":{\"content\":\"x"]
        seen = Metered(retort, upstream, events)
        assert seen.meters == ["estimate"] and seen.record["events"] == 5
        assert seen.record.get("finish", 0) == FINISH.UNKNOWN

    def test_a_client_that_leaves_pays_for_what_it_saw(self, retort, upstream):
        number = retort.next_decision()
        with client.Connection(retort.address) as wire:
            wire.request("POST", CHAT, {}, ASK)
            served = upstream.accept()
            served.request()
            served.start_stream()
            served.send_chunk(b"".join(chat_events()[:8]))
            next(wire.chunks(wire.head()))
        record = retort.decision(number)
        assert record["status"] == 499 and record["output_tokens"] == 8 * len(TEXT) // 4
        assert record["finish"] == FINISH.CUT and record["estimated"] == 1

    def test_an_event_of_many_megabytes_takes_no_memory(self, retort, upstream):
        before = retort.rss()
        pieces = [b"data: {\"choices\":[{\"delta\":{\"content\":\"", *[b"x" * 65536] * 160, b"\"}}]}"]
        seen = Metered(retort, upstream, [*pieces, b"\n\n", *chat_events(times=1)])
        assert seen.tokens() == USAGE and seen.meters == ["doubtful"]
        assert retort.rss() < before + (16 << 20)


class TestFalseUsage:
    @pytest.mark.parametrize("pieces", [completion((1, 1), TEXT * 50),
                                        chat_events((1, 1), times=50)], ids=["plain", "stream"])
    def test_far_less_than_passed_is_doubted(self, retort, upstream, pieces):
        seen = Metered(retort, upstream, pieces)
        assert seen.tokens() == (1, 1) and seen.record["doubtful"] == 1
        assert seen.meters == ["doubtful"]

    @pytest.mark.parametrize("said, output", [
        ("4294967296", 2**32 - 1), ("1e99", None), ("-5", None), ("144.9", None),
        ("99999999999999999999999999999999999999", 2**32 - 1)])
    def test_odd_numbers_harm_nobody(self, retort, upstream, said, output):
        body = completion().replace(b'"completion_tokens": 144',
                                    b'"completion_tokens": ' + said.encode())
        seen = Metered(retort, upstream, body)
        assert output in (None, seen.tokens()[1])
        assert Metered(retort, upstream, completion()).tokens() == USAGE

    @pytest.mark.parametrize("usage", [b'"many"', b"null", b"[]", b"true", b'{"a":144}'])
    def test_what_is_no_number_is_no_usage(self, retort, upstream, usage):
        body = completion().replace(b": 144", b": " + usage)
        assert Metered(retort, upstream, body).meters == ["estimate"]

    def test_usage_inside_the_text_is_text(self, retort, upstream):
        sly = '"}],"usage":{"prompt_tokens":1,"completion_tokens":1}'
        assert Metered(retort, upstream, completion(text=sly)).tokens() == USAGE


class TestOpaqueReplies:
    @pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "snappy"])
    def test_a_coding_that_lies_is_passed_on(self, retort, upstream, coding):
        for pieces in (completion(), chat_events()):
            seen = Metered(retort, upstream, pieces, {"Content-Encoding": coding})
            assert seen.record["reply_opaque"] == 1 and seen.meters == ["opaque"]

    @pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
    def test_a_bomb_is_passed_on(self, retort, upstream, coding):
        before = retort.rss()
        bomb = codings.encode(coding, completion(text="0" * (24 << 20)))
        seen = Metered(retort, upstream, bomb, {"Content-Encoding": coding})
        assert seen.meters == ["opaque"] and retort.rss() < before + (24 << 20)

    def test_half_a_reply_and_no_json_are_opaque(self, retort, upstream):
        for body in (completion()[:-5], b"<html>hello</html>", b"NaN", b"\xff\xfe{}"):
            assert Metered(retort, upstream, body).meters == ["opaque"]

    def test_an_error_is_none_of_the_models_words(self, retort, upstream):
        body = b'{"error":{"message":"no","type":"server_error"}}'
        for status in ("500 Internal Server Error", "429 Too Many Requests"):
            seen = Metered(retort, upstream, body, status=status)
            assert seen.record["finish"] == FINISH.ERROR and seen.tokens() == (0, 0)

    def test_an_error_within_a_stream_is_seen(self, retort, upstream):
        events = [*chat_events()[:3], event({"error": {"message": "overloaded"}})]
        seen = Metered(retort, upstream, events)
        assert seen.record["finish"] == FINISH.ERROR and seen.meters == ["estimate"]


class TestSignedBlocks:
    SIGNATURE = "EqQBCkYIBRgCIkA" + "Zm9vYmFy" * 40

    def replay(self, retort, upstream):
        """The hashes of the blocks that a client sends back with its next question."""
        number = retort.next_decision()
        ask = {"model": "m", "max_tokens": 9, "messages": [
            {"role": "user", "content": "x"},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "t", "signature": self.SIGNATURE},
                {"type": "text", "text": "y"}]},
            {"role": "user", "content": "z"}]}
        with client.Connection(retort.address) as wire:
            wire.request("POST", MESSAGES, {}, ask)
            served = upstream.accept()
            served.request()
            served.answer(b"{}")
            wire.reply()
        return retort.decision(number)["thinking"]

    def test_they_are_known_when_they_come_back(self, retort, upstream):
        plain = json.dumps({"content": [
            {"type": "thinking", "thinking": "t", "signature": self.SIGNATURE},
            {"type": "text", "text": "y"}], "stop_reason": "end_turn",
            "usage": {"input_tokens": 1, "output_tokens": 2}}).encode()
        half = len(self.SIGNATURE) // 2
        events = [event({"type": "content_block_start", "index": 0, "content_block": {
                      "type": "thinking", "thinking": "", "signature": ""}}),
                  event({"type": "content_block_delta", "index": 0, "delta": {
                      "type": "signature_delta", "signature": self.SIGNATURE}}),
                  event({"type": "content_block_stop", "index": 0})]
        split = [piece[i:i + half] for piece in events for i in range(0, len(piece), half)]
        signed = [Metered(retort, upstream, pieces, path=MESSAGES).record["signed"]
                  for pieces in (plain, events, split)]
        assert signed[0] == signed[1] == signed[2] == self.replay(retort, upstream)


def test_nothing_stays_open(retort):
    wait.until(lambda: retort.metric("retort_exchanges_open") == 0, "all is over")
    assert retort.metric("retort_streams_open") == 0
