// Checks the bytes that `wire` makes of the goldens: protobufjs decodes them with LND's protos, and must find the values of the JSON.
//   node wire.mjs WIRE FOLDER
// Exit: 0 no complaints, 1 complaints. `run` beside it calls this with PROTO_MODULES.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "./descriptor.mjs";
import { payments_in } from "./input.mjs";
import { read_back } from "./round_trip.mjs";
import { parse } from "./strict_json.mjs";

const [wire, folder] = process.argv.slice(2);
const { payment, protobuf } = load(process.env.PROTO_MODULES);
const complaints = [];
let count = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith(".jsonl")).sort()) {
  const text = readFileSync(join(folder, file), "utf8");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const bytes = execFileSync(wire, { input: lines.join("\n") + "\n", encoding: "utf8", maxBuffer: 2 ** 30 }).split("\n");
  lines.forEach((line, number) => {
    const place = `${file}:${number + 1}`;
    for (const { path, value } of payments_in(parse(line), complaints)) {
      count += 1;
      read_back(Buffer.from(bytes[number], "hex"), value, payment, protobuf, `${place}: ${path}`, complaints);
    }
  });
}
for (const complaint of complaints.slice(0, 100)) console.log(complaint);
console.log(`${count} payments, ${complaints.length} complaints`);
process.exit(complaints.length === 0 && count > 0 ? 0 : 1);
