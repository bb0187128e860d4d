"""Keys, credentials and certificates that the tests of one run make with openssl: users of NATS by nkey and by a signed token, and servers
with TLS."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

USER, ACCOUNT, OPERATOR, SEED = 20 << 3, 0, 14 << 3, 18 << 3  # first bytes of a key (nats-io/nkeys, README)


def openssl(*arguments: str | Path, data: bytes | None = None) -> bytes:
    return subprocess.run(["openssl", *map(str, arguments)], input=data, check=True, capture_output=True).stdout


def encode(raw: bytes) -> str:
    """Base 32, after a CRC-16 (XMODEM), the low byte first."""
    crc = 0
    for byte in raw:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
    return base64.b32encode(raw + crc.to_bytes(2, "little")).decode().rstrip("=")


def url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Key:
    """An Ed25519 key of a user, an account or an operator."""

    def __init__(self, kind: int = USER):
        self.kind = kind
        self.private = openssl("genpkey", "-algorithm", "ed25519", "-outform", "DER")
        private, public = self.private[-32:], openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER", data=self.private)[-32:]
        self.public = encode(bytes([kind]) + public)
        self.seed = encode(bytes([SEED | kind >> 5, (kind & 31) << 3]) + private)

    def sign(self, data: bytes) -> bytes:
        with tempfile.NamedTemporaryFile() as key, tempfile.NamedTemporaryFile() as message:
            Path(key.name).write_bytes(self.private)
            Path(message.name).write_bytes(data)
            return openssl("pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", key.name, "-in", message.name)

    def token(self, subject: str, name: str, claims: dict[str, Any]) -> str:
        """A JWT about another key, signed by this one."""
        body = {"jti": name, "iat": 1_700_000_000, "iss": self.public, "name": name, "sub": subject, "nats": {"version": 2, **claims}}
        text = f"{url64(json.dumps({'typ': 'JWT', 'alg': 'ed25519-nkey'}).encode())}.{url64(json.dumps(body).encode())}"
        return f"{text}.{url64(self.sign(text.encode()))}"


class Operator:
    """Users that log in by credentials files."""

    def __init__(self) -> None:
        self.operator, self.account, system = Key(OPERATOR), Key(ACCOUNT), Key(ACCOUNT)
        everything = dict.fromkeys(("subs", "conn", "leaf", "imports", "exports", "data", "payload"), -1) | {"wildcards": True}
        jetstream = dict.fromkeys(("mem_storage", "disk_storage", "streams", "consumer"), -1)
        tokens = {key.public: self.operator.token(key.public, name, {"type": "account", "limits": everything | more})
                  for key, name, more in ((self.account, "fleet", jetstream), (system, "system", {}))}
        # JetStream needs the account of the servers themselves.
        self.lines = [f"operator: {self.operator.token(self.operator.public, 'operator', {'type': 'operator'})}", "resolver: MEMORY",
                      f"system_account: {system.public}",
                      "resolver_preload: { " + ", ".join(f"{public}: {token}" for public, token in tokens.items()) + " }"]

    def user(self) -> tuple[Key, str]:
        key = Key()
        return key, self.account.token(key.public, "node", {"type": "user", "subs": -1, "data": -1, "payload": -1})

    @staticmethod
    def file(key: Key, token: str) -> str:
        return (f"-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n"
                f"-----BEGIN USER NKEY SEED-----\n{key.seed}\n------END USER NKEY SEED------\n")


def write_secret(path: Path, text: str, mode: int = 0o600) -> Path:
    path.touch(mode=0o600)
    path.write_text(text)
    path.chmod(mode)
    return path


class Authority:
    """Signs certificates of servers and clients."""

    def __init__(self, directory: Path, name: str = "authority"):
        self.directory = directory
        directory.mkdir(exist_ok=True)
        self.certificate, self.key = directory / f"{name}.pem", directory / f"{name}.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-days", "30",
                "-keyout", self.key, "-out", self.certificate)

    def issue(self, file: str, names: str) -> tuple[Path, Path]:
        """Certificate and key; `names` as `DNS:localhost,IP:127.0.0.1`."""
        certificate, key, request = (self.directory / f"{file}{end}" for end in (".pem", ".key", ".csr"))
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={file}", "-keyout", key,
                "-out", request)
        extensions = self.directory / f"{file}.extensions"
        extensions.write_text(f"subjectAltName={names}\n")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days", "30",
                "-extfile", extensions, "-out", certificate)
        return certificate, key
