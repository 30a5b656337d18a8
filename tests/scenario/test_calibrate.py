"""retortctl calibrate: tables from what was written down, their ceilings, and the check of A."""

import collections
import json
import os
import subprocess

import pytest
import scenario

REFERENCE = scenario.ROOT / "conf" / "reference"
SAFE, FAILED, USAGE, UNSAFE = 0, 1, 2, 3


def calibrate(*words, stdin=None):
    return subprocess.run([scenario.CTL, "calibrate", *map(str, words)], input=stdin, text=True,
                          capture_output=True)


def loads(folder):
    """Whether a daemon would load the tables, as replay does."""
    done = subprocess.run([scenario.CTL, "replay", "--reference", str(folder), os.devnull],
                          capture_output=True, text=True)
    assert done.returncode == 0
    return done.stderr == ""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibrate")
    records, captures = folder / "records.ndjson", folder / "captures.ndjson"
    scenario.simulate("small", 4, "--records", str(records), "--captures", str(captures))
    (folder / "identity.key").write_text("5c" * 32)
    os.environ["RETORT_ELICITATION"] = str(scenario.ROOT / "conf" / "elicitation.txt")
    os.environ["RETORT_IDENTITY_KEY"] = str(folder / "identity.key")
    yield {"records": records, "captures": captures, "folder": folder,
           "lines": [json.loads(line) for line in records.read_text().splitlines()]}
    del os.environ["RETORT_ELICITATION"], os.environ["RETORT_IDENTITY_KEY"]


def classes(done):
    assert done.returncode == SAFE, done.stderr
    return {one["class"]: one for one in json.loads(done.stdout)["classes"]}


def test_labelled_records_and_captures_give_the_same_classes(written, tmp_path):
    from_records = classes(calibrate("--json", "--out", tmp_path / "r", written["records"]))
    from_captures = classes(calibrate("--json", "--out", tmp_path / "c", written["captures"]))
    assert set(from_records) == set(from_captures) == {
        "coding-agents", "chat-clients", "judges", "campaign-1"}
    for name, one in from_records.items():
        # An account may be seen in a cohort by one way of a template only: see test_captures.py.
        apart = abs(one["accounts"] - from_captures[name]["accounts"])
        assert apart <= (0.01 * one["accounts"] if name == "campaign-1" else 0), name
        assert one["campaign"] == (name == "campaign-1")
    for made in ("r", "c"):
        assert loads(tmp_path / made)
        assert (tmp_path / made / "weights.table").read_text().startswith("retort-weights 2\n")
        assert not (tmp_path / made / "campaign-1.table").exists()


def test_few_accounts_allow_no_large_bet(written, tmp_path):
    """The ceiling is 1 over twice the upper limit at no account: with so few it is all but ½."""
    found = classes(calibrate("--json", "--out", tmp_path / "r", written["records"]))
    for one in found.values():
        for table in one["tables"]:
            assert 0.5 <= table["largest_e"] <= max(1, table["accounts"] / 10 + 1)
    table = calibrate("--out", tmp_path / "r", written["records"]).stdout
    assert "largest e" in table and "weights made anew" in table


def own_log(written, change=lambda line: None):
    """The honest half of the records as an operator's own log: without labels."""
    lines = []
    for line in written["lines"]:
        if not line["label"].startswith("campaign"):
            line = {name: value for name, value in line.items() if name != "label"}
            change(line)
            lines.append(line)
    return lines


def text_of(lines):
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_an_operators_log_becomes_one_more_class(written, tmp_path):
    log = tmp_path / "decisions.ndjson"
    log.write_text(text_of(own_log(written)))
    done = calibrate("--json", "--class", "our-traffic", "--reference", REFERENCE, "--out",
                     tmp_path / "made", log)
    found = json.loads(done.stdout)
    assert found["weights"] == "kept" and loads(tmp_path / "made")
    assert found["classes_in_force"] == len(list(REFERENCE.glob("*.table")))  # weights is one
    assert (tmp_path / "made/weights.table").read_bytes() == \
        (REFERENCE / "weights.table").read_bytes()
    again = calibrate("--json", "--class", "our-traffic", "--reference", REFERENCE, "--out",
                      tmp_path / "again", "-", stdin=log.read_text())
    assert (tmp_path / "again/our-traffic.table").read_bytes() == \
        (tmp_path / "made/our-traffic.table").read_bytes(), again.stderr


