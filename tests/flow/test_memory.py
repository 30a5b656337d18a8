"""What is left of prompts, credentials and replies in the memory of a daemon once their exchanges
are over: nothing. A core dump, or a look into a running process, tells nobody's words."""

import json
import random
import string

import pytest

from harness import client, codings, daemon, memory, mock, program, wait

pytestmark = pytest.mark.skipif(program.is_sanitized(), reason="sanitizers keep freed memory")

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
DICE = random.Random()


def letters(count):
    """Letters only: masks of templates would take digits away."""
    return "".join(DICE.choice(string.ascii_lowercase) for _ in range(count))


class Secrets:
    """Words that stand nowhere else, one for each place that a client or a model writes to."""

    def __init__(self):
        self.words, self.lead = {}, letters(8)

    def __getattr__(self, place):
        return self.words.setdefault(place, self.lead + letters(16))

    def all(self):
        return [text.encode() for text in self.words.values()]


def body_of(secret, size=0, **more):
    return {"model": f"m-{secret.model}", "max_tokens": 9, "user": secret.user, **more, "messages": [
        {"role": "system", "content": f"You are {secret.system}.\n"
                                      f"Working directory: /home/{secret.directory}/src\n"
                                      f"Today's date: {secret.date}"},
        {"role": "user", "content": f"Step by step, read {secret.file}.py and \"{secret.quoted}\". "
                                    f"{secret.prompt} \u00e4 {secret.wide}. " + "drip " * (size // 5)},
        {"role": "assistant", "content": secret.answer, "tool_calls": [
            {"id": secret.call, "type": "function",
             "function": {"name": secret.tool, "arguments": json.dumps({"a": secret.argument})}}]},
        {"role": "tool", "tool_call_id": secret.call, "content": secret.result},
        {"role": "user", "content": secret.last}]}


def fields_of(secret, **more):
    return {"Authorization": f"Bearer {secret.key}", "Cookie": f"s={secret.cookie}",
            "User-Agent": secret.agent, **more}


def reply_of(secret):
    return {"choices": [{"message": {"role": "assistant", "content": secret.reply,
                                     "reasoning_content": secret.thought},
                         "finish_reason": "stop"}], "model": secret.name,
            "usage": {"prompt_tokens": 3, "completion_tokens": 4}}


def events_of(secret):
    return [f"event: x\ndata: {json.dumps({'choices': [{'delta': {'content': text}}]})}\n\n"
            .encode() for text in (secret.reply, secret.thought, secret.signature)]


@pytest.fixture(scope="module", params=["clear", "tls"])
def retort(request, upstream, localhost):
    config = {"workers": 2, "timeouts": {"body": "1s", "send": "1s"}, "store": {"memory": "1MiB"},
              "detection": {"memory": "1MiB"}, "upstreams": [
                  {"name": "gateway", "servers": [upstream.url], "idle_timeout": "1s"}],
              "inspect": {"elicitation": str(program.ROOT / "conf" / "elicitation.txt")}}
    tls = localhost if request.param == "tls" else None
    with daemon.run(config, upstream=upstream.url, tls=tls) as running:
        running.trust = localhost.client_context() if tls else None
        yield running


@pytest.fixture
def secret():
    return Secrets()


@pytest.fixture
def wire(retort, upstream):
    with client.Connection(retort.address, retort.trust) as connection:
        yield connection
    upstream.forget()


def is_forgotten(retort, secret):
    wait.until(lambda: retort.metric("retort_exchanges_open") == 0, "all exchanges are over")
    left = []

    def looks_clean():
        left[:] = memory.find(retort.pid, secret.all())
        return not left

    try:
        wait.until(looks_clean, "the words are gone", seconds=5)
    except AssertionError:
        names = {text.encode(): place for place, text in secret.words.items()}
        for where, address, text, around in left[:40]:
            print(where, address, names.get(text), around)
        raise AssertionError(f"{len(left)} words are left: "
                             f"{sorted({names.get(text) for _, _, text, _ in left})}") from None


def serve(upstream, wire, secret, request):
    """Sends bytes, answers them as a plain reply, and reads that."""
    wire.send(*request)
    served = upstream.accept()
    served.request()
    served.answer(json.dumps(reply_of(secret)).encode(), fields={
        "Content-Type": "application/json", "Set-Cookie": secret.setcookie})
    assert wire.reply().status == 200


def encode(path, fields, body):
    lines = [f"POST {path} HTTP/1.1", "Host: api"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}"]).encode() + b"\r\n\r\n" + body


def test_the_look_sees_what_is_there(retort, upstream, wire, secret):
    """While an exchange is held, its words stand in memory."""
    request = encode(CHAT, fields_of(secret), json.dumps(body_of(secret)).encode())
    wire.send(request[:-1])
    wait.until(lambda: memory.find(retort.pid, [secret.prompt.encode()]), "the word is seen")
    serve(upstream, wire, secret, [request[-1:]])
    is_forgotten(retort, secret)


@pytest.mark.parametrize("size", [0, 3_000_000])
@pytest.mark.parametrize("path", [CHAT, "/v1/files"])
def test_a_plain_exchange(retort, upstream, wire, secret, path, size):
    body = json.dumps(body_of(secret, size)).encode()
    serve(upstream, wire, secret, [encode(f"{path}?key={secret.query}", fields_of(secret), body)])
    is_forgotten(retort, secret)


def test_a_body_in_many_turns(retort, upstream, wire, secret):
    request = encode(CHAT, fields_of(secret), json.dumps(body_of(secret, 9000)).encode())
    serve(upstream, wire, secret, [request[i:i + 97] for i in range(0, len(request), 97)])
    is_forgotten(retort, secret)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "zstd, deflate"])
