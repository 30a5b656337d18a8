"""Detection at work: a live pool beside people, from the first exchange to proof, over a restart."""

import http.client
import json
import urllib.parse

import pytest

from harness import client, daemon, mock, pool, program, wait

ACCOUNTS, PEOPLE = 200, 60
CONFIG = {
    "inspect": {"elicitation": str(program.ROOT / "conf/elicitation.txt")},
    "detection": {"mode": "tag", "reference": str(program.ROOT / "conf/reference"),
                  "memory": "32MiB", "hold_out": 0, "probe": {"rate": 0.05},
                  "candidate": {"watch_evidence": 10, "tag_evidence": 100}},
}
GRAVE = ("watch", "tagged", "proven")


@pytest.fixture(scope="module")
def upstream():
    with mock.run() as running:
        yield running


def ask(made, path):
    status, text = made.ask("GET", path)
    assert status == 200, text
    return json.loads(text)


def cohorts(made, *states):
    return [one for one in ask(made, "/cohorts")["cohorts"] if one["state"] in states]


def settled(made, *senders):
    """The cohorts, once the engine has seen all that was sent to this process."""
    sent = sum(one.sent for one in senders)
    wait.until(lambda: made.metric("retort_engine_exchanges_total") >= sent, "all was seen")
    return {one["id"]: one for one in ask(made, "/cohorts")["cohorts"]}


def drive(made, senders, until, what):
    """Turn by turn, so that what is waited for is met and not overrun."""
    def turn():
        for _ in range(5):
            for one in senders:
                one.step()
        return until()
    try:
        return wait.until(turn, what, seconds=50)
    finally:
        for one in senders:
            one.close()


