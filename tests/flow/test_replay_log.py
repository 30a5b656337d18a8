"""The decision log of a real daemon, replayed: every verdict and every number of the evidence comes
out again, to the bit, over probes, limits, a shaped pool, another rule and restarts."""

import http.server
import json
import os
import subprocess
import threading

import pytest

from harness import daemon, mock, pool, program, wait

ACCOUNTS = 150
LIMIT = {"name": "rpm", "key": ["account"], "count": "requests", "quota": 12, "window": "1h",
         "action": "throttle", "mode": "enforce"}
TAGGING = {"name": "often", "key": ["account"], "count": "requests", "quota": 8, "window": "1h",
           "action": "tag", "mode": "tag"}
CONFIG = {
    "trusted_proxies": ["127.0.0.0/8"],
    "inspect": {"elicitation": str(program.ROOT / "conf/elicitation.txt")},
    "limits": [LIMIT, TAGGING],
    "detection": {"mode": "tag", "reference": str(program.ROOT / "conf/reference"),
                  "memory": "32MiB", "hold_out": 0, "tag_evidence": 1e6, "watch_evidence": 100,
                  "probe": {"rate": 0.08, "enabled": True}},
}
STATES = ("watch", "tagged", "proven")


def ask(made, path):
    status, text = made.ask("GET", path)
    assert status == 200, text
    return json.loads(text)


def settle(made, senders):
    """What the engine says once it has seen, and the journal has written, all that was sent."""
    sent = sum(one.sent for one in senders)
    wait.until(lambda: len(made.decisions()) >= sent, "all is logged")
    return {one["id"]: one for one in ask(made, "/cohorts")["cohorts"]}


def drive(made, senders, until, what):
    """Several clients at once, so that verdicts are read while others are being written."""
    with pool.Crowd(*senders):
        wait.until(until, what, seconds=50)


def has(made, state):
    return any(one["state"] == state for one in ask(made, "/cohorts")["cohorts"])


def restart(made, **detection):
    made.leave()
    made.config = daemon.merge(made.config, {"detection": detection})
    made.write(made.config)
    made.start()


@pytest.fixture(scope="module")
def story():
    with mock.run(log=False) as upstream:
        made = daemon.Daemon(CONFIG, upstream=upstream.url)
        senders = [pool.Pool(made.address, ACCOUNTS), pool.Pool(made.address, ACCOUNTS, 5),
                   pool.People(made.address, 60, 2)]
        with made:
            drive(made, senders, lambda: has(made, "tagged"), "something is tagged")
            restart(made, mode="enforce")
            drive(made, senders, lambda: has(made, "proven"), "something is proven")
            made.reload({"detection": {"mode": "enforce", "tag_evidence": 1e9,
                                       "probe": {"rate": 0.04}}})
            drive(made, senders, lambda: made.metric("retort_shaped_total") > 20,
                  "the pool is shaped")
            # The engine lets time pass by itself when nothing comes for five seconds.
            settle(made, senders)
            wait.until(lambda: ask(made, "/cohorts")["ticks"], "time passes", seconds=30)
            drive(made, senders[:1], lambda: made.metric("retort_engine_exchanges_total") > 0,
                  "it goes on")
            restart(made, mode="enforce")
            drive(made, senders, lambda: made.metric("retort_engine_exchanges_total") > 100,
                  "it goes on after another restart")
            cohorts = settle(made, senders)
            log = made.folder / "decisions.ndjson"
            proven, decided = next(
                (line["cohort"], line["id"]) for line in reversed(made.decisions())
                if cohorts.get(line.get("cohort"), {}).get("state") == "proven")
            yield {"proven": proven, "decided": decided, "made": made, "cohorts": cohorts, "log": log,
                   "lines": made.decisions()}


