"""The closed lists of the facts by their names, read from the headers that define them.

    words.DIALECT.OPENAI_CHAT, words.STATE.WHOLE, words.WHY.TOO_DEEP, words.FLAG.STREAM,
    words.ELICIT.RUBRIC, words.FINISH.STOP
"""

import re
import types

from . import program


def _read(header, name, prefix):
    text = re.sub(r"/\*.*?\*/", "", (program.ROOT / "lib" / header).read_text(), flags=re.S)
    body = re.search(rf"enum {name} {{(.*?)}}", text, re.S)[1]
    found, value = {}, -1
    for row in filter(None, map(str.strip, body.split(","))):
        key, _, said = (part.strip() for part in row.partition("="))
        value = eval(said) if said else value + 1  # "1 << 4" reads the same in both languages
        assert key.startswith(prefix)
        found[key.removeprefix(prefix)] = value
    return types.SimpleNamespace(**found)


DIALECT = _read("facts/dialect.h", "dialect", "DIALECT_")
STATE = _read("facts/prompt.h", "prompt_state", "PROMPT_")
WHY = _read("facts/prompt.h", "prompt_why", "PROMPT_WHY_")
FLAG = _read("facts/prompt.h", "prompt_flag", "PROMPT_")
FINISH = _read("facts/reply.h", "reply_finish", "REPLY_FINISH_")
ELICIT = _read("facts/prompt.h", "prompt_elicitation", "PROMPT_ELICIT_")
