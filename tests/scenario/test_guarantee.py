"""Scenario 10: what must hold when something is wrong. Pure null, a tool that no reference knows,
spoilt references, bent clocks, split nodes. Redis does not matter to evidence: a flow shows it."""

import json
import math
import random
import shutil
import subprocess

import pytest
import scenario

REFERENCE = scenario.ROOT / "conf" / "reference"


def upper_limit(count, doubt=0.01):
    """The largest mean under which so few would still be seen with a chance of |doubt|: Poisson,
    which is fair to alarms of different runs; those of one run come in clusters, which only makes
    the limit of their number too high."""
    low, high = float(count), count + 50.0 + 10 * math.sqrt(count)
    for _ in range(60):
        mean = (low + high) / 2
        chance = sum(math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1))
                     for k in range(count + 1))
        low, high = (mean, high) if chance > doubt else (low, mean)
    return high


def test_the_limit_is_the_known_one():
    assert upper_limit(0) == pytest.approx(4.605, abs=0.001)
    assert upper_limit(10) == pytest.approx(20.14, abs=0.01)


@pytest.mark.parametrize("evidence", [1e2, 1e3, 1e4])
def test_expected_false_tags_are_below_pairs_over_a(evidence):
    """Not that the bound is not refuted: that with a confidence of 99 % the mean lies below it."""
    reports = [scenario.simulate("10-guarantee", seed, "--tag-evidence", str(evidence), "--no-probe")
               for seed in (7, 8)]
    assert all(report["engine"]["pairs_refused"] == 0 for report in reports)
    pairs = sum(report["engine"]["pairs"] for report in reports)
    tags = sum(report["engine"]["tags"] for report in reports)
    assert pairs > 200_000
    assert upper_limit(tags) <= pairs / evidence


@pytest.mark.parametrize("seed", [7, 8])
def test_a_tool_outside_the_envelope_may_be_tagged_and_is_never_proven(seed):
    report = scenario.simulate("10-outside", seed)
    side = scenario.benign(report)
    assert side["cohorts_tagged"] > 0, "it is not outside the envelope: the test shows nothing"
    assert report["engine"]["probes"] > 100 and report["engine"]["same_hops"] > 10_000
    assert report["engine"]["proofs"] == 0 and side["cohorts_proven"] == 0 and side["shaped"] == 0
    assert side["probed"] <= 0.025 * side["watched"]


def spoil_nothing(folder):
    pass


def take_a_class_away(folder):
    (folder / "judges.table").unlink()


def cut_a_class(folder):
    path = folder / "bulk-eval.table"
    path.write_text(path.read_text()[:-2000])


def move_a_count(folder):
    """From the bins that matter to one that does not; the sum stays right."""
    path = folder / "synthetic-sets.table"
    lines = path.read_text().splitlines(keepends=True)
    for number, line in enumerate(lines):
        words = line.split()
        if words[0] == "table" and int(words[4]) > 400:
            counts = [int(word) for word in words[5:]]
            counts[0] += sum(counts[24:])
            counts[24:] = [0] * len(counts[24:])
            lines[number] = " ".join(words[:5] + [str(count) for count in counts]) + "\n"
    path.write_text("".join(lines))


def claim_more_accounts(folder):
    path = folder / "coding-agents.table"
    lines = path.read_text().splitlines(keepends=True)
    lines[3] = "accounts 900000000\n"
    path.write_text("".join(lines))


def weigh_otherwise(folder):
    path = folder / "weights.table"
    path.write_text(path.read_text().replace(" 50 ", " 300 "))


def name_a_class_twice(folder):
    shutil.copy(folder / "judges.table", folder / "kudges.table")


POISONS = [take_a_class_away, cut_a_class, move_a_count, claim_more_accounts, weigh_otherwise,
           name_a_class_twice]


def simulate_with(folder, *options):
    words = [scenario.CTL, "simulate", str(scenario.HERE / "10-clocks.yaml"), "--seed", "7", "--json",
             "--reference", str(folder), *options]
    return subprocess.run(words, capture_output=True, text=True)


@pytest.mark.parametrize("poison", [spoil_nothing, *POISONS])
def test_a_spoilt_reference_is_refused_and_makes_nobody_surer(poison, tmp_path):
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    poison(folder)
    result = simulate_with(folder)
    report = json.loads(result.stdout)
    if poison is spoil_nothing:
        assert not result.stderr and report["engine"]["tags"] > 0
    else:
        assert "retortctl: " in result.stderr
        assert report["engine"]["bets"] == 0 and report["engine"]["tags"] == 0


