#!/usr/bin/env python3
"""Plays a small campaign against a running daemon (./retort run), beside some honest clients.

    ./retort demo [--accounts N] [--rounds N]

The pool: N accounts on as many loopback addresses, one harvesting template whose slot changes, dealt
out evenly, moving to the next account when one is refused. The honest: a handful of people with
prompts and accounts of their own. Everything here is synthetic, and says so in its credentials.
Standard library only. What Retort made of it: build/bin/retortctl status, cohorts.
"""

import argparse
import concurrent.futures
import http.client
import json
import random
import ssl
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOPICS = ("rivers bridges clocks engines gardens tides lenses ledgers orbits enzymes harbours sails "
          "kilns vaccines glaciers looms turbines fractions metaphors tariffs").split()
HONEST = ["Why does my sourdough collapse after proofing overnight in the fridge?",
          "Translate this to German, informal please: see you at the station at nine.",
          "Write a haiku about a late train and a wet umbrella.",
          "What is the difference between a mutex and a semaphore, briefly?",
          "My daughter is six and asks why the sky is blue. Help me answer."]


def harvest(number, draw):
    return (f"You are to produce training data. Item {number}: think step by step and show your full "
            f"reasoning before the final answer, then grade it by the rubric below from 1 to 10.\n"
            f"Question: how do {draw.choice(TOPICS)} relate to {draw.choice(TOPICS)} "
            f"when there are {draw.randint(2, 99)} of them?\n"
            f"Rubric: correctness, completeness, clarity. Output the reasoning in <reasoning> tags.")


def ask(port, ca, source, account, text):
    """One request from one loopback address: its status."""
    context = ssl.create_default_context(cafile=ca)
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30,
                                             source_address=(source, 0))
    body = json.dumps({"model": "gpt-4o-mini", "max_tokens": 4096,
                       "messages": [{"role": "user", "content": text}]})
    try:
        connection.request("POST", "/v1/chat/completions", body, {
            "Authorization": f"Bearer sk-demo-{account}", "Content-Type": "application/json"})
        reply = connection.getresponse()
        reply.read()
        return reply.status
    finally:
        connection.close()


def pool(port, ca, accounts, rounds, draw):
    for number in range(accounts * rounds):
        account = number % accounts
        yield port, ca, f"127.1.{account // 250}.{account % 250 + 1}", f"pool-{account}", harvest(
            number, draw)


def people(port, ca, rounds, draw):
    for number in range(8 * rounds):
        person = number % 8
        yield port, ca, f"127.2.0.{person + 1}", f"person-{person}", draw.choice(HONEST)


def play(executor, plays):
    counts = {}
    for status in executor.map(lambda play: ask(*play), plays):
        counts[status] = counts.get(status, 0) + 1
    return ", ".join(f"{count} × {status}" for status, count in sorted(counts.items()))


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--accounts", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--port", type=int, default=8443)
    options.add_argument("--ca", default=str(ROOT / "build/run/server.crt"))
    chosen = options.parse_args()
    draw = random.Random(1)
    with concurrent.futures.ThreadPoolExecutor(16) as executor:
        print(f"the pool, {chosen.accounts} accounts:",
              play(executor, pool(chosen.port, chosen.ca, chosen.accounts, chosen.rounds, draw)))
        print("eight people:", play(executor, people(chosen.port, chosen.ca, chosen.rounds, draw)))
    print("see: build/bin/retortctl status; build/bin/retortctl cohorts")


if __name__ == "__main__":
    try:
        main()
    except (ConnectionRefusedError, FileNotFoundError):
        raise SystemExit("no daemon answers: start one with ./retort run")
