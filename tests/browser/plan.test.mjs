// What follows from the figures: whose data deserve a look, and how many people are still to be asked; each number
// computed here by hand.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { faults } from "./support/house.mjs";
import { Manager } from "./support/manager.mjs";
import { Office } from "./support/office.mjs";
import { PROVINCE } from "./support/operator.mjs";
import { record } from "./support/wire.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ADMIN = { account: "quantri", password: "mot cau kha dai 3" };
const EXPRESS = JSON.parse(readFileSync(new URL("../vectors/forms.lock", import.meta.url), "utf8")).express6;
const ASKED = ["x_all", "x_tc", "x_tthc", "x_cc", "x_kq"];
const NAMES = ["An Bình", "Bình Minh", "Chí Minh", "Đông Hưng", "Gia Lâm", "Hòa Phong"];
const UNITS = NAMES.map((name, at) => ({ id: `33.${301 + at}`, vi: `Xã ${name}` }));
/** Where somebody stuffs. */
const STUFFED = UNITS[3];
const PEOPLE = 120;

let office, page, origin, year, months;

before(async () => {
  office = await Office.open();
  const { operator } = office;
  const units = UNITS.map(({ id, vi }) => ({
    id, kind: "commune", name: { vi, en: `${vi.replace("Xã ", "")} commune` }, parent: PROVINCE.id, valid_from: "2025-07-01", collects: true,
  }));
  await operator.must("POST", "/v1/units", { units });
  await operator.must("POST", "/v1/accounts", { ...ADMIN, grants: [{ role: "admin", node: PROVINCE.id }] });
  // The tenth of this month next year's May: four months of the year are over.
  year = new Date(Date.now() + 7 * HOUR).getUTCFullYear() + 1;
  const now = Date.UTC(year, 4, 10) + 2 * HOUR;
  await office.moveTo(now);
  for (const unit of UNITS) await answer(unit, await office.enrol(unit), now);
  await office.moveTo(now + DAY);
  await operator.must("POST", "/v1/test/night", {});
  months = ["01", "02", "03", "04"].map((month) => `${year}-${month}`);
  const { page: signedIn } = await Manager.signIn(office.server.manager, ADMIN, office.browser);
  page = signedIn;
  ({ origin } = new URL(office.server.manager));
}, { timeout: 180_000 });

after(() => office?.close());

/** A day's answers, no two levels of a person alike; at one unit as many again that are all alike. */
async function answer(unit, device, now) {
  const day = new Date(now + 7 * HOUR).toISOString().slice(0, 10);
  const one = (levels) =>
    record({
      form: EXPRESS, unit: unit.id, field: "ho-tich", class: "kiosk", channel: "counter", mode: "self",
      day, day_q: "wall", dur: 3, demo: {}, filters: { f_stage: "collect", f_pakn: "no" },
      answers: { ...Object.fromEntries(ASKED.map((item, at) => [item, levels[at]])), x_pakn: 6 },
    });
  const honest = Array.from({ length: PEOPLE }, (_, person) => one(person % 5 ? [4, 5, 4, 5, 4] : [2, 3, 2, 3, 2]));
  const stuffed = unit === STUFFED ? Array.from({ length: PEOPLE }, () => one([5, 5, 5, 5, 5])) : [];
  const records = [...honest, ...stuffed];
  for (let sent = 0; sent < records.length; sent += 200) {
    const reply = await device.post(records.slice(sent, sent + 200), unit.id);
    assert.ok(reply.body.verdicts?.every(({ verdict }) => verdict === "counted"), JSON.stringify(reply.body).slice(0, 300));
  }
}

const tidy = (text) => text.replace(/\s+/g, " ").trim();
const row = (name) => page.getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });

