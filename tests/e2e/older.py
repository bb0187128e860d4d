#!/usr/bin/env python3
"""The whole-process suite on older versions of lightningd, module by module: `older.py VERSION`. Takes some minutes a version, so it
needs TRACKPAYMENTS_LONG=yes; test_each_version.py is the short form, for every run."""

import sys

from everything import LONG, SKIPPED, failures

# These use a host of their own or the newest node, whatever the version.
NOT_HERE = {"test_judge", "test_real_node", "test_versions", "test_each_version", "test_bad_stdin", "test_bad_socket", "test_hung",
            "test_long_listing", "test_monsters", "test_odd_rows", "test_shortcuts", "test_socket_faults", "test_transcript_secrets"}

if __name__ == "__main__":
    sys.exit(SKIPPED if not LONG else 1 if failures(NOT_HERE, {"VERSION_AS": sys.argv[1]}) else 0)
