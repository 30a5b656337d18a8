"""Detection without Redis: evidence is each node's own, so a dead store takes nothing from it."""

import pytest

from harness import daemon, mock, pool, program, redis, wait


@pytest.fixture(scope="module")
def made():
    config = {
        "trusted_proxies": ["127.0.0.0/8"],
        "inspect": {"elicitation": str(program.ROOT / "conf/elicitation.txt")},
        "store": {"kind": "redis", "snapshot": None,
                  "redis": {"sync_interval": "20ms", "timeout": "50ms"}},
        "detection": {"mode": "enforce", "reference": str(program.ROOT / "conf/reference"),
                      "memory": "32MiB", "hold_out": 0, "probe": {"rate": 0.05}},
        "limits": [{"name": "rpm", "key": ["account"], "count": "requests", "quota": 100000,
                    "window": "1h", "action": "throttle", "mode": "enforce"}],
    }
    with mock.run() as upstream, redis.run() as store:
        config["store"]["redis"]["servers"] = [store.address]
        with daemon.run(config, upstream=upstream.url) as running:
            wait.until(lambda: "counts are shared through redis" in running.stderr(), "it shares")
            store.kill()
            yield running


def test_a_pool_is_watched_and_proven_while_redis_is_dead(made):
    campaign = pool.Pool(made.address, 200)
    people = [pool.People(made.address, 60, seed) for seed in (2, 3)]

    def turn():
        for _ in range(5):
            for one in (campaign, *people):
                one.step()
        return made.metric("retort_cohort_proofs_total") > 0

    try:
        wait.until(turn, "the pool is proven", seconds=50)
    finally:
        for one in (campaign, *people):
            one.close()
    assert made.metric("retort_engine_missed_total") == 0
    assert [one.refused for one in people] == [0, 0]
    assert '"store":"local"' in made.ask("GET", "/readyz")[1]
