"""Certificates of users and of hosts, against OpenSSH's own sshd, agent and ssh-keygen."""

import getpass
from collections.abc import Iterator
from pathlib import Path

import pytest

from pfha_tui.domain.target import SshTarget
from pfha_tui.transports.base import OperatorNeeded
from tests.support.agent import add, running_agent
from tests.support.opened_login import opened
from tests.support.sshd import Sshd, keygen, make_key, running_sshd


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_key(tmp_path_factory.mktemp("authority") / "ca")


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory, authority: Path) -> Iterator[Sshd]:
    """It trusts the authority, and no key but that of `Sshd.identity`."""
    trusted = f"TrustedUserCAKeys {authority}.pub"
    with running_sshd(tmp_path_factory.mktemp("sshd"), trusted) as server:
        yield server


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with running_agent(tmp_path / "agent") as path:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        yield path


def sign(authority: Path, key: Path, *options: str) -> Path:
    """The certificate of a key, for this user unless the options say otherwise."""
    who = () if "-n" in options else ("-n", getpass.getuser())
    keygen("-q", "-s", str(authority), "-I", "test", *who, *options, f"{key}.pub")
    return Path(f"{key}-cert.pub")


async def taken(sshd: Sshd, target: SshTarget) -> str:
    """With which kind of key sshd says that it let us in; it has refused none before."""
    before = len(sshd.log())
    async with opened(target):
        pass
    log = sshd.log()[before:]
    (line,) = [each for each in log.splitlines() if "Accepted publickey" in each]
    assert "Failed" not in log and "not in PubkeyAccepted" not in log
    return line.partition("ssh2: ")[2].split()[0]


def config(folder: Path, text: str) -> str:
    path = folder / "ssh_config"
    path.write_text(f"Host *\n{text}\n")
    return str(path)


def make_rsa_key(path: Path) -> Path:
    keygen("-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", str(path))
    return path


@pytest.mark.parametrize("kind", ["ED25519", "RSA"])
async def test_a_certificate_beside_the_key_is_the_one_thing_offered(
    sshd: Sshd, authority: Path, tmp_path: Path, kind: str
) -> None:
    key = (make_rsa_key if kind == "RSA" else make_key)(tmp_path / "key")
    sign(authority, key)
    assert await taken(sshd, sshd.target(identity_file=str(key))) == f"{kind}-CERT"


async def test_certificates_named_by_ssh_config(
    sshd: Sshd, authority: Path, tmp_path: Path
) -> None:
    key, other = make_key(tmp_path / "key"), make_key(tmp_path / "other")
    elsewhere = sign(authority, key).rename(tmp_path / "elsewhere")
    files = f" CertificateFile {sign(authority, other)}\n CertificateFile {tmp_path}/none-such\n"
    named = config(tmp_path, f"{files} CertificateFile {elsewhere}\n IdentityFile {key}")
    assert (
        await taken(sshd, sshd.target(identity_file=str(key), ssh_config=named)) == "ED25519-CERT"
    )
    assert await taken(sshd, sshd.target(identity_file=None, ssh_config=named)) == "ED25519-CERT"


async def test_no_certificate_where_none_is_wanted_or_none_fits(
    sshd: Sshd, authority: Path, tmp_path: Path
) -> None:
    stranger = make_key(tmp_path / "stranger")
    beside = sign(authority, stranger).rename(f"{sshd.identity}-cert.pub")
    try:
        assert await taken(sshd, sshd.target()) == "ED25519"
        beside.unlink()
        sign(stranger, sshd.identity)
        with pytest.raises(OperatorNeeded, match="refused the certificate"):
            await taken(sshd, sshd.target())
        bare = config(tmp_path, " CertificateFile none")
        assert await taken(sshd, sshd.target(ssh_config=bare)) == "ED25519"
    finally:
        beside.unlink()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("-V", "20200101:20200102"), "Certificate expired"),
        (("-V", "20900101:20900102"), "Certificate not yet valid"),
        (("-h",), "Invalid certificate type"),
        (None, "is not a certificate"),
    ],
)
async def test_what_no_server_would_take_is_told_before_any_packet(
    sshd: Sshd, authority: Path, tmp_path: Path, options: tuple[str, ...] | None, word: str
) -> None:
    key = make_key(tmp_path / "key")
    if options is None:
        (tmp_path / "key-cert.pub").write_text("ssh-ed25519-cert-v01@openssh.com AAAA junk\n")
    else:
        sign(authority, key, *options)
    before = sshd.log().count("Connection from")
    with pytest.raises(OperatorNeeded, match=word) as caught:
        await taken(sshd, sshd.target(identity_file=str(key)))
    assert str(key) in str(caught.value)
    assert sshd.log().count("Connection from") == before


