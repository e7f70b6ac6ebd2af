"""Vectors see the whole text, and depend on nothing but the text."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import MemoryCache

from pipeline.embed import Encoder, embed_passages, load_encoder, model_card, passages
from pipeline.embed.sentence import _cuts
from pipeline.segment import Settled

BANDS = " ".join(f"{1400 + 7 * n}.{n % 10}-{1427 + 7 * n}.5 MHz," for n in range(70))


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="module")
def texts(sample_settled: Settled) -> list[str]:
    return [passage.text for passage in passages(sample_settled.resolutions)][:60]


def test_the_end_of_a_long_list_of_frequency_bands_is_seen(encoder: Encoder) -> None:
    first = f"{BANDS} protect the radio astronomy service"
    second = f"{BANDS} charge fees for number plates"
    assert len(first.split()) == 145
    a, b = encoder.encode([first, second])
    assert float(a @ b) < 0.999


def test_the_end_of_a_long_chinese_text_is_seen(encoder: Encoder) -> None:
    text = "国际电信联盟全权代表大会请秘书长向理事会报告本决议的落实情况" * 12
    a, b = encoder.encode([f"{text}各成员国应发展电信网络", f"{text}水火山石田土"])
    assert float(a @ b) < 1 - 1e-6


def test_windows_hold_whole_words_and_lose_none() -> None:
    words = [n // 3 for n in range(1000)]
    cuts = _cuts(words, 254)
    assert cuts[0] == 0
    assert all(words[cut] != words[cut - 1] for cut in cuts[1:])
    ends = [*cuts[1:], len(words)]
    assert max(end - start for start, end in zip(cuts, ends, strict=True)) <= 254
    assert _cuts([], 254) == []
    assert _cuts([0] * 600, 254) == [0, 254, 508]


def test_vectors_do_not_depend_on_the_batch(encoder: Encoder, texts: Sequence[str]) -> None:
    together = encoder.encode([*texts, BANDS])
    order = np.random.default_rng(7).permutation(len(texts))
    apart = np.empty_like(together[:-1])
    for half in (order[:30], order[30:]):
        apart[half] = encoder.encode([texts[i] for i in half])
    assert np.array_equal(together[:-1], apart)
    assert np.array_equal(together[-1:], encoder.encode([BANDS]))


def test_vectors_do_not_depend_on_the_thread_that_asks(encoder: Encoder, texts: Sequence[str]) -> None:
    with ThreadPoolExecutor(1) as pool:
        elsewhere = pool.submit(encoder.encode, texts[:20]).result()
    assert np.array_equal(elsewhere, encoder.encode(texts[:20]))


def test_a_run_with_a_half_filled_cache_has_the_vectors_of_a_cold_one(
    encoder: Encoder, sample_settled: Settled
) -> None:
    wanted = passages(sample_settled.resolutions)[:60]
    dimension = model_card().dimension
    cold = embed_passages(wanted, lambda: encoder, MemoryCache(), dimension)
    cache = MemoryCache()
    embed_passages(wanted[::2], lambda: encoder, cache, dimension)
    warm = embed_passages(wanted, lambda: encoder, cache, dimension)
    assert warm.computed == 30
    assert warm.vectors.tobytes() == cold.vectors.tobytes()
