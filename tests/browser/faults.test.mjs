// The faults of the table in docs/SPEC.md that a browser must stand, one by one: real Chromium, the
// real server, and a line between them that fails when it is told to.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Counter, copyProfile, pause } from "./support/chaos/counter.mjs";
import { Crowd } from "./support/chaos/crowd.mjs";
import { Dice } from "./support/chaos/dice.mjs";
import { discard, letNewShellIn } from "./support/chaos/hazards.mjs";
import { ledgers } from "./support/chaos/ledger.mjs";
import { Line, MISHAPS } from "./support/chaos/line.mjs";
import { eventually } from "./support/eventually.mjs";
import { enrolmentCode, PIN, setUp } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";
import { forgetMarks, holdWrites, watchStorage } from "./support/storage.mjs";

const DAY_MS = 86_400_000;
const crowd = new Crowd(3000);
const dice = new Dice(1);
const counters = [];
let server, operator, folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "faults-"));
  server = await Server.start("--empty");
  operator = await setUp(server);
});

after(async () => {
  for (const { kiosk, line } of counters) {
    await kiosk?.close().catch(() => {});
    line.close();
  }
  await server.end();
  rmSync(folder, { recursive: true, force: true });
});

/** A counter of its own for one test, enrolled. */
async function fresh(own = {}) {
  const line = await Line.open(server.counter);
  const counter = new Counter({ name: `counter-${counters.length}`, folder, line, crowd, dice, ...own });
  counters.push(counter);
  await counter.start();
  await counter.enrol(await enrolmentCode(operator, "express6"));
  return counter;
}

/** How often the server has counted this citizen. */
const times = async ({ pattern }) => (await ledgers(server.data)).counted.filter((counted) => counted === pattern).length;
/** Each of them is counted so often. */
async function areCounted(citizens, wanted = 1) {
  for (const citizen of citizens) {
    assert.equal(await times(citizen), wanted, `${citizen.pattern} counted`);
  }
}
const isForked = async (device) => (await ledgers(server.data)).forked.has(device);

/** In the page: a wall clock that can be set by `window.skew`; the monotonic one goes on. */
function skewClock() {
  const now = Date.now;
  window.skew = 0;
  Date.now = () => now() + window.skew;
}

/** A citizen whose answers stand and who is about to press "Gửi". */
async function answered(counter) {
  const citizen = await counter.seat();
  await counter.answer(citizen);
  return citizen;
}

