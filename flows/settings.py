"""Settings, by rank: command line, ``OVERLAP_…`` in the environment, ``overlap.toml`` in the current folder, these.

What decides a result is not here: those values live beside the stage that they govern.
"""

import difflib
import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from pipeline.errors import ConfigurationError

__all__ = ["SETTINGS_FILE", "Settings", "load_settings"]

SETTINGS_FILE = "overlap.toml"
_PREFIX = "OVERLAP_"
# That of ``pipeline.reference``, whose import would cost each command a tenth of a second.
_OWN_FORMULAE = "ITU_OVERLAP_FORMULAE"


class Settings(BaseSettings):
    """Where results go, the day of analysis, an own file of formula language, and when the nightly run begins.

    ``engine``, ``dask_address`` and ``workers`` tell where the stages do their work; see ``RunSpec``.

    ``database`` is the address of the review database, the four ``openid_`` settings name a provider of OpenID
    Connect for the shared app; its secret is read from a file.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, toml_file=SETTINGS_FILE, extra="forbid", frozen=True)

    out: Path = Path("outputs")
    as_of: str = ""
    formulas: Path = Path("overlap-formulas.toml")
    engine: Literal["local", "dask"] = "local"
    dask_address: str = ""
    workers: int = Field(default=0, ge=0)
    cron: str = "0 2 * * *"
    timezone: str = "Europe/Zurich"
    database: str = ""
    openid_issuer: str = ""
    openid_client: str = ""
    openid_secret_file: Path | None = None
    openid_label: str = "single sign-on"

    @field_validator("as_of")
    @classmethod
    def _is_a_day(cls, value: str) -> str:
        return date.fromisoformat(value).isoformat() if value else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The sources, the strongest first."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**given: object) -> Settings:
    """The settings, with those from the command line that were given.

    Raises:
        ConfigurationError: a key is unknown, a value does not fit, or the file cannot be read.
    """
    for name in sorted(os.environ):
        if name.startswith(_PREFIX) and name.removeprefix(_PREFIX).lower() not in Settings.model_fields:
            raise ConfigurationError(f"the environment sets {name}, which is no setting{_nearest(name, _PREFIX)}")
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        if first["type"] == "extra_forbidden":
            raise ConfigurationError(f"{SETTINGS_FILE} sets {name!r}, which is no setting{_nearest(name)}") from error
        raise ConfigurationError(f"the setting {name!r} does not fit: {first['msg']}") from error
    except (tomllib.TOMLDecodeError, OSError, UnicodeError) as error:
        raise ConfigurationError(f"{SETTINGS_FILE} cannot be read: {error}") from error
    # Worker processes inherit it, so that all of a run read one bank.
    os.environ[_OWN_FORMULAE] = str(settings.formulas.absolute())
    return settings


def _nearest(name: str, prefix: str = "") -> str:
    """The setting that was probably meant, as the end of a sentence."""
    known = sorted(Settings.model_fields)
    shown = [f"{prefix}{key.upper()}" if prefix else key for key in known]
    close = difflib.get_close_matches(name, shown, n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(shown)}"
