"""What fuzzing once found, every seed of it, and each seed cut off and spoiled."""

import random

import pytest

from tests.fuzz.harnesses import FOUND, HARNESSES


@pytest.mark.parametrize("name", HARNESSES)
def test_seeds_whole_cut_and_spoiled(name: str) -> None:
    harness = HARNESSES[name]
    dice = random.Random(name)
    for seed in harness.seeds:
        harness.run(seed)
        for _ in range(8):
            harness.run(seed[: dice.randrange(len(seed) + 1)])
            spoiled = bytearray(seed)
            for _ in range(min(4, len(spoiled))):
                spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
            harness.run(bytes(spoiled))
        for encoding in ("utf-16", "cp037"):
            harness.run(seed.decode("utf-8", "replace").encode(encoding, "replace"))


@pytest.mark.parametrize("name", HARNESSES)
def test_what_fuzzing_found_stays_mended(name: str) -> None:
    for file in sorted((FOUND / name).glob("*")):
        HARNESSES[name].run(file.read_bytes())


def test_every_input_that_was_found_has_its_harness() -> None:
    assert {folder.name for folder in FOUND.glob("*/")} <= set(HARNESSES)
