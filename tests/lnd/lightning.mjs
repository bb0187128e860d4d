// The npm package `lightning`, the library under ln-service.
//   lightning.mjs payments     events of subscribeToPayments, one a line, until it is killed
//   lightning.mjs past HASH…   for each: an answer of getPayment, then the events of subscribeToPastPayment
//   lightning.mjs wallet       an answer of getWalletInfo
//   lightning.mjs lists LIMIT  the pages of getPayments, getFailedPayments and getPendingPayments, a line each
//   lightning.mjs delete MACAROON HASH…   for each: the end of deletePayment

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.LND_PACKAGES, "package.json"));
const methods = require("lightning");
const { authenticatedLndGrpc, deletePayment, getPayment, getWalletInfo, subscribeToPastPayment, subscribeToPayments } = methods;

const file = (name) => readFileSync(join(process.env.LND_DIR, name)).toString("base64");
const connect = (macaroon) => authenticatedLndGrpc({ cert: file("tls.cert"), macaroon, socket: process.env.LND_ADDRESS }).lnd;
const lnd = connect(file("data/chain/bitcoin/regtest/readonly.macaroon"));

const print = (...line) => console.log(JSON.stringify(line));
// process.exit() drops what a full pipe has not taken yet.
const leave = () => process.stdout.write("", () => process.exit());
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
  leave();
}
if (what === "lists") {
  for (const method of ["getPayments", "getFailedPayments", "getPendingPayments"]) {
    let page = { next: undefined };
    do {
      page = await methods[method](page.next ? { lnd, token: page.next } : { lnd, limit: Number(hashes[0]) });
      print(method, page.payments);
    } while (page.next);
  }
  leave();
}
if (what === "delete") {
  const deleter = connect(hashes.shift());
  for (const id of hashes) {
    await deletePayment({ id, lnd: deleter }).then(() => print("deleted", id), (error) => print("error", error));
  }
  leave();
}
if (what === "wallet") {
  print(await getWalletInfo({ lnd }));
  leave();
}
