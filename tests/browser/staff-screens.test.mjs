// What staff set and see: the service field, the hand-over, the device's health.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { configured } from "./support/configured.mjs";
import { eventually } from "./support/eventually.mjs";
import { Office } from "./support/office.mjs";
import { COMMUNE, enrolmentCode, PIN, PROVINCE } from "./support/operator.mjs";

const DAY_MS = 86_400_000;
let office, kiosk;

before(async () => {
  office = await Office.open();
  kiosk = await office.kiosk();
});

after(() => office?.close());

test("us2_l1_the_service_field_is_one_tap_remembered_and_in_the_record_with_who_resolves_it", async () => {
  const bodies = [];
  kiosk.context.on("request", (request) => {
    if (request.method() !== "POST" || !request.url().endsWith("/batches")) return;
    bodies.push(...JSON.parse(request.postData()).records.map(({ body }) => JSON.parse(body)));
  });
  await kiosk.staff(PIN);
  const field = kiosk.page.getByRole("button", { name: "Đất đai" });
  await field.click();
  await eventually(() => field.getAttribute("aria-pressed"), "true");
  await kiosk.staff(PIN);
  await eventually(() => field.getAttribute("aria-pressed"), "true");
  await kiosk.press("Mời người dân đánh giá");
  await kiosk.attract();
  await kiosk.express([4, 4, 4, 4]);
  await kiosk.send();
  await eventually(() => bodies.map(({ field }) => field), ["dat-dai"]);
  assert.ok(!("resolved_by" in bodies[0]), "the unit that serves is competent itself");
  await kiosk.attract();
  // An operator says that another agency resolves this field: the record names it, and counts here.
  await configured(kiosk, { resolvers: [{ field: "dat-dai", unit: PROVINCE.id }] });
  await kiosk.express([4, 4, 4, 4]);
  await kiosk.send();
  await eventually(() => bodies.map(({ resolved_by, unit }) => [resolved_by, unit]).at(-1), [PROVINCE.id, COMMUNE.id]);
  await kiosk.attract();
});

test("us3_after_the_hand_over_staff_come_back_only_by_their_pin", async () => {
  await kiosk.staff(PIN);
  await kiosk.sees(/phiếu chờ gửi/);
  await kiosk.press("Mời người dân đánh giá");
  await kiosk.attract();
  await kiosk.page.goBack({ timeout: 2000 }).catch(() => {});
  assert.equal(await kiosk.page.getByText(/phiếu chờ gửi/).count(), 0, "Back leads to the staff screen");
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.begin();
  // The corner does nothing while a citizen answers: staff cannot dismiss.
  await kiosk.page.mouse.move(1070, 40);
  await kiosk.page.mouse.down();
  await kiosk.page.waitForTimeout(3500);
  await kiosk.page.mouse.up();
  await kiosk.sees(/^Câu 1 trên/);
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.attract();
  await kiosk.page.waitForTimeout(450);
  // Nobody comes in by chance: a short press of the corner does nothing.
  await kiosk.page.mouse.move(1070, 40);
  await kiosk.page.mouse.down();
  await kiosk.page.waitForTimeout(500);
  await kiosk.page.mouse.up();
  await kiosk.page.waitForTimeout(3000);
  assert.equal(await kiosk.page.getByLabel("Nhập mã PIN").count(), 0);
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.attract();
  await kiosk.page.waitForTimeout(450);
  await kiosk.page.mouse.move(1070, 40);
  await kiosk.page.mouse.down();
  await kiosk.page.getByLabel("Nhập mã PIN").waitFor();
  await kiosk.page.mouse.up();
});

