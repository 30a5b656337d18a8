"""retortctl fingerprint: a capture in, its facts out, and they are those that the daemon sees."""

import json
import subprocess

import pytest

from harness import client, daemon, mock, program
from harness.words import DIALECT, FLAG

SECRET = "5f" * 32
LONG = "Describe the drop with all that may be said of it, and say it in one long line of 7 words."
FIELDS = {"Content-Type": "application/json", "Authorization": "Bearer sk-CREDENTIAL",
          "User-Agent": "OpenAI/Python 1.99.0", "X-Stainless-Lang": "python"}
ASKS = {
    "/v1/chat/completions": {
        "model": "gpt-4o", "temperature": 0.25, "max_tokens": 8192, "stream": True, "n": 2,
        "tools": [{"type": "function", "function": {"name": "weigh"}}], "messages": [
            {"role": "system", "content": "You are a still.\nWorking directory: /home/me/src"},
            {"role": "user", "content": LONG}, {"role": "assistant", "content": "It is clear."},
            {"role": "user", "content": "Think step by step and show your reasoning. " + LONG}]},
    "/v1/messages": {
        "model": "claude", "max_tokens": 99, "system": "You are a still.", "messages": [
            {"role": "user", "content": LONG},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "t", "signature": "EqQBCkYIBRgC"},
                {"type": "text", "text": "Clear."}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content":
                                          "700 g"}]}]},
    "/v1/responses": {"model": "gpt-5", "instructions": "You are a still.", "input": LONG,
                      "text": {"format": {"type": "json_schema", "name": "f"}}},
    "/v1beta/models/gemini:generateContent?key=AIzaCREDENTIAL": {
        "contents": [{"role": "user", "parts": [{"text": LONG}, {"inlineData": {"data": "QUJD"}}]}]},
}
SAME = ("account", "owner", "address", "prefix", "http_shape", "path")
SAME_IN_PROMPT = (
    "body_bytes", "model", "messages", "user_turns", "assistant_turns", "tool_results", "images",
    "tools", "toolset", "system_bytes", "user_bytes", "text_bytes", "conversation_bytes",
    "max_tokens", "system", "environment", "payload", "skeleton", "head", "tail", "conversation",
    "earlier")


def capture(path, body, **more):
    return {"v": 1, "kind": "capture", "at": 1777777777.123456, "peer": "127.0.0.1", "http": "1.1",
            "method": "POST", "path": path, "body": body,
            "headers": [["Host", "mock"], *map(list, FIELDS.items())], **more}


def fingerprint(lines, folder, *, key=True, stdin=False, check=True):
    """The finished process and what it printed, a dict a line."""
    text = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
    (folder / "captures").write_text(text)
    (folder / "identity.key").write_text(SECRET + "\n")
    env = {"RETORT_ELICITATION": str(program.ROOT / "conf" / "elicitation.txt")}
    if key:
        env["RETORT_IDENTITY_KEY"] = str(folder / "identity.key")
    done = subprocess.run([program.binary("retortctl"), "fingerprint", "-" if stdin else "captures"],
                          input=text if stdin else None, cwd=folder, env=env, timeout=60,
                          capture_output=True, text=True, check=False)
    assert not check or (done.returncode, done.stderr) == (0, ""), done.stderr
    return done, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def seen():
    """The daemon's decisions on the same exchanges."""
    elicitation = program.ROOT / "conf" / "elicitation.txt"
    config = {"workers": 1, "inspect": {"elicitation": str(elicitation)}}
    with mock.run() as upstream, \
            daemon.run(config, upstream=upstream.url, secret=SECRET) as retort:
        for path, body in ASKS.items():
            with client.Connection(retort.address) as wire:
                lines = [f"POST {path} HTTP/1.1", "Host: mock",
                         *(f"{name}: {value}" for name, value in FIELDS.items())]
                text = json.dumps(body).encode()
                wire.send("\r\n".join([*lines, f"Content-Length: {len(text)}"]).encode() +
                          b"\r\n\r\n" + text)
                wire.reply()
        retort.decision(len(ASKS))
        return retort.decisions()


@pytest.mark.parametrize("stdin", [False, True])
def test_it_sees_what_the_daemon_sees(seen, tmp_path, stdin):
    lines = [capture(path, json.dumps(body)) for path, body in ASKS.items()]
    for line in lines:
        line["headers"].append(["Content-Length", str(len(line["body"]))])
    _, found = fingerprint(lines, tmp_path, stdin=stdin)
    assert len(found) == len(seen)
    for facts, record in zip(found, seen):
        prompt = facts["prompt"]
        assert {name: facts.get(name) for name in SAME} == \
            {name: record.get(name) for name in SAME}
        assert {name: prompt.get(name) for name in SAME_IN_PROMPT} == \
            {name: record.get(name) for name in SAME_IN_PROMPT}
        assert prompt.get("signatures") == record.get("thinking")
        assert prompt.get("bands", []) == record.get("bands", [])
        flags = sum(getattr(FLAG, name.upper().replace("-", "_")) for name in
                    prompt.get("flags", ()))
        assert flags == record.get("flags", 0)
        assert getattr(DIALECT, prompt["dialect"].upper().replace("-", "_")) == record["dialect"]
        assert prompt["state"] == "whole"


