"""From a daemon's own decision log to a class of its own in the references that it loads."""

import json

from harness import daemon, mock, pool, program, wait

REFERENCE = program.ROOT / "conf" / "reference"
CONFIG = {"detection": {"mode": "tag", "reference": str(REFERENCE), "memory": "32MiB"}}


def test_a_log_becomes_a_class_that_the_daemon_loads():
    with mock.run(log=False) as upstream, daemon.run(CONFIG, upstream=upstream.url) as made:
        people = pool.People(made.address, 60)
        for _ in range(400):
            people.step()
        people.close()
        made.decision(people.sent)
        assert made.metric("retort_engine_references") == 1
        said = json.loads(made.ctl("calibrate", "--json", "--class", "our-agents", "--config",
                                   "retort.yaml", "--reference", REFERENCE, "--out", "tables",
                                   "decisions.ndjson"))
        assert said["weights"] == "kept" and said["classes"][0]["class"] == "our-agents"
        assert 8 < said["classes"][0]["accounts"] <= 60
        assert json.loads(made.ctl("calibrate", "--check", "--json", "--config", "retort.yaml",
                                   "--reference", made.folder / "tables",
                                   "decisions.ndjson"))["must_rise"] is False
        made.leave()
        made.write(daemon.merge(made.config, {"detection": {"reference": "tables"}}))
        made.start()
        assert made.metric("retort_engine_references") == 1
        made.leave()
        (made.folder / "tables" / "our-agents.table").write_text("retort-reference 1\n")
        made.start()
        wait.until(lambda: made.metric("retort_engine_references") == 0, "the folder is refused")
        assert "our-agents.table" in made.stderr()
