// One counter in a run of chaos: a browser with a profile of its own that is killed and started again,
// the line it sends over, and the citizens before it.
import assert from "node:assert/strict";
import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Kiosk, launch } from "../kiosk.mjs";

export const pause = (ms) => new Promise((go) => setTimeout(go, ms));
/** A limit, which keeps nobody waiting once it is not needed any more. */
const limit = (ms, of = undefined) => new Promise((go) => setTimeout(go, ms, of).unref());
/** A page that does not do what it should in so long is stuck. */
const PATIENCE_MS = 30_000;

/** In the page: tells each showing of the thanks, however short. */
function tellThanks() {
  let isShown = false;
  new MutationObserver(() => {
    const isShownNow = document.body?.innerText.includes("Cảm ơn Ông/Bà! Ý kiến đã được lưu.") ?? false;
    if (isShownNow && !isShown) window.thanked();
    isShown = isShownNow;
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

/** In the page: looks into the device's database without the program. */
function countIn(store) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("hai-long");
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      const count = database.transaction(store).objectStore(store).count();
      count.onsuccess = () => {
        database.close();
        resolve(count.result);
      };
    };
  });
}

export class Counter {
  /** `before` runs in each page ahead of its program; `options` are the browser's. */
  constructor({ name, folder, line, crowd, dice, before, options }) {
    Object.assign(this, { name, folder, line, crowd, dice, before, options, kills: 0, killsInSync: 0, people: new Map() });
    this.profile = join(folder, `${name}-profile`);
  }

  /** Starts the browser on what is in the profile. */
  async start() {
    // The back-forward cache is off under automation, and on at a counter.
    const context = await launch(this.profile, { ignoreDefaultArgs: ["--disable-back-forward-cache"], ...this.options });
    await context.exposeBinding("thanked", ({ page }) => this.hearThanks(page));
    await context.addInitScript(tellThanks);
    if (this.before) await context.addInitScript(this.before);
    this.kiosk = new Kiosk(context, this.line.origin);
    this.kiosk.page = context.pages()[0] ?? (await context.newPage());
    await this.kiosk.page.goto(this.line.origin);
  }

  async enrol(code) {
    await this.kiosk.enrol(code);
    await this.kiosk.isInstalled();
  }

  /** Kills the browser at once and starts it again; it must stand on its first screen. */
  async killAndStart() {
    await this.kill();
    await this.start();
    await this.kiosk.attract();
  }

  async kill() {
    this.kills += 1;
    this.line.clear();
    await this.kiosk.kill(this.profile);
  }

  hearThanks(page) {
    const citizen = this.people.get(page);
    // Nobody hears an error that is thrown here: the page called.
    if (!citizen) return this.crowd.thankNobody();
    citizen.thanks += 1;
    citizen.hear?.();
  }

  /** The first screen. The page loads itself anew after each citizen, perhaps just now: that leads there too. */
  async home(kiosk = this.kiosk) {
    await kiosk.page.goto(this.line.origin).catch((cause) => {
      if (!/interrupted by another|ERR_ABORTED/.test(cause.message)) throw cause;
    });
    await kiosk.attract();
  }

  /** A citizen steps before a page, on its first screen. */
  async seat(kiosk = this.kiosk) {
    await this.home(kiosk);
    const citizen = this.crowd.next();
    citizen.isThanked = new Promise((resolve) => (citizen.hear = resolve));
    this.people.set(kiosk.page, citizen);
    return citizen;
  }

  /** Every question up to the comment. */
  answer(citizen, kiosk = this.kiosk) {
    return kiosk.express(citizen.levels);
  }

  async send(citizen, kiosk = this.kiosk) {
    citizen.hasSent = true;
    await kiosk.press("Gửi");
  }

  async thanks(citizen) {
    const late = limit(PATIENCE_MS, "late");
    assert.notEqual(await Promise.race([citizen.isThanked, late]), "late", `${this.name}: ${citizen.pattern} is not thanked`);
  }

  /** One citizen without trouble at the screen. */
  async serve(kiosk = this.kiosk) {
    const citizen = await this.seat(kiosk);
    await this.answer(citizen, kiosk);
    await this.send(citizen, kiosk);
    await this.thanks(citizen);
    return citizen;
  }

  /** The next upload with a record meets this; `true` when there was one in good time. */
  meeting(meet) {
    const met = new Promise((resolve) => {
      this.line.next(async (upload) => {
        await meet(upload);
        resolve(true);
      });
    });
    return Promise.race([met, limit(8000, false)]);
  }

  devtools(kiosk = this.kiosk) {
    return kiosk.context.newCDPSession(kiosk.page);
  }

  /** A second browser on a copy of this one's storage, taken while it is dead. */
  copy(name) {
    const copy = new Counter({ ...this, name });
    copyProfile(this.profile, copy.profile);
    return copy;
  }

  /** How many records the device still holds unsent; or how many things lie in another of its stores. */
  waiting(store = "outbox") {
    const late = limit(PATIENCE_MS).then(() => Promise.reject(new Error(`${this.name}: the queue cannot be read`)));
    const look = async () => {
      const found = await this.kiosk.page.evaluate(countIn, store).catch((cause) => {
        // Asked just when the page loads itself anew: the next one is asked.
        if (!/context was destroyed|navigat/i.test(cause.message)) throw cause;
      });
      return found ?? this.kiosk.attract().then(look);
    };
    return Promise.race([late, look()]);
  }

  /** When nothing goes wrong any more, the queue empties by itself. */
  async drain() {
    this.line.clear();
    await this.kiosk.context.setOffline(false);
    for (const until = Date.now() + 2 * PATIENCE_MS; ; await pause(1500)) {
      // Each page begins to send when it opens, as after each citizen.
      await this.home();
      await pause(500);
      const waiting = await this.waiting();
      if (waiting === 0) return;
      assert.ok(Date.now() < until, `${this.name}: ${waiting} records are stuck`);
    }
  }

  async close() {
    await this.kiosk.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}

/** A profile as a disk image holds it: without the locks of the browser that ran on it. */
export function copyProfile(from, to) {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  for (const file of readdirSync(to)) if (file.startsWith("Singleton")) rmSync(join(to, file), { force: true });
}