async def test_a_certificate_that_the_agent_holds_or_signs_for(
    sshd: Sshd, authority: Path, agent: Path, tmp_path: Path
) -> None:
    key, other = make_key(tmp_path / "key"), make_key(tmp_path / "other")
    sign(authority, other)
    add(other, agent)
    certificate = sign(authority, key)
    add(key, agent)  # ssh-add takes the certificate beside it, too
    kept = certificate.rename(tmp_path / "kept.pub")
    public = sshd.target(identity_file=None, agent_identity=f"{key}.pub")
    assert await taken(sshd, public) == "ED25519-CERT"
    named = sshd.target(identity_file=None, agent_identity=str(kept))
    assert await taken(sshd, named) == "ED25519-CERT"
    bare = config(tmp_path, " CertificateFile none")
    with pytest.raises(OperatorNeeded, match="refused the key"):
        await taken(
            sshd, sshd.target(identity_file=None, agent_identity=f"{key}.pub", ssh_config=bare)
        )
    add(key, agent, "-D")
    add(key, agent)
    with pytest.raises(OperatorNeeded, match="refused the key"):
        await taken(sshd, public)
    kept.rename(certificate)
    assert await taken(sshd, public) == "ED25519-CERT"


async def test_an_rsa_certificate_signed_for_by_the_agent_is_offered_once(
    sshd: Sshd, authority: Path, agent: Path, tmp_path: Path
) -> None:
    key = make_rsa_key(tmp_path / "key")
    sign(authority, key)
    add(key, agent)
    target = sshd.target(identity_file=None, agent_identity=f"{key}.pub")
    assert await taken(sshd, target) == "RSA-CERT"


async def test_a_host_certificate_is_judged_by_its_authority(
    authority: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "sshd"
    folder.mkdir()
    host_key = make_key(folder / "host_key")
    keygen("-q", "-s", str(authority), "-I", "fw1", "-h", "-n", "127.0.0.1", f"{host_key}.pub")
    known = tmp_path / "known"
    trusted = authority.with_name("ca.pub").read_text().strip()
    with running_sshd(folder, f"HostCertificate {host_key}-cert.pub") as server:
        known.write_text(f"@cert-authority * {trusted}\n")
        async with opened(server.target(known_hosts=str(known))):
            pass
        stranger = make_key(tmp_path / "stranger").with_name("stranger.pub").read_text()
        known.write_text(f"@cert-authority * {stranger}")
        with pytest.raises(OperatorNeeded, match="cannot be verified"):
            async with opened(server.target(known_hosts=str(known))):
                pass
        known.write_text(f"@cert-authority * {trusted}\n@revoked * {trusted}\n")
        with pytest.raises(OperatorNeeded, match="cannot be verified"):
            async with opened(server.target(known_hosts=str(known))):
                pass
    keygen("-q", "-s", str(authority), "-I", "fw1", "-h", "-n", "fw9", f"{host_key}.pub")
    known.write_text(f"@cert-authority * {trusted}\n")
    with (
        running_sshd(folder, f"HostCertificate {host_key}-cert.pub") as server,
        pytest.raises(OperatorNeeded, match="principal mismatch"),
    ):
        async with opened(server.target(known_hosts=str(known))):
            pass
