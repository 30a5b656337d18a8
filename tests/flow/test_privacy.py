"""What must never leave the memory of the daemon: prompts, credentials, raw keys."""

import gzip
import json

from harness import client, daemon, mock, redis, wait

SECRETS = {
    "key": "sk-SECRETKEY-0123456789abcdef",
    "query-key": "AIzaSECRETQUERY0123456789",
    "cookie": "session=SECRETCOOKIE",
    "prompt": "SECRETPROMPT the quick brown fox",
    "system": "SECRETSYSTEM you are a still",
    "tool": "SECRETTOOL",
    "user": "SECRETUSER-77",
    "answer": "SECRETANSWER",
    "path": "SECRETPATH",
}


def body(is_stream=False):
    return {"model": "m", "stream": is_stream, "user": SECRETS["user"],
            "messages": [{"role": "system", "content": SECRETS["system"]},
                         {"role": "user", "content": SECRETS["prompt"]}],
            "tools": [{"type": "function", "function": {"name": SECRETS["tool"]}}]}


def chatter(retort):
    """Requests that carry every secret, well and badly, to every end that is logged."""
    headers = {"Authorization": f"Bearer {SECRETS['key']}", "Cookie": SECRETS["cookie"],
               "X-Stainless-Lang": SECRETS["user"], "User-Agent": SECRETS["user"]}
    paths = ["/v1/chat/completions", "/v1/messages", "/v1/responses", "/echo",
             f"/v1/{SECRETS['path']}", f"/v1beta/models/m:generateContent?key={SECRETS['query-key']}"]
    for path in paths:
        for is_stream in (False, True):
            for _ in range(3):
                with client.Connection(retort.address) as wire:
                    wire.exchange("POST", path, headers, body(is_stream))
    packed = gzip.compress(json.dumps(body()).encode())
    for fields, text in (({"Content-Encoding": "gzip"}, packed),
                         ({"Content-Encoding": "gzip"}, SECRETS["prompt"].encode()),
                         ({}, SECRETS["prompt"].encode()), ({}, b'{"messages": "SECRETPROMPT'),
                         ({"mock-behaviour": "garbage"}, json.dumps(body()).encode()),
                         ({"mock-behaviour": "close-mid"}, json.dumps(body()).encode())):
        with client.Connection(retort.address) as wire:
            wire.exchange("POST", "/v1/chat/completions", {**headers, **fields}, text)
    for bad in (f"GET /{SECRETS['path']} HTTP/1.1\r\nAuthorization : {SECRETS['key']}\r\n\r\n",
                f"SECRETPROMPT {SECRETS['key']}\r\n\r\n",
                f"POST / HTTP/1.1\r\nHost: a\r\nAuthorization: {SECRETS['key']}\r\n"
                "Transfer-Encoding: chunked\r\n\r\nzzSECRETPROMPT\r\n"):
        with client.Connection(retort.address) as wire:
            wire.send(bad.encode())
            wire.reply()
    with client.Connection(retort.address) as wire:  # one that leaves in the middle
        other = {**headers, "Authorization": "Bearer SECRETKEY-2", "mock-delay-ms": 5000}
        wire.request("POST", "/v1/chat/completions", other, body())
        wait.until(lambda: retort.metric("retort_exchanges_open") == 1, "it is under way")


def everything_said(retort):
    """All files of the daemon but its configuration, and all that its admin listener tells."""
    kept_out = {"retort.yaml", "identity.key", "admin.token"}
    found = {path.name: path.read_bytes() for path in retort.folder.rglob("*")
             if path.is_file() and path.name not in kept_out}
    for path in ("/metrics", "/stats", "/config", "/"):
        found[path] = retort.ask("GET", path)[1].encode()
    return found


def leaks(found):
    words = [b"SECRET", b"secretkey", b"quick brown"]
    return [(where, word) for where, text in found.items() for word in words if word in text]


LIMITS = [{"name": "account", "key": ["account"], "count": "requests", "quota": 8, "window": "1h",
           "action": "throttle", "mode": "enforce"},
          {"name": "pool", "key": ["ip", "path"], "count": "distinct accounts", "quota": 100,
           "window": "1h", "action": "tag", "mode": "tag"}]


def test_nothing_of_it_reaches_a_file_a_log_or_a_page():
    with mock.run() as upstream, daemon.run({"limits": LIMITS}, upstream=upstream.url) as retort:
        chatter(retort)
        count = retort.metric("retort_exchanges_total")
        wait.until(lambda: len(retort.decisions()) >= count, "all decisions are written")
        found = everything_said(retort)
        assert any("SECRET" in str(seen["headers"]) for seen in upstream.seen())
        assert leaks(found) == []
        folder = retort.folder
        retort.signal(15)
        retort.wait()
        at_the_end = {path.name: path.read_bytes() for path in folder.iterdir()
                      if path.name in ("state", "decisions.ndjson", "stderr")}
        assert len(at_the_end["state"]) > 0 and leaks(at_the_end) == []


def test_the_identity_key_is_in_no_page_either():
    with mock.run() as upstream, daemon.run(upstream=upstream.url, secret="ab" * 32) as retort:
        found = everything_said(retort)
        assert not [where for where, text in found.items() if b"ab" * 16 in text]
        assert not [where for where, text in found.items() if retort.token.encode() in text]


def test_nothing_of_it_reaches_redis():
    with redis.run() as store, mock.run() as upstream:
        config = {"limits": LIMITS, "store": {"kind": "redis", "redis": {
            "servers": [store.address], "sync_interval": "20ms"}}}
        with daemon.run(config, upstream=upstream.url) as retort:
            chatter(retort)
            wait.until(store.keys, "counts have been sent")
            dump = {key: store.cli("--no-raw", "dump", key).encode() for key in store.keys()}
            assert dump and leaks(dump) == []
            assert leaks({"names": "\n".join(dump).encode()}) == []
            assert leaks(everything_said(retort)) == []
