"""The official SDKs, in Node: tests/flow/node/<sdk>.mjs holds named cases."""

import json
import os
import subprocess

from . import program

FOLDER = program.ROOT / "tests" / "flow" / "node"


def _start(words, said, ca, seconds):
    assert (FOLDER / "node_modules").is_dir(), "run `npm ci` in tests/flow/node first"
    env = {**os.environ, "NO_PROXY": "*"}
    if ca:
        env["NODE_EXTRA_CA_CERTS"] = str(ca)
    done = subprocess.run(["node", FOLDER / "run.mjs", *words], cwd=FOLDER, env=env, input=said,
                          capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, f"{' '.join(words)}:\n{done.stdout}{done.stderr}"
    return json.loads(done.stdout)


def run(sdk, case, *, ca=None, seconds=60, **options):
    """Runs one case with `options` (url, headers, …) and returns the JSON that it printed."""
    return _start([sdk, case, json.dumps(options)], None, ca, seconds)


def run_all(cases, *, ca=None, seconds=120):
    """Runs a list of (sdk, case, options), one after the other in one process: their results.
    One that fails has the result {"failed": why}."""
    return _start(["-"], json.dumps(cases), ca, seconds)
