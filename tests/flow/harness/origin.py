"""An upstream that the test plays itself: what it reads and writes, byte by byte and in order."""

import contextlib
import socket
import threading

from . import client, wait


class Request:
    """The head of a request; `fields` keeps order and case."""

    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        self.line = lines[0]
        self.method, self.target, self.version = lines[0].split(" ")
        self.fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        self.body, self.trailers, self.is_whole = b"", [], False

    def field(self, name):
        return next(iter(self.all(name)), None)

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]


class Channel(client.Connection):
    """One accepted connection."""

    def __init__(self, accepted, seconds=20):
        self.socket = accepted
        self.socket.settimeout(seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending, self.is_closed = b"", False

    def head(self):
        return Request(self._read_until(b"\r\n\r\n"))

    def request(self):
        """The next request with its body; `is_whole` says whether its framing was kept."""
        found = self.head()
        if (found.field("transfer-encoding") or "").lower() == "chunked":
            for chunk in self.chunks(found):
                found.body += chunk
        else:
            length = int(found.field("content-length") or 0)
            found.body = self._read_bytes(length)
            found.is_whole = len(found.body) == length
        return found

    def read_bytes(self, count):
        """So many bytes, or fewer where the connection ends."""
        return self._read_bytes(count)

    def answer(self, body=b"", status="200 OK", fields=()):
        """A whole reply with Content-Length."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in dict(fields).items()]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def start_stream(self, fields=()):
        lines = ["HTTP/1.1 200 OK", "Content-Type: text/event-stream",
                 "Transfer-Encoding: chunked"]
        lines += [f"{name}: {value}" for name, value in dict(fields).items()]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n")

    def send_chunk(self, chunk):
        self.send(b"%x\r\n%s\r\n" % (len(chunk), chunk))

    def end_stream(self, trailers=b""):
        self.send(b"0\r\n" + trailers + b"\r\n")

    @contextlib.contextmanager
    def sending(self, text, then_close=False):
        """Sends more than the sockets hold, from a thread, while the test reads."""
        def send():
            with contextlib.suppress(OSError):
                self.send(text)
                if then_close:
                    self.close()

        thread = threading.Thread(target=send)
        thread.start()
        try:
            yield
        finally:
            thread.join(wait.SECONDS)
        assert not thread.is_alive(), "nobody took what the origin sent"

    def close(self):
        self.socket.close()


class Origin:
    """A listening socket on a free port; `accept` takes the next connection."""

    def __init__(self, tls=None, backlog=64):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(backlog)
        self.tls, self.opened = tls, []
        self.address = self.listener.getsockname()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.address[1]}"

    def accept(self, seconds=wait.SECONDS):
        self.listener.settimeout(seconds)
        accepted, _ = self.listener.accept()
        if self.tls:
            accepted.settimeout(seconds)
            accepted = self.tls.wrap_socket(accepted, server_side=True)
        self.opened.append(Channel(accepted))
        return self.opened[-1]

    def is_untouched(self):
        """Whether nobody waits to be accepted."""
        self.listener.settimeout(0)
        try:
            self.listener.accept()[0].close()
            return False
        except BlockingIOError:
            return True

    def forget(self):
        """Closes every connection, also those that nobody accepted."""
        while not self.is_untouched():
            pass
        for channel in self.opened:
            channel.close()
        self.opened.clear()

    def __enter__(self):
        return self

    def __exit__(self, *rest):
        self.forget()
        self.listener.close()


def run(tls=None, backlog=64):
    return Origin(tls, backlog)
