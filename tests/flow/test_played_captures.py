"""A slice of simulated traffic, played against a real daemon: it sees what replay sees."""

import json
import os
import subprocess

import pytest

from harness import client, daemon, mock, program

SLICE = 2200
SECRET = "6b" * 32
LEXICON = str(program.ROOT / "conf" / "elicitation.txt")
REFERENCE = str(program.ROOT / "conf" / "reference")
CONFIG = {
    "workers": 1, "trusted_proxies": ["127.0.0.0/8"],
    "network": {"ja3_header": "x-ja3", "ja4_header": "x-ja4"},
    "inspect": {"elicitation": LEXICON},
    "detection": {"mode": "tag", "reference": REFERENCE, "memory": "64MiB"},
}
FACTS = ("account", "owner", "address", "prefix", "ja3", "ja4", "http_shape", "path")
PROMPT_FACTS = ("model", "messages", "user_turns", "assistant_turns", "tool_results", "tools",
                "toolset", "system_bytes", "user_bytes", "conversation_bytes", "max_tokens",
                "system", "environment", "payload", "skeleton", "head", "tail", "conversation",
                "earlier", "bands")


def run(*words, key=None):
    environment = {**os.environ, "RETORT_ELICITATION": LEXICON}
    if key:
        environment["RETORT_IDENTITY_KEY"] = str(key)
    return subprocess.run([program.binary("retortctl"), *map(str, words)], env=environment,
                          capture_output=True, text=True, timeout=120, check=True).stdout


def play(wire, capture):
    """One capture as a request behind a balancer that names its client; the status."""
    body = json.dumps(capture["body"]).encode()
    fields = [*capture["headers"], ["x-forwarded-for", capture["peer"]],
              ["x-ja3", capture["tls"]["ja3"]], ["x-ja4", capture["tls"]["ja4"]],
              ["content-length", str(len(body))]]
    head = [f"POST {capture['path']} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
    wire.send("\r\n".join(head).encode() + b"\r\n\r\n" + body)
    return wire.reply().status


def as_it_went(capture, record):
    """The capture with the times, outcome and connection of what was played."""
    seconds, micros = divmod(record["at_us"], 1_000_000)
    made = {**capture, "at": f"{seconds}.{micros:06}", "http": "1.1", "reply": {
        "status": record["status"], "input_tokens": record.get("input_tokens", 0),
        "output_tokens": record.get("output_tokens", 0)}}
    del made["asn"]
    made.pop("retort", None)
    return json.dumps(made).replace(f'"{made["at"]}"', made["at"], 1)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("played")
    run("simulate", program.ROOT / "tests/scenario/small.yaml", "--seed", "3", "--reference",
        REFERENCE, "--captures", folder / "all.ndjson")
    with open(folder / "all.ndjson") as file:
        captures = [json.loads(line) for line, _ in zip(file, range(SLICE))]
    with mock.run(log=False) as upstream, \
            daemon.run(CONFIG, upstream=upstream.url, secret=SECRET) as made:
        with client.Connection(made.address) as wire:
            statuses = {play(wire, capture) for capture in captures}
        made.decision(SLICE)
        records = made.decisions()
        cohorts = {one["id"]: one
                   for one in json.loads(made.ask("GET", "/cohorts")[1])["cohorts"]}
        path = folder / "captures.ndjson"
        path.write_text("".join(as_it_went(*pair) + "\n" for pair in zip(captures, records)))
        log = folder / "decisions.ndjson"
        log.write_bytes((made.folder / "decisions.ndjson").read_bytes())
        yield {"statuses": statuses, "records": records, "cohorts": cohorts, "captures": path,
               "log": log, "key": made.folder / "identity.key"}


def test_the_daemon_sees_the_facts_of_the_capture(played):
    assert played["statuses"] == {200}
    facts = [json.loads(line) for line in
             run("fingerprint", played["captures"], key=played["key"]).splitlines()]
    for one, record in zip(facts, played["records"], strict=True):
        assert {name: one.get(name) for name in FACTS} == \
            {name: record.get(name) for name in FACTS}
        assert {name: one["prompt"].get(name) for name in PROMPT_FACTS} == \
            {name: record.get(name) for name in PROMPT_FACTS}
        assert one["prompt"].get("signatures") == record.get("thinking")


def evidence(cohort):
    """What must be equal to the last digit printed."""
    return {name: cohort[name] for name in
            ("id", "key", "state", "accounts", "exchanges", "bets", "tags", "probes", "pairs", "ln_m")}


def test_replay_of_the_captures_and_of_the_log_end_where_the_daemon_did(played):
    options = ("--memory", "64", "--reference", REFERENCE)
    reports = [json.loads(run("replay", *options, played[which], key=played["key"]))
               for which in ("captures", "log")]
    live = {key: evidence(one) for key, one in played["cohorts"].items()}
    assert len(live) >= 3 and any(one["state"] == "tagged" for one in live.values())
    for report in reports:
        assert report["exchanges"] == SLICE
        found = {one["id"]: evidence(one) for one in report["cohorts"]}
        for key, one in live.items():
            assert found[key] == one
