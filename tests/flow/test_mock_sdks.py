"""The mock, proven by the official clients that later talk to it through the daemon."""

import pytest

from harness import mock, node, wait


@pytest.fixture(scope="module")
def upstream():
    with mock.run() as running:
        yield running


def steer(**wishes):
    return {f"mock-{name.replace('_', '-')}": str(value) for name, value in wishes.items()}


def test_openai_parses_a_plain_reply(upstream):
    reply = node.run("openai", "chat", url=upstream.url, model="m1",
                     headers=steer(input_tokens=11, output_tokens=5))
    assert reply["text"] == mock.text(8)
    assert reply["finish"] == "stop" and reply["model"] == "m1"
    assert reply["usage"]["prompt_tokens"] == 11 and reply["usage"]["total_tokens"] == 16


def test_openai_reads_a_stream_to_its_usage(upstream):
    reply = node.run("openai", "stream", url=upstream.url, headers=steer(events=40))
    assert reply["text"] == mock.text(40)
    assert reply["chunks"] == 43  # role, deltas, finish, usage
    assert reply["finish"] == "stop" and reply["usage"]["completion_tokens"] == 40


def test_openai_reads_events_that_are_cut_anywhere(upstream):
    reply = node.run("openai", "stream", url=upstream.url, headers=steer(split_bytes=7))
    assert reply["text"] == mock.text(8)


def test_openai_reads_a_response_and_its_events(upstream):
    plain = node.run("openai", "respond", url=upstream.url)
    streamed = node.run("openai", "respond_stream", url=upstream.url)
    assert plain["text"] == streamed["text"] == mock.text(8)
    assert plain["status"] == "completed" and streamed["deltas"] == 8
    assert streamed["usage"]["output_tokens"] == 8


def test_openai_lists_models_and_embeds(upstream):
    assert node.run("openai", "models", url=upstream.url) == ["mock-large", "mock-small"]
    assert node.run("openai", "embed", url=upstream.url)["vector"] == [0.5, -0.25, 0.125, 0.0625]


def test_openai_retries_a_429_until_it_passes(upstream):
    before = len(upstream.seen())
    reply = node.run("openai", "chat", url=upstream.url, retries=2,
                     headers=steer(fail_first=2, key="openai-retry"))
    assert reply["text"] == mock.text(8)
    counts = [dict(line["headers"])["x-stainless-retry-count"]
              for line in upstream.seen()[before:]]
    assert counts == ["0", "1", "2"]


def test_openai_names_errors_as_its_own(upstream):
    error = node.run("openai", "failure", url=upstream.url, headers=steer(status=429))
    assert error["kind"] == "RateLimitError" and error["code"] == "rate_limit_exceeded"
    assert error["request"].startswith("req_mock_")
    error = node.run("openai", "failure", url=upstream.url, headers=steer(status=401))
    assert error["kind"] == "AuthenticationError"


def test_openai_does_not_retry_when_told_so(upstream):
    before = len(upstream.seen())
    node.run("openai", "failure", url=upstream.url, retries=2, headers={
        **steer(status=429), "mock-reply-field": "x-should-retry: false"})
    assert len(upstream.seen()) == before + 1


def test_openai_that_leaves_is_seen_to_leave(upstream):
    before = upstream.stats()["gone"]
    node.run("openai", "abort", url=upstream.url, headers=steer(events=1000, pace_ms=20))
    wait.until(lambda: upstream.stats()["gone"] == before + 1, "the mock sees it leave")


def test_openai_sees_a_broken_stream_fail(upstream):
    reply = node.run("openai", "broken", url=upstream.url,
                     headers=steer(behaviour="close-mid", events=20))
    assert reply["failed"] and mock.text(20).startswith(reply["text"])
    assert reply["text"] != mock.text(20)


def test_anthropic_parses_a_plain_reply(upstream):
    reply = node.run("anthropic", "chat", url=upstream.url, model="m2",
                     headers=steer(input_tokens=7))
    assert reply["text"] == mock.text(8) and reply["stop"] == "end_turn"
    assert reply["model"] == "m2" and reply["usage"]["input_tokens"] == 7


def test_anthropic_reads_a_stream(upstream):
    reply = node.run("anthropic", "stream", url=upstream.url, headers=steer(events=12))
    assert reply["text"] == mock.text(12)
    assert reply["kinds"][:2] == ["message_start", "content_block_start"]
    assert reply["kinds"].count("content_block_delta") == 12
    assert reply["kinds"][-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert reply["usage"]["output_tokens"] == 12


def test_anthropic_counts_tokens_and_lists_models(upstream):
    count = node.run("anthropic", "count", url=upstream.url, headers=steer(input_tokens=99))
    assert count["input_tokens"] == 99
    assert node.run("anthropic", "models", url=upstream.url) == ["mock-large"]


@pytest.mark.parametrize("status, kind, type_", [
    (429, "RateLimitError", "rate_limit_error"),
    (403, "PermissionDeniedError", "permission_error"),
    (529, "OverloadedError", "overloaded_error"),
    (500, "InternalServerError", "api_error"),
])
def test_anthropic_names_errors_as_its_own(upstream, status, kind, type_):
    error = node.run("anthropic", "failure", url=upstream.url, headers=steer(status=status))
    assert (error["kind"], error["status"], error["type"]) == (kind, status, type_)
    assert error["request"].startswith("req_mock_")


def test_anthropic_retries_a_429_until_it_passes(upstream):
    reply = node.run("anthropic", "chat", url=upstream.url, retries=2,
                     headers=steer(fail_first=1, key="anthropic-retry"))
    assert reply["text"] == mock.text(8)


def test_google_parses_replies_streams_and_errors(upstream):
    plain = node.run("google", "chat", url=upstream.url, model="m3")
    assert plain["text"] == mock.text(8) and plain["model"] == "m3"
    streamed = node.run("google", "stream", url=upstream.url)
    assert streamed["text"] == mock.text(8) and streamed["chunks"] == 8
    assert streamed["usage"]["candidatesTokenCount"] == 8
    error = node.run("google", "failure", url=upstream.url, headers=steer(status=429))
    assert error["status"] == 429 and "RESOURCE_EXHAUSTED" in error["message"]


def test_the_ai_sdk_parses_chat_and_responses(upstream):
    plain = node.run("vercel", "chat", url=upstream.url)
    assert plain["text"] == mock.text(8) and plain["finish"] == "stop"
    assert node.run("vercel", "stream", url=upstream.url)["text"] == mock.text(8)
    assert node.run("vercel", "respond_stream", url=upstream.url)["text"] == mock.text(8)


def test_a_websocket_hears_its_own_words(upstream):
    words = ["one", "x" * 200, "y" * 70000, "ü"]
    reply = node.run("websocket", "echo", url=upstream.url, messages=words,
                     protocols=["realtime", "other"])
    assert reply == {"heard": words, "pongs": 1, "code": 1000, "protocol": "realtime"}


def test_the_sdks_trust_the_authority_over_tls(localhost):
    with mock.run(tls=localhost) as upstream:
        reply = node.run("openai", "stream", url=upstream.url, ca=localhost.ca)
        assert reply["text"] == mock.text(8)
        assert upstream.stats()["handshakes"] >= 1
