"""Old Word files and their like: read through LibreOffice where it is installed, else refused with advice."""

import shutil
import subprocess
import time
from pathlib import Path

import docx
import pytest

from pipeline.domain import Document, Rejected, View
from pipeline.errors import UnreadableDocumentError
from pipeline.ingest import Reader
from pipeline.ingest.legacy import ConversionOverrunError, convert

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RTF = (
    rb"{\rtf1\ansi RESOLUTION 901 (Rev. Dubai, 2018)\par to report {\deleted every two years }{\revised annually}\par}"
)
needs_libreoffice = pytest.mark.skipif(
    not (shutil.which("soffice") or shutil.which("libreoffice")), reason="LibreOffice is not installed"
)


def read(path: Path, seconds: float = 120.0, view: View = View.PROPOSED) -> Document | Rejected:
    reader = Reader(seconds)
    try:
        return reader.read(path, path.name, view)
    finally:
        reader.close()


def ole(*streams: str) -> bytes:
    return OLE + bytes(500) + b"".join(name.encode("utf-16-le") + b"\x00\x00" for name in streams)


class TestWithoutLibreOffice:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("old.doc", ole("Root Entry", "WordDocument")),
            ("winword2.doc", b"\xdb\xa5\x2d\x00" + bytes(600)),
            ("text.rtf", RTF),
            ("rich.doc", RTF),
            ("perfect.doc", b"\xffWPC" + bytes(600)),
        ],
    )
    def test_an_old_file_is_refused_with_advice(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
    ) -> None:
        monkeypatch.setenv("PATH", "")
        path = tmp_path / name
        path.write_bytes(content)
        row = read(path)
        assert isinstance(row, Rejected)
        assert row.code == "unreadable"
        assert "save it as .docx, or install LibreOffice" in row.reason

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (ole("Workbook"), "an Excel workbook"),
            (ole("PowerPoint Document"), "a presentation"),
            (ole("__substg1.0_0037001F"), "an e-mail message"),
            (ole("EncryptedPackage"), "protected by a password"),
            (ole("Root Entry"), "save it as .docx"),
        ],
    )
    def test_what_is_no_text_is_named(self, tmp_path: Path, content: bytes, words: str) -> None:
        path = tmp_path / "old.doc"
        path.write_bytes(content)
        row = read(path)
        assert isinstance(row, Rejected)
        assert words in row.reason


def fake(folder: Path, script: str) -> Path:
    program = folder / "bin" / "soffice"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return program.parent


def is_running(process: int) -> bool:
    state = Path(f"/proc/{process}/stat")
    try:
        return state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class TestGuard:
    def test_a_conversion_that_hangs_ends_with_all_its_processes_and_files(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = tmp_path / "told"
        script = f'sleep 300 &\necho "$$ $! $HOME" > {told}\nwait'
        monkeypatch.setenv("PATH", f"{fake(tmp_path, script)}:/usr/bin:/bin")
        path = tmp_path / "text.rtf"
        path.write_bytes(RTF)
        row = read(path, seconds=4)
        assert isinstance(row, Rejected)
        assert row.code == "too-slow"
        shell, sleeper, scratch = told.read_text(encoding="utf-8").split()
        deadline = time.monotonic() + 20
        while (is_running(int(shell)) or is_running(int(sleeper))) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not is_running(int(shell))
        assert not is_running(int(sleeper))
        assert not Path(scratch).exists()

    def test_a_conversion_of_its_own_limit_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", f"{fake(tmp_path, 'exec sleep 300')}:/usr/bin:/bin")
        path = tmp_path / "text.rtf"
        path.write_bytes(RTF)
        with pytest.raises(ConversionOverrunError, match=r"save it as \.docx"):
            convert(path, tmp_path, seconds=0.2)

    def test_a_conversion_without_result_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", f"{fake(tmp_path, 'exit 0')}:/usr/bin:/bin")
        path = tmp_path / "text.rtf"
        path.write_bytes(RTF)
        with pytest.raises(UnreadableDocumentError, match="cannot read the file"):
            convert(path, tmp_path)

    def test_the_program_gets_a_profile_of_its_own_without_macros_and_links(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = tmp_path / "told"
        script = f'echo "$@" > {told}; env >> {told}; cat "$HOME/profile/user/registrymodifications.xcu" >> {told}'
        monkeypatch.setenv("PATH", f"{fake(tmp_path, script)}:/usr/bin:/bin")
        monkeypatch.setenv("OVERLAP_SECRET", "not for others")
        path = tmp_path / "-option.rtf"
        path.write_bytes(RTF)
        with pytest.raises(UnreadableDocumentError):
            convert(path, tmp_path)
        seen = told.read_text(encoding="utf-8")
        assert f"-env:UserInstallation=file://{tmp_path}/profile" in seen
        assert 'oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value>' in seen
        assert 'oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value>' in seen
        assert "-option.rtf" not in seen
        assert "not for others" not in seen


@needs_libreoffice
@pytest.mark.slow
class TestWithLibreOffice:
    def test_rich_text_is_read_in_both_readings(self, tmp_path: Path) -> None:
        path = tmp_path / "text.rtf"
        path.write_bytes(RTF)
        proposed, original = read(path), read(path, view=View.ORIGINAL)
        assert isinstance(proposed, Document)
        assert isinstance(original, Document)
        assert proposed.text.split("\n") == ["RESOLUTION 901 (Rev. Dubai, 2018)", "to report annually"]
        assert original.text.split("\n") == ["RESOLUTION 901 (Rev. Dubai, 2018)", "to report every two years"]
        assert "converted" in [notice.code for notice in proposed.notices]

    @pytest.mark.parametrize("form", ["doc", "odt"])
    def test_an_old_or_open_file_is_read_with_its_own_digest(self, tmp_path: Path, form: str) -> None:
        modern = tmp_path / "text.docx"
        word = docx.Document()
        word.add_paragraph("The Council was invited to note the report.")
        word.save(str(modern))
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        command = ["soffice", profile, "--headless", "--convert-to", form, "--outdir", str(tmp_path), str(modern)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        path = tmp_path / f"text.{form}"
        document = read(path)
        assert isinstance(document, Document)
        assert document.text == "The Council was invited to note the report."
        assert document.path == path.name
        other = read(modern)
        assert isinstance(other, Document)
        assert other.digest != document.digest
