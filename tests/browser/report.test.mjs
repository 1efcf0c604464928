// Figures that leave the house: the report that becomes an A4 PDF and is signed, and the files, held against
// what the API says to the same manager (UM11, UM12).
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { vietnamese } from "./support/by-hand.mjs";
import { eventually } from "./support/eventually.mjs";
import { strangeWords } from "./support/language.mjs";
import { Manager } from "./support/manager.mjs";
import { Office } from "./support/office.mjs";
import { PROVINCE } from "./support/operator.mjs";
import { record } from "./support/wire.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const READER = { account: "lanhdao", password: "mot cau kha dai 3" };
const EXPRESS = JSON.parse(readFileSync(new URL("../vectors/forms.lock", import.meta.url), "utf8")).express6;
const UNITS = [
  { id: "33.301", vi: "Xã An Bình", people: 120 },
  { id: "33.302", vi: "Xã Bình Minh", people: 16 },
  { id: "33.303", vi: "Xã Chí Minh", people: 0 },
];
const NAMES = ["Hài Lòng", "Hưng Yên", "Phố Hiến", ...UNITS.map(({ vi }) => vi.replace("Xã ", ""))];
const COMMENTS = ["Cần thêm ghế ngồi chờ.", "Hướng dẫn rõ ràng.", "Chờ hơi lâu vào sáng thứ hai.", "Nhanh hơn trước nhiều.", "Nên mở cửa sớm hơn.", "Biển chỉ dẫn khó thấy."];

let office, page, origin, month;

before(async () => {
  office = await Office.open();
  const { operator } = office;
  await office.communes(UNITS);
  await operator.must("POST", "/v1/accounts", { ...READER, grants: [{ role: "manager", node: PROVINCE.id }] });
  const now = Date.now();
  const day = new Date(now + 7 * HOUR).toISOString().slice(0, 10);
  month = day.slice(0, 7);
  for (const unit of UNITS.filter(({ people }) => people > 0)) {
    const device = await office.enrol(unit);
    const answers = (person) => ({ x_all: 4, x_tc: 3 + (person % 3), x_tthc: 4 + (person % 2), x_cc: person % 5 === 0 ? 2 : 5, x_kq: 6, x_pakn: 6 });
    const records = Array.from({ length: unit.people }, (_, person) =>
      record(
        {
          form: EXPRESS, unit: unit.id, field: "ho-tich", class: "kiosk", channel: "counter", mode: person % 10 === 0 ? "assisted" : "self",
          day, day_q: "wall", dur: 3, demo: {}, filters: { f_stage: "submit", f_pakn: "no" }, answers: answers(person),
        },
        unit.id === "33.301" ? COMMENTS[person] : undefined,
      ),
    );
    for (let sent = 0; sent < records.length; sent += 100) {
      const { body } = await device.post(records.slice(sent, sent + 100), unit.id);
      assert.ok(body.verdicts?.every(({ verdict }) => verdict === "counted"), JSON.stringify(body).slice(0, 300));
    }
  }
  await office.moveTo(now + DAY);
  ({ page } = await Manager.signIn(office.server.manager, READER, office.browser));
  ({ origin } = new URL(office.server.manager));
  await eventually(async () => (await api("children")).children?.filter(({ responses }) => responses > 0).length, 2);
  await eventually(async () => (await api("figures")).responses, 136);
}, { timeout: 120_000 });

after(() => office?.close());

const query = () => `form=express6&from=${month}&to=${month}`;
const api = (what, unit = PROVINCE.id) =>
  page.evaluate((path) => fetch(path).then((reply) => reply.json()), `/v1/units/${unit}/${what}?${query()}`);
async function open(unit, view = "view=report&") {
  await page.goto(`${origin}/?unit=${unit}&${view}${query()}`);
  await page.getByRole("button", { name: "Đăng xuất" }).or(page.getByRole("button", { name: "Sign out" })).waitFor();
}
const tidy = (text) => text.replace(/\s+/g, " ").trim();
const percent = (share) => `${vietnamese(share)}%`;
/** What a row of the report says of a figure of the API. */
const cells = ({ show, n, index, low, high }) =>
  show === "hidden"
    ? undefined
    : show === "score"
      ? [`${n}`, percent(index), `${percent(low)} – ${percent(high)}`]
      : // Of fewer than thirty people limits are whole fives.
        [`${n}`, "–", `${low / 100}% – ${high / 100}%`];

