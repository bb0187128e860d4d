"""The oracle's and the player's own reader of BOLT 11 and BOLT 12 invoices: amount, payment hash, payment secret. Checksum and
signature are not checked; text that is no invoice gives None.
"""
import re
from dataclasses import dataclass

import wire

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
AMOUNT = re.compile(r"ln(bcrt|bc|tbs|tb|sb)(?:([1-9][0-9]*)([munp]?))?\Z")
MSAT_PER_UNIT = {"": 10**11, "m": 10**8, "u": 10**5, "n": 10**2}  # p: a tenth of a millisatoshi
CHECKSUM, SIGNATURE, TIMESTAMP = 6, 104, 7  # in characters
HASH, SECRET = 1, 16  # tagged fields p and s
INVOICE_PAYMENT_HASH, INVOICE_AMOUNT = 168, 170


@dataclass(frozen=True)
class Invoice:
    payment_hash: str
    amount_msat: int | None = None
    payment_secret: str | None = None
    bolt12: bool = False

    def as_decoded(self) -> dict:
        """The answer of `decode`, with the members that are known here."""
        if self.bolt12:
            return {"type": "bolt12 invoice", "invoice_amount_msat": self.amount_msat, "invoice_payment_hash": self.payment_hash,
                    "valid": True}
        amount = {} if self.amount_msat is None else {"amount_msat": self.amount_msat}
        secret = {} if self.payment_secret is None else {"payment_secret": self.payment_secret}
        return {"type": "bolt11 invoice", **amount, **secret, "payment_hash": self.payment_hash, "valid": True}


def read(text: str) -> Invoice | None:
    plain = re.sub(r"\+\s*", "", text).lower().removeprefix("lightning:")
    head, found, tail = plain.rpartition("1")
    if not found or any(letter not in ALPHABET for letter in tail):
        return None
    symbols = [ALPHABET.index(letter) for letter in tail]
    try:
        found = _bolt12(symbols) if head == "lni" else _bolt11(head, symbols)
    except (wire.Malformed, KeyError):
        return None
    return found if found and len(found.payment_hash) == 64 else None


def _bytes(symbols: list[int]) -> bytes:
    """Five bits a symbol; bits that do not fill the last byte are dropped."""
    bits = "".join(f"{symbol:05b}" for symbol in symbols)
    return bytes(int(bits[at:at + 8], 2) for at in range(0, len(bits) - 7, 8))


def _bolt12(symbols: list[int]) -> Invoice:
    fields = wire.tlvs(_bytes(symbols))
    return Invoice(fields[INVOICE_PAYMENT_HASH].hex(), wire.truncated_number(fields[INVOICE_AMOUNT], 8), bolt12=True)


def _bolt11(head: str, symbols: list[int]) -> Invoice | None:
    amount = AMOUNT.match(head)
    if amount is None or len(symbols) < TIMESTAMP + SIGNATURE + CHECKSUM:
        return None
    body = symbols[TIMESTAMP:-SIGNATURE - CHECKSUM]
    fields: dict[int, bytes] = {}
    while len(body) >= 3:
        size = body[1] * 32 + body[2]
        fields.setdefault(body[0], _bytes(body[3:3 + size]))
        body = body[3 + size:]
    secret = fields[SECRET].hex() if SECRET in fields else None
    return Invoice(fields[HASH].hex(), _msat(amount[2], amount[3]), secret)


def _msat(number: str | None, unit: str | None) -> int | None:
    if number is None:
        return None
    return int(number) // 10 if unit == "p" else int(number) * MSAT_PER_UNIT[unit or ""]
