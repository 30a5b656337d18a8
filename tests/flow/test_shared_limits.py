"""Two daemons and one real Redis: one limit, through everything that happens to the Redis."""

import pytest

from harness import client, daemon, mock, redis, wait

CHAT = "/v1/chat/completions"
BODY = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
SECRET = "5" * 64


def config(store, quota, key="account", mode="enforce"):
    return {"store": {"kind": "redis", "snapshot": None,
                      "redis": {"servers": [store.address], "sync_interval": "20ms",
                                "timeout": "500ms"}},
            "limits": [{"name": "rpm", "key": [key], "count": "requests", "quota": quota,
                        "window": "1h", "action": "throttle", "mode": mode}]}


@pytest.fixture(scope="module")
def upstream():
    with mock.run() as running:
        yield running


@pytest.fixture
def store():
    with redis.run() as running:
        yield running


class Fleet:
    """Daemons under one configuration, each with a connection that stays open."""

    def __init__(self, stack, settings, upstream, count=2):
        self.daemons = [stack.enter_context(daemon.run(settings, upstream=upstream.url,
                                                       secret=SECRET)) for _ in range(count)]
        self.doors = [stack.enter_context(client.Connection(d.address)) for d in self.daemons]

    def ask(self, number, account="sk-1"):
        """The status of one request at daemon `number`."""
        reply = self.doors[number].exchange("POST", CHAT, {"Authorization": f"Bearer {account}"},
                                            BODY)
        return reply.status

    def passed(self, number, count, account="sk-1"):
        statuses = [self.ask(number, account) for _ in range(count)]
        assert set(statuses) <= {200, 429}, statuses
        return statuses.count(200)

    def state(self, number):
        return self.daemons[number].stats()["store"]

    def await_state(self, state):
        for number in range(len(self.daemons)):
            wait.until(lambda n=number: self.state(n)["state"] == state,
                       f"daemon {number} is {state}")

    def settle(self):
        """Until every daemon has told what it counted before, and then heard what the others told.
        Costs three requests a daemon, the last of which the others may not have heard of."""
        for _ in range(3):  # a batch may have been under way already
            for number in range(len(self.daemons)):
                seen = self.state(number)["batches"]
                self.ask(number)
                wait.until(lambda n=number, s=seen: self.state(n)["batches"] > s,
                           f"daemon {number} shares")


@pytest.fixture
def fleet_of(upstream):
    import contextlib
    with contextlib.ExitStack() as stack:
        yield lambda settings, count=2: Fleet(stack, settings, upstream, count)


class TestOneLimit:
    def test_two_daemons_enforce_it_with_one_interval_of_overshoot(self, store, upstream, fleet_of):
        fleet = fleet_of(config(store, 60))
        fleet.await_state("shared")
        before, burst = len(upstream.seen()), 7
        for _ in range(10):  # 14 and 6 a turn
            fleet.passed(0, burst)
            fleet.passed(1, burst)
            fleet.settle()
        passed = len(upstream.seen()) - before
        assert 60 <= passed <= 60 + burst
        assert fleet.passed(0, 5) == 0 and fleet.passed(1, 5) == 0

    def test_a_refusal_says_when_to_come_back(self, store, fleet_of):
        fleet = fleet_of(config(store, 1))
        fleet.await_state("shared")
        fleet.settle()
        reply = fleet.doors[1].exchange("POST", CHAT, {"Authorization": "Bearer sk-1"}, BODY)
        assert reply.status == 429 and 1 <= int(reply.field("retry-after")) <= 60

    def test_a_daemon_that_joins_later_learns_what_was_counted(self, store, fleet_of):
        fleet = fleet_of(config(store, 50), 1)
        fleet.await_state("shared")
        assert fleet.passed(0, 50) == 50
        fleet.settle()
        late = fleet_of(config(store, 50), 1)
        late.await_state("shared")
        late.settle()
        assert late.passed(0, 10) == 0

    def test_decisions_say_what_they_stand_on(self, store, fleet_of):
        fleet = fleet_of(config(store, 1000))
        fleet.await_state("shared")
        fleet.settle()  # three requests here, the first of which nobody had told us about
        fleet.ask(0)
        assert fleet.daemons[0].decision(4)["store"] == "shared"
        assert fleet.daemons[0].decisions()[0].get("store") != "shared"


