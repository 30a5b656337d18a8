"""Limits on what a prompt asks and a reply costs, in two phases: by the head before a byte of the
body is asked for, and by the prompt before the upstream hears of it."""

import contextlib
import json

import pytest

from harness import client, codings, daemon, mock, origin, wait

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
GENERATE = "/v1beta/models/m-1:generateContent"


def rule(name, count="requests", key=("account",), quota=1, **more):
    return {"name": name, "key": list(key), "count": count, "quota": quota, "window": "1h",
            "action": "throttle", "mode": "enforce", **more}


@contextlib.contextmanager
def limited(*rules, options=("--input-tokens", 70, "--output-tokens", 60)):
    """(daemon, mock) with these rules; one worker, so that what one reply cost is settled before
    the next request is read."""
    with mock.run(*options) as upstream, \
            daemon.run({"workers": 1, "limits": list(rules)}, upstream=upstream.url) as retort:
        yield retort, upstream


def prompt(text="What drips out of the still when the wine has been heated for an hour?",
           model="m-1", **more):
    return {"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": text}],
            **more}


def ask(retort, body=None, key="sk-a", path=CHAT, fields=()):
    with client.Connection(retort.address) as wire:
        return wire.exchange("POST", path, {"Authorization": f"Bearer {key}", **dict(fields)},
                             body or prompt())


def statuses(retort, times, **options):
    return [ask(retort, **options).status for _ in range(times)]


class TestTokens:
    @pytest.mark.parametrize("path, body", [
        (CHAT, prompt(stream=True, stream_options={"include_usage": True})),
        (MESSAGES, prompt(stream=True)), ("/v1/responses", {"model": "m", "input": "x",
                                                            "stream": True}),
        (GENERATE, {"contents": [{"parts": [{"text": "x"}]}]})])
    def test_output_is_counted_as_replies_tell_it(self, path, body):
        """60 a reply, 100 allowed: the third request comes when 120 are used."""
        with limited(rule("out", "output tokens", quota=100)) as (retort, upstream):
            assert statuses(retort, 3, path=path, body=body) == [200, 200, 429]
            assert ask(retort, path=path, body=body, key="sk-b").status == 200
            assert len(upstream.seen()) == 3
            record = retort.decision(3)
            assert record["reasons"] == "out" and record["limited"] == 1
            assert retort.metric("retort_limit_hits_total", limit="out") == 1
            assert retort.metric("retort_output_tokens_total") == 180

    def test_input_is_counted_too(self):
        with limited(rule("in", "input tokens", quota=140)) as (retort, _):
            assert statuses(retort, 4) == [200, 200, 429, 429]
            assert retort.metric("retort_input_tokens_total") == 140

    def test_a_refusal_says_when_to_come_again(self):
        with limited(rule("out", "output tokens", quota=50)) as (retort, _):
            statuses(retort, 1)
            reply = ask(retort)
            assert reply.status == 429 and 1 <= int(reply.field("retry-after")) <= 60
            assert reply.json()["error"]["code"] == "rate_limit_exceeded"

    def test_without_usage_the_text_counts(self):
        with limited(rule("out", "output tokens", quota=60), options=()) as (retort, _):
            body = prompt(stream=True)
            wishes = {"mock-events": 10, "mock-reply-bytes": 400}
            assert [ask(retort, body, fields=wishes).status for _ in range(2)] == [200, 429]
            assert retort.decision(1)["output_tokens"] == 100

    @pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
    def test_compressed_streams_count(self, coding):
        usage = {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 500}}
        coded = codings.encode(coding, f"data: {json.dumps(usage)}\n\ndata: [DONE]\n\n".encode())
        with origin.run() as upstream, daemon.run(
                {"workers": 1, "limits": [rule("out", "output tokens", quota=500)]},
                upstream=upstream.url) as retort, client.Connection(retort.address) as wire:
            wire.request("POST", CHAT, {"Authorization": "Bearer sk-a"}, prompt())
            served = upstream.accept()
            served.request()
            served.start_stream({"Content-Encoding": coding})
            served.send_chunk(coded)
            served.end_stream()
            assert wire.reply().body == coded
            assert ask(retort).status == 429

    def test_a_stream_that_is_left_counts_for_what_was_sent(self):
        wishes = {"mock-events": 400, "mock-pace-ms": 5, "mock-reply-bytes": 40000}
        with limited(rule("out", "output tokens", quota=20), options=()) as (retort, upstream):
            with client.Connection(retort.address) as wire:
                wire.request("POST", CHAT, {"Authorization": "Bearer sk-a", **wishes},
                             prompt(stream=True))
                events = wire.events(wire.head())
                for _ in range(4):
                    next(events)
            assert retort.decision(1)["status"] == 499
            wait.until(lambda: upstream.stats()["gone"] == 1, "the upstream is told")
            assert ask(retort).status == 429

    def test_errors_and_our_own_refusals_cost_nothing(self):
        with limited(rule("out", "output tokens", quota=60),
                     rule("in", "input tokens", quota=70)) as (retort, _):
            assert statuses(retort, 3, fields={"mock-status": 500}) == [500] * 3
            assert statuses(retort, 2) == [200, 429]


