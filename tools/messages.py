"""Collects the messages of the analyst app and brings its catalogs up to date.

python tools/messages.py             update pipeline/web/locale/*/LC_MESSAGES/messages.po
python tools/messages.py --check     change nothing; fail when a message is missing or untranslated
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from pipeline.report.featurenames import FEATURE_NAMES

WEB = Path(__file__).resolve().parents[1] / "pipeline" / "web"
LANGUAGES = ("fr", "es", "ru", "ar", "zh")
# English stands in the code; its catalog is empty but there, so that it is read like the others.
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"extensions": "jinja2.ext.do", "trimmed": "true", "silent": "false"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None}


def found() -> Catalog:
    """All messages of the code and the templates, with the places where they stand."""
    catalog = Catalog(project="Overlap", charset="utf-8")
    for name, line, message, comments, context in extract_from_dir(
        WEB, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        catalog.add(message, locations=[(name, line)], auto_comments=comments, context=context)
    # The report says these names too, so they stand outside the app.
    for name in FEATURE_NAMES.values():
        catalog.add(name)
    return catalog


def path_of(language: str) -> Path:
    """Where the catalog of a language lies."""
    return WEB / "locale" / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """The catalog of a language, empty when there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def faults(language: str, template: Catalog) -> Iterator[str]:
    """Every message that this language lacks, or holds without a translation or with a doubtful one."""
    catalog = read(language)
    for message in template:
        if not message.id:
            continue
        held = catalog.get(message.id, message.context)
        strings = held.string if held and isinstance(held.string, tuple) else (held.string if held else "",)
        if held is None or held.fuzzy or not all(strings):
            yield f"{language}: {message.id!r}"
        else:
            yield from (f"{language}: {error}" for error in held.check(catalog))


def update(language: str, template: Catalog) -> None:
    """Add what is new, drop what is no longer said, keep every translation."""
    catalog = read(language)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=120, omit_header=True, sort_output=True, no_location=True)


def main() -> int:
    """Update the catalogs, or check them."""
    template = found()
    if "--check" in sys.argv[1:]:
        missing = [fault for language in LANGUAGES for fault in faults(language, template)]
        print("\n".join(missing) or f"{len(template)} messages, all translated")
        return 1 if missing else 0
    for language in LANGUAGES:
        update(language, template)
        print(f"{language}: {len(list(faults(language, template)))} of {len(template)} to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main())
