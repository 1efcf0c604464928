// What managers read beside a unit's figures: months, units side by side, coverage, comments, what needs a look;
// each number computed here by hand from the answers that were sent.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { apart, coverage, funnel, limitOf, pooled, share, vietnamese, wilsonOf } from "./support/by-hand.mjs";
import { eventually } from "./support/eventually.mjs";
import { strangeWords } from "./support/language.mjs";
import { Manager } from "./support/manager.mjs";
import { Office } from "./support/office.mjs";
import { OPERATOR, PROVINCE } from "./support/operator.mjs";
import { record } from "./support/wire.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ADMIN = { account: "quantri", password: "mot cau kha dai 3" };
const EXPRESS = JSON.parse(readFileSync(new URL("../vectors/forms.lock", import.meta.url), "utf8")).express6;
const ASKED = ["x_all", "x_tc", "x_tthc", "x_cc"];
/** Six communes: people who answered, and who were satisfied with all of it (tests/vectors/stats/peers.json), in two months. */
const UNITS = [
  ["Xã An Bình", 130, 118], ["Xã Bình Minh", 150, 140], ["Xã Chí Minh", 400, 372],
  ["Xã Đại Đồng", 500, 455], ["Xã Hiệp Cường", 100, 80], ["Xã Khoái Châu", 200, 190],
].map(([vi, people, satisfied], at) => ({ id: `33.${201 + at}`, vi, people, satisfied }));
/** The next month: the first falls, the second stays as it was. */
const NEXT = [[UNITS[0], 130, 90], [UNITS[1], 150, 139]];
const COMMENTS = ["Cán bộ hướng dẫn kỹ.", "Chờ hơi lâu.", "Xin gọi lại số 0912 345 678.", "Phòng chờ mát.", "Nên có thêm ghế.", "Cảm ơn."];
const DOSSIERS = 500;

let office, manager, page, first, second;

before(async () => {
  office = await Office.open();
  const { operator } = office;
  await office.communes(UNITS);
  await operator.must("POST", "/v1/accounts", { ...ADMIN, grants: [{ role: "admin", node: PROVINCE.id }] });
  const now = Date.now();
  // The tenth of a month, so that its release is of the same month.
  const tenth = new Date(now + 7 * HOUR);
  const at = Date.UTC(tenth.getUTCFullYear(), tenth.getUTCMonth() + 1, 10) - 7 * HOUR + 9 * HOUR;
  await office.moveTo(at);
  for (const unit of UNITS) unit.device = await office.enrol(unit);
  first = await month(at, UNITS.map((unit) => [unit, unit.people, unit.satisfied]), true);
  const later = Date.UTC(tenth.getUTCFullYear(), tenth.getUTCMonth() + 2, 10) - 7 * HOUR + 9 * HOUR;
  second = await month(later, NEXT, false);
  manager = await Manager.signIn(office.server.manager, ADMIN, office.browser);
  page = manager.page;
}, { timeout: 120_000 });

after(() => office?.close());

/** Answers of one day at several units, and the next morning's release; `YYYY-MM`. */
async function month(now, answers, hasComments) {
  await office.moveTo(now);
  const day = new Date(now + 7 * HOUR).toISOString().slice(0, 10);
  for (const [unit, people, satisfied] of answers) {
    const records = Array.from({ length: people }, (_, person) =>
      record(
        {
          form: EXPRESS, unit: unit.id, field: "ho-tich", class: "kiosk", channel: "counter", mode: person % 10 ? "self" : "assisted",
          day, day_q: "wall", dur: 3, demo: {}, filters: { f_stage: "submit", f_pakn: "no" },
          answers: { ...Object.fromEntries(ASKED.map((item) => [item, person < satisfied ? 4 : 2])), x_kq: 6, x_pakn: 6 },
        },
        hasComments && unit === UNITS[0] ? COMMENTS[person] : undefined,
      ),
    );
    for (let sent = 0; sent < records.length; sent += 200) {
      const reply = await unit.device.post(records.slice(sent, sent + 200), unit.id);
      assert.equal(reply.status, 200, JSON.stringify(reply.body));
      assert.ok(reply.body.verdicts.every(({ verdict }) => verdict === "counted"), JSON.stringify(reply.body.verdicts[0]));
    }
  }
  await office.moveTo(now + DAY);
  return day.slice(0, 7);
}

