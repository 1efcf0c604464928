// `cargo xtask bench country`: how long an operator waits on the page of units with the whole country on it:
// from a key in the search box to the painted list, each letter of some names typed alone, at full speed and
// with the page's processor slowed four times. Prints each row as JSON; asserts nothing.
import { chromium } from "playwright-core";
import { FLAGS } from "./support/kiosk.mjs";
import { Account, OPERATOR } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";

const SLOWED = [1, 4];
const NAMES = ["tan binh", "dak lak", "phu quoc", "nghia do", "pho hien"];

const server = await Server.start("--empty");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
try {
  const operator = new Account(server);
  await operator.must("POST", "/v1/setup", { code: server.setupCode, ...OPERATOR });
  await operator.must("POST", "/v1/session", OPERATOR);
  const list = await (await fetch(`${server.manager}viet-nam.csv`)).text();
  const begun = performance.now();
  await operator.must("POST", "/v1/units/import", { csv: list, dry_run: false });
  say("the whole country, 3,356 units, judged and made", 1, [performance.now() - begun]);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${server.manager}units`);
  await page.locator("input[name=account]").fill(OPERATOR.account);
  await page.locator("input[name=password]").fill(OPERATOR.password);
  await page.keyboard.press("Enter");
  await page.locator("#unit-search").waitFor();
  const control = await page.context().newCDPSession(page);
  for (const slowed of SLOWED) {
    await control.send("Emulation.setCPUThrottlingRate", { rate: slowed });
    say("a key in the search to the list of units, painted", slowed, await page.evaluate(typed, NAMES));
  }
} finally {
  await browser.close();
  await server.end();
}

/** In the page: milliseconds from each key to the frame that shows what it found. */
async function typed(names) {
  const box = document.querySelector("#unit-search");
  const painted = () =>
    new Promise((go) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = go;
        port2.postMessage(0);
      }),
    );
  const times = [];
  for (const name of names) {
    for (let end = 1; end <= name.length; end += 1) {
      const begun = performance.now();
      box.value = name.slice(0, end);
      box.dispatchEvent(new InputEvent("input", { bubbles: true }));
      await painted();
      times.push(performance.now() - begun);
    }
  }
  return times;
}

function say(what, slowed, times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  console.log(JSON.stringify({ what, slowed, n: sorted.length, median: at(0.5), p95: at(0.95) }));
}