class TestPrompts:
    def test_distinct_prompts_are_counted_once_each(self):
        with limited(rule("wide", "distinct prompts", quota=3)) as (retort, upstream):
            texts = [f"Describe drop number {i} with all that may be said of it, in order to see "
                     f"how much there is to say of drops: {i * 7919}." for i in range(4)]
            for _ in range(2):
                assert [ask(retort, prompt(text)).status for text in texts[:3]] == [200] * 3
            assert ask(retort, prompt(texts[3])).status == 429
            assert ask(retort, prompt(texts[0])).status == 200
            assert ask(retort, prompt(texts[3]), key="sk-b").status == 200
            assert len(upstream.seen()) == 8

    def test_one_prompt_is_one_in_every_dialect(self):
        text = "Describe the drop with all that may be said of it, and say it in one long line."
        with limited(rule("wide", "distinct prompts", quota=1)) as (retort, _):
            bodies = [(CHAT, prompt(text)),
                      (CHAT, prompt([{"type": "text", "text": text}])),
                      (MESSAGES, prompt(text)), ("/v1/responses", {"model": "m", "input": text}),
                      (GENERATE, {"contents": [{"parts": [{"text": text}]}]})]
            assert [ask(retort, body, path=path).status for path, body in bodies] == [200] * 5
            assert ask(retort, prompt(text + "!")).status == 429

    def test_a_short_prompt_is_no_prompt_to_count(self):
        with limited(rule("wide", "distinct prompts", quota=1)) as (retort, _):
            assert [ask(retort, prompt(f"Hello {i}")).status for i in range(4)] == [200] * 4

    def test_a_model_has_a_window_of_its_own(self):
        with limited(rule("model", key=["model"], quota=2)) as (retort, _):
            assert statuses(retort, 3, body=prompt(model="m-1")) == [200, 200, 429]
            assert ask(retort, prompt(model="m-2")).status == 200
            assert ask(retort, {"contents": []}, path=GENERATE).status == 429  # m-1 in its path

    def test_a_template_has_a_window_of_its_own_whoever_fills_it(self):
        text = ("Below is a question of the quiz. Answer it in the words of a still, and do not "
                "forget to name the page.\n\nQuestion {}: what drips out of \"{}\"?")
        with limited(rule("template", key=["template"], quota=3)) as (retort, _):
            filled = [ask(retort, prompt(text.format(i * 31, "pot" * i)), key=f"sk-{i}").status
                      for i in range(1, 6)]
            assert filled == [200, 200, 200, 429, 429]
            assert ask(retort, prompt("Something else that nobody has asked before in such "
                                      "a way, and that has a shape of its own.")).status == 200

    def test_a_body_that_is_not_read_has_no_template(self):
        with limited(rule("template", key=["template"], quota=1)) as (retort, _):
            assert statuses(retort, 3, body=b"{!") == [200] * 3
        with limited(rule("template", key=["template"], quota=1, missing="bucket")) as (retort, _):
            assert statuses(retort, 3, body=b"{!") == [200, 429, 429]


class TestPhases:
    HEAD = (b"POST /v1/chat/completions HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer sk-a\r\n"
            b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n")

    def test_a_head_is_refused_before_its_body_is_asked_for(self):
        with limited(rule("rpm", quota=1)) as (retort, upstream):
            assert statuses(retort, 1) == [200]
            with client.Connection(retort.address) as wire:
                wire.send(self.HEAD % (30 << 20))
                assert wire.head().status == 429
            record = retort.decision(2)
            assert record["station"] == "limit" and "request_bytes" not in record
            assert len(upstream.seen()) == 1

    def test_a_head_is_refused_while_its_body_is_on_its_way(self):
        with limited(rule("rpm", quota=1)) as (retort, upstream):
            assert statuses(retort, 1) == [200]
            with client.Connection(retort.address) as wire:
                wire.send(self.HEAD.replace(b"Expect: 100-continue\r\n", b"") % 5000, b"{")
                assert wire.head().status == 429
            assert len(upstream.seen()) == 1

    def test_a_prompt_is_refused_before_the_upstream_hears_of_it(self):
        with limited(rule("model", key=["model"], quota=1)) as (retort, upstream):
            assert statuses(retort, 1) == [200]
            connections = upstream.stats()["connections"]
            body = json.dumps(prompt()).encode()
            with client.Connection(retort.address) as wire:
                wire.send(self.HEAD % len(body))
                assert wire.head().status == 100
                wire.send(body)
                assert wire.reply().status == 429
                wire.request("GET", "/v1/models")  # the connection is as good as before
                assert wire.reply().status == 200
            record = retort.decision(2)
            assert record["station"] == "judge" and record["model"]
            assert record["request_bytes"] == len(body)
            assert len(upstream.seen()) == 3  # with the asking for stats
            assert upstream.stats()["connections"] <= connections + 2

    def test_what_the_head_refused_is_no_demand_on_prompts(self):
        with limited(rule("rpm", quota=1), rule("wide", "distinct prompts", key=["path"],
                                                quota=1)) as (retort, _):
            long = "A prompt that is long enough to be counted as a prompt of its own kind: "
            assert [ask(retort, prompt(long + str(i))).status for i in (1, 2, 3)] == [200, 429, 429]
            assert ask(retort, prompt(long + "1"), key="sk-b").status == 200

    def test_tags_of_both_phases_are_told_together(self):
        with limited(rule("rpm", quota=1, mode="tag"),
                     rule("model", key=["model"], quota=1, mode="tag")) as (retort, upstream):
            assert statuses(retort, 2) == [200, 200]
            fields = [dict(seen["headers"]) for seen in upstream.seen()]
            assert [found["Retort-Verdict"] for found in fields] == ["pass", "tag"]
            assert fields[1]["Retort-Reasons"] == "rpm, model"
            assert retort.decision(2)["verdict"] == "tag"
