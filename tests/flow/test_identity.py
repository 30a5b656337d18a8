"""Who asks: accounts, addresses, fingerprints; what limits make of them; what upstreams are told."""

import socket
import ssl
import struct

import pytest

from harness import client, daemon, mock, program, wait

CHAT = "/v1/chat/completions"
PROXY_V2 = b"\r\n\r\n\x00\r\nQUIT\n"


@pytest.fixture(scope="module")
def upstream():
    with mock.run() as running:
        yield running


def limit(name, key, quota=2, **over):
    return {"name": name, "key": key, "count": "requests", "quota": quota, "window": "1h",
            "action": "throttle", "mode": "enforce", **over}


def ask(retort, fields=(), tls=None, address=None, before=b"", path=CHAT, order=()):
    """One request on a connection of its own: (status, reply)."""
    with client.Connection(address or retort.address) as wire:
        wire.send(before) if before else None
        if tls:
            wire.socket = tls.wrap_socket(wire.socket, server_hostname="localhost")
        reply = wire.exchange("POST", path, dict(fields, **dict(order)), {"model": "m"})
        return reply


def statuses(retort, *fields, **options):
    return [ask(retort, each, **options).status for each in fields]


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def last_seen(upstream):
    seen = upstream.seen()[-1]
    return [(name.lower(), value) for name, value in seen["headers"]]


def told(upstream, name):
    return [value for key, value in last_seen(upstream) if key == name]


class TestAccounts:
    @pytest.fixture(scope="class")
    def retort(self, upstream):
        with daemon.run({"limits": [limit("rpm", ["account"])]}, upstream=upstream.url) as running:
            yield running

    def test_each_account_has_its_own_count(self, retort):
        assert statuses(retort, *[bearer("sk-a")] * 3, *[bearer("sk-b")] * 3) == [
            200, 200, 429, 200, 200, 429]

    def test_a_key_is_one_account_whatever_header_carries_it(self, retort):
        assert statuses(retort, bearer("sk-c"), {"x-api-key": "sk-c"}, {"api-key": "sk-c"},
                        {"x-goog-api-key": "sk-c"}) == [200, 200, 429, 429]

    def test_a_query_parameter_names_an_account_too(self, retort):
        paths = ["/v1beta/models/m:generateContent?key=g-1"] * 3
        assert [ask(retort, path=path).status for path in paths] == [200, 200, 429]

    def test_who_has_no_account_is_not_counted_with_others(self, retort):
        assert statuses(retort, *[{}] * 5) == [200] * 5

    def test_a_refusal_says_when_to_come_back_and_not_why(self, retort):
        refused = [ask(retort, bearer("sk-d")) for _ in range(3)][-1]
        seconds, ms = (int(refused.field(name)) for name in ("retry-after", "retry-after-ms"))
        assert 1 <= seconds <= 60 and (seconds - 1) * 1000 < ms <= seconds * 1000
        text = str(refused.fields) + refused.body.decode()
        assert "rpm" not in text and "account" not in text
        assert [name for name, _ in refused.fields if name.lower().startswith("retort")] == [
            "Retort-Request-Id"]


