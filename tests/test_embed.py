"""Vectors see the whole text, depend on nothing but the text, and say by which engine they were made."""

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from conftest import MemoryCache
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.embed import choice, embed_passages, exports, load_encoder, passages
from pipeline.embed.openvino_engine import OpenVinoEngine
from pipeline.embed.sentence import SentenceEncoder
from pipeline.embed.windows import window_starts
from pipeline.segment import Settled

ROOT = Path(__file__).resolve().parents[1]
BANDS = " ".join(f"{1400 + 7 * n}.{n % 10}-{1427 + 7 * n}.5 MHz," for n in range(70))
WORDS = ("shall", "the", "report", "of", "Council", "5.340", "MHz", "Director;", "télécommunication", "国际", "study")
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    """The engine of this machine; its export is kept between test runs, as it is between runs of the product."""
    return load_encoder(ROOT / "outputs")


@pytest.fixture(scope="module")
def torch() -> SentenceEncoder:
    return load_encoder()


@pytest.fixture(scope="module")
def texts(sample_settled: Settled) -> list[str]:
    return [passage.text for passage in passages(sample_settled.resolutions)][:60]


def test_the_end_of_a_long_list_of_frequency_bands_is_seen(encoder: SentenceEncoder) -> None:
    first = f"{BANDS} protect the radio astronomy service"
    second = f"{BANDS} charge fees for number plates"
    assert len(first.split()) == 145
    a, b = encoder.encode([first, second])
    assert float(a @ b) < 0.999


def test_the_end_of_a_long_chinese_text_is_seen(encoder: SentenceEncoder) -> None:
    text = "国际电信联盟全权代表大会请秘书长向理事会报告本决议的落实情况" * 12
    a, b = encoder.encode([f"{text}各成员国应发展电信网络", f"{text}水火山石田土"])
    assert float(a @ b) < 1 - 1e-6


def test_a_prepared_encoder_has_nothing_left_to_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = load_encoder(ROOT / "outputs")
    encoder.prepare()
    if isinstance(encoder._engine, OpenVinoEngine):
        monkeypatch.setattr(encoder._engine, "_compiled", lambda *_: pytest.fail("compiled at a text"))
    sizes = (1, 12, 30, 70, 120, 200, 400)
    assert np.isfinite(encoder.encode([" ".join(["report"] * size) for size in sizes])).all()


def test_windows_hold_whole_words_and_lose_none() -> None:
    words = [n // 3 for n in range(1000)]
    cuts = window_starts(words, 254)
    assert cuts[0] == 0
    assert all(words[cut] != words[cut - 1] for cut in cuts[1:])
    ends = [*cuts[1:], len(words)]
    assert max(end - start for start, end in zip(cuts, ends, strict=True)) <= 254
    assert window_starts([], 254) == []
    assert window_starts([0] * 600, 254) == [0, 254, 508]


@pytest.fixture(scope="module", params=["here", "torch"])
def either(request: pytest.FixtureRequest, encoder: SentenceEncoder, torch: SentenceEncoder) -> SentenceEncoder:
    return encoder if request.param == "here" else torch


def test_vectors_do_not_depend_on_the_batch(either: SentenceEncoder, texts: Sequence[str]) -> None:
    together = either.encode([*texts, BANDS])
    order = np.random.default_rng(7).permutation(len(texts))
    apart = np.empty_like(together[:-1])
    for half in (order[:30], order[30:]):
        apart[half] = either.encode([texts[i] for i in half])
    assert np.array_equal(together[:-1], apart)
    assert np.array_equal(together[-1:], either.encode([BANDS]))


@settings(max_examples=15, deadline=None)
@given(TEXTS, st.randoms(use_true_random=False))
def test_no_neighbour_changes_a_bit(encoder: SentenceEncoder, batch: list[str], random: object) -> None:
    order = list(range(len(batch)))
    random.shuffle(order)  # type: ignore[attr-defined]
    alone = np.vstack([encoder.encode([text]) for text in batch])
    assert encoder.encode(batch).tobytes() == alone.tobytes()
    assert encoder.encode([batch[i] for i in order]).tobytes() == alone[order].tobytes()
    for text, tokens in zip(batch, encoder.encode_tokens(batch), strict=True):
        (single,) = encoder.encode_tokens([text])
        assert tokens.vectors.tobytes() == single.vectors.tobytes()
        assert tokens.spans == single.spans


def test_vectors_do_not_depend_on_the_thread_that_asks(either: SentenceEncoder, texts: Sequence[str]) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(either.encode, texts[:20]) for _ in range(2)]
    expected = either.encode(texts[:20])
    assert all(np.array_equal(one.result(), expected) for one in both)


