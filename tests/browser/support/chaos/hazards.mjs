// What can happen to a counter between two citizens, before one, or under one's hands. Each hazard
// leaves the counter on its feet; none looks at what it did.
import assert from "node:assert/strict";
import { pause } from "./counter.mjs";
import { MISHAPS } from "./line.mjs";

/** A survey takes about so long; some moment of it is hit. */
const SURVEY_MS = 4500;
/** From the touch of "Gửi" to the thanks, and from a reply to its settling, on a slow machine. */
const WRITE_MS = 500;
const SETTLE_MS = 80;

/** Lets something happen at some moment of a survey. */
async function during(counter, happens) {
  const citizen = await counter.seat();
  const answering = counter.answer(citizen).then(() => true, () => false);
  await pause(counter.dice.below(SURVEY_MS));
  await happens(counter);
  return { citizen, answering };
}

/** The survey goes on after what happened, to its end. */
async function goOn(counter, { citizen, answering }) {
  assert.ok(await answering, `${counter.name}: ${citizen.pattern} cannot go on`);
  await counter.send(citizen);
  await counter.thanks(citizen);
}

/** Kills the counter over its next upload, which the citizen's "Gửi" calls for. */
async function killedAt(counter, meet) {
  const citizen = await counter.seat();
  await counter.answer(citizen);
  const killed = counter.meeting(meet);
  await counter.send(citizen).catch(() => {});
  if (await killed) counter.killsInSync += 1;
  else await counter.kill();
  await counter.start();
  await counter.kiosk.attract();
}

/** Ways to die; each is one kill. */
export const KILLS = {
  "killed in a survey": async (counter) => {
    const { answering } = await during(counter, () => counter.kill());
    await answering;
    await counter.start();
    await counter.kiosk.attract();
  },
  "killed over the write": async (counter) => {
    const citizen = await counter.seat();
    await counter.answer(citizen);
    const sending = counter.send(citizen).catch(() => {});
    await pause(450 + counter.dice.below(WRITE_MS));
    await counter.killAndStart();
    await sending;
  },
  "killed over an upload": (counter) =>
    killedAt(counter, async (upload) => {
      const killed = counter.kill();
      await counter.dice.pick([MISHAPS["request lost"], MISHAPS["reply lost"]])(upload);
      await killed;
    }),
  "killed over a reply": (counter) =>
    killedAt(counter, async (upload) => {
      upload.give(await upload.forward());
      await pause(counter.dice.below(SETTLE_MS));
      await counter.kill();
    }),
  "killed while it opens": async (counter) => {
    await counter.serve();
    const opening = counter.kiosk.page.goto(counter.line.origin).catch(() => {});
    await pause(counter.dice.below(600));
    await counter.killAndStart();
    await opening;
  },
};

const mishaps = Object.entries(MISHAPS).map(([name, meet]) => [
  name,
  async (counter) => {
    counter.line.next(meet);
    await counter.serve();
  },
]);

