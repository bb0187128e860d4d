"""The reader of invoices agrees with every recorded answer of a real node's `decode`."""
import unittest

import paths  # noqa: F401
from invoices import Invoice, read
from transcript import calls, load, names, older_names

# The donation example of BOLT 11 with one amount after another; the reader does not look at the checksum.
EXAMPLE = ("1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdpl2pkx2ctnv"
           "5sxxmmwwd5kgetjypeh2ursdae8g6twvus8g6rfwvs8qun0dfjkxaq9qrsgq357wnc5r2ueh7ck6q93dj32dlqnls087fxdwk8qakdyafkq3yap9us6v52vjjs"
           "rvywa6rt52cm9r9zqt8r2t7mlcwspyetp5h2tztugp9lfyql")
HASH = "0001020304050607080900010203040506070809000102030405060708090102"


class Reading(unittest.TestCase):
    def test_every_recorded_decode_of_an_invoice(self):
        compared = 0
        for name in names() + older_names():
            for call in calls(load(name)):
                result = call.reply.get("result", {})
                if call.method != "decode" or result.get("type") not in ("bolt11 invoice", "bolt12 invoice"):
                    continue
                right = Invoice(result.get("payment_hash") or result["invoice_payment_hash"],
                                result.get("amount_msat", result.get("invoice_amount_msat")), result.get("payment_secret"),
                                result["type"] == "bolt12 invoice")
                self.assertEqual(read(call.params["string"]), right, name)
                self.assertEqual(right.as_decoded(), {k: result[k] for k in right.as_decoded()}, name)
                compared += 1
        self.assertGreater(compared, 50)

    def test_amounts_and_their_units(self):
        for head, msat in (("lnbc", None), ("lnbc20m", 2_000_000_000), ("lnbc2500u", 250_000_000), ("lnbcrt1n", 100), ("lntb10n", 1000),
                           ("lnbc9678785340p", 967_878_534), ("lntbs1", 10**11)):
            found = read(head + EXAMPLE)
            self.assertEqual((found.amount_msat, found.payment_hash, found.payment_secret), (msat, HASH, "11" * 32), head)
            self.assertEqual(read((head + EXAMPLE).upper()), found)

    def test_text_that_is_no_invoice_gives_none(self):
        for text in ("", "1", "lnbc1", "label 1", "lnbc01m" + EXAMPLE, "lno1pqpq", "lni1", "lni1qqqq", "lnbc1" + "q" * 117, "lnxy" + EXAMPLE):
            self.assertIsNone(read(text), text)
        for end in range(len(EXAMPLE)):
            found = read("lnbc" + EXAMPLE[:end])
            self.assertTrue(found is None or found.payment_hash == HASH, end)


if __name__ == "__main__":
    unittest.main()
