#!/usr/bin/env python3
"""Retort beside its peers, in one run: ratios, not promises.

    tests/bench/bench.py [NAME …] [--quick] [--rounds N] [--columns a,b] [--json]

Every proxy is pinned to core 0, the load and the mock upstream to core 1. The rounds of one row
are interleaved over the columns, because the machine drifts; a ratio is the median of the ratios
within rounds. NAME picks rows by the start of their name (`cpu`, `cpu-1k`, `memory`, …).
Standard library only; needs nginx, haproxy, strace, valgrind, redis-server and h2load.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import measure
from proxies import Bank, CLASSES, available

# How a row's goals read: times nginx's figure, more than nginx's, or as they stand.
RATIO, OVER, PLAIN = "× nginx", "over nginx", ""


class Row:
    """One line of the table. `once(bank, column)` takes one figure."""

    def __init__(self, name, title, unit, goals, kind, once, columns=None, rounds=None):
        self.name, self.title, self.unit, self.kind, self.once = name, title, unit, kind, once
        self.must, self.want = goals
        self.columns, self.rounds = columns, rounds


def cpu(variant="plain", **options):
    def once(bank, column):
        proxy = bank.proxy(column, variant)
        if variant == "refuse":
            measure.exhaust(proxy)
        return measure.cpu(proxy, warm_ms=150, run_ms=bank.run_ms, **options)
    return once


def http2(bank, column):
    return measure.cpu_http2(bank.proxy(column), requests=bank.run_ms * 10)


def added(body_bytes):
    """The proxy's median less the mock's own, one run after the other."""
    def once(bank, column):
        direct = measure.latency(int(bank.upstream.split(":")[1]), body_bytes)
        found = measure.latency(bank.proxy(column).clear, body_bytes)
        found["direct_p50_us"], found["direct_p90_us"] = direct["p50_us"], direct["p90_us"]
        found["value"] = found["p50_us"] - direct["p50_us"]
        found["added_p90_us"] = found["p90_us"] - direct["p90_us"]
        return found
    return once


def memory(connections, **options):
    def once(bank, column):
        with bank.fresh(column) as proxy:
            return measure.memory(proxy, connections, **options)
    return once


def instructions(body_bytes):
    return lambda bank, column: measure.instructions(bank, column, body_bytes)


def redis_cpu(bank, column):
    options = {"warm_ms": 150, "run_ms": bank.run_ms}
    plain = measure.cpu(bank.proxy(column), **options)
    found = measure.cpu(bank.proxy(column, "redis"), **options)
    assert bank.redis().keys(), "Redis holds nothing: it was not used"
    found["memory_us"] = plain["value"]
    found["redis_us"] = found["value"]
    found["value"] -= plain["value"]
    return found


def redis_dead(bank, column):
    """The median with Redis killed over the median with Redis alive."""
    proxy = bank.proxy(column, "redis")
    alive = measure.latency(proxy.clear, 1024)
    assert bank.redis().keys(), "Redis holds nothing: it was not used"
    bank.redis().kill()
    try:
        found = measure.latency(proxy.clear, 1024)
    finally:
        bank.redis().restart()
    found["alive_p50_us"] = alive["p50_us"]
    found["value"] = found["p50_us"] / alive["p50_us"]
    return found


ROWS = [
    Row("cpu-1k", "1 KB clear (request 1 KB, reply 1 KB)", "µs", (1.0, .85), RATIO,
        cpu(body_bytes=1024)),
    Row("cpu-16k", "16 KB clear (request 16 KB, reply 1 KB)", "µs", (1.2, 1.0), RATIO,
        cpu(body_bytes=16384)),
    Row("cpu-128k", "128 KB clear (request 128 KB, reply 1 KB)", "µs", (1.2, 1.0), RATIO,
        cpu(body_bytes=131072)),
    Row("cpu-tls", "1 KB TLS 1.3 kept", "µs", (1.0, .9), RATIO, cpu(is_tls=True)),
    Row("cpu-handshake", "full handshake + 1 KB", "µs", (1.0, .95), RATIO,
        cpu(is_tls=True, fresh=True)),
    Row("cpu-http2", "1 KB HTTP/2", "µs", (.75, .6), RATIO, http2),
    Row("cpu-refusal", "a refusal (429)", "µs", (1.0, .85), RATIO,
        cpu("refuse", expect=429)),
    Row("cpu-event", "an SSE event (200 streams, one each 20 ms)", "µs", (1.0, .8), RATIO,
        cpu(stream=True, connections=200, events=100000, pace_ms=20, per="events")),
    Row("added-1k", "added p50 at 2,000/s, 1 KB", "µs", (20, 5), OVER, added(1024)),
    Row("added-16k", "added p50 at 2,000/s, 16 KB", "µs", (40, 15), OVER, added(16384)),
    Row("memory-stream", "an open SSE stream (2,000)", "KB", (8, 4.6), PLAIN,
        memory(2000, stream=True), rounds=3),
    Row("memory-clear", "an idle connection, clear (4,000)", "KB", (2, 1), PLAIN,
        memory(4000), rounds=3),
    Row("memory-tls", "an idle connection, TLS (2,000)", "KB", (20, 16), PLAIN,
        memory(2000, is_tls=True), rounds=3),
    Row("syscalls-1k", "system calls, 1 KB request", "", (6, 4.5), PLAIN,
        lambda bank, column: measure.syscalls(bank.proxy(column)), rounds=2),
    Row("syscalls-event", "system calls, an SSE event", "", (2.5, 2.3), PLAIN,
        lambda bank, column: measure.syscalls_event(bank.proxy(column)), rounds=2),
    Row("instructions-1k", "user instructions, 1 KB", "k", (45e3, 30e3), PLAIN,
        instructions(1024), rounds=1),
    Row("instructions-16k", "user instructions, 16 KB", "k", (80e3, 50e3), PLAIN,
        instructions(16384), rounds=1),
    Row("redis-cpu", "Redis store over memory store, CPU per request", "µs", (3, 1), PLAIN,
        redis_cpu, columns=["retort", "retort-heads"]),
    Row("redis-dead", "p50 with Redis killed ÷ alive", "", (1.15, 1.05), PLAIN, redis_dead,
        columns=["retort", "retort-heads"]),
]


def measure_row(bank, row, columns, rounds, failures):
    """All figures of a row: {column: [dict, …]}, taken round by round. A column that fails is
    left out of the row and said in `failures`."""
    chosen = [name for name in columns if not row.columns or name in row.columns]
    found = {name: [] for name in chosen}
    for number in range(min(rounds, row.rounds or rounds)):
        turn = number % len(chosen) if chosen else 0
        for name in chosen[turn:] + chosen[:turn]:
            if name not in found:
                continue
            try:
                found[name].append(row.once(bank, name))
            except (AssertionError, OSError, subprocess.SubprocessError) as error:
                bank.insist()
                failures.append(f"{row.name}, {name}: {str(error)[:400]}")
                del found[name]
                continue
            print(f"\r{row.name} {number + 1} {name}: {found[name][-1]['value']:.2f}\033[K",
                  end="", file=sys.stderr, flush=True)
    return found


def judge(row, ours, nginx):
    """(what is held against the goals, how it stands) of one of our columns."""
    if row.kind == PLAIN:
        judged = statistics.median(ours)
    elif nginx:
        judged = statistics.median(
            us / them if row.kind == RATIO else us - them for us, them in zip(ours, nginx))
    else:
        return None, "–"
    return judged, ("want" if judged <= row.want else
                    "must" if judged <= row.must else "MISSED")


def compare(row, found):
    """The medians and spreads of all columns, and how the goals read each of ours."""
    values = {name: [one["value"] for one in taken] for name, taken in found.items() if taken}
    judged = {name: judge(row, values[name], values.get("nginx"))
              for name in values if name.startswith("retort")}
    return {"medians": {name: statistics.median(each) for name, each in values.items()},
            "spread": {name: (min(each), max(each)) for name, each in values.items()},
            "judged": {name: pair[0] for name, pair in judged.items()},
            "verdict": {name: pair[1] for name, pair in judged.items()}}


def show(row, value, is_judged=False):
    if value is None:
        return "–"
    if row.unit == "k":
        return f"{value / 1000:.1f} k"
    if is_judged and row.kind == RATIO:
        return f"{value:.2f}"
    return f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}"


def print_table(results, columns):
    ours = [name for name in columns if name.startswith("retort")]
    head = ["row", "unit", *columns, "must", "want", *(f"{name} judged" for name in ours)]
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row, result in results:
        goals = [show(row, goal, True) for goal in (row.must, row.want)]
        verdicts = [" ".join((show(row, result["judged"].get(name), True), row.kind,
                              result["verdict"].get(name, ""))).replace("  ", " ").strip()
                    for name in ours]
        print("| " + " | ".join([
            row.title, "" if row.unit == "k" else row.unit,
            *(show(row, result["medians"].get(name)) for name in columns), *goals,
            *verdicts]) + " |")


def read_words():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="rows, by the start of their name")
    parser.add_argument("--quick", action="store_true", help="3 short rounds: a smoke test")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--columns", default="nginx,haproxy,retort",
                        help="of " + ", ".join(CLASSES))
    parser.add_argument("--json", action="store_true", help="everything that was measured")
    return parser.parse_args()


def main():
    words = read_words()
    wanted = [row for row in ROWS
              if not words.names or any(row.name.startswith(name) for name in words.names)]
    columns = words.columns.split(",")
    missing = [name for name in columns if not available(name)]
    for name in missing:
        print(f"{name}: not here, its column stays empty", file=sys.stderr)
    if not wanted:
        sys.exit("no such row; there are " + ", ".join(row.name for row in ROWS))
    results, taken, failures = [], {}, []
    started, busy = time.time(), os.getloadavg()[0]
    with Bank() as bank:
        bank.run_ms = 400 if words.quick else 800
        for row in wanted:
            found = measure_row(bank, row, [n for n in columns if n not in missing],
                                3 if words.quick else words.rounds, failures)
            taken[row.name] = found
            results.append((row, compare(row, found)))
    print("\r\033[K", end="", file=sys.stderr)
    if words.json:
        print(json.dumps({row.name: {**result, "title": row.title, "unit": row.unit,
                                     "must": row.must, "want": row.want, "kind": row.kind,
                                     "rounds": taken[row.name]} for row, result in results}))
    else:
        print_table(results, columns)
        print(f"\nmedians of up to {3 if words.quick else words.rounds} interleaved rounds, "
              f"{time.time() - started:.0f} s in all; load average before: {busy:.1f}"
              f"{' (too busy for the latency rows)' if busy > 1 else ''}")
    for failure in failures:
        print(failure, file=sys.stderr)
    sys.exit(bool(failures) or any(
        "MISSED" in result["verdict"].values() for _, result in results))


if __name__ == "__main__":
    main()
