"""Operating the daemon: its command line, its admin listener, reloads, log files, its end."""

import http.client
import json
import re
import signal
import socket
import subprocess
import threading

import pytest

from harness import certs, client, daemon, mock, program, redis, wait

CHAT = "/v1/chat/completions"
GOOD = {"listen": [{"address": "127.0.0.1:0"}],
        "upstreams": [{"name": "gateway", "servers": ["http://127.0.0.1:9"]}]}


@pytest.fixture(scope="module")
def upstream():
    with mock.run() as running:
        yield running


@pytest.fixture(scope="module")
def running(upstream):
    with daemon.run(upstream=upstream.url) as found:
        yield found


def leaves(config, status, **rest):
    """Starts a daemon that cannot: its standard error."""
    made = daemon.Daemon(config, **rest)
    with open(made.folder / "stderr", "w") as err:
        done = subprocess.run(made.command, cwd=made.folder, stderr=err, timeout=60, check=False)
    said = made.stderr()
    assert done.returncode == status, said
    return said


class TestTheCommandLine:
    def test_a_good_file_is_said_to_be_good(self):
        done = daemon.check(GOOD)
        assert done.returncode == 0 and done.stdout.endswith(": ok\n")

    def test_every_fault_is_listed_with_its_place(self):
        done = daemon.check("listen:\n  - { address: nowhere }\nupstream: []\nworkers: many\n"
                            "limits:\n  - { name: a, key: [acount], quota: 1, window: 5 }\n")
        assert done.returncode == 78 and done.stdout == ""
        faults = [line for line in done.stderr.splitlines() if "warning" not in line]
        places = [tuple(map(int, line.split(":")[1:3])) for line in faults]
        assert {place[0] for place in places} >= {2, 3, 4, 6} and places == sorted(places)
        assert 'did you mean "upstreams"' in done.stderr
        assert 'did you mean "account"' in done.stderr

    def test_what_the_file_names_is_opened_too(self):
        done = daemon.check({**GOOD, "listen": [
            {"address": "127.0.0.1:0", "tls": {"certificate": "no.crt", "key": "no.key"}},
            {"address": "127.0.0.1:0", "tls": {"certificate": "nor.crt", "key": "no.key"}}],
            "network": {"asn_database": "no.mmdb"}, "identity": {"secret": "file:no.key"},
            "admin": {"address": "127.0.0.1:0", "token": "env:RETORT_NO_SUCH_VARIABLE"}})
        assert done.returncode == 78
        for words in ("listen[0].tls.certificate: cannot read", "no.crt: No such file",
                      "listen[1].tls.certificate: cannot read", "network.asn_database: ",
                      "identity.secret: ", "admin.token: "):
            assert words in done.stderr, done.stderr

    def test_an_upstream_without_an_address_is_a_fault(self):
        done = daemon.check({**GOOD, "upstreams": [
            {"name": "gateway", "servers": ["http://nowhere.invalid:80"]}]})
        assert done.returncode in (1, 78) and "nowhere.invalid" in done.stderr

    def test_the_effective_configuration_loads_again_as_itself(self):
        first = daemon.check({**GOOD, "admin": {"address": "127.0.0.1:0", "token": "env:T"}}, "-T")
        second = daemon.check(first.stdout, "-T")
        assert first.returncode == 0 and "env:T" in first.stdout
        assert second.stdout == first.stdout

    def test_a_file_that_is_not_there_is_bad_configuration(self):
        done = subprocess.run([program.binary("retortd"), "-c", "/nonexistent.yaml"],
                              capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 78 and "/nonexistent.yaml" in done.stderr

    @pytest.mark.parametrize("words, status", [
        ([], 2), (["-c"], 2), (["--nonsense"], 2), (["-c", "a", "b"], 2), (["-V"], 0),
        (["--help"], 0)])
    def test_usage(self, words, status):
        done = subprocess.run([program.binary("retortd"), *words], capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == status
        if words == ["-V"]:
            assert "retortd 0" in done.stdout and "OpenSSL 3" in done.stdout

    @pytest.mark.parametrize("words, status", [
        ([], 2), (["nonsense"], 2), (["status", "x"], 2), (["--help"], 0), (["-V"], 0),
        (["--admin", "127.0.0.1:1", "status"], 1), (["--admin", "unix:/nonexistent", "status"], 1)])
    def test_usage_of_retortctl(self, words, status):
        done = subprocess.run([program.binary("retortctl"), *words], capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == status, done.stderr
        assert done.stdout or done.stderr


class TestTheStart:
    def test_a_taken_port_ends_it_with_the_address(self):
        with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            said = leaves({"listen": [{"address": address}]}, 1)
        assert f"listen[0].address: {address}: Address already in use" in said

    def test_a_taken_admin_port_ends_it(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            said = leaves({"admin": {"address": address}}, 1)
        assert f"admin.address: {address}: Address already in use" in said

    def test_a_log_that_cannot_be_written_ends_it(self):
        said = leaves({"log": {"decisions": "/nonexistent/decisions"}}, 1)
        assert "log.decisions: cannot open /nonexistent/decisions" in said

    def test_a_bad_file_ends_it_with_every_fault(self):
        said = leaves("listen: 5\nupstreams: 6\n", 78)
        assert "retort.yaml:1:" in said and "retort.yaml:2:" in said

    def test_it_listens_on_ipv6_and_unix_sockets_and_free_ports(self, upstream, tmp_path):
        door = tmp_path / "door"
        listen = [{"address": "[::1]:0"}, {"address": f"unix:{door}"}, {"address": "127.0.0.1:0"}]
        made = daemon.Daemon({"listen": listen}, upstream=upstream.url)
        with made:
            places = made.stats()["listeners"]
            assert places[0].startswith("http://[::1]:") and places[1] == f"unix:{door}"
            for place in (places[0], places[2]):
                host, port = place.removeprefix("http://").rsplit(":", 1)
                assert int(port) > 0 and f"listening on {place}" in made.stderr()
                with client.Connection((host.strip("[]"), int(port))) as wire:
                    assert wire.exchange("POST", CHAT, {}, {"model": "m"}).status == 200
            with socket.socket(socket.AF_UNIX) as plain:
                plain.connect(str(door))
                plain.sendall(b"GET /v1/models HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n")
                assert plain.recv(100).startswith(b"HTTP/1.1 200")
        assert not door.exists()


class TestTheAdminListener:
    def test_probes(self, running):
        assert running.ask("GET", "/livez") == (200, "alive\n")
        status, text = running.ask("GET", "/readyz")
        assert status == 200
        assert json.loads(text) == {"ready": True, "state": "ready", "store": "local"}

    def test_metrics_and_stats_tell_the_same(self, running):
        with client.Connection(running.address) as wire:
            assert wire.exchange("POST", CHAT, {}, {"model": "m"}).status == 200
            assert wire.exchange("POST", CHAT, {}, {"model": "m"}).status == 200
        wait.until(lambda: running.metric("retort_exchanges_open") == 0, "it is settled")
        stats = running.stats()
        assert stats["state"] == "ready" and stats["generation"] == 1 and stats["workers"] == 2
        assert stats["store"] == {"kind": "memory", "state": "local"}
        assert stats["upstreams"]["gateway"] and stats["uptime_seconds"] > 0
        counted = sum(stats["metrics"]["exchanges_total"].values())
        assert counted == running.metric("retort_exchanges_total") >= 2

    def test_the_text_page_is_what_prometheus_reads(self, running):
        status, text = running.ask("GET", "/metrics")
        assert status == 200
        names = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
        assert "retort_exchanges_total" in names and "retort_configuration_generation" in names
        for line in text.splitlines():
            if not line.startswith("#"):
                float(line.rsplit(" ", 1)[1])
                assert any(line.startswith(name) for name in names)

    def test_the_configuration_is_shown_without_secrets(self, running):
        status, text = running.ask("GET", "/config")
        assert status == 200 and running.token not in text
        assert (running.folder / "identity.key").read_text() not in text
        assert daemon.check(text.replace("identity.key", str(running.folder / "identity.key"))
                            .replace("admin.token", str(running.folder / "admin.token"))
                            ).returncode == 0

    def test_the_page_needs_nothing_from_elsewhere(self, running):
        status, text = running.ask("GET", "/")
        assert status == 200 and text.startswith("<!doctype html>")
        assert "http://" not in text and "https://" not in text and "src=" not in text

    @pytest.mark.parametrize("method, path, status, allow", [
        ("GET", "/nothing", 404, None), ("POST", "/stats", 405, "GET, HEAD"),
        ("PUT", "/reload", 405, "POST"), ("GET", "/reload", 405, "POST"),
        ("DELETE", "/", 405, "GET, HEAD"), ("GET", "/stats?x=1", 200, None),
        ("GET", "//livez", 404, None)])
    def test_wrong_questions(self, running, method, path, status, allow):
        connection = http.client.HTTPConnection(*running.admin, timeout=20)
        connection.request(method, path)
        reply = connection.getresponse()
        assert (reply.status, reply.getheader("Allow")) == (status, allow)
        connection.close()

    def test_a_head_has_the_length_and_no_body(self, running):
        with client.Connection(running.admin) as wire:
            wire.request("HEAD", "/metrics")
            reply = wire.reply(is_head_only=True)
            assert reply.status == 200 and int(reply.field("content-length")) > 1000
            assert wire.exchange("GET", "/livez").body == b"alive\n"

    def test_bodies_and_heads_are_bounded(self, running):
        assert running.ask("POST", "/reload", body="x" * 5000)[0] == 413
        with client.Connection(running.admin) as wire:
            wire.request("GET", "/livez", {"x": "y" * 10000})
            assert wire.ends() in ("closed", "reset")
        assert running.ask("GET", "/livez")[0] == 200

    def test_changes_need_the_token(self, running):
        assert running.ask("POST", "/reload", token="")[0] == 401
        assert running.ask("POST", "/drain", token="wrong")[0] == 401
        assert running.ask("POST", "/drain", token=running.token + "x")[0] == 401
        assert running.ask("GET", "/readyz")[0] == 200 and running.stats()["generation"] == 1

    def test_without_a_token_nobody_changes_anything_over_tcp(self):
        with daemon.run({"admin": {"token": None}}) as made:
            status, text = made.ask("POST", "/reload")
            assert status == 403 and "admin.token" in text

    def test_a_unix_socket_needs_no_token(self, tmp_path):
        place = f"unix:{tmp_path}/admin"
        made = daemon.Daemon()
        made.write(daemon.merge(made.config, {"admin": {"address": place, "token": None}}))
        made.is_ready = lambda: f"admin on {place}" in made.stderr()
        with made:
            assert (tmp_path / "admin").stat().st_mode & 0o777 == 0o660
            done = made.run_ctl("reload", "--json", admin=place)
            assert done.returncode == 0 and json.loads(done.stdout)["generation"] == 2
            assert made.run_ctl("status", admin=place).stdout.startswith("state        ready\n")
        assert not (tmp_path / "admin").exists()


class TestReload:
    def test_a_good_file_comes_into_force(self, upstream):
        with daemon.run(upstream=upstream.url) as made:
            made.write(daemon.merge(made.config, {"limits": [
                {"name": "two", "key": ["ip"], "quota": 2, "window": "1h", "mode": "enforce"}]}))
            said = json.loads(made.ctl("reload", "--json"))
            assert (said["reloaded"], said["generation"]) == (True, 2)
            assert said["needs_restart"] == [] and said["faults"] == []
            assert made.metric("retort_configuration_generation") == 2
            assert made.metric("retort_reloads_total", outcome="ok") == 1
            with client.Connection(made.address) as wire:
                statuses = [wire.exchange("POST", CHAT, {}, {}).status for _ in range(3)]
            assert statuses == [200, 200, 429]
            assert {line["generation"] for line in wait.until(
                lambda: len(made.decisions()) == 3 and made.decisions(), "all are logged")} == {2}

    def test_a_bad_file_changes_nothing_and_says_why(self, running):
        before = running.stats()["generation"]
        good = (running.folder / "retort.yaml").read_text()
        running.write("listen: []\nnonsense: 1\nworkers: none\n")
        try:
            done = running.run_ctl("reload")
            assert done.returncode == 1 and done.stdout == ""
            for line in (1, 2, 3):
                assert f"retort.yaml:{line}:" in done.stderr
                assert f"error reload: retort.yaml:{line}:" in running.stderr()
            status, text = running.ask("POST", "/reload")
            assert status == 422 and len(json.loads(text)["faults"]) >= 3
            running.hang_up()
            wait.until(lambda: running.metric("retort_reloads_total", outcome="failed") == 3,
                       "the signal was served")
        finally:
            running.write(good)
        assert running.stats()["generation"] == before
        assert running.metric("retort_reload_last_succeeded") == 0
        running.reload()
        assert running.metric("retort_reload_last_succeeded") == 1

    def test_what_needs_a_restart_is_listed_until_there_is_one(self, running):
        change = {"workers": 3, "listen": [{"address": "127.0.0.1:1"}], "timeouts": {"idle": "9s"}}
        for _ in range(2):
            said = json.loads(running.reload(change)[1])
            assert said["reloaded"] and said["needs_restart"] == ["listen[0].address", "workers"]
        with client.Connection(running.address) as wire:
            assert wire.exchange("POST", CHAT, {}, {}).status == 200
        assert json.loads(running.reload({})[1])["needs_restart"] == []

    def test_listeners_keep_their_settings_whatever_the_file_says(self, upstream, localhost):
        two = [{"address": f"127.0.0.1:{program.free_port()}",
                "tls": {"certificate": str(localhost.certificate), "key": str(localhost.key)}},
               {"address": f"127.0.0.1:{program.free_port()}"}]
        made = daemon.Daemon({"listen": two}, upstream=upstream.url)
        with made:
            for listen in (two[::-1], two[1:], [{"address": "127.0.0.1:1"}], two, two[:1]):
                made.reload({"listen": listen})
                for place, tls in zip(two, (localhost.client_context(), None)):
                    address = made._address_of(place["address"])
                    with client.Connection(address, tls) as wire:
                        assert wire.exchange("POST", CHAT, {}, {}).status == 200

    def test_a_new_certificate_is_shown_and_old_connections_live_on(self, upstream, tmp_path):
        def served(made):
            with client.Connection(made.address, context) as wire:
                return wire.socket.getpeercert()["serialNumber"]

        authority = certs.Authority(tmp_path)
        tls = authority.issue("localhost", "127.0.0.1")
        context = tls.client_context()
        with daemon.run(upstream=upstream.url, tls=tls) as made, \
                client.Connection(made.address, context) as old:
            before = served(made)
            authority.issue("localhost", "127.0.0.1")  # over the same files
            assert made.reload()[0] == 200
            assert served(made) != before
            assert old.exchange("POST", CHAT, {}, {}).status == 200
            tls.key.write_text("not a key")
            status, text = made.reload()
            assert status == 422 and "listen[0].tls.key" in text
            served(made)

    def test_a_log_that_cannot_be_opened_refuses_the_reload(self, running):
        status, text = running.reload({"log": {"decisions": "/nonexistent/x"}})
        assert status == 422 and "log.decisions: cannot open /nonexistent/x" in text
        assert running.reload({})[0] == 200

    def test_a_hundred_reloads_under_load_lose_nothing(self, upstream):
        limit = {"name": "all", "key": ["ip"], "quota": 10**6, "window": "1h", "mode": "tag"}
        with daemon.run({"limits": [limit]}, upstream=upstream.url) as made:
            statuses, is_over = [], threading.Event()

            def load():
                with client.Connection(made.address) as wire:
                    while not is_over.is_set():
                        statuses.append(wire.exchange("POST", CHAT, {}, {}).status)

            def stream():
                with client.Connection(made.address) as wire:
                    wire.request("POST", CHAT, {"mock-events": 100, "mock-pace-ms": 10},
                                 {"model": "m", "stream": True})
                    reply = wire.head()
                    streams.append((len(list(wire.events(reply))), reply.is_whole))

            streams = []
            threads = [threading.Thread(target=target) for target in (load, load, stream)]
            for thread in threads:
                thread.start()
            for turn in range(100):
                change = {"limits": [{**limit, "quota": 10**6 - turn}]}
                assert made.reload(change)[0] == 200
            is_over.set()
            for thread in threads:
                thread.join()
            assert made.stats()["generation"] == 101
            assert set(statuses) == {200} and streams == [(103, True)]
            total = len(statuses) + 1
            assert made.metric("retort_exchanges_total") == total
            wait.until(lambda: len(made.decisions()) == total, "every decision is logged")
            made.reload({"limits": [{**limit, "quota": total, "mode": "enforce"}]})
            with client.Connection(made.address) as wire:  # the window knows them all
                assert wire.exchange("POST", CHAT, {}, {}).status == 429


class TestLogFiles:
    def test_usr1_opens_the_file_anew(self, upstream):
        with daemon.run(upstream=upstream.url) as made, client.Connection(made.address) as wire:
            wire.exchange("POST", CHAT, {}, {})
            first = made.decision(1)["id"]
            (made.folder / "decisions.ndjson").rename(made.folder / "decisions.1")
            made.signal(signal.SIGUSR1)
            wait.until((made.folder / "decisions.ndjson").exists, "the file is opened anew")
            wire.exchange("POST", CHAT, {}, {})
            assert made.decision(1)["id"] != first
            assert len((made.folder / "decisions.1").read_text().splitlines()) == 1

    def test_a_reload_moves_to_another_file(self, upstream):
        with daemon.run(upstream=upstream.url) as made, client.Connection(made.address) as wire:
            wire.exchange("POST", CHAT, {}, {})
            made.decision(1)
            made.reload({"log": {"decisions": "elsewhere.ndjson"}})
            wire.exchange("POST", CHAT, {}, {})
            elsewhere = made.folder / "elsewhere.ndjson"
            wait.until(lambda: elsewhere.exists() and elsewhere.read_text().endswith("\n"),
                       "the line is there")
            assert len(made.decisions()) == 1


class TestARestart:
    LIMIT = {"limits": [{"name": "three", "key": ["account"], "quota": 3, "window": "1h",
                         "mode": "enforce"}]}

    @staticmethod
    def ask(made, times):
        with client.Connection(made.address) as wire:
            return [wire.exchange("POST", CHAT, {"authorization": "Bearer k"}, {}).status
                    for _ in range(times)]

    def restart(self, made):
        made.signal(signal.SIGTERM)
        assert made.wait() == 0
        made.start()

    def test_counts_survive_it(self, upstream):
        with daemon.run(self.LIMIT, upstream=upstream.url) as made:
            assert self.ask(made, 2) == [200, 200]
            self.restart(made)
            assert self.ask(made, 2) == [200, 429]
            assert "1 windows are known again" in made.stderr()

    def test_a_crash_loses_what_came_after_the_last_snapshot(self, upstream):
        config = daemon.merge(self.LIMIT, {"store": {"snapshot_interval": "1s"}})
        with daemon.run(config, upstream=upstream.url) as made:
            assert self.ask(made, 3) == [200, 200, 200]
            saved = made.metric("retort_snapshots_total", outcome="ok")
            wait.until(lambda: made.metric("retort_snapshots_total", outcome="ok") > saved + 1,
                       "the windows are written")
            made.signal(signal.SIGKILL)
            made.wait()
            made.start()
            assert self.ask(made, 1) == [429]

    def test_a_file_that_is_no_snapshot_is_set_aside(self, upstream):
        made = daemon.Daemon(self.LIMIT, upstream=upstream.url)
        (made.folder / "state").write_bytes(b"\0garbage" * 1000)
        with made:
            assert self.ask(made, 1) == [200]
            assert "this is not a snapshot" in made.stderr()
            assert (made.folder / "state.rejected").exists()

    def test_a_place_that_cannot_be_written_ends_the_start(self):
        said = leaves({"store": {"snapshot": "/nonexistent/state"}}, 1)
        assert re.search(r"retort.yaml:\d+:\d+: store.snapshot: cannot write /nonexistent", said)


class TestTheStore:
    @staticmethod
    def config(store):
        return {"limits": [{"name": "many", "key": ["ip"], "quota": 1000, "window": "1h"}],
                "store": {"kind": "redis", "snapshot": None,
                          "redis": {"servers": [store.address], "sync_interval": "20ms"}}}

    def test_losing_redis_is_said_once_and_makes_nobody_unready(self, upstream):
        with redis.run() as store, daemon.run(self.config(store), upstream=upstream.url) as made:
            def state():
                return made.stats()["store"]["state"]

            wait.until(lambda: state() == "shared", "the counts are shared")
            assert made.metric("retort_store_shared") == 1
            store.kill()
            wait.until(lambda: state() == "local", "the loss is noticed")
            status, text = made.ask("GET", "/readyz")
            assert status == 200 and json.loads(text)["store"] == "local"
            with client.Connection(made.address) as wire:
                for _ in range(20):
                    assert wire.exchange("POST", CHAT, {}, {}).status == 200
            said = [line for line in made.stderr().splitlines() if " warning store: " in line]
            assert len(said) == 1, said
            store.restart()
            wait.until(lambda: state() == "shared", "the counts are shared again")
            assert made.stderr().count("counts are shared") == 2
            wait.until(lambda: made.metric("retort_store_batches_total", outcome="ok") > 0,
                       "what was counted meanwhile is told")

    def test_a_start_without_redis_serves(self, upstream):
        absent = redis.Redis()
        with daemon.run(self.config(absent), upstream=upstream.url) as made, \
                client.Connection(made.address) as wire:
            assert wire.exchange("POST", CHAT, {}, {}).status == 200
            assert made.stats()["store"]["kind"] == "redis"

    def test_a_password_and_tls_are_used(self, upstream, localhost):
        with redis.run(password="open sesame", tls=localhost) as store:
            config = daemon.merge(self.config(store), {"store": {"redis": {
                "password": "env:REDIS_PASSWORD", "tls": {"ca": str(localhost.ca)}}}})
            with daemon.run(config, upstream=upstream.url,
                            env={"REDIS_PASSWORD": "open sesame"}) as made:
                wait.until(lambda: made.stats()["store"]["state"] == "shared", "it is let in")
                assert "sesame" not in made.ask("GET", "/config")[1] + made.stderr()


class TestTheEnd:
    def begin(self, made, pace):
        wire = client.Connection(made.address)
        wire.request("POST", CHAT, {"mock-events": 20, "mock-pace-ms": pace},
                     {"model": "m", "stream": True})
        return wire, wire.head()

    def test_a_drain_lets_streams_end_and_takes_nothing_new(self, upstream):
        with daemon.run(upstream=upstream.url) as made:
            idle = client.Connection(made.address)
            idle.exchange("POST", CHAT, {}, {})
            wire, reply = self.begin(made, 40)
            made.signal(signal.SIGTERM)
            wait.until(lambda: made.ask("GET", "/readyz")[0] == 503, "it says that it drains")
            assert json.loads(made.ask("GET", "/readyz")[1])["state"] == "draining"
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(made.address, timeout=5)
            assert idle.ends() == "closed"
            assert len(list(wire.events(reply))) == 23 and reply.is_whole
            assert made.wait() == 0

    def test_a_drain_has_a_cap(self, upstream):
        with daemon.run({"timeouts": {"drain": "1s"}}, upstream=upstream.url) as made:
            wire, reply = self.begin(made, 60000)
            assert made.ctl("drain") == "draining\n"
            assert made.wait() == 0
            assert not reply.is_whole and wire.ends() in ("closed", "reset")
            assert "timeouts.drain is over" in made.stderr()

    def test_a_second_signal_leaves_now(self, upstream):
        with daemon.run(upstream=upstream.url) as made:
            held = self.begin(made, 60000)
            made.signal(signal.SIGTERM)
            wait.until(lambda: made.ask("GET", "/readyz")[0] == 503, "it drains")
            made.signal(signal.SIGINT)
            assert made.wait() == 0
            assert not held[1].is_whole and "leaving now" in made.stderr()
