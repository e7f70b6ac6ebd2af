"""``overlap review``: the analyst app on this machine, or for several people."""

import socket
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.output import print_line, tell
from flows.cli.state import OutDir, settings_in_use

if TYPE_CHECKING:
    from flows.settings import Settings
    from pipeline.store.database import Database
    from pipeline.store.runs import RunFolder
    from pipeline.web import OpenIdSettings, WebSettings

__all__ = ["review"]


def review(
    run: Annotated[
        str,
        typer.Option("--run", metavar="RUN", help="A run: its folder, its identifier or first characters, or latest."),
    ] = "latest",
    db: Annotated[str, typer.Option("--db", metavar="URL", help="Database [sqlite:///outputs/overlap.db].")] = "",
    out: OutDir = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; others only with --shared.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes any free one.")] = 8737,
    shared: Annotated[bool, typer.Option("--shared", help="With accounts and roles, for several people.")] = False,
    names: Annotated[
        list[str] | None, typer.Option("--name", metavar="HOST", help="With --shared: a name people reach it by.")
    ] = None,
    https: Annotated[bool, typer.Option("--https", help="With --shared: people reach it over TLS.")] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
) -> None:
    """Open the analyst app on the last run: compare, decide, learn.

    It takes the run over into the database, prints a link that signs you in once, and serves pages on this machine
    alone until Ctrl-C. Decisions stay in the database; the next run finds them again.

    Examples:
      overlap run corpus/sample && overlap review
      overlap review --port 9000 --no-open
      overlap review --db postgresql://localhost/overlap --shared --name review.example.org --https
    """
    from pipeline.store.database import open_database
    from pipeline.web import create_app

    settings = settings_in_use(out=out)
    listening = _listen(host, port)
    with listening:
        web = _web_settings(settings, db, host, listening.getsockname()[1], shared, tuple(names or ()), https)
        folder = _find(settings.out, run)
        database = open_database(web.database, upgrade=True)
        try:
            _take_over(database, folder)
            app = create_app(web, database)
            link = app.state.sign_ins.first_link()
            print_line(link)
            tell(f"Open this link in a browser: it signs you in, once. The app is at {web.address}; Ctrl-C ends it.")
            if not no_open:
                webbrowser.open(link)
            _serve(app, listening)
        finally:
            database.close()


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens, so that nobody can take the port between the check and the start."""
    from pipeline.errors import UsageError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise UsageError(
            f"cannot listen on {host}, port {port}: {error.strerror}; choose another with --port, or 0 for any"
        ) from error
    return listening


def _find(out: Path, run: str) -> "RunFolder":
    from pipeline.errors import RunError
    from pipeline.store.runs import MANIFEST, RunFolder, find_run, list_runs, read_manifest

    path = Path(run)
    if (path / MANIFEST).is_file():
        return RunFolder(path, read_manifest(path))
    if not list_runs(out):
        raise RunError(f"there is no run in {out} yet; make one with: overlap run corpus/sample")
    return find_run(out, run)


def _take_over(database: "Database", folder: "RunFolder") -> None:
    from pipeline.store.database.importing import import_run

    report = import_run(database, folder, tell)
    if not report.already:
        tell(
            f"{report.pairs:,} pairs: {report.new:,} new, {report.kept:,} unchanged, {report.changed:,} with a changed "
            f"text, {report.gone:,} gone; {report.recheck:,} decided ones to re-check, none lost"
        )


def _web_settings(
    settings: "Settings", db: str, host: str, port: int, shared: bool, names: tuple[str, ...], https: bool
) -> "WebSettings":
    from pipeline.web import WebSettings

    return WebSettings(
        database=db or settings.database or f"sqlite:///{(settings.out / 'overlap.db').absolute()}",
        outputs=str(settings.out),
        host=host,
        port=port,
        shared=shared,
        hosts=names,
        https=https,
        openid=_openid(settings) if shared else None,
    )


def _openid(settings: "Settings") -> "OpenIdSettings | None":
    from pipeline.errors import ConfigurationError
    from pipeline.web import OpenIdSettings

    if not settings.openid_issuer:
        return None
    if not settings.openid_client:
        raise ConfigurationError("openid_issuer is set, openid_client is not")
    try:
        secret = settings.openid_secret_file.read_text(encoding="utf-8").strip() if settings.openid_secret_file else ""
    except OSError as error:
        raise ConfigurationError(f"openid_secret_file cannot be read: {error}") from error
    return OpenIdSettings(settings.openid_issuer, settings.openid_client, secret, settings.openid_label)


def _serve(app: object, listening: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)  # type: ignore[arg-type]
    uvicorn.Server(config).run(sockets=[listening])
