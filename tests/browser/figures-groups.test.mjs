// What stands beside the figures since the first views: a sealed quarter by its groups, the running sum of low
// answers, comments that are reviewed, all of it on paper; each number computed here by hand.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { apart, pooled, share, vietnamese } from "./support/by-hand.mjs";
import { eventually } from "./support/eventually.mjs";
import { strangeWords } from "./support/language.mjs";
import { Manager } from "./support/manager.mjs";
import { Office } from "./support/office.mjs";
import { MANAGER, PROVINCE } from "./support/operator.mjs";
import { record } from "./support/wire.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ADMIN = { account: "quantri", password: "mot cau kha dai 3" };
const EXPRESS = JSON.parse(readFileSync(new URL("../vectors/forms.lock", import.meta.url), "utf8")).express6;
const ASKED = ["x_all", "x_tc", "x_tthc", "x_cc"];
const UNITS = ["Xã An Bình", "Xã Bình Minh", "Xã Chí Minh"].map((vi, at) => ({ id: `33.${201 + at}`, vi }));
/** [field, mode, channel, people, satisfied with all of it]: everybody else answers at level 2 throughout. */
const QUARTER = [
  [UNITS[0], [["ho-tich", "self", "counter", 140, 112], ["dat-dai", "assisted", "counter", 120, 108]]],
  [UNITS[1], [["ho-tich", "self", "counter", 130, 117], ["dat-dai", "assisted", "qr", 20, 15]]],
  [UNITS[2], [["ho-tich", "self", "counter", 140, 120], ["dat-dai", "assisted", "qr", 60, 50]]],
];
/** The month after: the first unit's low answers are many, the second's as they were. */
const NEXT = [
  [UNITS[0], [["ho-tich", "self", "counter", 100, 60]]],
  [UNITS[1], [["ho-tich", "self", "counter", 100, 88]]],
];
const NAMING = ["Chị Hoa hướng dẫn kỹ.", "Anh Nam để chờ lâu.", "Cảm ơn bà Tư nhé.", "Ông Ba giải thích rõ.", "Chị Lan vui vẻ.", "Anh Bảy nhanh."];

let office, manager, page, quarter, first, second;

before(async () => {
  office = await Office.open();
  const { operator } = office;
  await office.communes(UNITS);
  await operator.must("POST", "/v1/accounts", { ...ADMIN, grants: [{ role: "admin", node: PROVINCE.id }] });
  // The tenth of a quarter's last month, and of the month after it.
  const now = new Date(Date.now() + 7 * HOUR);
  const last = Math.floor(now.getUTCMonth() / 3) * 3 + 2 + 3;
  const tenth = (month) => Date.UTC(now.getUTCFullYear(), month, 10) + 2 * HOUR;
  await office.moveTo(tenth(last));
  for (const unit of UNITS) unit.device = await office.enrol(unit);
  first = await month(tenth(last), QUARTER, NAMING);
  second = await month(tenth(last + 1), NEXT, []);
  await operator.must("POST", "/v1/test/night", {});
  const [year, of] = first.split("-").map(Number);
  quarter = { name: `Quý ${of / 3}/${year}`, from: `${year}-${String(of - 2).padStart(2, "0")}`, to: first };
  manager = await Manager.signIn(office.server.manager, ADMIN, office.browser);
  page = manager.page;
  // Sums go up by an alarm, soon; then it is decided which units may show their groups.
  const path = `/v1/units/${UNITS[0].id}/breakdown?form=express6`;
  await eventually(() => page.evaluate((path) => fetch(path).then((reply) => reply.json()).then(({ by }) => by.every(({ groups }) => Array.isArray(groups))), path), true);
}, { timeout: 120_000 });

after(() => office?.close());

/** Answers of one day, and the next morning's release; `YYYY-MM`. */
async function month(now, answers, comments) {
  await office.moveTo(now);
  const day = new Date(now + 7 * HOUR).toISOString().slice(0, 10);
  for (const [unit, groups] of answers) {
    const records = groups.flatMap(([field, mode, channel, people, satisfied]) =>
      Array.from({ length: people }, (_, person) =>
        record(
          {
            form: EXPRESS, unit: unit.id, field, class: "kiosk", channel, mode,
            day, day_q: "wall", dur: 3, demo: {}, filters: { f_stage: "submit", f_pakn: "no" },
            answers: { ...Object.fromEntries(ASKED.map((item) => [item, person < satisfied ? 4 : 2])), x_kq: 6, x_pakn: 6 },
          },
          unit === UNITS[0] && mode === "self" ? comments[person] : undefined,
        ),
      ),
    );
    for (let sent = 0; sent < records.length; sent += 200) {
      const reply = await unit.device.post(records.slice(sent, sent + 200), unit.id);
      assert.ok(reply.body.verdicts?.every(({ verdict }) => verdict === "counted"), JSON.stringify(reply.body).slice(0, 300));
    }
  }
  await office.moveTo(now + DAY);
  return day.slice(0, 7);
}