@pytest.mark.slow
def test_vectors_do_not_depend_on_the_count_of_threads_or_the_process(
    encoder: SentenceEncoder, texts: Sequence[str]
) -> None:
    program = (
        "import json, sys; from pathlib import Path; from pipeline.embed import load_encoder\n"
        "encoder = load_encoder(Path(sys.argv[1]), threads=int(sys.argv[2]))\n"
        "print(encoder.encode(json.load(sys.stdin)).tobytes().hex())"
    )
    expected = encoder.encode(texts).tobytes().hex()
    for threads in ("1", "3"):
        command = [sys.executable, "-c", program, str(ROOT / "outputs"), threads]
        done = subprocess.run(command, cwd=ROOT, input=json.dumps(texts), capture_output=True, text=True, check=True)
        assert done.stdout.strip() == expected


def test_a_run_with_a_half_filled_cache_has_the_vectors_of_a_cold_one(
    encoder: SentenceEncoder, sample_settled: Settled
) -> None:
    wanted = passages(sample_settled.resolutions)[:60]
    cold = embed_passages(wanted, lambda: encoder, MemoryCache(), encoder.dimension)
    cache = MemoryCache()
    embed_passages(wanted[::2], lambda: encoder, cache, encoder.dimension)
    warm = embed_passages(wanted, lambda: encoder, cache, encoder.dimension)
    assert warm.computed == 30
    assert warm.vectors.tobytes() == cold.vectors.tobytes()


def test_vectors_are_those_of_sentence_transformers(
    encoder: SentenceEncoder, torch: SentenceEncoder, texts: Sequence[str]
) -> None:
    from sentence_transformers import SentenceTransformer

    expected = SentenceTransformer(str(torch._engine._folder), device="cpu").encode(list(texts))  # type: ignore[attr-defined]
    assert (encoder.encode(texts) * expected).sum(axis=1).min() >= exports.LEAST_COSINE
    assert np.allclose(torch.encode(texts), expected, atol=1e-5)


def test_token_vectors_stand_for_the_pieces_of_the_text(encoder: SentenceEncoder) -> None:
    text = f"{BANDS} télécommunications"
    short, long, none = encoder.encode_tokens(["to report annually", text, ""])
    assert [span.of("to report annually") for span in short.spans] == ["to", "report", "annually"]
    assert long.vectors.shape == (len(long.spans), encoder.dimension)
    assert len(long.spans) > 256
    assert "".join(span.of(text) for span in long.spans) == text.replace(" ", "")
    assert np.allclose(np.linalg.norm(long.vectors, axis=1), 1, atol=1e-6)
    assert none.vectors.shape == (0, encoder.dimension)


def test_engines_do_not_share_a_digest(encoder: SentenceEncoder, torch: SentenceEncoder) -> None:
    assert torch.name.startswith("all-MiniLM-L6-v2, PyTorch 2.")
    if not encoder.notices:
        assert encoder.digest != torch.digest
        assert "OpenVINO" in encoder.name
        assert "bf16" in encoder.name or "f32" in encoder.name


def test_without_openvino_pytorch_encodes_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> tuple[str, str, str]:
        raise ModuleNotFoundError("No module named 'openvino'")

    monkeypatch.setattr(choice, "precision_here", missing)
    said: list[str] = []
    encoder = load_encoder(tmp_path, said.append)
    assert "PyTorch" in encoder.name
    assert said == list(encoder.notices)
    assert "No module named 'openvino'" in said[0]


def export_in(tmp_path: Path) -> Path:
    """A folder with a copy of the export of this machine."""
    kept = ROOT / "outputs" / "cache" / "models"
    load_encoder(ROOT / "outputs")
    folder = tmp_path / "cache" / "models"
    folder.mkdir(parents=True)
    for path in kept.glob("*-*.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.mark.parametrize("fault", ["neighbours", "far"])
def test_an_engine_that_failed_its_trial_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    export_in(tmp_path)
    bad = exports.Trial(0.99 if fault == "far" else 1.0, "brgemm", fault != "neighbours")
    monkeypatch.setattr(exports, "Trial", lambda **_: bad)
    encoder = load_encoder(tmp_path)
    assert "PyTorch" in encoder.name
    assert "vectors differ" in encoder.notices[0]


@pytest.mark.slow
@pytest.mark.parametrize("damaged", ["onnx", "json"])
def test_a_damaged_export_is_made_again(tmp_path: Path, damaged: str) -> None:
    folder = export_in(tmp_path)
    (path,) = folder.glob(f"*.{damaged}")
    whole = path.read_bytes()
    path.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    said: list[str] = []
    again = load_encoder(tmp_path, said.append)
    assert "preparing the language model" in said[0]
    assert again.digest == load_encoder(ROOT / "outputs").digest, "the same libraries make the same export"
    assert not list(folder.glob(".*"))


def test_openvino_calls_nobody(tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "def watch(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo'): print(event, arguments, flush=True)\n"
        "sys.addaudithook(watch)\n"
        "from pipeline.embed.openvino_engine import precision_here\n"
        "precision_here(); time.sleep(0.5)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""
