// A queue that cannot be sent leaves the tablet as a sealed file, and counts once: the staff's screen,
// another device, the operator's page (US6, O14, L8).
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { prove } from "./support/house.mjs";
import { Manager } from "./support/manager.mjs";
import { Office } from "./support/office.mjs";
import { OPERATOR, PIN, setClock } from "./support/operator.mjs";

const WORD = "bông hoa tím";

let office, kiosk, file;

before(async () => {
  office = await Office.open();
  kiosk = await office.kiosk();
});

after(() => office?.close());

/** Chooses a file where a button asks for one. */
async function hand(page, button) {
  const asked = page.waitForEvent("filechooser");
  await button.click();
  await (await asked).setFiles(file);
}

test("us6_what_waits_leaves_the_device_in_a_sealed_file_and_stays_on_it", { timeout: 120_000 }, async () => {
  await kiosk.context.setOffline(true);
  await kiosk.express([4, 5, 3, 4]);
  await kiosk.send(WORD);
  await kiosk.staff(PIN);
  await kiosk.sees("1 phiếu chờ gửi");
  const saving = kiosk.page.waitForEvent("download");
  await kiosk.press("Xuất tệp dự phòng");
  const download = await saving;
  assert.match(download.suggestedFilename(), /^hai-long-[0-9a-f]{8}-1\.hailong$/);
  file = join(office.server.data, download.suggestedFilename());
  await download.saveAs(file);
  await kiosk.sees(/Đã ghi 1 phiếu vào 1 tệp.*Chỉ máy chủ đọc được/);
  await kiosk.sees("1 phiếu chờ gửi");
  const { violations } = await new AxeBuilder({ page: kiosk.page }).analyze();
  assert.deepEqual(violations.map(({ id }) => id), []);
  const text = readFileSync(file, "utf8");
  for (const hidden of [WORD, "answers"]) assert.ok(!text.includes(hidden), hidden);
  assert.equal(JSON.parse(JSON.parse(text).header).count, 1);
});

test("o14_another_device_hands_it_in_and_keeps_nothing", { timeout: 120_000 }, async () => {
  const relay = await office.kiosk();
  await relay.staff(PIN);
  await relay.sees("0 phiếu chờ gửi");
  await hand(relay.page, relay.button("Nhập tệp dự phòng"));
  await relay.sees("Máy chủ đã nhận: 1 phiếu mới, 0 phiếu đã có từ trước, 0 phiếu chờ người xem.");
  await relay.sees("0 phiếu chờ gửi");
  const whole = file;
  file = join(office.server.data, "cut.hailong");
  writeFileSync(file, readFileSync(whole, "utf8").slice(0, -40));
  await hand(relay.page, relay.button("Nhập tệp dự phòng"));
  await relay.sees("Đây không phải tệp dự phòng, hoặc tệp đã hỏng. Hãy xuất lại.");
  file = whole;
  await relay.context.close();
  // The network is back: the device sends what it still has, and it was counted before.
  await kiosk.context.setOffline(false);
  // By now the staff's screen may have closed itself.
  await kiosk.staff(PIN);
  await kiosk.press("Gửi ngay");
  await kiosk.sees("0 phiếu chờ gửi");
});

/** In the page: a wall clock that is so many days ahead as `localStorage` says. */
function aheadClock() {
  const now = Date.now;
  Date.now = () => now() + 86_400_000 * Number(localStorage.getItem("days") ?? 0);
}

