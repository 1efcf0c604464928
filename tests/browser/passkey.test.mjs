// Passkeys on their screens, with Chromium's own virtual authenticator.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { eventually } from "./support/eventually.mjs";
import { FLAGS } from "./support/kiosk.mjs";
import { Account, OPERATOR, PROVINCE, setClock } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";

const MINUTE = 60_000;
const ADD = "Tạo khoá truy cập";
const OPEN = "Dùng khoá truy cập";

let server, operator, browser, page, phone;

before(async () => {
  server = await Server.start("--empty");
  operator = new Account(server);
  await operator.must("POST", "/v1/setup", { code: server.setupCode, ...OPERATOR });
  await operator.must("POST", "/v1/session", OPERATOR);
  await operator.must("POST", "/v1/units", { units: [PROVINCE] });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "vi-VN" });
  page = await context.newPage();
  phone = await Phone.beside(page);
});

after(async () => {
  await browser?.close();
  await server?.end();
});

/** An authenticator in the browser: like a phone's, it keeps passkeys and knows its owner. */
class Phone {
  static async beside(page) {
    const phone = new Phone();
    phone.door = await page.context().newCDPSession(page);
    await phone.door.send("WebAuthn.enable");
    const options = {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    };
    ({ authenticatorId: phone.authenticatorId } = await phone.door.send("WebAuthn.addVirtualAuthenticator", { options }));
    return phone;
  }

  tell(verb, more = {}) {
    return this.door.send(`WebAuthn.${verb}`, { authenticatorId: this.authenticatorId, ...more });
  }

  async count() {
    return (await this.tell("getCredentials")).credentials.length;
  }
}

const signedIn = () => page.getByRole("button", { name: "Đăng xuất", exact: true }).waitFor();
const signOut = async () => {
  await page.getByRole("button", { name: "Đăng xuất", exact: true }).click();
  await page.getByRole("heading", { name: "Đăng nhập" }).waitFor();
};
const own = async () => {
  await page.getByRole("link", { name: `Tài khoản của tôi: ${OPERATOR.account}` }).click();
  await page.getByRole("heading", { level: 1, name: "Tài khoản của tôi" }).waitFor();
};

test("um1_s5_a_passkey_is_made_on_the_account_page_and_signs_in_without_a_name", { timeout: 120_000 }, async () => {
  await page.goto(server.manager);
  await page.getByLabel("Tài khoản").fill(OPERATOR.account);
  await page.getByLabel("Mật khẩu").fill(OPERATOR.password);
  await page.getByRole("button", { name: "Đăng nhập", exact: true }).click();
  await signedIn();
  await own();
  await page.getByText("Chưa có khoá truy cập nào.").waitFor();
  await page.getByLabel("Tên khoá").fill("Điện thoại của An");
  await page.getByRole("button", { name: ADD }).click();
  await page.getByText("Đã tạo khoá truy cập.").waitFor();
  await page.getByText("Điện thoại của An").waitFor();
  await page.getByText(/chưa dùng lần nào/).waitFor();
  await eventually(() => phone.count(), 1);
  // One device makes no second one for the same account.
  await page.getByLabel("Tên khoá").fill("Lần nữa");
  await page.getByRole("button", { name: ADD }).click();
  await page.getByText("Máy này đã có khoá truy cập của tài khoản này.").waitFor();
  await signOut();
  await page.getByRole("button", { name: OPEN }).click();
  await signedIn();
  await own();
  await page.getByText(/dùng lần cuối ngày/).waitFor();
});

test("s5_who_is_not_recognised_by_the_device_is_told_so_and_stays_outside", { timeout: 120_000 }, async () => {
  await signOut();
  await phone.tell("setUserVerified", { isUserVerified: false });
  await page.getByRole("button", { name: OPEN }).click();
  await page.getByRole("alert").getByText(/^Chưa dùng khoá truy cập nào/).waitFor({ timeout: 150_000 });
  await phone.tell("setUserVerified", { isUserVerified: true });
  await page.getByRole("button", { name: OPEN }).click();
  await signedIn();
});

