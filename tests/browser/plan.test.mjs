// What follows from the figures: whose data deserve a look, and how many people are still to be asked; each number
// computed here by hand.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { faults, findUnit } from "./support/house.mjs";
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
/** Four times each of 32 ways to answer. */
const PEOPLE = 128;

let office, page, origin, year, months;

before(async () => {
  office = await Office.open();
  const { operator } = office;
  await office.communes(UNITS);
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

/** A day's answers, the overall rating as that of access, all else on its own; at one unit as many again all alike. */
async function answer(unit, device, now) {
  const day = new Date(now + 7 * HOUR).toISOString().slice(0, 10);
  const one = (levels, petition) =>
    record({
      form: EXPRESS, unit: unit.id, field: "ho-tich", class: "kiosk", channel: "counter", mode: "self",
      day, day_q: "wall", dur: 3, demo: {}, filters: { f_stage: "collect", f_pakn: petition ? "yes" : "no" },
      answers: { ...Object.fromEntries(ASKED.map((item, at) => [item, levels[at]])), x_pakn: petition ?? 6 },
    });
  const way = (person, bit, high) => (person & (1 << bit) ? high : high - 2);
  const honest = Array.from({ length: PEOPLE }, (_, of) => one([way(of, 0, 4), way(of, 0, 4), way(of, 1, 5), way(of, 2, 4), way(of, 3, 5)]));
  const stuffed = unit === STUFFED ? Array.from({ length: PEOPLE }, () => one([5, 5, 5, 5, 5], 5)) : [];
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
      // A sign changes no figure: half of 512 honest answers, and all of 640.
      assert.ok(said.includes("77,78%"), said);
    } else {
      assert.ok(said.includes("không thấy dấu hiệu lạ"), said);
    }
  }
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/quality.png`, fullPage: true });
});

test("um18_the_factors_that_go_with_the_overall_rating_stand_beside_how_each_is_rated", { timeout: 60_000 }, async () => {
  await page.goto(`${origin}/?unit=${PROVINCE.id}&form=express6&from=${year}-01&to=${year}-12`);
  const section = page.getByRole("region", { name: "Nhân tố đi cùng sự hài lòng chung" }).first();
  await section.getByText("tương quan, không phải nguyên nhân", { exact: false }).waitFor();
  const parts = (await section.getByRole("row").locator(".bar-value").allInnerTexts()).map((text) => Number(text.replace(",", ".").replace("%", "")));
  assert.equal(parts.length, 4, "too few were asked for petitions");
  assert.ok(parts.slice(1).every((part) => part < parts[0] / 2), `${parts}`);
  assert.ok(Math.abs(parts.reduce((sum, part) => sum + part) - 100) < 0.05, `${parts}`);
  await section.getByText("Để ngoài: dưới 200 người", { exact: false }).waitFor();
  await section.getByText("cùng nhau đi cùng 100,00%", { exact: false }).waitFor();
  if (process.env.SHOTS) await section.screenshot({ path: `${process.env.SHOTS}/drivers.png` });
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
  // Slovin: 400·1200/1600 = 300; 172 more in eight months are 22 a month; of 128 answers 7 fake.
  const calls = callBacks(PEOPLE, 7);
  await row(UNITS[0].vi).getByText("1.200").waitFor();
  assert.deepEqual(await cells(UNITS[0]), ["1.200 ước tính từ 4 tháng đã có số", "300", "128", "42,66%", "22", `${calls}`]);
  // 400·360/760 = 189.47.
  assert.deepEqual(await cells(UNITS[1]), ["360 ước tính từ 2 tháng đã có số", "190", "128", "67,36%", "8", `${calls}`]);
  assert.deepEqual(await cells(UNITS[2]), ["Chưa đủ số hồ sơ", "–", "128", "–", "–", `${calls}`]);
  assert.equal(await page.locator("#plan-summary").innerText(), "2 đơn vị có chỉ tiêu: cần 490 phiếu trong năm, đã công bố 256 phiếu.");
  // Another rule is another address, and the same page.
  await page.getByLabel("Cách tính cỡ mẫu").selectOption("steps");
  await page.waitForURL(/rule=steps/);
  assert.deepEqual((await cells(UNITS[0])).slice(1, 2), ["240"]);
  await page.getByLabel("Muốn phát hiện").selectOption("2000");
  await page.waitForURL(/fakes=2000/);
  assert.equal((await cells(UNITS[0])).at(-1), `${callBacks(PEOPLE, 26)}`);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/plan.png`, fullPage: true });
});

