"""What the official clients send, seen as facts: every body below leaves a real SDK, passes the
daemon to the mock, and is judged by its line in the decision log."""

import base64

import pytest

from harness import daemon, mock, node, program, wait
from harness.words import DIALECT, FINISH, FLAG, STATE

STILL = "You are a still. Answer with what drips out, and with nothing else."
SMITH = "You are a smith. Answer with what rings on the anvil, and with nothing else."
FIRST = "Heat the wine gently until the spirit rises, and tell me what comes over before the heart."
ANSWER = "The heads come first: throw them away."
SECOND = "And what comes after the heart, when the still has run for an hour or longer?"
SIGNED = "EqQBCkYIBRgCIkA" + base64.b64encode(bytes(range(96))).decode()
OTHER_SIGNED = SIGNED[:-4] + "AAAA"
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(200)).decode()
FORM = {"type": "object", "properties": {"part": {"type": "string"}}, "required": ["part"],
        "additionalProperties": False}
TEMPLATE = ("Below is an instruction that describes a task, paired with an input that gives "
            "further context. Write a response that appropriately completes the request.\n\n"
            "### Instruction:\n{}\n\n### Input:\n{}\n\n### Response:\n")


def turns(*texts, parts=None):
    """Alternating turns of user and assistant; `parts` makes a content of a text."""
    return [{"role": ("user", "assistant")[i % 2], "content": parts(text) if parts else text}
            for i, text in enumerate(texts)]


def text_part(text):
    return [{"type": "text", "text": text}]


def cached_part(text):
    return [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}]


def contents(*texts):
    return [{"role": ("user", "model")[i % 2], "parts": [{"text": text}]}
            for i, text in enumerate(texts)]


def chat(*said, system=STILL, parts=None, **more):
    head = [{"role": "system", "content": parts(system) if parts else system}] if system else []
    return ("openai", "chat.completions.create",
            {"model": "m-1", "messages": head + turns(*said, parts=parts), **more})


def respond(input, **more):
    return "openai", "responses.create", {"model": "m-1", "input": input, **more}


def message(*said, parts=None, **more):
    return ("anthropic", "messages.create",
            {"model": "m-1", "max_tokens": 100, "messages": turns(*said, parts=parts), **more})


def generate(said, call="models.generateContent", **config):
    return "google", call, {"model": "m-1", "contents": said, "config": config}


def vercel(api="chat", **body):
    return "vercel", api, {"maxRetries": 0, **body}


def turned(ask, *messages):
    """The same with these messages behind its own."""
    sdk, call, body = ask
    return sdk, call, {**body, "messages": body["messages"] + list(messages)}


CHAT_TOOLS = [{"type": "function", "function": {"name": name, "parameters": FORM}}
              for name in ("weigh", "taste")]
CHAT_CALLS = [{"role": "assistant", "tool_calls": [
                  {"id": "c1", "type": "function",
                   "function": {"name": "weigh", "arguments": '{"part":"heart"}'}},
                  {"id": "c2", "type": "function",
                   "function": {"name": "taste", "arguments": '{"part":"tails"}'}}]},
              {"role": "tool", "tool_call_id": "c1", "content": "700 g"},
              {"role": "tool", "tool_call_id": "c2", "content": "bitter"}]
RESPONSE_CALLS = [{"role": "user", "content": FIRST},
                  {"type": "function_call", "call_id": "c1", "name": "weigh",
                   "arguments": '{"part":"heart"}'},
                  {"type": "function_call_output", "call_id": "c1", "output": "700 g"}]
THOUGHT = {"role": "assistant", "content": [
    {"type": "thinking", "thinking": "Heads, then the heart.", "signature": SIGNED},
    {"type": "redacted_thinking", "data": OTHER_SIGNED},
    {"type": "text", "text": ANSWER}]}
THINKING = {"type": "enabled", "budget_tokens": 4096}