def replay(story, *options, log=None, key=True):
    made = story["made"]
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("RETORT_")}
    if key:
        environment["RETORT_IDENTITY_KEY"] = str(made.folder / "identity.key")
    done = subprocess.run([program.binary("retortctl"), "replay", *map(str, options),
                           str(log or story["log"])], cwd=made.folder, env=environment,
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


AS_CONFIGURED = ("--as-recorded", "--config", "retort.yaml")


def test_the_story_has_all_that_could_go_astray(story):
    lines = story["lines"]
    assert {line.get("coin") for line in lines} >= {"spared", "refused", None}
    assert any(line.get("limited") for line in lines)
    assert any(line.get("ruled") == "tag" for line in lines)
    assert any(line.get("shaped") for line in lines)
    assert any("ticks" in line for line in lines)
    assert len({line["run"] for line in lines}) == 3
    assert {line["rule"][1] for line in lines} == {1e6, 1e9}
    assert {line["rule"][3] for line in lines} >= {0.08}
    editions = [line["edition"] for line in lines if "edition" in line]
    assert any(one > two for one, two in zip(editions, editions[1:])), "all came in order"
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))


def test_every_verdict_comes_out_as_it_was(story):
    _, said = replay(story, *AS_CONFIGURED)
    assert f"{len(story['lines'])} verdicts as recorded, 0 otherwise" in said, said
    stated = sum("evidence" in line for line in story["lines"])
    assert f"evidence as recorded in {stated} records, otherwise in 0" in said, said
    assert "missing" not in said and "middle" not in said


def test_the_cohorts_end_where_the_daemons_ended(story):
    report, _ = replay(story, *AS_CONFIGURED)
    found = {one["id"]: one for one in report["cohorts"]}
    assert story["cohorts"]
    for key, live in story["cohorts"].items():
        one = found[key]
        for name in ("state", "key", "accounts", "exchanges", "bets", "tags", "probes", "pairs"):
            assert one[name] == live[name], (name, one, live)
        assert one["ln_m"] == (-999 if live["ln_m"] is None else live["ln_m"])
        assert one["ln_e"][:2] == [live["ln_e"]["same"], live["ln_e"]["extension"]]


def test_the_record_carries_the_rule_and_the_rate(story):
    """Without the configuration: sizes and the key are all that must be told."""
    _, said = replay(story, "--as-recorded", "--memory", "32", "--reference",
                     program.ROOT / "conf/reference")
    assert ", 0 otherwise" in said and "otherwise in 0" in said


def test_another_threshold_is_tried_on_the_same_log(story):
    strict, _ = replay(story, "--memory", "32", "--reference", program.ROOT / "conf/reference",
                       "--tag-evidence", "1e30")
    lax, _ = replay(story, "--memory", "32", "--reference", program.ROOT / "conf/reference",
                    "--tag-evidence", "100")
    assert strict["engine"]["tags"] < lax["engine"]["tags"]


def test_a_log_that_lacks_lines_says_so(story, tmp_path):
    lines = story["log"].read_text().splitlines(keepends=True)
    cut = tmp_path / "cut.ndjson"
    cut.write_text("".join(lines[:100] + lines[103:]))
    assert "3 records are missing" in replay(story, *AS_CONFIGURED, log=cut)[1]
    cut.write_text("".join(lines[5:]))
    assert "begins in the middle" in replay(story, *AS_CONFIGURED, log=cut)[1]


def test_a_changed_number_is_found(story, tmp_path):
    lines = [dict(line) for line in story["lines"]]
    at = next(i for i, line in enumerate(lines) if i > len(lines) / 2 and "evidence" in line)
    lines[at]["ledgers"] = [value if value is None else value + 1e-9
                            for value in lines[at]["ledgers"]]
    changed = tmp_path / "changed.ndjson"
    changed.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert "otherwise in 1" in replay(story, *AS_CONFIGURED, log=changed)[1]
    lines = [dict(line) for line in story["lines"]]
    lines[at]["score"] = lines[at].get("score", 0) + 1
    changed.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert ", 1 otherwise" in replay(story, *AS_CONFIGURED, log=changed)[1]


def explain(story, *words, log=None, admin=None):
    made = story["made"]
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("RETORT_")}
    admin = admin or f"{made.admin[0]}:{made.admin[1]}"
    files = [str(log or story["log"])] if log != "" else []
    return subprocess.run([program.binary("retortctl"), "--admin", admin, "explain", *words,
                           *files], cwd=made.folder, env=environment, capture_output=True,
                          text=True, timeout=120)


OFFLINE = ("--verify", "--config", "retort.yaml")


