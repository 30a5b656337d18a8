"""The official clients through the daemon: they notice nothing, until they are refused."""

import pytest

from harness import daemon, mock, node, wait


def limit(action="throttle", **over):
    return {"name": "asked", "key": ["account"], "count": "requests", "quota": 1, "window": "1h",
            "action": action, "mode": "enforce", **over}


def steer(**wishes):
    return {f"mock-{name.replace('_', '-')}": str(value) for name, value in wishes.items()}


class TestThroughTls:
    @pytest.fixture(scope="class")
    def upstream(self):
        with mock.run() as running:
            yield running

    @pytest.fixture(scope="class")
    def retort(self, upstream, localhost):
        with daemon.run(upstream=upstream.url, tls=localhost) as running:
            yield running

    @pytest.fixture(scope="class")
    def run(self, retort, localhost):
        def run_case(sdk, case, **options):
            return node.run(sdk, case, url=retort.url, ca=localhost.ca, **options)

        return run_case

    def test_openai_plain_and_streamed(self, run):
        reply = run("openai", "chat", model="m1", headers=steer(input_tokens=11, output_tokens=5))
        assert reply["text"] == mock.text(8) and reply["usage"]["total_tokens"] == 16
        reply = run("openai", "stream", headers=steer(events=40, split_bytes=7))
        assert reply["text"] == mock.text(40) and reply["usage"]["completion_tokens"] == 40
        assert run("openai", "respond_stream")["text"] == mock.text(8)
        assert run("openai", "models") == ["mock-large", "mock-small"]

    def test_anthropic_plain_and_streamed(self, run):
        reply = run("anthropic", "chat", model="m2", headers=steer(input_tokens=7))
        assert reply["text"] == mock.text(8) and reply["usage"]["input_tokens"] == 7
        reply = run("anthropic", "stream", headers=steer(events=12))
        assert reply["text"] == mock.text(12) and reply["kinds"][-1] == "message_stop"
        assert run("anthropic", "count", headers=steer(input_tokens=99))["input_tokens"] == 99

    def test_google_and_the_ai_sdk(self, run):
        assert run("google", "stream")["text"] == mock.text(8)
        assert run("vercel", "stream")["text"] == mock.text(8)
        assert run("vercel", "respond_stream")["text"] == mock.text(8)

    def test_errors_of_the_upstream_stay_the_upstreams(self, run):
        error = run("openai", "failure", headers=steer(status=401))
        assert error["kind"] == "AuthenticationError"
        assert error["request"].startswith("req_mock_")
        error = run("anthropic", "failure", headers=steer(status=529))
        assert (error["kind"], error["type"]) == ("OverloadedError", "overloaded_error")

    def test_headers_of_the_sdks_arrive_untouched(self, run, upstream):
        run("anthropic", "chat")
        fields = {name.lower(): value for name, value in upstream.seen()[-1]["headers"]}
        assert fields["anthropic-version"] and fields["authorization"] == "Bearer sk-ant-mock"
        run("openai", "chat")
        fields = {name.lower(): value for name, value in upstream.seen()[-1]["headers"]}
        assert fields["x-stainless-lang"] == "js" and fields["authorization"] == "Bearer sk-mock"

    def test_a_stream_that_is_left_is_cancelled_and_logged_as_499(self, run, upstream, retort):
        before = upstream.stats()["gone"]
        run("openai", "abort", headers=steer(events=1000, pace_ms=20))
        wait.until(lambda: upstream.stats()["gone"] == before + 1, "the mock sees it leave")
        wait.until(lambda: [line for line in retort.decisions() if line["status"] == 499],
                   "the log says 499")
        assert retort.metric("retort_client_gone_total") >= 1

    def test_a_stream_that_breaks_shows_as_broken(self, run):
        reply = run("openai", "broken", headers=steer(behaviour="close-mid", events=20))
        assert reply["failed"] and mock.text(20).startswith(reply["text"])

    def test_a_vanished_upstream_is_an_error_of_the_sdks_own_class(self, run):
        error = run("openai", "failure", headers=steer(behaviour="reset"))
        assert (error["kind"], error["status"]) == ("InternalServerError", 502)
        error = run("anthropic", "failure", headers=steer(behaviour="garbage"))
        assert (error["kind"], error["type"]) == ("InternalServerError", "api_error")


class TestRefusals:
    @pytest.fixture(scope="class")
    def upstream(self):
        with mock.run() as running:
            yield running

    @pytest.fixture(scope="class")
    def strict(self, upstream):
        with daemon.run({"limits": [limit()]}, upstream=upstream.url) as running:
            yield running

    @pytest.fixture(scope="class")
    def blocking(self, upstream):
        with daemon.run({"limits": [limit("block")]}, upstream=upstream.url) as running:
            yield running

    def test_a_throttle_is_their_rate_limit_error(self, strict):
        node.run("openai", "chat", url=strict.url, key="sk-1")
        error = node.run("openai", "failure", url=strict.url, key="sk-1")
        assert (error["kind"], error["status"]) == ("RateLimitError", 429)
        assert error["code"] == "rate_limit_exceeded" and error["request"]
        node.run("anthropic", "chat", url=strict.url, key="sk-2")
        error = node.run("anthropic", "failure", url=strict.url, key="sk-2")
        assert (error["kind"], error["type"]) == ("RateLimitError", "rate_limit_error")
        assert error["request"]
        node.run("google", "chat", url=strict.url, key="sk-3")
        error = node.run("google", "failure", url=strict.url, key="sk-3")
        assert error["status"] == 429 and "RESOURCE_EXHAUSTED" in error["message"]

    def test_a_block_is_final(self, blocking, upstream):
        for sdk in ("openai", "anthropic"):
            node.run(sdk, "chat", url=blocking.url, key=f"sk-b-{sdk}")
            before = blocking.metric("retort_exchanges_total")
            error = node.run(sdk, "failure", url=blocking.url, key=f"sk-b-{sdk}", retries=2)
            assert (error["kind"], error["status"]) == ("PermissionDeniedError", 403)
            assert blocking.metric("retort_exchanges_total") == before + 1  # not retried

    def test_they_wait_as_told_and_recover(self, upstream):
        config = {"limits": [limit(window="2s", quota=1)]}
        with daemon.run(config, upstream=upstream.url) as retort:
            for number, sdk in enumerate(("openai", "anthropic"), 1):
                replies = node.run(sdk, "twice", url=retort.url, key=f"sk-{sdk}", retries=4)
                assert [reply["text"] for reply in replies] == [mock.text(8)] * 2
                assert retort.metric("retort_exchanges_total", verdict="throttle") >= number