class TestAddressesAndFingerprints:
    @pytest.fixture(scope="class")
    def retort(self, upstream, localhost):
        config = {"trusted_proxies": ["127.0.0.9"],
                  "network": {"ja4_header": "x-ja4", "ja3_header": "x-ja3"},
                  "headers": {"ja4": True},
                  "listen": [{"address": f"127.0.0.1:{program.free_port()}"},
                             {"address": f"127.0.0.1:{program.free_port()}",
                              "tls": {"certificate": str(localhost.certificate),
                                      "key": str(localhost.key)}}],
                  "limits": [limit("per-ip", ["ip"], 4, missing="skip"),
                             limit("pool", ["ja4", "http_shape"], 3, count="distinct accounts")]}
        with daemon.run(config, upstream=upstream.url) as running:
            host, port = running.config["listen"][1]["address"].split(":")
            running.tls_address = (host, int(port))
            yield running

    def from_address(self, retort, source, fields=()):
        with client.Connection(retort.address, source=source) as wire:
            return wire.exchange("POST", CHAT, dict(fields), {"model": "m"}).status

    def test_each_address_has_its_own_count(self, retort):
        assert [self.from_address(retort, "127.0.0.2") for _ in range(5)] == [200] * 4 + [429]
        assert self.from_address(retort, "127.0.0.3") == 200

    def test_a_client_cannot_name_another_address(self, retort, upstream):
        fields = [{"X-Forwarded-For": f"192.0.2.{i}", "Forwarded": f"for=192.0.2.{i}",
                   "X-Real-IP": f"192.0.2.{i}", "X-Forwarded-Host": "forged"} for i in range(5)]
        assert [self.from_address(retort, "127.0.0.4", each) for each in fields] == [
            200] * 4 + [429]
        assert told(upstream, "x-forwarded-for") == ["127.0.0.4"]
        for name in ("forwarded", "x-real-ip", "x-forwarded-host"):
            assert told(upstream, name) == []

    def test_a_trusted_proxy_names_its_clients(self, retort, upstream):
        fields = {"X-Forwarded-For": "198.51.100.1, 192.0.2.77", "X-Forwarded-Proto": "https",
                  "X-Forwarded-Host": "api.example"}
        assert [self.from_address(retort, "127.0.0.9", fields) for _ in range(5)] == [
            200] * 4 + [429]
        assert told(upstream, "x-forwarded-for") == ["198.51.100.1, 192.0.2.77, 127.0.0.9"]
        assert told(upstream, "x-forwarded-proto") == ["https"]
        assert told(upstream, "x-forwarded-host") == ["api.example"]
        other = {"X-Forwarded-For": "192.0.2.77, 192.0.2.78"}
        assert self.from_address(retort, "127.0.0.9", other) == 200

    def test_accounts_of_one_pool_are_seen_by_their_fingerprints(self, retort, localhost):
        context = localhost.client_context()
        replies = [ask(retort, bearer(f"sk-pool-{i}"), tls=context, address=retort.tls_address)
                   for i in range(4)]
        assert [reply.status for reply in replies] == [200, 200, 200, 429]
        other = localhost.client_context()
        other.maximum_version = ssl.TLSVersion.TLSv1_2  # another fingerprint, another pool
        assert ask(retort, bearer("sk-pool-9"), tls=other,
                   address=retort.tls_address).status == 200

    def test_a_fingerprint_is_believed_from_a_trusted_proxy_only(self, retort, upstream):
        digest = "t13d1516h2_8daaf6152771_e5627efa2ab1"
        self.from_address(retort, "127.0.0.9", {"X-JA4": digest, "X-Forwarded-For": "192.0.2.90"})
        assert told(upstream, "retort-ja4") == [digest]
        self.from_address(retort, "127.0.0.6", {"X-JA4": digest})
        assert told(upstream, "retort-ja4") == []
        self.from_address(retort, "127.0.0.9", {"X-JA4": "nonsense",
                                                "X-Forwarded-For": "192.0.2.91"})
        assert told(upstream, "retort-ja4") == []

    def test_an_upstream_is_told_the_fingerprint_of_tls(self, retort, upstream, localhost):
        with client.Connection(retort.tls_address, localhost.client_context(), "localhost",
                               source="127.0.0.8") as wire:
            wire.request("POST", CHAT, {}, {"model": "m"})
            wire.reply()
        digest, = told(upstream, "retort-ja4")
        assert digest.startswith("t13d") and len(digest) == 36


class TestModes:
    @pytest.fixture(scope="class")
    def retort(self, upstream):
        limits = [limit("quiet", ["account"], 1, mode="shadow"),
                  limit("marked", ["account"], 2, mode="tag"),
                  limit("strict", ["account"], 4)]
        with daemon.run({"limits": limits}, upstream=upstream.url) as running:
            yield running

    def test_shadow_counts_tag_tells_enforce_acts(self, retort, upstream):
        key = bearer("sk-modes")
        verdicts, reasons = [], []
        for _ in range(4):
            assert ask(retort, key).status == 200
            verdicts += told(upstream, "retort-verdict")
            reasons.append(told(upstream, "retort-reasons"))
        assert verdicts == ["pass", "pass", "tag", "tag"]
        assert reasons[0] == [] and "marked" in reasons[2][0]
        seen = len(upstream.seen())
        assert [ask(retort, key).status for _ in range(3)] == [429, 429, 429]
        assert len(upstream.seen()) == seen

    def test_a_block_is_not_to_be_retried(self, upstream):
        config = {"limits": [limit("banned", ["account"], 1, action="block")]}
        with daemon.run(config, upstream=upstream.url) as retort:
            assert ask(retort, bearer("sk-x")).status == 200
            block = ask(retort, bearer("sk-x"))
            assert block.status == 403 and block.field("x-should-retry") == "false"
            assert block.field("retry-after") is None

    def test_every_request_is_told_its_score_and_number(self, retort, upstream):
        reply = ask(retort, bearer("sk-score"))
        assert told(upstream, "retort-score") == ["0"]
        assert told(upstream, "retort-request-id") == [reply.field("retort-request-id")]
        assert reply.field("retort-score") is None and reply.field("retort-verdict") is None

    @pytest.mark.parametrize("path, fields, shape", [
        (CHAT, {}, lambda body: body["error"]["code"] == "rate_limit_exceeded"),
        ("/v1/responses", {}, lambda body: body["error"]["code"] == "rate_limit_exceeded"),
        ("/v1/messages", {"anthropic-version": "2023-06-01"},
         lambda body: body["type"] == "error" and body["error"]["type"] == "rate_limit_error"
         and body["request_id"]),
        ("/v1beta/models/m:generateContent", {},
         lambda body: body["error"]["status"] == "RESOURCE_EXHAUSTED"
         and body["error"]["code"] == 429),
        ("/elsewhere", {}, lambda body: body["type"] == "abnormal-usage-detected"),
        (CHAT, {"Accept": "application/problem+json"},
         lambda body: body["type"] == "abnormal-usage-detected"),
    ])
    def test_refusals_speak_the_dialect(self, retort, path, fields, shape):
        key = bearer(f"sk-{path}{len(fields)}")
        replies = [ask(retort, {**key, **fields}, path=path) for _ in range(5)]
        assert replies[-1].status == 429 and shape(replies[-1].json()), replies[-1].body


