"""The four services of one build as processes, on a broker that is there."""

import json
import os
import pathlib
import signal
import subprocess
import urllib.error
import urllib.request
import uuid

from .broker import SCRIPTS
from .contract import SERVICES
from .waiting import eventually

# After the opening of Flores Timur, before the rules of October that ask for more permits.
BUSINESS_NOW = "2026-02-06T02:00:00Z"


class ProcessGuard:
    """Ends what carries its tag when this process ends, however it ends, and removes the folder (`scripts/end-with-parent`)."""

    def __init__(self, folder):
        self.environment = {**os.environ, "TEST_RUN": str(uuid.uuid4())}
        self._guard = subprocess.Popen(
            [SCRIPTS / "end-with-parent", self.environment["TEST_RUN"], folder], stdin=subprocess.PIPE, start_new_session=True)

    def close(self):
        self._guard.stdin.close()
        self._guard.wait(30)


class Service:
    def __init__(self, name, folder, environment, programs, settings):
        self.name = name
        self.port = int(subprocess.run([SCRIPTS / "free-port"], check=True, capture_output=True, timeout=30).stdout)
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = pathlib.Path(folder) / f"{name}.log"
        own = {"DATA_DIR": str(folder / name), "HTTP_PORT": str(self.port), "MART_NOW": BUSINESS_NOW, **settings}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [programs / name], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**environment, **own}, start_new_session=True)

    def wait_until_ready(self):
        def ready():
            assert self._process.poll() is None, f"{self.name} ended with exit code {self._process.returncode}:\n{self.log_tail}"
            return self.get("/readyz")[0] == 200

        try:
            eventually(f"{self.name} is ready", ready)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log_tail}") from None

    def get(self, path):
        """Status and parsed body."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as response:
                return response.status, json.loads(response.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def stop(self):
        """SIGTERM, and the exit code."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait(10)

    @property
    def log_tail(self):
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])


def start_services(folder, environment, programs, settings):
    """All four, ready, by name; `settings` says by name what each finds in its environment."""
    services = {name: Service(name, folder, environment, programs, settings(name)) for name in SERVICES}
    for service in services.values():
        service.wait_until_ready()
    return services
