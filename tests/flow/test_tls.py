"""The TLS door: versions, names, client certificates, resumption, and reloads in between."""

import contextlib
import os
import socket
import ssl
import threading

import pytest

from harness import certs, client, daemon, mock, origin, program, wait

GET = b"GET /v1/models HTTP/1.1\r\nHost: api\r\n\r\n"


def door(certificate, **over):
    return {"address": f"127.0.0.1:{program.free_port()}",
            "tls": {"certificate": str(certificate.certificate), "key": str(certificate.key),
                    **over}}


def address_of(retort, number):
    host, port = retort.config["listen"][number]["address"].split(":")
    return host, int(port)


@pytest.fixture(scope="module")
def upstream():
    with mock.run() as running:
        yield running


@pytest.fixture(scope="module")
def names(authority):
    """Certificates of several names, signed by the one authority."""
    return {name: authority.issue(name) for name in ("one.example", "two.example",
                                                     "*.wild.example")}


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Another authority, for clients."""
    return certs.Authority(tmp_path_factory.mktemp("people"), "people CA")


@pytest.fixture(scope="module")
def retort(upstream, localhost, names, people):
    more = [{"certificate": str(each.certificate), "key": str(each.key)}
            for each in names.values()]
    config = {"workers": 1, "listen": [door(localhost, certificates=more),
                                       door(localhost, client_ca=str(people.certificate))]}
    with daemon.run(config, upstream=upstream.url) as running:
        yield running


def ask(address, context, name="localhost"):
    with client.Connection(address, context, name) as wire:
        wire.send(GET)
        return wire.reply().status, wire.socket


class TestHandshakes:
    @pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
    def test_versions_that_are_spoken(self, retort, localhost, version):
        context = localhost.client_context()
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
        assert ask(retort.address, context)[0] == 200

    @pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1")
    def test_versions_that_are_not(self, retort, localhost):
        context = localhost.client_context()
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.raises(OSError):
            ask(retort.address, context)

    @pytest.mark.parametrize("asked, shown", [
        ("one.example", "one.example"), ("two.example", "two.example"),
        ("a.wild.example", "*.wild.example"), ("localhost", "localhost"),
    ])
    def test_a_certificate_is_chosen_by_name(self, retort, localhost, asked, shown):
        with client.Connection(retort.address, localhost.client_context(), asked) as wire:
            names = [value for _, value in wire.socket.getpeercert()["subjectAltName"]]
            assert shown in names

    def test_alpn_agrees_on_http_1_1_or_not_at_all(self, retort, localhost):
        context = localhost.client_context()
        context.set_alpn_protocols(["h2", "http/1.1"])
        with client.Connection(retort.address, context, "localhost") as wire:
            assert wire.socket.selected_alpn_protocol() == "http/1.1"
            wire.send(GET)
            assert wire.reply().status == 200
        context.set_alpn_protocols(["h3"])
        with pytest.raises(OSError):
            ask(retort.address, context)

    @pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
    def test_a_session_is_resumed_on_any_connection(self, retort, localhost, version):
        context = localhost.client_context()
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
        resumed = retort.metric("retort_tls_handshakes_total", outcome="resumed")
        with client.Connection(retort.address, context, "localhost") as wire:
            wire.send(GET)
            wire.reply()
            session = wire.socket.session
        with client.Connection(retort.address) as wire:
            wire.socket = context.wrap_socket(wire.socket, server_hostname="localhost",
                                              session=session)
            wire.send(GET)
            assert wire.reply().status == 200 and wire.socket.session_reused
        wait.until(lambda: retort.metric("retort_tls_handshakes_total", outcome="resumed")
                   == resumed + 1, "it is counted")

    def test_a_client_certificate_opens_the_door_that_asks(self, retort, localhost, people):
        mine = people.issue("somebody", usage="clientAuth")
        context = localhost.client_context()
        context.load_cert_chain(mine.certificate, mine.key)
        assert ask(address_of(retort, 1), context)[0] == 200

    def test_without_one_it_stays_shut(self, retort, localhost, authority):
        stranger = authority.issue("stranger", usage="clientAuth")
        for own in (None, stranger):
            context = localhost.client_context()
            if own:
                context.load_cert_chain(own.certificate, own.key)
            with pytest.raises((OSError, EOFError)):
                ask(address_of(retort, 1), context)

    def test_a_ticket_of_one_door_does_not_open_the_other(self, retort, localhost):
        context = localhost.client_context()
        with client.Connection(retort.address, context, "localhost") as wire:
            wire.send(GET)
            wire.reply()
            session = wire.socket.session
        with pytest.raises((OSError, EOFError)):
            with client.Connection(address_of(retort, 1)) as wire:
                wire.socket = context.wrap_socket(wire.socket, server_hostname="localhost",
                                                  session=session)
                wire.send(GET)
                wire.reply()

    def test_goodbye_is_said_before_the_close(self, retort, localhost):
        with client.Connection(retort.address, localhost.client_context(), "localhost") as wire:
            wire.socket.suppress_ragged_eofs = False
            wire.send(b"GET /v1/models HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n")
            assert wire.reply().status == 200
            assert wire.ends() == "closed"  # a bare FIN would be an SSLEOFError


class TestReloads:
    def test_a_handshake_under_way_survives_a_reload(self, upstream, localhost, authority):
        """It began under a configuration that is gone when it goes on."""
        with daemon.run({"workers": 1}, upstream=upstream.url, tls=localhost) as retort:
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            session = localhost.client_context().wrap_bio(incoming, outgoing,
                                                          server_hostname="localhost")
            with contextlib.suppress(ssl.SSLWantReadError):
                session.do_handshake()
            hello = outgoing.read()
            with client.Connection(retort.address) as wire:
                wire.send(hello[:100])
                wait.until(lambda: retort.metric("retort_connections_open") == 1, "it is in")
                other = authority.issue("localhost", "127.0.0.1")
                listen = door(other)
                listen["address"] = retort.config["listen"][0]["address"]
                for _ in range(3):
                    assert retort.reload({"listen": [listen]})[0] == 200
                wire.send(hello[100:])

                def pump(step):
                    while True:
                        try:
                            return step()
                        except ssl.SSLWantReadError:
                            wire.send(outgoing.read())
                            incoming.write(wire.socket.recv(65536))

                pump(session.do_handshake)
                session.write(GET)
                wire.send(outgoing.read())
                assert pump(lambda: session.read(12)) == b"HTTP/1.1 200"

    def test_connections_of_before_go_on_and_resume_after(self, upstream, localhost):
        with daemon.run({"workers": 1}, upstream=upstream.url, tls=localhost) as retort:
            context = localhost.client_context()
            with client.Connection(retort.address, context, "localhost") as wire:
                wire.send(GET)
                assert wire.reply().status == 200
                session = wire.socket.session
                assert retort.reload({})[0] == 200
                wire.send(GET)
                assert wire.reply().status == 200
            with client.Connection(retort.address) as wire:
                wire.socket = context.wrap_socket(wire.socket, server_hostname="localhost",
                                                  session=session)
                wire.send(GET)
                assert wire.reply().status == 200 and wire.socket.session_reused


class TestLoadThroughTls:
    """Records, sockets and our own buffers are cut at different places; no byte may fall between."""

    @pytest.fixture(scope="class")
    def backend(self, localhost):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(localhost.certificate, localhost.key)
        with origin.run(tls=context) as running:
            yield running

    @pytest.fixture(scope="class")
    def both(self, backend, localhost):
        """TLS on both sides, one worker."""
        config = {"workers": 1, "upstreams": [{"name": "gateway", "servers": [backend.url],
                                               "tls": {"ca": str(localhost.ca)}}]}
        with daemon.run(config, upstream=backend.url, tls=localhost) as running:
            yield running

    @pytest.fixture
    def wire(self, both, backend, localhost):
        with client.Connection(both.address, localhost.client_context(), "localhost",
                               window=60_000) as connection:
            yield connection
        backend.forget()
        wait.until(lambda: both.metric("retort_upstream_connections_open") == 0, "all is quiet")

    @pytest.mark.parametrize("is_chunked", [False, True])
    def test_large_bodies_pass_unharmed(self, backend, wire, is_chunked):
        body = os.urandom(6_000_001)
        head = b"POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n"
        reply = b"HTTP/1.1 200 OK\r\n"
        if is_chunked:
            coded = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in
                             (body[i:i + 70_001] for i in range(0, len(body), 70_001)))
            text = b"Transfer-Encoding: chunked\r\n\r\n" + coded + b"0\r\n\r\n"
        else:
            text = b"Content-Length: %d\r\n\r\n" % len(body) + body
        sender = threading.Thread(target=lambda: wire.send(head + text))
        sender.start()
        served = backend.accept()
        seen = served.request()
        sender.join(20)
        assert seen.is_whole and seen.body == body
        with served.sending(reply + text):
            got = wire.reply()
        assert got.is_whole and got.body == body

    def test_a_slow_reader_gets_all_that_an_upstream_left_behind(self, backend, wire):
        body = os.urandom(5_000_000)
        wire.send(GET)
        served = backend.accept()
        served.head()
        text = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
        with served.sending(text + body, then_close=True):
            assert wire.head().status == 200
            found, wire.pending = bytearray(wire.pending), b""
            while len(found) < len(body):
                piece = wire.socket.recv(100_000)
                assert piece, f"cut after {len(found)}"
                found += piece
                wait.pace(len(piece) / len(body))
        assert found == body

    def test_many_requests_wait_behind_one(self, backend, wire):
        """More than is stashed: reading rests, and goes on where it was."""
        wire.send(GET)
        served = backend.accept()
        served.head()
        rows = [b"GET /%d HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n" % (i, b"v" * 900)
                for i in range(400)]
        sender = threading.Thread(target=lambda: wire.send(b"".join(rows)))
        sender.start()
        wait.pace(0.1)
        served.answer(b"first")
        assert wire.reply().body == b"first"
        for number in range(400):
            assert served.head().target == f"/{number}"
            served.answer(b"%d" % number)
            assert wire.reply().body == b"%d" % number
        sender.join(20)


class Halved:
    """A TLS client that can stop in the middle of a record, as a thin line does."""

    def __init__(self, address, context):
        self.socket = socket.create_connection(address, 20)
        self.inside, self.outside = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.inside, self.outside, server_hostname="localhost")
        self.until_done(self.tls.do_handshake)

    def until_done(self, act):
        while True:
            try:
                return act()
            except ssl.SSLWantReadError:
                self.socket.sendall(self.outside.read())
                self.inside.write(self.socket.recv(1 << 16))
            finally:
                self.socket.sendall(self.outside.read())

    def send(self, plain, pause=0):
        self.tls.write(plain)
        record = self.outside.read()
        self.socket.sendall(record[:len(record) // 2])
        wait.pace(pause)
        self.socket.sendall(record[len(record) // 2:])

    def status(self):
        return int(self.until_done(lambda: self.tls.read(1 << 16)).split()[1])


class TestBuffers:
    """What OpenSSL holds for a connection goes back after each read and write, but for what is
    still to come of a record."""

    def test_a_stream_goes_on_between_requests(self, retort, localhost):
        with client.Connection(retort.address, localhost.client_context(), "localhost") as wire:
            for _ in range(2):
                for _ in range(3):
                    assert wire.exchange("GET", "/v1/models").status == 200
                wire.request("POST", "/v1/chat/completions",
                             {"mock-events": 5, "mock-pace-ms": 100}, {"stream": True})
                events = [event for _, event in wire.events(wire.head())]
                assert len(events) >= 5 and events[-1] == b"data: [DONE]"

    def test_half_a_record_waits_for_the_other(self, retort, localhost):
        wire = Halved(retort.address, localhost.client_context())
        with wire.socket:
            for pause in (0, .3, .3, 0):
                wire.send(GET, pause)
                assert wire.status() == 200