// Each has a counter of its own, and most of its time goes by in waiting: three at once.
describe("faults", { concurrency: 3 }, () => {
  test("b2_a_storage_that_forgets_between_two_pages_is_not_enrolled", async () => {
    const line = await Line.open(server.counter);
    const counter = new Counter({ name: "forgetful", folder, line, crowd, dice, before: forgetMarks });
    counters.push(counter);
    const enrolments = () => line.paths.filter((path) => path === "/v1/enrol").length;
    await counter.start();
    const code = await enrolmentCode(operator, "express6");
    await counter.kiosk.page.getByLabel("Nhập mã đăng ký máy").fill(code);
    await counter.kiosk.press("Đăng ký máy");
    await counter.kiosk.sees("Trình duyệt không giữ được dữ liệu.");
    assert.equal(enrolments(), 0, "the code is not spent");
    // Somebody mended it, and loads the page.
    await counter.kiosk.page.evaluate(() => localStorage.setItem("honest", "1"));
    await counter.kiosk.page.reload();
    await counter.kiosk.enrol(code);
    assert.equal(enrolments(), 1);
    await counter.close();
  });

  test("o2_killed_before_the_write_completes_nobody_is_thanked_and_nothing_is_sent", async () => {
    const counter = await fresh({ before: holdWrites });
    const citizen = await answered(counter);
    await counter.kiosk.page.evaluate(() => (window.holdsWritesTo = "outbox"));
    await counter.send(citizen);
    await counter.kiosk.sees("Đang lưu…");
    await eventually(() => counter.kiosk.page.evaluate(() => sessionStorage.getItem("isHeld")), "yes");
    assert.equal(citizen.thanks, 0);
    await counter.killAndStart();
    assert.equal(await counter.waiting(), 0);
    assert.equal(await counter.waiting("parcels"), 0);
    await counter.drain();
    await areCounted([citizen], 0);
    await counter.close();
  });

  test("o2_killed_after_the_write_completes_it_is_sent_later_and_once", async () => {
    const counter = await fresh({ before: watchStorage });
    await counter.kiosk.context.setOffline(true);
    const citizen = await answered(counter);
    // The disk has it; the page has not heard so yet.
    await counter.kiosk.page.evaluate(() => (window.storage.completesLate = 60_000));
    await counter.send(citizen);
    await eventually(() => counter.waiting(), 1);
    await counter.killAndStart();
    await counter.drain();
    assert.equal(citizen.thanks, 0);
    await areCounted([citizen]);
    await counter.close();
  });

  test("o4_killed_between_the_reply_and_its_settling_it_is_already_counted", async () => {
    const counter = await fresh({ before: holdWrites });
    const citizen = await answered(counter);
    await counter.kiosk.page.evaluate(() => (window.holdsWritesTo = "settled"));
    const replied = counter.meeting(async (upload) => upload.give(await upload.forward()));
    await counter.send(citizen);
    await counter.thanks(citizen);
    assert.ok(await replied);
    await eventually(() => counter.kiosk.page.evaluate(() => sessionStorage.getItem("isHeld")), "yes");
    await counter.killAndStart();
    await counter.drain();
    const [first, ...later] = counter.line.verdicts;
    assert.equal(first, "counted");
    assert.deepEqual([...new Set(later)], ["already"]);
    await areCounted([citizen]);
    await counter.close();
  });

  test("w5_a_portal_page_or_a_cut_or_foreign_reply_settles_nothing", async () => {
    const counter = await fresh();
    const citizens = [];
    for (const mishap of ["portal page", "portal page after the server", "portal redirect", "reply cut", "another batch's reply"]) {
      counter.line.always(MISHAPS[mishap]);
      const met = counter.line.uploads.length;
      citizens.push(await counter.serve());
      await eventually(() => counter.line.uploads.length > met, true);
      await pause(300);
      assert.equal(await counter.waiting(), citizens.length, mishap);
    }
    await counter.drain();
    await areCounted(citizens);
    await counter.close();
  });

  test("o15_a_disk_that_is_full_keeps_the_answers_on_the_screen_and_nothing_half", { timeout: 120_000 }, async () => {
    const counter = await fresh();
    const devtools = await counter.devtools();
    const quota = (quotaSize) => devtools.send("Storage.overrideQuotaForOrigin", { origin: counter.line.origin, quotaSize });
    const citizen = await counter.seat();
    await quota(1000);
    // The browser remembers for half a minute how much room there was; the citizen answers meanwhile.
    await Promise.all([pause(31_000), counter.answer(citizen)]);
    await counter.send(citizen);
    await counter.kiosk.sees("Chưa lưu được.");
    assert.equal(citizen.thanks, 0);
    assert.equal(await counter.waiting(), 0);
    assert.equal(await counter.waiting("parcels"), 0);
    await quota();
    await counter.kiosk.press("Thử lại");
    await counter.thanks(citizen);
    await counter.drain();
    await areCounted([citizen]);
    await counter.close();
  });

  test("o2_a_tab_that_is_frozen_or_left_goes_on_and_one_that_is_discarded_begins_anew", async () => {
    const counter = await fresh();
    const frozen = await answered(counter);
    const devtools = await counter.devtools();
    for (const state of ["frozen", "active"]) {
      await devtools.send("Page.setWebLifecycleState", { state });
      await pause(1000);
    }
    await counter.send(frozen);
    await counter.thanks(frozen);

    const away = await answered(counter);
    // A page that has just asked something is not kept by the browser.
    await eventually(() => counter.line.underWay, 0);
    await counter.kiosk.page.goto("about:blank");
    await pause(500);
    await counter.kiosk.page.goBack({ waitUntil: "commit" });
    await counter.kiosk.page.getByRole("textbox").waitFor();
    await counter.send(away);
    await counter.thanks(away);

    await counter.drain();
    await counter.kiosk.context.setOffline(true);
    const kept = await counter.serve();
    const gone = await answered(counter);
    await discard(counter);
    await counter.kiosk.attract();
    assert.equal(await counter.waiting(), 1);
    await counter.drain();
    await areCounted([frozen, away, kept]);
    await areCounted([gone], 0);
    await counter.close();
  });

  test("u2_an_update_in_the_middle_of_a_survey_waits_for_its_end", async () => {
    const counter = await fresh();
    const build = () => counter.kiosk.page.evaluate(() => fetch("/").then((page) => page.text()).then((text) => text.match(/<!-- build (\d+) -->/)?.[1]));
    assert.equal(await build(), undefined);
    const citizen = await answered(counter);
    await counter.kiosk.page.evaluate(() => (window.isTheSamePage = true));
    counter.line.build = 1;
    await counter.kiosk.page.evaluate(letNewShellIn);
    await pause(1000);
    assert.ok(await counter.kiosk.page.evaluate(() => window.isTheSamePage), "the page was loaded afresh");
    await counter.send(citizen);
    await counter.thanks(citizen);
    await counter.kiosk.attract();
    assert.equal(await build(), "1");
    await counter.drain();
    await areCounted([citizen]);
    await counter.close();
  });

  test("b4_an_upgrade_that_is_aborted_or_blocked_leaves_the_old_data_readable", async () => {
    const counter = await fresh();
    await counter.kiosk.context.setOffline(true);
    const waiting = await counter.serve();
    const aborted = await answered(counter);
    const other = await counter.kiosk.tab("/enrol");
    await other.page.getByLabel("Nhập mã đăng ký máy").waitFor();
    /** Opens the next version and gives the upgrade up. */
    const upgrade = () =>
      other.page.evaluate(async () => {
        const [{ version }] = (await indexedDB.databases()).filter(({ name }) => name === "hai-long");
        const request = indexedDB.open("hai-long", version + 1);
        request.onupgradeneeded = () => request.transaction.abort();
        window.upgraded = new Promise((go) => (request.onerror = go));
      });
    await upgrade();
    await other.page.evaluate(() => window.upgraded.then(() => {}));
    await counter.kiosk.page.bringToFront();
    await counter.send(aborted);
    await counter.thanks(aborted);

    const blocked = await answered(counter);
    await other.page.evaluate(
      () =>
        new Promise((go) => {
          const request = indexedDB.open("hai-long");
          // A page that does not give way.
          request.onsuccess = () => go((window.blocker = request.result) && undefined);
        }),
    );
    await upgrade();
    await counter.kiosk.page.bringToFront();
    await counter.send(blocked);
    await pause(1000);
    assert.equal(blocked.thanks, 0, "thanked while nothing could be written");
    await other.page.evaluate(() => window.blocker.close());
    await counter.thanks(blocked);
    await other.page.close();
    assert.equal(await counter.waiting(), 3);
    await counter.drain();
    await areCounted([waiting, aborted, blocked]);
    await counter.close();
  });

  test("b6_a_store_that_is_corrupt_is_told_and_costs_only_what_was_not_sent", async () => {
    const counter = await fresh();
    const sent = await counter.serve();
    await counter.drain();
    const { epoch, device } = counter.line.uploads.at(-1);
    await counter.kiosk.context.setOffline(true);
    const unsent = await counter.serve();
    await counter.kill();
    const store = readdirSync(counter.profile, { recursive: true }).filter((file) => /IndexedDB.*\.(log|ldb)$|IndexedDB.*MANIFEST/.test(file));
    assert.ok(store.length > 1, "no store to break");
    for (const file of store) writeFileSync(join(counter.profile, file), Buffer.alloc(4096, 0xa5));
    await counter.start();
    // Neither a survey without a place to keep it, nor silence: it must be enrolled again.
    await counter.kiosk.page.getByLabel("Nhập mã đăng ký máy").waitFor();
    assert.equal(await counter.kiosk.button("Chạm để bắt đầu").count(), 0);
    await counter.enrol(await enrolmentCode(operator, "express6"));
    const anew = await counter.serve();
    await counter.drain();
    const last = counter.line.uploads.at(-1);
    assert.ok(last.epoch !== epoch && last.device !== device, "the server is not told");
    await areCounted([sent, anew]);
    await areCounted([unsent], 0);
    await counter.close();
  });

  test("t1_t2_t3_a_clock_or_zone_that_is_wrong_or_jumps_in_a_survey_moves_no_answer", async () => {
    const counter = await fresh({ before: skewClock, options: { timezoneId: "America/Los_Angeles" } });
    const today = () => new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
    const [day, people] = [today(), []];
    for (const days of [0, 1, -1, 366, -366]) {
      const citizen = await answered(counter);
      await counter.kiosk.page.evaluate((skew) => (window.skew = skew), days * DAY_MS);
      await counter.send(citizen);
      await counter.thanks(citizen);
      people.push(citizen);
    }
    await counter.drain();
    const { days } = await ledgers(server.data);
    for (const { pattern } of people) assert.ok([day, today()].includes(days.get(pattern)), `${pattern} on ${days.get(pattern)}`);
    await areCounted(people);
    await counter.close();
  });

  test("w7_a_copied_profile_counts_once_and_is_flagged", async () => {
    const counter = await fresh();
    await counter.kiosk.context.setOffline(true);
    const shared = await counter.serve();
    await counter.kill();
    const copy = counter.copy("copy");
    counters.push(copy);
    await copy.start();
    const there = await copy.serve();
    await copy.drain();
    const { device } = counter.line.uploads.at(-1);
    assert.equal(await isForked(device), false);
    await counter.start();
    const here = await counter.serve();
    await counter.drain();
    await areCounted([shared, there, here]);
    assert.equal(await isForked(device), true);
    await copy.close();
    await counter.close();
  });

  test("w7_an_old_backup_of_a_device_counts_once_and_is_flagged", async () => {
    const counter = await fresh();
    await counter.kiosk.context.setOffline(true);
    const before = await counter.serve();
    await counter.kill();
    const backup = join(folder, "backup");
    copyProfile(counter.profile, backup);
    await counter.start();
    const since = await counter.serve();
    await counter.drain();
    const { device } = counter.line.uploads.at(-1);
    assert.equal(await isForked(device), false);
    await counter.kill();
    copyProfile(backup, counter.profile);
    await counter.start();
    const again = await counter.serve();
    await counter.drain();
    await areCounted([before, since, again]);
    assert.equal(await isForked(device), true);
    await counter.close();
  });

  test("o5_a_reply_that_never_comes_is_given_up_and_a_pause_that_is_asked_for_is_kept", { timeout: 120_000 }, async () => {
    const counter = await fresh();
    const sendings = [];
    const note = (meet) => (upload) => (sendings.push(performance.now()), meet(upload));
    // The server has it, and its answer never arrives; then it asks for eight seconds, by a date; then it hears.
    const inEightSeconds = () => new Date(Date.now() + 8000).toUTCString();
    const busy = (upload) => upload.give({ status: 429, headers: { "retry-after": inEightSeconds() }, body: "{}" });
    const pass = async (upload) => upload.give(await upload.forward());
    const meets = [(upload) => upload.forward().then(() => {}), busy];
    counter.line.always(note((upload) => (meets.shift() ?? pass)(upload)));
    await counter.kiosk.context.setOffline(true);
    const citizen = await counter.serve();
    // At rest: a page that loads itself anew would give up sooner.
    await counter.home();
    await counter.kiosk.context.setOffline(false);
    await eventually(() => counter.waiting(), 0, 60_000);
    assert.equal(sendings.length, 3);
    const [hung, held] = [sendings[1] - sendings[0], sendings[2] - sendings[1]];
    assert.ok(hung > 24_000, `given up after ${Math.round(hung)} ms`);
    // A date has no parts of a second.
    assert.ok(held > 6500, `asked for eight seconds, came after ${Math.round(held)} ms`);
    await areCounted([citizen]);
    await counter.close();
  });

  test("o5_us5_staff_read_what_the_server_answers_and_what_to_do", { timeout: 120_000 }, async () => {
    const counter = await fresh();
    const words = { 401: "Cần đăng ký lại máy này.", 404: "Địa chỉ này không phải máy chủ khảo sát." };
    const citizens = [];
    for (const [status, said] of Object.entries(words)) {
      counter.line.always((upload) => upload.give({ status: Number(status), body: "{}" }));
      citizens.push(await counter.serve());
      await counter.kiosk.staff(PIN);
      await counter.kiosk.press("Gửi ngay");
      await counter.kiosk.sees(said);
    }
    assert.equal(await counter.waiting(), 2, "nothing goes for a word of refusal");
    await counter.drain();
    await areCounted(citizens);
    await counter.close();
  });
});
