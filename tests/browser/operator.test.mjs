// The operator's house on its screens: units, devices, accounts, the audit log, from an empty server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { FLAGS } from "./support/kiosk.mjs";
import { Account, COMMUNE, OPERATOR, PROVINCE } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";
import { Device } from "./support/wire.mjs";

const OTHER = { ...COMMUNE, id: "33.12001", gso: "12001", name: { vi: "Xã Ân Thi", en: "Ân Thi commune" } };
const MERGED = { ...COMMUNE, id: "33.12002", gso: "12002", name: { vi: "Xã Lê Lợi", en: "" } };
const AGENCY = { ...OTHER, id: "33.so-nnmt", kind: "department", gso: null, collects: false, name: { vi: "Sở Nông nghiệp và Môi trường", en: "Department of Agriculture and Environment" } };
const DESK = { ...AGENCY, id: "33.12000.q1", kind: "counter", parent: COMMUNE.id, name: { vi: "Quầy 1", en: "Counter 1" } };
const MANAGER = { account: "quanly", password: "mot cau kha dai 4" };

let server, operator, browser, page;

before(async () => {
  process.env.COUNTER_URL = "https://quay.example.vn/";
  server = await Server.start("--empty");
  operator = new Account(server);
  await operator.must("POST", "/v1/setup", { code: server.setupCode, ...OPERATOR });
  await operator.must("POST", "/v1/session", OPERATOR);
  await operator.must("POST", "/v1/units", { units: [PROVINCE, COMMUNE, OTHER, MERGED, AGENCY, DESK] });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
  page = await open();
});

after(async () => {
  await browser?.close();
  await server?.end();
});

async function open(viewport = { width: 1440, height: 900 }) {
  const context = await browser.newContext({ viewport, locale: "vi-VN" });
  const page = await context.newPage();
  await page.goto(server.manager);
  await page.getByLabel("Tài khoản").fill(OPERATOR.account);
  await page.getByLabel("Mật khẩu").fill(OPERATOR.password);
  await page.getByRole("button", { name: "Đăng nhập" }).click();
  await page.getByRole("button", { name: "Đăng xuất" }).waitFor();
  return page;
}

const go = async (name, on = page) => {
  await on.getByRole("link", { name, exact: true }).click();
  await on.getByRole("heading", { level: 1, name }).waitFor();
};

test("ua1_a_change_of_a_unit_is_shown_before_it_is_made", { timeout: 120_000 }, async () => {
  await go("Đơn vị");
  await page.getByLabel("Tìm đơn vị").fill("an thi");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name: OTHER.name.vi }).waitFor();
  await page.getByLabel("Tên tiếng Việt").fill("Phường Ân Thi");
  await page.getByRole("button", { name: "Xem thay đổi" }).last().click();
  await page.getByText("1 đơn vị thay đổi").waitFor();
  await page.getByText("Xã Ân Thi").first().waitFor();
  await page.getByRole("button", { name: "Thực hiện" }).click();
  await page.getByRole("heading", { level: 2, name: "Phường Ân Thi" }).waitFor();
  const past = page.locator(".past");
  await past.getByText("Tên tiếng Việt").waitFor();
  assert.match(await past.innerText(), /Xã Ân Thi → Phường Ân Thi/);
});

test("ua1_d1_a_unit_that_is_merged_stands_in_its_successors_history", { timeout: 120_000 }, async () => {
  await page.getByLabel("Tìm đơn vị").fill("le loi");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name: MERGED.name.vi }).waitFor();
  await page.getByText("Chưa có thay đổi nào.").waitFor();
  await page.getByLabel("Ngày cuối").fill("2026-10-31");
  await page.getByLabel("Đơn vị kế thừa").fill(OTHER.id);
  await page.getByRole("button", { name: "Xem thay đổi" }).last().click();
  await page.getByText("1 đơn vị thay đổi").waitFor();
  await page.getByRole("button", { name: "Thực hiện" }).click();
  const past = page.locator(".past");
  await past.getByRole("button", { name: "Phường Ân Thi" }).click();
  await page.getByRole("heading", { level: 2, name: "Phường Ân Thi" }).waitFor();
  await past.getByRole("heading", { name: "Đã nhập vào đây" }).waitFor();
  await past.getByText("đến hết ngày 31/10/2026").waitFor();
  await past.getByRole("button", { name: MERGED.name.vi }).click();
  await page.getByRole("heading", { level: 2, name: MERGED.name.vi }).waitFor();
});

