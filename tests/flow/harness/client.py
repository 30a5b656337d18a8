"""A raw HTTP/1 client: sends exactly the bytes it is given and times what arrives."""

import json
import socket
import struct
import time


class Reply:
    """A head and what followed it. `fields` keeps order and case; `arrivals` are
    (seconds, bytes) of every read that held body bytes, as they came from the socket."""

    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        self.version, self.status = lines[0].split(" ")[0], int(lines[0].split(" ")[1])
        self.fields = [tuple(part.strip() for part in line.split(":", 1))
                       for line in lines[1:] if line]
        self.body, self.trailers, self.is_whole = b"", [], False

    def field(self, name):
        """The first value of a field in any case, or None."""
        return next(iter(self.all(name)), None)

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def json(self):
        return json.loads(self.body)


class Connection:
    """One connection to (host, port), with TLS when an ssl.SSLContext is given."""

    def __init__(self, address, tls=None, name="127.0.0.1", seconds=20, window=None,
                 source=None):
        self.socket = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        if window:  # what the kernel takes before somebody must read
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        if source:
            self.socket.bind((source, 0))
        self.socket.settimeout(seconds)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=name)
        self.pending, self.is_closed = b"", False

    def __enter__(self):
        return self

    def __exit__(self, *rest):
        self.socket.close()

    def send(self, *pieces):
        """Every piece goes out in a send of its own."""
        for piece in pieces:
            self.socket.sendall(piece)

    def request(self, method, target, fields=(), body=b"", host="mock"):
        """A whole request with Content-Length, in one send."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in dict(fields).items()]
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        if body or method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def exchange(self, *args, **options):
        self.request(*args, **options)
        return self.reply()

    def _read(self):
        """One recv; False at the end of the connection. A reset raises ConnectionError."""
        found = self.socket.recv(1 << 16)
        self.pending += found
        self.is_closed = not found
        return bool(found)

    def _read_until(self, mark):
        while mark not in self.pending:
            if not self._read():
                raise EOFError(f"closed after {self.pending[:200]!r}")
        head, _, self.pending = self.pending.partition(mark)
        return head

    def _read_bytes(self, count):
        while len(self.pending) < count:
            if not self._read():
                break
        found, self.pending = self.pending[:count], self.pending[count:]
        return found

    def head(self):
        """The next head, interim ones (1xx) included."""
        return Reply(self._read_until(b"\r\n\r\n"))

    def reply(self, is_head_only=False):
        """The next final reply with its body; `is_whole` says whether its framing was kept."""
        reply = self.head()
        while 100 <= reply.status < 200 and reply.status != 101:
            reply = self.head()
        if is_head_only or reply.status in (101, 204, 304):
            reply.is_whole = True
        elif (reply.field("transfer-encoding") or "").lower() == "chunked":
            for chunk in self.chunks(reply):
                reply.body += chunk
        elif reply.field("content-length") is not None:
            length = int(reply.field("content-length"))
            reply.body = self._read_bytes(length)
            reply.is_whole = len(reply.body) == length
        else:
            while self._read():
                pass
            reply.body, self.pending, reply.is_whole = self.pending, b"", True
        return reply

    def chunks(self, reply):
        """Yields the chunks of a body as they come; ends early where the connection does."""
        while True:
            try:
                size = int(self._read_until(b"\r\n").split(b";")[0], 16)
                if size == 0:
                    while line := self._read_until(b"\r\n"):
                        reply.trailers.append(line.decode())
                    reply.is_whole = True
                    return
                chunk = self._read_bytes(size)
                if len(chunk) < size:
                    return
                self._read_until(b"\r\n")
            except EOFError:
                return
            yield chunk

    def events(self, reply):
        """Yields (monotonic seconds of arrival, event bytes) of an event stream."""
        held = b""
        for chunk in self.chunks(reply):
            held += chunk
            while found := next((m for m in (b"\r\n\r\n", b"\n\n") if m in held), None):
                event, _, held = held.partition(found)
                yield time.monotonic(), event

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """RST, whatever is still on its way."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def ends(self):
        """Reads to the end: "closed" or "reset"; whatever came before stays in `pending`."""
        try:
            while self._read():
                pass
        except ConnectionResetError:
            return "reset"
        return "closed"
