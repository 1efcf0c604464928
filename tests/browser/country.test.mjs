// The whole country on the page of units: loaded at once from a file, searched, walked by keys.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { eventually } from "./support/eventually.mjs";
import { FLAGS } from "./support/kiosk.mjs";
import { Account, OPERATOR } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";

const COUNTRY = JSON.parse(readFileSync(new URL("../../xtask/data/units-vietnam.json", import.meta.url), "utf8"));
const PROVINCES = 34;
const COMMUNES = 3_321;
/** From a key to the drawn list. */
const QUICK_MS = 100;

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

/** The country as a file, every unit with its GSO code; `change` may alter a row. */
function file(change = (cells) => cells) {
  const rows = ["id,parent,kind,name_vi,gso,valid_from,collects"];
  const row = (...cells) => rows.push(change(cells).join(","));
  row("vn", "", "country", "Việt Nam", "", "2025-07-01", "no");
  for (const { code, name, communes } of COUNTRY) {
    const gso = String(code).padStart(2, "0");
    row(gso, "vn", "province", name, gso, "2025-07-01", "no");
    for (const [commune, name] of communes) {
      const own = String(commune).padStart(5, "0");
      row(`${gso}.${own}`, gso, "commune", name, own, "2025-07-01", "yes");
    }
  }
  return `\ufeff${rows.join("\r\n")}\r\n`;
}

const choose = (text) =>
  page.getByLabel(/Chọn tệp|Tệp CSV/).setInputFiles({ name: "ca-nuoc.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
const show = () => page.getByRole("button", { name: "Xem thay đổi" }).first().click();
const units = async () => (await operator.must("GET", "/v1/units")).units;

test("ua1_the_whole_country_is_loaded_from_a_file_on_the_page_all_or_nothing", { timeout: 240_000 }, async (t) => {
  assert.equal(COUNTRY.length, PROVINCES);
  await page.getByText("Nhập từ tệp CSV").click();
  // One commune of 3,321 below a province that there is not: nothing is made.
  await choose(file((cells) => (cells[0] === "33.12121" || cells[3] === "Phường Phố Hiến" ? cells.with(1, "99") : cells)));
  await show();
  await page.getByText(/^Dòng [\d.,]+/).first().waitFor();
  assert.equal((await units()).length, 0);
  await choose(file());
  await show();
  await page.getByText(/^3\.356 đơn vị thay đổi/).waitFor();
  assert.equal((await units()).length, 0, "a dry run made something");
  const began = Date.now();
  await page.getByRole("button", { name: "Thực hiện" }).click();
  await page.getByText("Đã thực hiện.").waitFor();
  t.diagnostic(`${Date.now() - began} ms to load the country`);
  const kinds = Object.groupBy(await units(), ({ kind }) => kind);
  assert.deepEqual([kinds.country.length, kinds.province.length, kinds.commune.length], [1, PROVINCES, COMMUNES]);
});

test("ua1_a_commune_is_found_among_all_without_marks", { timeout: 120_000 }, async (t) => {
  const box = page.getByLabel("Tìm đơn vị");
  const first = page.getByRole("treeitem").first();
  await box.fill("pho hien");
  await eventually(async () => (await first.innerText()).includes("Phố Hiến"), true);
  await box.fill("");
  await first.waitFor();
  // From a key to the drawn list, each letter of a name typed alone.
  const typed = () => page.evaluate(async () => {
    const box = document.querySelector("input[type=search]");
    const drawn = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go)));
    const times = [];
    for (const name of ["tan binh", "dak lak", "phu quoc", "nghia do"]) {
      for (let end = 1; end <= name.length; end += 1) {
        const began = performance.now();
        box.value = name.slice(0, end);
        box.dispatchEvent(new InputEvent("input", { bubbles: true }));
        await drawn();
        times.push(performance.now() - began);
      }
    }
    return times.sort((one, other) => one - other);
  });
  // A machine that does other things just now is given two more tries; what a person waits for is the median.
  let times = await typed();
  for (let again = 0; again < 2 && times[Math.floor(times.length / 2)] >= QUICK_MS; again += 1) times = await typed();
  const at = (share) => times[Math.floor((times.length - 1) * share)].toFixed(0);
  t.diagnostic(`search in 3,356 units, key to drawn list: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, slowest ${at(1)} ms`);
  assert.ok(Number(at(0.5)) < QUICK_MS, `${at(0.5)} ms from a key to the drawn list`);
  await eventually(async () => (await first.innerText()).includes("Nghĩa Đô"), true);
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
  const options = page.locator("select[name=unit] option");
  await eventually(() => options.count(), COMMUNES);
  const names = await options.allTextContents();
  assert.equal(new Set(names).size, names.length, "each says its province");
  assert.ok(names.includes("Phường Phố Hiến · Hưng Yên"), names.slice(0, 3).join("; "));
});
