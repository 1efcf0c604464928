// The manager's page as a manager uses it.
import { chromium } from "playwright-core";

export class Manager {
  /** Signs in with a browser of its own, or with a fresh profile of the one that is given. */
  static async signIn(origin, { account, password }, browser = undefined) {
    const manager = new Manager();
    const own = browser ?? (await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] }));
    manager.page = await (await own.newContext({ viewport: { width: 1440, height: 900 }, locale: "vi-VN" })).newPage();
    manager.close = () => (browser ? manager.page.close() : own.close());
    await manager.page.goto(origin);
    await manager.page.getByLabel("Tài khoản").fill(account);
    await manager.page.getByLabel("Mật khẩu").fill(password);
    await manager.page.getByRole("button", { name: "Đăng nhập" }).click();
    await manager.page.getByRole("button", { name: "Đăng xuất" }).waitFor();
    return manager;
  }

  /** Chooses a unit in the tree by its name. */
  async choose(unit) {
    await this.page.getByText(unit, { exact: true }).first().click();
    await this.page.getByRole("heading", { level: 1, name: unit }).waitFor();
  }

  /** All words on the page, as they stand. */
  words() {
    return this.page.locator("main").innerText();
  }
}
