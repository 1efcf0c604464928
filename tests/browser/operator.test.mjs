// The operator's house on its screens: units, devices, accounts, the audit log, from an empty server.
import assert from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import decodeQR from "qr/decode.js";
import { eventually } from "./support/eventually.mjs";
import { findUnit } from "./support/house.mjs";
import { FLAGS } from "./support/kiosk.mjs";
import { Account, COMMUNE, OPERATOR, PROVINCE } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";
import { Device } from "./support/wire.mjs";

const OTHER = { ...COMMUNE, id: "33.12001", gso: "12001", name: { vi: "Xã Ân Thi", en: "Ân Thi commune" } };
const MERGED = { ...COMMUNE, id: "33.12002", gso: "12002", name: { vi: "Xã Lê Lợi", en: "" } };
const AGENCY = { ...OTHER, id: "33.so-nnmt", kind: "department", gso: null, collects: false, name: { vi: "Sở Nông nghiệp và Môi trường", en: "Department of Agriculture and Environment" } };
const DESK = { ...AGENCY, id: "33.12000.q1", kind: "counter", parent: COMMUNE.id, name: { vi: "Quầy 1", en: "Counter 1" } };
const MANAGER = { account: "quanly", password: "mot cau kha dai 4" };
const CENTRE = { id: "33.tt", name: "Trung tâm Phục vụ hành chính công" };

/** A day some weeks from now, as fields take it and as people read it. */
const LATER = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
const LATER_READ = LATER.split("-").reverse().join("/");

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

async function open(viewport = { width: 1440, height: 900 }, who = OPERATOR) {
  const context = await browser.newContext({ viewport, locale: "vi-VN" });
  const page = await context.newPage();
  await page.goto(server.manager);
  await page.getByLabel("Tài khoản").fill(who.account);
  await page.getByLabel("Mật khẩu").fill(who.password);
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
  const heirs = page.getByLabel("Đơn vị kế thừa");
  await heirs.fill("khong co");
  await page.getByText("Không có đơn vị nào như vậy.").waitFor();
  // What is typed and not chosen is asked about, never passed over.
  await page.getByRole("button", { name: "Xem thay đổi" }).last().click();
  await page.getByRole("alert").getByText("Hãy chọn đơn vị.").waitFor();
  await heirs.fill("an thi");
  await page.getByRole("button", { name: `Phường Ân Thi (${OTHER.id})` }).click();
  await page.getByRole("button", { name: `Bỏ: Phường Ân Thi (${OTHER.id})` }).waitFor();
  assert.equal(await heirs.evaluate((box) => box === document.activeElement && !box.value), true, "the focus stays in the field");
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

test("ua1_d1_a_unit_is_made_below_another_moved_under_it_and_closed_on_the_screen", { timeout: 120_000 }, async () => {
  const unit = async (id) => (await operator.must("GET", "/v1/units")).units.find((unit) => unit.id === id);
  const choose = async (typed, name) => {
    await page.getByLabel("Tìm đơn vị").fill(typed);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 2, name }).waitFor();
  };
  const show = async () => {
    await page.getByRole("button", { name: "Xem thay đổi" }).last().click();
    await page.getByText("1 đơn vị thay đổi").waitFor();
  };
  const make = async () => {
    await page.getByRole("button", { name: "Thực hiện" }).click();
    await page.getByRole("button", { name: "Thực hiện" }).waitFor({ state: "detached" });
  };
  await choose("hung yen", PROVINCE.name.vi);
  await page.getByRole("button", { name: "Thêm đơn vị bên dưới" }).click();
  await page.getByLabel("Mã đơn vị", { exact: true }).fill(CENTRE.id);
  await page.getByLabel("Tên tiếng Việt").fill(CENTRE.name);
  await page.getByLabel("Loại").selectOption("one-stop");
  await show();
  await make();
  assert.deepEqual([(await unit(CENTRE.id)).parent, (await unit(CENTRE.id)).kind], [PROVINCE.id, "one-stop"]);

  await choose("xa moi", "Xã Mới");
  await page.getByLabel("Đơn vị cấp trên").fill("trung tam phuc vu");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: `Bỏ: ${CENTRE.name} (${CENTRE.id})` }).waitFor();
  await show();
  const line = page.locator(".unit-edit .changes");
  assert.match(await line.innerText(), new RegExp(`${PROVINCE.name.vi} \\(33\\) → ${CENTRE.name} \\(33\\.tt\\)`));
  assert.equal(await page.getByText(/^Sau ngày cuối/).count(), 0, "nothing ends here");
  await make();
  assert.equal((await unit("33.13001")).parent, CENTRE.id);

  await choose("xa moi", "Xã Mới");
  await page.getByLabel("Ngày cuối").fill(LATER);
  await show();
  await page.getByText(/^Sau ngày cuối, máy của đơn vị chuyển sang/).waitFor();
  await make();
  const closed = await unit("33.13001");
  assert.deepEqual([closed.valid_to, closed.successors], [LATER, []]);
});