def test_a_cohort_and_a_request_are_verified_from_the_log(story):
    for name in ("proven", "decided"):
        done = explain(story, story[name], *OFFLINE)
        assert done.returncode == 0, done.stdout + done.stderr
        assert ", 0 differ" in done.stdout
    done = explain(story, story["proven"], *OFFLINE, "--live")
    assert done.returncode == 0 and ", 0 differ" in done.stdout, done.stdout + done.stderr


def test_a_request_is_explained_from_the_log_as_the_daemon_explains_it(story):
    said = json.loads(explain(story, story["decided"], *OFFLINE[1:]).stdout)
    record = next(line for line in story["lines"] if line["id"] == story["decided"])
    assert said["request"] == record["id"] and said["verdict"] == record["verdict"]
    assert said["record"] == record
    assert record["cohort"] in [cohort["id"] for cohort in said["cohorts"]]


def test_numbers_of_a_live_daemon_are_verified(story):
    for name in ("proven", "decided"):
        done = explain(story, story[name], "--verify", log="")
        assert done.returncode == 0 and ", 0 differ" in done.stdout, done.stdout + done.stderr
    assert explain(story, "0123456789abcdef", "--verify", log="").returncode == 1
    assert explain(story, "0123456789abcdef", *OFFLINE).returncode == 1
    assert explain(story, story["proven"], "--live", "--verify", log="").returncode == 2


@pytest.mark.parametrize("field, place, says", [
    ("ledgers", 0, "ln M at depth 1"), ("ledgers", 4, "ln E of the same"),
    ("nats", 10, "nats of harvest"), ("evidence_state", None, "state")])
def test_a_number_that_was_changed_in_the_log_is_named(story, tmp_path, field, place, says):
    lines = [json.loads(line) for line in story["log"].read_text().splitlines()]
    line = [one for one in lines if one.get("evidence") == story["proven"] and field in one][-1]
    if place is None:
        line[field] -= 1
    else:
        line[field] += [0] * (place + 1 - len(line[field]))
        line[field][place] = (line[field][place] or 0) + 0.001
    changed = tmp_path / "changed.ndjson"
    changed.write_text("".join(json.dumps(one) + "\n" for one in lines))
    done = explain(story, story["proven"], *OFFLINE, log=changed)
    assert done.returncode == 1 and f"{says}:" in done.stdout, done.stdout + done.stderr


def test_a_verdict_that_was_changed_in_the_log_is_named(story, tmp_path):
    lines = [json.loads(line) for line in story["log"].read_text().splitlines()]
    line = next(one for one in lines if one["id"] == story["decided"])
    line["score"] -= 1
    changed = tmp_path / "changed.ndjson"
    changed.write_text("".join(json.dumps(one) + "\n" for one in lines))
    done = explain(story, story["decided"], *OFFLINE, log=changed)
    assert done.returncode == 1 and "score:" in done.stdout
    lines.remove(next(one for one in lines if one.get("evidence") == story["proven"]
                      and "shaped" not in one and "limited" not in one))
    changed.write_text("".join(json.dumps(one) + "\n" for one in lines))
    done = explain(story, story["proven"], *OFFLINE, "--live", log=changed)
    assert done.returncode == 1 and "1 records are missing" in done.stderr


class Liar(http.server.BaseHTTPRequestHandler):
    """Answers as the daemon did, but for one number."""

    def do_GET(self):
        text = self.server.texts.get(self.path)
        self.send_response(200 if text else 404)
        self.end_headers()
        self.wfile.write((text or "{}").encode())

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("path, says", [
    (("cohort", "ln_m"), "ln_m"), (("cohort", "ln_m_by_depth", "1"), "ln_m"),
    (("cohort", "ln_e", "same"), "ln_e.same"), (("cohort", "reasons", 0, "nats"), "nats")])
def test_a_number_that_a_daemon_gets_wrong_is_named(story, path, says):
    where = f"/cohorts/{story['proven']}"
    answer = ask(story["made"], where)
    place = answer
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = (place[path[-1]] or 0) + 1000
    with http.server.HTTPServer(("127.0.0.1", 0), Liar) as server:
        server.texts = {where: json.dumps(answer)}
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            done = explain(story, story["proven"], "--verify", log="",
                           admin=f"127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()
    assert done.returncode == 1 and says in done.stdout, done.stdout + done.stderr
