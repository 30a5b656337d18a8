"""The goals that hold, asserted at a size that fits CI; bench_scenarios.py measures them over more
seeds. All traffic is synthetic. Every run also holds honest look-alikes, which must come to no harm."""

import json

import pytest
import scenario


def assert_no_harm(report):
    side = scenario.benign(report)
    assert side["cohorts_proven"] == 0
    assert side["shaped"] == 0
    assert side["cohorts_tagged"] <= report["engine"]["pairs"] / 1e9
    assert side["probed"] <= 0.005 * side["exchanges"]
    assert side["probed"] <= 0.01 * side["watched"] + 30


@pytest.mark.parametrize("name", ["01-hydra", "01-hydra-turns", "01-hydra-sticky"])
def test_a_hydra_is_tagged_in_a_thousand_and_proven_in_three_thousand(name):
    for seed in (7, 8, 9):
        report = scenario.simulate(name, seed)
        assert scenario.moment(report, "campaign-1", "first_tag") <= 1000
        assert scenario.moment(report, "campaign-1", "first_proof") <= 3000
        assert report["labels"]["campaign-1"]["shaped"] > 0
        assert_no_harm(report)


def test_saying_that_all_are_retries_changes_nothing():
    for seed in (7, 8):
        honest, liar = (scenario.simulate(name, seed) for name in ("01-hydra", "01-hydra-liar"))
        assert liar["labels"] == honest["labels"]
        assert liar["cohorts"] == honest["cohorts"]
    assert scenario.moment(liar, "campaign-1", "first_tag") <= 1000


@pytest.mark.parametrize("name, most", [("02-harvest", 3000), ("02b-mid-500", 6800),
                                        ("02b-mid-20000", 26000)])
def test_smaller_pools_are_proven_within_their_share(name, most):
    report = scenario.simulate(name, 7)
    assert scenario.moment(report, "campaign-1", "first_proof") <= most
    assert_no_harm(report)


def test_a_second_pool_meets_the_tags_of_the_first():
    report = scenario.simulate("03-pool-switch", 7)
    assert scenario.moment(report, "campaign-1-2", "first_tagged") <= 500
    assert_no_harm(report)


@pytest.mark.parametrize("name, most", [("04-adaptive", 100_000), ("04-adaptive-200", 75_000)])
def test_an_adaptive_pool_is_proven_and_its_customers_are_not_shaped(name, most):
    report = scenario.simulate(name, 7)
    assert scenario.moment(report, "campaign-1", "first_proof") <= most
    assert report["labels"]["campaign-1-customers"]["shaped"] == 0
    assert_no_harm(report)


def test_a_silent_relay_is_found_by_what_moves_between_its_accounts():
    report = scenario.simulate("05-silent-relay", 7)
    assert scenario.moment(report, "campaign-1", "first_tag")
    hops = [c for c in report["cohorts"] if c["key"] == "hops" and c["worst"] in ("tagged", "proven")]
    assert hops and all(set(c["labels"]) == {"campaign-1"} for c in hops)
    assert_no_harm(report)


@pytest.mark.parametrize("seed", [8, 9])
def test_a_pool_that_never_repeats_itself_is_proven_by_displacement_alone(seed):
    """Of the first eleven seeds the slowest needed 38,337 of its 3.4 million exchanges."""
    report = scenario.simulate("11-displacement", seed)
    assert scenario.moment(report, "campaign-1", "first_proof") <= 68_000
    assert report["engine"]["proofs_by"] == {"same": 0, "extension": 0, "displacement": 1}
    assert report["labels"]["campaign-1"]["held"] > 100
    proven = [c for c in report["cohorts"] if c["worst"] == "proven"]
    assert len(proven) == 1 and set(proven[0]["labels"]) == {"campaign-1"}
    assert 0.2 < proven[0]["displacement"]["moved"] < 0.7  # half of the nine tenths that fail over
    assert scenario.benign(report)["held"] == 0
    assert_no_harm(report)


def test_trials_of_honest_cohorts_are_as_rarely_won_as_alpha_allows():
    """Every cohort is tagged at once, so that hundreds of honest ones are tried, in a world that
    reacts: retries, owners who fail over among their own keys, crowds, shared notebooks."""
    trials, peaks = 0, [0, 0, 0]
    for name in ("07-eval-day", "08-aggregator", "09-hackathon", "10-guarantee"):
        for seed in (1, 2):
            report = scenario.simulate(name, seed, "--tag-evidence", "1e-9", "--no-probe")
            side = scenario.benign(report)
            assert side["held"] > 1000 and report["engine"]["proofs"] == 0
            trials += side["trials"]
            peaks = [a + b for a, b in zip(peaks, side["trial_peaks"])]
    assert trials > 600
    for count, alpha in zip(peaks, (1e-1, 1e-2, 1e-3)):
        assert count <= trials * alpha + 3 * (trials * alpha) ** 0.5


@pytest.mark.parametrize("name", ["06-coding-agents", "07-eval-day", "08-aggregator", "09-hackathon"])
def test_honest_look_alikes_are_left_alone(name):
    report = scenario.simulate(name, 7)
    assert scenario.benign(report)["cohorts_tagged"] == 0
    assert_no_harm(report)


@pytest.mark.parametrize("seed", [7, 8])
def test_a_pool_is_found_inside_a_crowd_that_fills_the_tables(seed):
    """A fiftieth of 12-million, people, pool and memory; ./retort bench million is the whole."""
    report = scenario.simulate("12-crowd", seed, "--memory", "31")
    assert sum(label["accounts"] for label in report["labels"].values() if label.get("benign")) > 20_000
    assert scenario.moment(report, "campaign-1", "first_proof") <= 3000  # of 12,800 in its first day
    assert report["engine"]["bytes"] <= 31 << 20
    assert report["engine"]["accounts_evicted"] == 0
    assert report["engine"]["pairs_refused"] > 0, "the tables are large: the test shows nothing"
    side = scenario.benign(report)
    assert side["cohorts_tagged"] == side["cohorts_proven"] == side["shaped"] == side["held"] == 0
    assert side["probed"] <= 0.025 * side["watched"] + 30  # newcomers of the pool's day meet its coin


def test_a_run_repeats_exactly():
    once, again = (scenario.simulate("01-hydra", 8) for _ in range(2))
    for report in (once, again):
        del report["seconds"], report["exchanges_per_second"]
    assert once == again


def test_a_replay_of_records_decides_the_same(tmp_path):
    records = tmp_path / "records.ndjson"
    report = scenario.simulate("01-hydra", 9, "--records", str(records))
    result = scenario.replay("--seed", "9", str(records))
    assert ", 0 otherwise" in result.stderr
    replayed = json.loads(result.stdout)
    assert replayed["labels"]["campaign-1"]["first_proof"] == report["labels"]["campaign-1"]["first_proof"]
    assert replayed["cohorts"] == report["cohorts"]
    lines = records.read_text().splitlines(keepends=True)[:2000]
    records.write_text("".join(lines[:50] + ["{\"v\":1,\"kind\":\"record\",\"asn\":x}\n"] + lines[50:]))
    result = scenario.replay("--as-recorded", str(records))
    assert json.loads(result.stdout)["bad_lines"] == 1
    assert f"{records}:51:" in result.stderr
    assert scenario.replay("--strict", str(records)).returncode == 1
