"""One program under test: its folder, its output, its end."""

import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile

from . import wait

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("RETORT_BIN", ROOT / "build" / "bin")).resolve()
SANITIZER = re.compile(r"(Address|Leak|Thread|UndefinedBehavior)Sanitizer|runtime error:")
_claims = []


def allowance(count):
    """So many bytes of memory; a sanitizer's build keeps shadows and freed blocks beside them."""
    return count * (8 if BIN.parent.name in ("asan", "tsan") else 1)


def free_port():
    """A port that stays ours while this process lives: below the kernel's ephemeral range, and
    claimed by a file lock, so that parallel test runs never meet."""
    folder = pathlib.Path(tempfile.gettempdir()) / "retort-ports"
    folder.mkdir(exist_ok=True)
    for port in range(20000 + os.getpid() % 3000, 32000):
        claim = open(folder / str(port), "w")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port
    raise AssertionError("no free port")


def binary(name):
    path = BIN / name
    assert path.exists(), f"{path} is not built"
    return str(path)


def is_sanitized():
    """Whether the programs watch their memory themselves: how much they take says nothing."""
    text = pathlib.Path(binary("retortd")).read_bytes()
    return b"__asan_init" in text or b"__tsan_init" in text


class Program:
    """A child with its output in files. Subclasses set `name` and may refine `is_ready`."""

    name = "program"
    shown_lines = 100

    def __init__(self, command, env=None, expect_status=0):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self.command = command
        self.env = {**os.environ, **(env or {})}
        self.expect_status = expect_status
        self.child = None

    def start(self):
        with open(self.folder / "stdout", "a") as out, open(self.folder / "stderr", "a") as err:
            self.child = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                cwd=self.folder, env=self.env)

        def is_up():
            assert self.child.poll() is None, f"{self.name} left with {self.child.returncode}"
            return self.is_ready()

        wait.until(is_up, f"{self.name} gets ready")

    def is_ready(self):
        return True

    @property
    def pid(self):
        return self.child.pid

    def stdout(self):
        return (self.folder / "stdout").read_text(errors="replace")

    def stderr(self):
        return (self.folder / "stderr").read_text(errors="replace")

    def signal(self, number):
        self.child.send_signal(number)

    @contextlib.contextmanager
    def frozen(self):
        """Stopped in every thread; a signal alone is on its way for a while."""
        def is_stopped():
            stats = pathlib.Path(f"/proc/{self.pid}/task").glob("*/stat")
            return all(stat.read_text().rpartition(")")[2].split()[0] == "T" for stat in stats)

        self.signal(signal.SIGSTOP)
        try:
            wait.until(is_stopped, f"{self.name} stands still")
            yield
        finally:
            self.signal(signal.SIGCONT)

    def wait(self, seconds=wait.SECONDS):
        """Its exit status; fails when it stays."""
        return self.child.wait(timeout=seconds)

    def rss(self, kind="VmRSS"):
        """Resident bytes now, or at their most ("VmHWM")."""
        for line in open(f"/proc/{self.pid}/status"):
            if line.startswith(f"{kind}:"):
                return int(line.split()[1]) * 1024
        raise AssertionError(f"no {kind}")

    def leave(self):
        """Asks it to go; insists on the expected status and on a clean standard error."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGCONT)
            self.child.send_signal(signal.SIGTERM)
        status = self.wait()
        said = SANITIZER.search(self.stderr())
        assert not said, f"{self.name}: {said.group(0)} in its standard error"
        assert status == self.expect_status, f"{self.name} left with status {status}"

    def show(self):
        print(f"--- {self.name}: {' '.join(map(str, self.command))}")
        for which, text in (("stdout", self.stdout()), ("stderr", self.stderr())):
            if text:
                print(f"--- {self.name} {which} (its end)")
                print("\n".join(text.splitlines()[-self.shown_lines:]))

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__(AssertionError, None, None)
            raise
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                try:
                    self.leave()
                except BaseException:
                    self.show()
                    raise
            else:
                self.show()
        finally:
            if self.child and self.child.poll() is None:
                self.child.kill()
                self.child.wait()
            shutil.rmtree(self.folder, ignore_errors=True)