test("ua1_a_file_with_an_error_changes_nothing_and_says_which_row", { timeout: 120_000 }, async () => {
  await page.getByText("Nhập từ tệp CSV").click();
  const head = "id,parent,kind,name_vi,valid_from,collects\n";
  const paste = page.getByLabel("hoặc dán nội dung vào đây");
  await paste.fill(`${head}33.13001,33,commune,Xã Mới,2026-01-01,yes\n33.13002,99,commune,Xã Lạc,2026-01-01,yes\n`);
  const show = page.getByRole("button", { name: "Xem thay đổi" }).first();
  await show.click();
  await page.getByText(/^Dòng 3/).waitFor();
  await paste.fill(`${head}33.13001,33,commune,Xã Mới,2026-01-01,yes\n`);
  await show.click();
  await page.getByText("1 đơn vị thay đổi").waitFor();
  await page.getByRole("button", { name: "Thực hiện" }).click();
  await page.getByText("Đã thực hiện.").waitFor();
  const { units } = await operator.must("GET", "/v1/units");
  assert.ok(units.some((unit) => unit.id === "33.13001"));
  assert.ok(!units.some((unit) => unit.id === "33.13002"));
});

test("ua2_a_device_is_enrolled_by_qr_and_configured_moved_and_replaced_on_the_screen", { timeout: 180_000 }, async () => {
  await go("Máy khảo sát");
  await page.getByRole("button", { name: "Tạo mã đăng ký máy" }).click();
  await page.getByLabel("Đơn vị").selectOption(COMMUNE.id);
  await page.getByLabel("Tên quầy").fill("Quầy 1");
  await page.getByLabel("Mã PIN nhân viên").fill("2468");
  await page.getByRole("button", { name: "Tạo mã", exact: true }).click();
  await page.getByRole("img", { name: "Mã QR" }).waitFor();
  await page.getByText("https://quay.example.vn/").waitFor();
  const code = await page.getByRole("group", { name: "Mã đăng ký" }).getByRole("status").innerText();
  const device = await Device.enrol(server.counter, code);
  assert.equal(device.enrolled.status, 200);
  await page.reload();
  const card = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "Quầy 1" }) });
  await card.getByText("chưa áp dụng bản 1").waitFor();

  await card.getByRole("button", { name: "Đổi cấu hình" }).click();
  await card.getByLabel("Phiếu khảo sát").selectOption("local9");
  await card.getByRole("button", { name: "Điền giờ hành chính" }).click();
  await card.getByLabel("Ngày nghỉ").fill("2026-09-02");
  await card.getByLabel("Lĩnh vực").selectOption("dat-dai");
  await card.getByLabel("Do cơ quan").selectOption(AGENCY.id);
  await card.getByRole("button", { name: "Thêm cơ quan" }).click();
  await card.getByText("Đất đai → Sở Nông nghiệp và Môi trường").waitFor();
  await card.getByRole("button", { name: "Lưu" }).click();
  await page.getByText("chưa áp dụng bản 2").waitFor();
  const config = (await device.send("GET", "/v1/device/config")).body;
  assert.equal(JSON.parse(config.form).code, "local9");
  assert.deepEqual([config.version, config.hours.length, config.holidays], [2, 10, ["2026-09-02"]]);
  assert.deepEqual([config.counter, config.counter_name.en], [DESK.id, DESK.name.en], "the counter of the tree");
  assert.deepEqual(config.resolvers, [{ field: "dat-dai", unit: AGENCY.id }]);

  await card.getByRole("button", { name: "Chuyển máy" }).click();
  await card.getByLabel("Đơn vị").selectOption(OTHER.id);
  await card.getByRole("button", { name: "Chuyển máy đến đó" }).click();
  await card.getByText("Phường Ân Thi").first().waitFor();
  assert.equal((await device.send("GET", "/v1/device/config")).body.unit, OTHER.id);

  await card.getByRole("button", { name: "Thay máy" }).click();
  await card.getByRole("button", { name: "Tạo mã" }).click();
  const other = await card.getByRole("group", { name: "Mã đăng ký" }).getByRole("status").innerText();
  const heir = await Device.enrol(server.counter, other);
  assert.deepEqual([heir.config.unit, JSON.parse(heir.config.form).code], [OTHER.id, "local9"]);
});

