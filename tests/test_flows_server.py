"""The real flow on real Prefect servers: quiet on the terminal, seen on the server, nothing left of a stopped run."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import quiet
from pipeline.store.runs import list_runs

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "corpus" / "sample"
OVERLAP = (sys.executable, "-m", "flows.cli")
SECONDS = 180


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "OVERLAP_"))}
    return {**kept, "NO_COLOR": "1", **more}


def overlap(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [*OVERLAP, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment(**more), timeout=SECONDS)


def post(url: str, body: dict[str, object] | None = None) -> list[dict[str, object]]:
    request = urllib.request.Request(url, json.dumps(body or {}).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: list[dict[str, object]] = json.load(answer)
        return found


def wait_for(condition: object, seconds: float = 60.0) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One output folder for all tests here: the first run makes Prefect's database, which takes seconds."""
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for path in [*sorted(SAMPLE.glob("S-RES-*")), *sorted(SAMPLE.glob("T-RES-*.docx"))]:
        shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A lasting Prefect server, as a team would have one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("prefect-home")
    settings = {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    command = [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-ui",
    ]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment(**settings), stdout=log, stderr=log, start_new_session=True)
    url = f"http://127.0.0.1:{port}/api"

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    try:
        wait_for(answers, 120)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def first(corpus: Path, out: Path) -> subprocess.CompletedProcess[str]:
    return overlap("run", str(corpus), "--out", str(out), "--json")


def test_a_run_without_a_server_says_nothing_of_prefect(first: subprocess.CompletedProcess[str], out: Path) -> None:
    assert first.returncode == 0, first.stderr
    facts = json.loads(first.stdout)
    assert Path(facts["report"]).is_file()
    assert Path(facts["workbook"]).is_file()
    for word in ("prefect", "flow run", "task run", "Traceback", "server", "http", "Warning"):
        assert word.lower() not in first.stderr.lower()
    log = (out / "prefect" / "prefect.log").read_text(encoding="utf-8")
    assert "Beginning flow run" in log
    assert "Finished in state Completed()" in log


def test_the_same_corpus_again_embeds_nothing_and_finds_the_same(
    first: subprocess.CompletedProcess[str], corpus: Path, out: Path
) -> None:
    before, again = (
        json.loads(first.stdout),
        json.loads(overlap("run", str(corpus), "--out", str(out), "--json").stdout),
    )
    assert before["run"] != again["run"]
    assert before["findings_digest"] == again["findings_digest"]
    assert again["counts"]["embedded"] == 0


def test_a_server_of_the_person_shows_the_run_its_tasks_and_its_summary(server: str, corpus: Path, out: Path) -> None:
    done = overlap("run", str(corpus), "--out", str(out), "--json", PREFECT_API_URL=server)
    assert done.returncode == 0, done.stderr
    assert "prefect" not in done.stderr.lower()
    run = json.loads(done.stdout)["run"]
    (flow_run,) = post(f"{server}/flow_runs/filter")
    assert flow_run["state_type"] == "COMPLETED"
    wait_for(lambda: len(post(f"{server}/task_runs/filter")) == 9)
    names = {str(task["name"]).rpartition("-")[0] for task in post(f"{server}/task_runs/filter")}
    assert names == {"open", "ingest", "segment", "embed", "match", "compare", "cluster", "rank", "publish"}
    artifacts = {artifact["key"]: artifact for artifact in post(f"{server}/artifacts/filter")}
    assert artifacts["run-summary"]["type"] == "markdown"
    assert run in str(artifacts["run-summary"]["data"])
    assert artifacts["top-overlaps"]["type"] == "table"


def test_bad_documents_are_listed_and_the_exit_code_is_5(corpus: Path, out: Path, tmp_path: Path) -> None:
    shutil.copytree(corpus, tmp_path / "corpus")
    (tmp_path / "corpus" / "broken.pdf").write_bytes(b"%PDF-1.4 and then nothing")
    done = overlap("run", str(tmp_path / "corpus"), "--out", str(out), "--json")
    assert done.returncode == 5, done.stderr
    facts = json.loads(done.stdout)
    assert [one["path"] for one in facts["rejected"]] == ["broken.pdf"]
    assert "not read: broken.pdf: " in done.stderr
    assert facts["counts"]["documents"] > 0


