// The manager's page as managers and operators use it: from an empty server to figures that move.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { readFileSync } from "node:fs";
import { eventually } from "./support/eventually.mjs";
import { findUnit } from "./support/house.mjs";
import { FLAGS } from "./support/kiosk.mjs";
import { Account, COMMUNE, OPERATOR, PROVINCE, setClock } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";
import { Device, record } from "./support/wire.mjs";

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Devices and figures of the province. */
const ADMIN = { account: "quantritinh", password: "mot cau kha dai 3" };
const FORMS = JSON.parse(readFileSync(new URL("../vectors/forms.lock", import.meta.url), "utf8"));
const OTHER = { ...COMMUNE, id: "33.12001", gso: "12001", name: { vi: "Xã Ân Thi", en: "Ân Thi commune" } };

let server, operator, browser, page;

before(async () => {
  server = await Server.start("--empty");
  operator = new Account(server);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
  page = await open();
});

after(async () => {
  await browser?.close();
  await server?.end();
});

async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "vi-VN", ...options });
  return context.newPage();
}

async function signIn({ account, password }, on = page) {
  await on.getByLabel("Tài khoản").fill(account);
  await on.getByLabel("Mật khẩu").fill(password);
  await on.getByRole("button", { name: "Đăng nhập" }).click();
}

const heading = (name) => page.getByRole("heading", { level: 1, name });
const focused = () => page.evaluate(() => document.activeElement.innerText.trim());
const count = (label) => page.getByText(label, { exact: true }).locator("xpath=following-sibling::dd").innerText();

test("um1_an_empty_server_is_set_up_on_its_page", { timeout: 60_000 }, async () => {
  await page.goto(`${server.manager}setup`);
  const fill = async (code, password) => {
    await page.getByLabel("Mã thiết lập").fill(code);
    await page.getByLabel("Tên tài khoản vận hành").fill(OPERATOR.account);
    await page.getByLabel("Mật khẩu mới").fill(password);
    await page.getByRole("button", { name: "Tạo tài khoản vận hành" }).click();
  };
  await fill(server.setupCode, "short");
  await page.getByRole("alert").getByText("ít nhất 12 ký tự").waitFor();
  await fill("not the code", OPERATOR.password);
  await page.getByRole("alert").getByText("Mã không đúng").waitFor();
  await fill(server.setupCode, OPERATOR.password);
  await page.getByRole("heading", { name: "Đã tạo tài khoản vận hành." }).waitFor();
  await page.getByRole("link", { name: "Đăng nhập" }).click();
  await signIn(OPERATOR);
  await page.getByRole("button", { name: "Đăng xuất" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Số liệu" }).count(), 0, "an operator is offered figures");

  await operator.must("POST", "/v1/session", OPERATOR);
  await operator.must("POST", "/v1/units", { units: [PROVINCE, COMMUNE, OTHER] });
  await operator.must("POST", "/v1/accounts", { ...ADMIN, grants: [{ role: "admin", node: PROVINCE.id }] });
  await page.getByRole("button", { name: "Đăng xuất" }).click();
  await page.getByRole("heading", { name: "Đăng nhập" }).waitFor();
});

test("um1_a_wrong_password_says_so_and_then_how_long_to_wait", { timeout: 60_000 }, async () => {
  const nobody = { account: "nobody-here", password: "wrong wrong wrong" };
  await signIn(nobody);
  await page.getByRole("alert").getByText("Sai tài khoản hoặc mật khẩu").waitFor();
  await signIn(nobody);
  await page.getByRole("alert").getByText(/Thử lại sau \d+ giây/).waitFor();
  await signIn(ADMIN);
  await heading(PROVINCE.name.vi).waitFor();
});

test("um3_the_address_names_unit_form_and_months_and_leads_back", { timeout: 60_000 }, async () => {
  await page.getByLabel("Tìm đơn vị").fill("an thi");
  await page.keyboard.press("Enter");
  await heading(OTHER.name.vi).waitFor();
  await page.getByRole("button", { name: "Tháng này" }).click();
  await page.getByLabel("Phiếu khảo sát").selectOption("local9");
  await page.waitForURL(/\?unit=33\.12001&form=local9&from=(\d{4}-\d\d)&to=\1$/);
  await page.reload();
  await heading(OTHER.name.vi).waitFor();
  assert.equal(await page.getByLabel("Phiếu khảo sát").inputValue(), "local9");
  await page.goBack();
  await eventually(() => page.getByLabel("Phiếu khảo sát").inputValue(), "sipas2022");
  await heading(OTHER.name.vi).waitFor();
});

test("um4_for_nobody_there_are_words_and_no_zero", { timeout: 60_000 }, async () => {
  const card = page.locator("section", { has: page.getByRole("heading", { name: "% hài lòng (mức 4+5), gộp câu trả lời" }) });
  await card.getByText("Chưa đủ dữ liệu").waitFor();
  assert.doesNotMatch(await card.innerText(), /\b0([.,]0+)?\s*%/);
  await page.getByText("không thay thế SIPAS/PAPI").waitFor();
});

test("ux4_the_tree_is_walked_by_keys_alone", { timeout: 60_000 }, async () => {
  await page.goto(server.manager);
  await heading(PROVINCE.name.vi).waitFor();
  await page.getByLabel("Tìm đơn vị").focus();
  const seen = [];
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "Home", "End", "ArrowLeft"]) {
    await page.keyboard.press(key);
    seen.push(await focused());
  }
  const [province, ward, commune] = [PROVINCE, COMMUNE, OTHER].map((unit) => unit.name.vi);
  assert.deepEqual(seen, [province, ward, commune, province, commune, province]);
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.getByRole("treeitem").count(), 1);
  await page.keyboard.press("ArrowRight");
  await eventually(() => page.getByRole("treeitem").count(), 3);
  await page.keyboard.type("pho hien");
  await eventually(() => page.getByRole("treeitem").count(), 1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await heading(ward).waitFor();
});

