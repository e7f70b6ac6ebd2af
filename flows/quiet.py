"""How a person's terminal stays free of Prefect, and Prefect's settings free of us.

Everything Prefect writes goes to ``outputs/prefect/prefect.log``. Where ``PREFECT_API_URL`` names a server, that one is
used with the settings of the person. Where it does not, a private server runs beside the run with a home of its own,
``outputs/prefect/``, without the services that only a lasting server needs. Prefect's makers are told nothing.

Prefect reads its settings when it is imported: enter ``prefect_api`` before the first import of it.
"""

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigurationError

__all__ = ["PrivateServer", "prefect_api", "prefect_folder", "without_upkeep"]

# A first start makes the database, which takes about 10 seconds on a small machine; later ones take 3 to 4.
_SECONDS_TO_START = 120.0
_SECONDS_TO_STOP = 5.0
_LARGEST_LOG = 2**20

# A server that lives for one run plans, retries and cleans up nothing.
_UPKEEP = (
    "CANCELLATION_CLEANUP",
    "CLEANUP_RECONCILER",
    "DB_VACUUM",
    "EVENT_PERSISTER",
    "FOREMAN",
    "LATE_RUNS",
    "PAUSE_EXPIRATIONS",
    "REPOSSESSOR",
    "SCHEDULER",
    "TASK_RUN_RECORDER",
    "TRIGGERS",
)


@dataclass(frozen=True, slots=True)
class PrivateServer:
    """A server that this process started; ``url`` is that of its API."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def wait(self) -> None:
        """Return once the server answers.

        Raises:
            ConfigurationError: it ended, or it does not answer in time.
        """
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise ConfigurationError(f"Prefect's server did not start; {self.log} tells why")
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise ConfigurationError(f"Prefect's server did not answer in {_SECONDS_TO_START:.0f} seconds; see {self.log}")

    def stop(self) -> None:
        """End the server; its standard input closes, and it is killed when that does not help."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(timeout=_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def prefect_folder(root: Path) -> Path:
    """Where Prefect's files lie under an output folder."""
    return root / "prefect"


@contextmanager
def prefect_api(root: Path, *, upkeep: bool = False) -> Iterator[PrivateServer | None]:
    """Prefect with a server to talk to and without a word on the terminal.

    Args:
        root: the output folder.
        upkeep: whether a private server should also schedule, retry and clean up, as a lasting server does.

    Yields:
        The private server, which may still be starting, or None where ``PREFECT_API_URL`` names another.

    Raises:
        ConfigurationError: Prefect's folder cannot be written, or its server cannot be started.
    """
    folder = prefect_folder(root).absolute()
    before = dict(os.environ)
    try:
        with ExitStack() as stack:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                os.environ.update(_quiet_settings(folder))
                server = None
                if not os.environ.get("PREFECT_API_URL"):
                    os.environ.update(_private_settings(folder))
                    server = _start(folder, upkeep=upkeep)
                    stack.callback(server.stop)
                    os.environ["PREFECT_API_URL"] = server.url
            except OSError as error:
                raise ConfigurationError(f"{folder} cannot be written: {error.strerror or error}") from error
            yield server
    finally:
        os.environ.clear()
        os.environ.update(before)


def without_upkeep(server: PrivateServer | None) -> AbstractContextManager[object]:
    """Prefect, once imported, without what nobody reads on a private server: heartbeats and events.

    A heartbeat makes a flow wait up to a second at its end; events of a server that keeps none are sent for nothing.
    """
    if server is None:
        return nullcontext()
    from prefect.events.clients import NullEventsClient
    from prefect.events.worker import EventsWorker
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    EventsWorker.set_client_override(NullEventsClient)
    return temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None})


def _quiet_settings(folder: Path) -> dict[str, str]:
    """What holds for every server: a log file in place of the terminal, and no telemetry."""
    log = {
        "class": "logging.handlers.RotatingFileHandler",
        "filename": str(folder / "prefect.log"),
        "maxBytes": _LARGEST_LOG,
        "backupCount": 1,
        "delay": True,
        "encoding": "utf-8",
    }
    return {
        "PREFECT_LOGGING_SETTINGS_PATH": str(_write_logging(folder / "logging-client.json", log)),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def _private_settings(folder: Path) -> dict[str, str]:
    """What holds for our process and for its own server."""
    return {
        "PREFECT_HOME": str(folder),
        "PREFECT_API_AUTH_STRING": f"overlap:{secrets.token_hex(16)}",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "INFO",
    }


def _server_settings(folder: Path, *, upkeep: bool) -> dict[str, str]:
    """What holds for the server alone."""
    settings = {
        "PREFECT_LOGGING_SETTINGS_PATH": str(
            _write_logging(folder / "logging-server.json", {"class": "logging.StreamHandler"})
        ),
        "PREFECT_SERVER_API_AUTH_STRING": os.environ["PREFECT_API_AUTH_STRING"],
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
        "PREFECT_UI_ENABLED": "false",
        "PREFECT__SERVER_FINAL": "1",
    }
    if not upkeep:
        settings |= {f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false" for service in _UPKEEP}
        settings |= {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_WEBSERVER_ONLY": "1"}
    return settings


def _start(folder: Path, *, upkeep: bool) -> PrivateServer:
    """Start the server in a session of its own, so that Ctrl-C on the terminal reaches us and not it."""
    log = folder / "server.log"
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.unlink()
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.private_server"],
            env={**os.environ, **_server_settings(folder, upkeep=upkeep)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            start_new_session=True,
        )
    if process.stdout is None:  # never so with PIPE
        raise ConfigurationError("Prefect's server has no output")
    with process.stdout as stdout:
        port = stdout.readline().strip().decode()
    if not port:
        process.wait()
        raise ConfigurationError(f"Prefect's server did not start; {log} tells why")
    return PrivateServer(process, f"http://127.0.0.1:{port}/api", log)


def _write_logging(path: Path, handler: dict[str, object]) -> Path:
    """A logging configuration for Prefect (JSON is YAML too) with one handler, and its own for a server's run pages."""
    to_server = {"level": "NOTSET", "handlers": ["api"]}
    config = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
        "handlers": {
            "file": {**handler, "formatter": "plain"},
            "api": {"class": "prefect.logging.handlers.APILogHandler"},
        },
        "loggers": {
            "prefect": {"level": "INFO"},
            "prefect.flow_runs": to_server,
            "prefect.task_runs": to_server,
        },
        "root": {"level": "WARNING", "handlers": ["file"]},
    }
    # Prefect fills in $NAMES before it reads the file.
    text = json.dumps(config, indent=2).replace("$", "$$")
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(path)
    return path
