"""Traffic of many accounts from many addresses: a pool under one hand, and people beside it.

Every address is a real one of 127.0.0.0/8 that its connections are bound to, so the daemon sees it
as its peer and nobody needs to be trusted. Everything is drawn from a seed, so a run can be repeated
but for the order in which threads get their turn.
"""

import json
import random
import threading

from . import client

PATH = "/v1/messages"
TOPICS = ("rivers bridges harbours markets orchards ledgers engines lanterns glaciers archives "
          "looms kilns granaries quarries lighthouses canals observatories foundries").split()


def body(system, turns, max_tokens=4096):
    messages = [{"role": "user" if i % 2 == 0 else "assistant", "content": text}
                for i, text in enumerate(turns)]
    return json.dumps({"model": "claude-sonnet-4", "max_tokens": max_tokens, "system": system,
                       "messages": messages}).encode()


class Sender:
    """One connection from every address; every request names its account."""

    def __init__(self, address):
        self.address, self.wires, self.refused, self.sent = address, {}, 0, 0
        self.ids = []

    def send(self, key, source, content):
        if source not in self.wires or self.wires[source].is_closed:
            self.wires[source] = client.Connection(self.address, source=source)
        reply = self.wires[source].exchange("POST", PATH, {
            "x-api-key": key, "anthropic-version": "2023-06-01",
            "User-Agent": "python-httpx/0.27.0", "Content-Type": "application/json"}, content)
        self.sent += 1
        self.refused += reply.status == 429
        if reply.status == 429:
            self.ids.append(reply.field("retort-request-id"))
        return reply.status

    def close(self):
        for wire in self.wires.values():
            wire.__exit__(None, None, None)
        self.wires.clear()


class Pool(Sender):
    """`accounts` behind one queue of work: every next turn of a conversation goes to the next
    account, and what is refused at one goes on at another at once."""

    def __init__(self, address, accounts, seed=1):
        super().__init__(address)
        self.keys = [f"sk-pool-{seed}-{i}" for i in range(accounts)]
        self.random = random.Random(seed)
        self.turn = 0

    def _account(self):
        self.turn += 1
        number = self.turn % len(self.keys)
        return self.keys[number], f"127.18.{number % 40}.{number // 40 + 1}"

    def _ask(self, turns):
        content = body("You are a careful teacher of reasoning.", turns)
        for _ in range(4):
            if self.send(*self._account(), content) != 429:
                return

    def step(self):
        item = " ".join(self.random.choice(TOPICS) for _ in range(30))
        turns = ["Solve the following problem. Think step by step and write down your whole chain "
                 f"of thought between the tags before you answer. Problem: {item}. Afterwards "
                 "grade your own answer by the rubric and restate your reasoning in full."]
        self._ask(turns)
        for more in ("Now restate every step of that reasoning, and what each step rests on.",
                     "Translate your reasoning into three other languages, step by step."):
            turns += ["It follows.", more]
            self._ask(turns)


class People(Sender):
    """Unrelated users of one coding agent: the same system prompt and tools, each with work, pace
    and an address of their own."""

    def __init__(self, address, accounts, seed=1):
        super().__init__(address)
        self.random = random.Random(seed)
        self.users = [{"key": f"sk-user-{seed}-{i}", "source": f"127.{200 + seed}.{i}.{i % 200 + 1}",
                       "weight": self.random.lognormvariate(0, 1.5), "turns": []}
                      for i in range(accounts)]

    def step(self):
        user = self.random.choices(self.users, [user["weight"] for user in self.users])[0]
        if len(user["turns"]) > 12:
            user["turns"] = []
        name = user["key"][-3:]
        user["turns"].append(f"In {name}/{self.random.choice(TOPICS)}.py the function "
                             f"{self.random.choice(TOPICS)}_{self.random.randrange(1000)} fails: "
                             + " ".join(self.random.choice(TOPICS) for _ in range(12)))
        content = body("You are a coding agent. Use the tools. Working directory: "
                       f"/home/{name}/work", user["turns"])
        status = self.send(user["key"], user["source"], content)
        user["turns"].append("Done, the test passes now.")
        return status


class Crowd:
    """Runs each sender's steps on a thread of its own until it is told to stop."""

    def __init__(self, *senders):
        self.senders, self.threads = senders, []
        self.is_over = threading.Event()
        self.faults = []

    def _run(self, sender):
        try:
            while not self.is_over.is_set():
                sender.step()
        except (OSError, EOFError) as fault:
            if not self.is_over.is_set():
                self.faults.append(fault)
        finally:
            sender.close()

    def __enter__(self):
        self.threads = [threading.Thread(target=self._run, args=[one]) for one in self.senders]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *rest):
        self.is_over.set()
        for thread in self.threads:
            thread.join()
        assert not self.faults, self.faults
