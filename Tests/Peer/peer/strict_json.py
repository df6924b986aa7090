"""JSON as the contract takes it: no key twice, no number that is no integer."""

import json


def parse(body):
    return json.loads(body.decode("utf-8"), object_pairs_hook=_distinct, parse_float=_no_fraction, parse_constant=_no_fraction)


def _distinct(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a key stands twice among {[name for name, _ in pairs]}")
    return found


def _no_fraction(text):
    raise ValueError(f"{text} is no integer")
