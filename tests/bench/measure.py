"""How each kind of figure is taken. Every function returns one number per call, or a dict."""

import json
import os
import re
import signal
import subprocess
import tempfile

from proxies import LOAD_CORE, pinned, program  # first: it finds the harness
from harness import wait

LOAD = program.BIN.parent / "bench" / "bench_load"


def load(port, watch=(), may_fail=False, **options):
    """One run of bench_load; keyword options become its words (True: a flag)."""
    command = pinned(LOAD_CORE, [str(LOAD), "--target", f"127.0.0.1:{port}"])
    if watch:
        command += ["--watch", ",".join(map(str, watch))]
    for name, value in options.items():
        if value is not False:
            command.append("--" + name.replace("_", "-"))
        if value is not True and value is not False:
            command.append(str(value))
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    if not may_fail and (found["errors"] or not (found["done"] or found["events"])):
        raise AssertionError(f"{' '.join(command)}: {found}")
    return found


def exhaust(proxy):
    """One request for each account, so that a variant `refuse` refuses all that follow."""
    load(proxy.clear, may_fail=True, requests=1000)


def cpu(proxy, is_tls=False, per="done", **options):
    """CPU microseconds of all threads of the proxy per request (or event)."""
    found = load(proxy.tls if is_tls else proxy.clear, proxy.processes(), tls=is_tls, **options)
    found["value"] = found["cpu_us"] / found[per]
    found["busy"] = found["cpu_us"] / found["seconds"] / 1e6
    return found


def _cpu_ns(processes):
    total = 0
    for pid in processes:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat") as file:
                total += int(file.read().split()[0])
    return total


def cpu_http2(proxy, requests, body_bytes=1024):
    """The same over HTTP/2 with h2load: 16 connections of 4 streams."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as body:
        head = '{"model":"mock-large","messages":[{"role":"user","content":"'
        body.write(head + "word " * ((body_bytes - len(head) - 4) // 5) + '"}]}')
        body.flush()
        before = _cpu_ns(proxy.processes())
        done = subprocess.run(pinned(LOAD_CORE, [
            "h2load", "-n", str(requests), "-c", "16", "-m", "4", "-d", body.name,
            "-H", "authorization: Bearer sk-bench", "-H", "content-type: application/json",
            "-H", "mock-reply-bytes: 1024",
            f"https://127.0.0.1:{proxy.tls}/v1/chat/completions"]),
            capture_output=True, text=True, timeout=120, check=True)
        used = _cpu_ns(proxy.processes()) - before
    said = re.search(r"status codes: (\d+) 2xx", done.stdout)
    if not said or int(said[1]) != requests or "protocol: h2\n" not in done.stdout:
        raise AssertionError("h2load was not answered over HTTP/2: " + re.search(
            r"Application protocol: .*|$", done.stdout)[0])
    return {"value": used / 1000 / requests, "done": requests}


def memory(proxy, connections, is_tls=False, **options):
    """KB of proportional memory that each of so many held connections costs."""
    def pss():
        total = 0
        for pid in proxy.processes():
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        return total

    port = proxy.tls if is_tls else proxy.clear
    load(port, tls=is_tls, requests=20000)  # rings and tables of fixed size have been touched
    before = pss()
    command = pinned(LOAD_CORE, [
        str(LOAD), "--target", f"127.0.0.1:{port}", "--held", "--connections", str(connections),
        *(["--tls"] if is_tls else []),
        *(["--stream", "--events", "1000000", "--pace-ms", "500"] if options else [])])
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as held:
        ready = json.loads(held.stdout.readline())
        assert ready == {"ready": connections}, ready
        after = pss()
        held.stdin.close()
        held.wait(60)
    return {"value": (after - before) / connections, "connections": connections}


def _count_calls(proxy, run):
    """System calls of the proxy while `run()` lasts, and what it returned."""
    with tempfile.TemporaryDirectory() as folder:
        words = [word for pid in proxy.processes() for word in ("-p", str(pid))]
        with open(f"{folder}/said", "w") as said:
            tracer = subprocess.Popen(["strace", "-c", "-f", "-o", f"{folder}/calls", *words],
                                      stderr=said)
        try:
            wait.until(lambda: open(f"{folder}/said").read().count("attached")
                       >= len(words) // 2, "strace is attached")
            found = run()
        finally:  # left attached, it would spoil every row that follows
            tracer.send_signal(signal.SIGINT)
            tracer.wait(60)
        with open(f"{folder}/calls") as file:
            rows = [line.split() for line in file]
    return sum(int(row[3]) for row in rows if len(row) > 4 and row[0][0].isdigit()
               and row[-1] != "total"), found


def syscalls(proxy):
    """System calls per 1 KB request: the difference of two counts, so that connecting cancels."""
    few, _ = _count_calls(proxy, lambda: load(proxy.clear, requests=500))
    many, _ = _count_calls(proxy, lambda: load(proxy.clear, requests=2500))
    return {"value": (many - few) / 2000}


def syscalls_event(proxy):
    """System calls per event of 50 streams."""
    def streams(events):
        return load(proxy.clear, requests=50, connections=50, stream=True, events=events,
                    pace_ms=20)

    few, a = _count_calls(proxy, lambda: streams(20))
    many, b = _count_calls(proxy, lambda: streams(100))
    return {"value": (many - few) / (b["events"] - a["events"])}


def instructions(bank, name, body_bytes, few=200, many=1000):
    """User-space instructions per request, by callgrind: again a difference of two counts."""
    totals = []
    for requests in (few, many):
        wrap = ["valgrind", "--tool=callgrind", "--callgrind-out-file=calls"]
        with bank.fresh(name, wrap=wrap) as proxy:
            load(proxy.clear, requests=requests, connections=4, body_bytes=body_bytes)
            proxy.leave()
            with open(proxy.folder / "calls") as file:
                totals.append(next(int(line.split()[1]) for line in file
                                   if line.startswith(("summary:", "totals:"))))
    return {"value": (totals[1] - totals[0]) / (many - few)}


def latency(port, body_bytes):
    """Microseconds from when a request should have started, at 2,000 a second."""
    found = load(port, connections=32, rate=2000, warm_ms=300, run_ms=1200,
                 body_bytes=body_bytes)
    found["value"] = found["p50_us"]
    return found