def test_what_was_tagged_or_listed_is_left_out_and_counted(written, tmp_path):
    busiest = collections.Counter(line["owner"] for line in own_log(written)).most_common(12)
    listed, tagged = ({owner for owner, _ in busiest[i::2]} for i in (0, 1))

    def change(line):
        for name in ("evidence", "evidence_state", "heard_state"):
            line.pop(name, None)
        if line["owner"] in listed:
            line["reasons"] = "rpm, allowed"
        if line["owner"] in tagged:
            line["heard_state"], line["cohort"] = 2, "00000000000000aa"

    log = tmp_path / "decisions.ndjson"
    runs = []
    for one in (lambda line: [line.pop(name, None) for name in
                              ("evidence", "evidence_state", "heard_state")], change):
        log.write_text(text_of(own_log(written, one)))
        done = calibrate("--json", "--class", "ours", "--reference", REFERENCE, "--out",
                         tmp_path / "made", log)
        runs.append(json.loads(done.stdout))
    assert runs[0]["left_out"] == {"accounts": 0, "bets": 0}
    left_out = runs[1]["left_out"]["accounts"]  # of the twelve, those that bet at all
    assert 6 < left_out <= 12 and runs[1]["left_out"]["bets"] > left_out
    assert runs[1]["classes"][0]["accounts"] == runs[0]["classes"][0]["accounts"] - left_out
    log.write_text(text_of([{**line, "reasons": "denied"} for line in own_log(written)]))
    done = calibrate("--class", "ours", "--reference", REFERENCE, "--out", tmp_path / "none", log)
    assert done.returncode == FAILED and "no honest account" in done.stderr
    assert not (tmp_path / "none").exists()


def test_names_that_cannot_be_are_refused(written, tmp_path):
    log = tmp_path / "decisions.ndjson"
    log.write_text(text_of(own_log(written)))
    done = calibrate("--reference", REFERENCE, "--out", tmp_path / "made", log)
    assert done.returncode == FAILED and "--class" in done.stderr
    for name in ("campaign-x", "../evil", "weights", "a b", "", "x" * 32):
        assert calibrate("--class", name, "--out", tmp_path / "made", log).returncode == USAGE
    log.write_text(text_of([{**line, "label": "../evil"} for line in own_log(written)]))
    done = calibrate("--reference", REFERENCE, "--out", tmp_path / "made", log)
    assert done.returncode == FAILED and "label" in done.stderr
    assert not (tmp_path / "made").exists() and not (tmp_path / "evil.table").exists()
    assert calibrate("--check").returncode in (SAFE, FAILED)
    assert calibrate(log).returncode == USAGE


def test_the_check_holds_for_honest_traffic_and_tells_when_a_must_rise(written, tmp_path):
    """A pool that passes for honest is what a tool outside the envelope looks like."""
    done = calibrate("--check", "--json", "--reference", REFERENCE, written["records"])
    found = json.loads(done.stdout)
    assert done.returncode == SAFE and found["tags"] == 0 and not found["must_rise"]
    assert 0 < found["bound"] < found["bets"] / 1e9
    log = tmp_path / "odd.ndjson"
    log.write_text(text_of([{**line, "label": "odd-tool"} for line in written["lines"]]))
    done = calibrate("--check", "--json", "--reference", REFERENCE, "--tag-evidence", "1000", log)
    found = json.loads(done.stdout)
    assert done.returncode == UNSAFE and found["must_rise"] and found["tags"] > found["bound"]
    said = calibrate("--check", "--reference", REFERENCE, "--tag-evidence", "1000", log)
    assert said.returncode == UNSAFE and "A must rise" in said.stdout
    assert found["tag_evidence_needed"] is None or found["tag_evidence_needed"] > 1000


def test_the_check_judges_scenarios_too():
    done = calibrate("--check", "--json", "--reference", REFERENCE, "--seeds", "5",
                     scenario.HERE / "09-hackathon.yaml")
    found = json.loads(done.stdout)
    assert done.returncode == SAFE and found["bets"] > 0 and found["tags"] == 0


@pytest.mark.parametrize("harm", ["missing", "empty", "cut", "other weights", "sums"])
def test_a_reference_that_is_harmed_is_refused(written, tmp_path, harm):
    """By whoever would load it; and nothing is judged with it."""
    for path in REFERENCE.glob("*.table"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    victim = tmp_path / "judges.table"
    text = victim.read_text()
    if harm == "missing":
        victim.unlink()
    elif harm == "empty":
        victim.write_text("")
    elif harm == "cut":
        victim.write_text(text[:len(text) // 2])
    elif harm == "other weights":
        weights = tmp_path / "weights.table"
        weights.write_text(weights.read_text().replace(" 2\n", " 2\n# kinder\n", 1))
    else:
        head, table = text.split("\ntable ", 1)
        words = table.split("\n", 1)[0].split(" ")
        words[4] = str(int(words[4]) + 1)
        victim.write_text(head + "\ntable " + " ".join(words) + "\n" + table.split("\n", 1)[1])
    assert not loads(tmp_path)
    assert calibrate("--check", "--reference", tmp_path, written["records"]).returncode == FAILED
    done = scenario.replay("--reference", str(tmp_path), str(written["records"]))
    assert json.loads(done.stdout)["engine"]["tags"] <= json.loads(scenario.replay(
        str(written["records"])).stdout)["engine"]["tags"]
    report = subprocess.run([scenario.CTL, "replay", "--reference", str(tmp_path),
                             str(written["records"])], capture_output=True, text=True)
    assert json.loads(report.stdout)["engine"]["bets"] == 0