/** What each person of a unit gave in the three factors: all of it at level 4, or at 2. */
const people = (n, satisfied) => Array.from({ length: n }, (_, person) => [1, 2, 3].map(() => (person < satisfied ? 4 : 2)));
const figure = (n, satisfied) => pooled(people(n, satisfied));
const percent = (hundredths) => `${vietnamese(hundredths)}%`;
const limits = ([low, high]) => `${percent(low)} – ${percent(high)}`;

async function open(view, { unit = PROVINCE.id, from = first, to = first, more = "" } = {}) {
  const side = view ? `view=${view}&` : "";
  await page.goto(`${new URL(office.server.manager).origin}/?unit=${unit}&${side}form=express6&from=${from}&to=${to}${more}`);
  await page.getByRole("button", { name: "Đăng xuất" }).waitFor();
}
const row = (name) => page.getByRole("row").filter({ hasText: name });
const cells = async (name) => (await row(name).locator("td").allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());

test("um2_the_overview_says_what_needs_a_look_and_lists_the_units_by_name", { timeout: 60_000 }, async () => {
  await open("", { to: second });
  const card = (words) => page.locator(".glance > li").filter({ hasText: words });
  await card("giảm rõ ở tháng mới nhất").getByText(UNITS[0].vi).waitFor();
  const number = async (words) => (await card(words).locator(".value").innerText()).trim();
  assert.equal(await number("giảm rõ ở tháng mới nhất"), "1");
  assert.equal(await number("chưa đủ dữ liệu"), "1", "Phố Hiến has no answers");
  // Four devices were not heard for a month; two sent yesterday.
  await eventually(() => number("trên 6 máy"), "4");
  const names = await page.locator(".units-below tbody th").allInnerTexts();
  assert.deepEqual(names, [...UNITS.map(({ vi }) => vi), "Phường Phố Hiến"].sort((a, b) => a.localeCompare(b, "vi")));
  const { n, index, low, high } = figure(UNITS[5].people, UNITS[5].satisfied);
  const [own, count] = await cells(UNITS[5].vi);
  assert.ok(own.startsWith(percent(index)) && own.endsWith(limits([low, high])), own);
  assert.ok(count.startsWith(String(n)) && count.includes("20 trên 200 phiếu"), count);
  assert.match((await cells("Phường Phố Hiến"))[0], /^Chưa đủ dữ liệu/);
});

test("um5_a_funnel_tells_the_units_of_a_kind_apart_and_calls_ties_ties", { timeout: 60_000 }, async () => {
  await open("compare");
  await page.getByRole("heading", { level: 2, name: "Xã", exact: true }).waitFor();
  const { mean, ordinary, bands } = funnel(UNITS.map(({ people: n, satisfied }) => ({ p: satisfied / n, n })));
  await page.getByText(`Mức chung của 6 đơn vị có từ 100 phiếu: ${percent(mean)}.`).waitFor();
  for (const [at, unit] of UNITS.entries()) {
    const { n, index, low, high } = figure(unit.people, unit.satisfied);
    const [shown, interval, people, band, range, places] = await cells(unit.vi);
    assert.deepEqual([shown, interval, people], [percent(index), limits([low, high]), String(n)], unit.vi);
    assert.equal(band.replace(/[▲▼] ?/, ""), { above: "Cao hơn mức chung", within: "Trong mức chung", below: "Thấp hơn mức chung" }[bands[at]], unit.vi);
    assert.equal(range, limits(ordinary[at]), unit.vi);
    assert.match(places, /^[1-6] – [1-6]$/);
  }
  assert.deepEqual(bands, ["within", "within", "within", "within", "below", "within"]);
  // Held against one unit: the fifth is lower, the first is like it.
  await page.getByLabel("So từng đơn vị với").selectOption({ label: UNITS[1].vi });
  await page.waitForURL(/against=33\.202$/);
  await page.getByRole("columnheader", { name: `So với ${UNITS[1].vi}` }).first().waitFor();
  const against = apart(UNITS[4], UNITS[1]);
  assert.ok(against.high < 0);
  assert.match((await cells(UNITS[4].vi)).at(-1), /^Thấp hơn 13,33 điểm/);
  assert.match((await cells(UNITS[0].vi)).at(-1), /^Ngang nhau/);
  assert.equal((await cells(UNITS[1].vi)).at(-1), "–");
});

