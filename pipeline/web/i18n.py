"""The six languages of the interface: catalogs of messages, dates and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations

__all__ = ["LANGUAGES", "LOCALE_FOLDER", "N_", "Interface", "choose_language", "direction_of", "interfaces"]

LOCALE_FOLDER = Path(__file__).parent / "locale"

# The official languages of the Union, each by its own name.
LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "fr": "Français",
    "es": "Español",
    "ru": "Русский",
    "ar": "العربية",
    "zh": "中文",
}
# The Union writes English as in Britain: 20 Nov 2026, 16:42.
_FORMS = {"en": "en_GB"}
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def N_(message: str) -> str:  # noqa: N802  the customary name, known to every extractor
    """The message as it is: a mark for the extraction of messages that are translated later."""
    return message


def direction_of(language: str) -> str:
    """``rtl`` or ``ltr``: the direction of a text in this language."""
    return "rtl" if language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


@dataclass(frozen=True, slots=True)
class Interface:
    """The interface in one language: messages, and the forms of dates and numbers."""

    language: str
    locale: Locale
    translations: NullTranslations

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``."""
        return direction_of(self.language)

    def gettext(self, message: str, **values: object) -> str:
        """The message in this language, with its values filled in."""
        text: str = self.translations.ugettext(message)
        return text % values if values else text

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        """The message in the form that the number asks for; ``%(num)s`` is the number."""
        text: str = self.translations.ungettext(one, many, number)
        return text % {"num": self.number(number), **values}

    def number(self, value: float, digits: int = 0) -> str:
        """A number with the separators of the language and at most ``digits`` decimals."""
        return str(format_decimal(round(value, digits), locale=self.locale))

    def decimal(self, value: float, digits: int = 2) -> str:
        """A number with exactly ``digits`` decimals."""
        return str(format_decimal(value, f"#,##0.{'0' * digits}", locale=self.locale))

    def signed(self, value: float) -> str:
        """A number with two decimals and its sign: +1.20, −0.35, 0.00."""
        shown = self.decimal(abs(value))
        if round(value, 2) == 0:
            return shown
        return f"+{shown}" if value > 0 else f"\u2212{shown}"

    def percent(self, share: float) -> str:
        """A share in [0, 1] as a whole percentage."""
        return str(format_percent(share, locale=self.locale))

    def day(self, moment: date | datetime | str) -> str:
        """The day: 20 Nov 2026."""
        return str(format_date(_moment(moment), "medium", locale=self.locale))

    def moment(self, moment: datetime | str) -> str:
        """Day and time in UTC: 20 Nov 2026, 10:42."""
        return f"{self.day(moment)}, {self.clock(moment)}"

    def clock(self, moment: datetime | str) -> str:
        """The time of day in UTC: 10:42."""
        return str(format_time(_moment(moment), "short", tzinfo=UTC, locale=self.locale))

    def ago(self, moment: datetime | str, now: datetime) -> str:
        """How long before ``now``: 2 minutes ago."""
        return str(format_timedelta(_moment(moment) - now, add_direction=True, locale=self.locale))


def _moment(value: date | datetime | str) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@cache
def interfaces() -> Mapping[str, Interface]:
    """The interface in each language, read once from the catalogs beside this module."""
    return {code: Interface(code, Locale.parse(_FORMS.get(code, code)), _catalog(code)) for code in LANGUAGES}


def _catalog(language: str) -> NullTranslations:
    path = LOCALE_FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def choose_language(asked: str, preferred: str, accepted: str) -> str:
    """The language to speak: that of the query, else the person's own, else the best that the browser accepts."""
    for wish in (asked, preferred):
        if wish in LANGUAGES:
            return wish
    ranked = sorted(_accepted(accepted), key=lambda wish: -wish[1])
    return next((code for code, weight in ranked if weight > 0 and code in LANGUAGES), "en")


def _accepted(header: str) -> list[tuple[str, float]]:
    wishes = []
    for part in header.split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            wishes.append((tag.partition("-")[0].lower(), float(weight) if weight else 1.0))
        except ValueError:
            continue
    return wishes