test("s7_a_grave_step_is_proved_with_a_passkey", { timeout: 120_000 }, async () => {
  // Six minutes later the proof of signing in is over, the session is not.
  const { now } = await operator.must("GET", "/v1/session");
  await setClock(operator, now + 6 * MINUTE);
  await own();
  await page.getByRole("button", { name: /^Xoá khoá truy cập: Điện thoại của An/ }).click();
  await page.getByRole("group", { name: /^Xoá khoá truy cập/ }).getByRole("button", { name: "Xoá khoá truy cập" }).click();
  const dialog = page.getByRole("dialog", { name: "Xác nhận là chính Ông/Bà" });
  await dialog.getByRole("button", { name: "Dùng khoá truy cập" }).click();
  await page.getByText("Đã xoá khoá truy cập.").waitFor();
  await page.getByText("Chưa có khoá truy cập nào.").waitFor();
});

test("s15_the_account_page_names_the_hash_of_the_program_that_the_server_gave", { timeout: 60_000 }, async () => {
  const path = await page.locator('link[as="fetch"][type="application/wasm"]').getAttribute("href");
  const program = Buffer.from(await (await fetch(new URL(path, server.manager))).arrayBuffer());
  const about = page.getByRole("region", { name: "Về phần mềm này" });
  await about.getByText(createHash("sha256").update(program).digest("hex")).waitFor();
  await about.getByText(/^Hài Lòng \d+\.\d+\.\d+\. /).waitFor();
});

test("s5_a_removed_passkey_opens_nothing_and_the_page_says_what_does", { timeout: 120_000 }, async () => {
  await signOut();
  await page.getByRole("button", { name: OPEN }).click();
  await page.getByRole("alert").getByText("Khoá truy cập này không mở được ở đây.").waitFor();
  assert.equal(await phone.count(), 1, "the device still has it");
  const { lines } = await operator.must("GET", "/v1/audit");
  const acts = lines.map(({ act }) => act);
  for (const act of ["add-passkey", "sign-in-passkey", "prove", "drop-passkey"]) assert.ok(acts.includes(act), act);
});

test("s5_under_an_ip_address_no_passkey_is_offered", { timeout: 60_000 }, async () => {
  await page.goto(server.manager.replace("localhost", "127.0.0.1"));
  await page.getByRole("heading", { name: "Đăng nhập" }).waitFor();
  assert.equal(await page.getByRole("button", { name: OPEN }).count(), 0);
});

test("ux9_axe_finds_nothing_on_the_account_page_and_at_the_door", { timeout: 180_000 }, async () => {
  const found = [];
  const look = async (name) => {
    for (const [width, height] of [[1440, 900], [360, 740]]) {
      await page.setViewportSize({ width, height });
      for (const language of ["English", "Tiếng Việt"]) {
        await page.getByRole("button", { name: language, exact: true }).click();
        const { violations } = await new AxeBuilder({ page }).analyze();
        found.push(...violations.map(({ id, nodes }) => `${name}, ${language}, ${width}: ${id} at ${nodes.map((node) => node.target).join(", ")}`));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) found.push(`${name}, ${language}: ${wide} px too wide at ${width}`);
        if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}-${width}-${language}.png`, fullPage: true });
      }
    }
  };
  await page.goto(server.manager);
  await page.getByRole("button", { name: OPEN }).waitFor();
  await look("door");
  await page.getByLabel("Tài khoản").fill(OPERATOR.account);
  await page.getByLabel("Mật khẩu").fill(OPERATOR.password);
  await page.getByRole("button", { name: "Đăng nhập", exact: true }).click();
  await signedIn();
  await page.goto(`${server.manager}account`);
  await page.getByLabel("Tên khoá").fill("Máy tính của An");
  await page.getByRole("button", { name: ADD }).click();
  await page.getByText("Máy tính của An").waitFor();
  await eventually(() => page.getByLabel("Tên khoá").isVisible(), true);
  await look("account");
  assert.deepEqual(found, []);
});
