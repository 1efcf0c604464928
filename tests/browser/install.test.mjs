// The counter as an app of its own, in any orientation; what an old browser is told; a program that broke.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { Office } from "./support/office.mjs";

let office;

before(async () => {
  office = await Office.open();
});

after(() => office?.close());

test("u7_the_counter_can_be_installed_and_fills_the_screen_in_both_orientations", { timeout: 60_000 }, async () => {
  const kiosk = await office.kiosk();
  const { page } = kiosk;
  const browser = await page.context().newCDPSession(page);
  const { url, errors, data } = await browser.send("Page.getAppManifest");
  assert.equal(url, `${kiosk.origin}/counter.webmanifest`);
  assert.deepEqual(errors, []);
  const manifest = JSON.parse(data);
  assert.ok(["fullscreen", "standalone"].includes(manifest.display));
  assert.ok(manifest.display_override.includes("standalone"));
  assert.ok(!("orientation" in manifest), "the manifest holds the screen in one orientation");
  for (const { src, purpose } of manifest.icons) {
    const icon = await page.evaluate(async (src) => {
      const image = Object.assign(new Image(), { src });
      await image.decode();
      return [image.naturalWidth > 0, (await fetch(src)).headers.get("content-type")];
    }, src);
    assert.deepEqual(icon, [true, "image/svg+xml"], `${src} ${purpose}`);
  }
  assert.deepEqual(new Set(manifest.icons.map(({ purpose }) => purpose)), new Set(["any", "maskable"]));
  const { installabilityErrors } = await browser.send("Page.getInstallabilityErrors");
  // A window without history says so of every page; nothing else may be wrong.
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), []);
  for (const [width, height] of [[1080, 1920], [1920, 1080], [800, 1280], [1280, 800]]) {
    await page.setViewportSize({ width, height });
    const button = await kiosk.button("Chạm để bắt đầu").boundingBox();
    assert.ok(button.x >= 0 && button.y >= 0 && button.x + button.width <= width && button.y + button.height <= height, `${width} x ${height}`);
  }
  await kiosk.context.close();
});

test("uk17_a_browser_that_cannot_run_it_is_told_which_ones_can", { timeout: 60_000 }, async () => {
  const words = "Chrome hoặc Edge từ bản 110, hoặc Firefox từ bản 115";
  // What browsers of years ago did not have: the program cannot run, or its screens would not be safe.
  const lacks = [
    () => delete globalThis.WebAssembly,
    () => delete HTMLElement.prototype.inert,
    () => (CSS.supports = (name, value) => !`${name} ${value}`.includes("dvh")),
  ];
  for (const lack of lacks) {
    const old = await office.device({ reducedMotion: "reduce" });
    await old.visit("/", lack);
    await old.page.getByText(words).waitFor();
    await old.page.getByText("Chrome or Edge from version 110, or Firefox from version 115").waitFor();
    await old.page.waitForLoadState("networkidle");
    assert.equal(await old.page.getByLabel("Nhập mã đăng ký máy").count(), 0, `it began without ${lack}`);
    await old.context.close();
  }
});

test("uk17_a_program_that_broke_says_nothing_of_what_was_on_it_and_begins_anew", { timeout: 60_000 }, async () => {
  const kiosk = await office.kiosk();
  await kiosk.visit("/", () => {
    for (const verb of ["instantiate", "instantiateStreaming"]) {
      const make = WebAssembly[verb];
      WebAssembly[verb] = async (...given) => {
        const made = await make.apply(WebAssembly, given);
        window.program = (made.instance ?? made).exports;
        return made;
      };
    }
  });
  await kiosk.begin();
  await kiosk.press(/mức 1 trên 5/);
  await kiosk.sees(/^Câu 2 trên/);
  const said = [];
  kiosk.page.on("pageerror", ({ message }) => said.push(message));
  // More memory than can be asked for: the program cannot go on.
  await kiosk.page.evaluate(() => void setTimeout(() => window.program.__wbindgen_malloc(-1, 8)));
  await kiosk.attract();
  assert.ok(said.some((message) => /unreachable/.test(message)), `the program did not break: ${said}`);
  await kiosk.begin();
  assert.equal(await kiosk.page.locator('.answer[aria-pressed="true"]').count(), 0, "an answer outlived it");
  await kiosk.context.close();
});

const FORMS = new URL("../../survey/forms", import.meta.url).pathname;
const DIST = process.env.DIST ?? new URL("../../dist", import.meta.url).pathname;

test("u8_u9_what_is_loaded_first_is_small", () => {
  for (const [page, most] of [["counter", 120_000], ["manager", 350_000], ["manager/house", 350_000], ["manager/action", 350_000]]) {
    const files = readdirSync(join(DIST, page), { withFileTypes: true }).filter((file) => file.isFile());
    // A list of units is a file to take away; no page loads it.
    const paths = files.filter(({ name }) => !name.endsWith(".csv")).map(({ name }) => join(DIST, page, name));
    // The house has its program, and the style of the figures.
    const [, style] = readFileSync(join(DIST, page, "index.html"), "utf8").match(/href="([^"]+\.css)"/);
    const styleAt = join(DIST, page.split("/")[0], style);
    // The counter is not whole without a form; the largest comes with the configuration.
    const forms = page === "counter" ? readdirSync(FORMS).map((name) => join(FORMS, name)) : [];
    const form = forms.toSorted((a, b) => statSync(a).size - statSync(b).size).slice(-1);
    const all = [...new Set([...paths, styleAt, ...form])]
      .map((path) => brotliCompressSync(readFileSync(path)).length)
      .reduce((sum, length) => sum + length, 0);
    assert.ok(all <= most, `${page}: ${all} of ${most} bytes`);
  }
});

test("s15_no_page_names_a_file_of_the_machine_it_was_built_on", () => {
  for (const page of ["counter", "manager", "manager/house", "manager/action"]) {
    const programs = readdirSync(join(DIST, page)).filter((name) => name.endsWith(".wasm"));
    assert.equal(programs.length, 1);
    const text = readFileSync(join(DIST, page, programs[0]), "latin1");
    assert.deepEqual(text.match(/[\w./-]+\.rs\b/g) ?? [], [], page);
  }
});
