// `cargo xtask gallery`: what the screens look like, from the sample province, as PNG files. With
// README=folder it makes the pictures of the README; else every screen in each size and language.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { Kiosk, launch } from "./support/kiosk.mjs";
import { Sample } from "./support/sample.mjs";

const OUT = process.env.OUT;
const README = process.env.README;
const SIZES = { kiosk: [1080, 1920], wide: [1920, 1080], tablet: [800, 1280], turned: [1280, 800], phone: [360, 740] };
const LANGUAGES = { vi: "Tiếng Việt", en: "English" };

const sample = await Sample.start();
try {
  if (README) await readme();
  else await everything();
} finally {
  await sample.end();
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
  for (const [size, viewport] of Object.entries(SIZES)) {
    const kiosk = await openKiosk(viewport);
    for (const language of Object.keys(LANGUAGES)) await walk(kiosk, `${OUT}/counter-${size}-${language}`, language);
    await kiosk.close();
  }
  for (const [size, viewport] of Object.entries({ desk: [1440, 900], tablet: [800, 1280], phone: [360, 740] })) {
    const manager = await openManager(viewport);
    for (const language of Object.keys(LANGUAGES)) {
      await manager.getByRole("button", { name: LANGUAGES[language] }).first().click();
      await manager.waitForTimeout(300);
      mkdirSync(OUT, { recursive: true });
      await manager.screenshot({ path: `${OUT}/manager-${size}-${language}.png`, fullPage: true });
    }
    await manager.context().browser().close();
  }
}

/** Every screen a citizen meets, in order. */
async function walk(kiosk, name, language) {
  mkdirSync(OUT, { recursive: true });
  const { page } = kiosk;
  const shoot = async (screen) => {
    await page.waitForTimeout(450);
    await page.screenshot({ path: `${name}-${screen}.png` });
  };
  await page.getByRole("button", { name: LANGUAGES[language] }).click();
  await shoot("1-attract");
  const primary = () => page.locator("button.primary").last().click();
  await primary();
  await shoot("2-notice");
  await primary();
  await shoot("3-question");
  for (let item = 0; item < 4; item += 1) {
    await page.waitForTimeout(450);
    await page.locator("button.answer").nth(3).click();
  }
  await shoot("4-filter");
  for (let filter = 0; filter < 2; filter += 1) {
    await page.waitForTimeout(450);
    await page.locator("button.answer").last().click();
  }
  await shoot("5-comment");
  await primary();
  await shoot("6-thanks");
  await page.waitForTimeout(7_000);
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
