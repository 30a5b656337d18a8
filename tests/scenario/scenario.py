"""Runs a scenario file and reads its report; shared by the tests and by the bench."""

import json
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CTL = os.environ.get("RETORTCTL", str(ROOT / "build" / "bin" / "retortctl"))

# Tables were made with seeds from 1000 on; nothing here may use those.
FIRST_TEST_SEED = 1
TRAINING_SEEDS = range(1000, 2000)


def words(name, seed, *options):
    """The command of one run; a scenario is named without its folder and ending."""
    assert seed not in TRAINING_SEEDS
    return [CTL, "simulate", str(HERE / f"{name}.yaml"), "--seed", str(seed), "--json",
            "--reference", str(ROOT / "conf" / "reference"), *options]


def simulate(name, seed, *options):
    """The report of one run."""
    result = subprocess.run(words(name, seed, *options), capture_output=True, text=True, check=True)
    assert not result.stderr, result.stderr
    return json.loads(result.stdout)


def replay(*arguments):
    words = [CTL, "replay", "--reference", str(ROOT / "conf" / "reference"), *arguments]
    return subprocess.run(words, capture_output=True, text=True)


def moment(report, label, which):
    """Exchanges of the label until its first tag or proof; None: never."""
    found = report["labels"][label][which]
    return found["exchange"] if found else None


def benign(report):
    return report["labels"]["benign"]
