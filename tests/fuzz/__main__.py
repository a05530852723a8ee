"""Fuzzes every harness in turn: `make fuzz`, FUZZ_SECONDS each (20), FUZZ_ONLY names some.

Coverage guides atheris; each harness runs in a process of its own. What makes one fail, hang for 5 s or take 1 GiB is
kept in tests/data/fuzz/HARNESS, where the test suite runs it from then on. The inputs that reached new code are kept
in .fuzz/HARNESS for the next run.
"""

import os
import subprocess
import sys
from pathlib import Path

CORPUS = Path(__file__).parents[2] / ".fuzz"
HANG_S = 5
MEMORY_MB = 1024
LONGEST = 8192


def fuzz(name: str, options: list[str]) -> None:
    """Fuzz one harness in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=["pfha_tui"]):
        from tests.fuzz.harnesses import HARNESSES
    harness = HARNESSES[name]
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(harness.seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], *options, str(folder)], harness.run)
    atheris.Fuzz()


def fuzz_all(seconds: int, only: list[str]) -> int:
    """Fuzz one after another; the number of harnesses that failed."""
    from tests.fuzz.harnesses import FOUND, HARNESSES

    failed = []
    for name in only or HARNESSES:
        folder = FOUND / name
        folder.mkdir(parents=True, exist_ok=True)
        options = [
            f"-max_total_time={seconds}",
            f"-timeout={HANG_S}",
            f"-rss_limit_mb={MEMORY_MB}",
            f"-max_len={LONGEST}",
            f"-artifact_prefix={folder}{os.sep}",
            "-print_final_stats=1",
            "-verbosity=0",
        ]
        command = [sys.executable, "-m", "tests.fuzz", name, *options]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        told = dict(
            line.removeprefix("stat::").split(":", 1)
            for line in done.stderr.splitlines()
            if line.startswith("stat::")
        )
        runs = told.get("number_of_executed_units", "?").strip()
        print(f"{name:22} {'FAILED' if done.returncode else 'held':6} {runs:>9} runs", flush=True)
        if done.returncode:
            failed.append(name)
            print((done.stdout + done.stderr)[-3000:], file=sys.stderr, flush=True)
        if not any(folder.iterdir()):
            folder.rmdir()
    return len(failed)


def main() -> int:
    """With a name and options: fuzz it; without: fuzz all."""
    if len(sys.argv) > 1:
        fuzz(sys.argv[1], sys.argv[2:])
        return 0
    return fuzz_all(
        int(os.environ.get("FUZZ_SECONDS", "20")), os.environ.get("FUZZ_ONLY", "").split()
    )


if __name__ == "__main__":
    sys.exit(main())