class TestRedisGoesAway:
    def test_killed_and_restarted_empty_all_that_was_counted_still_counts(self, store, fleet_of):
        fleet = fleet_of(config(store, 100))
        fleet.await_state("shared")
        assert fleet.passed(0, 30) + fleet.passed(1, 30) == 60
        fleet.settle()  # 66
        store.kill()
        assert fleet.passed(0, 8) + fleet.passed(1, 8) == 16  # 82
        fleet.await_state("local")
        store.restart()
        fleet.await_state("shared")
        fleet.settle()  # 88
        assert 12 <= fleet.passed(0, 30) <= 13
        fleet.settle()
        assert fleet.passed(0, 5) == 0 and fleet.passed(1, 5) == 0

    def test_frozen_nobody_waits_and_it_is_said_once(self, store, fleet_of):
        fleet = fleet_of(config(store, 100000))
        fleet.await_state("shared")
        fleet.settle()
        store.freeze()
        while fleet.state(0)["state"] == "shared":
            assert fleet.passed(0, 20) == 20
        wait.until(lambda: fleet.state(0)["failures"] >= 2, "it was tried again")
        said = fleet.daemons[0].stderr()
        assert said.count("did not answer within 500 ms") == 1
        assert "limits go on with this node's counts" in said
        status, text = fleet.daemons[0].ask("GET", "/readyz")
        assert status == 200 and '"store":"local"' in text
        assert fleet.daemons[0].metric("retort_store_shared") == 0
        store.thaw()
        fleet.await_state("shared")
        assert fleet.daemons[0].stderr().count("counts are shared through redis") == 2
        assert fleet.state(0)["outages"] == 1

    def test_absent_from_the_start_requests_pass_and_limits_hold(self, store, fleet_of):
        store.kill()
        fleet = fleet_of(config(store, 10), 1)
        assert fleet.passed(0, 30) == 10
        wait.until(lambda: fleet.state(0)["failures"] >= 2, "it was tried")
        assert "Connection refused" in fleet.state(0)["last_error"]
        assert fleet.daemons[0].stderr().count("limits go on") == 1
        store.restart()
        fleet.await_state("shared")


class TestAccess:
    def test_tls_and_a_password(self, upstream, localhost, authority, fleet_of):
        with redis.run(password="distil", tls=localhost) as store:
            settings = config(store, 20)
            settings["store"]["redis"] |= {"password": "env:REDIS_PASSWORD",
                                           "tls": {"ca": str(authority.certificate)}}
            with daemon.run(settings, upstream=upstream.url, secret=SECRET,
                            env={"REDIS_PASSWORD": "distil"}) as first:
                wait.until(lambda: first.stats()["store"]["state"] == "shared", "it is shared")
                with client.Connection(first.address) as door:
                    door.exchange("POST", CHAT, {"Authorization": "Bearer sk-1"}, BODY)
                wait.until(store.keys, "keys are written")

    def test_what_reaches_redis_is_hashes_and_numbers_that_end(self, store, fleet_of):
        fleet = fleet_of(config(store, 1000))
        fleet.await_state("shared")
        fleet.passed(0, 5, "sk-secret-credential")
        fleet.settle()
        dump = "".join(k + store.cli("--raw", "hgetall", k) for k in store.keys("*:w*"))
        assert dump and "secret" not in dump and "Bearer" not in dump and "hello" not in dump
        assert all(int(store.cli("pttl", key)) > 0 for key in store.keys())
