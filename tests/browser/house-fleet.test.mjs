// The devices of a province on the operator's screen: how each is, found among many, asked for by what it needs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "./support/eventually.mjs";
import { enter, launch } from "./support/house.mjs";
import { Account, COMMUNE, FORM, OPERATOR, PIN, PROVINCE, setClock } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";
import { Device } from "./support/wire.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const OTHER = { ...COMMUNE, id: "33.12001", gso: "12001", name: { vi: "Xã Ân Thi", en: "Ân Thi commune" } };
/** More than are drawn at once. */
const MANY = 64;
const DRAWN_AT_ONCE = 60;

let server, operator, browser, page;

before(async () => {
  server = await Server.start("--empty");
  operator = new Account(server);
  await operator.must("POST", "/v1/setup", { code: server.setupCode, ...OPERATOR });
  await operator.must("POST", "/v1/session", OPERATOR);
  await operator.must("POST", "/v1/units", { units: [PROVINCE, COMMUNE, OTHER] });
  browser = await launch();
  page = await enter(browser, server, OPERATOR, "devices");
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  await server?.end();
});

async function enrol(unit, name) {
  const wish = { counter: "q1", counter_name: { vi: name, en: name.replace("Quầy", "Counter") }, class: "kiosk", channel: "counter", form: FORM, pin: PIN };
  const { code } = await operator.must("POST", `/v1/units/${unit}/enrolment-codes`, wish);
  return Device.enrol(server.counter, code);
}

/** A device tells of itself with a batch of no records; `app` and `clock` as it says them. */
async function tell(device, status = {}, { clock = 0, app = "0".repeat(64) } = {}) {
  const batch = device.batch([]);
  const { now } = await operator.must("GET", "/v1/session");
  const message = { ...batch, app, clock: now + clock, status: { ...batch.status, ...status } };
  const reply = await device.send("POST", `/v1/units/${device.config.unit}/batches`, message);
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
}

const configure = (device, settings, version = 1) =>
  operator.must("PUT", `/v1/devices/${device.id}/config`, { based_on: version, counter_name: device.config.counter_name, settings: { form: FORM, ...settings } });
const again = () => page.getByRole("button", { name: "Xem lại", exact: true }).click();
const cards = () => page.locator(".devices > .device");
const card = (name) => cards().filter({ has: page.getByRole("heading", { name, exact: true }) });
const facts = (name) =>
  card(name).locator("dl.facts > div").evaluateAll((lines) => Object.fromEntries(lines.map((line) => [...line.children].map((part) => part.textContent))));
const signs = (name) => card(name).locator(".sign").allInnerTexts();
const shown = (count) => eventually(() => cards().count(), count);

test("um10_each_device_tells_when_it_was_heard_what_waits_and_which_configuration_it_has", { timeout: 120_000 }, async () => {
  const device = await enrol(COMMUNE.id, "Quầy 1");
  await again();
  await card("Quầy 1").waitFor();
  const unheard = await facts("Quầy 1");
  assert.deepEqual([unheard["Liên lạc gần nhất"], unheard["Phiếu chờ gửi"], unheard["Còn trống"], unheard["Cấu hình"]], ["chưa lần nào", "chưa biết", "chưa biết", "chưa áp dụng bản 1"]);
  const { now } = await operator.must("GET", "/v1/session");
  const day = (days) => new Date(now + 7 * HOUR - days * DAY).toISOString().slice(0, 10);
  const read = (day) => day.split("-").reverse().join("/");
  await tell(device, { unsent: 1_203, oldest: day(2), persisted: false, free_mb: 450 }, { clock: -6 * MINUTE, app: "abcdef01".padEnd(64, "9") });
  await again();
  await eventually(async () => (await facts("Quầy 1"))["Phiên bản"], "abcdef01");
  const told = await facts("Quầy 1");
  assert.match(told["Liên lạc gần nhất"], /^\d\d:\d\d/);
  assert.equal(told["Phiếu chờ gửi"], `1.203, cũ nhất từ ${read(day(2))}`);
  assert.equal(told["Lưu trữ lâu dài"], "chưa bật");
  assert.equal(told["Còn trống"], "450 MB");
  assert.equal(told["Đồng hồ"], "lệch 6 phút");
  assert.equal(told["Cấu hình"], "đã áp dụng (bản 1)");
  // Another configuration is "not yet" until the device says that it has it.
  await configure(device, { idle_s: 90 });
  await again();
  await eventually(async () => (await facts("Quầy 1"))["Cấu hình"], "chưa áp dụng bản 2");
  assert.ok((await signs("Quầy 1")).includes("Chưa nhận cấu hình mới"));
  await tell(device, { config: 2 });
  await again();
  await eventually(async () => (await facts("Quầy 1"))["Cấu hình"], "đã áp dụng (bản 2)");
  assert.deepEqual(await signs("Quầy 1"), ["Hoạt động tốt"]);
  await page.getByRole("button", { name: "English", exact: true }).click();
  const english = await facts("Counter 1");
  assert.equal(Object.keys(english).length, Object.keys(told).length);
  assert.doesNotMatch(JSON.stringify(english), /[ăâđêôơư]/);
  await page.getByRole("button", { name: "Tiếng Việt", exact: true }).click();
});

