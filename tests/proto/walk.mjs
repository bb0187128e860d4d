// Checks payments against LND's descriptor. `run` beside it calls this with PROTO_MODULES, the folder npm installed into.
//   node walk.mjs FILE|FOLDER…   a .json file is one document, any other has one a line; of a folder its *.jsonl
//   node walk.mjs                one document a line on stdin
//   node walk.mjs --batches      the same again and again: an empty line ends a batch, and each is answered by itself
// Every complaint is a line with the place and the JSON path; the last line counts.
// Exit: 0 no complaints, 1 complaints, 2 the check could not be made.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { load } from "./descriptor.mjs";
import { payments_in } from "./input.mjs";
import { walk } from "./message.mjs";
import { round_trip } from "./round_trip.mjs";
import { parse } from "./strict_json.mjs";

const MOST_SHOWN = 100;

function files_of(name) {
  if (!statSync(name).isDirectory()) return [name];
  return readdirSync(name).filter((file) => file.endsWith(".jsonl")).sort().map((file) => join(name, file));
}

async function stdin() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

class Count {
  constructor({ payment, protobuf }) {
    this.type = payment;
    this.protobuf = protobuf;
    this.documents = 0;
    this.payments = 0;
    this.complaints = [];
  }

  document(text, place) {
    this.documents += 1;
    const found = [];
    try {
      for (const { path, value } of payments_in(parse(text), found)) {
        this.payments += 1;
        const before = found.length;
        walk(value, this.type, path, found);
        if (found.length === before) round_trip(value, this.type, this.protobuf, path, found);
      }
    } catch (error) {
      found.push(error.message);
    }
    for (const complaint of found) this.complaints.push(`${place}: ${complaint}`);
  }

  bytes(bytes, name) {
    let text;
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      this.complaints.push(`${name}: not UTF-8`);
      return;
    }
    if (name.endsWith(".json")) return this.document(text, name);
    text.split("\n").forEach((line, number) => line.trim() === "" || this.document(line, `${name}:${number + 1}`));
  }

  // Input on stdin. Messages that are all deletions are fine; no input at all means that the writer is broken.
  piped(bytes) {
    this.bytes(bytes, "stdin");
    if (this.documents === 0) this.complaints.push("stdin: no input");
  }

  answer() {
    for (const complaint of this.complaints.slice(0, MOST_SHOWN)) console.log(complaint);
    if (this.complaints.length > MOST_SHOWN) console.log(`… and ${this.complaints.length - MOST_SHOWN} more`);
    console.log(`${this.payments} payments, ${this.complaints.length} complaints`);
    return this.complaints.length === 0 ? 0 : 1;
  }
}

// One process for many batches: starting it and reading the protos costs more than walking most of them.
async function batches(descriptor) {
  let lines = [];
  let code = 0;
  for await (const line of createInterface({ input: process.stdin.setEncoding("latin1"), crlfDelay: Infinity })) {
    if (line !== "") {
      lines.push(line);
      continue;
    }
    const count = new Count(descriptor);
    count.piped(Buffer.from(lines.join("\n"), "latin1"));
    code |= count.answer();
    lines = [];
  }
  return code;
}

async function main(names) {
  const descriptor = load(process.env.PROTO_MODULES);
  if (names[0] === "--batches") return batches(descriptor);
  const count = new Count(descriptor);
  if (names.length === 0) {
    count.piped(await stdin());
  } else {
    for (const file of names.flatMap(files_of)) count.bytes(readFileSync(file), file);
    if (count.payments === 0) count.complaints.push(`${names.join(", ")}: no payment there`);
  }
  return count.answer();
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`tests/proto: ${error.message}`);
  process.exitCode = 2;
}
