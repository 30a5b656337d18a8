"""Looks into the memory of a running program: where in it do these words still stand?"""

import array
import os.path

CHUNK, PAGE = 1 << 20, 4096
LARGEST = 1 << 30  # a mapping beyond this is bookkeeping of a sanitizer
IS_THERE = 3 << 62  # in the kernel's page map: present, or swapped out


def _mappings(pid):
    for line in open(f"/proc/{pid}/maps"):
        place, rights, *rest = line.split(maxsplit=5)
        start, end = (int(part, 16) for part in place.split("-"))
        if "w" in rights and end - start <= LARGEST:
            yield start, end, rest[3].strip() if len(rest) > 3 else "anonymous"


def _touched(pages, start, end):
    """The pages of this range that were ever written to, neighbours together."""
    pages.seek(start // PAGE * 8)
    entries = array.array("Q", pages.read((end - start) // PAGE * 8))
    first = None
    for place, entry in enumerate([*entries, 0]):
        if entry & IS_THERE:
            first = place if first is None else first
        if first is not None and (not entry & IS_THERE or (place - first) * PAGE >= CHUNK):
            yield start + first * PAGE, start + place * PAGE
            first = place if entry & IS_THERE else None


def _places(text, lead, words):
    """Every place of one of `words`, which all begin with `lead`."""
    place = text.find(lead)
    while place >= 0:
        for word in words:
            if text.startswith(word, place):
                yield place, word
        place = text.find(lead, place + 1)


def find(pid, words):
    """[(mapping, address, word, surroundings)] of every word in what the program may write to.
    Words are bytes of lower-case letters; it is quickest when they begin alike."""
    lead, found = os.path.commonprefix(words), []
    longest = max(map(len, words))
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory, \
            open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pages:
        for start, end, name in _mappings(pid):
            for first, last in _touched(pages, start, end):
                try:
                    memory.seek(first)
                    text = memory.read(min(last + longest, end) - first)
                except OSError:  # it went away, or nobody may read it
                    continue
                found += [(name, hex(first + place), word, text[max(0, place - 40):place + 60])
                          for place, word in _places(text, lead, words)]
    return found
