// The main job, end to end, with real parts: a kiosk without a network, a killed browser, the real
// server, a second client that speaks the wire, and the manager's page with figures summed by hand.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { outward, pooled, vietnamese } from "./support/by-hand.mjs";
import { Kiosk } from "./support/kiosk.mjs";
import { Manager } from "./support/manager.mjs";
import { COMMUNE, MANAGER, OPERATOR, PIN, enrolmentCode, setClock, setUp } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";
import { Device, record } from "./support/wire.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The positions of the five factors' items in sipas2022. */
const FACTORS = [[0, 4], [4, 8], [8, 13], [13, 16], [16, 19]];
const COLLECT = ["Nhận kết quả", "Đã từng/ Có"];
const SUBMIT = ["Nộp hồ sơ", "Chưa từng/ Không có"];

/** Twelve citizens at the kiosk; each third one collected a result and had given feedback. */
const AT_KIOSK = Array.from({ length: 12 }, (_, person) => citizen(person, person % 3 === 0, person % 3 === 0));
/** Twenty-four through another device; two thirds collected, half had given feedback. */
const BY_WIRE = Array.from({ length: 24 }, (_, person) => citizen(person + 5, person % 3 !== 0, person % 2 === 0));

function citizen(seed, collects, petitions) {
  const level = (item) => ((seed * 7 + item * item * 3) % 11 === 0 ? 0 : 1 + ((seed * 5 + item * 3 + (seed * item) % 7) % 5));
  return Array.from({ length: 19 }, (_, item) => (item >= 16 ? petitions : item < 13 || collects) ? level(item) : null);
}

/** Levels given, without what was skipped or not asked. */
const given = (answers, [from, to] = [0, 19]) => answers.slice(from, to).map((level) => (level === 0 ? null : level));

let server, operator, profile;

before(async () => {
  server = await Server.start("--empty");
  operator = await setUp(server);
  profile = mkdtempSync(join(tmpdir(), "kiosk-"));
});

after(async () => {
  await server.end();
  rmSync(profile, { recursive: true, force: true });
});

/** The day's release: the clock moves past the next five o'clock in the morning at UTC+7. */
async function release(days) {
  const now = Date.now() + days * DAY;
  const midnight = Math.floor((now + 7 * HOUR) / DAY) * DAY - 7 * HOUR;
  await operator.must("POST", "/v1/session", OPERATOR);
  await setClock(operator, midnight + DAY + 6 * HOUR);
  await operator.must("POST", "/v1/session", OPERATOR);
}

async function eventually(fact, wanted, ms = 30_000) {
  let found;
  for (const until = Date.now() + ms; Date.now() < until; await new Promise((go) => setTimeout(go, 200))) {
    found = await fact();
    if (found === wanted) return;
  }
  assert.equal(found, wanted);
}

const live = (session) => session.must("GET", `/v1/units/${COMMUNE.id}/live`);

test("uk8_twelve_answers_without_a_network_outlive_a_killed_browser", { timeout: 600_000 }, async () => {
  let kiosk = await Kiosk.open(server.counter, profile);
  await kiosk.enrol(await enrolmentCode(operator));
  await kiosk.isInstalled();
  await kiosk.context.setOffline(true);
  await kiosk.reload();
  for (const [person, answers] of AT_KIOSK.entries()) {
    await kiosk.answer(answers, person % 3 === 0 ? COLLECT : SUBMIT, person === 4 ? "Ghế ngồi hơi ít." : "");
  }
  await kiosk.kill(profile);
  kiosk = await Kiosk.open(server.counter, profile, { isOffline: true });
  await kiosk.attract();
  assert.equal(await kiosk.waiting(PIN), 12);

  const uploads = [];
  kiosk.page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/batches")) uploads.push(request);
  });
  await kiosk.context.setOffline(false);
  await eventually(() => kiosk.waiting(PIN), 0, 60_000);

  // The same bytes once more, from outside and all at once: nothing changes.
  const records = [];
  await Promise.all(
    uploads.flatMap((upload) => {
      const body = upload.postData();
      const headers = { "content-type": "application/json", "x-device-signature": upload.headers()["x-device-signature"] };
      return Array.from({ length: 8 }, async () => {
        const reply = await fetch(upload.url(), { method: "POST", headers, body });
        assert.equal(reply.status, 200);
        records.push(...(await reply.json()).verdicts.map(({ verdict }) => verdict));
      });
    }),
  );
  assert.ok(records.length >= 8 * 12, `${records.length} verdicts`);
  assert.deepEqual([...new Set(records)], ["already"]);
  await kiosk.close();
});

