"""A hundred HUPs while everything is under way: nothing is lost, nothing is counted anew."""

import os
import signal
import threading

from harness import client, daemon, mock, origin, program, wait

CHAT = "/v1/chat/completions"


def hang_up(retort, times):
    """So many reloads by signal, each seen to have happened before the next is sent."""
    for _ in range(times):
        before = retort.stats()["generation"]
        retort.hang_up()
        wait.until(lambda: retort.stats()["generation"] > before, "the reload is over")


class Load:
    """Clients that ask without end, each on a connection of its own."""

    def __init__(self, retort, count, fields, tls=None):
        self.statuses, self.faults = [], []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.ask, args=(retort, dict(fields), tls))
                        for _ in range(count)]

    def ask(self, retort, fields, tls):
        try:
            while not self.is_over.is_set():
                with client.Connection(retort.address, tls, "localhost") as wire:
                    for _ in range(20):
                        reply = wire.exchange("POST", CHAT, fields, {"model": "m"})
                        self.statuses.append(reply.status)
        except Exception as fault:  # pylint: disable=broad-except
            self.faults.append(repr(fault))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *rest):
        self.is_over.set()
        for thread in self.threads:
            thread.join(60)


def test_no_request_is_lost_and_no_count(localhost):
    quota = 300
    limit = {"name": "one", "key": ["account"], "count": "requests", "quota": quota,
             "window": "1h", "action": "throttle", "mode": "enforce"}
    with mock.run() as upstream, \
            daemon.run({"limits": [limit]}, upstream=upstream.url, tls=localhost) as retort:
        tls = localhost.client_context()
        with Load(retort, 3, {"Authorization": "Bearer sk-1"}, tls) as counted, \
                Load(retort, 1, {}, tls) as free:
            hang_up(retort, 100)
            wait.until(lambda: counted.statuses.count(200) == quota, "the quota is used up")
        assert counted.faults == free.faults == []
        assert set(free.statuses) == {200}
        assert counted.statuses.count(200) == quota and set(counted.statuses) == {200, 429}
        total = len(counted.statuses) + len(free.statuses)
        assert retort.metric("retort_exchanges_total") == total
        wait.until(lambda: len(retort.decisions()) == total, "every decision is logged")
        assert retort.stats()["generation"] == 101


def test_what_is_under_way_ends_under_what_it_began():
    """An upload, a stream and a tunnel live through the removal of their upstream."""
    with origin.run() as old, origin.run() as new, \
            daemon.run({"workers": 1}, upstream=old.url) as retort:
        upload = client.Connection(retort.address)
        upload.send(b"POST /upload HTTP/1.1\r\nHost: api\r\nContent-Length: 6\r\n"
                    b"Content-Type: application/octet-stream\r\n\r\nabc")
        uploaded = old.accept()
        uploaded.head()
        stream = client.Connection(retort.address)
        stream.send(b"GET /stream HTTP/1.1\r\nHost: api\r\n\r\n")
        streamed = old.accept()
        streamed.head()
        streamed.start_stream()
        chunks = stream.chunks(stream.head())
        tunnel = client.Connection(retort.address)
        tunnel.send(b"GET /ws HTTP/1.1\r\nHost: api\r\nConnection: upgrade\r\n"
                    b"Upgrade: websocket\r\n\r\n")
        tunneled = old.accept()
        tunneled.head()
        tunneled.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
                      b"Upgrade: websocket\r\n\r\n")
        assert tunnel.head().status == 101

        assert retort.reload({"upstreams": [{"name": "gateway", "servers": [new.url]}]})[0] == 200
        for _ in range(5):
            hang_up(retort, 1)

        upload.send(b"def")
        assert uploaded.read_bytes(6) == b"abcdef"
        uploaded.answer(b"old")
        assert upload.reply().body == b"old"
        streamed.send_chunk(b"data: 1\n\n")
        assert next(chunks) == b"data: 1\n\n"
        streamed.end_stream()
        assert list(chunks) == []
        tunnel.send(b"ping")
        assert tunneled.read_bytes(4) == b"ping"
        tunneled.send(b"pong")
        assert tunnel._read_bytes(4) == b"pong"
        for wire in (upload, stream):  # the next request of each goes the new way
            wire.send(b"GET /next HTTP/1.1\r\nHost: api\r\n\r\n")
            served = new.accept()
            assert served.head().target == "/next"
            served.answer(b"new", fields={"Connection": "close"})
            assert wire.reply().body == b"new"
        assert uploaded.ends() == "closed"  # nobody keeps a connection to what is gone
        tunneled.close()
        for wire in (upload, stream, tunnel):
            wire.socket.close()


def test_reloads_do_not_pile_up_memory():
    with mock.run() as upstream, daemon.run(upstream=upstream.url) as retort:
        hang_up(retort, 30)
        before, files = retort.rss(), len(os.listdir(f"/proc/{retort.pid}/fd"))
        hang_up(retort, 100)
        assert retort.rss() - before < program.allowance(6 << 20)
        # one more or less is the admin listener's connection with us
        assert abs(len(os.listdir(f"/proc/{retort.pid}/fd")) - files) <= 1


def test_a_request_on_its_way_is_answered_when_the_daemon_leaves():
    """It lies in the socket of an idle connection when the order to leave is read."""
    with mock.run() as upstream, daemon.run({"workers": 1}, upstream=upstream.url) as retort:
        with client.Connection(retort.address) as busy, client.Connection(retort.address) as idle:
            for wire in (busy, idle):
                assert wire.exchange("GET", "/v1/models").status == 200
            retort.signal(signal.SIGSTOP)
            busy.request("GET", "/v1/models")
            retort.signal(signal.SIGTERM)
            retort.signal(signal.SIGCONT)
            reply = busy.reply()
            assert reply.status == 200 and reply.is_whole
            assert busy.ends() == idle.ends() == "closed"
        assert retort.wait() == 0