test("ua2_a_code_from_the_page_enrols_a_device_and_a_revoked_one_is_shown", { timeout: 60_000 }, async () => {
  await page.getByRole("link", { name: "Máy khảo sát" }).click();
  await page.getByText("Chưa có máy nào được đăng ký.").waitFor();
  const device = await enrolOnPage("Quầy số 3");
  assert.equal(device.config.counter, "quay-so-3");
  await page.getByRole("button", { name: "Xem lại" }).click();
  const card = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "Quầy số 3" }) });
  await card.getByText("chưa liên lạc lần nào").waitFor();
  await card.getByRole("button", { name: "Thu hồi máy" }).click();
  await card.getByText("Thu hồi máy này?").waitFor();
  await card.getByRole("button", { name: "Vâng, thu hồi" }).click();
  await card.getByText("Đã thu hồi").waitFor();
  const refused = await device.send("GET", "/v1/device/config");
  assert.equal(refused.body.code, "revoked-device");
});

async function enrolOnPage(counter) {
  await page.goto(`${server.manager}devices`);
  await page.getByRole("button", { name: "Tạo mã đăng ký máy" }).click();
  await findUnit(page, "Đơn vị", "pho hien", COMMUNE.id);
  await page.getByLabel("Tên quầy").fill(counter);
  await page.getByLabel("Phiếu khảo sát").selectOption("sipas2022");
  await page.getByLabel("Mã PIN nhân viên").fill("2468");
  await page.getByRole("button", { name: "Tạo mã" }).click();
  const code = await page.getByRole("group", { name: "Mã đăng ký" }).getByRole("status").innerText();
  await page.getByText("Còn dùng được trong 10 phút").waitFor();
  const device = await Device.enrol(server.counter, code);
  assert.equal(device.enrolled.status, 200);
  return device;
}