def test_two_nodes_that_see_half_each_still_find_the_pool():
    """Each must gather its own evidence: about twice the exchanges. Alarms of both are counted."""
    for name in ("01-hydra", "01-hydra-sticky"):
        one, two = (scenario.simulate(name, 7, "--nodes", str(nodes)) for nodes in (1, 2))
        assert scenario.moment(one, "campaign-1", "first_tag") <= 1000
        assert scenario.moment(two, "campaign-1", "first_tag") <= 1000
        assert scenario.moment(two, "campaign-1", "first_proof") <= 3000
        assert scenario.benign(two)["cohorts_proven"] == 0 and scenario.benign(two)["shaped"] == 0


def test_alarms_of_split_nodes_stay_below_the_pairs_of_all_over_a():
    report = scenario.simulate("10-guarantee", 7, "--nodes", "3", "--tag-evidence", "1e3", "--no-probe")
    assert upper_limit(report["engine"]["tags"]) <= report["engine"]["pairs"] / 1e3


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    path = tmp_path_factory.mktemp("clocks") / "records.ndjson"
    report = scenario.simulate("10-clocks", 7, "--records", str(path), "--no-shape")
    return report, path.read_text().splitlines()


def bend(lines, change):
    """The lines with their times changed; |change| is given number, time in seconds and count."""
    made = []
    for number, line in enumerate(lines):
        start = line.index('"at_us":') + 8
        end = line.index(",", start)
        at = change(number, int(line[start:end]) / 1e6, len(lines))
        made.append(f"{line[:start]}{int(at * 1e6)}{line[end:]}")
    return made


def shuffle(lines, reach):
    """Exchanges are seen when they end, and end in another order than they began."""
    chance = random.Random(5)
    order = sorted(range(len(lines)), key=lambda i: i + reach * chance.random())
    return [lines[i] for i in order]


def repeat(lines, share):
    chance = random.Random(6)
    return [line for line in lines for _ in range(2 if chance.random() < share else 1)]


BENDS = {
    "as they were": lambda lines: lines,
    "a step back by two hours": lambda lines: bend(
        lines, lambda i, at, n: at - 7200 * (i > n // 3)),
    "a step on by five hours": lambda lines: bend(lines, lambda i, at, n: at + 18000 * (i > n // 3)),
    "back, on and back again": lambda lines: bend(
        lines, lambda i, at, n: at - 5400 * (i * 8 // n % 2)),
    "one record from the year 2100": lambda lines: bend(
        lines, lambda i, at, n: 4102444800.0 if i == n // 2 else at),
    "nodes that are a minute apart": lambda lines: bend(lines, lambda i, at, n: at + 60 * (i % 2)),
    "out of order": lambda lines: shuffle(lines, 200),
    "one in twenty twice": lambda lines: repeat(lines, 0.05),
}


@pytest.mark.parametrize("bent", BENDS)
def test_bent_clocks_neither_hide_the_pool_nor_raise_alarms(bent, records, tmp_path):
    straight, lines = records
    path = tmp_path / "records.ndjson"
    path.write_text("\n".join(BENDS[bent](lines)) + "\n")
    result = scenario.replay("--seed", "7", str(path))
    report = json.loads(result.stdout)
    tag = scenario.moment(report, "campaign-1", "first_tag")
    assert tag <= 2 * scenario.moment(straight, "campaign-1", "first_tag") + 100
    assert scenario.benign(report)["cohorts_tagged"] == 0
    assert scenario.benign(report)["cohorts_proven"] == 0
    assert report["bad_lines"] == 0


@pytest.mark.parametrize("bent", BENDS)
def test_bent_clocks_keep_alarms_below_the_bound(bent, tmp_path_factory, honest):
    path = tmp_path_factory.mktemp("bent") / "records.ndjson"
    path.write_text("\n".join(BENDS[bent](honest)) + "\n")
    result = scenario.replay("--seed", "7", "--tag-evidence", "1e3", str(path))
    report = json.loads(result.stdout)
    assert upper_limit(report["engine"]["tags"]) <= report["engine"]["pairs"] / 1e3


@pytest.fixture(scope="module")
def honest(records):
    """The same without the pool's lines."""
    return [line for line in records[1] if '"label":"campaign' not in line]
