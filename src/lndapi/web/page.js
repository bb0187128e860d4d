// The live page: reads the stream of payments with a rune, keeps the newest of them, and draws those that fit.
// Everything from the node, an invoice or a peer is shown as text. Amounts are msat and times are ns until they are shown.
"use strict";

const most_kept = 2000; // ended payments; older ones are looked up by hash
const most_lately = 20000; // payments in the charts
const list_size = 200; // payments in one answer of ListPayments
const list_with_hops = 50; // those come first, so that rows can say where a payment failed
const list_rows = 450; // payments of the lists that get a row
const attempts_shown = 20;
const draw_every = 250; // ms
const rows_a_draw = 12; // new ones
const slice = 8; // ms of work before the browser has its turn
const answer_time = 60000; // ms: for a whole list
const silence = 25000; // ms; the server writes at least every 15 s
const long_in_flight = 60000; // ms
const no_preimage = /^0*$/;
const byId = (id) => document.getElementById(id);

let clock_ahead = 0; // ms: of the node's clock, if this machine's is wrong
const now = () => Date.now() + clock_ahead;

// ---------------------------------------------------------------------------------------------------------- texts

const status_words = { IN_FLIGHT: "In flight", SUCCEEDED: "Succeeded", FAILED: "Failed" };

const reason_words = {
    FAILURE_REASON_NONE: "",
    FAILURE_REASON_TIMEOUT: "Time ran out",
    FAILURE_REASON_NO_ROUTE: "No route was left to try",
    FAILURE_REASON_ERROR: "An error on this node",
    FAILURE_REASON_INCORRECT_PAYMENT_DETAILS: "The payee refused it: unknown or paid invoice, or wrong amount",
    FAILURE_REASON_INSUFFICIENT_BALANCE: "Not enough balance in this node's channels",
    FAILURE_REASON_CANCELED: "Cancelled",
};

/// The codes of lnrpc.Failure (BOLT 4) as a sentence about the node that reports them.
const failure_words = {
    INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS: "the payee does not know this invoice, or it is paid, or the amount is wrong",
    INCORRECT_PAYMENT_AMOUNT: "the amount is wrong",
    FINAL_INCORRECT_CLTV_EXPIRY: "the payee got another expiry than was agreed",
    FINAL_INCORRECT_HTLC_AMOUNT: "the payee got another amount than was agreed",
    FINAL_EXPIRY_TOO_SOON: "it arrived too late for the payee",
    INVALID_REALM: "it does not know this kind of hop",
    EXPIRY_TOO_SOON: "the expiry is too near to forward it",
    INVALID_ONION_VERSION: "it does not know this version of the onion",
    INVALID_ONION_HMAC: "the onion arrived damaged",
    INVALID_ONION_KEY: "the onion has a key that it cannot use",
    AMOUNT_BELOW_MINIMUM: "the amount is below the next channel's minimum",
    FEE_INSUFFICIENT: "the fee is too low for the next channel",
    INCORRECT_CLTV_EXPIRY: "the time left is too short for the next channel",
    CHANNEL_DISABLED: "the next channel is disabled",
    TEMPORARY_CHANNEL_FAILURE: "the next channel cannot carry the amount now",
    REQUIRED_NODE_FEATURE_MISSING: "it needs a feature that the payment lacks",
    REQUIRED_CHANNEL_FEATURE_MISSING: "the next channel needs a feature that the payment lacks",
    UNKNOWN_NEXT_PEER: "the next node is not connected to it",
    TEMPORARY_NODE_FAILURE: "it cannot forward anything now",
    PERMANENT_NODE_FAILURE: "it cannot forward anything",
    PERMANENT_CHANNEL_FAILURE: "the next channel is closed, or the payment ended on chain",
    EXPIRY_TOO_FAR: "the expiry is too far away",
    MPP_TIMEOUT: "the other parts did not arrive in time",
    INVALID_ONION_PAYLOAD: "it cannot read its part of the onion",
    INVALID_ONION_BLINDING: "the blinded part of the path failed",
    INTERNAL_FAILURE: "an error on this node",
    UNKNOWN_FAILURE: "it gave a reason that this node does not know",
    UNREADABLE_FAILURE: "nobody can read the error, so the place is unknown",
};

/// Codes that blame the channel which leads onward from the node that reports them.
const blames_channel = new Set([
    "EXPIRY_TOO_SOON",
    "AMOUNT_BELOW_MINIMUM",
    "FEE_INSUFFICIENT",
    "INCORRECT_CLTV_EXPIRY",
    "CHANNEL_DISABLED",
    "TEMPORARY_CHANNEL_FAILURE",
    "REQUIRED_CHANNEL_FEATURE_MISSING",
    "UNKNOWN_NEXT_PEER",
    "PERMANENT_CHANNEL_FAILURE",
]);

const plural = (count, name) => `${count.toLocaleString()} ${name}${count === 1 ? "" : "s"}`;

// ------------------------------------------------------------------------------------------------------- elements

/// Makes an element. Children that are not elements become text.
function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    set(element, attributes);
    element.append(...children);
    return element;
}

function set(element, attributes) {
    for (const [name, value] of Object.entries(attributes ?? {})) {
        if (name === "click") element.addEventListener("click", value);
        else element.setAttribute(name, value);
    }
}

function svg(tag, attributes, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    set(element, attributes);
    element.append(...children);
    return element;
}

/// Changes the text only if it differs: screen readers and selections notice changes.
function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
}

/// A text that is not ours: without control characters, at most `most` characters, and its direction touches nothing else.
function tame(text, most) {
    const clean = text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, "\ufffd");
    const characters = Array.from(clean.slice(0, 2 * most));
    return characters.length > most || clean.length > 2 * most ? characters.slice(0, most).join("") + "…" : clean;
}

function notice(text) {
    write(byId("notice"), text);
}

function copyButton(name, value) {
    const button = h("button", { type: "button", class: "copy", "aria-label": `Copy ${name}` }, "Copy");
    button.addEventListener("click", async () => {
        try {
            await navigator.clipboard.writeText(value);
            notice(`Copied ${name}.`);
        } catch {
            notice(`The browser does not let this page copy. Select the ${name} and copy it by hand.`);
        }
    });
    return button;
}

// -------------------------------------------------------------------------------------------- amounts, times, names

let unit = "sat";
const thousandths = new Intl.NumberFormat(undefined, { minimumIntegerDigits: 3, useGrouping: false });
const decimal = new Intl.NumberFormat().formatToParts(1.5).find((part) => part.type === "decimal").value;

function big(text) {
    try {
        return BigInt(text);
    } catch {
        return 0n;
    }
}

/// msat in the unit that the user has chosen.
function money(msat) {
    if (unit === "msat") return `${msat.toLocaleString()} msat`;
    const rest = msat % 1000n;
    const part = rest ? decimal + thousandths.format(rest < 0n ? -rest : rest) : "";
    return `${(msat / 1000n).toLocaleString()}${part} sat`;
}

const ms = (ns) => Number(big(ns) / 1000000n);