const figure = (n, satisfied) => pooled(Array.from({ length: n }, (_, person) => [1, 2, 3].map(() => (person < satisfied ? 4 : 2))));
const percent = (hundredths) => `${vietnamese(hundredths)}%`;
const limits = ({ low, high }) => `${percent(low)} – ${percent(high)}`;

async function open(view, { unit = UNITS[0].id, from = first, to = second, on = page } = {}) {
  const side = view ? `view=${view}&` : "";
  await on.goto(`${new URL(office.server.manager).origin}/?unit=${unit}&${side}form=express6&from=${from}&to=${to}`);
  await on.getByRole("button", { name: "Đăng xuất" }).waitFor();
}
const section = (name, on = page) => on.getByRole("region", { name, exact: true });
const tidy = (text) => text.replace(/\s+/g, " ").trim();

test("p7_um3_a_sealed_quarter_stands_by_mode_field_and_channel_with_what_is_withheld", { timeout: 90_000 }, async () => {
  await open("groups");
  // The chosen month is of a quarter that is not sealed: the newest one before it stands here.
  await page.getByRole("button", { name: quarter.name, pressed: true }).waitFor();
  await page.getByText("% hài lòng (mức 4+5), gộp câu trả lời").first().waitFor();
  await page.getByText("Không có hai cách chia nào được ghép với nhau", { exact: false }).waitFor();
  const item = (by, name) => section(by).getByRole("listitem").filter({ hasText: name });
  const groups = [
    ["Theo cách trả lời", "Tự trả lời", 140, 112], ["Theo cách trả lời", "Có người hỗ trợ", 120, 108],
    ["Theo lĩnh vực", "Hộ tịch, cư trú, chứng thực", 140, 112], ["Theo lĩnh vực", "Đất đai, xây dựng, môi trường", 120, 108],
    ["Theo kênh", "Tại quầy", 260, 220],
  ];
  for (const [by, name, n, satisfied] of groups) {
    const { index, low, high } = figure(n, satisfied);
    const said = tidy(await item(by, name).innerText());
    for (const part of [percent(index), limits({ low, high }), `n = ${n}`]) assert.ok(said.includes(part), `${by} ${name}: ${said} lacks ${part}`);
  }
  assert.match(tidy(await item("Theo lĩnh vực", "Y tế, giáo dục").innerText()), /Không có phiếu nào\.$/);
  // Nine tenths against eight: more than chance.
  const { by, low, high } = apart({ people: 120, satisfied: 108 }, { people: 140, satisfied: 112 });
  assert.equal(by, 1000);
  assert.ok(low > 0 && high < 2000);
  const said = await section("Theo cách trả lời").locator(".said").innerText();
  assert.ok(said.startsWith("Có người hỗ trợ so với tự trả lời: Cao hơn 10,00 điểm"), said);
  await section("Theo cách trả lời").getByText("Khác nhau nhiều hơn ngẫu nhiên", { exact: false }).waitFor();
  // The same as a table.
  await page.getByRole("button", { name: "Bảng số" }).click();
  const row = section("Theo kênh").getByRole("row").filter({ hasText: "Tại quầy" });
  const all = figure(260, 220);
  assert.deepEqual((await row.locator("td").allInnerTexts()).map(tidy), [percent(all.index), limits(all), "260"]);
  await page.getByRole("button", { name: "Biểu đồ" }).click();
  // A quarter's button leads to its own address.
  await page.getByRole("button", { name: quarter.name }).click();
  await page.waitForURL(new RegExp(`view=groups&form=express6&from=${quarter.from}&to=${quarter.to}$`));

  // Twenty are too few at the second unit: nothing is shown, and it says why. The third, with enough of its own,
  // hides with it, since the province less the others would be these twenty.
  for (const unit of [UNITS[1].id, UNITS[2].id]) {
    await open("groups", { unit });
    for (const name of ["Theo cách trả lời", "Theo kênh", "Theo lĩnh vực"]) {
      await section(name).getByText("Không hiện: mỗi nhóm phải không có ai hoặc có từ 30 phiếu", { exact: false }).waitFor();
      assert.ok(!/\d\s?%/.test(await section(name).innerText()), name);
    }
  }
  await open("groups", { from: "2026-01", to: "2026-01" });
  await page.getByText("Chưa có quý nào được chốt đến tháng này.", { exact: false }).waitFor();
});

