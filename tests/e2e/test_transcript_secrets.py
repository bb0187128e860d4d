"""No secret of any recording is logged, at any level, in any spelling, not even a piece of one: neither when the recording is played nor
when each of its messages is damaged."""

from __future__ import annotations

import base64
import json
import os
import re
import unittest
from typing import Any, Iterable, Iterator

from fake_host import FakeHost, failure, pending_row
from support import PLUGIN, die_on_sigterm
from player import ORDERS, Player
from test_secrets import secrets_in
from transcript import Entry, load, names, older_names

PIECE = 12
INVOICE = re.compile(r"ln(?:bc|bcrt|tb|tbs|i|o|r)1[02-9ac-hj-np-z]{20,}", re.IGNORECASE)
NUMBER = re.compile(r"(?<=[:\[, ])-?\d+(?=[,}\]])")


def secrets_of(value: Any) -> set[str]:
    """By the names of members; also any text that looks like an invoice or an offer."""
    text = json.dumps(value, ensure_ascii=False)
    return set(secrets_in(value)) | {found.group() for found in INVOICE.finditer(text)}


def secrets_of_all(entries: list[Entry]) -> set[str]:
    return set().union(*(secrets_of(entry.msg) for entry in entries if entry.direction != "note"))


def spellings(secret: str) -> set[str]:
    forms = {secret, secret.lower(), secret.upper()}
    if re.fullmatch(r"(?:[0-9a-fA-F]{2})+", secret):
        raw = bytes.fromhex(secret)
        forms |= {base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("="), raw[::-1].hex()}
    return forms


def pieces(text: str, step: int = 1) -> Iterator[str]:
    """Secrets long enough not to appear elsewhere by accident."""
    for at in range(0, len(text) - PIECE + 1, step):
        piece = text[at:at + PIECE]
        if step > 1 or len(set(piece)) >= 6:
            yield piece


def leaks(lines: Iterable[str], secrets: set[str]) -> list[str]:
    """Pieces of the secret: any substring of twice their length contains one of them."""
    logged = {piece for line in set(lines) for piece in pieces(line)}
    if not logged:
        return []
    return sorted({f"{piece[:4]}… of a secret of {len(secret)} characters" for secret in secrets for form in spellings(secret)
                   for piece in pieces(form, PIECE) if piece in logged})


def damaged(text: str, kind: int, secret: str) -> str:
    """Braces and quotes stay in pairs: a message without an end would include the next."""
    quoted = f'"{secret}"'
    changes = (
        lambda: text.replace(quoted, f'"{secret}\\x"'),
        lambda: text.replace(quoted, secret),
        lambda: text.replace(quoted, f"[{quoted}]"),
        lambda: text.replace(quoted, f"{{{quoted}:{quoted}}}"),
        lambda: text.replace(quoted, f"{quoted} {quoted}"),
        lambda: NUMBER.sub(quoted, text),
        lambda: re.sub(r'"(status|failcodename|erring_channel|channel)":"[^"]*"', rf'"\1":{quoted}', text),
        lambda: re.sub(r'"(payment_hash|assocdata|id|destination)":"[^"]*"', rf'"\1":"{secret}{secret}"', text),
        lambda: text.replace('":', '"='),
        lambda: text.replace(",", ""),
        lambda: re.sub(r'"params":', f'"params":{quoted},{quoted}:', text, count=1),
        lambda: re.sub(r'"(payment_secret|payment_preimage|hops|route|data|onion|bolt11)":', f"{quoted}:", text),
        lambda: text.replace(quoted, f'"{secret}\\u0000{secret}"'),
        lambda: re.sub(r'("rpc_command"|"sendpay_\w+"|"pay_part_\w+"):', f"{quoted}:", text),
        lambda: text.replace(quoted, "1" + "0" * 30).replace('"code":', f'"code":{quoted},"x":'),
        lambda: text.replace(quoted, f'"{secret}' + "x" * 5000 + '"'),
    )
    return changes[kind % len(changes)]()


KINDS = 16
EACH = KINDS if os.environ.get("TRACKPAYMENTS_LONG") == "yes" else 3  # kinds of damage, in turn


