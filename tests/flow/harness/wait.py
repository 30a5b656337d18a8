"""Waiting with a bound: polls a question until it is true."""

import time

SECONDS = 20.0


def until(question, what, seconds=SECONDS):
    """Returns the first truthy answer of `question()`, or fails saying `what` never came."""
    deadline = time.monotonic() + seconds
    pause = 0.002
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def pace(seconds):
    """The pause of a peer that is slow by its nature; never a way to wait for another."""
    time.sleep(seconds)