/** ST16 on one month after another: the level in hundredths of a percent of the alarm's. */
function running(before, [low, people]) {
  const usual = before[0] / before[1];
  const raised = (2 * usual) / (1 + usual);
  return Math.max(0, low * Math.log(raised / usual) + (people - low) * Math.log((1 - raised) / (1 - usual)));
}

test("um6_st16_many_low_answers_raise_an_alarm_in_the_trend_and_above_it", { timeout: 60_000 }, async () => {
  await open("trend");
  const month = (of) => of.split("-").reverse().join("/");
  const row = (of) => page.getByRole("row").filter({ hasText: month(of) }).first();
  await row(second).waitFor();
  // Of 260 before, 40 had a low answer; of a hundred now, 40.
  assert.ok(running([40, 260], [40, 100]) > 6);
  assert.equal(await row(second).getAttribute("data-alarm"), "true");
  await row(second).getByText(`Báo động: ${percent(share(40, 100))} trên 100 người, thường ${percent(share(40, 260))}`).waitFor();
  assert.equal(await row(first).getAttribute("data-alarm"), "false");
  await page.getByText("C ← max(0; C + x·ln(q₁/q₀)", { exact: false }).waitFor();
  assert.equal(await page.getByText("Chưa thấy thay đổi rõ.").count(), 0);
  // By the keys.
  await page.getByRole("group", { name: /^Biểu đồ cộng dồn/ }).focus();
  await page.keyboard.press("End");
  await eventually(() => page.locator(".watch .plot-said").innerText().then((text) => text.startsWith(`${month(second)} · Báo động`)), true);
  // The second unit: 18 of 150 before, 12 of a hundred now.
  const calm = running([18, 150], [12, 100]);
  assert.ok(calm < 6);
  await open("trend", { unit: UNITS[1].id });
  await row(second).getByText(`${Math.floor((Math.round((calm / 6) * 10_000)) / 100)}% mức báo động (12,00% trên 100 người, thường 12,00%)`).waitFor();
  // And where it is among the units below.
  await open("", { unit: PROVINCE.id });
  const below = page.getByRole("row").filter({ hasText: UNITS[0].vi });
  await below.getByText("Báo động mức 1–2").waitFor();
});