class TestAPool:
    """One story, told once: both phases share a daemon's folder, and with it its evidence."""

    @pytest.fixture(scope="class")
    def story(self, upstream):
        made = daemon.Daemon(CONFIG, upstream=upstream.url)
        campaign = pool.Pool(made.address, ACCOUNTS)
        people = [pool.People(made.address, PEOPLE, seed) for seed in (2, 3)]
        story = {"made": made, "campaign": campaign, "people": people}
        with made:
            drive(made, [campaign, *people],
                  lambda: any(one["key"] == "head" for one in cohorts(made, *GRAVE)),
                  "the template's cohort is watched")
            story["refused_in_tag"] = campaign.refused
            story["before"] = settled(made, campaign, *people)
            made.leave()
            merged = daemon.merge(made.config, {"detection": {"mode": "enforce"}})
            made.write(merged)
            made.start()
            story["after"] = {one["id"]: one for one in ask(made, "/cohorts")["cohorts"]}
            drive(made, [campaign, *people],
                  lambda: any(one["key"] == "head" and one["accounts"] >= 50
                              for one in cohorts(made, "proven")),
                  "the template's cohort is proven")
            drive(made, [campaign, *people],
                  lambda: made.metric("retort_shaped_total") > 0, "the pool is shaped")
            yield story

    def test_tagging_refuses_nobody(self, story):
        assert story["refused_in_tag"] == 0 and story["before"]

    def test_a_restart_loses_no_evidence(self, story):
        before, after = story["before"], story["after"]
        assert set(before) == set(after)
        for key, one in before.items():
            two = after[key]
            for name in ("state", "key", "accounts", "exchanges", "bets", "tags", "hops", "pairs"):
                assert one[name] == two[name], (name, one, two)
            assert two["ln_m"] == pytest.approx(one["ln_m"], rel=1e-3)

    def test_the_pool_is_proven_and_no_honest_account_is_refused(self, story):
        made = story["made"]
        proven = cohorts(made, "proven")
        assert any(one["key"] == "head" and one["accounts"] >= 50 for one in proven)
        assert all(one["pairs"] >= 3 and one["agrees"] for one in proven)
        assert story["campaign"].refused > 0
        assert [one.refused for one in story["people"]] == [0, 0]

    def test_every_sender_came_from_an_address_of_its_own(self, story):
        """Nobody is trusted, so what is known of addresses are the peers' own, of 127.0.0.0/8."""
        lines = story["made"].decisions()
        assert len({line["account"] for line in lines}) > ACCOUNTS
        seen = {}
        for line in lines:
            seen.setdefault(line["account"], set()).add((line["address"], line["prefix"]))
        assert all(len(places) == 1 for places in seen.values()), "an account has one address"
        places = set.union(*seen.values())
        assert len({address for address, _ in places}) == len(seen)
        shared = [prefix for _, prefix in places]
        assert sorted(shared.count(prefix) for prefix in set(shared))[-40:] == [5] * 40, \
            "the pool's 200 addresses are of 40 networks"

    def test_every_refusal_was_a_coin_or_the_shared_bucket(self, story):
        made = story["made"]
        refused = wait.until(
            lambda: (found := [line for line in made.decisions() if line["status"] == 429])
            and len(found) >= story["campaign"].refused and found, "all refusals are logged")
        assert all((line.get("coin") == "refused") != bool(line.get("shaped")) for line in refused)
        assert all("cohort" in line["reasons"] and line["verdict"] == "throttle"
                   for line in refused)
        coins = [line["account"] for line in refused if line.get("coin") == "refused"]
        assert coins and len(coins) == len(set(coins)), "an account was probed twice in ten minutes"

    def test_a_refused_request_is_explained_by_its_id(self, story):
        made = story["made"]
        shaped = wait.until(lambda: [line["id"] for line in made.decisions() if line.get("shaped")],
                            "a refusal by the bucket is logged")[-1]
        assert shaped in story["campaign"].ids
        found = ask(made, f"/explain/{shaped}")
        assert found["verdict"] == "throttle" and found["store"] == "local"
        assert found["record"]["id"] == shaped
        assert found["cohorts"][0]["id"] == found["record"]["cohort"]
        assert any(one["state"] == "proven" for one in found["cohorts"])
        alone = ask(made, f"/cohorts/{found['cohorts'][0]['id']}")
        assert alone["cohort"]["id"] == found["cohorts"][0]["id"]
        said = made.ctl("explain", shaped)
        assert "throttle" in said and "proven" in said
        assert "proven" in made.ctl("cohorts")
        assert "ln_m_by_depth.1" in made.ctl("cohorts", found["cohorts"][0]["id"])
        assert made.run_ctl("cohorts", "0" * 16).returncode == 1
        seen = made.ctl("top")
        assert "proven" in seen and "exchanges" in seen

    def test_the_candidate_is_counted_and_enforces_nothing(self, story):
        made = story["made"]
        judged = sum(made.metric("retort_judged_total", state=state) for state in GRAVE)
        candidate = sum(made.metric("retort_candidate_judged_total", state=state)
                        for state in GRAVE)
        assert judged > 0 and candidate > 0

    def test_what_is_seen_stands_in_the_metrics(self, story):
        made = story["made"]
        wait.until(lambda: made.metric("retort_cohorts", state="proven") >= 1, "it is counted")
        assert made.metric("retort_cohort_proofs_total") >= 1
        assert made.metric("retort_probes_total", coin="refused") >= 3
        assert made.metric("retort_engine_entries", table="accounts") >= ACCOUNTS
        assert made.metric("retort_engine_missed_total") == 0
        assert made.metric("retort_evidence_saves_total", outcome="failed") == 0


def chat(made, key, source="198.51.100.7"):
    with client.Connection(made.address) as wire:
        return wire.exchange("POST", "/v1/chat/completions",
                             {"authorization": f"Bearer {key}", "X-Forwarded-For": source}, {})


def change(made, path, token=None, **fields):
    return made.ask("POST", f"{path}?{urllib.parse.urlencode(fields)}", token=token)


