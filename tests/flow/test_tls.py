"""The TLS door: versions, names, client certificates, resumption, and reloads in between."""

import contextlib
import ssl

import pytest

from harness import certs, client, daemon, mock, program, wait

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
