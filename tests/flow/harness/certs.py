"""Certificates for tests, made by the openssl command: a CA of our own and what it signed."""

import ipaddress
import pathlib
import ssl
import subprocess


class Certificate:
    """Paths of one certificate, of its key and of the CA that signed it."""

    def __init__(self, certificate, key, ca):
        self.certificate, self.key, self.ca = certificate, key, ca

    def client_context(self):
        """A context that trusts the CA and shows no certificate."""
        return ssl.create_default_context(cafile=str(self.ca))


def _openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=60)


def _new_key(path):
    _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path)


def _alternative(name):
    try:
        return f"IP:{ipaddress.ip_address(name)}"
    except ValueError:
        return f"DNS:{name}"


class Authority:
    """A CA in `folder`; `issue` signs ECDSA P-256 leaves that are good for a day."""

    def __init__(self, folder, name="retort test CA"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate, self.key = self.folder / "ca.crt", self.folder / "ca.key"
        _new_key(self.key)
        _openssl("req", "-x509", "-new", "-key", self.key, "-subj", f"/CN={name}", "-days", "2",
                 "-addext", "basicConstraints=critical,CA:TRUE",
                 "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", self.certificate)

    def issue(self, *names, days=1, usage="serverAuth"):
        """A certificate for these host names and addresses."""
        stem = self.folder / names[0].replace("*", "star").replace(":", "_")
        key, request, leaf, extra = (stem.with_name(stem.name + end)
                                     for end in (".key", ".csr", ".crt", ".ext"))
        _new_key(key)
        extra.write_text("subjectAltName=" + ",".join(map(_alternative, names)) +
                         f"\nextendedKeyUsage={usage}\nbasicConstraints=CA:FALSE\n")
        _openssl("req", "-new", "-key", key, "-subj", f"/CN={names[0]}", "-out", request)
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                 "-CAcreateserial", "-days", days, "-extfile", extra, "-out", leaf)
        return Certificate(leaf, key, self.certificate)


def make(folder, *names):
    """One CA and one server certificate, for the common case."""
    return Authority(folder).issue(*(names or ("localhost", "127.0.0.1")))
