// The operator's house in a browser: signed in at a place of it, in a language, seen as axe and people see it.
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { strangeWords } from "./language.mjs";
import { FLAGS } from "./kiosk.mjs";

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });

/** A page of the house, signed in. */
export async function enter(browser, server, who, path = "", options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "vi-VN", ...options });
  const page = await context.newPage();
  await page.goto(server.manager + path);
  await signIn(page, who);
  return page;
}

export async function signIn(page, { account, password }) {
  await page.locator("input[name=account]").fill(account);
  await page.locator("input[name=password]").fill(password);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /^(Đăng xuất|Sign out)$/ }).waitFor();
}

/** Finds a unit by what is typed and takes the one that is offered with this id. */
export async function findUnit(within, label, typed, id) {
  // By its kind too: a right's name may hold the label's word.
  await within.getByRole("searchbox", { name: label }).fill(typed);
  await within.locator(".offers").getByRole("button", { name: `(${id})` }).click();
}

/** Answers the question who is here (S7). */
export async function prove(page, { password }) {
  const dialog = page.getByRole("dialog", { name: /^(Xác nhận là chính Ông\/Bà|Confirm it is you)$/ });
  await dialog.locator("input[name=proof]").fill(password);
  await dialog.locator("button[type=submit]").click();
  await dialog.waitFor({ state: "detached" });
}

/** What is wrong with a page as it stands: axe, width, targets, words in another language than they are marked with. */
export async function faults(page, at, names) {
  const { violations, incomplete } = await new AxeBuilder({ page }).analyze();
  // On a narrow screen what is scrolled out of its strip cannot be judged; it is the same as at a desk.
  const unsure = page.viewportSize().width < 1440 ? [] : incomplete.filter(({ id }) => id === "color-contrast");
  const found = [...violations, ...unsure].map(({ id, nodes }) => `${at}: ${id} at ${nodes.map(({ target }) => target).join(", ")}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) found.push(`${at}: ${wide} px too wide`);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, a[href], select, input:not([type=checkbox], [type=radio]), textarea, summary, label.tick")]
      .filter((element) => element.checkVisibility() && !element.closest(".spoken") && !element.matches(".skip, p a"))
      .map((element) => [element.innerText || element.name, element.getBoundingClientRect()])
      .filter(([, { width, height }]) => height > 1 && (height < 43.9 || width < 43.9))
      .map(([name, { width, height }]) => `${name.trim().slice(0, 40)} is ${width.toFixed(0)} x ${height.toFixed(0)}`),
  );
  found.push(...small.map((line) => `${at}: ${line}`));
  if ((await page.evaluate(() => document.documentElement.lang)) === "en") {
    found.push(...(await strangeWords(page, names)).map((words) => `${at}: ${words}`));
  }
  return found;
}
