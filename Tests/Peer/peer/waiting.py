"""The only place where this suite polls: a read side of another process, or a thread that receives."""

import time

LIMIT = 60.0


def eventually(what, value, limit=LIMIT):
    """Waits until `value()` is true and returns it; an error means "not yet" and is told at the end."""
    deadline = time.monotonic() + limit
    while True:
        error = None
        try:
            found = value()
            if found:
                return found
        except Exception as caught:  # told below
            error = caught
        if time.monotonic() > deadline:
            raise AssertionError(f"within {limit:.0f} s it did not happen that {what}" + (f"; last error: {error!r}" if error else ""))
        time.sleep(0.02)