def v1(text):
    return b"PROXY " + text + b"\r\n"


def v2(source, command=1):
    body = socket.inet_aton(source) + socket.inet_aton("127.0.0.1") + struct.pack("!HH", 4, 443)
    return PROXY_V2 + bytes([0x20 | command, 0x11]) + struct.pack("!H", len(body)) + body


class TestProxyProtocol:
    @pytest.fixture(scope="class")
    def retort(self, upstream, localhost):
        tls = {"certificate": str(localhost.certificate), "key": str(localhost.key)}
        config = {"trusted_proxies": ["127.0.0.1"], "timeouts": {"handshake": "500ms"},
                  "listen": [{"address": f"127.0.0.1:{program.free_port()}",
                              "proxy_protocol": True},
                             {"address": f"127.0.0.1:{program.free_port()}", "tls": tls,
                              "proxy_protocol": True}]}
        with daemon.run(config, upstream=upstream.url) as running:
            host, port = running.config["listen"][1]["address"].split(":")
            running.tls_address = (host, int(port))
            yield running

    @pytest.mark.parametrize("header, source", [
        (v1(b"TCP4 192.0.2.1 127.0.0.1 4 443"), "192.0.2.1"),
        (v1(b"TCP6 2001:db8::1 ::1 4 443"), "2001:db8::1"),
        (v2("192.0.2.2"), "192.0.2.2"),
        (v1(b"UNKNOWN"), "127.0.0.1"), (v2("192.0.2.3", command=0), "127.0.0.1"),
    ], ids=["v1", "v1-ipv6", "v2", "v1-unknown", "v2-local"])
    def test_it_names_the_client(self, retort, upstream, localhost, header, source):
        assert ask(retort, before=header).status == 200
        assert told(upstream, "x-forwarded-for") == [source]
        assert ask(retort, before=header, address=retort.tls_address,
                   tls=localhost.client_context()).status == 200
        assert told(upstream, "x-forwarded-for") == [source]
        assert told(upstream, "x-forwarded-proto") == ["https"]

    def test_it_may_come_a_byte_at_a_time_or_with_the_request(self, retort, upstream):
        header = v2("192.0.2.4")
        with client.Connection(retort.address) as wire:
            wire.send(*(bytes([byte]) for byte in header))
            assert wire.exchange("POST", CHAT, {}, {"model": "m"}).status == 200
        assert told(upstream, "x-forwarded-for") == ["192.0.2.4"]
        with client.Connection(retort.address) as wire:
            wire.send(header + b"GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n")
            assert wire.reply().status == 200

    @pytest.mark.parametrize("bad", [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"PROXY TCP9 x\r\n",
                                     b"PROXY " + b"x" * 200, PROXY_V2 + b"\xff\xff\xff\xff", b""],
                             ids=["none", "bad", "long", "bad-v2", "silent"])
    def test_without_it_a_trusted_peer_is_not_served(self, retort, bad):
        with client.Connection(retort.address) as wire:
            wire.send(bad)
            assert wire.ends() in ("closed", "reset") and not wire.pending

    def test_an_untrusted_peer_is_not_believed(self, retort, upstream):
        with client.Connection(retort.address, source="127.0.0.77") as wire:
            wire.send(v1(b"TCP4 192.0.2.9 127.0.0.1 4 443") + b"Host: a\r\n\r\n")
            assert wire.reply().status == 400
        with client.Connection(retort.address, source="127.0.0.77") as wire:
            assert wire.exchange("POST", CHAT, {}, {"model": "m"}).status == 200
        assert told(upstream, "x-forwarded-for") == ["127.0.0.77"]


def test_a_window_slides_and_opens_again(upstream):
    config = {"limits": [limit("short", ["account"], 1, window="1s")]}
    with daemon.run(config, upstream=upstream.url) as retort:
        assert statuses(retort, bearer("sk-w"), bearer("sk-w")) == [200, 429]
        wait.until(lambda: ask(retort, bearer("sk-w")).status == 200, "the window opens again")
