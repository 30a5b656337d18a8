"""A daemon with name resolution of its own: a hosts file, and a DNS server that the test plays."""

import os
import socket
import struct
import subprocess
import threading

import pytest

from . import daemon, program

NAMESERVER = "127.0.0.53"
MOUNT = ('for file in hosts resolv.conf nsswitch.conf; do mount --bind "$1/$file" /etc/$file || '
         'exit 1; done; exec "$2" -c retort.yaml')


def unshare():
    """The command that gives a child mounts of its own; skips the test where that is forbidden."""
    command = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mount namespace is to be had")
    return command


class Daemon(daemon.Daemon):
    """Resolves by its folder's `hosts` first, then by `NAMESERVER`."""

    def __init__(self, config, hosts="", **rest):
        super().__init__(config, **rest)
        self.command = [*unshare(), "sh", "-c", MOUNT, "sh", str(self.folder),
                        program.binary("retortd")]
        self.say(hosts)
        (self.folder / "resolv.conf").write_text(
            f"nameserver {NAMESERVER}\noptions timeout:30 attempts:1\n")
        (self.folder / "nsswitch.conf").write_text("hosts: files dns\n")

    def say(self, hosts):
        """Writes the hosts file anew, in its place: what is mounted is the file, not its name."""
        with open(self.folder / "hosts", "w") as file:
            file.write("127.0.0.1 localhost\n" + hosts)


class Server:
    """Answers A questions from `names`; an unknown name is none; silent while `is_silent`."""

    def __init__(self, **names):
        self.names, self.is_silent, self.asked = names, False, 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self.socket.bind((NAMESERVER, 53))
        except OSError:
            self.socket.close()
            pytest.skip("port 53 is not to be had")
        self.thread = threading.Thread(target=self._serve)

    def _answer(self, question):
        number, _, count = struct.unpack("!HHH", question[:6])
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode())
            at += question[at] + 1
        kind = struct.unpack("!H", question[at + 1:at + 3])[0]
        places = self.names.get(labels[0] if labels[1:] == ["test"] else None)
        found = places if places and kind == 1 else []
        head = struct.pack("!HHHHHH", number, 0x8180 if places else 0x8183, count, len(found), 0, 0)
        record = b"".join(struct.pack("!HHHIH", 0xC00C, 1, 1, 1, 4) + socket.inet_aton(place)
                          for place in found)
        return head + question[12:at + 5] + record

    def _serve(self):
        while True:
            question, asker = self.socket.recvfrom(2048)
            if not question:
                return
            self.asked += 1
            if not self.is_silent:
                self.socket.sendto(self._answer(question), asker)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *rest):
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()
