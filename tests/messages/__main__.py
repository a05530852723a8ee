"""Brings every catalogue up to the code and compiles it; says what is left to translate."""

import sys

from tests.messages import catalogue


def main() -> int:
    missing = 0
    for path in catalogue.files():
        found = catalogue.read(path)
        path.write_text(catalogue.renewed(found), "utf-8")
        found = catalogue.read(path)
        path.with_suffix(".mo").write_bytes(catalogue.compiled(found))
        left = [message for message in found if message.id and not _done(message.string)]
        missing += len(left)
        for message in left:
            print(f"{path.parts[-3]}: not translated: {message.id!r}")
    return 1 if missing else 0


def _done(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


if __name__ == "__main__":
    sys.exit(main())