test("ua3_an_account_is_made_its_rights_changed_and_its_owner_helped_in_again", { timeout: 120_000 }, async () => {
  await go("Tài khoản");
  await page.getByText("Tài khoản mới").click();
  await page.getByLabel("Tài khoản", { exact: true }).fill(MANAGER.account);
  await page.getByLabel("Mật khẩu mới").first().fill(MANAGER.password);
  await page.getByLabel("Đơn vị").first().selectOption(PROVINCE.id);
  await page.getByRole("button", { name: "Tạo tài khoản" }).click();
  const card = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: MANAGER.account }) });
  await card.getByText(/Quản lý · .*không thời hạn/).waitFor();
  await card.getByRole("button", { name: "Cấp mật khẩu mới" }).click();
  await card.getByLabel("Mật khẩu mới").fill("mot cau khac nua dai");
  await card.getByRole("button", { name: "Cấp mật khẩu mới" }).last().click();
  await page.getByText("Đã lưu.").waitFor();
  const manager = new Account(server);
  const signIn = (password) => manager.call("POST", "/v1/session", { ...MANAGER, password });
  assert.equal((await signIn("mot cau khac nua dai")).status, 200);
});

test("ua6_the_audit_log_tells_the_whole_run_and_is_filtered", { timeout: 120_000 }, async () => {
  await go("Nhật ký");
  for (const act of ["Đăng ký máy", "Chuyển máy", "Đổi cấu hình", "Sửa đơn vị", "Cấp mật khẩu mới", "Tạo tài khoản"]) {
    await page.getByRole("cell", { name: act }).first().waitFor();
  }
  await page.getByLabel("Việc").selectOption("move");
  await page.getByRole("button", { name: "Lọc" }).click();
  await page.getByRole("cell", { name: "Đổi cấu hình" }).waitFor({ state: "detached" });
  assert.equal(await page.getByRole("row").count(), 2);
});

test("s7_a_grave_step_asks_for_the_password_again", { timeout: 120_000 }, async () => {
  await page.getByRole("button", { name: "Tải tệp CSV" }).click();
  const dialog = page.getByRole("dialog", { name: "Xác nhận là chính Ông/Bà" });
  await dialog.getByLabel("Mật khẩu").fill(OPERATOR.password);
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Xác nhận" }).click();
  assert.equal((await download).suggestedFilename(), "audit.csv");
});

test("v1_an_operator_reads_how_the_server_is_in_both_languages", { timeout: 120_000 }, async () => {
  await go("Máy chủ");
  await page.getByText("Mọi thứ đều ổn.").waitFor();
  const checks = page.locator("[data-check]");
  assert.deepEqual(await checks.evaluateAll((all) => all.map((one) => one.dataset.check)), ["recount", "release", "queues"]);
  await page.getByRole("button", { name: "English", exact: true }).click();
  await page.getByText("Everything is as it shall be.").waitFor();
  await page.getByRole("heading", { level: 2, name: "Counted again every night" }).waitFor();
  await page.getByRole("button", { name: "Tiếng Việt", exact: true }).click();
});

test("ux9_axe_finds_nothing_in_the_house", { timeout: 300_000 }, async () => {
  const found = [];
  for (const [width, height] of [[1440, 900], [800, 1280], [360, 740]]) {
    for (const language of ["Tiếng Việt", "English"]) {
      const screen = await open({ width, height });
      await screen.getByRole("button", { name: language, exact: true }).click();
      for (const path of ["devices", "units", "people", "audit", "server"]) {
        await screen.goto(`${server.manager}${path}`);
        await screen.locator(".devices, .picker, .log").first().waitFor();
        for (const fold of await screen.locator("summary").all()) await fold.click();
        if (path === "devices") await screen.locator(".device .row .button").first().click();
        const { violations } = await new AxeBuilder({ page: screen }).analyze();
        const at = `${path}, ${language}, ${width} px`;
        found.push(...violations.map(({ id, nodes }) => `${at}: ${id} at ${nodes.map((node) => node.target).join(", ")}`));
        const wide = await screen.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) found.push(`${at}: ${wide} px too wide`);
        if (process.env.SHOTS) await screen.screenshot({ path: `${process.env.SHOTS}/${path}-${width}-${language}.png`, fullPage: true });
      }
      await screen.context().close();
    }
  }
  assert.deepEqual(found, []);
});