def test_a_coded_body_and_a_coded_reply(retort, upstream, wire, secret, coding):
    body = codings.encode(coding, json.dumps(body_of(secret, 40000)).encode())
    wire.send(encode(CHAT, fields_of(secret, **{"Content-Encoding": coding}), body))
    served = upstream.accept()
    served.request()
    served.start_stream({"Content-Encoding": coding})
    served.send_chunk(codings.encode(coding, b"".join(events_of(secret))))
    served.end_stream()
    assert wire.reply().is_whole
    is_forgotten(retort, secret)


def test_a_stream_and_requests_behind_each_other(retort, upstream, wire, secret):
    body = json.dumps(body_of(secret, stream=True)).encode()
    wire.send(3 * encode(CHAT, fields_of(secret), body))
    served = upstream.accept()
    for _ in range(3):
        served.request()
        served.start_stream({"X-Model": secret.header})
        for event in events_of(secret):
            served.send_chunk(event)
        served.end_stream(b"X-Sum: " + secret.trailer.encode() + b"\r\n")
        assert wire.reply().is_whole
    is_forgotten(retort, secret)


@pytest.mark.parametrize("how", ["close", "reset", "silence"])
def test_a_client_that_goes_away(retort, upstream, wire, secret, how):
    request = encode(CHAT, fields_of(secret), json.dumps(body_of(secret, 100_000)).encode())
    wire.send(request[:-10])
    if how == "silence":
        assert wire.reply().status == 408
    elif how == "reset":
        wire.reset()
    else:
        wire.socket.close()
    is_forgotten(retort, secret)


def test_a_head_that_never_ends(retort, wire, secret):
    wire.send(f"POST /v1/{secret.path} HTTP/1.1\r\nAuthorization: Bearer {secret.key}\r\n".encode())
    wire.send(f"X-More: {secret.more}\r\n".encode() * 50)
    wait.until(lambda: memory.find(retort.pid, [secret.key.encode()]), "it is read")
    wire.socket.close()
    is_forgotten(retort, secret)


def test_nonsense_is_forgotten_too(retort, upstream, wire, secret):
    wire.send(f"POST /v1/x HTTP/1.1\r\nAuthorization : {secret.key}\r\n\r\n{secret.prompt}".encode())
    assert wire.reply().status == 400
    is_forgotten(retort, secret)


def test_an_upstream_that_is_slow_and_then_dies(retort, upstream, wire, secret):
    """The request waits in our memory until the upstream's time is over."""
    request = encode(CHAT, fields_of(secret), json.dumps(body_of(secret, 3_000_000)).encode())
    # nobody accepts: what the kernel does not take stays with us
    wire.send(request)
    assert wire.reply().status == 504
    is_forgotten(retort, secret)


def test_a_client_that_does_not_read(retort, upstream, secret):
    """The reply waits in our memory until the client's time is over."""
    with client.Connection(retort.address, retort.trust, window=4096) as wire:
        wire.send(encode(CHAT, fields_of(secret), json.dumps(body_of(secret)).encode()))
        served = upstream.accept()
        served.request()
        served.start_stream()
        with served.sending(b"".join(b"%x\r\n%s\r\n" % (len(event), event)
                                     for event in events_of(secret)) * 60000, then_close=True):
            wait.until(lambda: retort.metric("retort_exchanges_open") == 0, "it is given up")
            upstream.forget()
    is_forgotten(retort, secret)


def test_an_upstream_that_speaks_nonsense(retort, upstream, wire, secret):
    wire.send(encode(CHAT, fields_of(secret), json.dumps(body_of(secret)).encode()))
    served = upstream.accept()
    served.request()
    served.send(f"HTTP/1.1 200 OK\r\nSet-Cookie: {secret.setcookie}\r\n".encode(),
                f"X-{secret.header} : {secret.reply}\r\n\r\n".encode())
    assert wire.reply().status == 502
    is_forgotten(retort, secret)


def test_a_head_that_is_cut(retort, upstream, wire, secret):
    wire.send(encode(CHAT, fields_of(secret), json.dumps(body_of(secret)).encode()))
    served = upstream.accept()
    served.request()
    served.send(f"HTTP/1.1 200 OK\r\nSet-Cookie: {secret.setcookie}\r\nX-Half: {secret.half}"
                .encode())
    wait.until(lambda: memory.find(retort.pid, [secret.half.encode()]), "it is read")
    served.close()
    assert wire.reply().status == 502
    is_forgotten(retort, secret)


def test_a_busy_daemon_that_then_rests(secret):
    with mock.run() as upstream, daemon.run({"workers": 2}, upstream=upstream.url) as retort:
        bodies = [json.dumps(body_of(secret, size)).encode() for size in (0, 5000, 70000, 300000)]
        for i in range(60):
            with client.Connection(retort.address) as wire:
                path = (CHAT, MESSAGES, "/v1/responses")[i % 3]
                wire.send(encode(path, fields_of(secret), bodies[i % 4]))
                assert wire.reply().status == 200
        is_forgotten(retort, secret)