def test_nothing_readable_ends_with_4_and_leaves_no_run(out: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 and then nothing")
    before = list_runs(out)
    done = overlap("run", str(tmp_path), "--out", str(out))
    assert done.returncode == 4
    assert done.stdout == ""
    assert "no document could be read" in done.stderr
    assert "Traceback" not in done.stderr
    assert list_runs(out) == before
    assert not list((out / "runs").glob(".staging-*"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_stopped_in_the_middle_leaves_none(how: signal.Signals, corpus: Path, out: Path) -> None:
    before = list_runs(out)
    command = [*OVERLAP, "run", str(SAMPLE), "--out", str(out)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_for(lambda: list((out / "runs").glob(".staging-*")))
    process.send_signal(how)
    stdout, stderr = process.communicate(timeout=SECONDS)
    assert stdout == ""
    assert list_runs(out) == before
    if how is signal.SIGINT:
        assert process.returncode == 130
        # On a busy machine a line of progress may stand before it.
        told = stderr.strip().splitlines()[-1]
        assert told.startswith("Stopped; no unfinished run was left behind.")
        assert f"{out}/cache" in told
        assert "Traceback" not in stderr
    else:
        assert overlap("run", str(corpus), "--out", str(out)).returncode == 0
    assert not list((out / "runs").glob(".staging-*"))


def test_a_private_server_ends_with_the_process_that_started_it(out: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from flows import quiet\n"
        f"with quiet.prefect_api(Path({str(out)!r})) as server:\n"
        "    server.wait(); print(server.process.pid, server.url, flush=True); time.sleep(120)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout as stdout:
        pid, url = stdout.readline().split()
    with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError, match="401"):  # others on this machine have no business here
        post(f"{url}/flow_runs/filter")
    process.kill()
    process.wait()
    wait_for(lambda: not _lives(int(pid)), 20)


def test_the_environment_is_put_back(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    before = dict(os.environ)
    with quiet.prefect_api(out) as server:
        assert server is None
        assert os.environ["PREFECT_API_URL"] == "http://127.0.0.1:1/api"
        assert "PREFECT_HOME" not in os.environ or "PREFECT_HOME" in before
        assert os.environ["DO_NOT_TRACK"] == "1"
    assert dict(os.environ) == before


@pytest.mark.parametrize("inherited", [signal.SIG_DFL, signal.SIG_IGN])
def test_the_nightly_run_is_on_the_server_with_its_schedule_until_one_ctrl_c(
    inherited: signal.Handlers, server: str, corpus: Path, out: Path
) -> None:
    """What a script starts in its background inherits that Ctrl-C is ignored: such a process once served for ever."""
    process = subprocess.Popen(
        [*OVERLAP, "flows", "serve", str(corpus), "--out", str(out)],
        cwd=ROOT,
        env=environment(PREFECT_API_URL=server),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, inherited),
    )
    try:
        wait_for(lambda: any(one["status"] == "READY" for one in post(f"{server}/deployments/filter")))
        (deployment,) = post(f"{server}/deployments/filter")
        # A server may accept a schedule and still plan nothing: Prefect 3.8 does so beside SQLAlchemy 2.1.
        planned = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
        wait_for(lambda: post(f"{server}/flow_runs/filter", planned))
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
        process.communicate()
    assert deployment["name"] == "nightly"
    assert deployment["entrypoint"] == "flows.detect.detect_overlaps"
    assert deployment["global_concurrency_limit"]["limit"] == 1  # type: ignore[index]
    assert deployment["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"  # type: ignore[index]
    (schedule,) = deployment["schedules"]  # type: ignore[misc]
    assert schedule["schedule"]["cron"] == "0 2 * * *"
    assert schedule["schedule"]["timezone"] == "Europe/Zurich"
    assert deployment["parameters"]["spec"]["corpus"] == str(corpus)  # type: ignore[index]
    assert process.returncode in (0, 130), stderr
    assert stdout == ""
    assert "Traceback" not in stderr
    assert "prefect" not in stderr.lower()


def _lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