class TestAnOperatorsHand:
    @pytest.fixture(scope="class")
    def made(self, upstream):
        limit = {"name": "rpm", "key": ["account"], "count": "requests", "quota": 2,
                 "window": "1h", "action": "throttle", "mode": "tag"}
        with daemon.run({**CONFIG, "trusted_proxies": ["127.0.0.0/8"], "limits": [limit]}, upstream=upstream.url) as running:
            yield running

    def test_a_mode_holds_until_the_next_reload(self, made):
        assert [chat(made, "a").status for _ in range(3)] == [200] * 3
        said = json.loads(change(made, "/mode", rule="rpm", mode="enforce")[1])
        assert said == {"rule": "rpm", "mode": "enforce", "was": "tag"}
        assert chat(made, "a").status == 429
        made.ctl("mode", "rpm", "shadow")
        assert chat(made, "a").status == 200
        made.ctl("mode", "rpm", "enforce")
        made.reload()
        wait.until(lambda: chat(made, "a").status == 200, "the file's mode is back")

    def test_the_mode_of_detection_stands_in_the_records(self, made):
        made.ctl("mode", "detection", "shadow")
        # A worker that has not yet taken the last reload over still judges by the one before.
        wait.until(lambda: chat(made, "b") and any("mode" not in line
                                                   for line in made.decisions()[-1:]),
                   "shadow is recorded")
        made.reload()

    def test_modes_and_rules_that_are_not_there_are_refused(self, made):
        assert change(made, "/mode", rule="rpm", mode="harsh")[0] == 400
        assert change(made, "/mode", rule="nothing", mode="tag")[0] == 404
        assert made.run_ctl("mode", "nothing", "tag").returncode == 1

    def test_changes_need_the_token(self, made):
        assert change(made, "/mode", token="", rule="rpm", mode="tag")[0] == 401
        assert change(made, "/lists", token="", act="add")[0] == 401

    def test_a_denied_account_is_blocked_and_an_allowed_one_passes_all(self, made):
        known = {line["account"] for line in made.decisions()}
        chat(made, "c")
        account = wait.until(lambda: {line["account"] for line in made.decisions()} - known,
                             "it is logged").pop()
        made.ctl("deny", "add", "account", account)
        blocked = chat(made, "c")
        assert blocked.status == 403 and blocked.field("x-should-retry") == "false"
        assert made.run_ctl("allow", "del", "account", account).returncode == 1
        made.ctl("deny", "del", "account", account)
        assert chat(made, "c").status == 200
        change(made, "/mode", rule="rpm", mode="enforce")
        made.ctl("allow", "add", "account", account)
        assert [chat(made, "c").status for _ in range(4)] == [200] * 4
        assert account in made.ctl("allow", "list")
        made.ctl("allow", "del", "account", account)
        assert made.metric("retort_listed_total", list="deny") == 1
        made.reload()

    def test_a_network_is_denied_by_its_address(self, made):
        made.ctl("deny", "add", "prefix", "198.51.99.0/24")
        assert chat(made, "d", "198.51.99.200").status == 403
        assert chat(made, "d", "198.51.98.200").status == 200
        made.reload()
        assert chat(made, "d", "198.51.99.200").status == 403, "a reload does not touch the lists"
        made.leave()
        made.start()
        assert chat(made, "d", "198.51.99.200").status == 403, "nor does a restart"
        made.ctl("deny", "del", "prefix", "198.51.99.0/24")
        assert chat(made, "d", "198.51.99.200").status == 200

    @pytest.mark.parametrize("fields", [
        {"act": "add", "list": "allow", "kind": "account", "hash": "xyz"},
        {"act": "add", "list": "allow", "kind": "planet", "hash": "0" * 15 + "1"},
        {"act": "add", "list": "maybe", "kind": "account", "hash": "0" * 15 + "1"},
        {"act": "turn", "list": "deny", "kind": "account", "hash": "0" * 15 + "1"},
        {"act": "add", "list": "deny", "kind": "prefix", "address": "nowhere"}])
    def test_a_list_takes_no_nonsense(self, made, fields):
        assert change(made, "/lists", **fields)[0] == 400

    @pytest.mark.parametrize("path", ["/cohorts/", "/cohorts/xyz", "/cohorts/" + "0" * 16,
                                      "/explain/0123456789abcdef", "/explain/00", "/explain"])
    def test_what_is_not_there_is_not_found(self, made, path):
        assert made.ask("GET", path)[0] == 404

    def test_questions_that_nobody_waits_for_do_no_harm(self, made):
        for _ in range(20):
            connection = http.client.HTTPConnection(*made.admin, timeout=20)
            connection.request("GET", "/cohorts")
            connection.close()
        assert ask(made, "/cohorts")["cohorts"] == []
