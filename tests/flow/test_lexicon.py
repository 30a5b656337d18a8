"""Phrases and environment lines in prompts: what they are called, in which language, and that the
file of phrases is read anew by a reload."""

import pytest

from harness import client, daemon, mock, program
from harness.words import ELICIT, STATE

CHAT = "/v1/chat/completions"
PHRASES = {
    "English": ("Please think step by step.", "REASONING"),
    "in capitals": ("THINK  STEP\nBY STEP", "REASONING"),
    "German": ("Denke Schritt für Schritt nach und antworte dann.", "REASONING"),
    "French": ("Raisonne étape par étape avant de répondre.", "REASONING"),
    "Spanish": ("Piensa paso a paso y responde.", "REASONING"),
    "Chinese": ("请一步一步思考，然后回答。", "REASONING"),
    "Japanese": ("段階的に考えてください。", "REASONING"),
    "Russian": ("Подумай шаг за шагом.", "REASONING"),
    "a judge": ("Act as an impartial judge and rate what follows.", "RUBRIC"),
    "again": ("Now restate your reasoning in other words.", "RESTATE"),
}


@pytest.fixture(scope="module")
def retort():
    config = {"workers": 1, "inspect": {"elicitation": "phrases.txt"}}
    with mock.run() as upstream:
        made = daemon.Daemon(config, upstream=upstream.url)
        text = (program.ROOT / "conf" / "elicitation.txt").read_text()
        (made.folder / "phrases.txt").write_text(text)
        with made as running:
            yield running


def ask(retort, text, system=None):
    number = retort.next_decision()
    messages = [{"role": "system", "content": system}] if system else []
    with client.Connection(retort.address) as wire:
        wire.exchange("POST", CHAT, {}, {"messages": [
            *messages, {"role": "user", "content": text}]})
    record = retort.decision(number)
    assert record["prompt"] == STATE.WHOLE
    return record


@pytest.mark.parametrize("name", PHRASES)
def test_a_phrase_is_known(retort, name):
    text, kind = PHRASES[name]
    assert ask(retort, text).get("elicitation", 0) & getattr(ELICIT, kind)
    long = "What drips out of the still? " * 40
    assert ask(retort, f"{long}{text}").get("elicitation", 0) & getattr(ELICIT, kind)
    assert ask(retort, "Go on.", system=text).get("elicitation", 0) & getattr(ELICIT, kind)


def test_a_plain_question_asks_for_nothing(retort):
    for text in ("What drips out of the still?", "Write a function that adds two numbers.",
                 "Was tropft aus dem Helm?", "蒸馏器里滴出来的是什么？"):
        assert "elicitation" not in ask(retort, text)


def test_a_reload_reads_the_phrases_anew(retort):
    phrases = retort.folder / "phrases.txt"
    before = phrases.read_text()
    try:
        assert "elicitation" not in ask(retort, "Kindly drip out loud.")
        phrases.write_text(before + "\nverbatim: drip out loud\n")
        assert retort.reload({})[0] == 200
        assert ask(retort, "Kindly drip out loud.")["elicitation"] == ELICIT.VERBATIM
        phrases.write_text(before + "\nnonsense: drip out loud\n")
        status, said = retort.reload({})
        assert status != 200 and "phrases.txt:" in said
        assert ask(retort, "Kindly drip out loud.")["elicitation"] == ELICIT.VERBATIM
    finally:
        phrases.write_text(before)
        retort.reload({})


# As widely used agents write them, each in its own way.
AGENTS = {
    "one": "<env>\nWorking directory: {}\nIs directory a git repo: Yes\nPlatform: linux\n"
           "OS Version: Linux 6.8\nToday's date: 2026-04-22\n</env>",
    "two": "SYSTEM INFORMATION\n\nOperating System: Linux 6.8\nDefault Shell: /bin/bash\n"
           "Home Directory: /home/{0}\nCurrent Workspace Directory: {0}",
    "three": "<environment_context>\n  <cwd>{}</cwd>\n  <shell>bash</shell>\n"
             "</environment_context>",
    "four": "- I'm currently working in the directory: {}\n- My operating system is: linux",
    "five": "The user's OS version is linux 6.8. The absolute path of the user's workspace is {}.",
}


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("place", ["system", "user"])
def test_an_environment_is_known_again_and_told_from_another(retort, agent, place):
    def seen(folder, text):
        lines = f"{AGENTS[agent].format(folder)}\n"
        return ask(retort, text, system=lines) if place == "system" else ask(retort, lines + text)

    first, again = seen("/home/ada/still", "Go."), seen("/home/ada/still", "Stop.")
    other = seen("/home/bob/forge", "Go.")
    assert first["environment"] == again["environment"] != other["environment"]
    assert "environment" not in ask(retort, "Go on.")