test("um10_a_device_that_is_silent_in_its_opening_hours_is_told_with_the_hours", { timeout: 120_000 }, async () => {
  const [open, always] = [await enrol(COMMUNE.id, "Quầy 2"), await enrol(COMMUNE.id, "Quầy 3")];
  // Three in the afternoon of the next Wednesday: half past one to five is open.
  const { now } = await operator.must("GET", "/v1/session");
  const midnight = Math.floor((now + 7 * HOUR) / DAY) * DAY - 7 * HOUR;
  const weekday = new Date(midnight + 7 * HOUR).getUTCDay();
  const wednesday = midnight + ((3 - weekday + 7) % 7 || 7) * DAY;
  const hours = [1, 2, 3, 4, 5].flatMap((weekday) => [[450, 690], [810, 1020]].map(([from, to]) => ({ weekday, from, to })));
  await configure(open, { hours });
  const at = async (time) => {
    await setClock(operator, time);
    await operator.must("POST", "/v1/session", OPERATOR);
    await page.context().clearCookies();
    await page.close();
    page = await enter(browser, server, OPERATOR, "devices");
  };
  await at(wednesday + 12 * HOUR);
  for (const device of [open, always]) await tell(device, { config: device === open ? 2 : 1 });
  await again();
  await eventually(() => signs("Quầy 2"), ["Hoạt động tốt"]);
  // One hour of the two and a half passed at noon.
  await at(wednesday + 14 * HOUR + 40 * MINUTE);
  await card("Quầy 2").waitFor();
  assert.deepEqual(await signs("Quầy 2"), ["Im lặng 1 giờ trong giờ mở cửa: kiểm tra nguồn điện và mạng"]);
  assert.deepEqual(await signs("Quầy 3"), ["Hoạt động tốt"], "without opening hours a working day must pass");
});

test("um10_one_device_of_many_is_found_without_marks_and_by_what_it_needs", { timeout: 240_000 }, async () => {
  const devices = [];
  for (let n = 0; n < MANY; n += 1) devices.push(await enrol(n % 2 ? COMMUNE.id : OTHER.id, `Quầy ${n + 10}`));
  for (const device of devices.slice(0, 8)) await tell(device);
  await tell(devices[1], { free_mb: 20 });
  await configure(devices[2], { idle_s: 90 });
  await operator.must("POST", `/v1/devices/${devices[3].id}/revoke`, {});
  await again();
  const count = page.locator(".fleet > p[role=status]");
  const all = MANY + 3;
  await eventually(() => count.innerText(), `${all} máy`);
  await shown(DRAWN_AT_ONCE);
  await page.getByRole("button", { name: `Hiện thêm (còn ${all - DRAWN_AT_ONCE} dòng)` }).click();
  await shown(all);
  assert.equal(await page.getByRole("button", { name: /^Hiện thêm/ }).count(), 0);

  const box = page.getByLabel("Tìm máy");
  await box.fill("an thi");
  await eventually(() => count.innerText(), `${MANY / 2} máy`);
  await box.fill("quay 17 pho hien");
  await shown(1);
  await card("Quầy 17").waitFor();
  await box.fill("khong co");
  await eventually(() => count.innerText(), "0 máy");
  await box.fill("");

  const which = page.locator("select[name=which]");
  const names = async () => (await cards().getByRole("heading", { level: 2 }).allInnerTexts()).sort();
  await which.selectOption({ label: "Cần xem" });
  // The first has been silent since the days before, the second in its hours.
  await eventually(names, ["Quầy 1", "Quầy 11", "Quầy 2"]);
  await which.selectOption({ label: "Đã thu hồi" });
  await eventually(names, ["Quầy 13"]);
  await which.selectOption({ label: "Chưa nhận cấu hình mới" });
  await box.fill("quay 12");
  await eventually(names, ["Quầy 12"]);
  // Asked for again, the same is shown; what is written in an open drawer outlives another letter.
  await again();
  await eventually(names, ["Quầy 12"]);
  await card("Quầy 12").getByRole("button", { name: "Đổi cấu hình" }).click();
  await card("Quầy 12").getByLabel("Ngày nghỉ").fill("2027-01-01");
  await box.fill("quay 12 an");
  await eventually(names, ["Quầy 12"]);
  assert.equal(await card("Quầy 12").getByLabel("Ngày nghỉ").inputValue(), "2027-01-01");
});
