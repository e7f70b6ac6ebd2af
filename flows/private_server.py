"""A Prefect server for one run, on this machine only.

Started by ``flows.quiet`` as ``python -m flows.private_server``. It takes a free port, prints it, serves, and ends with
the process that started it: when its standard input closes, whatever the reason, nobody is left to serve.

Prefect can start such a server itself, but then the server writes to the terminal, on the way out with a traceback, and
it survives a parent that is killed.
"""

import os
import signal
import socket
import sys
import threading

__all__ = ["main"]

_SECONDS_TO_END = 5.0


def main() -> None:
    """Serve until standard input closes or the process is told to end."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    threading.Thread(target=_end_with_parent, daemon=True).start()

    import uvicorn

    config = uvicorn.Config(
        "prefect.server.api.server:create_app", factory=True, lifespan="on", log_level="error", access_log=False
    )
    uvicorn.Server(config).run(sockets=[listener])


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        continue
    threading.Timer(_SECONDS_TO_END, os._exit, args=(1,)).start()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
