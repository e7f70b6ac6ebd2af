"""Settings: the command line beats the environment, that the file, that the defaults; no key is guessed."""

import os
from pathlib import Path

import pytest

from flows.settings import load_settings
from pipeline.errors import ConfigurationError
from pipeline.reference import OWN_FORMULAE


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_defaults_hold_where_nothing_is_said() -> None:
    settings = load_settings(out=None)
    assert (settings.out, settings.cron, settings.timezone) == (Path("outputs"), "0 2 * * *", "Europe/Zurich")


def test_each_source_gives_way_to_the_stronger_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "overlap.toml").write_text('out = "from-file"\ncron = "1 1 * * *"\ntimezone = "UTC"\n')
    monkeypatch.setenv("OVERLAP_OUT", "from-environment")
    monkeypatch.setenv("OVERLAP_CRON", "2 2 * * *")
    settings = load_settings(out="from-command-line")
    assert (str(settings.out), settings.cron, settings.timezone) == ("from-command-line", "2 2 * * *", "UTC")


def test_an_unknown_key_in_the_file_is_an_error(folder: Path) -> None:
    (folder / "overlap.toml").write_text('timezon = "UTC"\n')
    with pytest.raises(ConfigurationError, match=r"'timezon', which is no setting; did you mean timezone\?"):
        load_settings()


def test_an_unknown_key_in_the_environment_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERLAP_TIMEZON", "UTC")
    with pytest.raises(ConfigurationError, match=r"did you mean OVERLAP_TIMEZONE\?"):
        load_settings()


@pytest.mark.parametrize("text", ["out = ", "\x00", 'as_of = "yesterday"\n', "out = 3\n"])
def test_a_file_that_does_not_fit_is_an_error(folder: Path, text: str) -> None:
    (folder / "overlap.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=r"overlap\.toml|does not fit"):
        load_settings()


def test_own_formulae_have_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OWN_FORMULAE, raising=False)
    settings = load_settings()
    assert os.environ[OWN_FORMULAE] == str(settings.formulas.absolute())