def test_a_body_may_stand_as_an_object(tmp_path):
    for path, body in ASKS.items():
        _, (text, plain) = fingerprint(
            [capture(path, json.dumps(body)), capture(path, body)], tmp_path)
        del text["prompt"]["body_bytes"], plain["prompt"]["body_bytes"]
        assert text == plain


WINDOW = 256 << 10  # what retortctl reads of a file at a time, at first


@pytest.mark.parametrize("stdin", [False, True])
def test_lines_of_every_length_are_read_whole(tmp_path, stdin):
    bare = len(json.dumps(capture("/v1/responses", {"input": ""}))) + 1
    room = [WINDOW - bare - 1, WINDOW - bare, WINDOW - bare + 1, 1, 3 * WINDOW, 0, WINDOW // 2, 7]
    lines = [json.dumps(capture("/v1/responses", {"input": "x" * n})) + "\n" for n in room]
    assert len(lines[1]) == WINDOW
    _, found = fingerprint([*lines[:-1], lines[-1][:-1]], tmp_path, stdin=stdin)
    assert [facts["prompt"].get("user_bytes", 0) for facts in found] == room


def test_what_a_person_wants_to_know_is_said_in_words(tmp_path):
    _, (facts, *_) = fingerprint([capture(path, body, label="campaign-1", reply={
        "at": 1777777779.5, "status": 200, "input_tokens": 10, "output_tokens": 900})
        for path, body in ASKS.items()], tmp_path)
    assert facts["label"] == "campaign-1" and facts["client"] and facts["at"] == 1777777777.123456
    assert facts["prompt"]["temperature"] == 0.25 and facts["prompt"]["n"] == 2
    assert set(facts["prompt"]["flags"]) == {"stream", "large-output", "many-samples"}
    assert "reasoning" in facts["prompt"]["elicitation"]
    assert facts["reply"] == {"status": 200, "input_tokens": 10, "output_tokens": 900,
                              "last_byte_us": 2376544}


def test_not_a_word_of_it_comes_out(tmp_path):
    lines = [capture(path, body) for path, body in ASKS.items()]
    done, _ = fingerprint([*lines, '{"v":1,"kind":"capture","body":"sk-CREDENTIAL drop\n'],
                          tmp_path, check=False)
    for word in ("CREDENTIAL", "still", "drop", "700 g", "gpt", "home", "EqQ"):
        assert word not in done.stdout + done.stderr, word


def test_without_a_key_no_two_runs_compare(tmp_path):
    line = capture("/v1/responses", ASKS["/v1/responses"])
    (_, one), (_, other) = (fingerprint([line], tmp_path, key=False) for _ in range(2))
    assert one[0]["account"] != other[0]["account"]
    assert one[0]["prompt"]["model"] != other[0]["prompt"]["model"]
    assert one[0]["prompt"]["messages"] == other[0]["prompt"]["messages"]


def test_a_bad_line_is_told_with_its_place_and_the_rest_goes_on(tmp_path):
    good = capture("/v1/responses", ASKS["/v1/responses"])
    done, found = fingerprint([good, "{nonsense\n", good, '{"v":2,"kind":"capture"}\n'], tmp_path,
                              check=False)
    assert done.returncode == 1 and len(found) == 2
    assert [line.split(":")[1] for line in done.stderr.splitlines()] == ["2", "4"]


@pytest.mark.parametrize("place", ["file:identity.key", "env:RETORT_TEST_SECRET"])
def test_a_credential_has_the_hash_that_the_daemon_knows_it_by(seen, tmp_path, place):
    (tmp_path / "identity.key").write_text(SECRET + "\n")
    (tmp_path / "retort.yaml").write_text(json.dumps({
        "listen": [{"address": "127.0.0.1:0"}],
        "upstreams": [{"name": "gateway", "servers": ["http://127.0.0.1:9"]}],
        "identity": {"secret": place}}))

    def ask(*words):
        return subprocess.run([program.binary("retortctl"), "account", *words], cwd=tmp_path,
                              input="sk-CREDENTIAL\n\nBearer sk-CREDENTIAL\r\nsk-other",
                              env={"RETORT_TEST_SECRET": SECRET}, capture_output=True, text=True,
                              timeout=60, check=False)

    done = ask("--config", "retort.yaml")
    assert done.returncode == 0 and not done.stderr
    first, again, other = done.stdout.split()
    assert first == again == seen[0]["account"] != other
    for words, status in (((), 1), (("sk-CREDENTIAL",), 2), (("--config", "no.yaml"), 1)):
        done = ask(*words)
        assert done.returncode == status and done.stderr and not done.stdout
        assert "CREDENTIAL" not in done.stderr


@pytest.mark.parametrize("words, status", [((), 2), (("a", "b"), 2), (("/nonexistent",), 1)])
def test_usage(words, status):
    done = subprocess.run([program.binary("retortctl"), "fingerprint", *words], timeout=60,
                          capture_output=True, text=True, check=False)
    assert done.returncode == status and done.stderr and not done.stdout