test("um12_um16_the_report_tells_what_was_done_and_no_draft", { timeout: 60_000 }, async () => {
  const tell = (method, path, message) =>
    page.evaluate(([method, path, body]) => fetch(path, { method, body, headers: { "content-type": "application/json" } }).then((reply) => reply.json()), [method, path, JSON.stringify(message)]);
  const path = "/v1/units/33.301/actions";
  const words = (said) => ({ said, done: "Đã kê thêm hai dãy ghế.", day: `${month}-01` });
  const { action } = await tell("POST", path, words("Thiếu ghế ngồi chờ."));
  await tell("POST", path, words("Đây mới là bản nháp."));
  await tell("PUT", `${path}/${action}/state`, { state: "published" });
  await open(PROVINCE.id);
  const report = page.getByRole("region", { name: "Báo cáo kết quả khảo sát mức độ hài lòng" });
  await report.getByRole("heading", { name: "9. Bạn nói - Chúng tôi làm" }).waitFor();
  await report.getByText("Đã kê thêm hai dãy ghế.").waitFor();
  const said = tidy(await report.innerText());
  assert.ok(said.includes(`Xã An Bình, 01/${month.slice(5)}/${month.slice(0, 4)} Thiếu ghế ngồi chờ.`), said);
  assert.ok(!said.includes("bản nháp"), said);
  await open("33.302");
  await page.getByText("Chưa công bố việc nào đã làm trong kỳ này.").waitFor();
});

test("um12_the_report_says_what_the_api_says_and_nothing_else", { timeout: 120_000 }, async () => {
  await open(PROVINCE.id);
  const report = page.getByRole("region", { name: "Báo cáo kết quả khảo sát mức độ hài lòng" });
  await report.getByRole("heading", { name: "10. Biện pháp khắc phục, cải thiện" }).waitFor();
  await report.getByRole("rowheader", { name: "Xã Bình Minh" }).waitFor();
  const [figures, { months }, { children }] = await Promise.all([api("figures"), page.evaluate((path) => fetch(path).then((reply) => reply.json()), `/v1/units/${PROVINCE.id}/trend?form=express6`), api("children")]);
  const rows = async (table) => Promise.all((await table.locator("tbody tr").all()).map(async (row) => (await row.locator("td").allInnerTexts()).map(tidy)));
  const tables = report.locator("table");
  const expected = [
    figures.overall,
    figures.factors.map((factor, at) => [...(figures.items.filter((item) => item.factor === at).every(({ id }) => id === factor.id) ? [] : [factor]), ...figures.items.filter((item) => item.factor === at)]).flat().concat(figures.items.filter(({ factor }) => factor === undefined)),
    months.map(({ figure }) => figure),
    [...children].sort((one, other) => (one.unit < other.unit ? -1 : 1)).map(({ figure }) => figure),
  ];
  const counted = [];
  for (const [at, all] of expected.entries()) {
    const said = await rows(tables.nth(at));
    assert.equal(said.length, all.length, `table ${at}: ${JSON.stringify(said)}`);
    for (const [row, figure] of all.entries()) {
      if (figure.formula === "f2_mean5") continue;
      const wanted = cells(figure);
      if (wanted === undefined) assert.equal(said[row].length, 1, `${JSON.stringify(said[row])} for ${JSON.stringify(figure)}`);
      else if (at === 3 && said[row].length === 1) assert.fail(`${JSON.stringify(said[row])} for ${JSON.stringify(figure)}`);
      else counted.push([said[row], wanted]);
    }
  }
  // The order of units is that of the tree; each figure stands once whatever that is.
  const sorted = (of) => of.map((row) => row.join(" ")).sort();
  assert.deepEqual(sorted(counted.map(([said]) => said)), sorted(counted.map(([, wanted]) => wanted)));
  assert.ok(counted.length >= 6, JSON.stringify(counted));
  const text = tidy(await report.innerText());
  for (const part of ["136 phiếu nằm trong số liệu", "Độc lập - Tự do - Hạnh phúc", "THỦ TRƯỞNG ĐƠN VỊ", "không thay thế SIPAS/PAPI", "Chưa có ý kiến nào"]) assert.ok(text.includes(part), `${part} in ${text}`);
  // Comments stand at the unit that collected them.
  await open("33.301");
  await page.getByText(COMMENTS[0]).waitFor();
});

