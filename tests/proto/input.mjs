// Finds the payments in the input of a test: a Payment itself, a frame of LND's REST stream {"result": Payment}, or one of our topic
// messages as a subscriber gets it. A line of the replay goldens is such a message with a member `run`; only there, a copy on
// trackpayments_final may be written "same" (tests/replay/golden.py).

import { shown } from "./spelling.mjs";

const TOPICS = ["trackpayments", "trackpayments_final"];
const DELETED = "trackpayments_deleted";

function of_message(message, complaints) {
  const topic = message.get("method");
  if (topic !== DELETED && !TOPICS.includes(topic)) return complaints.push(`method: ${shown(topic)} is no topic of ours`), [];
  let [params, path] = [message.get("params"), "params"];
  if (!(params instanceof Map)) return complaints.push(`params: ${shown(params)} is not an object`), [];
  // lightningd before v25.09 wraps notifications of a plugin.
  if (params.has("payload")) [params, path] = [params.get("payload"), "params.payload"];
  if (!(params instanceof Map) || params.size !== 2 || !params.has(topic) || typeof params.get("cursor") !== "string") {
    return complaints.push(`${path}: not exactly ${shown(topic)} and a "cursor"`), [];
  }
  const value = params.get(topic);
  if (topic === DELETED || (topic === "trackpayments_final" && value === "same" && message.has("run"))) return [];
  return [{ path: `${path}.${topic}`, value }];
}

// [{path, value}]; anything else is a complaint.
export function payments_in(document, complaints) {
  if (!(document instanceof Map)) return complaints.push(`${shown(document)} is not an object`), [];
  if (document.has("method")) return of_message(document, complaints);
  if (document.has("result") && document.size === 1) return [{ path: "result", value: document.get("result") }];
  return [{ path: "payment", value: document }];
}
