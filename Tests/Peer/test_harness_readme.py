"""Tests/Harness/README.md is true: its blocks are run in their order, and print what stands below them."""

import os
import pathlib
import re
import subprocess
import sys

README = pathlib.Path(__file__).resolve().parents[1] / "Harness" / "README.md"
RUNNERS = {"python": [sys.executable, "-c"], "sh": ["bash", "-euo", "pipefail", "-c"]}


def blocks():
    """(language, code, what it prints) of every block that can be run."""
    found = re.findall(r"^```(\w+)\n(.*?)^```$", README.read_text(encoding="utf-8"), re.M | re.S)
    return [
        (language, code, following if next_ == "text" else None)
        for (language, code), (next_, following) in zip(found, found[1:] + [("", "")]) if language in RUNNERS
    ]


def as_pattern(text):
    return ".*".join(re.escape(part) for part in text.strip().split("…"))


def test_a_stranger_gets_what_the_page_promises(mart, programs, tmp_path):
    environment = {
        **os.environ, "AMQP_URL": mart.url, "PATH": f"{programs}:{os.environ['PATH']}",
        **{f"{name.upper()}_URL": service.url for name, service in mart.services.items()}}
    assert {language for language, _, _ in blocks()} == set(RUNNERS)
    for language, code, promised in blocks():
        assert promised is not None, f"no ```text follows on:\n{code}"
        done = subprocess.run(
            [*RUNNERS[language], code], env=environment, cwd=tmp_path, timeout=60, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{code}\nended with {done.returncode}:\n{done.stdout}{done.stderr}"
        assert re.fullmatch(as_pattern(promised), done.stdout.strip(), re.S), f"{code}\nprinted\n{done.stdout}\nwhere the page says\n{promised}"


def test_every_way_in_is_shown():
    text = "".join(code for _, code, _ in blocks())
    for word in ("import pika", "amqp-publish", "martctl send", "martctl inject"):
        assert word in text