ASKS = {
    "chat": chat(FIRST, max_tokens=256, temperature=0.7, top_p=0.9),
    "chat of another": chat("Which way does the neck bend, and why is it made of copper?"),
    "chat of a smith": chat(FIRST, system=SMITH),
    "chat in parts": chat(FIRST, parts=text_part),
    "chat goes on": chat(FIRST, ANSWER, SECOND),
    "chat goes on in parts": chat(FIRST, ANSWER, SECOND, parts=text_part),
    "chat by a developer": ("openai", "chat.completions.create", {
        "model": "m-1", "messages": [{"role": "developer", "content": STILL}] + turns(FIRST)}),
    "chat with tools": chat(FIRST, tools=CHAT_TOOLS),
    "chat with results": turned(chat(FIRST, tools=CHAT_TOOLS), *CHAT_CALLS),
    "chat with pictures": chat("x", system=None, parts=lambda text: text_part(text) + 2 * [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}]),
    "chat in a form": chat(FIRST, response_format={
        "type": "json_schema", "json_schema": {"name": "f", "strict": True, "schema": FORM}}),
    "chat that thinks": chat(FIRST, reasoning_effort="high", max_completion_tokens=8192),
    "chat in samples": chat(FIRST, n=3, logprobs=True),
    "chat streamed": chat(FIRST, stream=True, stream_options={"include_usage": True}),
    "chat streamed without usage": chat(FIRST, stream=True),
    "chat of a template": chat(TEMPLATE.format(
        "Name three spirits.", "They must be made of grain, and none may be older than 4 years.")),
    "chat of the template again": chat(TEMPLATE.format(
        "Write a haiku about copper.", "Mention the colour of an old roof in Vienna; 17 sounds.")),
    "a legacy completion": ("openai", "completions.create", {"model": "m-1", "prompt": FIRST}),
    "an embedding": ("openai", "embeddings.create", {"model": "m-1", "input": FIRST}),
    "a response": respond(FIRST, instructions=STILL, max_output_tokens=256),
    "a response in parts": respond([{"role": "user", "content": [
        {"type": "input_text", "text": FIRST}]}], instructions=STILL),
    "a response goes on": respond([
        {"role": "user", "content": FIRST},
        {"type": "reasoning", "id": "r1", "summary": [], "encrypted_content": SIGNED},
        {"type": "message", "id": "m1", "role": "assistant", "status": "completed",
         "content": [{"type": "output_text", "text": ANSWER, "annotations": []}]},
        {"role": "user", "content": SECOND}], reasoning={"effort": "low"}),
    "a response with results": respond(RESPONSE_CALLS, tools=[
        {"type": "function", "name": "weigh", "parameters": FORM, "strict": True}]),
    "a response with a picture": respond([{"role": "user", "content": [
        {"type": "input_text", "text": "x"},
        {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}"}]}]),
    "a response in a form": respond(FIRST, text={"format": {
        "type": "json_schema", "name": "f", "strict": True, "schema": FORM}}),
    "a response streamed": respond(FIRST, stream=True),
    "message": message(FIRST, system=STILL, temperature=0.7),
    "message in cached parts": message(FIRST, parts=cached_part, system=cached_part(STILL)),
    "message goes on": message(FIRST, ANSWER, SECOND, system=STILL),
    "message goes on in parts": message(FIRST, ANSWER, SECOND, parts=cached_part),
    "message that thinks": message(FIRST, thinking=THINKING, max_tokens=8192),
    "message that thought": turned(message(FIRST, thinking=THINKING, max_tokens=8192),
                                   THOUGHT, {"role": "user", "content": SECOND}),
    "message with its thoughts elsewhere": ("anthropic", "messages.create", {
        "model": "m-1", "max_tokens": 100, "thinking": {"type": "disabled"},
        "messages": [{"role": "user", "content": "Something else."}, THOUGHT,
                     {"role": "user", "content": "And on."}]}),
    "message with tools": message(FIRST, tools=[
        {"name": name, "input_schema": FORM} for name in ("weigh", "taste")]),
    "message with results": turned(message(FIRST), {"role": "assistant", "content": [
        {"type": "tool_use", "id": "t1", "name": "weigh", "input": {"part": "heart"}}]}, {
        "role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "t1", "content": [
                {"type": "text", "text": "700 g"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                             "data": PIXEL}}]},
            {"type": "text", "text": SECOND}]}),
    "message with a picture": message("x", parts=lambda text: text_part(text) + [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                     "data": PIXEL}}]),
    "message in a form": message(FIRST, output_config={
        "format": {"type": "json_schema", "schema": FORM}}),
    "message with effort": message(FIRST, output_config={"effort": "high"}),
    "message streamed": message(FIRST, stream=True),
    "a count of tokens": ("anthropic", "messages.countTokens", {
        "model": "m-1", "messages": turns(FIRST)}),
    "a batch": ("anthropic", "messages.batches.create", {"requests": [
        {"custom_id": str(i), "params": {"model": "m-1", "max_tokens": 100,
                                         "messages": turns(text)}}
        for i, text in enumerate((FIRST, SECOND))]}),
    "google": generate(FIRST, systemInstruction=STILL, maxOutputTokens=256, topP=0.9,
                       temperature=0.7),
    "google goes on": generate(contents(FIRST, ANSWER, SECOND)),
    "google with tools": generate(FIRST, tools=[{"functionDeclarations": [
        {"name": name, "parametersJsonSchema": FORM} for name in ("weigh", "taste")]}]),
    "google with results": generate([
        *contents(FIRST),
        {"role": "model", "parts": [{"functionCall": {"name": "weigh", "args": {"part": "heart"}},
                                     "thoughtSignature": PIXEL}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "weigh",
                                                         "response": {"weight": 700}}}]}]),
    "google with a picture": generate([{"role": "user", "parts": [
        {"text": "x"}, {"inlineData": {"mimeType": "image/png", "data": PIXEL}}]}]),
    "google in a form": generate(FIRST, responseMimeType="application/json",
                                 responseJsonSchema=FORM, candidateCount=2),
    "google that thinks": generate(FIRST, thinkingConfig={"thinkingBudget": 1024}),
    "google streamed": generate(FIRST, call="models.generateContentStream"),
    "vercel": vercel(system=STILL, prompt=FIRST, maxOutputTokens=256, temperature=0.7),
    "vercel goes on": vercel(messages=turns(FIRST, ANSWER, SECOND)),
    "vercel with tools": vercel(prompt=FIRST, tools={"weigh": FORM, "taste": FORM}),
    "vercel with results": vercel(tools={"weigh": FORM}, messages=turns(FIRST) + [
        {"role": "assistant", "content": [{"type": "tool-call", "toolCallId": "c1",
                                           "toolName": "weigh", "input": {"part": "heart"}}]},
        {"role": "tool", "content": [{"type": "tool-result", "toolCallId": "c1",
                                      "toolName": "weigh",
                                      "output": {"type": "text", "value": "700 g"}}]}]),
    "vercel with a picture": vercel(messages=[{"role": "user", "content": [
        {"type": "text", "text": "x"},
        {"type": "image", "image": f"data:image/png;base64,{PIXEL}"}]}]),
    "vercel in a form": vercel(prompt=FIRST, schema=FORM),
    "vercel streamed": vercel(prompt=FIRST, stream=True),
    "vercel by responses": vercel("responses", system=STILL, prompt=FIRST, maxOutputTokens=256),
    "vercel by responses goes on": vercel("responses", messages=turns(FIRST, ANSWER, SECOND)),
    "vercel by responses streamed": vercel("responses", prompt=FIRST, stream=True),
}
# What these clients cannot read in the mock's answer; their requests are what counts here.
UNREAD = {"a legacy completion", "a batch", "vercel in a form"}


