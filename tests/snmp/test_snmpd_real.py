"""The client against net-snmp's snmpd: every protocol pair, wrong credentials, restarts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pfha_tui.domain.target import SNMP_AUTH_PROTOCOLS, SNMP_PRIV_PROTOCOLS, Secret, SnmpTarget
from pfha_tui.transports.base import OperatorNeeded, TransportTimeout
from pfha_tui.transports.snmp import SnmpClient, client
from tests.support.snmpd import AUTH_KEY, COMMUNITY, PRIV_KEY, USER, Snmpd, running_snmpd

DESCRIPTION = "1.3.6.1.2.1.1.1.0"
OBJECT_ID = "1.3.6.1.2.1.1.2.0"
NOT_THERE = "1.3.6.1.4.1.12325.1.200.1.1.1.0"
IF_NAME, IF_IN = "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.31.1.1.1.6"


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    with running_snmpd(tmp_path_factory.mktemp("snmpd")) as daemon:
        yield daemon


def v3(port: int, **changes: object) -> SnmpTarget:
    words: dict[str, object] = {
        "user": USER,
        "auth_key": Secret(AUTH_KEY),
        "priv_key": Secret(PRIV_KEY),
    }
    return SnmpTarget("127.0.0.1", port, **(words | changes))  # type: ignore[arg-type]


def v2c(port: int, community: str = COMMUNITY) -> SnmpTarget:
    return SnmpTarget("127.0.0.1", port, community=Secret(community))


async def read_all(target: SnmpTarget) -> None:
    asker = SnmpClient(target, timeout_s=5.0)
    try:
        assert await asker.alive(5.0) is True
        found = await asker.get([DESCRIPTION, OBJECT_ID, NOT_THERE])
        assert found == {
            DESCRIPTION: b"fw1 under test",
            OBJECT_ID: "1.3.6.1.4.1.8072.3.2.10",
            NOT_THERE: None,
        }
        rows = await asker.table([IF_NAME, IF_IN, NOT_THERE.removesuffix(".0")])
        assert b"lo" in {row[IF_NAME] for row in rows.values()}
        assert all(isinstance(row[IF_IN], int) for row in rows.values())
    finally:
        await asker.close()


async def test_v2c(snmpd: Snmpd) -> None:
    await read_all(v2c(snmpd.port))


async def test_v3(snmpd: Snmpd) -> None:
    await read_all(v3(snmpd.port))


PAIRS = [
    ("sha", "aes256"),
    ("md5", "aes192"),
    ("sha224", "des"),
    ("sha384", "aes128"),
    ("sha512", "aes128"),
]


@pytest.mark.parametrize(("auth", "priv"), PAIRS)
async def test_v3_with_other_protocols(tmp_path: Path, auth: str, priv: str) -> None:
    """With the defaults above, each name once; short hashes with long keys show that the key is lengthened alike."""
    with running_snmpd(tmp_path, auth=auth, priv=priv) as daemon:
        await read_all(v3(daemon.port, auth_protocol=auth, priv_protocol=priv))


def test_the_pairs_cover_every_name() -> None:
    assert {auth for auth, _ in PAIRS} | {"sha256"} == set(SNMP_AUTH_PROTOCOLS)
    assert {priv for _, priv in PAIRS} == set(SNMP_PRIV_PROTOCOLS)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"user": "nobody"}, "does not know the user"),
        ({"auth_key": Secret("not-the-key")}, "authentication key or protocol"),
        ({"auth_protocol": "sha"}, "authentication key or protocol"),
    ],
)
async def test_refused_credentials_are_for_the_operator(
    snmpd: Snmpd, changes: dict[str, object], reason: str
) -> None:
    asker = SnmpClient(v3(snmpd.port, **changes), timeout_s=5.0)
    with pytest.raises(
        OperatorNeeded, match=rf"SNMPv3 user or key refused by 127\.0\.0\.1: .*{reason}"
    ) as caught:
        await asker.get([DESCRIPTION])
    await asker.close()
    assert "key-" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"priv_key": Secret("not-the-key")}, "wrong privacy key"),
        ({"priv_protocol": "des"}, "wrong privacy key"),
    ],
)
async def test_a_wrong_privacy_key_is_silence(
    snmpd: Snmpd, changes: dict[str, object], hint: str
) -> None:
    asker = SnmpClient(v3(snmpd.port, **changes), timeout_s=0.3)
    with pytest.raises(TransportTimeout, match=hint):
        await asker.get([DESCRIPTION])
    await asker.close()


async def test_a_wrong_community_is_silence(snmpd: Snmpd) -> None:
    asker = SnmpClient(v2c(snmpd.port, "wrong"), timeout_s=0.3)
    with pytest.raises(TransportTimeout, match="wrong community looks the same"):
        await asker.get([DESCRIPTION])
    await asker.close()


async def test_a_user_without_rights_is_for_the_operator(tmp_path: Path) -> None:
    daemon = Snmpd(tmp_path)
    daemon.start(lines=("createUser guest SHA-256 guest-passphrase AES guest-passphrase",))
    key = Secret("guest-passphrase")
    asker = SnmpClient(v3(daemon.port, user="guest", auth_key=key, priv_key=key), timeout_s=5.0)
    try:
        with pytest.raises(OperatorNeeded, match="does not let this account read"):
            await asker.get([DESCRIPTION])
    finally:
        await asker.close()
        daemon.stop()


@pytest.mark.parametrize("forget", [False, True], ids=["counts its boots", "lost its boots"])
async def test_a_restarted_agent_with_the_same_engine_id_is_found_at_once(
    tmp_path: Path, forget: bool
) -> None:
    daemon = Snmpd(tmp_path, forget=forget)
    daemon.start()
    asker = SnmpClient(v3(daemon.port), timeout_s=5.0)
    try:
        assert (await asker.get([DESCRIPTION]))[DESCRIPTION] == b"fw1 under test"
        daemon.stop()
        assert await asker.alive() is False
        daemon.start()
        assert (await asker.get([DESCRIPTION]))[DESCRIPTION] == b"fw1 under test"
    finally:
        await asker.close()
        daemon.stop()


async def test_an_agent_with_a_changed_engine_id_is_found_after_three_misses(
    tmp_path: Path,
) -> None:
    """An agent that also lost its old users; one that kept them still answers to its former engineID."""
    daemon = Snmpd(tmp_path, forget=True)
    daemon.start()
    asker = SnmpClient(v3(daemon.port), timeout_s=5.0)
    try:
        assert await asker.alive(5.0) is True
        daemon.stop()
        daemon.start(engine_id="second-engine")
        misses = [await asker.alive(0.2) for _ in range(client.REBUILD_AFTER_MISSES)]
        assert misses == [False] * client.REBUILD_AFTER_MISSES
        assert (await asker.get([DESCRIPTION]))[DESCRIPTION] == b"fw1 under test"
    finally:
        await asker.close()
        daemon.stop()