test("um21_a_figure_stands_beside_its_target_sipas_and_qd_766_and_is_added_to_none_of_them", { timeout: 90_000 }, async () => {
  await page.goto(`${origin}/context`);
  await page.getByRole("heading", { name: "SIPAS cả nước" }).waitFor();
  for (const said of ["2024 83,94%", "2020 85,48%", "không nối thành một đường", "không lấy số này trừ số kia", "không thay thế SIPAS/PAPI"]) {
    await page.getByText(said, { exact: false }).first().waitFor();
  }
  await page.getByText("Đơn vị chưa đặt chỉ tiêu", { exact: false }).waitFor();
  await page.getByLabel("Chỉ tiêu, % hài lòng").fill("chín mươi");
  await page.getByRole("button", { name: "Đặt chỉ tiêu" }).click();
  await page.getByText("Chỉ tiêu là một số trên 0", { exact: false }).waitFor();
  await page.getByLabel("Chỉ tiêu, % hài lòng").fill("90,5");
  await page.getByRole("button", { name: "Đặt chỉ tiêu" }).click();
  // Nobody answered this form: nothing can be said of the target.
  await page.getByText("Chỉ tiêu 90,50%. Chưa đủ dữ liệu", { exact: false }).waitFor();
  // The golden row of the national portal, Hưng Yên on 10 October 2026.
  await page.getByText("Nhập số của một tháng").click();
  const numbers = { "Tính đến hết tháng (năm-tháng)": `${year}-04`, "Hồ sơ đã xử lý": "482.812", "Trễ hạn": "61.935", "Hồ sơ khác bị phản ánh": "210", "Phản ánh, kiến nghị": "568", "Phản ánh đúng hạn": "600", "Phản ánh hài lòng": "203" };
  for (const [label, value] of Object.entries(numbers)) await page.getByLabel(label, { exact: true }).fill(value);
  await page.getByRole("button", { name: "Lưu số này" }).click();
  await page.getByText("Có phần lớn hơn tổng", { exact: false }).waitFor();
  await page.getByLabel("Phản ánh đúng hạn", { exact: true }).fill("297");
  await page.getByRole("button", { name: "Lưu số này" }).click();
  await page.getByRole("rowheader", { name: `04/${year}` }).waitFor();
  const cells = (await row(`04/${year}`).locator("td").allInnerTexts()).map(tidy);
  assert.deepEqual(cells, ["482.812", "61.935", "210", "568", "297", "203", "3,14", "2,14", "5,81", "11,09"]);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/context.png`, fullPage: true });
  await page.getByRole("button", { name: "Bỏ chỉ tiêu" }).click();
  await page.getByText("Đơn vị chưa đặt chỉ tiêu", { exact: false }).waitFor();
});

test("um3_back_leads_to_the_unit_before_and_what_is_chosen_follows", { timeout: 90_000 }, async () => {
  for (const place of ["plan", "context", "publish"]) {
    await page.goto(`${origin}/${place}`);
    const controls = page.locator("form.controls").first();
    await controls.getByText("Tỉnh Hưng Yên (33)").waitFor();
    const entries = await page.evaluate(() => history.length);
    await page.waitForLoadState("networkidle");
    assert.equal(await page.evaluate(() => history.length), entries, `${place}: opening it is one step, not two`);
    await findUnit(controls, "Đơn vị", "an binh", UNITS[0].id);
    await page.waitForURL(new RegExp(`unit=${UNITS[0].id}`));
    await page.goBack();
    await page.waitForURL((url) => url.pathname === `/${place}` && url.search === "");
    await controls.getByText("Tỉnh Hưng Yên (33)").waitFor();
    assert.equal(await controls.getByText(`(${UNITS[0].id})`).count(), 0, `${place} still shows the other unit`);
  }
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
  for (const place of ["/plan", "/context", "/dossiers"]) {
    for (const [width, height] of [[1440, 900], [800, 1280], [360, 740]]) {
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        await page.goto(origin + place);
        await page.getByRole("table").first().waitFor();
        for (const language of ["English", "Tiếng Việt"]) {
          await page.getByRole("button", { name: language }).click();
          await page.waitForLoadState("networkidle");
          found.push(...(await faults(page, `${place} ${width} ${colorScheme} ${language}`, ["Hài Lòng", "Hưng Yên", "Phố Hiến", ...NAMES])));
          if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${place.slice(1)}-${width}-${colorScheme}-${language}.png`, fullPage: true });
        }
      }
    }
  }
  await page.emulateMedia({ colorScheme: null });
  assert.deepEqual(found, []);
});
