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
    ("11-displacement", 3, "campaign-1", None, 0.02 * 3.4e6),
]
HONEST = [("06-coding-agents", 20), ("07-eval-day", 20), ("08-aggregator", 20),
          ("09-hackathon", 20), ("10-guarantee", 5)]


def words(values):
    known = [v for v in values if v is not None]
    if not known:
        return "never"
    text = f"{statistics.median(known):.0f} (most {max(known)})"
    return text if len(known) == len(values) else f"{text}, never in {len(values) - len(known)}"


def run(name, seeds):
    return [scenario.simulate(name, scenario.FIRST_TEST_SEED + i) for i in range(seeds)]


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
        "alarm_bound": sum(r["engine"]["bets"] for r in reports) / 1e9,
    }


def campaign_row(name, seeds, label, tag_goal, proof_goal):
    reports = run(name, seeds)
    tag = "first_tagged" if name.startswith("03") else "first_tag"
    row = {"scenario": name, "seeds": seeds,
           "to_tag": words([scenario.moment(r, label, tag) for r in reports]),
           "to_proof": words([scenario.moment(r, label, "first_proof") for r in reports]),
           "must_tag": tag_goal, "must_proof": proof_goal}
    return row | harm(reports)


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
    if options.json:
        json.dump(rows, sys.stdout, indent=1)
        return
    print(f"{'scenario':18} {'seeds':>5} {'to tag':>24} {'must':>6} {'to proof':>26} {'must':>7} "
          f"{'tagged':>6} {'proven':>6} {'shaped':>6} {'probed':>8} {'customers':>9}   (honest cohorts and exchanges; customers of a pool that were shaped)")
    for row in rows:
        print(f"{row['scenario']:18} {row['seeds']:5} {row.get('to_tag', ''):>24} "
              f"{row.get('must_tag') or '':>6} {row.get('to_proof', ''):>26} "
              f"{row.get('must_proof') or '':>7} {row['benign_tagged_cohorts']:6} "
              f"{row['benign_proven_cohorts']:6} {row['benign_shaped']:6} "
              f"{row['benign_probed_share']:8.5f} {row['customers_shaped']:9}")


if __name__ == "__main__":
    main()
