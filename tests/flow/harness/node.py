"""The official SDKs, in Node: tests/flow/node/<sdk>.mjs holds named cases."""

import json
import os
import subprocess

from . import program

FOLDER = program.ROOT / "tests" / "flow" / "node"


def run(sdk, case, *, ca=None, seconds=60, **options):
    """Runs one case with `options` (url, headers, …) and returns the JSON that it printed."""
    assert (FOLDER / "node_modules").is_dir(), "run `npm ci` in tests/flow/node first"
    env = {**os.environ, "NO_PROXY": "*"}
    if ca:
        env["NODE_EXTRA_CA_CERTS"] = str(ca)
    done = subprocess.run(["node", FOLDER / "run.mjs", sdk, case, json.dumps(options)],
                          cwd=FOLDER, env=env, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, f"{sdk} {case}:\n{done.stdout}{done.stderr}"
    return json.loads(done.stdout)
