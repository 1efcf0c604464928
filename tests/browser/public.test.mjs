// The page that everybody reads, and the screen that says what stands on it: seen by axe and by eye, in both languages, at
// a phone's width and a desk's; and that it asks for nothing, keeps nothing and runs nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "./support/eventually.mjs";
import { enter, faults, launch, prove } from "./support/house.mjs";
import { Server } from "./support/server.mjs";

const SIZES = [[360, 740], [800, 1000], [1440, 900]];
/** The same in every language. */
const NAMES = ["Hài Lòng", "Tiếng Việt", "Hưng Yên", "Phố Hiến"];
const MINUTE = 60_000;

let server, browser;

before(async () => {
  server = await Server.start();
  browser = await launch();
}, { timeout: 300_000 });

after(async () => {
  await browser?.close();
  await server?.end();
});

/** A page of somebody who was never here, with everything that it asks for. */
async function stranger(options = {}) {
  const context = await browser.newContext({ locale: "vi-VN", viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const asked = [];
  const said = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => said.push(message.text()));
  return { context, page, asked, said };
}

test("um17_ux9_axe_finds_nothing_on_the_public_page", { timeout: 180_000 }, async () => {
  const found = [];
  for (const [width, height] of SIZES) {
    for (const colorScheme of ["light", "dark"]) {
      const { context, page } = await stranger({ viewport: { width, height }, colorScheme });
      for (const path of ["", "en/", "en/33", "nothing-here"]) {
        await page.goto(server.public + path);
        for (const summary of await page.locator("summary").all()) await summary.click();
        const names = [...NAMES, ...(await page.locator("tbody th").allInnerTexts())];
        found.push(...(await faults(page, `${path || "/"} ${width} ${colorScheme}`, names)));
      }
      await context.close();
    }
  }
  assert.deepEqual(found, []);
});

test("um17_the_public_page_keeps_nothing_runs_nothing_and_asks_nobody_else", { timeout: 60_000 }, async () => {
  const { context, page, asked, said } = await stranger();
  const reply = await page.goto(server.public);
  const headers = reply.headers();
  assert.equal(headers["set-cookie"], undefined);
  assert.match(headers["content-security-policy"], /script-src 'none'/);
  assert.match(headers["cache-control"], /^public, max-age=300$/);
  assert.equal(await page.evaluate(() => document.scripts.length), 0);
  assert.equal(await page.evaluate(() => document.querySelectorAll("[style], style, iframe, form").length), 0);
  assert.deepEqual(await context.cookies(), []);
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
  assert.deepEqual(asked.filter((url) => !url.startsWith(server.public)), []);
  assert.deepEqual(said, [], "the browser has nothing to complain of");
  // Without any program, too, it is the same page.
  const { page: plain } = await stranger({ javaScriptEnabled: false });
  await plain.goto(server.public);
  for (const title of ["Kết quả chung", "Từng nội dung", "Theo tháng", "Từng đơn vị", "Bạn nói - Chúng tôi làm", "Cách làm và giới hạn", "Dữ liệu mở"]) {
    await plain.getByRole("heading", { level: 2, name: title, exact: true }).waitFor();
  }
  await plain.getByText("không thay thế SIPAS/PAPI").waitFor();
  assert.ok((await plain.locator("tr[data-part=below]").count()) > 20);
  const alphabet = new Intl.Collator("vi", { numeric: true });
  const units = plain.locator("section#units");
  for (const table of [units.locator("> table"), units.locator("details > table")]) {
    // As a reader sees them: one name of the list has two spaces.
    const names = (await table.locator("tbody th").allTextContents()).map((name) => name.replaceAll(/\s+/g, " "));
    assert.ok(names.length > 3, `${names.length} units`);
    assert.deepEqual(names, names.toSorted(alphabet.compare), "by name, never by figure");
  }
  // Who has no response yet is folded, and opens without a program.
  const folded = units.locator("details");
  assert.equal(await folded.locator("tbody tr").first().isVisible(), false);
  await folded.getByText("Đơn vị chưa có phiếu").click();
  await folded.locator("tbody tr").first().waitFor();
  // The language is one link away, and the page says which it is.
  await plain.getByRole("link", { name: "English" }).click();
  assert.equal(await plain.locator("html").getAttribute("lang"), "en");
  await plain.getByRole("heading", { level: 2, name: "You said - We did", exact: true }).waitFor();
});

test("um17_the_open_data_are_files_with_their_rows", { timeout: 60_000 }, async () => {
  const { page } = await stranger();
  await page.goto(server.public);
  for (const [name, head] of [["Tải số liệu (CSV)", "part,unit,parent"], ["Tải từ điển các cột (CSV)", "column,meaning_vi"]]) {
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
    const parts = [];
    for await (const part of await file.createReadStream()) parts.push(part);
    const text = Buffer.concat(parts).toString("utf8");
    assert.ok(text.startsWith(`\uFEFF${head}`), text.slice(0, 100));
  }
});

test("um16_um17_ux9_what_is_public_is_chosen_and_told_on_its_screen", { timeout: 300_000 }, async () => {
  const page = await enter(browser, server, server, "publish?unit=33");
  await page.getByRole("heading", { level: 1, name: "Công khai" }).waitFor();
  await page.getByText(/^Đang công khai từ/).waitFor();
  assert.equal(await page.locator("#public-page").getAttribute("href"), `${server.public}33`);
  const found = [];
  for (const language of ["English", "Tiếng Việt"]) {
    await page.getByRole("button", { name: language, exact: true }).click();
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      found.push(...(await faults(page, `publish ${language} ${width}`, NAMES)));
    }
  }
  assert.deepEqual(found, []);
  const form = page.locator("form.told-words");
  const keep = async (said, done) => {
    await form.getByLabel("Bạn nói").fill(said);
    await form.getByLabel("Chúng tôi làm").fill(done);
    await form.getByRole("button", { name: "Lưu bản nháp" }).click();
  };
  await keep("Gọi 0912 345 678 không ai nghe", "Đã có tổng đài 1022.");
  await page.getByRole("alert").getByText(/^Có vẻ có số điện thoại/).waitFor();
  await keep("Gọi điện không ai nghe", "Đã có tổng đài.");
  await page.getByText("Đã lưu bản nháp.").waitFor();
  const row = page.locator(".told > li").filter({ hasText: "Gọi điện không ai nghe" });
  await row.getByRole("button", { name: /^Sửa/ }).click();
  await keep("Gọi điện không ai nghe", "Đã có tổng đài 1022, trực từ 7 giờ.");
  await row.getByText("trực từ 7 giờ").waitFor();
  // Somebody who was never here: a browser gives a page again for five minutes.
  const isShown = async () => {
    const { context, page: outside } = await stranger();
    await outside.goto(server.public);
    const isThere = await outside.getByText("Đã có tổng đài 1022, trực từ 7 giờ.").isVisible();
    await context.close();
    return isThere;
  };
  assert.equal(await isShown(), false, "a draft is nobody else's");
  await row.getByRole("button", { name: /^Công bố/ }).click();
  await row.getByRole("button", { name: "Đúng, công bố" }).click();
  // So long after the sign-in the server may want to know again who is here.
  const dialog = page.getByRole("dialog");
  await page.waitForTimeout(1_000);
  if (await dialog.isVisible()) await prove(page, server);
  await row.getByText(/Đã công bố \d/).waitFor();
  assert.equal(await row.getByRole("button", { name: /^Sửa/ }).count(), 0, "what is public is changed by nobody");
  await eventually(isShown, true, 1.5 * MINUTE);
  await row.getByRole("button", { name: /^Rút lại/ }).click();
  await row.getByRole("button", { name: "Đúng, rút lại" }).click();
  await row.getByText(/Đã rút lại \d/).waitFor();
  await eventually(isShown, false, 1.5 * MINUTE);
});
