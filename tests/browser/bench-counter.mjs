// `cargo xtask bench counter`: how long a citizen waits, in the shipped page on a device of its own, at
// full speed and with the page's processor slowed four times; and in the same browser, what one bare
// strict write costs that does nothing else. Prints each row as JSON; asserts nothing.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kiosk, launch } from "./support/kiosk.mjs";
import { Sample } from "./support/sample.mjs";

const SETTLED_MS = 450;
const STARTS = 12;
const SURVEYS = 8;
const WRITES = 60;
const SLOWED = [1, 4];
/** What the form of the sample's kiosk asks, in its order. */
const TAPS = [/mức 4 trên 5/, /mức 4 trên 5/, /mức 4 trên 5/, /mức 4 trên 5/, "Việc khác", "Chưa từng/ Không có"];

/** In the page, before its program: when a heading of the screen was painted, by the page's own clock. */
function watchScreens() {
  window.painted = [];
  window.touched = 0;
  addEventListener("click", (event) => (window.touched = event.timeStamp), true);
  const look = () => {
    const heading = document.querySelector("#heading")?.textContent;
    if (!heading || heading === window.stands) return;
    window.stands = heading;
    // The frame that shows it is being made; the message comes when it is done.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.painted.push({ heading, at: performance.now(), touched: window.touched });
      port2.postMessage(0);
    });
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}

/** In the page: milliseconds of each bare strict write of a record's size, in a database of its own. */
async function bareWrites(count) {
  const done = (request) => new Promise((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = () => reject(request.error))));
  const opening = indexedDB.open("bench");
  opening.onupgradeneeded = () => opening.result.createObjectStore("bare");
  const database = await done(opening);
  const record = { id: crypto.randomUUID(), body: "x".repeat(500) };
  const times = [];
  for (let at = 0; at < count; at += 1) {
    const begun = performance.now();
    const transaction = database.transaction(["bare"], "readwrite", { durability: "strict" });
    transaction.objectStore("bare").put(record, String(at));
    await new Promise((resolve) => (transaction.oncomplete = resolve));
    times.push(performance.now() - begun);
  }
  database.close();
  indexedDB.deleteDatabase("bench");
  return times;
}

const sample = await Sample.start();
const profile = mkdtempSync(join(tmpdir(), "bench-"));
const page = join(profile, "bare.html");
writeFileSync(page, "<!doctype html><meta charset=utf-8><title>.</title><h1 id=heading>Chạm để bắt đầu</h1>");
const bare = `file://${page}`;
try {
  const first = await Kiosk.open(sample.counter, profile, { path: "/enrol" });
  await first.enrol(await sample.code());
  await first.isInstalled();
  await first.close();
  for (const slowed of SLOWED) {
    say("cold start of a page that is one heading, from a file", slowed, await coldStarts(slowed, bare));
    say("cold offline start to the attract screen", slowed, await coldStarts(slowed));
    const { taps, thanks, writes } = await surveys(slowed);
    say("tap to the next question, painted", slowed, taps);
    say("last tap to the thanks, painted", slowed, thanks);
    say("one bare strict IndexedDB write", slowed, writes);
  }
} finally {
  await sample.end();
  rmSync(profile, { recursive: true, force: true });
}

function say(what, slowed, times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  console.log(JSON.stringify({ what, slowed, n: sorted.length, median: at(0.5), p95: at(0.95) }));
}

/** Each start in a new browser process, with the network cut. */
async function coldStarts(slowed, address = undefined) {
  const times = [];
  for (let run = 0; run < STARTS; run += 1) {
    const kiosk = await open(slowed, address);
    times.push(await shown(kiosk.page, 0).then(({ at }) => at));
    await kiosk.close();
  }
  return times;
}

async function surveys(slowed) {
  const kiosk = await open(slowed);
  const { page } = kiosk;
  const [taps, thanks] = [[], []];
  for (let run = 0; run < SURVEYS; run += 1) {
    await kiosk.attract();
    await tap(kiosk, "Chạm để bắt đầu");
    await tap(kiosk, "Tiếp tục");
    for (const name of TAPS) taps.push(await tap(kiosk, name));
    thanks.push(await tap(kiosk, "Gửi", /^Cảm ơn/));
    await kiosk.attract();
    // After the thanks the page is a new one.
    await shown(page, 0);
  }
  const writes = await page.evaluate(bareWrites, WRITES);
  await kiosk.close();
  return { taps, thanks, writes };
}

/** A new browser process on the device's storage, without a network, its page's processor slowed. */
async function open(slowed, address = `${new URL(sample.counter).origin}/`) {
  const kiosk = new Kiosk(await launch(profile), sample.counter);
  await kiosk.context.setOffline(true);
  kiosk.page = await kiosk.context.newPage();
  const control = await kiosk.context.newCDPSession(kiosk.page);
  await control.send("Emulation.setCPUThrottlingRate", { rate: slowed });
  await kiosk.page.addInitScript(watchScreens);
  await kiosk.page.goto(address);
  return kiosk;
}

/** The screen number `at` of this page load, or the first with these words, once it is painted. */
async function shown(page, at, words = undefined) {
  const find = ([at, words]) => {
    const from = window.painted?.slice(at) ?? [];
    return from.find(({ heading }) => (words ? heading.match(words) : !/^Đang/.test(heading)));
  };
  const handle = await page.waitForFunction(find, [at, words?.source], { polling: 50 });
  return handle.jsonValue();
}

/** Presses and waits for the next screen; milliseconds from the touch to its paint. */
async function tap(kiosk, name, words = undefined) {
  const button = kiosk.button(name);
  await button.waitFor();
  await kiosk.page.waitForTimeout(SETTLED_MS);
  const before = await kiosk.page.evaluate(() => window.painted.length);
  await button.click();
  const { at, touched } = await shown(kiosk.page, before, words);
  return at - touched;
}