test("b3_after_three_days_the_idle_screen_calls_staff_and_they_export_before_anything_else", { timeout: 120_000 }, async () => {
  const old = await office.device();
  await old.context.addInitScript(aheadClock);
  await old.visit();
  await old.enrol(await office.code());
  await old.isInstalled();
  await old.context.setOffline(true);
  await old.express([3, 3, 3, 3]);
  await old.send();
  const call = old.page.getByText("Mời nhân viên kiểm tra máy");
  const handOver = old.button("Mời người dân đánh giá");
  const days = async (days) => {
    await old.page.evaluate((days) => localStorage.setItem("days", days), days);
    await old.page.goto(`${old.origin}/`);
    await old.attract();
  };
  await days(3);
  await old.staff(PIN);
  await old.sees("1 phiếu chờ gửi");
  await handOver.waitFor();
  assert.equal(await call.count(), 0);

  await days(4);
  await call.waitFor();
  await old.staff(PIN);
  await old.sees("Đã hơn 3 ngày chưa gửi được phiếu. Hãy xuất tệp dự phòng");
  assert.equal(await handOver.count(), 0);
  const { violations } = await new AxeBuilder({ page: old.page }).analyze();
  assert.deepEqual(violations.map(({ id }) => id), []);
  const saving = old.page.waitForEvent("download");
  await old.press("Xuất tệp dự phòng");
  await saving;
  await old.sees(/Đã ghi 1 phiếu vào 1 tệp/);
  await old.press("Mời người dân đánh giá");
  await old.attract();
  assert.equal(await call.count(), 0, "exported today");
  // A day later it is asked for again, and citizens can answer all the while.
  await days(5);
  await call.waitFor();
  await old.begin();
  await old.context.close();
});

test("l8_the_operator_hands_it_in_again_and_sees_what_is_kept_but_no_answer", { timeout: 120_000 }, async () => {
  const { manager } = office.server;
  const operator = await Manager.signIn(`${manager}kept`, OPERATOR, office.browser);
  const { page } = operator;
  await page.getByText("Không có phiếu nào cần xem.").waitFor();
  await hand(page, page.getByRole("button", { name: "Chọn tệp…" }));
  await page.getByText("Máy chủ đã nhận: 0 phiếu mới, 1 phiếu đã có từ trước, 0 phiếu cần xem lại.").waitFor();

  // A device whose key was ended while it had answers.
  const lost = await office.kiosk();
  await lost.context.setOffline(true);
  await lost.express([2, 2, 2, 2]);
  await lost.send(WORD);
  const { devices } = await office.operator.must("GET", "/v1/devices");
  for (const { device } of devices) await office.operator.must("POST", `/v1/devices/${device}/revoke`, {});
  await lost.context.setOffline(false);
  await lost.staff(PIN);
  await lost.press("Gửi ngay");
  await lost.sees("0 phiếu chờ gửi");
  await lost.context.close();

  await page.getByRole("button", { name: "Xem lại" }).click();
  const card = page.getByRole("listitem").filter({ hasText: "Máy đã bị thu hồi" });
  await card.getByText("1 phiếu", { exact: true }).waitFor();
  for (const language of ["English", "Tiếng Việt"]) {
    await page.getByRole("button", { name: language }).click();
    const { violations } = await new AxeBuilder({ page }).analyze();
    assert.deepEqual(violations.map(({ id, nodes }) => `${id} ${nodes[0].target}`), [], language);
  }
  assert.ok(!(await operator.words()).includes(WORD));
  await card.getByRole("button", { name: "Tính các phiếu này" }).click();
  await card.getByRole("button", { name: "Vâng, tính" }).click();
  await page.getByText("Xong: 1 phiếu vừa được tính").waitFor();
  await page.getByRole("button", { name: "Xem lại" }).first().click();
  await page.getByText("Không có phiếu nào cần xem.").waitFor();
  await operator.close();
});

test("s7_o14_a_file_is_handed_in_after_a_proof_where_the_last_one_is_old", { timeout: 120_000 }, async () => {
  const operator = await Manager.signIn(`${office.server.manager}kept`, OPERATOR, office.browser);
  const { page } = operator;
  const { now } = await office.operator.must("GET", "/v1/session");
  await setClock(office.operator, now + 6 * 60_000);
  await hand(page, page.getByRole("button", { name: "Chọn tệp…" }));
  const dialog = page.getByRole("dialog", { name: "Xác nhận là chính Ông/Bà" });
  await dialog.waitFor();
  // Esc leaves it undone; the file is chosen once more.
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal(await page.getByText(/^Máy chủ đã nhận/).count(), 0);
  await hand(page, page.getByRole("button", { name: "Chọn tệp…" }));
  await prove(page, OPERATOR);
  await page.getByText("Máy chủ đã nhận: 0 phiếu mới, 1 phiếu đã có từ trước, 0 phiếu cần xem lại.").waitFor();
  await operator.close();
});
