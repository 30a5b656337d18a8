"""Everything at once, by a fixed seed: every behaviour of clients against every one of upstreams,
with reloads in between. Nobody gets another's bytes, and the daemon leaves as it came."""

import contextlib
import os
import random
import threading

from harness import client, daemon, mock, program, wait

UPSTREAMS = ["none", "none", "none", "reset", "close", "garbage", "early", "early-close",
             "close-mid", "reset-mid", "truncate", "no-length", "http10", "chunked", "trailers",
             "1xx", "bad-chunk", "two-lengths", "long-head", "echo", "stall", "hang"]
PATHS = ["/v1/chat/completions", "/v1/messages", "/echo", "/upload", "/v1/models"]
TURNS, CLIENTS = 20, 4


def request_of(dice, mark):
    """The bytes of one request that carries `mark` in its path, and whether it is well formed."""
    path, behaviour = dice.choice(PATHS), dice.choice(UPSTREAMS)
    fields = [f"mock-behaviour: {behaviour}" if behaviour != "none" else "X-Plain: 1",
              f"X-Mark: {mark}", f"mock-reply-field: x-mark: {mark}",
              f"mock-events: {dice.randint(1, 30)}",
              f"Authorization: Bearer sk-{dice.randint(1, 9)}"]
    if dice.random() < 0.2:
        fields.append("Content-Type: application/octet-stream")
    if dice.random() < 0.2:
        fields.append("Expect: 100-continue")
    body = b'{"model": "m", "stream": %s, "x": "%s"}' % (
        dice.choice([b"true", b"false"]), b"y" * dice.choice([0, 10, 3000, 200_000]))
    if dice.random() < 0.5:
        size = dice.randint(1, 90_000)
        parts = [body[i:i + size] for i in range(0, len(body), size)]
        fields.append("Transfer-Encoding: chunked")
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
        body += dice.choice([b"0\r\n\r\n", b"0\r\nSum: 1\r\n\r\n", b"zz\r\n"])
    else:
        fields.append(f"Content-Length: {len(body)}")
    if dice.random() < 0.1:
        fields.append("Bad Field: x")
    if dice.random() < 0.1:
        fields.append("Connection: close")
    head = f"POST {path} HTTP/1.1\r\nHost: chaos\r\n" + "\r\n".join(fields) + "\r\n\r\n"
    return head.encode() + body


def send_somehow(dice, wire, text):
    size = dice.choice([len(text), 1000, 70_000, max(1, len(text) // 3)])
    for at in range(0, len(text), size):
        wire.send(text[at:at + size])


def live(dice, doors, marks, strangers):
    """One client's life: a few requests on one connection, then an end of its own choice."""
    address, context = dice.choice(doors)
    with client.Connection(address, context, "localhost", seconds=8,
                           window=dice.choice([None, 8192])) as wire:
        mine = []
        for _ in range(dice.randint(1, 4)):
            mine.append(f"{next(marks)}")
            send_somehow(dice, wire, request_of(dice, mine[-1]))
            if dice.random() < 0.15:
                wire.reset()
                return
            if dice.random() < 0.5:
                reply = wire.reply()
                if reply.field("x-mark") not in (None, *mine):
                    strangers.append((reply.field("x-mark"), mine))
        wire.socket.settimeout(1)
        with contextlib.suppress(TimeoutError):
            wire.ends()


def test_chaos_leaves_no_trace(localhost):
    tls = {"certificate": str(localhost.certificate), "key": str(localhost.key)}
    config = {"workers": 2,
              "listen": [{"address": f"127.0.0.1:{program.free_port()}"},
                         {"address": f"127.0.0.1:{program.free_port()}", "tls": tls}],
              "limits": [{"name": "some", "key": ["account"], "count": "requests", "quota": 40,
                          "window": "1h", "action": "throttle", "mode": "enforce"}]}
    seed = int(os.environ.get("RETORT_CHAOS_SEED", "1"))
    turns = int(os.environ.get("RETORT_CHAOS_TURNS", str(TURNS)))
    with mock.run() as upstream:
        config["upstreams"] = [{"name": "gateway", "servers": [upstream.url],
                                "idle_timeout": "1s", "failures": "off"}]
        with daemon.run(config, upstream=upstream.url) as retort:
            listen = [each["address"].rsplit(":", 1)[1] for each in config["listen"]]
            doors = [(("127.0.0.1", int(listen[0])), None),
                     (("127.0.0.1", int(listen[1])), localhost.client_context())]
            strangers, counter = [], iter(range(10**9))

            def many(number):
                dice = random.Random(seed * 1000 + number)
                for _ in range(turns):
                    with contextlib.suppress(OSError, EOFError, ValueError):
                        live(dice, doors, counter, strangers)

            threads = [threading.Thread(target=many, args=(i,)) for i in range(CLIENTS)]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                assert retort.reload({})[0] == 200
                threads[0].join(0.3)
                next((thread for thread in threads if thread.is_alive()), threads[0]).join(0.1)
            assert strangers == []
            wait.until(lambda: retort.metric("retort_connections_open") == 0, "all clients left")
            wait.until(lambda: retort.metric("retort_exchanges_open") == 0, "all exchanges ended")
            assert retort.metric("retort_streams_open") == 0
            wait.until(lambda: len(retort.decisions()) ==
                       retort.metric("retort_exchanges_total"), "every exchange is logged")
            with client.Connection(retort.address) as wire:
                assert wire.exchange("GET", "/v1/models").status == 200
