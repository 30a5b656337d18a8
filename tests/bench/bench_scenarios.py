#!/usr/bin/python3
"""Prints the table of goals: each scenario over several seeds, with what was measured beside what
must hold. All traffic is synthetic: populations.yaml says what was fitted and what assumed."""

import argparse
import json
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scenario"))
import scenario  # noqa: E402

# name, seeds, campaign's label, most exchanges to a tag and to a proof
CAMPAIGNS = [
    ("01-hydra", 3, "campaign-1", 1000, 3000),
    ("01-hydra-turns", 3, "campaign-1", 1000, 3000),
    ("01-hydra-sticky", 3, "campaign-1", 1000, 3000),
    ("02-harvest", 3, "campaign-1", None, 0.02 * 150e3),
    ("02b-mid-500", 3, "campaign-1", None, 0.002 * 3.4e6),
    ("02b-mid-20000", 3, "campaign-1", None, 0.002 * 13e6),
    ("03-pool-switch", 3, "campaign-1-2", 500, None),
    ("04-adaptive", 3, "campaign-1", None, 0.01 * 10e6),
    ("04-adaptive-200", 3, "campaign-1", None, 0.5 * 150e3),
    ("05-silent-relay", 3, "campaign-1", 1e6, None),
    ("01-hydra-liar", 3, "campaign-1", 1000, 3000),
    ("11-displacement", 3, "campaign-1", None, 0.02 * 3.4e6),
]
HONEST = [("06-coding-agents", 20), ("07-eval-day", 20), ("08-aggregator", 20),
          ("09-hackathon", 20), ("10-guarantee", 5), ("10-outside", 10)]
NULLS = [1e2, 1e3, 1e4]  # values of A for the pure null


def words(values):
    known = [v for v in values if v is not None]
    if not known:
        return "never"
    text = f"{statistics.median(known):.0f} (most {max(known)})"
    return text if len(known) == len(values) else f"{text}, never in {len(values) - len(known)}"


def run(name, seeds, *options):
    return [scenario.simulate(name, scenario.FIRST_TEST_SEED + i, *options) for i in range(seeds)]


def harm(reports):
    sides = [scenario.benign(r) for r in reports]
    total = sum(s["exchanges"] for s in sides)
    return {
        "benign_tagged_cohorts": sum(s["cohorts_tagged"] for s in sides),
        "benign_proven_cohorts": sum(s["cohorts_proven"] for s in sides),
        "benign_shaped": sum(s["shaped"] for s in sides),
        "customers_shaped": sum(side["shaped"] for r in reports
                                for name, side in r["labels"].items() if name.endswith("-customers")),
        "benign_probed_share": sum(s["probed"] for s in sides) / max(total, 1),
        "alarm_bound": sum(r["engine"]["pairs"] for r in reports) / 1e9,
    }


def campaign_row(name, seeds, label, tag_goal, proof_goal):
    reports = run(name, seeds)
    tag = "first_tagged" if name.startswith("03") else "first_tag"
    row = {"scenario": name, "seeds": seeds,
           "to_tag": words([scenario.moment(r, label, tag) for r in reports]),
           "to_proof": words([scenario.moment(r, label, "first_proof") for r in reports]),
           "must_tag": tag_goal, "must_proof": proof_goal}
    return row | harm(reports)


def split_row(name, seeds):
    """What two nodes that see half each need, beside one."""
    row = {"scenario": f"{name}, 2 nodes", "seeds": seeds}
    reports = run(name, seeds, "--nodes", "2")
    for which, key in (("to_tag", "first_tag"), ("to_proof", "first_proof")):
        row[which] = words([scenario.moment(r, "campaign-1", key) for r in reports])
    return row | {"must_tag": 1000, "must_proof": 3000} | harm(reports)


def null_rows(seeds):
    for evidence in NULLS:
        reports = run("10-guarantee", seeds, "--tag-evidence", str(evidence), "--no-probe")
        yield {"scenario": f"10 null, A {evidence:g}", "seeds": seeds,
               "tags": [r["engine"]["tags"] for r in reports],
               "bound": sum(r["engine"]["pairs"] for r in reports) / evidence}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seeds", type=int, help="of every scenario")
    parser.add_argument("only", nargs="*", help="names, or their beginnings")
    options = parser.parse_args()
    wanted = tuple(options.only) or ("",)
    rows = [campaign_row(name, options.seeds or seeds, *rest)
            for name, seeds, *rest in CAMPAIGNS if name.startswith(wanted)]
    for name, seeds in HONEST:
        if name.startswith(wanted):
            seeds = options.seeds or seeds
            rows.append({"scenario": name, "seeds": seeds} | harm(run(name, seeds)))
    rows += [split_row(name, options.seeds or 3) for name in ("01-hydra", "01-hydra-sticky")
             if name.startswith(wanted)]
    nulls = list(null_rows(options.seeds or 5)) if "10-guarantee".startswith(wanted) else []
    if options.json:
        json.dump(rows + nulls, sys.stdout, indent=1)
        return
    print(f"{'scenario':24} {'seeds':>5} {'to tag':>24} {'must':>6} {'to proof':>26} {'must':>7} "
          f"{'tagged':>6} {'proven':>6} {'shaped':>6} {'probed':>8} {'customers':>9}   (honest cohorts and exchanges; customers of a pool that were shaped)")
    for row in rows:
        print(f"{row['scenario']:24} {row['seeds']:5} {row.get('to_tag', ''):>24} "
              f"{row.get('must_tag') or '':>6} {row.get('to_proof', ''):>26} "
              f"{row.get('must_proof') or '':>7} {row['benign_tagged_cohorts']:6} "
              f"{row['benign_proven_cohorts']:6} {row['benign_shaped']:6} "
              f"{row['benign_probed_share']:8.5f} {row['customers_shaped']:9}")
    for row in nulls:
        print(f"{row['scenario']:24} {row['seeds']:5} tags by seed {row['tags']}, of all at most "
              f"{row['bound']:.1f} expected")


if __name__ == "__main__":
    main()
