// `cargo xtask bench counter`, its second half: a counter that has worked for long. What its page holds after
// many surveys in a row, and how long a citizen waits where ten thousand answers wait to be sent. Prints each
// row as JSON; asserts nothing.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kiosk, launch } from "./support/kiosk.mjs";
import { Sample } from "./support/sample.mjs";

const SURVEYS = Number(process.env.SURVEYS ?? 500);
const WAITING = Number(process.env.WAITING ?? 10_000);
const TIMES = 8;
const PIN = "2580";
const TAPS = [/mức 4 trên 5/, /mức 4 trên 5/, /mức 4 trên 5/, /mức 4 trên 5/, "Việc khác", "Chưa từng/ Không có"];
/** The page's clock goes forward by so much instead of waiting: longer than a screen is deaf, and than thanks stand. */
const DEAF_MS = 450;
const THANKS_MS = 8_000;

/** In the page: one record that waits, so many times more, each under an id of its own. What was sent before stands
 * in the same stores and is left alone. */
async function multiply(count) {
  const done = (request) => new Promise((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = () => reject(request.error))));
  const [{ name }] = await indexedDB.databases();
  const database = await done(indexedDB.open(name));
  const ids = Array.from({ length: count }, () => crypto.randomUUID());
  const places = [...database.objectStoreNames].map((store) => [store, (mode) => database.transaction([store], mode)]);
  let waiting;
  for (const [store, open] of places) {
    const values = await done(open("readonly").objectStore(store).getAll());
    waiting ??= values.find((value) => value?.hash && value.bytes && value.unit && !value.aside)?.id;
  }
  for (const [store, open] of places) {
    const transaction = open("readwrite");
    const place = transaction.objectStore(store);
    const value = waiting && (await done(place.get(waiting)));
    if (value?.hash) for (const id of ids) place.keyPath ? place.put({ ...value, id }) : place.put({ ...value, id }, id);
    await new Promise((resolve, reject) => ((transaction.oncomplete = resolve), (transaction.onabort = () => reject(transaction.error))));
  }
  database.close();
}

const sample = await Sample.start();
const profile = mkdtempSync(join(tmpdir(), "bench-"));
try {
  const first = await Kiosk.open(sample.counter, profile, { path: "/enrol" });
  await first.enrol(await sample.code());
  await first.isInstalled();
  await first.close();
  await endure();
  await queue();
} finally {
  await sample.end();
  rmSync(profile, { recursive: true, force: true });
}

function say(what, value, unit) {
  console.log(JSON.stringify({ what, value, unit }));
}

function median(times) {
  return times.toSorted((a, b) => a - b)[times.length >> 1];
}

/** Survey after survey in one browser. The clock of the page is moved on where a person would wait. */
async function endure() {
  const context = await launch(profile);
  const kiosk = new Kiosk(context, sample.counter);
  await context.clock.install();
  kiosk.page = context.pages()[0] ?? (await context.newPage());
  await kiosk.page.goto(`${kiosk.origin}/`);
  const control = await context.newCDPSession(kiosk.page);
  await control.send("Performance.enable");
  const system = await context.browser()?.newBrowserCDPSession();
  const marks = new Set([1, Math.ceil(SURVEYS / 10), Math.ceil(SURVEYS / 2), SURVEYS]);
  for (let run = 1; run <= SURVEYS; run += 1) {
    for (const name of ["Chạm để bắt đầu", "Tiếp tục", ...TAPS, "Gửi"]) {
      const button = kiosk.button(name).first();
      await button.waitFor();
      await kiosk.page.clock.fastForward(DEAF_MS);
      await button.click();
    }
    await kiosk.sees("Cảm ơn Ông/Bà! Ý kiến đã được lưu.");
    await kiosk.page.clock.fastForward(THANKS_MS);
    await kiosk.attract();
    if (marks.has(run)) await weigh(control, system, run);
  }
  await context.close();
}

async function weigh(control, system, run) {
  await control.send("HeapProfiler.collectGarbage");
  const { metrics } = await control.send("Performance.getMetrics");
  const of = (name) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  say(`JavaScript's heap after ${run} surveys in a row`, of("JSHeapUsedSize") / 2 ** 20, "MB");
  say(`nodes of the page after ${run} surveys in a row`, of("Nodes"), "");
  const processes = system ? (await system.send("SystemInfo.getProcessInfo")).processInfo : [];
  const resident = ({ id }) => Number(readFileSync(`/proc/${id}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]) / 1024;
  const renderers = processes.filter(({ type }) => type === "renderer").map(resident);
  if (renderers.length > 0) say(`largest page process after ${run} surveys in a row`, Math.max(...renderers), "MB");
}

/** How long a citizen and a member of staff wait on a device where very many answers wait. */
async function queue() {
  const filling = new Kiosk(await launch(profile), sample.counter);
  await filling.context.setOffline(true);
  filling.page = await filling.context.newPage();
  await filling.page.goto(`${filling.origin}/`);
  await filling.express([4, 4, 4, 4]);
  await filling.send();
  await filling.attract();
  for (const waiting of [1, WAITING]) {
    if (waiting > 1) await filling.page.evaluate(multiply, waiting - 1);
    const [taps, thanks, starts] = [[], [], []];
    for (let run = 0; run < TIMES; run += 1) {
      starts.push(await timed(() => filling.page.goto(`${filling.origin}/`).then(() => filling.attract())));
      await filling.express([4, 4, 4, 4]);
      await filling.page.waitForTimeout(DEAF_MS);
      const send = filling.button("Gửi");
      thanks.push(await timed(() => send.click().then(() => filling.sees("Cảm ơn Ông/Bà! Ý kiến đã được lưu."))));
      await filling.attract();
    }
    const told = await timed(() => filling.waiting(PIN).then((seen) => taps.push(seen)));
    say(`page loaded again to the attract screen, ${waiting} waiting`, median(starts), "ms");
    say(`last tap to the thanks, ${waiting} waiting`, median(thanks), "ms");
    say(`staff's PIN to the count of ${taps[0]} waiting`, told, "ms");
    await filling.page.goto(`${filling.origin}/`);
    await filling.attract();
  }
  await filling.close();
}

async function timed(what) {
  const begun = performance.now();
  await what();
  return performance.now() - begun;
}
