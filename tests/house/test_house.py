"""The rules of the house, as tests: layers, purity, sizes, names, words, and tables that agree.

They read the sources as text and the built library with nm; nothing here runs Retort.
"""
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("RETORT_BUILD", ROOT / "build"))

FUNCTION_LINES, FILE_LINES, HEADER_LINES, PARAMETERS, NESTING = 60, 600, 120, 5, 3

# Rule zero: a rule may be broken where the code is plainly better for it, by name and with a reason.
LONG_TABLES = {"lib/config/key.c", "lib/wire/http1_name.h"}

POLLS = {"tests/flow/harness/wait.py"}  # the one place that asks again until an answer comes

# What the library must not touch: sockets, clocks, threads, randomness, the event loop, TLS, Redis.
IMPURE = re.compile(
    r"^(socket|connect|accept4?|bind|listen|send(to|msg|mmsg)?|recv(from|msg|mmsg)?|poll|ppoll|"
    r"select|epoll_\w+|eventfd|time|clock|clock_gettime|gettimeofday|nanosleep|sleep|usleep|"
    r"pthread_\w+|getrandom|rand(om)?|RAND_\w+|fork|exec\w+|signal|sigaction|syslog|"
    r"event_\w+|evbuffer_\w+|bufferevent_\w+|evhttp_\w+|SSL_\w+|redis\w+|sd_\w+|getaddrinfo)$")

BANNED = re.compile(r"(?:^|_)(get|handle|process|do|util|utils|misc|manager|data|info)(?:_|$)")


def sources(*suffixes, under=("lib", "daemon", "tests")):
    for top in under:
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in suffixes and "node_modules" not in path.parts:
                yield path


def name_of(path):
    return str(path.relative_to(ROOT))


def functions(path):
    """Yields (line, signature, body lines) of every function; clang-format makes this easy."""
    lines = path.read_text().split("\n")
    start = None
    for number, line in enumerate(lines):
        if line == "{":
            first = number
            while first > 0 and lines[first - 1] and lines[first - 1][-1] not in ";}/" \
                    and not lines[first - 1].startswith("#"):
                first -= 1
            start = (first, " ".join(part.strip() for part in lines[first:number]), number)
        elif line == "}" and start:
            yield start[0] + 1, start[1], lines[start[2] + 1:number]
            start = None


def nesting(body):
    """How deep control blocks stand in each other; initialisers and cases do not count."""
    blocks, deepest = [], 0
    for line in body:
        if re.match(r"\s*\}", line) and blocks:
            blocks.pop()
        if line.endswith("{"):
            blocks.append(bool(re.match(r"\s*(\} else|if|for|while|switch|do|else)\b|.*\) \{$", line)))
            deepest = max(deepest, sum(blocks))
    return deepest


def code(text):
    """The text without comments and string literals."""
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    return re.sub(r'"(\\.|[^"\\])*"', '""', text)


