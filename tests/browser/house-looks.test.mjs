// Every page of the operator's house with its drawers open and its questions asked: axe, targets, width, words in
// the language they are marked with; at a desk, on a tablet and on a phone, in both languages, in the dark.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { enter, faults, launch } from "./support/house.mjs";
import { COMMUNE, OPERATOR, enrolmentCode, setUp } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";
import { Device, record } from "./support/wire.mjs";

const NAMES = ["Hài Lòng", "Hưng Yên", "Phố Hiến", "Ân Thi", "Lê Lợi"];
const OTHER = { ...COMMUNE, id: "33.12001", gso: "12001", name: { vi: "Xã Ân Thi", en: "Ân Thi commune" } };
const MERGED = { ...COMMUNE, id: "33.12002", gso: "12002", name: { vi: "Xã Lê Lợi", en: "Lê Lợi commune" } };
const FORMS = JSON.parse(readFileSync(new URL("../vectors/forms.lock", import.meta.url), "utf8"));
const SIZES = [[1440, 900], [800, 1280], [360, 740]];

let server, operator, browser;

before(async () => {
  process.env.COUNTER_URL = "https://quay.example.vn/";
  server = await Server.start("--empty");
  operator = await setUp(server);
  await operator.must("POST", "/v1/units", { units: [OTHER, MERGED] });
  const renamed = { ...OTHER, name: { vi: "Phường Ân Thi", en: "Ân Thi ward" } };
  const closed = { ...MERGED, valid_to: "2026-10-31", successors: [OTHER.id] };
  await operator.must("PUT", "/v1/units", { units: [renamed, closed], dry_run: false });
  const devices = [];
  for (let n = 0; n < 4; n += 1) devices.push(await Device.enrol(server.counter, await enrolmentCode(operator, "express6")));
  const [device] = devices;
  const day = new Date(device.enrolled.body.now + 7 * 3_600_000).toISOString().slice(0, 10);
  const values = { form: FORMS.express6, unit: COMMUNE.id, field: "ho-tich", class: "kiosk", channel: "counter", mode: "self", day, day_q: "wall", dur: 3, demo: {}, filters: { f_stage: "submit", f_pakn: "no" }, answers: { x_all: 5, x_tc: 4, x_tthc: 3, x_cc: 2, x_kq: 6, x_pakn: 6 } };
  await device.post([record({ ...values, unit: OTHER.id }), record({ ...values, form: "0".repeat(64) }), record({ ...values, answers: { x_all: 9 } })]);
  browser = await launch();
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  await server?.end();
});

const click = (page, ...selectors) => selectors.reduce((done, selector) => done.then(() => page.locator(selector).first().click()), Promise.resolve());

/** Each page with everything that can be opened on it; the first selector stands once the page is there. */
const PLACES = {
  async devices(page) {
    await click(page, ".new-code button");
    await page.locator(".new-code #unit-of-new").fill("pho hien");
    await page.keyboard.press("Enter");
    await page.locator(".new-code #unit-of-new").fill("an");
    await page.locator(".new-code .offers .button").first().waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".new-code input[name=counter]").fill("Quầy 9");
    await page.locator(".new-code input[name=pin]").fill("2468");
    await click(page, ".new-code button[type=submit]");
    await page.locator(".new-code .fresh .qr").waitFor();
    for (let nth = 0; nth < 3; nth += 1) await page.locator(".device").nth(nth).locator(".row .button").nth(nth).click();
    await click(page, ".device:nth-child(3) .drawer .button.main");
    await page.locator(".device .fresh .qr").waitFor();
    await page.locator(".device").nth(3).locator("> .button.quiet").click();
    await page.locator(".device .sure").waitFor();
  },
  async kept(page) {
    await page.locator(".kept-group").nth(2).waitFor();
    await page.locator(".kept-group").nth(0).locator(".sure .button").last().click();
    await page.locator(".kept-group [role=alert]").waitFor();
  },
  async units(page) {
    await click(page, ".house > details summary");
    await page.locator(".house > details textarea").fill("id,parent,kind,name_vi,valid_from\n33.9,99,commune,A,2026-01-01\nX,33,x,,y\n");
    await click(page, ".house > details .button.main");
    await page.locator(".house > details .changes").waitFor();
    await click(page, ".house > details button[type=button]");
    await page.locator("select[name=part]").waitFor();
    // On a narrow screen the tree is folded away.
    if (!(await page.locator("#unit-search").isVisible())) await click(page, ".picker .unfold");
    await page.locator("#unit-search").fill("le loi");
    await page.keyboard.press("Enter");
    await page.locator(".past h3").waitFor();
    await page.locator("#successors").fill("pho hien");
    await page.locator(".offers .button").waitFor();
    await page.keyboard.press("Enter");
    await page.locator("#parent").fill("an thi");
    await page.keyboard.press("Enter");
    await click(page, ".unit-edit button[type=submit]");
    await page.locator(".unit-edit .changes").waitFor();
    await page.locator("#parent").fill("pho");
    await page.locator(".offers .button").waitFor();
  },
  async people(page) {
    await click(page, ".house > details summary");
    for (let nth = 0; nth < 2; nth += 1) {
      await page.locator(".device .row button").nth(nth).click();
      await page.locator(".drawer").waitFor();
      if (nth === 0) {
        await page.locator(".drawer .fields > .button").click();
        await page.locator(".drawer .band").waitFor();
        await page.locator(".drawer input[type=search]").fill("an thi");
        await page.keyboard.press("Enter");
        await page.locator(".drawer .fields > .button").click();
        await page.locator(".drawer .rights").first().locator("li").nth(1).waitFor();
      }
    }
  },
  async audit(page) {
    await page.locator("table.log").waitFor();
  },
  async server(page) {
    await page.locator("[data-check]").first().waitFor();
  },
  async forms(page) {
    await page.locator("main .card").nth(1).waitFor();
  },
  async languages(page) {
    await page.locator("main .card").nth(1).waitFor();
  },
  async account(page) {
    await page.locator("[aria-labelledby=own-sessions] .button").click();
    await page.locator(".sure").waitFor();
  },
  /** The question who is here, which a file is asked for with. */
  async "audit?proof"(page) {
    await page.locator(".fleet-head .button").click();
    await page.getByRole("dialog").waitFor();
  },
};

async function look(found, [width, height], language, options = {}) {
  const page = await enter(browser, server, OPERATOR, "devices", { viewport: { width, height }, ...options });
  await page.getByRole("button", { name: language, exact: true }).click();
  for (const [path, open] of Object.entries(PLACES)) {
    await page.goto(`${server.manager}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.locator(".card").first().waitFor();
    await open(page);
    const at = `${path.replace("?", "-")}-${width}-${language === "English" ? "en" : "vi"}${options.colorScheme ? "-dark" : ""}`;
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${at}.png`, fullPage: true });
    found.push(...(await faults(page, at, NAMES)));
  }
  await page.context().close();
}

for (const size of SIZES) {
  test(`ux9_ux7_ux3_every_page_of_the_house_is_for_everybody_at_${size[0]}_px`, { timeout: 300_000 }, async () => {
    const found = [];
    for (const language of ["Tiếng Việt", "English"]) await look(found, size, language);
    assert.deepEqual(found, []);
  });
}

test("ux9_every_page_of_the_house_is_readable_in_the_dark", { timeout: 300_000 }, async () => {
  const found = [];
  await look(found, SIZES[0], "Tiếng Việt", { colorScheme: "dark" });
  assert.deepEqual(found, []);
});
