"""The load generator of the benches counts what really happened."""

import json
import subprocess

import pytest

from harness import mock, program

LOAD = program.BIN.parent / "bench" / "bench_load"


def load(port, *options):
    done = subprocess.run([LOAD, "--target", f"127.0.0.1:{port}", *map(str, options)],
                          capture_output=True, text=True, timeout=60, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def upstream():
    with mock.run() as running:
        yield running


def test_every_request_reaches_the_upstream_whole(upstream):
    before = len(upstream.seen())
    [found] = load(upstream.address[1], "--requests", 300, "--connections", 7, "--accounts", 50,
                   "--body-bytes", 20000, "--reply-bytes", 3000)
    seen = upstream.seen()[before:]
    assert found["done"] == found["ok"] == len(seen) == 300 and not found["errors"]
    assert found["bytes"] == 300 * 3000
    assert {line["body_bytes"] for line in seen} == {20000}
    assert len({line["connection"] for line in seen}) == 7
    assert len({dict(line["headers"])["Authorization"] for line in seen}) == 50
    assert len({line["body_sha256"] for line in seen}) == 64


def test_a_fresh_connection_each_is_one_handshake_each(localhost):
    with mock.run(tls=localhost) as upstream:
        [found] = load(upstream.address[1], "--tls", "--fresh", "--requests", 40)
        assert found["ok"] == 40
        assert upstream.stats()["handshakes"] == 41  # and the one that asked


def test_events_of_streams_are_counted(upstream):
    before = upstream.stats()["events"]
    [found] = load(upstream.address[1], "--stream", "--requests", 10, "--connections", 10,
                   "--events", 30, "--pace-ms", 1)
    assert found["events"] == upstream.stats()["events"] - before == 10 * 34  # role, 30, finish, usage, [DONE]


def test_held_connections_stay_until_told(upstream):
    with subprocess.Popen([LOAD, "--target", f"127.0.0.1:{upstream.address[1]}", "--held",
                           "--connections", "200"], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert json.loads(running.stdout.readline()) == {"ready": 200}
        assert upstream.stats()["open"] == 201  # and the one that asks
        running.stdin.close()
        assert json.loads(running.stdout.readline())["ok"] == 200


def test_a_clock_sends_at_its_rate_whatever_the_answers():
    with mock.run("--delay-ms", 50) as upstream:
        [found] = load(upstream.address[1], "--rate", 200, "--connections", 4, "--run-ms", 1000)
        # 4 connections of 50 ms serve 80 a second: the queue shows in the latencies.
        assert found["done"] < 100 and found["p90_us"] > 200_000


@pytest.mark.parametrize("options, kind", [
    (["--status", 429], "status"), (["--behaviour", "close"], "closed"), (["--reset"], "reset"),
    (["--garbage"], "framing"), (["--behaviour", "truncate"], "closed"),
    (["--behaviour", "bad-chunk"], "framing"),
])
def test_failures_are_counted_by_their_kind(options, kind):
    with mock.run(*options) as upstream:
        [found] = load(upstream.address[1], "--requests", 20, "--connections", 3)
        assert found["errors"] == {kind: 20} and found["ok"] == 0


def test_a_port_where_nobody_listens_is_a_failure_to_connect():
    [found] = load(program.free_port(), "--requests", 5, "--connections", 1)
    assert found["errors"] == {"connect": 5}
