"""The world around the daemon, for flow tests. Standard library and pytest only.

    from harness import certs, client, daemon, mock, node, redis

    def test_a_stream_passes_untouched():
        with mock.run() as upstream, daemon.run(upstream=upstream.url) as retort:
            reply = node.run("openai", "stream", url=retort.url)
            assert reply["text"] == mock.text(8)

Every `run` is a context manager: it starts the real program in its own temporary folder on
free ports, waits until it answers, and on the way out asks it to leave and insists on status 0
and on no sanitizer report. When the body of the `with` fails, what the program said is printed
(pytest shows it with the failure).

  daemon.run(config, upstream=, …)  retortd; `config` is a dict merged over daemon.defaults(), or
                                    the YAML text itself. .url .admin .metrics() .stats()
                                    .decisions() .reload(config) .ctl("status") .signal(…) .rss()
  mock.run(*options, tls=)          mock-llm; answers are steered per request by `mock-*` header
                                    fields (see mock-llm --help). .url .stats() .log()
  origin.run(tls=)                  an upstream that the test plays itself: .accept() .head() .send()
  redis.run(…)                      redis-server. .cli(…) .kill() .freeze() .thaw() .restart()
  certs.make(folder, names)         a CA, server and client certificates, by the openssl command
  node.run(sdk, case, **options)    an official SDK in tests/flow/node: returns what it printed
  client.Connection(address, tls=)  a raw HTTP/1 client: every byte sent, every arrival timed
  wait.until(question, what)        the only way to wait: bounded, fails with `what`

RETORT_BIN names the folder of the programs (default build/bin), so that sanitizer builds run the
same flows. No test sleeps to synchronise; no test asserts how long something took, only order,
counts and bounds far from the truth.
"""