/** What a QR on the screen says, by a decoder of its own. */
async function read(image) {
  const picture = `data:image/png;base64,${(await image.screenshot()).toString("base64")}`;
  const seen = await page.evaluate(async (picture) => {
    const image = Object.assign(new Image(), { src: picture });
    await image.decode();
    const { width, height } = image;
    const canvas = new OffscreenCanvas(width, height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    return { width, height, data: Array.from(canvas.getImageData(0, 0, width, height).data) };
  }, picture);
  return decodeQR({ ...seen, data: Uint8ClampedArray.from(seen.data) });
}

test("ua2_a_device_is_enrolled_by_qr_and_configured_moved_and_replaced_on_the_screen", { timeout: 180_000 }, async () => {
  await go("Máy khảo sát");
  await page.getByRole("button", { name: "Tạo mã đăng ký máy" }).click();
  const unit = page.getByLabel("Đơn vị");
  for (const closed of ["xa moi", "33.13001"]) {
    await unit.fill(closed);
    await page.getByText("Không có đơn vị nào như vậy.").waitFor();
  }
  await page.getByRole("button", { name: "Tạo mã", exact: true }).waitFor();
  await unit.fill("");
  await page.getByLabel("Tên quầy").fill("Quầy 1");
  await page.getByLabel("Mã PIN nhân viên").fill("2468");
  await page.getByRole("button", { name: "Tạo mã", exact: true }).click();
  await page.getByRole("alert").getByText("Hãy chọn đơn vị.").waitFor();
  // By keys alone: typed without marks, taken with Enter, which does not send the form.
  await unit.fill("pho hien");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: `Bỏ: ${COMMUNE.name.vi} (${COMMUNE.id})` }).waitFor();
  await page.getByRole("button", { name: "Tạo mã", exact: true }).click();
  await page.getByRole("img", { name: "Mã QR" }).waitFor();
  await page.getByText("https://quay.example.vn/").waitFor();
  const code = await page.getByRole("group", { name: "Mã đăng ký" }).getByRole("status").innerText();
  // As a tablet's own camera reads it: the counter's address, and the code where no server logs it.
  assert.equal(await read(page.getByRole("img", { name: "Mã QR" })), `https://quay.example.vn/enrol#${code}`);
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
  await findUnit(card, "Do cơ quan", "pho hien", COMMUNE.id);
  await card.getByRole("button", { name: "Thêm cơ quan" }).click();
  await card.getByText("Đơn vị đặt máy tự giải quyết thì không cần thêm.").waitFor();
  await findUnit(card, "Do cơ quan", "so nong nghiep", AGENCY.id);
  await card.getByRole("button", { name: "Thêm cơ quan" }).click();
  await card.getByText("Đất đai → Sở Nông nghiệp và Môi trường").waitFor();
  await card.getByRole("button", { name: "Lưu" }).click();
  await page.getByText("chưa áp dụng bản 2").waitFor();
  const config = (await device.send("GET", "/v1/device/config")).body;
  assert.equal(JSON.parse(config.form).code, "local9");
  assert.deepEqual([config.version, config.hours.length, config.holidays], [2, 10, ["2026-09-02"]]);
  assert.deepEqual([config.counter, config.counter_name.en], [DESK.id, DESK.name.en], "the counter of the tree");
  assert.deepEqual(config.resolvers, [{ field: "dat-dai", unit: AGENCY.id }]);

  await card.getByRole("button", { name: "Đổi cấu hình" }).click();
  await card.getByRole("group", { name: "Ngôn ngữ trên máy" }).getByLabel("English").uncheck();
  await card.getByLabel("Giây chờ").fill("90");
  await card.getByLabel("Giây đếm ngược").fill("15");
  await card.getByLabel("Mã PIN mới").fill("135790");
  await card.getByLabel("Chế độ tập dùng").check();
  await card.getByText("không phiếu nào trên máy này được tính").waitFor();
  await card.getByRole("button", { name: "Lưu" }).click();
  await card.getByText("chưa áp dụng bản 3").waitFor();
  const set = (await device.send("GET", "/v1/device/config")).body;
  assert.deepEqual([set.version, set.languages, set.idle_s, set.countdown_s, set.training], [3, ["vi"], 90, 15, true]);
  const { salt, rounds, hash } = set.pin;
  assert.equal(pbkdf2Sync("135790", Buffer.from(salt, "hex"), rounds, 32, "sha256").toString("hex"), hash);
  assert.equal(set.holidays[0], "2026-09-02", "what was set before stays");

  await card.getByRole("button", { name: "Chuyển máy" }).click();
  await card.getByRole("button", { name: `Bỏ: ${COMMUNE.name.vi} (${COMMUNE.id})` }).click();
  await card.getByRole("button", { name: "Chuyển máy đến đó" }).click();
  await card.getByRole("alert").getByText("Hãy chọn đơn vị.").waitFor();
  await findUnit(card, "Đơn vị", "an thi", OTHER.id);
  await card.getByRole("button", { name: "Chuyển máy đến đó" }).click();
  // The name alone stands in the drawer already; the drawer goes when the list is drawn anew.
  await card.getByRole("button", { name: "Chuyển máy đến đó" }).waitFor({ state: "detached" });
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
  const newcomer = page.locator("details.card");
  await page.getByLabel("Đến ngày").first().fill(LATER);
  // Nobody gets the whole house, or a unit, without a choice.
  await page.getByRole("button", { name: "Tạo tài khoản" }).click();
  await newcomer.getByRole("alert").getByText("Hãy chọn đơn vị.").waitFor();
  await findUnit(newcomer, "Đơn vị", "tinh hung yen", PROVINCE.id);
  await page.getByRole("button", { name: "Tạo tài khoản" }).click();
  const card = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: MANAGER.account }) });
  await card.getByText(new RegExp(`^Quản lý · ${PROVINCE.name.vi} · .* – ${LATER_READ}$`)).waitFor();

  const there = new Account(server);
  await there.must("POST", "/v1/session", MANAGER);
  assert.equal((await there.call("GET", "/v1/session")).status, 200);
  await card.getByRole("button", { name: "Sửa quyền" }).click();
  await card.getByLabel("Vai trò").selectOption("auditor");
  await card.getByLabel("Toàn hệ thống").check();
  assert.equal(await card.getByRole("searchbox", { name: "Đơn vị" }).isVisible(), false, "the whole house and a unit at once");
  await card.getByLabel("Toàn hệ thống").uncheck();
  await findUnit(card, "Đơn vị", "pho hien", COMMUNE.id);
  await card.getByLabel("Đến ngày").fill(LATER);
  await card.getByRole("button", { name: "Thêm quyền" }).click();
  await card.getByRole("button", { name: "Lưu" }).click();
  await page.getByText("Đã lưu.").waitFor();
  const rights = card.locator("> .rights > li");
  await rights.nth(1).waitFor();
  const lines = await rights.allInnerTexts();
  assert.ok(lines.some((line) => line.startsWith("Kiểm tra · Phường Phố Hiến") && line.endsWith(`– ${LATER_READ}`)), lines.join("; "));
  assert.ok(lines.some((line) => line.startsWith("Quản lý · ")), lines.join("; "));
  assert.equal((await there.call("GET", "/v1/session")).status, 401, "other rights end every session");

  await card.getByRole("button", { name: "Cấp mật khẩu mới" }).click();
  await card.getByLabel("Mật khẩu mới").fill("mot cau khac nua dai");
  await card.getByRole("button", { name: "Cấp mật khẩu mới" }).last().click();
  await page.getByText("Đã lưu.").waitFor();
  const manager = new Account(server);
  const signIn = (password) => manager.call("POST", "/v1/session", { ...MANAGER, password });
  assert.equal((await signIn("mot cau khac nua dai")).status, 200);
});

