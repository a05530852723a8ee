"""From a checked file to targets: paths, files, secrets."""

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.config.durations import format_duration, parse_duration
from pfha_tui.config.load import parse
from pfha_tui.config.locations import config_location, state_dir
from pfha_tui.config.problems import ConfigError
from pfha_tui.config.resolve import find_pair, pair_target
from pfha_tui.config.secrets import SecretError, parse_reference, resolve
from pfha_tui.domain.target import NodeRole, PairTarget, Privilege, Secret

CANARY = "canary-5ecret-hunter2"

TEXT = """\
schema = 1
[[pair]]
name = "main"
read_only = true
[pair.ssh]
identity_file = "keys/id"
passphrase = "env:PASSPHRASE"
known_hosts = "~/hosts"
privilege = "sudo"
[[pair.node]]
name = "fw2"
role = "secondary"
address = "10.0.0.2"
[pair.node.snmp]
user = "watch"
auth_key = "file:auth"
priv_key = "env:PRIV"
[[pair.node]]
name = "fw1"
role = "primary"
address = "10.0.0.1"
[pair.node.snmp]
community = "env:COMMUNITY"
"""
ENVIRON = {"PASSPHRASE": CANARY, "PRIV": CANARY, "COMMUNITY": CANARY}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with every file that TEXT names, and the file itself."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/id").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    (tmp_path / "keys/id").chmod(0o600)
    (tmp_path / "auth").write_text(CANARY + "\n")
    (tmp_path / "auth").chmod(0o600)
    (Path.home() / "hosts").write_text("")
    path = tmp_path / "c.toml"
    path.write_text(TEXT)
    return path


def target(path: Path, text: str = TEXT, environ: dict[str, str] = ENVIRON) -> PairTarget:
    loaded = parse(text, path)
    return pair_target(loaded, find_pair(loaded), environ)


def faults(path: Path, text: str = TEXT, environ: dict[str, str] = ENVIRON) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        target(path, text, environ)
    assert CANARY not in repr(caught.value)
    return [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]


def test_target(place: Path) -> None:
    pair = target(place)
    assert [(node.name, node.role) for node in pair.nodes] == [
        ("fw1", NodeRole.PRIMARY),
        ("fw2", NodeRole.SECONDARY),
    ]
    assert pair.read_only
    ssh, snmp = pair.primary.ssh, pair.secondary.snmp
    assert ssh is not None and snmp is not None
    assert ssh.identity_file == str(place.parent / "keys/id")
    assert ssh.known_hosts == str(Path.home() / "hosts")
    assert ssh.passphrase == Secret(CANARY)
    assert (ssh.host, ssh.port, ssh.privilege) == ("10.0.0.1", None, Privilege.SUDO)
    assert (snmp.version, snmp.auth_key, snmp.community) == ("3", Secret(CANARY), None)
    assert pair.primary.snmp is not None and pair.primary.snmp.version == "2c"
    assert CANARY not in repr(pair)


def test_every_missing_file_and_secret_is_named_once(place: Path) -> None:
    (place.parent / "auth").unlink()
    text = TEXT.replace("keys/id", "keys/none").replace("~/hosts", "~nobody-here/hosts")
    found = faults(place, text, {})
    assert [fault.partition(":")[0] for fault in found] == ["6", "7", "8", "16", "17", "23"]
    assert (
        "6: pair[main].node[fw2].ssh.identity_file: the file keys/none cannot be read (No such file or directory)"
        "; mend the path" in found
    )
    assert (
        "23: pair[main].node[fw1].snmp.community: the variable COMMUNITY is not set; export COMMUNITY first"
        in found
    )


def test_a_variable_that_is_not_utf_8_is_named_and_not_shown(place: Path) -> None:
    latin = os.fsdecode(CANARY.encode() + b"\xe9")
    found = faults(place, environ=dict.fromkeys(ENVIRON, latin))
    wanted = [f"the variable {name} is not UTF-8 text; export it as UTF-8" for name in ENVIRON]
    assert sorted(fault.partition(": ")[2].partition(": ")[2] for fault in found) == sorted(wanted)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_files_that_others_can_read_are_refused(place: Path, mode: int) -> None:
    for name in ("auth", "keys/id"):
        (place.parent / name).chmod(mode)
    found = faults(place)
    for name in ("auth", "keys/id"):
        path = place.parent / name
        assert any(
            f.endswith(f"{path} can be read by others; run: chmod 600 {path}") for f in found
        )


def test_a_file_that_is_no_key_is_not_to_be_locked_away(place: Path) -> None:
    key = place.parent / "keys/id"
    key.write_text("127.0.0.1 localhost\n")
    key.chmod(0o644)
    (fault,) = faults(place)
    assert fault.endswith("is not a private key; name the private key here, or use agent_identity")


def test_the_two_kinds_of_key_files_are_told_apart(place: Path) -> None:
    (place.parent / "keys/id").write_text("ssh-ed25519 AAAA x\n")
    (fault,) = faults(place)
    assert fault.endswith("is a public key; name the private key here, or use agent_identity")
    (place.parent / "keys/id").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    text = TEXT.replace("identity_file", "agent_identity").replace(
        'passphrase = "env:PASSPHRASE"', ""
    )
    (fault,) = faults(place, text)
    assert fault.endswith("is a private key; name its .pub file here, or use identity_file")