@pytest.fixture(scope="module")
def facts():
    """The decision of every ask, by its name."""
    elicitation = program.ROOT / "conf" / "elicitation.txt"
    config = {"workers": 1, "inspect": {"elicitation": str(elicitation)}}
    with mock.run("--input-tokens", 321, "--output-tokens", 123, "--events", 20) as upstream, \
            daemon.run(config, upstream=upstream.url) as retort:
        found = node.run_all([[sdk, "any", {"url": retort.url, "call": call, "api": call,
                                            "body": body}]
                              for sdk, call, body in ASKS.values()])
        failed = {name: one["failed"] for name, one in zip(ASKS, found)
                  if one and "failed" in one}
        assert set(failed) <= UNREAD, failed
        wait.until(lambda: len(retort.decisions()) >= len(ASKS), "all of them are recorded")
        records = retort.decisions()
        assert len(records) == len(ASKS) == len(upstream.seen())
        assert retort.metric("retort_facts_incomplete_total") == 0
        yield dict(zip(ASKS, records))


@pytest.fixture(scope="module")
def same(facts):
    """Asserts that a fact is there and the same in all of these."""
    def check(fact, *names):
        values = {name: facts[name].get(fact) for name in names}
        assert len(set(values.values())) == 1 and None not in values.values(), values
    return check


def flags(record):
    return record.get("flags", 0)


def keys(record):
    """All by which two prompts of one template may meet."""
    return {record["head"], record["tail"], *record.get("bands", ())}


def test_every_body_is_read_to_its_end(facts):
    silent = {"a count of tokens"}
    assert {name for name in facts if facts[name].get("prompt") != STATE.WHOLE} == silent
    assert not any("why" in record for record in facts.values())
    assert all(record["body_bytes"] == record["request_bytes"]
               for name, record in facts.items() if name not in silent)


