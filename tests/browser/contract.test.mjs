// The store's contract on the IndexedDB of a real browser, and what other releases of this program left
// in it or will find there: rules B4, B5, B7, O15, U5 of docs/SPEC.md.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { FLAGS } from "./support/kiosk.mjs";

const ROOT = new URL("../..", import.meta.url).pathname;
/** Written by `cargo xtask build --contract`. */
const FOLDER = process.env.CONTRACT ?? join(ROOT, "target/xtask/contract");
/** What the first release's database held after the life that `#write` of app/examples/store.rs tells. */
const FIRST = JSON.parse(readFileSync(join(ROOT, "tests/vectors/store/v1.json"), "utf8"));

const PAGE = `<!doctype html><html><script type="module">
  import start from "/store.js";
  start({ module_or_path: "/store.wasm" });
</script></html>`;

let server, origin, browser, context, page;

before(async () => {
  const files = {
    "/": ["text/html", PAGE],
    "/empty": ["text/html", "<!doctype html>"],
    "/store.js": ["text/javascript", readFileSync(join(FOLDER, "store.js"))],
    "/store.wasm": ["application/wasm", readFileSync(join(FOLDER, "store.wasm"))],
  };
  server = createServer(({ url }, response) => {
    const [type, bytes] = files[url] ?? ["text/plain", ""];
    response.writeHead(files[url] ? 200 : 404, { "content-type": type }).end(bytes);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** A device that has never been here. */
beforeEach(async () => {
  await context?.close();
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(`${origin}/empty`);
});

/** Does what the fragment says, and returns what came of it. */
async function outcome(fragment = "") {
  await page.goto(`${origin}/empty`);
  await page.goto(`${origin}/#${fragment}`);
  const said = page.locator("html[data-contract]");
  await said.waitFor({ timeout: 60_000 });
  return said.getAttribute("data-contract");
}

/** Everything in the database, but the key that nobody can read out. */
const dump = () =>
  page.evaluate(async () => {
    const answer = (request) => new Promise((go, no) => Object.assign(request, { onsuccess: () => go(request.result), onerror: no }));
    const database = await answer(indexedDB.open("kept"));
    const all = {};
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      const [keys, values] = [await answer(rows.getAllKeys()), await answer(rows.getAll())];
      all[store] = Object.fromEntries(keys.map((key, at) => [key, values[at]]));
    }
    database.close();
    return all;
  });

/** Fills a database as another release would have left it. */
const fill = (stores, version) =>
  page.evaluate(
    async ([stores, version]) => {
      const key = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
      await new Promise((go, no) => {
        const request = indexedDB.open("kept", version);
        request.onerror = no;
        request.onupgradeneeded = () => {
          for (const [store, rows] of Object.entries(stores)) {
            const made = request.result.createObjectStore(store);
            for (const [name, value] of Object.entries(rows)) made.put(value, name);
          }
          request.transaction.objectStore("facts").put(key, "key");
        };
        request.onsuccess = () => {
          request.result.close();
          go();
        };
      });
    },
    [stores, version],
  );

/** What the life that `#write` tells leaves for a reader: of three records one waits, one is aside. */
const READ = [
  "enrolled 05050505-0505-4505-8505-050505050505 06060606060606060606060606060606",
  "config {}",
  "field dat-dai",
  "server 1795400000000 silent 1795400060000",
  "pin 5 1795400000000",
  "key true next batch 2",
  "01010101-0101-4101-8101-010101010101 33.test 2026-11-23 aside 0 intact",
  "03030303-0303-4303-8303-030303030303 33.test 2026-11-23 aside 1795400000000 intact",
  "restored 1",
  "01010101-0101-4101-8101-010101010101 33.test 2026-11-23 aside 0 intact",
  "02020202-0202-4202-8202-020202020202 33.test 2026-11-23 aside 0 intact",
  "03030303-0303-4303-8303-030303030303 33.test 2026-11-23 aside 1795400000000 intact",
];

test("b7_indexed_db_keeps_the_promises_of_a_store", { timeout: 120_000 }, async () => {
  assert.equal(await outcome(), "kept");
});

test("b7_a_full_storage_says_so_and_keeps_what_it_kept", { timeout: 120_000 }, async () => {
  const control = await context.newCDPSession(page);
  await control.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 3_000_000 });
  const said = await outcome("full");
  const [, kept, waiting] = said.match(/^Full after (\d+), waiting Ok\((\d+)\)$/) ?? assert.fail(said);
  assert.equal(waiting, kept);
  assert.ok(Number(kept) > 2, said);
});

test("u5_this_release_reads_what_the_first_one_left", async () => {
  await fill(FIRST, 1);
  assert.deepEqual((await outcome("read")).split("\n"), READ);
});

test("u5_this_release_reads_what_a_later_one_left", async () => {
  const more = (value) => (typeof value === "object" ? { ...value, later: "unknown" } : value);
  const rows = (all) => Object.fromEntries(Object.entries(all).map(([key, value]) => [key, more(value)]));
  const later = Object.fromEntries(Object.entries(FIRST).map(([store, all]) => [store, rows(all)]));
  await fill({ ...later, "a-later-store": { some: { thing: "new" } } }, 7);
  assert.deepEqual((await outcome("read")).split("\n"), READ);
  const left = await dump();
  assert.equal(left["a-later-store"].some.thing, "new");
  assert.equal(left.facts.own.later, "unknown");
});

test("u5_the_releases_before_find_all_they_read", async () => {
  assert.equal(await outcome("write"), "written");
  const now = await dump();
  for (const [store, rows] of Object.entries(FIRST)) {
    for (const [key, value] of Object.entries(rows)) {
      const found = now[store][key];
      if (typeof value !== "object") assert.equal(found, value, `${store}/${key}`);
      else for (const [member, text] of Object.entries(value)) assert.equal(found[member], text, `${store}/${key}/${member}`);
    }
  }
});

test("b5_a_missing_store_is_added_and_nothing_is_lost", async () => {
  const { settled, ...older } = FIRST;
  assert.equal(Object.keys(settled).length, 1);
  await fill(older, 1);
  const lines = READ.filter((line) => !line.startsWith("02020202")).map((line) => line.replace("restored 1", "restored 0"));
  assert.deepEqual((await outcome("read")).split("\n"), lines);
  assert.deepEqual(Object.keys(await dump()).sort(), ["facts", "outbox", "parcels", "settled"]);
});