test("um14_who_stuffs_is_named_with_a_reason_and_nobody_else_is", { timeout: 60_000 }, async () => {
  await page.goto(`${origin}/?unit=${PROVINCE.id}&form=express6&from=${year}-01&to=${year}-12`);
  await page.getByText("Chất lượng dữ liệu", { exact: false }).first().waitFor();
  for (const unit of UNITS) {
    const said = tidy(await row(unit.vi).innerText());
    if (unit === STUFFED) {
      assert.ok(said.includes("có một dấu hiệu cần xem"), said);
      assert.ok(said.includes("Nhiều phiếu chọn cùng một mức cho mọi câu hơn hẳn"), said);
      // A sign changes no figure: four fifths of the honest, and all others.
      assert.ok(said.includes("90,00%"), said);
    } else {
      assert.ok(said.includes("không thấy dấu hiệu lạ"), said);
    }
  }
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/quality.png`, fullPage: true });
});

test("um19_each_unit_has_a_target_from_its_dossiers_and_sees_how_far_it_came", { timeout: 90_000 }, async () => {
  await page.goto(`${origin}/plan`);
  await page.getByText("chưa có chỉ tiêu", { exact: false }).waitFor();
  // 100 dossiers a month here make 1,200 a year; the second unit has told of two months only, the third of none.
  const counts = [
    ...months.map((month) => ({ unit: UNITS[0].id, month, dossiers: 100 })),
    ...months.slice(0, 2).map((month) => ({ unit: UNITS[1].id, month, dossiers: 30 })),
  ];
  await office.operator.must("PUT", "/v1/dossiers", { counts });
  await page.goto(`${origin}/plan?unit=${PROVINCE.id}&form=express6&year=${year}&rule=slovin&fakes=500`);
  const cells = async (unit) => (await row(unit.vi).locator("td").allInnerTexts()).map(tidy);
  // Slovin: 400·1200/1600 = 300; 180 more in eight months are 23 a month; 120 answers, 6 of them fake: 47.
  const calls = callBacks(PEOPLE, 6);
  await row(UNITS[0].vi).getByText("1.200").waitFor();
  assert.deepEqual(await cells(UNITS[0]), ["1.200 ước tính từ 4 tháng đã có số", "300", "120", "40,00%", "23", `${calls}`]);
  // 400·360/760 = 189.47.
  assert.deepEqual(await cells(UNITS[1]), ["360 ước tính từ 2 tháng đã có số", "190", "120", "63,15%", "9", `${calls}`]);
  assert.deepEqual(await cells(UNITS[2]), ["Chưa đủ số hồ sơ", "", "120", "", "", `${calls}`]);
  assert.equal(await page.locator("#plan-summary").innerText(), "2 đơn vị có chỉ tiêu: cần 490 phiếu trong năm, đã công bố 240 phiếu.");
  // Another rule is another address, and the same page.
  await page.getByLabel("Cách tính cỡ mẫu").selectOption("steps");
  await page.waitForURL(/rule=steps/);
  assert.deepEqual((await cells(UNITS[0])).slice(1, 2), ["240"]);
  await page.getByLabel("Muốn phát hiện").selectOption("2000");
  await page.waitForURL(/fakes=2000/);
  assert.equal((await cells(UNITS[0])).at(-1), `${callBacks(PEOPLE, 24)}`);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/plan.png`, fullPage: true });
});

/** Smallest draw that misses all of `fakes` among `answers` at most one time in twenty. */
function callBacks(answers, fakes) {
  let missed = 1;
  let drawn = 0;
  while (missed > 0.05) {
    missed *= (answers - fakes - drawn) / (answers - drawn);
    drawn += 1;
  }
  return drawn;
}

test("ux9_ux7_ux3_what_follows_from_the_figures_is_for_everybody", { timeout: 240_000 }, async () => {
  const found = [];
  for (const place of ["/plan", "/dossiers"]) {
    for (const [width, height] of [[1440, 900], [800, 1280], [360, 740]]) {
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        await page.goto(origin + place);
        await page.getByRole("table").waitFor();
        for (const language of ["English", "Tiếng Việt"]) {
          await page.getByRole("button", { name: language }).click();
          await page.waitForLoadState("networkidle");
          found.push(...(await faults(page, `${place} ${width} ${colorScheme} ${language}`, [...NAMES, "Hưng Yên", "Phố Hiến"])));
          if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${place.slice(1)}-${width}-${colorScheme}-${language}.png`, fullPage: true });
        }
      }
    }
  }
  await page.emulateMedia({ colorScheme: null });
  assert.deepEqual(found, []);
});
