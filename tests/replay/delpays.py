"""Compares the answers to delpay calls with the recording. Calls that the recorded node processed at the same time may succeed in
another order here; then only their common effect is compared.
"""
import json
from dataclasses import dataclass

from transcript import Call, Entry, hooked

CONTINUE = {"result": "continue"}
NO_SUCH_PAYMENT, OTHER_STATUS, INVALID_PARAMS = 208, 211, -32602


@dataclass(frozen=True)
class Answered:
    entry: Entry            # the hook call
    answer: dict            # the plugin's answer to it
    outcome: dict           # the caller's answer: {"result": …} or {"error": …}
    recorded: Call | None   # the recorded caller's answer; not known for autoclean's calls

    @property
    def served(self) -> bool:
        return self.answer != CONTINUE

    @property
    def rows(self) -> set[int]:
        return _rows(self.outcome)


def _rows(reply: dict) -> set[int]:
    return {row["created_index"] for row in reply.get("result", {}).get("payments", [])}


def is_autocleans(entry: Entry) -> bool:
    return "autoclean:delpay#" in str(hooked(entry, "delpay")["id"])


def of_cli(entries: list[Entry], hook_call: Entry) -> Call | None:
    """The answer that lightning-cli printed, from a note of the recorder."""
    request = hooked(hook_call, "delpay")
    note = next((e for e in entries[hook_call.index:] if e.direction == "note" and "cli" in e.msg), None)
    if not str(request["id"]).startswith("cli:") or note is None or not note.msg.get("stdout"):
        return None
    printed = json.loads(note.msg["stdout"])
    reply = {"error": printed} if printed.keys() == {"code", "message"} else {"result": printed}
    return Call(Entry(hook_call.index, hook_call.t, "rpc_request", request), Entry(note.index, note.t, "rpc_response", reply))


def at_once(entries: list[Entry], first: Entry) -> list[Entry]:
    """The hook calls that lightningd sent before it read the answer to the first of them, if nothing else came between."""
    found = [first]
    answered = next((e.index for e in entries[first.index:] if e.direction == "from_plugin" and e.msg.get("id") == first.msg["id"]), -1)
    for entry in entries[first.index + 1:max(answered, 0)]:
        if entry.direction == "to_plugin":
            if hooked(entry, "delpay") is None or is_autocleans(entry):
                break
            found.append(entry)
    return [first] if is_autocleans(first) else found


def judge(answered: list[Answered]) -> list[str]:
    """Complaints about answers to calls at the same time."""
    return _judge_one(answered[0]) if len(answered) == 1 else _judge_together(answered)


def _judge_one(one: Answered) -> list[str]:
    where = f"delpay, entry {one.entry.index}"
    out = [f"{where}: autoclean's own call must be continued: {one.answer}"] if is_autocleans(one.entry) and one.served else []
    if one.recorded is None or not one.recorded.reply:
        return out
    reply = one.recorded.reply
    if "result" in reply:
        return out if one.outcome.get("result") == reply["result"] else [*out, f"{where}: result differs from the recorded one: {one.outcome}"]
    code, message = reply["error"]["code"], reply["error"]["message"]
    if one.served and code == NO_SUCH_PAYMENT and "status but it different from the one provided" in message:
        code = OTHER_STATUS  # lightningd documents 211 and answers 208; the plugin corrects the code, not the text
    error = one.outcome.get("error", {})
    # The plugin refuses a malformed call itself: with lightningd's code and the name of the bad parameter.
    same_text = error.get("message") == message or (one.served and code == INVALID_PARAMS and bool(error.get("message"))
                                                    and error["message"].split(":")[0] == message.split(":")[0])
    return out if error.get("code") == code and same_text else [*out, f"{where}: answered {one.outcome}, expected {code} {message!r}"]


def _judge_together(answered: list[Answered]) -> list[str]:
    """Each row is deleted once. A caller that comes too late is answered that the row is gone, not that it has another status."""
    out: list[str] = []
    recorded = set().union(*(_rows(one.recorded.reply) for one in answered if one.recorded))
    done = sorted(index for one in answered for index in one.rows)
    where = f"delpays at once, entries {[one.entry.index for one in answered]}"
    if done != sorted(recorded):
        out.append(f"{where}: rows {done} were deleted, expected {sorted(recorded)}")
    for one in answered:
        if not one.rows and one.outcome.get("error", {}).get("code") != NO_SUCH_PAYMENT:
            out.append(f"{where}: {one.entry.index} came too late and was answered {one.outcome}, expected {NO_SUCH_PAYMENT}")
    return out