test("um12_on_paper_it_is_a_clean_a4_document_in_both_languages", { timeout: 180_000 }, async () => {
  for (const [unit, language, last] of [[PROVINCE.id, "Tiếng Việt", "10. Biện pháp"], ["33.301", "Tiếng Việt", "10. Biện pháp"], ["33.301", "English", "10. What will be done"]]) {
    await open(unit);
    await page.getByRole("button", { name: language }).click();
    await page.getByRole("heading", { name: last }).waitFor();
    await page.waitForLoadState("networkidle");
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const seen = await page.evaluate(() => {
      const isShown = (at) => at.checkVisibility() && at.getBoundingClientRect().height > 0;
      return {
        left: [...document.querySelectorAll(".tabs, .segments, .controls, .live, button, .unit-head, .standing-note")].filter(isShown).map((at) => at.outerHTML.slice(0, 80)),
        paper: getComputedStyle(document.body).backgroundColor,
        ink: getComputedStyle(document.querySelector(".report h2")).color,
      };
    });
    assert.deepEqual(seen.left, []);
    assert.equal(seen.paper, "rgb(255, 255, 255)");
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: false });
    if (process.env.REPORT_TO) writeFileSync(`${process.env.REPORT_TO}/${unit}-${language === "English" ? "en" : "vi"}.pdf`, pdf);
    const sheets = [...pdf.toString("latin1").matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/g)];
    assert.ok(sheets.length >= 1 && sheets.length <= 5, `${sheets.length} pages`);
    for (const [, width, height] of sheets) assert.ok(Math.abs(width - 595) < 2 && Math.abs(height - 842) < 2, `${width} x ${height}`);
    await page.emulateMedia({ media: "screen", colorScheme: null });
  }
  await page.getByRole("button", { name: "Tiếng Việt" }).click();
});

test("um11_s7_the_files_are_offered_with_the_figures_and_asked_a_proof_for", { timeout: 120_000 }, async () => {
  await open(PROVINCE.id, "");
  for (const [name, ending, begins] of [["Tải bảng tính (XLSX)", "xlsx", "PK"], ["Tải tệp CSV", "csv", "\u{ef}\u{bb}\u{bf}part,unit,"]]) {
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name }).click();
    // The proof holds for minutes: nobody is asked twice.
    if (ending === "xlsx") {
      const dialog = page.getByRole("dialog", { name: "Xác nhận là chính Ông/Bà" });
      await dialog.getByLabel("Mật khẩu").fill(READER.password);
      await dialog.getByRole("button", { name: "Xác nhận" }).click();
    }
    const download = await waiting;
    assert.equal(download.suggestedFilename(), `hai-long_33_express6_${month}_${month}.${ending}`);
    const bytes = readFileSync(await download.path());
    assert.ok(bytes.toString("latin1").startsWith(begins), bytes.toString("latin1").slice(0, 20));
    if (process.env.REPORT_TO) writeFileSync(`${process.env.REPORT_TO}/figures.${ending}`, bytes);
    const again = await page.evaluate(async (path) => {
      const reply = await fetch(path);
      return [reply.headers.get("x-sha256"), new TextDecoder("latin1").decode(await reply.arrayBuffer()).length];
    }, `/v1/units/33/figures.${ending}?${query()}`);
    // The workbook says when it was made: of a later minute it may be another's bytes, never another's length.
    if (ending === "csv") assert.deepEqual(again, [createHash("sha256").update(bytes).digest("hex"), bytes.length]);
  }
});

test("ux9_ux3_ux7_the_report_is_clean_for_axe_and_nothing_is_too_wide", { timeout: 120_000 }, async () => {
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await open(PROVINCE.id);
    for (const language of ["English", "Tiếng Việt"]) {
      await page.getByRole("button", { name: language }).click();
      await page.locator(".report").waitFor();
      await page.waitForLoadState("networkidle");
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      for (const { id, nodes } of violations) found.push(`${colorScheme} ${language}: ${id} ${nodes.map(({ target }) => target)}`);
      if (language === "English") for (const words of await strangeWords(page, NAMES)) found.push(words);
      for (const width of [800, 360, 320]) {
        await page.setViewportSize({ width, height: 800 });
        const beyond = await page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth);
        if (beyond > 0) found.push(`${language} at ${width}: ${beyond} too wide`);
      }
      await page.setViewportSize({ width: 1440, height: 900 });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  assert.deepEqual(found, []);
});
