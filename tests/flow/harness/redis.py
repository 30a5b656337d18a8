"""A real redis-server that can be killed, frozen and brought back empty."""

import contextlib
import signal
import subprocess

from . import program, wait


class Redis(program.Program):
    name = "redis-server"

    def __init__(self, port=None, password=None, tls=None, options=()):
        self.port = port or program.free_port()
        self.password, self.tls = password, tls
        self.address = f"127.0.0.1:{self.port}"
        command = ["redis-server", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                   "--dir", ".", "--daemonize", "no"]
        command += ["--port", "0" if tls else str(self.port)]
        if tls:
            command += ["--tls-port", str(self.port), "--tls-cert-file", str(tls.certificate),
                        "--tls-key-file", str(tls.key), "--tls-ca-cert-file", str(tls.ca),
                        "--tls-auth-clients", "no"]
        if password:
            command += ["--requirepass", password]
        super().__init__(command + list(options))

    def cli(self, *words, check=True):
        """What redis-cli prints for one command."""
        command = ["redis-cli", "-h", "127.0.0.1", "-p", str(self.port)]
        if self.password:
            command += ["--no-auth-warning", "-a", self.password]
        if self.tls:
            command += ["--tls", "--cacert", str(self.tls.ca)]
        done = subprocess.run(command + [str(word) for word in words], timeout=10,
                              capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def is_ready(self):
        return self.cli("ping", check=False) == "PONG"

    def kill(self):
        """As a machine that lost its power: nothing is said, nothing is saved."""
        self.child.kill()
        self.child.wait()

    def freeze(self):
        """Keeps its connections and answers nothing."""
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def restart(self):
        """Comes back empty on the same port."""
        if self.child.poll() is None:
            self.kill()
        self.start()

    def keys(self, pattern="*"):
        return sorted(self.cli("--raw", "keys", pattern).splitlines())

    def leave(self):
        if self.child.poll() is None:
            super().leave()


def run(port=None, password=None, tls=None, options=()):
    return Redis(port, password, tls, options)


@contextlib.contextmanager
def run_cluster(nodes=3):
    """A cluster of masters that share all slots; yields the list of its Redis programs."""
    with contextlib.ExitStack() as stack:
        options = ["--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
                   "--cluster-node-timeout", "2000"]
        found = [stack.enter_context(run(options=options)) for _ in range(nodes)]
        subprocess.run(["redis-cli", "--cluster", "create", *(r.address for r in found),
                        "--cluster-yes"], check=True, capture_output=True, timeout=60)
        wait.until(lambda: all("cluster_state:ok" in r.cli("cluster", "info") for r in found),
                   "the cluster agrees")
        yield found


class Sentinel(Redis):
    name = "redis-sentinel"

    def __init__(self, master, service):
        super().__init__()
        config = self.folder / "sentinel.conf"
        config.write_text(f"port {self.port}\nbind 127.0.0.1\n"
                          f"sentinel monitor {service} 127.0.0.1 {master.port} 1\n"
                          f"sentinel down-after-milliseconds {service} 1000\n"
                          f"sentinel failover-timeout {service} 3000\n")
        self.command = ["redis-server", str(config), "--sentinel"]


@contextlib.contextmanager
def run_sentinel(service="retort"):
    """A master, its replica and a sentinel; yields (sentinel, master, replica)."""
    with run() as master, \
            run(options=["--replicaof", "127.0.0.1", str(master.port)]) as replica, \
            Sentinel(master, service) as sentinel:
        wait.until(lambda: "master_link_status:up" in replica.cli("info", "replication"),
                   "the replica follows")
        wait.until(lambda: f"slave0:ip=127.0.0.1,port={replica.port}"
                   in master.cli("info", "replication"), "the master knows its replica")
        wait.until(lambda: str(replica.port) in sentinel.cli("sentinel", "replicas", service),
                   "the sentinel knows the replica")
        yield sentinel, master, replica