def layers():
    rooms = {}
    for line in (ROOT / "tests/house/layers.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            room, *below = line.split()
            rooms[room] = set(below) | {room}
    return rooms


def test_rooms_include_only_what_their_layer_allows():
    rooms, faults = layers(), []
    for path in sources(".c", ".h", ".def", under=("lib",)):
        room = path.relative_to(ROOT / "lib").parts[0]
        assert room in rooms, f"{room} has no line in layers.txt"
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = re.match(r'#include "([^"]+)"', line)
            if not found or "/" not in found[1]:
                continue
            if found[1].split("/")[0] not in rooms[room]:
                faults.append(f"{name_of(path)}:{number}: {room} includes {found[1]}")
    assert not faults, "\n".join(faults)


def test_layers_have_no_cycle():
    rooms = layers()
    while rooms:
        lowest = [r for r, below in rooms.items() if not (below - {r}) & set(rooms)]
        assert lowest, f"cycle among {sorted(rooms)}"
        for room in lowest:
            del rooms[room]


def nm(*arguments):
    library = BUILD / "libretort.a"
    if not library.exists():
        pytest.fail(f"{library} is not built")
    return subprocess.run(["nm", *arguments, str(library)], check=True, capture_output=True,
                          text=True).stdout


def test_the_library_is_pure():
    faults, member = [], ""
    for line in nm("-u").splitlines():
        if line.endswith(".o:"):
            member = line[:-1]
        words = line.split()
        if len(words) == 2 and words[0] == "U" and IMPURE.match(words[1].split("@")[0]):
            faults.append(f"{member} uses {words[1]}")
    assert not faults, "\n".join(faults)


def test_every_symbol_begins_with_its_file():
    faults, member = [], ""
    for line in nm("--defined-only", "--extern-only").splitlines():
        if line.endswith(".o:"):
            member = line[:-3].removesuffix(".c")
        words = line.split()
        if len(words) != 3 or words[1] not in "TDBRC":
            continue
        symbol = words[2]
        parts = member.split("_")
        # a file may carry on for its elder: json_scan_string.c may define json_scan_…
        elders = {"_".join(parts[:i]) for i in range(1, len(parts) + 1)}
        if not any(symbol == e or symbol.startswith(e + "_") or symbol.startswith(e.rstrip("s") + "_")
                   for e in elders):
            faults.append(f"{member}.c defines {symbol}")
    assert not faults, "\n".join(faults)


def test_files_keep_their_size():
    faults = []
    for path in sources(".c", ".h"):
        if name_of(path) in LONG_TABLES:
            continue
        is_door = path.suffix == ".h" and not path.is_relative_to(ROOT / "tests")
        most = HEADER_LINES if is_door else FILE_LINES
        count = path.read_text().count("\n")
        if count > most:
            faults.append(f"{name_of(path)} has {count} lines, at most {most}")
    assert not faults, "\n".join(faults)


def test_functions_keep_their_size():
    faults = []
    for path in sources(".c"):
        for line, signature, body in functions(path):
            where = f"{name_of(path)}:{line}"
            if len(body) > FUNCTION_LINES:
                faults.append(f"{where}: {len(body)} lines, at most {FUNCTION_LINES}")
            if nesting(body) > NESTING:
                faults.append(f"{where}: nested {nesting(body)} deep, at most {NESTING}")
            inside = re.search(r"\((.*)\)", signature)
            count = len([p for p in inside[1].split(",") if "..." not in p]) if inside else 0
            if count > PARAMETERS and not re.search(r"\bon_\w+\(", signature):
                faults.append(f"{where}: {count} parameters, at most {PARAMETERS}")
    assert not faults, "\n".join(faults)


def test_every_source_opens_with_its_plate():
    faults = [name_of(p) for p in sources(".c") if not p.read_text().startswith("/*")]
    assert not faults, "no plate: " + ", ".join(faults)


def test_names_avoid_empty_words():
    faults = []
    for path in sources(".c", ".h", under=("lib", "daemon")):
        for line, signature, _ in functions(path):
            found = re.search(r"(\w+)\s*\(", signature)
            if found and BANNED.search(found[1]):
                faults.append(f"{name_of(path)}:{line}: {found[1]}")
        if BANNED.search(path.stem):
            faults.append(name_of(path))
    assert not faults, "\n".join(faults)


def test_nothing_is_left_for_later():
    faults = []
    for path in sources(".c", ".h", ".py", ".sh", ".def"):
        if path == Path(__file__).resolve():
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
                faults.append(f"{name_of(path)}:{number}")
    assert not faults, "\n".join(faults)


def tracked():
    out = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    return [ROOT / name for name in out.stdout.split("\0") if name]


def test_no_file_names_a_registry_or_a_machine():
    words = re.compile(r"registry\.npmjs|deb\.debian\.org|pypi\.org|/work/(main|wt|shared|\.library)")
    faults = []
    for path in tracked():
        if path == Path(__file__).resolve() or not path.is_file():
            continue
        text = path.read_bytes().decode(errors="replace")
        faults += [f"{name_of(path)}: {found}" for found in set(words.findall(text))]
    assert not faults, "\n".join(map(str, faults))


def test_no_sleep_stands_for_waiting():
    faults = []
    for path in sources(".c", ".py"):
        if path == Path(__file__).resolve() or name_of(path) in POLLS:
            continue
        for number, line in enumerate(code(path.read_text(errors="replace")).splitlines(), 1):
            if re.search(r"\b(usleep|nanosleep|sleep)\s*\(", line):
                faults.append(f"{name_of(path)}:{number}: {line.strip()}")
    assert not faults, "\n".join(faults)


def test_unit_tests_mirror_the_library():
    """Every unit test names a room and a file that exist (or a family of files)."""
    faults = []
    for path in (ROOT / "tests/unit").rglob("test_*.c"):
        room, stem = path.parent.name, path.stem.removeprefix("test_")
        folder = ROOT / ("daemon" if room == "daemon" else f"lib/{room}")
        if not folder.is_dir() or not any(stem.startswith(p.stem) or p.stem.startswith(stem)
                                          for p in folder.glob("*.[ch]")):
            faults.append(name_of(path))
    assert not faults, "mirror nothing: " + ", ".join(faults)


def test_every_fuzz_target_has_a_corpus():
    for path in (ROOT / "tests/fuzz").glob("fuzz_*.c"):
        corpus = ROOT / "tests/fuzz/corpus" / path.stem
        assert corpus.is_dir() and any(corpus.iterdir()), f"{path.stem} has no corpus"


def test_sources_are_formatted():
    paths = [str(p) for p in sources(".c", ".h")]
    result = subprocess.run(["clang-format", "--dry-run", *paths], capture_output=True, text=True)
    wrong = sorted({line.split(":")[0] for line in result.stderr.splitlines() if "warning:" in line
                    or "error:" in line})
    assert not wrong, "not formatted:\n" + "\n".join(wrong)
