"""Under systemd: the notify protocol, passed sockets, the watchdog, and what its tools say."""

import re
import shutil
import signal
import socket
import subprocess

import pytest

from harness import client, daemon, mock, program, wait

UNITS = program.ROOT / "systemd"


@pytest.fixture(scope="module")
def upstream():
    with mock.run() as running:
        yield running


class Notified:
    """The socket that systemd would listen on."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(wait.SECONDS)
        self.said = []

    def until(self, words):
        """Reads on until a message has `words`; returns the lines before and with it."""
        while not any(words in message for message in self.said):
            self.said.append(self.socket.recv(4096).decode())
        found, self.said = self.said, []
        return found


def test_systemd_is_told_of_every_change_of_state(tmp_path):
    notified = Notified(tmp_path)
    with daemon.run(env={"NOTIFY_SOCKET": notified.path}) as made:
        notified.until("READY=1")
        made.hang_up()
        reloading = notified.until("RELOADING=1")[-1]
        assert re.search(r"MONOTONIC_USEC=\d+", reloading)
        notified.until("READY=1")
        made.write("nonsense")
        made.hang_up()
        notified.until("RELOADING=1")
        notified.until("READY=1")
        made.signal(signal.SIGTERM)
        notified.until("STOPPING=1")
        assert made.wait() == 0


def test_the_watchdog_hears_from_it(tmp_path):
    notified = Notified(tmp_path)
    with daemon.run(env={"NOTIFY_SOCKET": notified.path, "WATCHDOG_USEC": "1000000"}):
        for _ in range(3):
            notified.until("WATCHDOG=1")


def test_sockets_of_systemd_are_taken_by_their_address(upstream):
    """systemd-socket-activate holds the ports; the first connection starts the daemon."""
    made = daemon.Daemon(upstream=upstream.url)
    places = [made.config["listen"][0]["address"], made.config["admin"]["address"],
              f"127.0.0.1:{program.free_port()}"]
    made.command = ["systemd-socket-activate", *(f"--listen={place}" for place in places),
                    *made.command]
    with made:
        with client.Connection(made.address) as wire:
            reply = wire.exchange("POST", "/v1/chat/completions", {}, {"model": "m"})
            assert reply.status == 200
        said = made.stderr()
        assert f"listening on http://{places[0]}" in said and f"admin on http://{places[1]}" in said
        assert f"systemd passed a socket at {places[2]}" in said


@pytest.fixture
def units(tmp_path):
    """The units with the paths of this build, as an installation would have them."""
    for name in ("retortd.service", "retortd.socket"):
        text = (UNITS / name).read_text()
        (tmp_path / name).write_text(text.replace("/usr/sbin/retortd", program.binary("retortd")))
    return tmp_path


def analyze(*words):
    if not shutil.which("systemd-analyze"):
        pytest.fail("systemd-analyze is not installed")
    return subprocess.run(["systemd-analyze", *map(str, words)], capture_output=True, text=True,
                          timeout=60, check=False)


def test_the_units_are_clean(units):
    done = analyze("verify", "--man=no", units / "retortd.service", units / "retortd.socket")
    assert done.returncode == 0 and done.stderr == "", done.stderr


def test_the_sandbox_is_tight(units):
    done = analyze("security", "--offline=true", "--threshold=20", units / "retortd.service")
    found = re.search(r"Overall exposure level for retortd.service: ([\d.]+)", done.stdout)
    assert done.returncode == 0 and float(found[1]) <= 2.0, done.stdout


def test_the_unit_tests_a_file_before_it_starts_or_reloads():
    text = (UNITS / "retortd.service").read_text()
    assert re.search(r"^ExecStartPre=\S+/retortd -t ", text, re.M)
    reload = re.findall(r"^ExecReload=(.*)$", text, re.M)
    assert "retortd -t " in reload[0] and "kill -HUP" in reload[1]
    assert re.search(r"^Type=notify$", text, re.M) and re.search(r"^WatchdogSec=", text, re.M)
