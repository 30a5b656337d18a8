#!/usr/bin/python3
"""The number of the design: a pool of 25,000 accounts inside a million honest ones, for a day after
two and a half of honest traffic. Prints what was found and when, what it cost honest accounts, what
the tables gave up, and the memory of the whole process beside the simulator's own share of it (people,
report); what is left is the engine with its board. All traffic is synthetic: populations.yaml."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scenario"))
import scenario  # noqa: E402

MIB = 1 << 20
GIVEN_UP = ["accounts_evicted", "cohorts_evicted", "candidates_evicted", "conversations_evicted",
            "pairs_refused", "sketches_refused"]


def run(name, seed, memory_mib):
    """The report, and what the process took at its most: bytes and seconds of one core."""
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(scenario.words(name, seed, "--memory", str(memory_mib)), stdout=output)
        _, status, used = os.wait4(process.pid, 0)
        assert status == 0, status
        output.seek(0)
        return json.load(output), used.ru_maxrss * 1024, used.ru_utime + used.ru_stime


def row(name, seed, memory_mib):
    report, peak, seconds = run(name, seed, memory_mib)
    pool, side, engine = report["labels"]["campaign-1"], scenario.benign(report), report["engine"]
    honest = [label for key, label in report["labels"].items() if key != "benign" and label["benign"]]
    begun = scenario.moment(report, "campaign-1", "first_tag")
    return {
        "scenario": name, "seed": seed, "memory_mib": memory_mib,
        "exchanges": report["exchanges"], "exchanges_per_cpu_second": round(report["exchanges"] / seconds),
        "honest_accounts": sum(label["accounts"] for label in honest),
        "honest_exchanges": side["exchanges"],
        "pool_accounts": pool["accounts"], "pool_exchanges": pool["exchanges"],
        "to_tag": begun, "to_proof": scenario.moment(report, "campaign-1", "first_proof"),
        "honest_tagged": sum(label["tagged"] for label in honest),
        "honest_cohorts_tagged": side["cohorts_tagged"], "honest_cohorts_proven": side["cohorts_proven"],
        "honest_shaped": side["shaped"] + side["held"], "honest_probed": side["probed"],
        "peak_mib": peak / MIB, "simulator_mib": report["own_bytes"] / MIB,
        "engine_mib": (peak - report["own_bytes"]) / MIB, "tables_mib": engine["bytes"] / MIB,
        "cohorts_unwatched": report["cohorts_dropped"],
    } | {key: engine[key] for key in ["accounts", "pairs", "cohorts", "sketches"] + GIVEN_UP}


def show(found):
    print(f"{found['scenario']}, seed {found['seed']}, detection.memory {found['memory_mib']} MiB:")
    print(f"  {found['honest_accounts']:,} honest accounts with {found['honest_exchanges']:,} exchanges, "
          f"{found['pool_accounts']:,} of the pool with {found['pool_exchanges']:,}; "
          f"{found['exchanges_per_cpu_second']:,} a second of CPU")
    print(f"  the pool's exchanges to the tag {found['to_tag']}, to the proof {found['to_proof']}")
    print(f"  honest: tagged {found['honest_tagged']} exchanges, {found['honest_cohorts_tagged']} cohorts; "
          f"proven {found['honest_cohorts_proven']}; shaped {found['honest_shaped']}; "
          f"probed {found['honest_probed']}")
    print(f"  memory at its most {found['peak_mib']:.0f} MiB: engine {found['engine_mib']:.0f} "
          f"(tables of {found['tables_mib']:.0f}), simulator {found['simulator_mib']:.0f}")
    print("  " + ", ".join(f"{key.replace('_', ' ')} {found[key]:,}"
                           for key in ["accounts", "pairs", "cohorts", "sketches"] + GIVEN_UP))
    if found["cohorts_unwatched"]:
        print(f"  the report had no room for {found['cohorts_unwatched']} sightings of cohorts")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, nargs="+", default=[7])
    parser.add_argument("--memory", type=int, nargs="+", default=[1536], help="MiB of detection.memory")
    parser.add_argument("--scenario", default="12-million")
    options = parser.parse_args()
    for memory_mib in options.memory:
        for seed in options.seed:
            found = row(options.scenario, seed, memory_mib)
            print(json.dumps(found)) if options.json else show(found)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
