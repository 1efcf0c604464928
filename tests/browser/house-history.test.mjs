// What a merger and another agency leave on the screens: the units of before in their heir's figures where that is
// asked for, and who resolved apart from who received.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { eventually } from "./support/eventually.mjs";
import { enter, launch } from "./support/house.mjs";
import { COMMUNE, FORM, OPERATOR, PIN, PROVINCE, setClock, setUp } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";
import { Device, record } from "./support/wire.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HEIR = { ...COMMUNE, id: "33.12001", gso: "12001", name: { vi: "Xã Ân Thi", en: "Ân Thi commune" } };
const AGENCY = { ...COMMUNE, id: "33.so-nnmt", kind: "department", gso: null, name: { vi: "Sở Nông nghiệp và Môi trường", en: "Department of Agriculture and Environment" } };
const READER = { account: "nguoi-doc", password: "mot cau kha dai 7" };
const EXPRESS = JSON.parse(readFileSync(new URL("../vectors/forms.lock", import.meta.url), "utf8")).express6;
const ITEMS = ["x_all", "x_tc", "x_tthc", "x_cc"];

let server, operator, browser, page, now;

before(async () => {
  server = await Server.start("--empty");
  operator = await setUp(server);
  await operator.must("POST", "/v1/units", { units: [HEIR, AGENCY] });
  await operator.must("POST", "/v1/accounts", { ...READER, grants: [{ role: "manager", node: PROVINCE.id }] });
  browser = await launch();
  ({ now } = await operator.must("GET", "/v1/session"));
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  await server?.end();
});

const day = (time) => new Date(time + 7 * HOUR).toISOString().slice(0, 10);

/** So many answers of a device, resolved by an agency or where they were received. */
function answers(unit, count, resolved_by) {
  const values = { form: EXPRESS, unit, ...(resolved_by && { resolved_by }), field: "dat-dai", class: "kiosk", channel: "counter", mode: "self", day: day(now), day_q: "wall", dur: 3, demo: {}, filters: { f_stage: "submit", f_pakn: "no" }, answers: { ...Object.fromEntries(ITEMS.map((id) => [id, 4])), x_kq: 6, x_pakn: 6 } };
  return Array.from({ length: count }, () => record(values));
}

async function enrol(unit) {
  const wish = { counter: "q1", counter_name: { vi: "Quầy 1", en: "Counter 1" }, class: "kiosk", channel: "counter", form: FORM, pin: PIN };
  return Device.enrol(server.counter, (await operator.must("POST", `/v1/units/${unit}/enrolment-codes`, wish)).code);
}

async function counted(device, records) {
  const { body } = await device.post(records);
  assert.deepEqual(body.verdicts.map(({ verdict }) => verdict), records.map(() => "counted"));
}

const people = (text) => page.getByText("Số phiếu (n)", { exact: true }).first().locator("xpath=following-sibling::dd").innerText().then((found) => found === text);
const open = (unit) => page.goto(`${server.manager}?unit=${unit}&form=express6`);

test("d1_um2_what_was_merged_into_a_unit_is_added_where_that_is_asked_for_late_answers_too", { timeout: 180_000 }, async () => {
  const [old, heir] = [await enrol(COMMUNE.id), await enrol(HEIR.id)];
  await counted(old, answers(COMMUNE.id, 30));
  await counted(heir, answers(HEIR.id, 40));
  const late = answers(COMMUNE.id, 12, AGENCY.id);
  const closed = { ...COMMUNE, valid_to: day(now), successors: [HEIR.id] };
  await operator.must("PUT", "/v1/units", { units: [closed], dry_run: false });
  // The day after, what waited on a device that was offline through the merger comes in; all of it is released.
  const midnight = Math.floor((now + 7 * HOUR) / DAY) * DAY - 7 * HOUR;
  await setClock(operator, midnight + DAY + HOUR);
  await counted(old, late);
  // The session of yesterday is over.
  await operator.must("POST", "/v1/session", OPERATOR);
  await setClock(operator, midnight + DAY + 6 * HOUR);
  page = await enter(browser, server, READER, `?unit=${HEIR.id}&form=express6`);
  await page.getByRole("heading", { level: 1, name: HEIR.name.vi }).waitFor();
  await eventually(() => people("40"), true);
  const earlier = page.getByLabel("Gồm cả 1 đơn vị đã nhập vào đây");
  await earlier.check();
  await eventually(() => people("82"), true);
  await earlier.uncheck();
  await eventually(() => people("40"), true);
  await open(COMMUNE.id);
  await page.getByRole("heading", { level: 1, name: COMMUNE.name.vi }).waitFor();
  await eventually(() => people("42"), true);
  assert.equal(await page.getByLabel(/đã nhập vào đây/).count(), 0);
});

test("l1_who_resolved_is_told_in_counts_beside_who_received_and_counts_nothing_of_its_own", { timeout: 120_000 }, async () => {
  const panel = page.locator("details.resolved");
  await panel.locator("summary").click();
  const lines = await panel.locator("dl > div").evaluateAll((lines) => Object.fromEntries(lines.map((line) => [...line.children].map((part) => part.textContent))));
  assert.deepEqual(lines, { "Chính nơi tiếp nhận": "30", [AGENCY.name.vi]: "12" });
  assert.ok(!/%|hài lòng/i.test(await panel.innerText()), "a level beside an agency");
  await open(AGENCY.id);
  await page.getByRole("heading", { level: 1, name: AGENCY.name.vi }).waitFor();
  await page.locator("#headline").getByText("Chưa đủ dữ liệu").first().waitFor();
  assert.equal(await page.locator("details.resolved").count(), 0);
});

test("um2_many_units_without_enough_data_stand_folded_below_those_that_have_some", { timeout: 120_000 }, async () => {
  const empty = Array.from({ length: 8 }, (_, n) => ({ ...HEIR, id: `33.1300${n}`, gso: `1300${n}`, name: { vi: `Xã Trống ${n}`, en: `Trống commune ${n}` } }));
  await operator.must("POST", "/v1/session", OPERATOR);
  await operator.must("POST", "/v1/units", { units: empty });
  await open(PROVINCE.id);
  await page.getByRole("heading", { level: 1, name: PROVINCE.name.vi }).waitFor();
  const fold = page.locator("details.without");
  const title = `${empty.length + 1} đơn vị chưa đủ dữ liệu trong kỳ này`;
  await fold.getByText(title, { exact: true }).waitFor();
  const rows = (within) => within.locator("table.units-below tbody tr").evaluateAll((rows) => rows.filter((row) => row.checkVisibility()).map((row) => row.querySelector("th").innerText));
  assert.deepEqual((await rows(page.locator("main"))).sort(), [COMMUNE.name.vi, HEIR.name.vi].sort());
  await fold.locator("summary").focus();
  await page.keyboard.press("Enter");
  await eventually(async () => (await rows(fold)).sort(), [AGENCY.name.vi, ...empty.map(({ name }) => name.vi)].sort());
});