test("p13_um9_an_administrator_shows_hides_a_part_or_keeps_a_comment_hidden", { timeout: 90_000 }, async () => {
  const origin = new URL(office.server.manager).origin;
  const reader = "truongphong";
  await office.operator.must("POST", "/v1/accounts", { account: reader, password: MANAGER.password, grants: [{ role: "manager", node: PROVINCE.id }] });
  await open("comments");
  await page.getByText("Chưa có ý kiến nào được công bố", { exact: false }).waitFor();
  const box = page.getByRole("region", { name: "Ý kiến cần duyệt" });
  // It is not read before somebody asks for it.
  assert.ok(!(await page.content()).includes("Hoa"));
  await box.getByRole("button", { name: "Đọc các ý kiến cần duyệt" }).click();
  const cards = box.locator("li");
  await eventually(() => cards.count(), NAMING.length);
  const card = async (text) => {
    const texts = await cards.locator(".words").allInnerTexts();
    const at = texts.findIndex((own) => tidy(own) === text);
    assert.ok(at >= 0, `${text} in ${texts.map(tidy)}`);
    return cards.filter({ has: page.locator(".words") }).nth(at);
  };
  // What may be a name is chosen beforehand; a word more is hidden by a press.
  const hoa = await card(NAMING[0]);
  assert.equal(await hoa.getByRole("button", { name: "Hoa", exact: true }).getAttribute("aria-pressed"), "true");
  assert.equal(tidy(await hoa.locator("q").innerText()), "Chị [đã che] hướng dẫn kỹ.");
  await hoa.getByRole("button", { name: "kỹ.", exact: true }).click();
  assert.equal(tidy(await hoa.locator("q").innerText()), "Chị [đã che] hướng dẫn [đã che]");
  await hoa.getByRole("button", { name: "kỹ.", exact: true }).click();
  await hoa.getByRole("button", { name: "Hiện, che 1 từ" }).click();
  await box.getByText("Đã cho hiện.", { exact: false }).waitFor();
  const nam = await card(NAMING[1]);
  await nam.getByRole("button", { name: "Giữ kín" }).click();
  await box.getByText("Đã giữ kín.").waitFor();
  // As it is, by the keyboard alone.
  const tu = await card(NAMING[2]);
  await tu.getByRole("button", { name: "Tư", exact: true }).press("Enter");
  await tu.getByRole("button", { name: "Hiện nguyên văn" }).press("Enter");
  for (const text of NAMING.slice(3)) {
    const own = await card(text);
    await own.getByRole("button", { name: "Hiện, che 1 từ" }).click();
    await eventually(() => cards.locator(".words").allInnerTexts().then((texts) => texts.map(tidy).includes(text)), false);
  }
  const read = page.locator(".comments:not(.reviews) li");
  await eventually(() => read.count(), 5);
  // Who only reads sees them, and no review.
  const other = await Manager.signIn(origin, { account: reader, password: MANAGER.password }, office.browser);
  await open("comments", { on: other.page });
  const seen = other.page.locator(".comments li");
  await eventually(() => seen.count(), 5);
  const texts = await seen.allInnerTexts();
  assert.ok(texts.includes("Chị [đã che] hướng dẫn kỹ.") && texts.includes(NAMING[2]), texts.join());
  assert.ok(!/Hoa|Nam|Ba |Lan/.test(texts.join()), texts.join());
  assert.equal(await other.page.getByText("Ý kiến cần duyệt").count(), 0);
  await other.close();
  const { lines } = await office.operator.must("GET", "/v1/audit");
  const count = (act) => lines.filter((line) => line.act === act).length;
  assert.deepEqual([count("comment-review"), count("comment-show"), count("comment-keep")], [1, 5, 1]);
});

const VIEWS = ["", "trend", "groups", "compare", "coverage", "comments"];

test("um2_every_view_prints_its_charts_and_tables_whole_on_a4", { timeout: 120_000 }, async () => {
  const found = [];
  for (const view of VIEWS) {
    for (const unit of view === "compare" ? [PROVINCE.id] : [UNITS[0].id, PROVINCE.id]) {
      await page.emulateMedia({ media: "screen", colorScheme: "dark" });
      await open(view, { unit });
      await page.waitForLoadState("networkidle");
      await page.locator(".card").first().waitFor();
      // A4 less its margins; who reads in the dark has a light page on paper all the same.
      await page.setViewportSize({ width: 680, height: 960 });
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      const seen = await page.evaluate(() => {
        const box = (at) => at.getBoundingClientRect();
        const isShown = (at) => at.checkVisibility() && box(at).width > 0 && box(at).height > 0;
        const all = (what) => [...document.querySelectorAll(what)];
        const plots = all(".plot svg");
        const tables = all("main table");
        return {
          plots: plots.length,
          smallPlots: plots.filter((plot) => !isShown(plot) || box(plot).height < 100 || box(plot).right > innerWidth + 1).length,
          tables: tables.length,
          cut: tables.filter((table) => isShown(table) && (box(table).right > innerWidth + 1 || box(table).right > box(table.parentElement).right + 1)).map((table) => `${Math.round(box(table).right)} of ${innerWidth}`),
          left: all(".tabs, .segments, .controls, .live, button.button").filter(isShown).length,
          paper: getComputedStyle(document.body).backgroundColor,
          bars: all(".interval-bar").filter(isShown).length,
          hasHead: isShown(document.querySelector("h1")),
        };
      });
      const where = `${view || "figures"} of ${unit}`;
      if (seen.smallPlots || seen.cut.length || seen.left || !seen.hasHead || seen.paper !== "rgb(255, 255, 255)") found.push(`${where}: ${JSON.stringify(seen)}`);
      if (view === "trend" && (seen.plots < 2 || seen.tables < 1)) found.push(`${where}: ${JSON.stringify(seen)}`);
      if (view === "groups" && unit === UNITS[0].id && seen.bars < 4) found.push(`${where}: ${JSON.stringify(seen)}`);
      if (view === "compare" && seen.tables < 1) found.push(`${where}: ${JSON.stringify(seen)}`);
    }
  }
  await page.emulateMedia({ media: "screen", colorScheme: null });
  await page.setViewportSize({ width: 1440, height: 900 });
  assert.deepEqual(found, []);
});

