#!/usr/bin/python3
"""Replays records of a simulated harvest and captures with bodies of 1 KB, all made from fixed
seeds, and prints exchanges per second of CPU: user and system time of the whole process, start
included, so that what else runs on the machine hardly counts."""

import argparse
import json
import pathlib
import random
import resource
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCENARIO = ROOT / "tests" / "scenario" / "02-harvest.yaml"
SEED = 7
BODY_BYTES = 1024
ACCOUNTS = 2000
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]


def make_records(ctl, path):
    subprocess.run([ctl, "simulate", SCENARIO, "--seed", str(SEED), "--records", path],
                   check=True, stdout=subprocess.DEVNULL)


def text_of(chance, length):
    words = []
    while length > 0:
        word = "".join(chance.choices(SYLLABLES, k=chance.randint(1, 4)))
        words.append(word[:length])
        length -= len(word) + 1
    return " ".join(words)


def capture_of(chance, number):
    """One turn of an account, whose client and system prompt are one of a few."""
    account = chance.randrange(ACCOUNTS)
    tool = account % 20
    body = {"model": f"model-{tool % 3}", "max_tokens": 1024,
            "messages": [{"role": "system", "content": text_of(random.Random(tool), 300)},
                         {"role": "user", "content": ""}]}
    body["messages"][1]["content"] = text_of(chance, BODY_BYTES - len(json.dumps(body)))
    return {"v": 1, "kind": "capture", "at": 1777593600 + number / 10,
            "peer": f"198.{18 + account % 2}.{account // 250}.{account % 250}",
            "tls": {"ja4": f"t13d1516h2_8daaf6152771_{tool:012x}"},
            "http": "1.1", "method": "POST", "path": "/v1/chat/completions",
            "headers": [["host", "api.example.com"], ["authorization", f"Bearer sk-{account:032d}"],
                        ["content-type", "application/json"], ["accept", "application/json"],
                        ["user-agent", f"tool-{tool}/1.0"]],
            "body": body, "reply": {"status": 200, "input_tokens": 250, "output_tokens": 300}}


def make_captures(path, count):
    chance = random.Random(SEED)
    with open(path, "w") as out:
        for number in range(count):
            out.write(json.dumps(capture_of(chance, number), separators=(",", ":")) + "\n")


def replay_once(ctl, path):
    """Exchanges, and CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([ctl, "replay", "--seed", str(SEED), path], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(done.stdout)["exchanges"], spent


def measure(ctl, name, path, rounds):
    rates = []
    for _ in range(rounds):
        exchanges, seconds = replay_once(ctl, path)
        rates.append(exchanges / seconds)
    return {"name": name, "exchanges": exchanges, "bytes_each": path.stat().st_size // exchanges,
            "median": round(statistics.median(rates)), "best": round(max(rates))}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--captures", type=int, default=100000, help="how many to make")
    parser.add_argument("--ctl", type=pathlib.Path, default=ROOT / "build" / "bin" / "retortctl")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="retort-replay-") as folder:
        records, captures = pathlib.Path(folder, "records"), pathlib.Path(folder, "captures")
        make_records(options.ctl, records)
        make_captures(captures, options.captures)
        rows = [measure(options.ctl, "records", records, options.rounds),
                measure(options.ctl, "captures", captures, options.rounds)]
    if options.json:
        print(json.dumps(rows))
        return
    print(f"{'':10} {'exchanges':>10} {'bytes each':>11} {'median/CPU s':>13} {'best':>10}")
    for row in rows:
        print(f"{row['name']:10} {row['exchanges']:>10} {row['bytes_each']:>11} "
              f"{row['median']:>13} {row['best']:>10}")


if __name__ == "__main__":
    main()