test("um6_a_trend_marks_what_changed_beyond_chance_and_nothing_else", { timeout: 60_000 }, async () => {
  await open("trend", { unit: UNITS[0].id, to: second });
  const name = (of) => of.split("-").reverse().join("/");
  await row(name(second)).first().waitFor();
  const [, , , change, all, usual] = await cells(name(second));
  const [now, before] = [figure(130, 90), figure(130, 118)];
  assert.equal((await cells(name(second)))[0], percent(now.index));
  assert.equal((await cells(name(first)))[0], percent(before.index));
  const down = apart({ people: 130, satisfied: 90 }, UNITS[0]);
  assert.ok(change.startsWith(`Thấp hơn ${vietnamese(-down.by)} điểm`), change);
  assert.equal(all, percent(share(90, 130)));
  const limit = limitOf(130, 118 / 130);
  assert.ok(90 <= limit);
  assert.equal(usual, `Giảm bất thường: thường ${percent(share(118, 130))}, giới hạn ${percent(share(limit, 130))}`);
  assert.equal(await row(name(second)).getAttribute("data-fell"), "true");
  assert.equal((await cells(name(first)))[3], "–", "the first month has nothing before it");
  // By the keys, from month to month.
  await page.getByRole("group", { name: /^Biểu đồ theo tháng/ }).focus();
  await page.keyboard.press("End");
  const told = page.locator(".plot-said").first();
  await eventually(() => told.innerText().then((text) => text.includes(percent(now.index))), true);
  await page.keyboard.press("ArrowLeft");
  await eventually(() => told.innerText().then((text) => text.includes(percent(before.index))), true);
  // The second unit stayed as it was.
  await open("trend", { unit: UNITS[1].id, to: second });
  await page.getByText("Chưa thấy thay đổi rõ.").waitFor();
  assert.match((await cells(name(second)))[3], /^Ngang nhau/);
});

test("um7_dossiers_are_tried_and_kept_from_a_file_and_coverage_follows", { timeout: 90_000 }, async () => {
  await open("coverage", { unit: UNITS[0].id });
  await page.getByText("Chưa có số hồ sơ").waitFor();
  await page.getByRole("link", { name: "Nhập số hồ sơ" }).click();
  await page.getByRole("heading", { level: 1, name: "Số hồ sơ kết thúc" }).waitFor();
  await page.getByText("Nhập từ tệp CSV").click();
  const csv = (rows) => ["unit,month,dossiers", ...rows].join("\n");
  const rows = UNITS.map(({ id }) => `${id},${first},${DOSSIERS}`);
  await page.getByLabel("Hoặc dán nội dung").fill(csv([...rows, `33.999,${first},5`, `${UNITS[0].id},${first},x`]));
  await page.getByRole("button", { name: "Xem thử, chưa ghi" }).click();
  await page.getByText("Dòng 9: Phải là số nguyên đến 1.000.000").waitFor();
  await page.getByLabel("Hoặc dán nội dung").fill(csv(rows));
  await page.getByRole("button", { name: "Xem thử, chưa ghi" }).click();
  await page.getByText("Sẽ thêm 6, thay 0, giữ nguyên 0. Chưa ghi gì.").waitFor();
  assert.equal((await office.operator.must("GET", "/v1/dossiers")).counts.length, 0, "a trial kept something");
  await page.locator("details").getByRole("button", { name: "Ghi lại" }).click();
  await page.getByText("Đã thêm 6, thay 0, giữ nguyên 0.").waitFor();
  await page.locator("select[name=month]").selectOption(first);
  await page.getByText("1 trên 7 đơn vị chưa có số hồ sơ; cộng 3.000.").waitFor();
  assert.deepEqual(await cells(UNITS[2].vi), [UNITS[2].id, "500"]);
  // One more by hand.
  const form = page.locator("form.enter-dossiers");
  await form.getByLabel("Đơn vị").selectOption({ label: "Phường Phố Hiến" });
  await form.getByLabel("Số hồ sơ").fill("40");
  await form.getByRole("button", { name: "Ghi lại" }).click();
  await page.getByText("0 trên 7 đơn vị chưa có số hồ sơ; cộng 3.040.").waitFor();

  await open("coverage", { unit: UNITS[0].id });
  const known = coverage({ people: 130, satisfied: 118, worth: 130, eligible: DOSSIERS });
  await eventually(() => page.locator("#coverage-share").innerText(), percent(known.share));
  const value = async (name) => (await cells(name))[0];
  assert.equal(await value("Hồ sơ kết thúc (N)"), "500");
  assert.equal(await value("Chỉ số trong tổng thể hữu hạn"), limits(known.interval));
  assert.equal(await value("nếu tính cả người không trả lời"), limits(known.bounds));
  assert.equal(await value("Số phiếu cần theo Slovin"), String(known.slovin));
  // The province has a month for every unit: 1,480 of 3,040.
  await open("coverage");
  await eventually(() => page.locator("#coverage-share").innerText(), percent(share(1480, 3040)));
  await open("coverage", { to: second });
  await page.getByText(`Còn thiếu: ${second.split("-").reverse().join("/")}.`).waitFor();
});