test("um8_counts_are_live_and_figures_follow_a_release_by_themselves", { timeout: 120_000 }, async () => {
  // Ten minutes before the next release, so that the session lives through it.
  const midnight = Math.ceil((Date.now() + 7 * HOUR) / (24 * HOUR)) * 24 * HOUR - 7 * HOUR;
  const release = midnight + 5 * HOUR;
  await setClock(operator, release - 10 * MINUTE);
  await operator.must("POST", "/v1/session", OPERATOR);
  await page.context().clearCookies();
  await page.goto(server.manager);
  await signIn(ADMIN);
  await heading(PROVINCE.name.vi).waitFor();
  const device = await enrolOnPage("Quầy số 4");
  await page.goto(`${server.manager}?unit=${COMMUNE.id}`);
  await heading(COMMUNE.name.vi).waitFor();
  await page.getByText("Công bố lần tới: 05:00").waitFor();

  const items = JSON.parse(device.config.form).factors.flatMap((factor) => factor.items.map((item) => item.id));
  const day = new Date(release + 7 * HOUR).toISOString().slice(0, 10);
  const records = Array.from({ length: 12 }, (_, person) =>
    record({
      form: FORMS.sipas2022, unit: COMMUNE.id, field: "ho-tich", class: "kiosk", channel: "counter", mode: "self",
      day, day_q: "wall", dur: 4, demo: {}, filters: { f_stage: "collect", f_pakn: "yes" },
      answers: Object.fromEntries(items.map((id) => [id, person < 9 ? 5 : 2])),
    }),
  );
  assert.equal((await device.post(records)).status, 200);
  await eventually(() => count("Nhận hôm nay"), "12");
  assert.equal(await count("Chờ công bố"), "12");
  await page.getByText("Chưa đủ dữ liệu").first().waitFor();

  await setClock(operator, release + MINUTE);
  await eventually(() => count("Chờ công bố"), "0");
  // Nine of twelve, everybody of one mind, worth twelve: Wilson 46.77 to 91.11, outward to five points.
  await page.getByText("45% – 95%").first().waitFor();
  assert.doesNotMatch(await page.locator("main").innerText(), /75,00%/);
});

test("ux9_axe_finds_nothing_on_any_screen", { timeout: 240_000 }, async () => {
  const found = [];
  const look = async (on, name) => {
    const { violations } = await new AxeBuilder({ page: on }).analyze();
    found.push(...violations.map(({ id, nodes }) => `${name}: ${id} at ${nodes.map((node) => node.target).join(", ")}`));
  };
  for (const [width, height] of [[1440, 900], [800, 1280], [360, 740]]) {
    for (const language of ["Tiếng Việt", "English"]) {
      const screen = await open({ viewport: { width, height } });
      const at = (name) => `${name}, ${language}, ${width} px`;
      const speak = () => screen.getByRole("button", { name: language, exact: true }).click();
      await screen.goto(`${server.manager}setup`);
      await speak();
      await look(screen, at("set-up"));
      await screen.goto(server.manager);
      await screen.locator("input[name=password]").waitFor();
      await look(screen, at("sign-in"));
      await screen.locator("input[name=account]").fill(ADMIN.account);
      await screen.locator("input[name=password]").fill(ADMIN.password);
      await screen.keyboard.press("Enter");
      await screen.getByRole("heading", { level: 1 }).waitFor();
      for (const unit of [PROVINCE, COMMUNE, OTHER]) {
        await screen.goto(`${server.manager}?unit=${unit.id}`);
        await screen.locator("#headline").waitFor();
        await look(screen, at(unit.id));
      }
      await screen.goto(`${server.manager}?unit=${COMMUNE.id}`);
      await screen.getByRole("button", { name: language === "English" ? "Table" : "Bảng số" }).click();
      await look(screen, at("table"));
      await screen.goto(`${server.manager}devices`);
      await screen.getByRole("button", { name: language === "English" ? "New enrolment code" : "Tạo mã đăng ký máy" }).click();
      await look(screen, at("devices"));
      await screen.goto(`${server.manager}nowhere`);
      await screen.getByRole("heading", { level: 1 }).waitFor();
      await look(screen, at("nowhere"));
      await screen.context().close();
    }
  }
  assert.deepEqual(found, []);
});

test("ux1_targets_are_at_least_44_px", { timeout: 60_000 }, async () => {
  const small = [];
  for (const path of ["", "devices", `?unit=${COMMUNE.id}`]) {
    await page.goto(server.manager + path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.locator("#headline, .devices").first().waitFor();
    for (const target of await page.locator("button, a, select, input, [role=treeitem]").all()) {
      const box = await target.boundingBox();
      if (box && box.y >= 0 && box.height < 43.9) small.push(`${path}: ${await target.innerText()} ${box.height}`);
    }
  }
  assert.deepEqual(small, []);
});