test("us3_a_tablet_is_handed_over_for_one_survey_each_time", async () => {
  const tablet = await office.device();
  const bodies = [];
  tablet.context.on("request", (request) => {
    if (request.method() !== "POST" || !request.url().endsWith("/batches")) return;
    bodies.push(...JSON.parse(request.postData()).records.map(({ body }) => JSON.parse(body)));
  });
  await tablet.visit();
  const { page } = tablet;
  const ready = () => page.getByRole("heading", { name: "Xin gửi lại máy cho nhân viên" }).waitFor();
  const nothingBegins = async () => assert.equal(await tablet.button("Chạm để bắt đầu").count(), 0);
  await page.getByLabel("Nhập mã đăng ký máy").fill(await enrolmentCode(office.operator, "express6", "tablet"));
  await tablet.press("Đăng ký máy");
  await tablet.press("Bắt đầu dùng");
  await ready();
  await nothingBegins();
  // The field is chosen where it changes with each citizen, in two taps with the hand-over (US2).
  await tablet.press("Đất đai");
  const handOver = tablet.button("Mời người dân đánh giá");
  const box = await handOver.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  // Twice in one place: it is handed over once, and nothing begins by the second touch.
  await page.mouse.click(x, y);
  await page.mouse.click(x, y);
  await tablet.attract();
  await page.waitForTimeout(600);
  await tablet.attract();
  await tablet.express([4, 4, 4, 4]);
  await tablet.send();
  // What was begun by one hand-over ends in the staff's hands: a second person's answers need another.
  await ready();
  await nothingBegins();
  await page.keyboard.press("Enter");
  await page.keyboard.press("1");
  await ready();
  await eventually(() => bodies.map(({ class: kind, field, mode }) => [kind, field, mode]), [["tablet", "dat-dai", "self"]]);
  // Who stops gives it back too, and so does a power cut.
  await tablet.press("Mời người dân đánh giá");
  await tablet.begin();
  await tablet.press("Thoát và xoá");
  await page.getByRole("alertdialog").waitFor();
  await page.waitForTimeout(450);
  await page.getByRole("alertdialog").getByRole("button", { name: "Thoát và xoá" }).click();
  await ready();
  await tablet.press("Mời người dân đánh giá");
  await tablet.attract();
  await page.goto(`${tablet.origin}/`);
  await ready();
  // With help, which the record says (US4).
  await tablet.press("Có người hỗ trợ");
  await tablet.sees("Trước khi bắt đầu");
  await tablet.sees("Có người hỗ trợ");
  await tablet.press("Quay lại");
  await tablet.attract();
  assert.equal(await page.getByText("Có người hỗ trợ").count(), 0);
  // A tablet that nobody takes is the staff's again.
  await page.clock.install();
  await page.goto(`${tablet.origin}/`);
  await tablet.press("Mời người dân đánh giá");
  await tablet.attract();
  await page.clock.fastForward(41_000);
  await ready();
  await tablet.context.close();
});

test("us7_each_warning_has_its_colour_its_words_and_what_to_do", async () => {
  const little = () => {
    for (const ask of ["persist", "persisted"]) StorageManager.prototype[ask] = async () => false;
    StorageManager.prototype.estimate = async () => ({ quota: 400_000_000, usage: 0 });
  };
  const tab = await kiosk.tab("/", little);
  await tab.staff(PIN);
  const tone = (words) => tab.page.locator(".band", { hasText: words }).getAttribute("data-tone");
  await tab.sees("Trình duyệt có thể tự xoá dữ liệu");
  assert.equal(await tone("Trình duyệt có thể tự xoá dữ liệu"), "red");
  await tab.sees(/^Cài trang này thành ứng dụng/);
  assert.equal(await tone("Sắp hết chỗ trên máy"), "amber");
  await tab.sees(/^Xoá bớt ảnh và ứng dụng/);
  const build = await tab.page.evaluate(() => document.querySelector("meta[name=app]").content.slice(0, 8));
  await tab.sees(new RegExp(`^Phiên bản \\d+\\.\\d+\\.\\d+ · ${build}$`));
  await tab.sees(/^Mẫu phiếu express6 \([0-9a-f]{8}\)$/);
  for (const said of [/^Phiên bản/, /^Mẫu phiếu express6/]) assert.equal(await tone(said), "good");
  await tab.page.close();
  // A browser that does not say how much is free is not one that is full.
  const unknown = await kiosk.tab("/", () => (StorageManager.prototype.estimate = async () => ({})));
  await unknown.staff(PIN);
  const space = unknown.page.locator(".band", { hasText: "Trình duyệt không cho biết máy còn trống bao nhiêu" });
  await space.waitFor();
  assert.equal(await space.getAttribute("data-tone"), "calm");
  assert.equal(await unknown.page.getByText("Sắp hết chỗ trên máy").count(), 0);
  await unknown.page.close();
  // What waits grows old: green, amber after a day, red after three.
  await kiosk.context.setOffline(true);
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.express([3, 3, 3, 3]);
  await kiosk.send();
  for (const [days, colour] of [[0, "good"], [2, "amber"], [5, "red"]]) {
    const later = await kiosk.tab("/");
    await later.page.clock.install({ time: Date.now() + days * DAY_MS });
    await later.staff(PIN);
    const waiting = later.page.locator(".band", { hasText: "1 phiếu chờ gửi" });
    await waiting.waitFor();
    assert.equal(await waiting.getAttribute("data-tone"), colour, `${days} days`);
    assert.equal(await later.page.getByText(/^Kiểm tra mạng rồi chạm Gửi ngay/).count(), days === 0 ? 0 : 1);
    await later.page.close();
  }
  await kiosk.context.setOffline(false);
});