const NAMES = ["Hài Lòng", "Hưng Yên", "Phố Hiến", ...UNITS.map(({ vi }) => vi.replace("Xã ", ""))];

test("um20_fields_weigh_as_their_dossiers_where_these_are_known", { timeout: 60_000 }, async () => {
  await open("groups");
  await section("Theo lĩnh vực").getByText("Chưa có chỉ số cân theo lĩnh vực", { exact: false }).waitFor();
  const [q, of] = quarter.name.replace("Quý ", "").split("/");
  await page.goto(`${new URL(office.server.manager).origin}/context?unit=${UNITS[0].id}`);
  await page.getByText("Nhập số của một quý").click();
  // 140 people and 112 satisfied among 900 dossiers, 120 and 108 among 300: .8·.75 + .9·.25.
  const counts = { "Quý (năm-Q1 đến năm-Q4)": `${of}-q${q}`, "Hộ tịch, cư trú, chứng thực": "900", "Đất đai, xây dựng, môi trường": "300" };
  const form = page.locator("form").filter({ has: page.getByLabel("Quý (năm-Q1 đến năm-Q4)") });
  for (const input of await form.locator("input").all()) await input.fill("0");
  for (const [label, value] of Object.entries(counts)) await form.getByLabel(label, { exact: true }).fill(value);
  await form.getByRole("button", { name: "Lưu số này" }).click();
  await page.getByRole("rowheader", { name: `${of}-Q${q}` }).waitFor();
  await open("groups");
  const weighed = page.getByRole("group", { name: "Cân theo số hồ sơ của từng lĩnh vực" });
  assert.equal(await weighed.locator(".value").innerText(), "82,50%");
  // v = .75²·(1 - 140/900)·.16/139 + .25²·(1 - 120/300)·.09/119: Wilson with p(1 - p)/v people.
  const p = 0.825;
  const v = 0.75 ** 2 * (1 - 140 / 900) * (0.16 / 139) + 0.25 ** 2 * (1 - 120 / 300) * (0.09 / 119);
  const n = (p * (1 - p)) / v;
  const z = 1.959963984540054;
  const half = z * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2));
  const [low, high] = [-1, 1].map((side) => Math.round(((p + z ** 2 / (2 * n) + side * half) / (1 + z ** 2 / n)) * 10_000));
  const said = tidy(await weighed.innerText());
  // Kish: n·Σ n_h(N_h/n_h)² over (Σ N_h)².
  const kish = Math.round(((260 * (900 ** 2 / 140 + 300 ** 2 / 120)) / 1200 ** 2) * 100);
  for (const part of [limits({ low, high }), "n = 260 người, 1.200 hồ sơ, 2 tầng", `Kish ${vietnamese(kish)}`]) assert.ok(said.includes(part), `${said} lacks ${part}`);
  if (process.env.SHOTS) await section("Theo lĩnh vực").screenshot({ path: `${process.env.SHOTS}/weighted.png` });
});

test("ux9_ux3_ux7_axe_finds_nothing_in_groups_review_and_dossiers_and_nothing_is_too_wide", { timeout: 240_000 }, async () => {
  const found = [];
  const { origin } = new URL(office.server.manager);
  const places = { groups: () => open("groups"), withheld: () => open("groups", { unit: UNITS[1].id }), trend: () => open("trend"), comments: () => open("comments"), dossiers: () => page.goto(`${origin}/dossiers`) };
  for (const [name, go] of Object.entries(places)) {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await go();
      for (const language of ["English", "Tiếng Việt"]) {
        await page.getByRole("button", { name: language }).click();
        await page.locator(".card").first().waitFor();
        await page.waitForLoadState("networkidle");
        const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
        for (const { id, nodes } of violations) found.push(`${name} ${colorScheme} ${language}: ${id} ${nodes.map(({ target }) => target)}`);
        if (language === "English") for (const words of await strangeWords(page, NAMES)) found.push(`${name}: ${words}`);
        for (const width of [800, 360, 320]) {
          await page.setViewportSize({ width, height: 800 });
          const beyond = await page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth);
          if (beyond > 0) found.push(`${name} ${language} at ${width}: ${beyond} too wide`);
        }
        await page.setViewportSize({ width: 1440, height: 900 });
      }
    }
  }
  await page.emulateMedia({ colorScheme: null });
  assert.deepEqual(found, []);
});
