"""One stack for all tests, on each broker: the installed RabbitMQ (3.10), and the one that AMQP_URL_4 names."""

import os
import pathlib
import subprocess

import pytest

from peer import broker, stack
from peer.client import Client
from peer.contract import Contract
from peer.mart import Mart

ROOT = pathlib.Path(__file__).resolve().parents[2]
BROKERS = ["private"] + (["AMQP_URL_4"] if os.environ.get("AMQP_URL_4") else [])
AUDIT = "test_audit.py"


@pytest.fixture(scope="session")
def contract():
    return Contract()


@pytest.fixture(scope="session")
def programs():
    """The folder of the built programs: BIN_DIR, else the build that the Swift tests use."""
    if "BIN_DIR" in os.environ:
        return pathlib.Path(os.environ["BIN_DIR"])
    shown = subprocess.run(["swift", "build", "--show-bin-path"], cwd=ROOT, check=True, timeout=120, capture_output=True, text=True)
    return pathlib.Path(shown.stdout.strip())


@pytest.fixture(scope="session", params=BROKERS)
def mart(request, contract, programs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mart")
    guard = stack.ProcessGuard(folder)
    try:
        yield from _running_mart(request.param, contract, programs, folder, guard.environment)
    finally:
        guard.close()


def _running_mart(kind, contract, programs, folder, environment):
    if kind == "private":
        url = broker.start_private_node(folder / "broker", environment)
    else:
        url = os.environ["AMQP_URL_4"]
        broker.clear(url, contract.topology)
    version = broker.version(url)
    assert kind == "private" or int(version.split(".")[0]) >= 4, f"AMQP_URL_4 names RabbitMQ {version}"
    client = Client(url, contract)
    services = stack.start_services(folder, environment, programs, lambda _: {"AMQP_URL": url})
    yield Mart(client, services, url, version)
    codes = {name: service.stop() for name, service in services.items()}
    client.close()
    if kind == "private":
        broker.stop_private_node(folder / "broker", environment)
    else:
        broker.clear(url, contract.topology)
    assert set(codes.values()) == {0}, f"exit codes {codes}"


@pytest.fixture(autouse=True)
def nothing_unlawful(request):
    """After each test: every message and every answer is as it was published that it would be."""
    yield
    if "mart" in request.fixturenames:
        faults = request.getfixturevalue("mart").new_faults()
        assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults[:5])


def pytest_report_header():
    return f"brokers: {', '.join(BROKERS)}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """The audit comes last on each broker, over everything that the other tests have made happen."""
    if {item.path.name for item in items} != {path.name for path in pathlib.Path(__file__).parent.glob("test_*.py")}:
        left_out = [item for item in items if item.get_closest_marker("whole_suite")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]

    def place(item):
        kind = getattr(item, "callspec", None)
        return (BROKERS.index(kind.params["mart"]) if kind and "mart" in kind.params else -1, item.path.name == AUDIT)

    items.sort(key=place)