test("s4_an_auditor_finds_coverage_and_no_figures_and_staff_no_devices", { timeout: 120_000 }, async () => {
  const auditor = { account: "kiemtra", password: "mot cau kha dai 5" };
  const staff = { account: "nhanvien", password: "mot cau kha dai 6" };
  await operator.must("POST", "/v1/accounts", { ...auditor, grants: [{ role: "auditor", node: PROVINCE.id }] });
  await operator.must("POST", "/v1/accounts", { ...staff, grants: [{ role: "staff", node: PROVINCE.id }] });
  const screen = await open(undefined, auditor);
  const refused = [];
  screen.on("response", (reply) => reply.status() === 403 && refused.push(reply.url()));
  await screen.getByRole("link", { name: "Số liệu" }).click();
  await screen.getByRole("heading", { level: 2, name: "Chưa có số hồ sơ" }).waitFor();
  assert.equal(await screen.getByRole("navigation", { name: "Các góc nhìn" }).count(), 0);
  assert.deepEqual(refused, [], "the page asks for nothing that an auditor may not see");
  await screen.context().close();
  const other = await open(undefined, staff);
  await other.getByRole("link", { name: /Tài khoản của tôi/ }).waitFor();
  assert.equal(await other.getByRole("link", { name: "Máy khảo sát" }).count(), 0);
  await other.context().close();
});