@pytest.mark.parametrize("start, dialect", [
    ("chat", DIALECT.OPENAI_CHAT), ("vercel", DIALECT.OPENAI_CHAT),
    ("a response", DIALECT.OPENAI_RESPONSES), ("vercel by", DIALECT.OPENAI_RESPONSES),
    ("a legacy", DIALECT.OPENAI_COMPLETIONS), ("an embedding", DIALECT.OPENAI_EMBEDDINGS),
    ("message", DIALECT.ANTHROPIC_MESSAGES), ("a batch", DIALECT.ANTHROPIC_BATCHES),
    ("google", DIALECT.GOOGLE_GENERATE), ("a count", None)])
def test_the_dialect_is_told_from_the_head(facts, start, dialect):
    found = {record.get("dialect") for name, record in facts.items() if name.startswith(start)
             and (start != "vercel" or " by " not in name)}
    assert found == {dialect}


@pytest.mark.parametrize("name, messages, user, assistant, results", [
    ("chat", 2, 1, 0, 0), ("chat goes on", 4, 2, 1, 0), ("chat goes on in parts", 4, 2, 1, 0),
    ("chat with results", 5, 1, 1, 2), ("a response", 1, 1, 0, 0),
    ("a response with results", 3, 1, 1, 1), ("message", 1, 1, 0, 0),
    ("message goes on", 3, 2, 1, 0), ("message that thought", 3, 2, 1, 0),
    ("google", 1, 1, 0, 0), ("google goes on", 3, 2, 1, 0), ("google with results", 3, 1, 1, 1),
    ("vercel", 2, 1, 0, 0), ("vercel goes on", 3, 2, 1, 0), ("vercel with results", 3, 1, 1, 1),
    ("vercel by responses goes on", 3, 2, 1, 0)])
def test_turns_are_counted(facts, name, messages, user, assistant, results):
    counts = ("messages", "user_turns", "assistant_turns", "tool_results")
    assert [facts[name].get(count, 0) for count in counts] == [messages, user, assistant, results]


def test_tools_and_pictures_are_counted(facts):
    pictures = {name: record["images"] for name, record in facts.items() if "images" in record}
    assert pictures == {"chat with pictures": 2, "a response with a picture": 1,
                        "message with a picture": 1, "message with results": 1,
                        "google with a picture": 1, "vercel with a picture": 1}
    tools = {name: record["tools"] for name, record in facts.items() if "tools" in record}
    assert tools == {"chat with tools": 2, "chat with results": 2, "a response with results": 1,
                     "message with tools": 2, "google with tools": 2, "vercel with tools": 2,
                     "vercel with results": 1}


def test_the_same_tools_are_known_again_in_every_dialect(same):
    same("toolset", "chat with tools", "chat with results", "message with tools",
         "google with tools", "vercel with tools")
    same("toolset", "a response with results", "vercel with results")


@pytest.mark.parametrize("flag, names", [
    ("STREAM", {"chat streamed", "chat streamed without usage", "a response streamed",
                "message streamed", "vercel streamed", "vercel by responses streamed"}),
    ("THINKING", {"chat that thinks", "a response goes on", "message that thinks",
                  "message that thought", "message with effort", "google that thinks"}),
    ("STRUCTURED", {"chat in a form", "a response in a form", "message in a form",
                    "google in a form", "vercel in a form"}),
    ("LARGE_OUTPUT", {"chat that thinks", "message that thinks", "message that thought"}),
    ("MANY_SAMPLES", {"chat in samples", "google in a form"}),
    ("LOGPROBS", {"chat in samples"}),
    ("BATCH", {"a batch"})])
def test_flags_say_how_to_answer(facts, flag, names):
    bit = getattr(FLAG, flag)
    assert {name for name, record in facts.items() if flags(record) & bit} == names


def test_a_single_turn_is_one_without_history(facts):
    for name in ("chat", "a response", "message", "google", "vercel", "a legacy completion"):
        assert flags(facts[name]) & FLAG.SINGLE_TURN, name
    for name in ("chat goes on", "chat with results", "message that thought", "google goes on",
                 "vercel with results", "a response with results"):
        assert not flags(facts[name]) & FLAG.SINGLE_TURN, name


def test_numbers_are_read_as_they_were_meant(facts):
    for name in ("chat", "a response", "google", "vercel", "vercel by responses"):
        assert facts[name]["max_tokens"] == 256, name
    for name in ("chat", "message", "google", "vercel"):
        assert facts[name]["temperature"] == 700, name
    assert facts["chat"]["top_p"] == facts["google"]["top_p"] == 900
    assert facts["chat in samples"]["samples"] == 3
    assert facts["chat that thinks"]["max_tokens"] == 8192