class TranscriptSecrets(unittest.TestCase):
    entries: dict[str, list[Entry]] = {}
    secrets: dict[str, set[str]] = {}
    all: set[str] = set()
    example = ""

    @classmethod
    def setUpClass(cls) -> None:
        for name in names():
            cls.entries[name] = load(name)
            cls.secrets[name] = secrets_of_all(cls.entries[name])
        cls.all = set().union(*cls.secrets.values())
        # Some in the recordings are zeros: these get a unique value.
        of_32_bytes = [secret for secret in sorted(cls.all) if re.fullmatch("[0-9a-f]{64}", secret)]
        cls.example = max(of_32_bytes, key=lambda secret: len(set(secret)))

    def test_secrets_of_every_kind_are_found_in_the_recordings(self) -> None:
        with_secrets = [name for name, found in self.secrets.items() if found]
        self.assertGreater(len(with_secrets), 40)
        self.assertGreater(len(self.all), 800)
        # Invoices, those of BOLT 12, 32 bytes, onions.
        for kind, least in ((r"lnbcrt", 40), (r"lni1", 3), (r"[0-9a-f]{64}$", 300), (r"[0-9a-f]{2600,}$", 40)):
            self.assertGreaterEqual(sum(bool(re.match(kind, secret)) for secret in self.all), least, kind)

    def test_a_piece_in_any_spelling_is_found(self) -> None:
        secret = self.example
        raw = bytes.fromhex(secret)
        for logged in (secret, secret.upper(), base64.b64encode(raw).decode(), secret[7:40], raw[::-1].hex()):
            self.assertTrue(leaks(["a line without secrets", f"it was '{logged}'."], self.all))
        invoice = next(secret for secret in sorted(self.all) if secret.startswith("lnbcrt"))
        self.assertTrue(leaks([invoice[40:70]], self.all))
        self.assertEqual(leaks(["row of listsendpays skipped: result.payments[0].payment_hash: not 32 bytes of hex"], self.all), [])

    def test_no_secret_of_a_played_recording_is_logged(self) -> None:
        published = 0
        for name in [*self.entries, *older_names()]:
            with self.subTest(recording=name):
                played = Player([PLUGIN], name, ORDERS[0], patience=1.0).run()  # other tests check its end
                published += len(played.journal.published)
                lines = [json.dumps(line, ensure_ascii=False) for line in played.journal.logs] + played.journal.stderr
                self.assertEqual(leaks(lines, self.secrets.get(name) or secrets_of_all(played.entries)), [])
        self.assertGreater(published, 300, "they were played")

    def test_no_secret_of_damaged_messages_is_logged(self) -> None:
        texts = list(self.damaged_messages(("to_plugin",), EACH))
        answers = [(method, text) for method, text in self.damaged_messages(("rpc_response",), 3)]
        with FakeHost() as host:
            host.complaints = lambda: []  # payments of damaged rows are not checked here
            host.begin()
            self.answer_damaged(host, answers)
            for _, text in texts:
                host.raw(text.encode() + b"\n\n")
            for number, secret in zip(range(1, 601), sorted(self.all)):  # so many calls to the node are needed
                host.notify("sendpay_failure", failure(pending_row(number, bolt11=secret)))
            host.barrier()
            host.wait(lambda: sum(method == "listsendpays" for method, _ in host.calls) > 600, "calls to the node")
            host.barrier()
            lines = [json.dumps(m["params"], ensure_ascii=False) for m in host.messages if m.get("method") == "log"]
            print(f"{len(texts)} damaged messages, {self.answered} damaged answers, {len(lines)} log lines ({len(set(lines))} different), "
                  f"{len(self.all)} secrets, {len(host.published())} snapshots")
            self.assertGreater(len(lines), 1000)
            self.assertGreater(len(set(lines)), 30)
            self.assertGreater(self.answered, 150)
            self.assertEqual(leaks([*lines, host.errors()], self.all), [])
            # A planted secret: names of requests are logged if they are short.
            planted = self.example[:31]
            host.raw(b'{"jsonrpc":"2.0","id":"planted","method":"%s","params":tru}' % planted.encode())
            host.wait(lambda: any(planted in line for line in host.logs()), "the line")
            self.assertTrue(leaks(host.logs(), self.all), "the search finds it")

    def damaged_messages(self, directions: tuple[str, ...], each: int) -> Iterator[tuple[str, str]]:
        """Damaged copies of recorded messages; an answer comes with the method of its call."""
        methods: dict[Any, str] = {}
        number = 0
        for name, entries in self.entries.items():
            for entry in entries:
                if entry.direction == "rpc_request":
                    methods[entry.msg["id"]] = entry.msg["method"]
                if entry.direction not in directions or entry.msg.get("method") in ("getmanifest", "init"):
                    continue
                text = json.dumps(entry.msg, ensure_ascii=False, separators=(",", ":"))
                own = sorted(secrets_of(entry.msg)) or sorted(self.secrets[name]) or ["5e" * 32]
                for _ in range(each):
                    yield methods.get(entry.msg.get("id"), ""), damaged(text, number % KINDS, own[number // KINDS % len(own)])
                    number += 1

    asked = 0
    answered = 0

    def answer_damaged(self, host: FakeHost, answers: list[tuple[str, str]]) -> None:
        """Damages the answer to every second call; the others are answered normally."""
        by_method: dict[str, list[str]] = {}
        for method, text in answers:
            by_method.setdefault(method, []).append(text)

        def answer(method: str, params: Any, token: Any) -> Any:
            left = by_method[method]
            self.asked += 1
            if not left or self.asked % 2:
                return host.model.call(method, params, token)
            self.answered += 1
            identity = '"id":' + json.dumps(token[1]["id"])
            return re.sub(r'"id":"[^"]*"', lambda _: identity, left.pop(), count=1).encode() + b"\n\n"

        for method in ("listsendpays", "decode", "listpays", "waitsendpay", "delpay"):
            if method in by_method:
                host.answers[method] = lambda params, token, method=method: answer(method, params, token)


if __name__ == "__main__":
    die_on_sigterm()
    unittest.main()