test("ua6_the_audit_log_tells_the_whole_run_and_is_filtered", { timeout: 120_000 }, async () => {
  await go("Nhật ký");
  for (const act of ["Đăng ký máy", "Chuyển máy", "Đổi cấu hình", "Sửa đơn vị", "Cấp mật khẩu mới", "Tạo tài khoản"]) {
    await page.getByRole("cell", { name: act }).first().waitFor();
  }
  await page.getByLabel("Việc").selectOption("move");
  await page.getByRole("button", { name: "Lọc" }).click();
  await page.getByRole("cell", { name: "Đổi cấu hình" }).first().waitFor({ state: "detached" });
  await eventually(() => page.getByRole("row").count(), 2);
});

test("s7_a_grave_step_asks_for_the_password_again", { timeout: 120_000 }, async () => {
  const take = page.getByRole("button", { name: "Tải tệp CSV" });
  const dialog = page.getByRole("dialog", { name: "Xác nhận là chính Ông/Bà" });
  const password = dialog.getByLabel("Mật khẩu");
  const hasFocus = (part) => eventually(() => part.evaluate((it) => it === document.activeElement), true);
  // What leaves the question leads back to the button that asked it.
  for (const leave of [() => page.keyboard.press("Escape"), () => dialog.getByRole("button", { name: "Thôi" }).click()]) {
    await take.click();
    await hasFocus(password);
    await leave();
    await dialog.waitFor({ state: "detached" });
    await hasFocus(take);
  }
  await take.click();
  await password.fill(OPERATOR.password);
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Xác nhận" }).click();
  assert.equal((await download).suggestedFilename(), "audit.csv");
  await hasFocus(take);
  await go("Đơn vị");
  // The proof holds for minutes: nobody is asked twice.
  const units = page.waitForEvent("download");
  await take.click();
  assert.equal((await units).suggestedFilename(), "units.csv");
  const { lines } = await operator.must("GET", "/v1/audit?act=export-units");
  assert.equal(lines.length, 1);
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
