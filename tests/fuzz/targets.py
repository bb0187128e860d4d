"""Checks that every decoder and every boundary has a fuzz target, and every target a corpus.

    targets.py ROOT      prints every gap as `file: what`, exit code 1 if there is one

A decoder is a function that a header declares as decode_…, parse_… or read_…. Each must be in the table below, and the source of its
target must call it.
"""
import re
import sys
from pathlib import Path
from typing import Iterator

# Name of the function -> target.
DECODERS: dict[str, str] = {
    "decode_payer_call": "payer_call",
    "decode_block_added": "block_added",
    "decode_channel_update": "channel_update",
    "decode_createonion": "createonion",
    "decode_failure_message": "failure_message",
    "decode_first_hop": "first_hop",
    "decode_getinfo": "getinfo",
    "decode_hop_payload": "hop_payload",
    "decode_invoice": "invoice",
    "decode_listconfigs": "listconfigs",
    "decode_listpays": "listpays",
    "decode_pay_failure": "pay_failure",
    "decode_pay_part_end": "pay_part_end",
    "decode_pay_part_start": "pay_part_start",
    "decode_renepaystatus": "renepaystatus",
    "decode_row": "row",
    "decode_rows": "row",
    "decode_sendpay_failure": "sendpay_failure",
    "decode_sendpay_route": "sendpay_route",
    "decode_sendpay_success": "sendpay_success",
    "decode_answer": "stream_message",
    "decode_update": "stream_message",
    "decode_tracker_status": "metrics",
    "read_ended_payment": "metrics",
    "decode_wait": "wait",
    "decode_waitsendpay_error": "waitsendpay_error",
    "decode_xpay_hops": "xpay_hops",
    "parse_channel_direction": "scid",
    "parse_cursor": "cursor",
    "parse_short_channel_id": "scid",
    "read_address": "address",
    "read_bool": "command_params",
    "read_certificate": "certificate",
    "read_delpay": "delpay",
    "read_head": "message",
    "read_trackpayments": "trackpayments",
    "read_hash": "command_params",
    "read_hooked_call": "hook",
    "read_invoice": "invoice_text",
    "read_bolt11": "invoice_text",
    "read_bolt11_amount": "invoice_text",
    "read_bolt12_invoice": "invoice_text",
    "decode_bech32": "invoice_text",
    "decode_bech32_without_checksum": "invoice_text",
    "read_message": "message",
    "read_msat": "calls",
    "read_init": "options",
    "read_options": "options",
    "read_topics": "options",
    "read_request_head": "http1_request",
    "read_setconfig": "options",
    "read_string": "command_params",
    "read_u64": "command_params",
    "read_version": "version",
    "read_with_nlohmann": "parser",
    "decode_info": "lnd_info",
    "read_credential": "credential",
    "read_go_bool": "rest_request",
    "read_go_uint64": "rest_request",
    "read_grpc_head": "grpc_request",
    "read_grpc_message": "grpc_request",
    "read_grpc_request": "grpc_request",
    "read_grpc_timeout": "grpc_request",
    "read_macaroon": "macaroon",
    "read_macaroon_id": "macaroon",
    "decode_deletion": "sink",
    "parse_knowledge": "sink",
    "read_knowledge": "sink",
    "read_path": "rest_request",
    "read_query": "rest_request",
    "read_rest_request": "rest_request",
    "read_rest_timeout": "rest_request",
    "read_rfc3339": "caveat",
}

# Boundaries with other names: a name that the target's source must contain.
BOUNDARIES: dict[str, str] = {
    "Parser": "parser",
    "HostAtWork": "dispatch",
    "Progress": "progress",
    "Publisher": "emission",
    "Reader": "stream_reader",
    "ChunkReader": "http1_chunks",
    "Framer": "framer",
    "Http1Session": "http1_session",
    "Http2Session": "http2_session",
    "HttpHandler": "http2_frames",
    "TlsSession": "tls_session",
    "WebSocketSession": "websocket_session",
    "successor": "http1_session",
    "RowSlices": "row_slices",
    "Table": "table",
    "evict": "table_wild",
    "apply_filter": "result_filter",
    "from_hex": "hex",
    "parse": "json",
    "maybe_channel": "calls",
    "ProtobufReader": "protobuf",
    "append_wire": "wire_from_json",
    "from_base64": "base64",
    "why_caveat_fails": "caveat",
    "go_quote": "caveat",
}

# These read no input.
NO_DECODERS = {
    "read_parent": "reads the environment, and passes the value to read_version",
}

LONGEST_INPUT = 8192  # contrib/fuzz cuts longer ones, so contrib/check would not play them whole

DECLARATION = re.compile(r"\b((?:decode|parse|read)_\w+)\(")
COMMENT = re.compile(r"//.*")


def declared(root: Path) -> Iterator[tuple[str, Path]]:
    for folder in ("src", "plugin"):
        for path in sorted((root / folder).rglob("*.hpp")):
            for name in DECLARATION.findall(COMMENT.sub("", path.read_text(encoding="utf-8"))):
                yield name, path.relative_to(root)


def built(root: Path) -> set[str]:
    text = (root / "tests/fuzz/meson.build").read_text(encoding="utf-8")
    listed = re.search(r"fuzz_targets = \[(.*?)\]", text, re.S)
    return set(re.findall(r"'(\w+)'", listed[1])) if listed else set()


def check(root: Path) -> list[str]:
    fuzz = root / "tests/fuzz"
    gaps = []
    names = dict(declared(root))
    for name, where in names.items():
        if name not in DECODERS and name not in NO_DECODERS:
            gaps.append(f"{where}: {name} has no fuzz target: write one and name it in targets.py")
    gaps += [f"targets.py: {name} is declared nowhere" for name in DECODERS if name not in names]
    targets = built(root)
    for name, target in {**DECODERS, **BOUNDARIES}.items():
        source = fuzz / f"{target}.cpp"
        text = COMMENT.sub("", source.read_text(encoding="utf-8")) if source.is_file() else ""
        if not re.search(rf"\b{name}\b", text):
            gaps.append(f"tests/fuzz/{target}.cpp: does not call {name}")
    for source in sorted(fuzz.glob("*.cpp")):
        if "FUZZ_TARGET(" in source.read_text(encoding="utf-8") and source.stem not in targets:
            gaps.append(f"tests/fuzz/{source.name}: not in meson.build")
    for target in sorted(targets):
        corpus = fuzz / "corpus" / target
        if not corpus.is_dir() or not any(corpus.iterdir()):
            gaps.append(f"tests/fuzz/corpus/{target}: no corpus")
        gaps += [f"{path.relative_to(root)}: longer than {LONGEST_INPUT} bytes" for path in sorted(corpus.glob("*"))
                 if path.stat().st_size > LONGEST_INPUT]
        if target not in {*DECODERS.values(), *BOUNDARIES.values()}:
            gaps.append(f"targets.py: the target {target} is in none of its tables")
    return gaps


def main() -> int:
    gaps = check(Path(sys.argv[1]))
    for gap in gaps:
        print(gap)
    return 1 if gaps else 0


if __name__ == "__main__":
    sys.exit(main())