/** Everything else. */
export const HAZARDS = {
  ...Object.fromEntries(mishaps),
  "offline in mid-upload": async (counter) => {
    const cut = counter.meeting(async (upload) => {
      await counter.kiosk.context.setOffline(true);
      await MISHAPS["reply lost"](upload);
    });
    await counter.serve();
    await cut;
    await counter.serve();
    await counter.kiosk.context.setOffline(false);
  },
  "two tabs": async (counter) => {
    const second = await counter.kiosk.tab("/", counter.dice.isHeads() ? unlock : undefined);
    const tabs = [counter.kiosk, second];
    const citizens = [];
    for (const tab of tabs) {
      await tab.page.bringToFront();
      citizens.push(await counter.seat(tab));
      await counter.answer(citizens.at(-1), tab);
    }
    counter.line.next(counter.dice.pick(Object.values(MISHAPS)));
    await Promise.all(tabs.map((tab, at) => counter.send(citizens[at], tab)));
    for (const citizen of citizens) await counter.thanks(citizen);
    await second.page.close();
  },
  frozen: async (counter) => {
    const devtools = await counter.devtools();
    const state = (state) => devtools.send("Page.setWebLifecycleState", { state });
    const survey = await during(counter, async () => {
      await state("frozen");
      await pause(700);
      await state("active");
    });
    await goOn(counter, survey);
    await state("frozen");
    await pause(300);
    await state("active");
    await devtools.detach();
  },
  discarded: async (counter) => {
    const { answering } = await during(counter, discard);
    await answering;
    await counter.kiosk.attract();
    await counter.serve();
  },
  "away and back": async (counter) => {
    const citizen = await counter.seat();
    await counter.answer(citizen);
    await counter.kiosk.page.goto("about:blank");
    await counter.kiosk.page.goBack({ waitUntil: "commit" });
    const { page } = counter.kiosk;
    await page.getByRole("textbox").or(counter.kiosk.button("Chạm để bắt đầu")).waitFor();
    if (await page.getByRole("textbox").count()) {
      await counter.send(citizen);
      await counter.thanks(citizen);
    }
  },
  "update in a survey": async (counter) => {
    const survey = await during(counter, async ({ line, kiosk }) => {
      line.build += 1;
      await kiosk.page.evaluate(letNewShellIn);
    });
    await goOn(counter, survey);
  },
  "copied profile": async (counter, run) => {
    await counter.kiosk.context.setOffline(true);
    await counter.serve();
    await counter.kill();
    const copy = counter.copy(`${counter.name}-copy-${run.copies.length}`);
    run.copies.push({ copy, device: counter.line.uploads.at(-1).device });
    await copy.start();
    await copy.kiosk.attract();
    await counter.start();
    await counter.kiosk.attract();
    await Promise.all([copy.serve(), counter.serve()]);
    await copy.drain();
    await copy.close();
  },
  "storage full": async (counter) => {
    const devtools = await counter.devtools();
    const quota = (quotaSize) => devtools.send("Storage.overrideQuotaForOrigin", { origin: counter.line.origin, quotaSize });
    const citizen = await counter.seat();
    // None left at all, or nearly.
    const { usage } = await counter.kiosk.page.evaluate(() => navigator.storage.estimate());
    await quota(counter.dice.isHeads() ? 1000 : usage + 2000);
    // The browser remembers for half a minute how much room there was.
    await pause(16_000);
    await counter.answer(citizen);
    await pause(13_000);
    await counter.send(citizen);
    // Refused, or kept after all where the browser still remembers more room.
    const refused = counter.kiosk.button("Thử lại").waitFor().then(() => true, () => false);
    const isRefused = await Promise.race([refused, citizen.isThanked.then(() => false)]);
    await quota();
    if (isRefused) await counter.kiosk.press("Thử lại");
    await counter.thanks(citizen);
    await devtools.detach();
  },
  "server killed": async (counter, run) => {
    const met = counter.meeting(async (upload) => {
      const answer = upload.forward().catch(() => undefined);
      await pause(counter.dice.below(12));
      await run.restart().catch(() => {});
      await answer;
      upload.drop();
    });
    await counter.serve();
    // Without an upload in good time it dies all the same.
    if (!(await met)) await run.restart();
    // A server that does not come back must not be found out by whoever needs it next.
    await run.restarted;
  },
  nothing: (counter) => counter.serve(),
};

/** In the page: a browser without Web Locks, so that two pages do send at once. */
function unlock() {
  Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined });
}

/** In the page: fetches the new shell and lets it take over, as another tab's idle screen would. */
export async function letNewShellIn() {
  const registration = await navigator.serviceWorker.getRegistration();
  const wait = () => new Promise((go) => setTimeout(go, 100));
  /** Is the shell that the server offers in charge already? A worker registered anew just now began with it. */
  const isInCharge = async () => {
    if (registration.installing || registration.waiting) return false;
    const [, offered] = (await (await fetch("/sw.js", { cache: "no-store" })).text()).match(/SHELL ?= ?"([0-9a-f]+)"/);
    return (await caches.has(`shell-${offered}`)) && !registration.installing && !registration.waiting;
  };
  // Another hazard may have the server down just now, before the new list or among its files: a browser,
  // too, asks again later.
  const refused = [];
  for (const until = performance.now() + 60_000; !registration.waiting; await wait()) {
    try {
      if (await isInCharge()) return;
      if (!registration.installing) await registration.update();
    } catch (cause) {
      refused.push(cause.message);
    }
    if (performance.now() > until) {
      throw new Error(`the new shell does not come; refused ${refused.length} times: ${[...new Set(refused)].join("; ")}`);
    }
  }
  const taken = new Promise((go) => navigator.serviceWorker.addEventListener("controllerchange", go, { once: true }));
  registration.waiting.postMessage({ type: "activate" });
  await taken;
}

/**
 * The page's process is gone from one moment to the next, as when a tab is discarded to win memory; shown
 * again, it loads. (The browser spares tabs that a debugger is attached to, so it cannot be asked itself.)
 */
export async function discard(counter) {
  const { kiosk, line } = counter;
  const gone = new Promise((go) => kiosk.page.once("crash", go));
  const devtools = await counter.devtools();
  devtools.send("Page.crash").catch(() => {});
  await gone;
  const page = await kiosk.context.newPage();
  await kiosk.page.close();
  kiosk.page = page;
  await page.goto(line.origin);
}