function span(milliseconds) {
    if (milliseconds <= 0) return "under 1 s"; // lightningd has stored whole seconds
    if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
    const s = milliseconds / 1000;
    if (s < 60) return `${s < 10 ? (Math.floor(s * 10) / 10).toLocaleString() : Math.floor(s)} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s`;
    if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
    return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

/// Local time; the day too if it is not today.
function clock(milliseconds, fine) {
    const at = new Date(milliseconds);
    if (!milliseconds || Number.isNaN(at.getTime())) return "unknown";
    const time = {
        hour: "2-digit",
        minute: "2-digit",
        second: "2-digit",
        ...(fine ? { fractionalSecondDigits: 3 } : {}),
    };
    const day =
        at.toDateString() === new Date(now()).toDateString() ? {} : { year: "numeric", month: "short", day: "numeric" };
    return new Intl.DateTimeFormat(undefined, { ...day, ...time }).format(at);
}

const short = (key) => (key.length > 14 ? `${key.slice(0, 8)}…${key.slice(-4)}` : key);

/// A short channel id as Core Lightning writes it: block x transaction x output.
function channelName(id) {
    const number = big(id);
    return number > 0n ? `${number >> 40n}x${(number >> 16n) & 0xffffffn}x${number & 0xffffn}` : "";
}

function bytesOf(base64) {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const textOf = (bytes) => new TextDecoder().decode(bytes);

// ------------------------------------------------------------------------------------------ descriptions of invoices

/// The groups of five bits in a bech32 text, after its prefix.
function groupsOf(text) {
    const lower = text.toLowerCase();
    const found = Array.from(lower.slice(lower.lastIndexOf("1") + 1), (c) =>
        "qpzry9x8gf2tvdw0s3jn54khce6mua7l".indexOf(c),
    );
    return found.includes(-1) ? [] : found;
}

function bytesOfGroups(list) {
    const bytes = [];
    let bits = 0,
        value = 0;
    for (const group of list) {
        value = ((value << 5) | group) & 0xfff;
        bits += 5;
        if (bits >= 8) bytes.push((value >> (bits -= 8)) & 0xff);
    }
    return Uint8Array.from(bytes);
}

/// BOLT 11: the field `d`. Seven groups of time before the fields; 104 of signature and 6 of checksum after them.
function bolt11Description(text) {
    const all = groupsOf(text).slice(7, -110);
    for (let at = 0; at + 3 <= all.length;) {
        const size = all[at + 1] * 32 + all[at + 2];
        if (all[at] === 13) return textOf(bytesOfGroups(all.slice(at + 3, at + 3 + size)));
        at += 3 + size;
    }
    return "";
}

/// BOLT 12: the field offer_description, type 10. Types and lengths are BigSize.
function bolt12Description(text) {
    const bytes = bytesOfGroups(groupsOf(text));
    let at = 0;
    const size = () => {
        const first = bytes[at++];
        const more = first < 0xfd ? 0 : 2 << (first - 0xfd);
        let value = more ? 0 : first;
        for (let n = 0; n < more; n++) value = value * 256 + bytes[at++];
        return value;
    };
    while (at < bytes.length) {
        const type = size(),
            length = size();
        if (type === 10) return textOf(bytes.slice(at, at + length));
        if (type > 10) break;
        at += length;
    }
    return "";
}

/// What a person would call the payment: its invoice's description, or a keysend's message (TLV 34349334).
function describe(payment) {
    const request = payment.payment_request;
    try {
        if (request)
            return request.toLowerCase().startsWith("lni1") ? bolt12Description(request) : bolt11Description(request);
        for (const attempt of payment.htlcs) {
            const records = attempt.route?.hops.at(-1)?.custom_records ?? {};
            if (records["34349334"]) return textOf(bytesOf(records["34349334"]));
            if (records["5482373484"]) return "keysend";
        }
    } catch {
        // A damaged invoice has no description.
    }
    return "";
}

// ------------------------------------------------------------------------------------------------------------- rune

const kept_as = "rune"; // in sessionStorage, which ends with the tab
let rune = null; // {text, expires (ms or Infinity), deletes}

/// The restrictions of a rune: groups of alternatives. Nothing if the text is none.
function restrictionsOf(text) {
    try {
        const bytes = bytesOf(text.replaceAll("-", "+").replaceAll("_", "/").replace(/=*$/, ""));
        if (bytes.length < 32) return null;
        const groups = textOf(bytes.slice(32)).match(/(?:\\[^]|[^\\&])+/g) ?? [];
        return groups.map((group) => group.match(/(?:\\[^]|[^\\|])+/g) ?? []);
    } catch {
        return null;
    }
}

/// False if this condition surely forbids the method.
function mayPermit(condition, method) {
    const [, operator, value] = condition.match(/^method(.)([^]*)$/) ?? [];
    switch (operator) {
        case "=":
            return value === method;
        case "/":
            return value !== method;
        case "^":
            return method.startsWith(value);
        case "$":
            return method.endsWith(value);
        case "~":
            return method.includes(value);
        case "!":
            return false;
        default:
            return true;
    }
}

function readRune(text) {
    if (text.length > 12000 || !/^[\w+/=-]+$/.test(text)) return null;
    if (/^[0-9a-f]{2,}$/i.test(text)) return { text, expires: Infinity, deletes: false }; // a macaroon in hex
    const groups = restrictionsOf(text);
    if (!groups) return null;
    const ends = groups.map((group) => (group.length === 1 ? group[0].match(/^time<(\d+)$/) : null)).filter(Boolean);
    return {
        text,
        expires: ends.length ? Math.min(...ends.map((match) => Number(match[1]) * 1000)) : Infinity,
        deletes: groups.every((group) => group.some((condition) => mayPermit(condition, "delpay"))),
    };
}

/// Asks for a rune; all that is shown stays.
function ask(reason) {
    sessionStorage.removeItem(kept_as);
    rune = null;
    stopStream();
    badge("stopped");
    byId("enter").hidden = false;
    byId("forget").hidden = true;
    write(byId("enter-reason"), reason);
    write(byId("rune-time"), "");
    notice("");
    byId("rune").focus();
    redrawAll();
}

function enter(text) {
    // People paste the whole link too, or a rune with the quotes of its JSON.
    const found = readRune(
        text
            .replace(/^[^]*#rune=/, "")
            .replace(/[\s"',]/g, "")
            .replace(/%3d/gi, "="),
    );
    if (!found)
        return ask(
            "This is no rune. A rune is what createrune shows: 44 or more letters, digits, - and _. A link to this page has one.",
        );
    rune = found;
    sessionStorage.setItem(kept_as, found.text);
    byId("rune").value = "";
    notice("");
    write(byId("enter-reason"), "");
    byId("enter").hidden = true;
    byId("forget").hidden = false;
    redrawAll();
    showRuneTime();
    stopStream();
    run(connection);
    findSought();
}

/// By this machine's clock. The node has its own, and ends the stream when the time is over.
function showRuneTime() {
    if (!rune) return;
    const minutes = Math.floor((rune.expires - now()) / 60000);
    const wrong = clock_ahead ? `this machine's clock is wrong by ${span(Math.abs(clock_ahead))}` : "";
    write(byId("clock"), wrong);
    write(
        byId("rune-time"),
        minutes === Infinity
            ? ""
            : minutes > 0
              ? `rune good for ${span(minutes * 60000).replace(/ 0 s$/, "")}`
              : "rune expires within a minute",
    );
}

let fragment_hash = ""; // that the search got from the address

/// Takes `rune` and `payment` out of the address's fragment, where no server sees them; the rune does not stay there.
function readFragment() {
    const given = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));
    const secret = given.get("rune");
    const payment = given.get("payment");
    if (secret !== null)
        history.replaceState(null, "", location.pathname + (payment ? `#payment=${encodeURIComponent(payment)}` : ""));
    if (payment === null && fragment_hash && byId("search").value === fragment_hash) {
        byId("search").value = fragment_hash = "";
        searchChanged();
    }
    if (payment !== null && /^[0-9a-f]{64}$/i.test(payment)) {
        fragment_hash = payment.toLowerCase();
        byId("search").value = payment.toLowerCase();
        to_open = payment.toLowerCase();
        for (const entry of by_hash.get(to_open) ?? []) open(entry, true);
        searchChanged();
    }
    return secret;
}

// -------------------------------------------------------------------------------------------------------- requests

/// A failed request. `what`: rune (ask for another one), gone (not found), position (the cursor is refused), later (try again).
class Refused extends Error {
    constructor(what, text) {
        super(text);
        this.what = what;
    }
}

const retried = ["waiting to start, RPC services not available", "routerrpc server shutting down"];

/// What to do about an error of the server, by its code (google.rpc.Code) and text.
function refusal(error, reason) {
    const text = tame(reason || error?.message || "no answer that this page understands", 300);
    if (error?.code === 2 && !retried.includes(error.message)) return new Refused("rune", text);
    if (error?.code === 3) return new Refused("position", text);
    if (error?.code === 5) return new Refused("gone", text);
    return new Refused("later", text);
}

async function request(path, { accept = "application/json", last, method = "GET", signal } = {}) {
    if (!rune) throw new Refused("later", "there is no rune");
    const headers = { Accept: accept, "Grpc-Metadata-Macaroon": rune.text };
    if (last) headers["Last-Event-ID"] = last;
    const abort = new AbortController();
    signal?.addEventListener("abort", () => abort.abort());
    const timer = setTimeout(() => abort.abort(), silence);
    let answer;
    try {
        answer = await fetch(path, {
            method,
            headers,
            signal: abort.signal,
            cache: "no-store",
            credentials: "omit",
            redirect: "error",
        });
    } catch {
        throw new Refused("later", "the server does not answer");
    } finally {
        clearTimeout(timer);
    }
    readClock(answer);
    if (answer.ok) return answer;
    let body = null;
    try {
        body = JSON.parse(await answer.text());
    } catch {
        // Not ours: a proxy's page, perhaps.
    }
    const reason = decodeURIComponent(answer.headers.get("Trackpayments-Reason") ?? "");
    throw refusal(body?.error ?? body, reason);
}

/// Each answer has the node's time, in whole seconds. Small differences are the network's.
function readClock(answer) {
    const ahead = Date.parse(answer.headers.get("Date")) + 500 - Date.now();
    if (!Number.isNaN(ahead)) clock_ahead = Math.abs(ahead) > 10000 ? ahead : 0;
}

async function get(path) {
    const answer = await request(path, { signal: AbortSignal.timeout(answer_time) });
    return answer.json();
}

/// The browser's turn: input, layout, drawing.
const pause = () =>
    new Promise((resume) => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => {
            channel.port1.close();
            resume();
        };
        channel.port2.postMessage(0);
    });
const sleep = (time) => new Promise((resume) => setTimeout(resume, time));

/// The events of a text/event-stream; a comment is an event without data. Ends with Refused("later") if nothing comes for too long.
async function* events(answer, abort) {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "",
        from = 0;
    try {
        for (;;) {
            const timer = setTimeout(() => abort.abort(), silence);
            let next;
            try {
                next = await reader.read();
            } catch {
                throw new Refused("later", "the connection broke");
            } finally {
                clearTimeout(timer);
            }
            if (next.done) return;
            text += next.value;
            heard = now();
            let begin = 0;
            for (let end; (end = text.indexOf("\n\n", Math.max(begin, from))) >= 0; begin = end + 2) {
                const event = {};
                for (const line of text.slice(begin, end).split("\n")) {
                    const [, name, value] = line.match(/^(\w+): ?([^]*)$/) ?? [];
                    if (name) event[name] = value;
                }
                yield event;
            }
            text = text.slice(begin);
            from = Math.max(0, text.length - 1);
        }
    } finally {
        abort.abort();
    }
}

// ---------------------------------------------------------------------------------------------------------- stream

let connection = 0; // grows with each rune: work for an older one stops
let cursor = null; // position in the stream; nothing before the first answer
let begun = false; // what was there at the beginning has been read
let loading = 0; // grows with each beginning
let stream = null; // AbortController of the open one
let live_until = Infinity; // ms: when the page lost the stream

let heard = 0; // ms: when the stream last brought something

/// Ages stand still while nobody knows whether a payment is still in flight.
const lastKnown = () => Math.min(now(), live_until);

function stopStream() {
    connection++;
    stream?.abort();
}

function badge(state) {
    if (state === "live") live_until = Infinity;
    else if (live_until === Infinity) live_until = heard || now();
    byId("badge").dataset.state = state;
    write(byId("badge-text"), state);
}

/// Follows the stream as long as the rune is the same. Connects again after every interruption, from the last cursor.
async function run(mine) {
    let wait = 500;
    let lost = null;
    badge(cursor ? "reconnecting" : "connecting");
    while (mine === connection) {
        const abort = (stream = new AbortController());
        try {
            if (!begun) cursor = null;
            const answer = await request("/v2/router/payments", {
                accept: "text/event-stream",
                last: cursor,
                signal: abort.signal,
            });
            if (mine !== connection) return;
            heard = now();
            const is_other = await readNode(mine);
            if (mine !== connection) return;
            if (is_other) throw new Refused("later", "another node answers at this address");
            if (lost)
                notice(
                    cursor
                        ? `Live again since ${clock(now())}. Nothing is missing: the stream went on where it broke.`
                        : `Live again since ${clock(now())}, loaded anew.`,
                );
            badge("live");
            lost = null;
            wait = 500;
            if (!begun) begin(mine);
            watchTracker(mine, abort.signal);
            await read(mine, answer, abort);
            throw new Refused("later", "the server ended the stream");
        } catch (error) {
            abort.abort();
            if (mine !== connection) return;
            if (!(error instanceof Refused)) console.error(error);
            if (error.what === "rune") return ask(whyRefused(error.message));
            if (error.what === "position" && cursor) begun = false;
            lost ??= clock(heard || now());
            badge("reconnecting");
            notice(`Not live since ${lost}: ${error.message}. Trying again.`);
        }
        await sleep(wait);
        wait = Math.min(5000, wait * 2);
    }
}

/// The stream stays open while the tracker is stopped, and goes on with what was missed. Meanwhile what is shown is old.
async function watchTracker(mine, signal) {
    const abort = new AbortController();
    signal.addEventListener("abort", () => abort.abort());
    let away = "";
    try {
        const answer = await request("/v1/state/subscribe", { accept: "text/event-stream", signal: abort.signal });
        for await (const event of events(answer, abort)) {
            if (mine !== connection || signal.aborted) return;
            if (!event.data || event.event) continue;
            const active = JSON.parse(event.data).state === "SERVER_ACTIVE";
            if (active && away)
                notice(`Live again since ${clock(now())}. Nothing is missing: what was missed comes now.`);
            if (!active) away = clock(now());
            if (!active) notice(`Not live since ${away}: the plugin trackpayments does not run. Waiting for it.`);
            badge(active ? "live" : "reconnecting");
        }
    } catch {
        // The stream of payments notices too.
    }
}

/// lightningd says of a rune whose time is over: `time is greater or equal to …` (common/runes, ccan/rune).
function whyRefused(reason) {
    const why = reason.includes("time is greater")
        ? "The rune has expired"
        : `lightningd does not accept the rune: ${reason.startsWith("verification failed") ? "it is blacklisted, or of another node" : reason}`;
    return `${why}. Make a new link, or enter another rune.${book.size ? " What you see stays." : ""}`;
}

/// An open stream outlives a blacklisted rune for up to an hour; other requests hear of it at once.
function askAgain(error) {
    const again = error.what === "rune" && /blacklist/i.test(error.message);
    if (again) ask(whyRefused(error.message));
    return again;
}

async function read(mine, answer, abort) {
    let until = performance.now() + slice;
    for await (const event of events(answer, abort)) {
        if (mine !== connection) return;
        // The next request is refused with the reason, if it is the rune.
        if (event.event === "error") throw new Refused("later", tame(String(JSON.parse(event.data).message), 300));
        if (event.data) keep(JSON.parse(event.data), true);
        if (event.id) cursor = event.id;
        if (performance.now() > until) {
            await pause();
            until = performance.now() + slice;
        }
    }
}

/// A new beginning: the stream brings what is in flight, and lists bring what has ended.
async function begin(mine) {
    const turn = ++loading;
    const isOver = () => mine !== connection || turn !== loading;
    for (const entry of [...flying]) forget(entry); // they may have ended unseen
    while (!isOver()) {
        try {
            await loadLists(isOver);
            if (isOver()) return;
            begun = true;
            redrawAll();
            return findSought();
        } catch (error) {
            if (error.what === "rune")
                write(
                    byId("lately-note"),
                    `Only payments since this page was opened: the rune does not permit lists (${error.message}).`,
                );
            if (error.what === "rune") {
                begun = true;
                redrawAll();
                return findSought();
            }
            await sleep(2000);
        }
    }
}

async function loadLists(isOver) {
    const since = now() - 86400000;
    let offset = "",
        seen = 0;
    oldest_listed = null;
    while (seen < most_lately) {
        const size = offset ? list_size : list_with_hops;
        const page = await get(
            `/v1/payments?include_incomplete=true&reversed=true&max_payments=${size}${offset}${offset ? "&omit_hops=true" : ""}`,
        );
        if (isOver()) return;
        const newest_first = page.payments.reverse();
        let until = performance.now() + slice;
        for (const payment of newest_first) {
            if (seen++ < list_rows) list(payment);
            else if (is_final(payment)) count(payment); // a stream may have ended it since
            if (performance.now() > until) {
                await pause();
                until = performance.now() + slice;
            }
        }
        const last = newest_first.at(-1);
        if (newest_first.length < size && seen <= list_rows) oldest_listed = 0n;
        if (newest_first.length < size || ms(last.creation_time_ns) < since) break;
        offset = `&index_offset=${page.first_index_offset}`;
    }
    write(byId("lately-note"), seen >= most_lately ? `of the newest ${most_lately.toLocaleString()} payments` : "");
}

let oldest_listed = null; // the payment_index down to which lists were read; 0n: there are no older ones

function list(payment) {
    keep(payment, false);
    oldest_listed = big(payment.payment_index);
}

/// The payments before those that are kept.
async function loadOlder() {
    try {
        const page = await get(
            `/v1/payments?include_incomplete=true&reversed=true&max_payments=${list_with_hops}&index_offset=${oldest_listed}`,
        );
        page.payments.reverse().forEach(list);
        if (page.payments.length < list_with_hops) oldest_listed = 0n;
    } catch (error) {
        if (askAgain(error)) return;
        notice(`Older payments cannot be shown: ${error.message}.`);
    }
}

const hasOlder = () => oldest_listed > 0n && ended.length < most_kept && rune !== null;

let node_id = ""; // of the node whose payments are shown

/// True if another node answers than before, for example through a tunnel: then nothing is kept.
async function readNode(mine) {
    try {
        const info = await get("/v1/getinfo");
        if (mine !== connection) return false;
        const is_other = node_id !== "" && node_id !== info.identity_pubkey;
        if (is_other) empty();
        node_id = info.identity_pubkey;
        write(byId("node-name"), tame(info.alias || short(info.identity_pubkey), 64));
        write(
            byId("node-network"),
            info.chains?.[0]?.network === "mainnet" ? "" : tame(`(${info.chains?.[0]?.network})`, 20),
        );
        return is_other;
    } catch {
        return false; // the name is a courtesy; a rune need not permit getinfo
    }
}

// ------------------------------------------------------------------------------------------------------------- book

const book = new Map(); // payment_index -> entry
const by_hash = new Map(); // payment_hash -> set of entries
let flying = []; // entries in flight, oldest first
let ended = []; // other entries, the last that ended first
let to_open = ""; // a payment hash: open it when it comes

const is_final = (payment) => payment.status !== "IN_FLIGHT";

/// lightningd knows whole seconds; the first attempt of that second says it better.
function beginOf(payment) {
    const created = ms(payment.creation_time_ns);
    const first = payment.htlcs.reduce(
        (least, attempt) => Math.min(least, ms(attempt.attempt_time_ns) || Infinity),
        Infinity,
    );
    return first >= created && first < created + 1000 ? first : created;
}

function endOf(payment) {
    return payment.htlcs.reduce(
        (last, attempt) => Math.max(last, ms(attempt.resolve_time_ns)),
        Math.max(1, ms(payment.creation_time_ns)),
    );
}

/// How far a snapshot is: an answer to a list may be older than a message of the stream, and have no hops.
function progress(payment) {
    const resolved = payment.htlcs.filter((attempt) => attempt.status !== "IN_FLIGHT").length;
    return [
        payment.htlcs.length,
        resolved,
        Number(is_final(payment)),
        payment.htlcs.filter((a) => a.route?.hops.length).length,
    ];
}

function isNewer(one, other) {
    const [a, b] = [progress(one), progress(other)];
    const at = a.findIndex((value, n) => value !== b[n]);
    return at >= 0 && a[at] > b[at];
}

/// The entry of the same payment: its index may change when the tracker restarts, its attempts do not.
function known(payment) {
    const same = book.get(payment.payment_index);
    if (same?.payment.payment_hash === payment.payment_hash) return same;
    const ids = new Set(payment.htlcs.map((attempt) => attempt.attempt_id));
    for (const entry of by_hash.get(payment.payment_hash) ?? [])
        if (entry.payment.htlcs.some((attempt) => ids.has(attempt.attempt_id))) return entry;
    return null;
}

/// After a restart the tracker knows less of old parts than it has published. The page keeps the richer state.
function remember(payment, old) {
    const is_unknown = reasonOf(payment) === "NOT_RECORDED";
    const before = new Map(old.htlcs.map((attempt) => [attempt.attempt_id, attempt]));
    for (const attempt of payment.htlcs) {
        const was = before.get(attempt.attempt_id);
        if (!was) continue;
        if (isUnrecorded(attempt) && was.status === "FAILED") attempt.failure = was.failure;
        for (const time of ["attempt_time_ns", "resolve_time_ns"])
            if (big(attempt[time]) === (big(was[time]) / 1000000000n) * 1000000000n) attempt[time] = was[time];
        if (!attempt.route?.hops.length && was.route?.hops.length) attempt.route = was.route;
    }
    if (is_unknown && old.status === "FAILED") payment.failure_reason = old.failure_reason;
}

function insert(list, entry, before) {
    let low = 0,
        high = list.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (before(list[middle], entry)) low = middle + 1;
        else high = middle;
    }
    list.splice(low, 0, entry);
}

const older = (a, b) => a.index - b.index < 0;
const later = (a, b) => a.end > b.end || (a.end === b.end && a.index > b.index);

function unlist(entry) {
    const list = entry.end ? ended : flying;
    const at = list.indexOf(entry);
    if (at >= 0) list.splice(at, 1);
}

function keep(payment, live) {
    if (typeof payment?.payment_hash !== "string" || !Array.isArray(payment.htlcs)) return null;
    let entry = known(payment);
    if (entry && !live && !isNewer(payment, entry.payment)) return entry;
    if (entry) remember(payment, entry.payment);
    count(payment);
    const end = is_final(payment) ? endOf(payment) : 0;
    if (!entry) {
        entry = { opened: false, shown: 0, version: 0 };
    } else {
        if (entry.payment.payment_index !== payment.payment_index) {
            book.delete(entry.payment.payment_index);
            lately.delete(entry.payment.payment_index);
        }
        if (entry.end === end && entry.index === Number(payment.payment_index)) return update(entry, payment);
        unlist(entry);
    }
    if (book.has(payment.payment_index) && book.get(payment.payment_index) !== entry)
        forget(book.get(payment.payment_index));
    entry.index = Number(payment.payment_index);
    entry.end = end;
    update(entry, payment);
    book.set(payment.payment_index, entry);
    if (!by_hash.has(payment.payment_hash)) by_hash.set(payment.payment_hash, new Set());
    by_hash.get(payment.payment_hash).add(entry);
    if (end) insert(ended, entry, later);
    else insert(flying, entry, older);
    if (to_open === payment.payment_hash) {
        to_open = "";
        open(entry, true);
    }
    if (ended.length > most_kept) {
        const last = ended.findLast((other) => !other.opened);
        if (last && last !== entry) forget(last);
    }
    return entry;
}

function update(entry, payment) {
    entry.payment = payment;
    entry.begin = beginOf(payment);
    entry.what ||= tame(describe(payment), 120);
    entry.version++;
    scheduleDraw();
    return entry;
}

/// As if the page had just been opened.
function empty() {
    for (const entry of [...book.values()]) forget(entry);
    lately.clear();
    lately_changed = true;
    begun = false;
    cursor = oldest_listed = null;
    loading++;
    node_id = "";
    write(byId("node-name"), "");
    write(byId("node-network"), "");
}

function forget(entry) {
    unlist(entry);
    book.delete(entry.payment.payment_index);
    const same = by_hash.get(entry.payment.payment_hash);
    same?.delete(entry);
    if (same?.size === 0) by_hash.delete(entry.payment.payment_hash);
    scheduleDraw();
}

// ------------------------------------------------------------------------------------------------------------- rows

/// What the row of a list shows of one payment.
function makeRow(entry) {
    const parts = {};
    const part = (name, label, tag = "span") => {
        parts[name] = h(tag, { class: name });
        return label ? h("span", {}, h("span", { class: "unseen" }, `${label} `), parts[name]) : parts[name];
    };
    const summary = h(
        "button",
        { type: "button", class: "summary", "aria-expanded": "false", click: () => open(entry, !entry.opened) },
        part("status"),
        part("amount"),
        part("age"),
        part("fee"),
        part("bar"),
        h("span", { class: "text" }, part("what", "", "bdi"), part("reason")),
        part("short"),
    );
    entry.row = h("li", { class: "payment" }, summary);
    entry.parts = { ...parts, summary };
    entry.shown = 0;
}

/// The fee of settled parts, and while it is in flight also what the parts on their way will cost.
function feeOf(payment) {
    return payment.htlcs.reduce(
        (sum, attempt) => (attempt.status === "IN_FLIGHT" ? sum + big(attempt.route?.total_fees_msat ?? "0") : sum),
        big(payment.fee_msat),
    );
}

function feeText(payment) {
    const fee = feeOf(payment),
        value = big(payment.value_msat);
    if (payment.status === "FAILED") return "no fee";
    if (payment.status === "IN_FLIGHT") return fee ? `fee ${money(fee)}` : "";
    return `fee ${money(fee)}${value > 0n ? ` (${((fee * 1000000n) / value).toLocaleString()} ppm)` : ""}`;
}

/// lightningd does not store why a part failed, nor its path. The tracker knows both if it ran then.
const isUnrecorded = (attempt) =>
    attempt.status === "FAILED" &&
    ["UNREADABLE_FAILURE", "UNKNOWN_FAILURE"].includes(attempt.failure?.code) &&
    !attempt.route?.hops.length &&
    !attempt.route?.total_time_lock;
const unrecorded = "lightningd does not store why, and the plugin did not run then";

/// The failure_reason, or NOT_RECORDED: then it says nothing.
function reasonOf(payment) {
    const failed = payment.htlcs.filter((attempt) => attempt.status === "FAILED");
    const nothing = payment.failure_reason === "FAILURE_REASON_ERROR" && failed.length && failed.every(isUnrecorded);
    return nothing ? "NOT_RECORDED" : payment.failure_reason;
}

/// The last failed attempt says best why there was no other.
function reasonText(payment) {
    const failed = payment.htlcs.filter((attempt) => attempt.status === "FAILED");
    const last = failed.length ? failureText(failed.at(-1)) : "";
    if (payment.status === "FAILED") {
        if (reasonOf(payment) === "NOT_RECORDED") return `Reason unknown: ${unrecorded}`;
        const reason = reason_words[payment.failure_reason] ?? tame(String(payment.failure_reason), 60);
        if (payment.failure_reason === "FAILURE_REASON_INCORRECT_PAYMENT_DETAILS") return reason;
        return [reason, last].filter(Boolean).join(". Last attempt: ");
    }
    if (payment.status !== "IN_FLIGHT" || !last) return "";
    const waits = payment.htlcs.every((attempt) => attempt.status === "FAILED") ? "Between attempts. " : "";
    return `${waits}Last failed attempt: ${last}`;
}

function drawBar(bar, payment) {
    const counts = { settled: 0, flying: 0, failed: 0 };
    for (const attempt of payment.htlcs)
        counts[attempt.status === "SUCCEEDED" ? "settled" : attempt.status === "FAILED" ? "failed" : "flying"]++;
    const said = [
        ["settled", "settled"],
        ["flying", "in flight"],
        ["failed", "failed"],
    ].filter(([name]) => counts[name]);
    const key = said.map(([name]) => name + counts[name]).join();
    if (bar.dataset.key === key) return;
    bar.dataset.key = key;
    bar.replaceChildren(
        h(
            "span",
            { class: "unseen" },
            said.length
                ? `attempts: ${said.map(([name, state]) => `${counts[name]} ${state}`).join(", ")}`
                : "no attempt yet",
        ),
    );
    for (const [name, state] of said) {
        const piece = h(
            "span",
            { class: name, "aria-hidden": "true", title: `${counts[name]} ${state}` },
            `${{ settled: "✓", flying: "…", failed: "✗" }[name]} ${counts[name]}`,
        );
        piece.style.flexGrow = String(counts[name]);
        bar.append(piece);
    }
}

function drawAge(entry, at) {
    const age = at - entry.begin;
    write(entry.parts.age, entry.end ? clock(entry.end) : `for ${span(age)}`);
    entry.parts.age.classList.toggle("long", !entry.end && age > long_in_flight);
}

function drawRow(entry, at) {
    if (!entry.row) makeRow(entry);
    if (entry.shown === entry.version) return;
    entry.shown = entry.version;
    const { payment, parts, row } = entry;
    row.dataset.hash = payment.payment_hash;
    row.dataset.index = payment.payment_index;
    row.dataset.status = payment.status;
    write(parts.status, status_words[payment.status] ?? tame(String(payment.status), 20));
    write(parts.amount, money(big(payment.value_msat)));
    write(parts.fee, feeText(payment));
    write(parts.what, entry.what);
    write(parts.reason, reasonText(payment));
    write(parts.short, payment.payment_hash.slice(0, 8));
    drawBar(parts.bar, payment);
    drawAge(entry, at);
    if (entry.opened) drawDetails(entry);
}

// ---------------------------------------------------------------------------------------------------------- details

function open(entry, opened) {
    entry.opened = opened;
    if (!entry.row) makeRow(entry);
    entry.parts.summary.setAttribute("aria-expanded", String(opened));
    if (!opened) {
        entry.details?.root.remove();
        entry.details = null;
    } else {
        drawDetails(entry);
        if (!entry.payment.htlcs.some((attempt) => attempt.route?.hops.length)) loadHops(entry);
    }
    scheduleDraw();
}

/// Lists come without hops, which are most of a payment.
async function loadHops(entry) {
    if (!rune || !entry.payment.htlcs.length) return;
    try {
        const page = await get(
            `/v1/payments?include_incomplete=true&max_payments=1&index_offset=${big(entry.payment.payment_index) - 1n}`,
        );
        const [payment] = page.payments;
        if (payment && known(payment) === entry) keep(payment, false);
    } catch (error) {
        if (error.what !== "rune") notice(`The hops cannot be shown: ${error.message}.`);
    }
}

function fact(list, name, ...children) {
    const value = h("dd", {}, ...children);
    list.append(h("dt", {}, name), value);
    return value;
}

function makeDetails(entry) {
    const hash = entry.payment.payment_hash;
    const facts = h("dl", { class: "facts" });
    const attempts = h("ol", { class: "attempts" });
    const more = h("button", { type: "button", class: "more", hidden: "" });
    const actions = h("div", { class: "actions" });
    const title = h("h3", { class: "unseen" }, "Attempts");
    const root = h("div", { class: "details" }, facts, actions, title, more, attempts);
    entry.row.append(root);
    entry.details = {
        root,
        facts,
        attempts,
        more,
        actions,
        known: new Map(),
        most: attempts_shown,
        bare: false,
        key: "",
    };
    more.addEventListener("click", () => {
        entry.details.most += attempts_shown;
        drawDetails(entry);
    });
    const link = `${location.origin}${location.pathname}#payment=${hash}`;
    actions.append(
        h("a", { class: "own-link", href: `#payment=${hash}` }, "Link to this payment"),
        copyButton("link", link),
    );
}

function drawFacts(entry) {
    const { payment, details } = entry;
    const key = [
        payment.payment_preimage,
        payment.payment_request,
        payment.status,
        payment.failure_reason,
        payment.fee_msat,
        payment.payment_index,
        unit,
        rune?.deletes,
    ].join();
    if (details.key === key) return;
    details.key = key;
    const facts = details.facts;
    const focused = facts.contains(document.activeElement);
    facts.replaceChildren();
    fact(facts, "Hash", h("code", {}, payment.payment_hash), " ", copyButton("payment hash", payment.payment_hash));
    fact(facts, "Amount", money(big(payment.value_msat)));
    if (payment.status !== "FAILED")
        fact(facts, payment.status === "IN_FLIGHT" ? "Fee, if it settles" : "Fee", money(feeOf(payment)));
    fact(facts, "Begun", clock(entry.begin, true));
    if (entry.end) fact(facts, "Ended", `${clock(entry.end, true)}, after ${span(entry.end - entry.begin)}`);
    if (reason_words[reasonOf(payment)]) fact(facts, "Reason", reason_words[reasonOf(payment)]);
    const description = tame(describe(payment), 2000);
    if (description) fact(facts, "Description", h("bdi", {}, description));
    if (payment.payment_request) {
        const request = tame(payment.payment_request, 100);
        fact(facts, "Invoice", h("code", {}, request), " ", copyButton("invoice", payment.payment_request));
    }
    fact(facts, "Index", payment.payment_index);
    if (!no_preimage.test(payment.payment_preimage)) {
        const value = fact(facts, "Preimage");
        const show = () => {
            details.bare = true;
            value.replaceChildren(
                h("code", { class: "preimage" }, payment.payment_preimage),
                " ",
                copyButton("preimage", payment.payment_preimage),
            );
        };
        const button = h("button", { type: "button", class: "show-preimage" }, "Show the preimage");
        button.addEventListener("click", () => {
            show();
            value.querySelector("button").focus();
        });
        value.append(button);
        if (details.bare) show();
    }
    if (focused) entry.parts.summary.focus();
    drawDelete(entry);
}

function drawDelete(entry) {
    const { actions } = entry.details;
    actions.querySelector(".deletion")?.remove();
    if (!entry.end || !rune?.deletes) return;
    const box = h("span", { class: "deletion actions" });
    const first = h("button", { type: "button", class: "delete" }, "Delete…");
    const keepIt = h("button", { type: "button", class: "delete-cancel" }, "Keep it");
    const confirm = h("button", { type: "button", class: "delete-confirm" }, "Delete for ever");
    const question = h(
        "span",
        { role: "group", "aria-label": "Delete?", class: "actions" },
        "Delete all records of this payment hash from the node? Nothing brings them back.",
        keepIt,
        confirm,
    );
    first.addEventListener("click", () => {
        box.replaceChildren(question);
        keepIt.focus();
    });
    keepIt.addEventListener("click", () => {
        box.replaceChildren(first);
        first.focus();
    });
    confirm.addEventListener("click", () => remove(entry.payment.payment_hash));
    box.append(first);
    actions.append(box);
}

async function remove(hash) {
    if (!rune) return;
    const bytes = Uint8Array.from(hash.match(/../g), (pair) => parseInt(pair, 16));
    const drop = (said) => {
        for (const entry of [...(by_hash.get(hash) ?? [])]) {
            lately.delete(entry.payment.payment_index);
            forget(entry);
        }
        notice(said);
        byId("search").focus();
    };
    try {
        await request(`/v1/payment?payment_hash=${encodeURIComponent(base64(bytes))}`, { method: "DELETE" });
        drop("Deleted.");
    } catch (error) {
        if (error.message.includes("payment isn't initiated")) drop("It was deleted already.");
        else notice(`Not deleted: ${error.message}.`);
    }
    redrawAll();
}

function drawDetails(entry) {
    if (!entry.details) makeDetails(entry);
    const { payment, details } = entry;
    drawFacts(entry);
    const from = Math.max(0, payment.htlcs.length - details.most);
    details.more.hidden = from === 0;
    if (from) write(details.more, `Show earlier attempts (${from.toLocaleString()} more)`);
    const wanted = payment.htlcs.slice(from).map((attempt, n) => {
        const key = [
            attempt.status,
            attempt.resolve_time_ns,
            attempt.failure?.code,
            attempt.failure?.failure_source_index,
            attempt.route?.hops.length,
            unit,
            from + n,
        ].join();
        const old = details.known.get(attempt.attempt_id);
        if (old?.key === key) return old.element;
        const element = makeAttempt(attempt, from + n + 1);
        details.known.set(attempt.attempt_id, { key, element });
        return element;
    });
    reconcile(details.attempts, wanted);
    if (!payment.htlcs.length) details.attempts.replaceChildren(h("li", { class: "empty" }, "No attempt was made."));
}

/// "payee", "hop 2 of 3 (02ab…)" or "this node": who reported the failure.
function placeOf(attempt) {
    const at = attempt.failure?.failure_source_index ?? 0,
        hops = attempt.route?.hops ?? [];
    if (attempt.failure?.code === "UNREADABLE_FAILURE") return "";
    if (at === 0) return "this node";
    if (hops.length && at === hops.length) return `the payee (${short(hops[at - 1].pub_key)})`;
    return hops[at - 1] ? `hop ${at} of ${hops.length} (${short(hops[at - 1].pub_key)})` : `hop ${at}`;
}

function failureText(attempt) {
    if (isUnrecorded(attempt)) return `for a reason that nobody knows: ${unrecorded}`;
    const code = String(attempt.failure?.code ?? "");
    const place = placeOf(attempt);
    const sentence = failure_words[code] ?? `code ${tame(code, 60)}`;
    return place ? `at ${place}: ${sentence}` : sentence;
}

function makeAttempt(attempt, number) {
    const route = attempt.route ?? {},
        hops = route.hops ?? [];
    const sent = big(route.total_amt_msat ?? "0"),
        fee = big(route.total_fees_msat ?? "0");
    const begin = ms(attempt.attempt_time_ns),
        end = ms(attempt.resolve_time_ns);
    const head = h(
        "div",
        { class: "head" },
        h("strong", {}, `Attempt ${number}`),
        h(
            "span",
            { class: "status" },
            { IN_FLIGHT: "in flight", SUCCEEDED: "settled", FAILED: "failed" }[attempt.status] ?? "",
        ),
        h("span", {}, `${money(sent - fee)} + fee ${money(fee)}`),
        h("span", {}, end ? `${clock(begin, true)}, took ${span(end - begin)}` : `since ${clock(begin, true)}`),
    );
    const element = h("li", { class: "attempt", "data-id": attempt.attempt_id, "data-status": attempt.status }, head);
    if (attempt.status === "FAILED")
        element.append(
            h(
                "p",
                { class: "failure" },
                `Failed ${failureText(attempt)} `,
                h("code", {}, `(${tame(String(attempt.failure?.code ?? "unknown"), 60)})`),
            ),
        );
    if (attempt.status === "IN_FLIGHT")
        element.append(
            h("p", { class: "hint" }, "On its way. This node learns where it was only when it settles or fails."),
        );
    if (hops.length) element.append(makePath(attempt, route, hops));
    return element;
}

function makePath(attempt, route, hops) {
    const code = attempt.failure?.code;
    const failed_at =
        attempt.status === "FAILED" && code !== "UNREADABLE_FAILURE"
            ? (attempt.failure?.failure_source_index ?? 0)
            : -1;
    const mark = () => h("div", { class: "mark" }, "✗ failed here");
    const path = h("ol", { class: "path", "aria-label": "Path" });
    path.append(
        h(
            "li",
            { class: failed_at === 0 ? "hop failed" : "hop", "data-position": "0" },
            h("div", { class: "place" }, "this node", ...(failed_at === 0 ? [mark()] : [])),
        ),
    );
    hops.forEach((hop, n) => {
        const position = n + 1;
        const unreached = failed_at >= 0 && position > failed_at;
        const blamed = position === failed_at + 1 && blames_channel.has(code);
        const amount = big(n === 0 ? (route.total_amt_msat ?? "0") : (hops[n - 1].amt_to_forward_msat ?? "0"));
        const fee = big(hop.fee_msat ?? "0");
        const channel = h(
            "div",
            { class: `channel${blamed ? " failed" : unreached ? "" : " passed"}` },
            h("div", {}, channelName(hop.chan_id) || "blinded"),
            ...(amount > 0n ? [h("div", {}, money(amount))] : []),
        );
        const key = tame(hop.pub_key, 66);
        const place = h(
            "div",
            { class: "place" },
            h("code", { title: key }, short(key)),
            " ",
            copyButton("node key", key),
            h("div", {}, position === hops.length ? "payee" : fee > 0n ? `fee ${money(fee)}` : "no fee"),
            ...(position === failed_at ? [mark()] : []),
        );
        const names = ["hop", position === failed_at ? "failed" : "", unreached ? "unreached" : ""].filter(Boolean);
        path.append(h("li", { class: names.join(" "), "data-position": String(position) }, channel, place));
    });
    return path;
}

// ------------------------------------------------------------------------------------------------------------ lists

let sought = "";
let filter = "all";
const lists = {
    now: { at: 0, rows: 25, shown: [], next: "now-next", previous: "now-previous", empty: "Nothing is in flight." },
    ended: {
        at: 0,
        rows: 50,
        shown: [],
        next: "ended-older",
        previous: "ended-newer",
        empty: "Nothing has ended yet.",
    },
};

const is_narrowed = () => sought !== "" || filter !== "all";

function isWanted(entry) {
    if (filter !== "all" && entry.payment.status !== filter) return false;
    if (!sought) return true;
    return entry.payment.payment_hash.includes(sought) || entry.what.toLowerCase().includes(sought);
}

/// Makes the list's children exactly these, and moves as few of them as it can.
function reconcile(list, rows) {
    const wanted = new Set(rows);
    for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
    rows.forEach((row, n) => {
        if (list.children[n] !== row) list.insertBefore(row, list.children[n] ?? null);
    });
}

/// While somebody reads the list, it keeps its order.
function isHeld(name) {
    const list = byId(`${name}-list`);
    return (
        name === "ended" &&
        (list.matches(":hover") ||
            list.querySelector(":focus-visible") ||
            lists.ended.shown.some((entry) => entry.opened))
    );
}

function drawEmpty(element, text) {
    if (element.children.length === 1 && element.firstChild.className === "empty") write(element.firstChild, text);
    else element.replaceChildren(h("li", { class: "empty" }, text));
}

function drawList(name, all, moved) {
    const list = lists[name];
    const some = is_narrowed() ? all.filter(isWanted) : all;
    list.at = Math.max(0, Math.min(list.at, Math.floor((some.length - 1) / list.rows) * list.rows));
    let page = some.slice(list.at, list.at + list.rows);
    let unseen = 0;
    if (!moved && list.shown.length && isHeld(name)) {
        const members = new Set(some);
        const held = list.shown.filter((entry) => members.has(entry));
        const shown = new Set(held);
        const arrived = page.filter((entry) => !shown.has(entry) && entry.opened);
        unseen = held.length ? some.indexOf(held[0]) - list.at : 0;
        page = [...arrived, ...held].slice(0, list.rows);
    }
    const element = byId(`${name}-list`);
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    const at = lastKnown();
    page = page.filter((entry) => entry.row || made++ < rows_a_draw);
    for (const entry of page) drawRow(entry, at);
    if (page.length)
        reconcile(
            element,
            page.map((entry) => entry.row),
        );
    else
        drawEmpty(
            element,
            is_narrowed() ? `None of the ${plural(all.length, "payment")} that this page has fits.` : list.empty,
        );
    if (focused && focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
    for (const entry of list.shown)
        if (!entry.opened && entry.row && !entry.row.isConnected) entry.row = entry.parts = null;
    list.shown = page;
    byId(list.next).hidden = list.at + list.rows >= some.length && (name === "now" || !hasOlder());
    byId(list.previous).hidden = list.at === 0;
    if (name === "ended") {
        byId("ended-new").hidden = unseen <= 0;
        const failed = some
            .slice(list.at, list.at + Math.max(0, unseen))
            .filter((entry) => entry.payment.status === "FAILED");
        if (unseen > 0)
            write(
                byId("ended-new"),
                `Show ${plural(unseen, "newer payment")}${failed.length ? `, ${failed.length} failed` : ""}`,
            );
        byId("ended-new").classList.toggle("alarm", failed.length > 0);
    }
    return some.length;
}

let made = 0; // rows, by one drawing
let drawn = 0; // when
let draw_timer = 0;
let forced = false;

function scheduleDraw() {
    draw_timer ||= setTimeout(draw, Math.max(0, drawn + draw_every - Date.now()));
}

/// Draws everything anew, for example in another unit.
function redrawAll() {
    for (const entry of book.values()) entry.version++;
    forced = true;
    scheduleDraw();
}

async function turn(name, pages) {
    const wanted = lists[name].at + pages * lists[name].rows;
    const fits = is_narrowed() ? ended.filter(isWanted).length : ended.length;
    if (name === "ended" && wanted >= fits && hasOlder()) await loadOlder();
    lists[name].at = pages ? lists[name].at + pages * lists[name].rows : 0;
    forced = true;
    scheduleDraw();
}

function draw() {
    clearTimeout(draw_timer);
    draw_timer = made = 0;
    const here = book.get(document.activeElement?.closest?.(".payment")?.dataset.index);
    const now_fits = drawList("now", flying, forced);
    const ended_fits = drawList("ended", ended, forced);
    forced = made > rows_a_draw; // the others come next, so that no task is long
    if (forced) draw_timer = setTimeout(draw, 0);
    for (const name of ["now", "ended"]) byId(`${name}-list`).setAttribute("aria-busy", String(forced));
    // The row with the focus may have gone from one list to the other.
    if (here?.row?.isConnected && document.activeElement === document.body)
        here.parts.summary.focus({ preventScroll: true });
    const long = flying.filter((entry) => lastKnown() - entry.begin > long_in_flight).length;
    write(
        byId("now-count"),
        `${is_narrowed() ? `${now_fits} of ` : ""}${plural(flying.length, "payment")}${long ? `, ${long} for over a minute` : ""}, oldest first`,
    );
    const some = !ended.length || (oldest_listed === 0n && ended.length < most_kept) ? "" : "the newest ";
    write(
        byId("ended-count"),
        `${is_narrowed() ? `${ended_fits} of ` : ""}${some}${plural(ended.length, "payment")}, newest first`,
    );
    const title = `${flying.length ? `(${flying.length}) ` : ""}Payments${byId("node-name").textContent ? ` of ${byId("node-name").textContent}` : ""}`;
    if (document.title !== title) document.title = title;
    for (const name of ["lately", "tools", "now", "ended", "unit"]) byId(name).hidden = !rune && book.size === 0;
    drawLately();
    drawn = Date.now();
}

/// Each second: only what time alone changes.
function tick() {
    showRuneTime();
    const at = lastKnown();
    for (const entry of lists.now.shown) if (entry.parts) drawAge(entry, at);
    if (flying.length || Date.now() - lately_drawn > 10000) scheduleDraw();
}

// ---------------------------------------------------------------------------------------------------------- search

let searches = 0;
let search_notice = ""; // the last that a search wrote

function searchChanged() {
    sought = byId("search").value.trim().toLowerCase();
    filter = byId("filter").value;
    lists.now.at = lists.ended.at = 0;
    forced = true;
    scheduleDraw();
    searches++;
    if (byId("notice").textContent === search_notice) notice("");
    findSought();
}

/// Asks for the payment that is sought, if this page does not keep it.
function findSought() {
    if (rune && begun && /^[0-9a-f]{64}$/.test(sought) && !by_hash.has(sought)) lookUp(sought, searches);
}

/// A payment that this page does not keep: LND's TrackPaymentV2 has it.
async function lookUp(hash, mine) {
    const bytes = Uint8Array.from(hash.match(/../g), (pair) => parseInt(pair, 16));
    const name = base64(bytes).replaceAll("+", "-").replaceAll("/", "_");
    const abort = new AbortController();
    try {
        const answer = await request(`/v2/router/track/${name}`, { accept: "text/event-stream", signal: abort.signal });
        for await (const event of events(answer, abort)) {
            if (!event.data || event.event) continue;
            keep(JSON.parse(event.data), false);
            break;
        }
    } catch (error) {
        if (mine !== searches || askAgain(error)) return;
        search_notice =
            error.what === "gone" ? "The node has no payment with this hash." : `The search failed: ${error.message}.`;
        notice(search_notice);
    }
}

// ---------------------------------------------------------------------------------------------------------- lately

const lately = new Map(); // payment_index -> {end, ok, took, reason}
const periods = { hour: { length: 3600000, buckets: 12 }, day: { length: 86400000, buckets: 24 } };
let period = "hour";
let lately_drawn = 0;
let lately_changed = true;

function count(payment) {
    lately_changed = true;
    if (!is_final(payment)) {
        lately.delete(payment.payment_index);
        return;
    }
    const end = endOf(payment);
    if (now() - end > periods.day.length) return;
    lately.set(payment.payment_index, {
        end,
        ok: payment.status === "SUCCEEDED",
        took: end - beginOf(payment),
        reason: reasonOf(payment),
    });
    if (lately.size > 2 * most_lately) dropOldest();
}

function dropOldest() {
    const sorted = [...lately].sort(([, a], [, b]) => b.end - a.end);
    for (const [index] of sorted.slice(most_lately)) lately.delete(index);
}

function figure(id, title, value, said, drawing) {
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", said);
    byId(id).replaceChildren(h("figcaption", {}, `${title}: `, h("strong", {}, value)), drawing);
}

const percent = (part, all) =>
    `${((100 * part) / all).toLocaleString(undefined, { maximumFractionDigits: part === all ? 0 : 1 })} %`;

function drawRate(all, at) {
    const { length, buckets } = periods[period];
    const columns = Array.from({ length: buckets }, () => ({ good: 0, bad: 0 }));
    for (const one of all)
        columns[Math.min(buckets - 1, Math.max(0, buckets - 1 - Math.floor(((at - one.end) * buckets) / length)))][
            one.ok ? "good" : "bad"
        ]++;
    const top = Math.max(1, ...columns.map(({ good, bad }) => good + bad));
    const width = 280 / buckets;
    const drawing = svg("svg", { viewBox: "0 0 280 112" });
    columns.forEach(({ good, bad }, n) => {
        const [up, down] = [(good * 90) / top, (bad * 90) / top];
        const title = `${good} succeeded, ${bad} failed`;
        drawing.append(
            svg(
                "g",
                {},
                svg("title", {}, title),
                svg("rect", { class: "good", x: n * width + 1, y: 94 - up, width: width - 2, height: up }),
                svg("rect", { class: "bad", x: n * width + 1, y: 94 - up - down, width: width - 2, height: down }),
            ),
        );
    });
    drawing.append(
        svg("line", { class: "axis", x1: 0, x2: 280, y1: 94.5, y2: 94.5 }),
        svg("text", { x: 0, y: 108 }, period === "hour" ? "60 min ago" : "24 h ago"),
        svg("text", { x: 280, y: 108, "text-anchor": "end" }, "now"),
        svg("text", { x: 0, y: 10 }, top > 1 || all.length ? String(top) : ""),
    );
    const good = all.filter((one) => one.ok).length;
    const value = all.length
        ? `${percent(good, all.length)} (${good.toLocaleString()} of ${all.length.toLocaleString()})`
        : "no payment ended";
    figure("chart-rate", "Succeeded", value, `Succeeded: ${value}`, drawing);
}

const steps = [
    [1000, "1 s"],
    [3000, "3 s"],
    [10000, "10 s"],
    [30000, "30 s"],
    [60000, "1 min"],
    [Infinity, "more"],
];

function drawTimes(all) {
    const times = all
        .filter((one) => one.ok)
        .map((one) => one.took)
        .sort((a, b) => a - b);
    const counts = steps.map(() => 0);
    for (const time of times) counts[steps.findIndex(([limit]) => time <= limit)]++;
    const top = Math.max(1, ...counts);
    const drawing = svg("svg", { viewBox: "0 0 280 112" });
    const width = 280 / steps.length;
    counts.forEach((number, n) => {
        const up = (number * 76) / top;
        drawing.append(
            svg("rect", { class: "plain", x: n * width + 4, y: 94 - up, width: width - 8, height: up }),
            svg(
                "text",
                { x: (n + 0.5) * width, y: 90 - up, "text-anchor": "middle" },
                number ? number.toLocaleString() : "",
            ),
            svg(
                "text",
                { x: (n + 0.5) * width, y: 108, "text-anchor": "middle" },
                n < steps.length - 1 ? `≤ ${steps[n][1]}` : "more",
            ),
        );
    });
    drawing.append(svg("line", { class: "axis", x1: 0, x2: 280, y1: 94.5, y2: 94.5 }));
    const at = (share) => span(times[Math.min(times.length - 1, Math.floor(times.length * share))] || 1000);
    const value = times.length ? `half within ${at(0.5)}, 95 % within ${at(0.95)}` : "nothing settled";
    figure("chart-time", "Time to settle", value, `Time to settle: ${value}`, drawing);
}

function drawReasons(all) {
    const counts = new Map();
    for (const one of all) if (!one.ok) counts.set(one.reason, (counts.get(one.reason) ?? 0) + 1);
    const sorted = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 5);
    const names = {
        FAILURE_REASON_INCORRECT_PAYMENT_DETAILS: "refused by the payee",
        FAILURE_REASON_NO_ROUTE: "no route left",
        FAILURE_REASON_TIMEOUT: "time ran out",
        FAILURE_REASON_INSUFFICIENT_BALANCE: "not enough balance",
        FAILURE_REASON_ERROR: "error on this node",
        FAILURE_REASON_CANCELED: "cancelled",
        FAILURE_REASON_NONE: "no reason given",
        NOT_RECORDED: "reason unknown",
    };
    const name = (reason) => names[reason] ?? tame(String(reason), 30);
    const drawing = svg("svg", { viewBox: "0 0 280 112" });
    const failed = [...counts.values()].reduce((sum, number) => sum + number, 0);
    sorted.forEach(([reason, number], n) => {
        const y = n * 22;
        drawing.append(
            svg("text", { x: 0, y: y + 14 }, name(reason)),
            svg("rect", {
                class: "bad",
                x: 130,
                y: y + 4,
                width: Math.max(2, (number * 110) / sorted[0][1]),
                height: 13,
            }),
            svg("text", { x: 136 + Math.max(2, (number * 110) / sorted[0][1]), y: y + 14 }, number.toLocaleString()),
        );
    });
    const said = sorted.map(([reason, number]) => `${name(reason)} ${number}`).join(", ");
    figure(
        "chart-reasons",
        "Failed",
        failed ? failed.toLocaleString() : "none",
        `Failed: ${failed || "none"}${said ? `: ${said}` : ""}`,
        drawing,
    );
}

function drawLately() {
    if (Date.now() - lately_drawn < (lately_changed ? 1000 : 10000)) return;
    lately_drawn = Date.now();
    lately_changed = false;
    const at = now();
    for (const [index, one] of lately) if (at - one.end > periods.day.length) lately.delete(index);
    if (lately.size > most_lately) dropOldest();
    const all = [...lately.values()].filter((one) => at - one.end <= periods[period].length);
    byId("charts").hidden = lately.size === 0;
    byId("lately-none").hidden = lately.size > 0;
    drawRate(all, at);
    drawTimes(all);
    drawReasons(all);
}

function choosePeriod(name) {
    period = name;
    for (const one of ["hour", "day"]) byId(`lately-${one}`).setAttribute("aria-pressed", String(one === name));
    lately_drawn = 0;
    scheduleDraw();
}

// ----------------------------------------------------------------------------------------------------------- begin

byId("enter-form").addEventListener("submit", (event) => {
    event.preventDefault();
    enter(byId("rune").value);
});
byId("forget").addEventListener("click", () => {
    empty();
    ask("The rune is forgotten.");
});
byId("unit").addEventListener("click", () => {
    const other = unit;
    unit = unit === "sat" ? "msat" : "sat";
    set(byId("unit"), { "data-unit": unit, "aria-label": `Amounts in ${unit}. Show ${other}` });
    write(byId("unit"), unit);
    redrawAll();
});
byId("search").addEventListener("input", searchChanged);
byId("filter").addEventListener("change", searchChanged);
byId("now-next").addEventListener("click", () => turn("now", 1));
byId("now-previous").addEventListener("click", () => turn("now", -1));
byId("ended-older").addEventListener("click", () => turn("ended", 1));
byId("ended-newer").addEventListener("click", () => turn("ended", -1));
byId("ended-new").addEventListener("click", () => turn("ended", 0));
for (const name of ["hour", "day"]) byId(`lately-${name}`).addEventListener("click", () => choosePeriod(name));
window.addEventListener("hashchange", () => {
    const given = readFragment();
    if (given !== null) enter(given);
});
setInterval(tick, 1000);

const given = readFragment() ?? sessionStorage.getItem(kept_as);
if (given) enter(given);
else ask("");
