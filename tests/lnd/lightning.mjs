// The npm package `lightning`, the library under ln-service.
//   lightning.mjs payments     events of subscribeToPayments, one a line, until it is killed
//   lightning.mjs past HASH…   for each: an answer of getPayment, then the events of subscribeToPastPayment
//   lightning.mjs wallet       an answer of getWalletInfo

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.LND_PACKAGES, "package.json"));
const { authenticatedLndGrpc, getPayment, getWalletInfo, subscribeToPastPayment, subscribeToPayments } = require("lightning");

const file = (name) => readFileSync(join(process.env.LND_DIR, name)).toString("base64");
const { lnd } = authenticatedLndGrpc({
  cert: file("tls.cert"),
  macaroon: file("data/chain/bitcoin/regtest/readonly.macaroon"),
  socket: process.env.LND_ADDRESS,
});

const print = (...line) => console.log(JSON.stringify(line));
const [what, ...hashes] = process.argv.slice(2);

function past(id) {
  return new Promise((resolve) => {
    const subscription = subscribeToPastPayment({ id, lnd });
    for (const event of ["confirmed", "failed", "paying"]) subscription.on(event, (data) => print("past", id, event, data));
    subscription.on("error", (error) => print("past", id, "error", error));
    subscription.on("end", () => (print("past", id, "end"), resolve()));
  });
}

if (what === "payments") {
  const subscription = subscribeToPayments({ lnd });
  for (const event of ["confirmed", "failed", "paying", "routing_failure"]) subscription.on(event, (data) => print(event, data));
  subscription.on("error", (error) => print("error", error));
}
if (what === "past") {
  for (const id of hashes) {
    print("get", id, await getPayment({ id, lnd }).catch((error) => ({ error })));
    await past(id);
  }
  process.exit();
}
if (what === "wallet") {
  print(await getWalletInfo({ lnd }));
  process.exit();
}
