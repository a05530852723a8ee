"""Whom known_hosts lets us trust: what ssh(1) would, and nobody else."""

from pathlib import Path

import pytest

from pfha_tui.transports.base import OperatorNeeded
from tests.support.opened_login import opened
from tests.support.sshd import running_sshd


async def test_a_key_that_is_known_for_the_address_is_not_trusted_for_a_name(
    tmp_path: Path,
) -> None:
    with running_sshd(tmp_path / "sshd") as sshd:
        with pytest.raises(OperatorNeeded, match=r"host key of localhost port \d+ is not known"):
            async with opened(sshd.target(host="localhost")):
                pass
        known = sshd.known_hosts.read_text().replace("127.0.0.1", "localhost")
        sshd.known_hosts.write_text(known)
        async with opened(sshd.target(host="localhost")):
            pass
