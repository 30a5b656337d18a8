"""retortd with a configuration of its own."""

import copy
import http.client
import json
import re
import secrets
import signal
import subprocess
import tempfile

from . import program, wait

SAMPLE = re.compile(r"^([a-z_:]+(?:\{.*\})?) (\S+)$", re.ASCII)


def defaults(upstream=None, tls=None):
    """The smallest useful configuration: one listener, one upstream, everything quiet."""
    listen = {"address": f"127.0.0.1:{program.free_port()}"}
    if tls:
        listen["tls"] = {"certificate": str(tls.certificate), "key": str(tls.key)}
    return {
        "listen": [listen],
        "workers": 2,
        "upstreams": [{"name": "gateway", "servers": [upstream or "http://127.0.0.1:9"]}],
        "routes": [{"match": {"path": "/"}, "upstream": "gateway", "dialect": "auto"}],
        "identity": {"secret": "file:identity.key"},
        "store": {"kind": "memory", "snapshot": "state"},
        "log": {"decisions": "decisions.ndjson", "level": "debug"},
        "admin": {"address": f"127.0.0.1:{program.free_port()}", "token": "file:admin.token"},
    }


def merge(base, over):
    """`over` on `base`: mappings merge, everything else replaces; base stays as it was."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return copy.deepcopy(over)
    found = {key: copy.deepcopy(value) for key, value in base.items()}
    for key, value in over.items():
        found[key] = merge(base.get(key), value)
    return found


class Daemon(program.Program):
    name = "retortd"

    def __init__(self, config=None, upstream=None, tls=None, secret=None, **rest):
        command = [program.binary("retortd"), "-c", "retort.yaml"]
        super().__init__(command, **rest)
        self.tls = tls
        (self.folder / "identity.key").write_text(secret or secrets.token_hex(32))
        self.token = secrets.token_hex(16)
        (self.folder / "admin.token").write_text(self.token + "\n")
        if isinstance(config, str):
            self.config = None
            self.write(config)
            self.address = self.admin = None
        else:
            self.config = merge(defaults(upstream, tls), config or {})
            self.write(self.config)
            self.address = self._address_of(self.config["listen"][0]["address"])
            self.admin = self._address_of(self.config["admin"]["address"])
            scheme = "https" if "tls" in self.config["listen"][0] else "http"
            self.url = f"{scheme}://127.0.0.1:{self.address[1]}"

    @staticmethod
    def _address_of(text):
        host, port = text.rsplit(":", 1)
        return host, int(port)

    def write(self, config):
        """Puts a configuration on disk (JSON is YAML); the daemon does not know of it yet."""
        text = config if isinstance(config, str) else json.dumps(config, indent=1)
        (self.folder / "retort.yaml").write_text(text)

    def ask(self, method, path, body=None, token=None):
        """One request to the admin listener: (status, text). token="" sends none."""
        connection = http.client.HTTPConnection(*self.admin, timeout=20)
        token = self.token if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            connection.request(method, path, body, headers)
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()

    def is_ready(self):
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def metrics(self):
        """Every sample by its name with labels, as Prometheus writes them."""
        status, text = self.ask("GET", "/metrics")
        assert status == 200, text
        found = (SAMPLE.match(line) for line in text.splitlines() if not line.startswith("#"))
        return {sample[1]: float(sample[2]) for sample in found if sample}

    def metric(self, name, **labels):
        """The sum of the samples of `name` that carry these labels."""
        want = [f'{key}="{value}"' for key, value in labels.items()]
        return sum(value for sample, value in self.metrics().items()
                   if sample.split("{")[0] == name and all(label in sample for label in want))

    def stats(self):
        status, text = self.ask("GET", "/stats")
        assert status == 200, text
        return json.loads(text)

    def decisions(self):
        """The whole lines of the decision log so far, as dicts."""
        path = self.folder / "decisions.ndjson"
        if not path.exists():
            return []
        lines = path.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def next_decision(self):
        """The number of the next decision, once all exchanges before it are over."""
        def is_quiet():
            samples = self.metrics()
            ended = sum(value for name, value in samples.items()
                        if name.startswith("retort_exchanges_total"))
            return samples["retort_exchanges_open"] == 0 and len(self.decisions()) == ended

        wait.until(is_quiet, "every exchange is over and recorded")
        return len(self.decisions()) + 1

    def decision(self, number=1):
        """Waits until there are `number` decisions and returns the newest of them."""
        found = wait.until(lambda: self.decisions()[number - 1:number],
                           f"decision {number} is logged")
        return found[0]

    def reload(self, config=None, token=None):
        """Writes `config` (merged over the present one) and asks for a reload: (status, text)."""
        if config is not None:
            merged = config if isinstance(config, str) else merge(self.config, config)
            self.write(merged)
        return self.ask("POST", "/reload", token=token)

    def hang_up(self):
        """SIGHUP: the operator's reload."""
        self.signal(signal.SIGHUP)

    def run_ctl(self, *words, admin=None):
        """retortctl against this daemon: the finished process."""
        admin = admin or f"{self.admin[0]}:{self.admin[1]}"
        command = [program.binary("retortctl"), "--admin", admin, "--token-file", "admin.token"]
        return subprocess.run(command + [str(word) for word in words], cwd=self.folder,
                              capture_output=True, text=True, timeout=60, check=False)

    def ctl(self, *words, check=True):
        """retortctl against this daemon; returns its standard output."""
        done = self.run_ctl(*words)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def show(self):
        super().show()
        print("--- retort.yaml")
        print((self.folder / "retort.yaml").read_text())


def run(config=None, upstream=None, tls=None, **rest):
    """A daemon that is ready. `rest`: secret=, env=, expect_status=."""
    return Daemon(config, upstream, tls, **rest)


def check(text, *options):
    """`retortd -t` (or other options) on a YAML text, without starting: the finished process."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/retort.yaml"
        with open(path, "w") as file:
            file.write(text if isinstance(text, str) else json.dumps(text))
        return subprocess.run([program.binary("retortd"), *(options or ("-t",)), "-c", path],
                              cwd=folder, capture_output=True, text=True, timeout=60)