test("um9_comments_are_read_by_month_without_what_names_somebody", { timeout: 60_000 }, async () => {
  await open("comments", { unit: UNITS[0].id });
  await page.getByText("6 ý kiến").waitFor();
  const read = await page.locator(".comments li").allInnerTexts();
  assert.equal(read.length, 6);
  assert.ok(read.includes("Chờ hơi lâu.") && !read.join().includes("0912"), read.join());
  assert.ok(!/Quầy|mức|\d{4}-\d\d-\d\d/.test(read.join()));
  await open("comments", { unit: UNITS[1].id });
  await page.getByText("Chưa có ý kiến nào được công bố").waitFor();
});

test("um3_each_view_has_its_address_and_tabs_lead_through_them", { timeout: 60_000 }, async () => {
  await open("");
  for (const [tab, view] of [["Theo tháng", "trend"], ["Theo nhóm", "groups"], ["So sánh", "compare"], ["Độ phủ", "coverage"], ["Ý kiến", "comments"]]) {
    await page.getByRole("link", { name: tab, exact: true }).click();
    await page.waitForURL(new RegExp(`\\?unit=33&view=${view}&form=express6&from=${first}&to=${first}$`));
    assert.equal(await page.getByRole("link", { name: tab, exact: true }).getAttribute("aria-current"), "page");
  }
  await page.goBack();
  await page.waitForURL(/view=coverage/);
  // A unit without units below has no comparison.
  await open("compare", { unit: UNITS[0].id });
  assert.equal(await page.getByRole("link", { name: "So sánh", exact: true }).count(), 0);
});

test("u9_every_link_of_the_frame_leads_to_a_page_whichever_program_draws_it", { timeout: 90_000 }, async () => {
  const operator = await Manager.signIn(office.server.manager, OPERATOR, office.browser);
  const links = await operator.page.locator("header.top a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  assert.ok(links.length > 8, links.join());
  const programs = new Set();
  for (const href of ["/", ...links.slice(1), "/"]) {
    await operator.page.locator(`header.top a[href="${href}"]`).first().click();
    await operator.page.waitForURL((url) => url.pathname === href);
    await operator.page.getByRole("button", { name: "Đăng xuất", exact: true }).waitFor();
    programs.add(await operator.page.locator("link[rel=modulepreload]").getAttribute("href"));
    assert.equal(await operator.page.getByText("Trang này không có").count(), 0, href);
  }
  assert.equal(programs.size, 3, [...programs].join());
  await operator.close();
});

test("ux9_ux3_ux7_axe_finds_nothing_in_any_view_light_or_dark_and_nothing_is_too_wide", { timeout: 240_000 }, async () => {
  const found = [];
  for (const view of ["", "trend", "compare", "coverage", "comments"]) {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await open(view, { unit: view === "comments" ? UNITS[0].id : PROVINCE.id, to: view ? first : second });
      for (const language of ["English", "Tiếng Việt"]) {
        await page.getByRole("button", { name: language }).click();
        await page.locator(".card").first().waitFor();
        await page.waitForLoadState("networkidle");
        const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
        for (const { id, nodes } of violations) found.push(`${view} ${colorScheme} ${language}: ${id} ${nodes.map(({ target }) => target)}`);
        if (language === "English") for (const words of await strangeWords(page, NAMES)) found.push(`${view}: ${words}`);
        for (const width of [800, 360, 320]) {
          await page.setViewportSize({ width, height: 800 });
          const beyond = await page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth);
          if (beyond > 0) found.push(`${view} ${language} at ${width}: ${beyond} too wide`);
        }
        await page.setViewportSize({ width: 1440, height: 900 });
      }
    }
  }
  await page.emulateMedia({ colorScheme: null });
  assert.deepEqual(found, []);
});

const NAMES = ["Hài Lòng", "Hưng Yên", "Phố Hiến", ...UNITS.map(({ vi }) => vi.replace("Xã ", "")), ...COMMENTS];
