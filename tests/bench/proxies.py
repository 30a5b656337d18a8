"""The programs that the bench compares, each alone on core 0, the mock and the load on core 1.

A column is one program in one variant:
  plain   only proxies (retort: everything on, quotas out of reach)
  refuse  every account but for its first request is refused with 429
  redis   retort with its counts in Redis
"""

import contextlib
import os
import pathlib
import secrets
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "flow"))

from harness import certs, client, mock, program, redis  # noqa: E402

PROXY_CORE, LOAD_CORE = "0", "1"
LUA_MODULES = ["/usr/share/nginx/modules-available/mod-http-ndk.conf",
               "/usr/share/nginx/modules-available/mod-http-lua.conf"]


def pinned(core, command):
    return ["taskset", "-c", core, *command]


class Proxy(program.Program):
    """A proxy in front of `upstream` ("host:port"); `wrap` is put before its command."""

    name = "proxy"
    shown_lines = 5  # access logs are long

    def __init__(self, upstream, variant="plain", wrap=(), store=None):
        super().__init__([])
        self.upstream, self.variant, self.wrap, self.store = upstream, variant, wrap, store
        self.clear, self.tls, self.admin = (program.free_port() for _ in range(3))
        leaf = certs.make(self.folder / "ca", "localhost", "127.0.0.1")
        (self.folder / "server.pem").write_text(
            leaf.certificate.read_text() + leaf.key.read_text())
        self.command = pinned(PROXY_CORE, [*wrap, *self.prepare()])

    def fill(self, template, target, **words):
        words = {"CLEAR": self.clear, "TLS": self.tls, "ADMIN": self.admin,
                 "UPSTREAM": self.upstream, **words}
        text = (HERE / template).read_text()
        for word, value in words.items():
            text = text.replace(f"@{word}@", str(value))
        (self.folder / target).write_text(text)

    def is_ready(self):
        """Whether a whole request went through it."""
        try:
            with client.Connection(("127.0.0.1", self.clear), seconds=60) as wire:
                return wire.exchange("GET", "/v1/models").status == 200
        except (OSError, EOFError):
            return False

    def processes(self):
        """Itself and its children: the ids that count as the proxy."""
        found = [self.pid]
        for pid in found:
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        return found

    def leave(self):
        """A peer may leave as it likes."""
        self.child.terminate()
        self.wait(60)


class Nginx(Proxy):
    name = "nginx"
    program_name = "nginx"

    def prepare(self):
        is_lua = self.name == "nginx-lua"
        is_limited = self.variant == "refuse" or self.name == "nginx-limit"
        self.fill("nginx.conf.in", "nginx.conf",
                  USER="user root;" if os.geteuid() == 0 else "",
                  MODULES="\n".join(pathlib.Path(path).read_text().replace(
                      "modules/", "/usr/lib/nginx/modules/") for path in LUA_MODULES)
                  if is_lua else "",
                  HTTP=(HERE / "nginx_lua.conf.in").read_text() if is_lua else "",
                  REQUESTS="" if self.name == "nginx-held" else
                  "client_body_buffer_size 256k; proxy_request_buffering off;",
                  RATE="1r/m" if self.variant == "refuse" else "100000r/s",
                  LOCATION="limit_req zone=accounts burst=100000 nodelay;" if is_limited
                  and self.variant != "refuse" else
                  "limit_req zone=accounts;" if is_limited else "")
        more = ["-g", "master_process off;"] if self.wrap else []
        return ["nginx", "-e", "error.log", "-p", str(self.folder), "-c",
                str(self.folder / "nginx.conf"), *more]


class NginxLimit(Nginx):
    name = "nginx-limit"


class NginxHeld(Nginx):
    """As Debian ships it: a request's body is read in whole before the upstream sees any of it,
    which is what Retort does to judge a prompt."""
    name = "nginx-held"


class NginxLua(Nginx):
    name = "nginx-lua"


class Haproxy(Proxy):
    name = "haproxy"
    program_name = "haproxy"

    def prepare(self):
        is_limited = self.variant == "refuse" or self.name == "haproxy-table"
        quota = 1 if self.variant == "refuse" else 1000000000
        self.fill("haproxy.cfg.in", "haproxy.cfg", FRONTEND="\n\t".join((
            "stick-table type string len 64 size 100k expire 60s store http_req_rate(60s)",
            "http-request track-sc0 req.hdr(authorization)",
            f"http-request deny deny_status 429 if {{ sc_http_req_rate(0) gt {quota} }}",
        )) if is_limited else "")
        return ["haproxy", "-db", "-f", "haproxy.cfg"]


class HaproxyTable(Haproxy):
    name = "haproxy-table"


class Retort(Proxy):
    name = "retort"
    program_name = None
    inspect = "4MiB"

    def prepare(self):
        (self.folder / "identity.key").write_text(secrets.token_hex(32))
        store = "  kind: memory"
        if self.store:
            store = f'  kind: redis\n  redis: {{ servers: ["{self.store}"] }}'
        self.fill("retort.yaml.in", "retort.yaml", STORE=store, INSPECT=self.inspect,
                  REFERENCE=program.ROOT / "conf/reference",
                  QUOTA=1 if self.variant == "refuse" else 1000000000)
        return [program.binary("retortd"), "-c", "retort.yaml"]


class RetortHeads(Retort):
    """Fingerprints, limits, tags, metering and the log, but no request's body is read."""
    name = "retort-heads"
    inspect = "off"


CLASSES = {each.name: each for each in
           (Nginx, NginxHeld, Haproxy, NginxLimit, HaproxyTable, NginxLua, Retort, RetortHeads)}


def available(name):
    if name.startswith("retort"):
        return (program.BIN / "retortd").exists()
    if name == "nginx-lua" and not all(map(os.path.exists, LUA_MODULES)):
        return False
    return shutil.which(CLASSES[name].program_name) is not None


class Bank:
    """Starts what is asked for, once, and stops everything at the end."""

    def __init__(self):
        self.stack = contextlib.ExitStack()
        self.running = {}

    def __enter__(self):
        self.mock = self._pin(mock.run(log=False))
        self.upstream = f"127.0.0.1:{self.mock.address[1]}"
        return self

    def __exit__(self, *why):
        return self.stack.__exit__(*why)

    def _pin(self, made):
        made.command = pinned(LOAD_CORE, made.command)
        return self.stack.enter_context(made)

    def insist(self):
        """Ends the bench when a program that all rows share has gone: the rest is worthless."""
        for one in (self.mock, *self.running.values()):
            if one.child.poll() is not None:
                sys.exit(f"{one.name} has left with {one.child.returncode} in mid-bench")

    def redis(self):
        if "redis" not in self.running:
            self.running["redis"] = self._pin(redis.run())
        return self.running["redis"]

    def proxy(self, name, variant="plain"):
        """The running proxy of that column and variant."""
        if (name, variant) not in self.running:
            made = self.fresh(name, variant)
            self.running[name, variant] = self.stack.enter_context(made)
        return self.running[name, variant]

    def fresh(self, name, variant="plain", wrap=()):
        """One that has seen nothing yet; the caller runs it."""
        store = self.redis().address if variant == "redis" else None
        return CLASSES[name](self.upstream, variant, wrap, store)