def test_a_model_is_the_same_in_a_body_and_in_a_path(facts, same):
    same("model", "chat", "chat goes on", "a response", "message", "google", "google streamed",
         "an embedding", "a batch")
    assert facts["vercel"]["model"] != facts["chat"]["model"]


def test_a_system_is_known_whoever_asks(facts, same):
    same("system", "chat", "chat of another", "chat in parts", "chat by a developer",
         "a response", "message", "message in cached parts", "google", "vercel",
         "vercel by responses")
    same("system_bytes", "chat", "chat of another", "a response", "google")
    assert facts["chat of a smith"]["system"] != facts["chat"]["system"]
    assert "system" not in facts["google goes on"]


def test_prompts_of_a_template_share_a_key_and_others_do_not(facts):
    one, other = (facts[f"chat of {name}"] for name in ("a template", "the template again"))
    assert keys(one) & keys(other) and one["skeleton"] != other["skeleton"]
    for name in ("chat", "chat of another"):
        assert not keys(one) & keys(facts[name])
    assert not keys(facts["chat"]) & keys(facts["chat of another"])


def test_a_prompt_is_the_same_prompt_in_every_dialect(same):
    names = ("chat", "chat in parts", "a response", "a response in parts", "message",
             "message in cached parts", "google", "vercel", "vercel by responses",
             "a legacy completion")
    for fact in ("payload", "skeleton", "head", "tail", "user_bytes"):
        same(fact, *names)


def test_a_conversation_begins_alike_in_every_form_and_dialect(facts, same):
    same("conversation", "chat", "chat in parts", "chat of a smith", "a response",
         "a response in parts", "message", "message in cached parts", "google", "vercel",
         "vercel by responses")
    assert facts["chat of another"]["conversation"] != facts["chat"]["conversation"]
    assert "earlier" not in facts["chat"]


@pytest.mark.parametrize("name", [
    "chat goes on", "chat goes on in parts", "chat with results", "a response goes on",
    "a response with results", "message goes on", "message goes on in parts",
    "message that thought", "message with results", "google goes on", "google with results",
    "vercel goes on", "vercel with results", "vercel by responses goes on"])
def test_a_next_turn_extends_the_first_whoever_sends_it(facts, name):
    assert facts["chat"]["conversation"] in facts[name]["earlier"]
    assert facts[name]["conversation"] not in facts[name]["earlier"]


def test_a_next_turn_is_the_same_in_every_form(same):
    same("conversation", "chat goes on", "chat goes on in parts", "a response goes on",
         "message goes on", "message goes on in parts", "message that thought", "google goes on",
         "vercel goes on", "vercel by responses goes on")


def test_signed_thoughts_are_known_again_in_another_conversation(facts):
    one = facts["message that thought"]
    other = facts["message with its thoughts elsewhere"]
    assert one["thinking_blocks"] == 2 and one["thinking"] == other["thinking"]
    assert one["thinking"][0] != one["thinking"][1]
    assert facts["a response goes on"]["thinking"] == [one["thinking"][1]]
    assert facts["google with results"]["thinking_blocks"] == 1


@pytest.mark.parametrize("name", [
    "chat", "chat streamed", "a response", "a response streamed", "message", "message streamed",
    "google", "google streamed", "vercel", "vercel streamed", "vercel by responses",
    "vercel by responses streamed"])
def test_a_reply_is_metered_by_its_usage(facts, name):
    record = facts[name]
    assert (record["input_tokens"], record["output_tokens"]) == (321, 123)
    assert record["finish"] == FINISH.STOP and record["status"] == 200
    assert "estimated" not in record and "reply_opaque" not in record
    assert record.get("stream", 0) == name.endswith("streamed")
    assert (record.get("events", 0) >= 20) == name.endswith("streamed")


def test_a_stream_without_usage_is_estimated(facts):
    record = facts["chat streamed without usage"]
    assert record["estimated"] == 1 and record["finish"] == FINISH.STOP
    assert record["output_tokens"] == -(-len(mock.text(20)) // 4)
    assert record["input_tokens"] == record["text_bytes"] // 4
    assert record["events"] == 23  # the role, the deltas, the finish, [DONE]


def test_what_is_no_answer_costs_nothing(facts):
    for name in UNREAD - {"vercel in a form"}:
        assert facts[name]["finish"] == FINISH.ERROR and facts[name]["status"] == 404
        assert "output_tokens" not in facts[name]
    assert "output_tokens" not in facts["a count of tokens"]
    assert facts["an embedding"]["input_tokens"] == 321