def test_a_fifo_is_not_waited_for(place: Path) -> None:
    (place.parent / "auth").unlink()
    os.mkfifo(place.parent / "auth", 0o600)
    (place.parent / "keys/id").unlink()
    os.mkfifo(place.parent / "keys/id", 0o600)
    assert [fault for fault in faults(place) if "is not a regular file; name a file" in fault]


def test_no_ssh_config_at_all_is_said_as_to_ssh(place: Path) -> None:
    text = TEXT.replace('known_hosts = "~/hosts"', 'ssh_config = "/dev/null"')
    assert [node.ssh and node.ssh.ssh_config for node in target(place, text).nodes] == [
        "/dev/null",
        "/dev/null",
    ]
    (fault,) = faults(place, text.replace("/dev/null", "/dev/zero"))
    assert fault.endswith("/dev/zero is not a regular file; name a file")


def test_a_folder_is_no_secret(place: Path) -> None:
    (place.parent / "auth").unlink()
    (place.parent / "auth").mkdir(mode=0o700)
    before = len(os.listdir("/proc/self/fd"))
    (fault,) = faults(place)
    assert fault.endswith("/auth is not a regular file; name a file")
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_file_that_opens_but_does_not_read_is_told_like_any_other(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match=r"mem cannot be read \(Input/output error\)"):
        resolve(parse_reference("file:/proc/self/mem"), tmp_path)  # page 0 is never mapped


def test_short_v3_keys_are_refused_without_showing_them(place: Path) -> None:
    (fault,) = faults(place, environ={**ENVIRON, "PRIV": "canary"})
    assert "fewer than 8" in fault and "canary" not in fault


def test_which_pair(place: Path) -> None:
    second = TEXT.partition("[[pair]]")[2].replace('"main"', '"other"').replace("10.0.0", "10.0.1")
    loaded = parse(TEXT + "[[pair]]" + second, place)
    assert find_pair(loaded, "other").name == "other"
    with pytest.raises(ConfigError, match="has several pairs; name one with --pair: main, other"):
        find_pair(loaded)
    with pytest.raises(ConfigError, match=r"has no pair .x.; name one with --pair: main, other"):
        find_pair(loaded, "x")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"x" * 70_000, "is too long"),
    ],
)
def test_secret_files_with_odd_content(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "s"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(SecretError, match=what):
        resolve(parse_reference("file:s"), tmp_path)


@pytest.mark.parametrize(
    "text",
    [CANARY, "", "env", "env:", "env:1X", "env:A B", "file:", "keyring:a", "vault:x", "keyring:/b"],
)
def test_what_is_not_a_reference_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(SecretError) as caught:
        parse_reference(text)
    assert CANARY not in str(caught.value)


class FakeKeyring(ModuleType):
    """keyring with one entry, or with no backend, or with a locked one."""

    def __init__(self, mode: str) -> None:
        super().__init__("keyring")
        self.mode = mode
        self.errors = ModuleType("keyring.errors")
        self.errors.NoKeyringError = type("NoKeyringError", (RuntimeError,), {})  # type: ignore[attr-defined]

    def get_password(self, service: str, name: str) -> str | None:
        if self.mode == "none":
            raise self.errors.NoKeyringError(CANARY)
        if self.mode == "locked":
            raise ValueError(CANARY)
        return CANARY if (service, name) == ("pfha", "a/b") else None


def use_keyring(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    fake = FakeKeyring(mode)
    monkeypatch.setitem(sys.modules, "keyring", fake)
    monkeypatch.setitem(sys.modules, "keyring.errors", fake.errors)


def test_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_keyring(monkeypatch, "good")
    assert resolve(parse_reference("keyring:pfha/a/b"), tmp_path) == Secret(CANARY)
    with pytest.raises(SecretError, match="has no entry pfha/c; run: keyring set pfha c"):
        resolve(parse_reference("keyring:pfha/c"), tmp_path)


@pytest.mark.parametrize(
    ("mode", "what"), [("none", "no keyring is running"), ("locked", "could not be read")]
)
def test_keyring_that_does_not_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: str, what: str
) -> None:
    use_keyring(monkeypatch, mode)
    with pytest.raises(SecretError, match=what) as caught:
        resolve(parse_reference("keyring:pfha/x"), tmp_path)
    assert CANARY not in str(caught.value)


def test_keyring_that_is_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SecretError, match=r"not installed; run: pip install pfha-tui\[keyring\]"):
        resolve(parse_reference("keyring:pfha/x"), tmp_path)


def test_the_home_of_a_user_who_is_not_known(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="~nosuchuser/x cannot be read"):
        resolve(parse_reference("file:~nosuchuser/x"), tmp_path)
    assert config_location("~nosuchuser/x", {}).path == Path("~nosuchuser/x")


def test_locations(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usual = config_location()
    assert usual.path == Path(os.environ["XDG_CONFIG_HOME"]) / "pfha-tui/config.toml"
    assert state_dir().is_relative_to(os.environ["XDG_STATE_HOME"])
    monkeypatch.setenv("PFHA_TUI_CONFIG", "~/x.toml")
    assert config_location().path == Path.home() / "x.toml"
    assert config_location().chosen_by == "$PFHA_TUI_CONFIG"
    assert config_location("y.toml").path == Path("y.toml")


@given(st.integers(1, 3_600_000))
def test_durations_go_there_and_back(milliseconds: int) -> None:
    seconds = milliseconds / 1000
    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "1", "s", "-1s", "1 s", "1e3s", "٣s", "1s1s", "nan", "1d"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)
