"""The oracle's own decoder, against bytes written down by hand from the specification."""
import unittest

import paths  # noqa: F401
import wire

UPDATE = bytes([1] * 64 + [2] * 32) + bytes.fromhex("0000670000020000" "6100eb1a" "01" "02" "0006" "00000000000003e8" "00000001" "0000000a"
                                                   "000000001d8119c0")
FEE_INSUFFICIENT = bytes.fromhex("100c" "00000000000007d0")


class BigSize(unittest.TestCase):
    def test_each_size_is_read(self):
        for text, value in (("00", 0), ("fc", 252), ("fd00fd", 253), ("fdffff", 65535), ("fe00010000", 65536),
                            ("ff0000000100000000", 1 << 32)):
            self.assertEqual(wire.Reader(bytes.fromhex(text)).bigsize(), value)

    def test_longer_than_needed_or_cut_short_is_refused(self):
        for text in ("", "fd", "fd00fc", "fe0000ffff", "ff00000000ffffffff", "fe000100"):
            with self.assertRaises(wire.Malformed):
                wire.Reader(bytes.fromhex(text)).bigsize()


class HopPayload(unittest.TestCase):
    def test_types_and_values_are_read(self):
        self.assertEqual(wire.hop_payload("0a" "02" "02" "03e8" "04" "01" "78" "10" "01" "aa"), {2: b"\x03\xe8", 4: b"\x78", 16: b"\xaa"})

    def test_falling_types_wrong_lengths_and_leftovers_are_refused(self):
        for text in ("06" "040178" "020103", "03" "0202e8", "03" "020101" "00", "04" "020101"):
            with self.assertRaises(wire.Malformed):
                wire.hop_payload(text)

    def test_truncated_numbers_have_no_leading_zero(self):
        self.assertEqual(wire.truncated_number(b"", 8), 0)
        self.assertEqual(wire.truncated_number(b"\x01\x00", 8), 256)
        for bad in (b"\x00\x01", b"\x01" * 9):
            with self.assertRaises(wire.Malformed):
                wire.truncated_number(bad, 8)


class FailureMessage(unittest.TestCase):
    def test_an_update_is_read_with_and_without_its_type_and_with_more_behind_it(self):
        for update, rest in ((UPDATE, b""), (b"\x01\x02" + UPDATE, b""), (b"\x01\x02" + UPDATE + b"\x55", b"\x55")):
            found = wire.failure_message(FEE_INSUFFICIENT + len(update).to_bytes(2, "big") + update + b"tlv")
            self.assertEqual((found.code, found.htlc_msat), (0x100C, 2000))
            self.assertEqual(found.update, wire.ChannelUpdate(b"\1" * 64, b"\2" * 32, 103 << 40 | 2 << 16, 0x6100EB1A, 1, 2, 6, 1000, 1, 10,
                                                              495_000_000, rest))

    def test_length_0_is_no_update_even_when_one_follows(self):
        self.assertIsNone(wire.failure_message(bytes.fromhex("10070000") + b"\x01\x02" + UPDATE).update)

    def test_members_that_are_cut_off_stay_unset(self):
        whole = FEE_INSUFFICIENT + len(UPDATE).to_bytes(2, "big") + UPDATE
        for cut in range(2, len(whole)):
            found = wire.failure_message(whole[:cut])
            self.assertIsNone(found.update, cut)
            self.assertEqual(found.htlc_msat, 2000 if cut >= 10 else 0)

    def test_each_member_of_its_own_kind(self):
        self.assertEqual(wire.failure_message(bytes.fromhex("400f00000000000007d00000006c")), wire.FailureMessage(0x400F, 2000, 108))
        self.assertEqual(wire.failure_message(bytes.fromhex("001200000078")), wire.FailureMessage(0x0012, cltv_expiry=120))
        self.assertEqual(wire.failure_message(bytes.fromhex("101400030000")), wire.FailureMessage(0x1014, flags=3))
        self.assertEqual(wire.failure_message(bytes.fromhex("c005") + b"\7" * 32), wire.FailureMessage(0xC005, sha256=b"\7" * 32))


if __name__ == "__main__":
    unittest.main()
