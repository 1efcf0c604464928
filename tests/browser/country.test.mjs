// The whole country on the page of units: loaded at once from the list that comes with the server, searched,
// walked by keys.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { eventually } from "./support/eventually.mjs";
import { FLAGS } from "./support/kiosk.mjs";
import { Account, OPERATOR } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";

const PROVINCES = 34;
const COMMUNES = 3_321;
/** Hưng Yên with its communes, below the country. */
const HUNG_YEN = 1 + 1 + 104;

/** As many are offered at once for what is typed. */
const OFFERED = 6;

const fold = (name) => name.toLowerCase().replaceAll("đ", "d").normalize("NFD").replaceAll(/\p{M}/gu, "");

let server, operator, browser, page;

before(async () => {
  server = await Server.start("--empty");
  operator = new Account(server);
  await operator.must("POST", "/v1/setup", { code: server.setupCode, ...OPERATOR });
  await operator.must("POST", "/v1/session", OPERATOR);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "vi-VN" })).newPage();
  await page.goto(server.manager);
  await page.getByLabel("Tài khoản").fill(OPERATOR.account);
  await page.getByLabel("Mật khẩu").fill(OPERATOR.password);
  await page.getByRole("button", { name: "Đăng nhập", exact: true }).click();
  await page.getByRole("link", { name: "Đơn vị", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Đơn vị" }).waitFor();
});

after(async () => {
  await browser?.close();
  await server?.end();
});

const choose = (text) =>
  page.getByLabel("Tệp CSV", { exact: true }).setInputFiles({ name: "ca-nuoc.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
const show = () => page.getByRole("button", { name: "Xem thay đổi" }).first().click();
const units = async () => (await operator.must("GET", "/v1/units")).units;

test("ua1_the_whole_country_is_loaded_on_the_page_from_the_list_that_comes_with_the_server", { timeout: 240_000 }, async (t) => {
  await page.getByText("Nhập từ tệp CSV").click();
  // One commune of 3,321 below a province that there is not: nothing is made.
  const list = await (await fetch(`${server.manager}viet-nam.csv`)).text();
  assert.equal(list.trim().split("\n").length, 1 + 1 + PROVINCES + COMMUNES);
  await choose(list.replace(/^33\.11953,33,/m, "33.11953,99,"));
  await show();
  await page.getByText(/^Dòng [\d.,]+/).first().waitFor();
  assert.equal((await units()).length, 0);
  // One province, for who keeps no more; then all of them, which takes the place of the chosen file.
  await page.getByRole("button", { name: "Lấy danh sách toàn quốc (34 tỉnh, 3.321 xã)" }).click();
  const part = page.getByLabel("Lấy phần nào");
  await eventually(() => part.locator("option").count(), 1 + PROVINCES);
  await part.selectOption({ label: "Tỉnh Hưng Yên" });
  await show();
  await page.getByText(`${HUNG_YEN} đơn vị thay đổi`, { exact: true }).waitFor();
  await part.selectOption({ label: "Cả nước" });
  await show();
  await page.getByText(/^3\.356 đơn vị thay đổi/).waitFor();
  assert.equal((await units()).length, 0, "a dry run made something");
  const began = Date.now();
  await page.getByRole("button", { name: "Thực hiện" }).click();
  await page.getByText("Đã thực hiện.").waitFor();
  t.diagnostic(`${Date.now() - began} ms to load the country`);
  const kinds = Object.groupBy(await units(), ({ kind }) => kind);
  assert.deepEqual([kinds.country.length, kinds.province.length, kinds.commune.length], [1, PROVINCES, COMMUNES]);
  const ward = kinds.commune.find(({ gso }) => gso === "11953");
  assert.deepEqual([ward.id, ward.parent, ward.name], ["33.11953", "33", { vi: "Phường Phố Hiến", en: "Phố Hiến ward" }]);
});

test("ua1_a_commune_is_found_among_all_without_marks", { timeout: 120_000 }, async () => {
  const box = page.getByLabel("Tìm đơn vị");
  const first = page.getByRole("treeitem").first();
  // How long it takes from a key to the drawn list is measured by `cargo xtask bench country`.
  for (const [typed, name] of [["pho hien", "Phố Hiến"], ["NGHIA do", "Nghĩa Đô"], ["phu quoc", "Phú Quốc"]]) {
    await box.fill(typed);
    await eventually(async () => (await first.innerText()).includes(name), true);
  }
  // A unit above is found in the same way, with its province beside its name.
  await box.fill("");
  await page.getByLabel("Đơn vị cấp trên").fill("pho hien");
  await page.getByRole("button", { name: "Phường Phố Hiến · Tỉnh Hưng Yên (33.11953)" }).waitFor();
  await page.getByLabel("Đơn vị cấp trên").fill("");
});

test("ux4_the_country_is_walked_by_keys_alone", { timeout: 120_000 }, async () => {
  const box = page.getByLabel("Tìm đơn vị");
  await box.fill("");
  await box.focus();
  const focused = () => page.evaluate(() => document.activeElement.innerText.trim().split("\n")[0]);
  const go = async (key, wanted) => {
    await page.keyboard.press(key);
    await eventually(async () => wanted.test(await focused()), true);
  };
  await go("ArrowDown", /Việt Nam/);
  const level = () => page.evaluate(() => document.activeElement.getAttribute("aria-level"));
  // Into the country, into a province, and back.
  if ((await page.evaluate(() => document.activeElement.getAttribute("aria-expanded"))) === "false") await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await eventually(level, "2");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await eventually(level, "3");
  await page.keyboard.press("ArrowLeft");
  await eventually(level, "2");
  await go("Home", /Việt Nam/);
});

test("ua2_no_two_communes_of_the_country_are_offered_under_one_name", { timeout: 120_000 }, async () => {
  await page.getByRole("link", { name: "Máy khảo sát", exact: true }).click();
  await page.getByRole("button", { name: "Tạo mã đăng ký máy" }).click();
  const all = (await units()).map((unit) => ({ ...unit, folded: fold(unit.name.vi) }));
  const province = (unit) => all.find(({ id }) => id === unit.parent);
  const communes = Map.groupBy(all.filter(({ kind }) => kind === "commune"), ({ folded }) => folded);
  // The names that most communes share, and what they are typed on with: the name of the province, marks or not.
  const shared = [...communes.values()].filter((same) => same.length > 4);
  assert.ok(shared.some((same) => same.length > OFFERED), "no name is more often there than is offered");
  const box = page.getByLabel("Đơn vị");
  const offers = page.locator(".offers button");
  for (const same of shared) {
    await box.fill(same[0].folded);
    await eventually(async () => (await offers.count()) >= Math.min(OFFERED, same.length), true);
    const names = (await offers.allInnerTexts()).map((offer) => offer.replace(/ \([\d.]+\)$/, ""));
    assert.equal(new Set(names).size, names.length, "each says its province");
    for (const name of names) assert.match(name, / · (Tỉnh|Thành phố) /);
    for (const unit of same) {
      const placed = `${unit.name.vi} · ${province(unit).name.vi} (${unit.id})`;
      await box.fill(`${unit.folded} ${fold(province(unit).name.vi).replace(/^(tinh|thanh pho) /, "")}`);
      await eventually(async () => (await offers.allInnerTexts()).includes(placed), true);
    }
  }
});