test("um2_um4_twelve_people_show_an_interval_and_no_score", { timeout: 120_000 }, async () => {
  await release(0);
  const manager = await Manager.signIn(server.manager, MANAGER);
  await manager.choose(COMMUNE.name.vi);
  // Four were asked about results and petitions: these join the sums when ten were asked (P5).
  const { n, index, ...limits } = pooled(AT_KIOSK.map((answers) => given(answers, [0, 13])));
  assert.equal(n, 12);
  const { low, high } = outward(limits);
  await manager.page.getByText(/Khoảng tin cậy 95/).first().waitFor();
  const words = await manager.words();
  assert.match(words, /% hài lòng \(mức 4\+5\), gộp câu trả lời/);
  assert.match(words, new RegExp(`${low / 100}.{0,6}–.{0,6}${high / 100}`));
  assert.match(words, /\b12\b/);
  assert.ok(!words.includes(vietnamese(index)), "a score of twelve people is shown");
  await manager.close();
});

test("um2_thirty_six_people_show_what_was_summed_by_hand", { timeout: 120_000 }, async () => {
  await operator.must("POST", "/v1/session", OPERATOR);
  const device = await Device.enrol(server.counter, await enrolmentCode(operator));
  assert.equal(device.enrolled.status, 200);
  const form = JSON.parse(device.config.form);
  const items = form.factors.flatMap((factor) => factor.items.map((item) => item.id));
  const day = new Date(device.enrolled.body.now + 7 * HOUR).toISOString().slice(0, 10);
  const formIds = JSON.parse(readFileSync(new URL("../vectors/forms.lock", import.meta.url), "utf8"));
  const records = BY_WIRE.map((answers, person) =>
    record({
      form: formIds.sipas2022,
      unit: device.config.unit, field: "ho-tich", class: "kiosk", channel: "counter", mode: "self",
      day, day_q: "wall", dur: 4, demo: {},
      filters: { f_stage: person % 3 !== 0 ? "collect" : "submit", f_pakn: person % 2 === 0 ? "yes" : "no" },
      answers: Object.fromEntries(items.map((id, item) => [id, answers[item] ?? 6])),
    }),
  );
  const first = await device.post(records);
  assert.equal(first.status, 200);
  assert.deepEqual([...new Set(first.body.verdicts.map(({ verdict }) => verdict))], ["counted"]);
  const again = await Promise.all([1, 2, 3, 4].map(() => device.post(records)));
  for (const reply of again) assert.deepEqual([...new Set(reply.body.verdicts.map(({ verdict }) => verdict))], ["already"]);

  await release(1);
  const manager = await Manager.signIn(server.manager, MANAGER);
  await manager.choose(COMMUNE.name.vi);
  const everybody = [...AT_KIOSK, ...BY_WIRE];
  const whole = pooled(everybody.map((answers) => given(answers)));
  assert.equal(whole.n, 36);
  await manager.page.getByText(vietnamese(whole.index)).first().waitFor();
  const words = await manager.words();
  assert.match(words, /\b36\b/);
  for (const share of [whole.index, whole.low, whole.high]) assert.ok(words.includes(vietnamese(share)), `${share} in ${words}`);
  for (const factor of FACTORS) {
    const figure = pooled(everybody.map((answers) => given(answers, factor)));
    if (figure.n >= 30) {
      for (const share of [figure.index, figure.low, figure.high]) assert.ok(words.includes(vietnamese(share)), `factor ${factor}: ${share}`);
    } else {
      const { low, high } = outward(figure);
      assert.match(words, new RegExp(`${low / 100}.{0,6}–.{0,6}${high / 100}`), `factor ${factor}`);
    }
  }
  await manager.close();
});
