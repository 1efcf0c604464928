// The counter page as citizens and staff use it: visible words, roles and clicks, nothing else.
import { spawnSync } from "node:child_process";
import { chromium } from "playwright-core";
import { eventually } from "./eventually.mjs";

export const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
/** Touches in the first 400 ms of a screen do nothing (UK5). */
const SETTLED_MS = 450;

export const launch = (profile, options = {}) =>
  chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM,
    args: FLAGS,
    viewport: { width: 1080, height: 1920 },
    locale: "vi-VN",
    ...options,
  });

export class Kiosk {
  constructor(context, origin) {
    this.context = context;
    this.origin = new URL(origin).origin;
  }

  /** A kiosk with the storage of `profile`; `isOffline` cuts the network before the page opens. */
  static async open(origin, profile, { isOffline = false, path = "/" } = {}) {
    const kiosk = new Kiosk(await launch(profile), origin);
    await kiosk.context.setOffline(isOffline);
    kiosk.page = kiosk.context.pages()[0] ?? (await kiosk.context.newPage());
    await kiosk.page.goto(kiosk.origin + path);
    return kiosk;
  }

  /** Another tab of the same device; `before` runs in it ahead of the page's own program. */
  async tab(path = "/", before = undefined, given = undefined) {
    const tab = new Kiosk(this.context, this.origin);
    await tab.visit(path, before, given);
    return tab;
  }

  async visit(path = "/", before = undefined, given = undefined) {
    this.page = await this.context.newPage();
    if (before) await this.page.addInitScript(before, given);
    await this.page.goto(this.origin + path);
  }

  button(name) {
    return this.page.getByRole("button", { name });
  }

  async press(name) {
    const button = this.button(name);
    await button.waitFor();
    await this.page.waitForTimeout(SETTLED_MS);
    await button.click();
  }

  async sees(words) {
    await this.page.getByText(words).first().waitFor();
  }

  async enrol(code) {
    await this.page.getByLabel("Nhập mã đăng ký máy").fill(code);
    await this.press("Đăng ký máy");
    await this.sees(/Đã đăng ký/);
    await this.press("Bắt đầu dùng");
    await this.attract();
  }

  attract() {
    return this.button("Chạm để bắt đầu").waitFor();
  }

  /** After one visit the shell is on the device, and soon its languages: the page is served by its worker from now on. */
  async isInstalled(...languages) {
    await this.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    await this.reload();
    const kept = (tags) => Promise.all(tags.map((tag) => caches.match(`/lang/${tag}/pack.json`))).then((found) => found.every(Boolean));
    await eventually(() => this.page.evaluate(kept, ["vi", "en", ...languages]), true);
    await this.reload();
  }

  async reload() {
    await this.page.reload();
    await this.attract();
  }

  /**
   * One citizen, from the first touch to "Cảm ơn". `answers` has a level for each item in the form's
   * order, 0 to skip, null where a filter keeps the question away; `filters` has the word to choose.
   */
  async answer(answers, filters, comment = "") {
    await this.press("Chạm để bắt đầu");
    await this.press("Tiếp tục");
    const [stage, petition] = filters;
    for (const [at, level] of answers.entries()) {
      if (at === 13) await this.press(stage);
      if (at === 16) await this.press(petition);
      if (level !== null) await this.press(level === 0 ? "Bỏ qua câu này" : new RegExp(`mức ${level} trên 5`));
    }
    if (comment) await this.page.getByRole("textbox").fill(comment);
    await this.press("Gửi");
    await this.sees("Cảm ơn Ông/Bà! Ý kiến đã được lưu.");
    await this.attract();
  }

  /** From the first touch to the first question. */
  async begin() {
    await this.press("Chạm để bắt đầu");
    await this.press("Tiếp tục");
    await this.sees(/^Câu 1 trên/);
  }

  face(level) {
    return this.button(new RegExp(`mức ${level} trên 5`));
  }

  /** The six questions of the express form with its two filters, up to the comment; 0 skips. */
  async express(levels) {
    await this.begin();
    const rate = async (level) => this.press(level === 0 ? "Bỏ qua câu này" : new RegExp(`mức ${level} trên 5`));
    for (const level of levels.slice(0, 4)) await rate(level);
    await this.press(levels[4] === undefined ? "Việc khác" : "Nhận kết quả");
    if (levels[4] !== undefined) await rate(levels[4]);
    await this.press(levels[5] === undefined ? "Chưa từng/ Không có" : "Đã từng/ Có");
    if (levels[5] !== undefined) await rate(levels[5]);
    await this.page.getByRole("textbox").waitFor();
  }

  /** Sends what was answered; returns when the citizen is thanked. */
  async send(comment = "") {
    if (comment) await this.page.getByRole("textbox").fill(comment);
    await this.press("Gửi");
    await this.sees("Cảm ơn Ông/Bà! Ý kiến đã được lưu.");
  }

  /** The staff's gate, with a PIN typed into it. */
  async staff(pin) {
    await this.page.goto(`${this.origin}/staff`);
    for (const digit of pin) await this.button(digit).click();
    await this.button("Tiếp tục").click();
  }

  /** What staff see behind their PIN: how many answers wait. */
  async waiting(pin) {
    await this.staff(pin);
    const line = this.page.getByText(/phiếu chờ gửi/);
    await line.waitFor();
    return Number((await line.innerText()).match(/\d+/)[0]);
  }

  /** As a power cut would: the whole browser is killed at once. */
  async kill(profile) {
    // Found none, `pgrep` fails: two kills at one moment find it dead the second time.
    const { stdout } = spawnSync("pgrep", ["-f", `user-data-dir=${profile}`], { encoding: "utf8" });
    for (const id of stdout.split("\n").filter(Boolean)) {
      try {
        process.kill(Number(id), "SIGKILL");
      } catch {
        // It went with its parent.
      }
    }
    await this.context.close().catch(() => {});
  }

  close() {
    return this.context.close();
  }
}
