"""Names of upstreams while the daemon runs: they move, vanish, come back; resolvers fall silent."""

import contextlib

import pytest

from harness import client, daemon, mock, names, program, wait

CHAT = "/v1/chat/completions"
SAID = {"model": "m-1"}


def gateway(port, name="gateway.test", **more):
    return {"workers": 2, "upstreams": [
        {"name": "gateway", "servers": [f"http://{name}:{port}"], "resolve_every": "1s", **more}]}


@pytest.fixture(scope="module")
def twins():
    """(port, mock on 127.0.0.2, mock on 127.0.0.3), both on the same port."""
    port = program.free_port()
    with mock.run("--listen", f"127.0.0.2:{port}") as two, \
            mock.run("--listen", f"127.0.0.3:{port}") as three:
        yield port, two, three


def ask(retort):
    with client.Connection(retort.address) as wire:
        return wire.exchange("POST", CHAT, {}, SAID).status


def moves(retort, to):
    """Asks until the exchange is seen at `to`; every one of them is answered well."""
    before = len(to.seen())
    wait.until(lambda: ask(retort) == 200 and len(to.seen()) > before, "the name has moved")


def resolved(retort, outcome):
    return retort.metric("retort_resolutions_total", outcome=outcome)


class TestAHostsFile:
    def test_a_name_that_moves_takes_new_exchanges_along(self, twins):
        port, two, three = twins
        with names.Daemon(gateway(port), hosts="127.0.0.2 gateway.test\n") as retort, \
                client.Connection(retort.address) as slow:
            assert ask(retort) == 200 and len(two.seen()) == 1
            slow.request("POST", CHAT, {"mock-events": 30, "mock-pace-ms": 100},
                         {**SAID, "stream": True})
            head = slow.head()
            retort.say("127.0.0.3 gateway.test\n")
            moves(retort, three)
            assert retort.stats()["upstreams"]["gateway"] == [f"http://gateway.test:{port}"]

            def leaves_the_old_place_alone():
                seen = len(two.seen())
                return {ask(retort) for _ in range(8)} == {200} and len(two.seen()) == seen

            wait.until(leaves_the_old_place_alone, "every worker has heard of it")
            assert len(list(slow.events(head))) >= 30 and head.is_whole, "a stream lives on"
            assert retort.metric("retort_configuration_generation") == 1

    def test_a_name_may_have_several_addresses(self, twins):
        port, two, three = twins
        both = "127.0.0.2 gateway.test\n127.0.0.3 gateway.test\n"
        with names.Daemon(gateway(port), hosts=both) as retort:
            before = len(two.seen()), len(three.seen())
            assert [ask(retort) for _ in range(8)] == [200] * 8
            assert len(two.seen()) > before[0] and len(three.seen()) > before[1]
            assert sorted(retort.stats()["upstreams"]["gateway"]) == [
                f"http://gateway.test:{port} (127.0.0.{i})" for i in (2, 3)]
            retort.say("127.0.0.3 gateway.test\n127.0.0.2 gateway.test\n")
            done = resolved(retort, "ok")
            wait.until(lambda: resolved(retort, "ok") >= done + 2, "it was asked for again")
            assert "other addresses" not in retort.stderr(), "another order is no news"


class TestADnsServer:
    def test_a_name_that_is_no_more_keeps_its_addresses(self, twins):
        port, two, three = twins
        with names.Server(gateway=["127.0.0.2"]) as server, \
                names.Daemon(gateway(port)) as retort:
            assert ask(retort) == 200
            del server.names["gateway"]
            wait.until(lambda: resolved(retort, "failed") >= 3, "it failed three times")
            assert [ask(retort) for _ in range(4)] == [200] * 4
            assert retort.stderr().count("its addresses stay as they are") == 1
            server.names["gateway"] = ["127.0.0.3"]
            moves(retort, three)
            assert retort.stderr().count("is resolved again") == 1

    def test_a_silent_resolver_is_in_nobodys_way(self, twins):
        port, two, three = twins
        with names.Server(gateway=["127.0.0.2"], other=["127.0.0.3"]) as server, \
                names.Daemon(gateway(port)) as retort:
            asked = server.asked
            server.is_silent = True
            wait.until(lambda: server.asked > asked, "it asks and hears nothing")
            assert [ask(retort) for _ in range(4)] == [200] * 4
            assert retort.reload({"timeouts": {"idle": "30s"}})[0] == 200, "known names stay known"
            status, text = retort.reload(gateway(port, "other.test"))
            assert status != 200 and "other.test: the resolver does not answer" in text
            assert ask(retort) == 200 and retort.metric("retort_configuration_generation") == 2
            server.is_silent = False
            assert retort.reload(gateway(port, "other.test"))[0] == 200
            moves(retort, three)

    @pytest.mark.parametrize("is_silent, status, words", [
        (False, 78, "gateway.test: Name or service not known"),
        (True, 1, "gateway.test: the resolver does not answer")])
    def test_a_daemon_does_not_start_without_its_upstream(self, twins, is_silent, status, words):
        """An unknown name stays unknown; a silent resolver is worth another start."""
        with names.Server() as server:
            server.is_silent = is_silent
            made = names.Daemon(gateway(twins[0]), expect_status=status)
            with contextlib.suppress(AssertionError):
                made.start()
            assert made.wait() == status
            assert words in made.stderr()
            assert server.asked > 0


def test_addresses_are_never_asked_for(twins):
    with daemon.run(gateway(twins[0], "127.0.0.2", resolve_every="1s")) as retort:
        assert ask(retort) == 200
        ticks = retort.metric("retort_worker_ticks_total")
        wait.until(lambda: retort.metric("retort_worker_ticks_total") > ticks + 40, "time passes")
        assert resolved(retort, "ok") == resolved(retort, "failed") == 0
