"""``overlap formulas list|add|remove``: the bank of formula language, and a workplace's own phrases beside it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.output import counted, print_json, print_line, print_table, tell
from flows.cli.state import AsJson, settings_in_use

if TYPE_CHECKING:
    from pipeline.reference import OwnPhrase

__all__ = ["add_phrase", "list_phrases", "remove_phrase"]

_WIDEST = 88
_WHICH = "A language: ar, en, es, fr, ru or zh."

_Phrase = Annotated[str, typer.Argument(metavar="PHRASE", help="The words, … standing for a few.")]
_Language = Annotated[str, typer.Option("--language", metavar="CODE", help=_WHICH)]
_Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why, for those who come after you.")]
_File = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="The file of own phrases [overlap-formulas.toml].")
]


def list_phrases(
    language: Annotated[str | None, typer.Option("--language", metavar="CODE", help=f"{_WHICH} [all]")] = None,
    family: Annotated[str | None, typer.Option("--family", metavar="NAME", help="Only this family [all].")] = None,
    own: Annotated[bool, typer.Option("--own", help="Only the phrases of this workplace.")] = False,
    file: _File = None,
    as_json: AsJson = False,
) -> None:
    """List the phrases and patterns that count as formula language.

    Formula language stays in the texts; it is dimmed in reports, counted, and weighs little in comparison.

    Examples:
      overlap formulas list --language fr
      overlap formulas list --family reporting
      overlap formulas list --own --json
    """
    from pipeline.reference import LANGUAGES, load_formulae

    path = settings_in_use(formulas=file).formulas
    off = {(one.language, one.phrase) for one in _read(path) if one.off}
    rows = [
        {
            "language": formula.language,
            "family": formula.family,
            "phrase": written,
            "origin": "own" if formula.own else "bank",
        }
        for code in ([language] if language else LANGUAGES)
        for formula in load_formulae(code)
        if (family is None or formula.family == family) and (formula.own or not own)
        for written in formula.written
    ]
    if as_json:
        print_json({"file": path.absolute(), "formulas": rows, "off": [{"language": a, "phrase": b} for a, b in off]})
        return
    print_table(
        ("language", "family", "origin", "phrase"),
        [(r["language"], r["family"], r["origin"], _short(r["phrase"])) for r in rows],
    )
    where = str(path.absolute()) if path.exists() else f"{path.absolute()} (not there yet)"
    tell(f"{counted(len(rows), 'entry', 'entries')}; {len(off)} switched off. Own phrases: {where}")


def add_phrase(
    phrase: _Phrase,
    language: _Language = "en",
    note: _Note = "",
    file: _File = None,
    as_json: AsJson = False,
) -> None:
    """Count a phrase as formula language in the runs to come; the package itself is not changed.

    Look first what it would hide: overlap formulas mine marks phrases that findings rest on. Adding a phrase that was
    switched off switches it on again.

    Examples:
      overlap formulas add "in a spirit of compromise"
      overlap formulas add "dans un esprit de compromis" --language fr --note "agreed on 3 March"
    """
    from pipeline.reference import OwnPhrase, load_formulae
    from pipeline.reference.formulae import folded_phrase

    _checked(phrase, language)
    path = settings_in_use(formulas=file).formulas
    held = _read(path)
    same = _matching(held, phrase, language)
    kept = [one for one in held if one not in same]
    known = {folded_phrase(w) for formula in load_formulae(language) for w in formula.written}
    if any(one.off for one in same):
        _write(path, kept)
        _say(f"Switched on again: {phrase}", path, as_json)
    elif folded_phrase(phrase) in known:
        _say(f"Counted as formula language already: {phrase}", path, as_json)
    else:
        _write(path, [*kept, OwnPhrase(language, " ".join(phrase.split()), note)])
        _say(f"Added: {phrase}", path, as_json)


def remove_phrase(
    phrase: _Phrase,
    language: _Language = "en",
    note: _Note = "",
    file: _File = None,
    as_json: AsJson = False,
) -> None:
    """Count a phrase as formula language no longer: take an own one away, or switch one of the bank off.

    Examples:
      overlap formulas remove "in a spirit of compromise"
      overlap formulas remove "bearing in mind" --note "tells apart two mandates here"
    """
    from pipeline.errors import UsageError
    from pipeline.reference import OwnPhrase, load_formulae
    from pipeline.reference.formulae import folded_phrase

    _checked(phrase, language)
    path = settings_in_use(formulas=file).formulas
    held = _read(path)
    own = [one for one in _matching(held, phrase, language) if not one.off]
    if own:
        _write(path, [one for one in held if one not in own])
        _say(f"Taken away: {phrase}", path, as_json)
        return
    bank = {folded_phrase(w): w for formula in load_formulae(language) if not formula.own for w in formula.written}
    written = bank.get(folded_phrase(phrase))
    if written is None:
        raise UsageError(
            f"{phrase!r} is no entry of the bank of {language}; overlap formulas list --language {language} shows them"
        )
    _write(path, [*held, OwnPhrase(language, " ".join(written.split()), note, off=True)])
    _say(f"Switched off: {written}", path, as_json)


def _checked(phrase: str, language: str) -> None:
    from pipeline.errors import UsageError
    from pipeline.reference import LANGUAGES

    if language not in LANGUAGES:
        raise UsageError(f"--language {language} is none of {', '.join(LANGUAGES)}")
    if sum(map(str.isalpha, phrase)) < 2:
        raise UsageError(f"{phrase!r} holds no words to count as formula language")


def _read(path: Path) -> "tuple[OwnPhrase, ...]":
    from pipeline.reference import read_own_formulae

    return read_own_formulae(path)


def _matching(held: "Sequence[OwnPhrase]", phrase: str, language: str) -> "list[OwnPhrase]":
    from pipeline.reference.formulae import folded_phrase

    wanted = folded_phrase(phrase)
    return [one for one in held if one.language == language and folded_phrase(one.phrase) == wanted]


def _write(path: Path, phrases: "Sequence[OwnPhrase]") -> None:
    from pipeline.errors import UsageError
    from pipeline.reference import write_own_formulae

    try:
        write_own_formulae(path, phrases)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error


def _say(what: str, path: Path, as_json: bool) -> None:
    if as_json:
        print_json({"done": what, "file": path.absolute()})
        return
    print_line(f"{what}\nOwn phrases: {path.absolute()}")
    tell("Runs made from now on count it so; earlier runs stay as they are.")


def _short(phrase: str) -> str:
    return phrase if len(phrase) <= _WIDEST or not sys.stdout.isatty() else f"{phrase[: _WIDEST - 1]}…"
