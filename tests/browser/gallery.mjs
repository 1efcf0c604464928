// `cargo xtask gallery`: what the screens look like, from the sample province, as PNG files. With
// README=folder it makes the pictures of the README; else contact sheets of every screen of the counter and
// of the figures in each size and language. SIZE=name makes those of one size only.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { Kiosk, launch } from "./support/kiosk.mjs";
import { Office } from "./support/office.mjs";
import { Sample } from "./support/sample.mjs";
import { everyScreen, INERT, rareScreens } from "./support/screens.mjs";

const OUT = process.env.OUT;
const README = process.env.README;
const SIZES = { kiosk: [1080, 1920], wide: [1920, 1080], tablet: [800, 1280], turned: [1280, 800], phone: [360, 740] };
const DESKS = { desk: [1440, 900], "manager-tablet": [800, 1280], "manager-phone": [360, 740] };
const wanted = (sizes) => Object.entries(sizes).filter(([size]) => !process.env.SIZE || process.env.SIZE === size);
const LANGUAGES = { vi: "Tiếng Việt", en: "English" };

const sample = !README && wanted(DESKS).length === 0 ? undefined : await Sample.start();
try {
  if (README) await readme();
  else await everything();
} finally {
  await sample?.end();
}

async function readme() {
  mkdirSync(README, { recursive: true });
  const kiosk = await openKiosk([1080, 1920]);
  await kiosk.press("Chạm để bắt đầu");
  await kiosk.press("Tiếp tục");
  await kiosk.sees(/Câu 1 trên/);
  await picture(kiosk.page, join(README, "kiosk-question.png"), 0.4);
  await kiosk.close();
  const manager = await openManager([1440, 900]);
  await picture(manager, join(README, "manager-unit.png"), 0.6);
  await manager.context().browser().close();
}

async function everything() {
  const office = wanted(SIZES).length === 0 ? undefined : await Office.open();
  for (const [size, [width, height]] of wanted(SIZES)) {
    const sheets = { vi: [], en: [] };
    for (const walk of [everyScreen, rareScreens]) await walk(office, (kiosk, screen) => shoot(kiosk, screen, sheets), { viewport: { width, height }, voices: true });
    for (const [language, shots] of Object.entries(sheets)) await contactSheet(`counter-${size}-${language}`, shots, width > height ? 480 : 270);
  }
  await office?.close();
  for (const [size, viewport] of wanted(DESKS)) {
    const manager = await openManager(viewport);
    for (const colorScheme of ["light", "dark"]) {
      await manager.emulateMedia({ colorScheme });
      const sheets = await managerSheets(manager);
      for (const [language, shots] of Object.entries(sheets)) await contactSheet(`figures-${size}-${colorScheme}-${language}`, shots, size === "desk" ? 560 : 330);
    }
    await manager.context().browser().close();
  }
}

/** Each side of the province and of its centre, in both languages. */
async function managerSheets(manager) {
  const sheets = { vi: [], en: [] };
  for (const unit of ["33", "33.ttpvhcc"]) {
    for (const view of ["overview", "trend", "groups", "compare", "coverage", "comments"]) {
      if (unit !== "33" && view === "compare") continue;
      const side = view === "overview" ? "" : `&view=${view}`;
      await manager.goto(`${sample.manager}?unit=${unit}${side}&form=sipas2022`);
      await manager.locator(".tabs a[aria-current]").waitFor();
      for (const language of Object.keys(LANGUAGES)) {
        await manager.getByRole("button", { name: LANGUAGES[language] }).first().click();
        await manager.waitForLoadState("networkidle");
        await manager.waitForTimeout(300);
        sheets[language].push({ screen: `${unit} ${view}`, png: await manager.screenshot({ fullPage: true }) });
      }
    }
  }
  return sheets;
}

/** One screen in both languages, whole. */
async function shoot(kiosk, screen, sheets) {
  const { page } = kiosk;
  const speak = async (language) => {
    // Behind the dialog nothing can be pressed: it is asked for again in the other language.
    // The first touches of a screen, and of the dialog, do nothing (UK5).
    await page.waitForTimeout(450);
    if (screen === "still there") await page.locator("#still-here").click();
    await page.getByRole("button", { name: LANGUAGES[language], exact: true }).click();
    if (screen === "still there") await page.keyboard.press("Escape");
    await page.mouse.move(0, 0);
    await page.waitForTimeout(250);
  };
  const take = async (language) => {
    const png = await page.screenshot({ fullPage: true });
    sheets[language].push({ screen, png });
  };
  if (INERT.includes(screen) && screen !== "still there") return take(screen.endsWith("in English") ? "en" : "vi");
  for (const language of ["en", "vi"]) {
    await speak(language);
    await take(language);
  }
}

/** All screens of one size and language on one picture, each with its name; the pictures themselves beside it. */
async function contactSheet(name, shots, width) {
  mkdirSync(`${OUT}/${name}`, { recursive: true });
  const cells = shots.map(({ screen, png }) => {
    writeFileSync(`${OUT}/${name}/${screen}.png`, png);
    return `<figure><img src="data:image/png;base64,${png.toString("base64")}"><figcaption>${screen}</figcaption></figure>`;
  });
  const style = `body{margin:8px;display:flex;flex-wrap:wrap;gap:8px;align-items:start;background:#ccc;font:14px sans-serif}figure{margin:0;width:${width}px}img{width:100%;display:block}`;
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  const page = await browser.newPage({ viewport: { width: 1800, height: 900 } });
  await page.setContent(`<style>${style}</style>${cells.join("")}`);
  await page.screenshot({ path: `${OUT}/${name}.png`, fullPage: true });
  await browser.close();
  console.log(`${OUT}/${name}.png`);
}

async function openKiosk([width, height]) {
  const profile = mkdtempSync(join(tmpdir(), "gallery-"));
  const kiosk = new Kiosk(await launch(profile, { viewport: { width, height } }), sample.counter);
  kiosk.page = kiosk.context.pages()[0];
  kiosk.context.on("close", () => rmSync(profile, { recursive: true, force: true }));
  await kiosk.page.goto(`${kiosk.origin}/enrol`);
  await kiosk.enrol(await sample.code());
  return kiosk;
}

async function openManager([width, height]) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  const page = await browser.newPage({ viewport: { width, height }, locale: "vi-VN" });
  await page.goto(sample.manager);
  await page.getByLabel("Tài khoản").fill(sample.account);
  await page.getByLabel("Mật khẩu").fill(sample.password);
  await page.getByRole("button", { name: "Đăng nhập" }).click();
  await page.goto(`${sample.manager}?unit=33.ttpvhcc&form=sipas2022`);
  await page.getByText(/Khoảng tin cậy 95/).first().waitFor();
  return page;
}

/** A picture at a fraction of its size, small enough for a repository. */
async function picture(page, path, scale) {
  await page.waitForTimeout(500);
  const { width, height } = page.viewportSize();
  const whole = await page.screenshot();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  const small = await browser.newPage({ viewport: { width: Math.round(width * scale), height: Math.round(height * scale) } });
  await small.setContent(`<style>body{margin:0}img{width:100%;display:block}</style><img src="data:image/png;base64,${whole.toString("base64")}">`);
  await small.screenshot({ path });
  await browser.close();
}
