// What is left of a citizen: after thanks, after silence, after a crash, after a power cut; and the same
// screens with and without a network.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Kiosk } from "./support/kiosk.mjs";
import { Office } from "./support/office.mjs";
import { PIN } from "./support/operator.mjs";

const WORD = "hoàngtử-bé-nhỏ";
/** Where a finished record may wait, by the store's name. */
const MAY_HOLD = ["parcels", "settled"];

let office, kiosk;

/** Keeps hold of the program's memory, which no script can reach otherwise. */
function holdMemory() {
  for (const verb of ["instantiate", "instantiateStreaming"]) {
    const make = WebAssembly[verb];
    WebAssembly[verb] = async (...given) => {
      const made = await make.apply(WebAssembly, given);
      window.programMemory = (made.instance ?? made).exports.memory;
      return made;
    };
  }
}

before(async () => {
  office = await Office.open();
  kiosk = await office.kiosk();
});

after(() => office?.close());

/** Every place of the browser in which the word is found, or the first answer, as a record writes it. */
async function traces(page) {
  const seen = await page.evaluate(async (word) => {
    const found = [];
    const answer = ['"x_all"', "1"].join(":");
    // A record's body is a text inside a text.
    const holds = (text) => text.includes(word) || text.replaceAll('\\"', '"').includes(answer);
    const look = (place, text) => holds(String(text)) && found.push(place);
    if (document.querySelector('.answer[aria-pressed="true"]')) found.push("a chosen face");
    look("document", document.documentElement.outerHTML);
    look("fields", [...document.querySelectorAll("input,textarea")].map((field) => field.value).join());
    look("address", location.href);
    look("history", JSON.stringify(history.state));
    look("session", JSON.stringify({ ...sessionStorage }));
    look("local", JSON.stringify({ ...localStorage }));
    look("cookies", document.cookie);
    look("name", window.name);
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) look(`cache ${name}`, request.url + (await (await cache.match(request)).text()));
    }
    // As Latin-1 every byte is a character, so that the memory need not be text.
    const inBytes = String.fromCharCode(...new TextEncoder().encode(word));
    const memory = new TextDecoder("latin1").decode(new Uint8Array(window.programMemory.buffer));
    if (memory.includes(inBytes) || holds(memory)) found.push("program memory");
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((go) => (indexedDB.open(name).onsuccess = ({ target }) => go(target.result)));
      for (const store of database.objectStoreNames) {
        const all = await new Promise((go) => (database.transaction(store).objectStore(store).getAll().onsuccess = ({ target }) => go(target.result)));
        const text = JSON.stringify(all, (_, value) => (ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value));
        look(`store ${store}`, text);
      }
      database.close();
    }
    return found;
  }, WORD);
  const cdp = await page.context().newCDPSession(page);
  let snapshot = "";
  cdp.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => (snapshot += chunk));
  await page.requestGC?.();
  await cdp.send("HeapProfiler.collectGarbage");
  await cdp.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  await cdp.detach();
  // The question itself was put as a string; only longer ones are the page's.
  if (JSON.parse(snapshot).strings.some((text) => text.includes(`tôi là ${WORD}`))) seen.push("heap");
  return seen;
}

/** Answers up to the comment and writes the word there. */
async function plant(tab) {
  await tab.attract();
  await tab.express([1, 5, 1, 5]);
  await tab.page.getByRole("textbox").fill(`Tên tôi là ${WORD}`);
  // Of what was typed no string outlives the touch; here is one that must go with the page.
  await tab.page.evaluate((text) => (window.planted = JSON.parse(text)), JSON.stringify(`Tên tôi là ${WORD}`));
  const seen = await traces(tab.page);
  for (const place of ["program memory", "fields", "heap"]) assert.ok(seen.includes(place), `the search is blind in ${place}: ${seen}`);
}

const elsewhere = (seen) => seen.filter((place) => !MAY_HOLD.includes(place.replace("store ", "")));

test("uk11_after_thanks_only_the_waiting_record_holds_the_comment", { timeout: 90_000 }, async () => {
  await kiosk.context.setOffline(true);
  // The sender reads what waits in order to send it; here another tab has its turn, for as long as we look.
  await kiosk.page.evaluate(() => void navigator.locks.request("outbox", () => new Promise(() => {})));
  const tab = await kiosk.tab("/", holdMemory);
  await plant(tab);
  await tab.press("Gửi");
  await tab.sees(/^Cảm ơn/);
  await tab.attract();
  const seen = await traces(tab.page);
  assert.ok(seen.includes("store parcels"), "the record is gone");
  assert.deepEqual(elsewhere(seen), []);
  await tab.page.goBack({ timeout: 2000 }).catch(() => {});
  assert.ok(!(await tab.page.content()).includes(WORD), "Back leads to it");
  await tab.page.close();
  await kiosk.context.setOffline(false);
});

test("uk11_after_silence_nothing_at_all_is_left", { timeout: 90_000 }, async () => {
  const fresh = await office.kiosk();
  const tab = await fresh.tab("/", holdMemory);
  await tab.page.clock.install();
  await tab.page.reload();
  await plant(tab);
  await tab.page.clock.fastForward(41_000);
  await tab.page.getByRole("alertdialog").waitFor();
  await tab.page.clock.fastForward(21_000);
  await tab.attract();
  assert.deepEqual(await traces(tab.page), []);
  await fresh.context.close();
});

test("uk5_a_key_that_is_held_answers_one_question", async () => {
  const tab = await kiosk.tab("/");
  const { page } = tab;
  await tab.begin();
  await page.waitForTimeout(450);
  await page.keyboard.down("3");
  await tab.sees(/^Câu 2 trên/);
  for (let again = 0; again < 3; again += 1) {
    await page.waitForTimeout(450);
    await page.keyboard.down("3");
  }
  await tab.sees(/^Câu 2 trên/);
  await page.waitForTimeout(450);
  await page.keyboard.up("3");
  await page.keyboard.press("3");
  await tab.sees(/^Câu 3 trên/);
  await page.close();
});

test("uk10_uk11_a_look_chosen_and_left_on_the_attract_screen_goes_back", { timeout: 90_000 }, async () => {
  const tab = await kiosk.tab("/");
  const { page } = tab;
  await page.clock.install();
  await page.goto(`${tab.origin}/`);
  const looks = () => page.evaluate(() => ({ lang: document.documentElement.lang, ...document.documentElement.dataset }));
  for (const choice of [["English", "Large text"], ["Tương phản cao"]]) {
    await tab.attract();
    for (const name of choice) await tab.press(name);
    const chosen = await looks();
    assert.notDeepEqual(chosen, { lang: "vi", size: "normal", contrast: "normal" });
    await page.clock.fastForward(38_000);
    await page.waitForTimeout(600);
    assert.deepEqual(await looks(), chosen, "taken away from somebody who still reads");
    await page.clock.fastForward(3_000);
    await tab.attract();
    await page.waitForFunction(() => document.documentElement.dataset.contrast === "normal");
    assert.deepEqual(await looks(), { lang: "vi", size: "normal", contrast: "normal" });
  }
  // One that is as it was is left alone.
  await page.evaluate(() => (window.isSame = true));
  await page.clock.fastForward(90_000);
  await page.waitForTimeout(600);
  assert.equal(await page.evaluate(() => window.isSame), true, "loaded again for nothing");
  await page.close();
});

test("uk11_after_a_crash_nothing_at_all_is_left", { timeout: 90_000 }, async () => {
  const fresh = await office.kiosk();
  const tab = await fresh.tab("/", holdMemory);
  await plant(tab);
  const crashed = tab.page.waitForEvent("crash");
  const cdp = await tab.context.newCDPSession(tab.page);
  cdp.send("Page.crash").catch(() => {});
  await crashed;
  await tab.page.close();
  const next = await fresh.tab("/", holdMemory);
  await next.attract();
  assert.deepEqual(await traces(next.page), []);
  await fresh.context.close();
});

test("uk8_with_and_without_a_network_the_screens_say_the_same", { timeout: 90_000 }, async () => {
  const said = [];
  for (const isOffline of [false, true]) {
    await kiosk.context.setOffline(isOffline);
    const tab = await kiosk.tab("/");
    await tab.button("English").waitFor();
    const screens = [];
    const look = async () => screens.push(await tab.page.locator("body").innerText());
    await look();
    await tab.press("Chạm để bắt đầu");
    await look();
    await tab.press("Tiếp tục");
    for (const next of [/mức 4 trên 5/, /mức 4 trên 5/, /mức 4 trên 5/, /mức 4 trên 5/, "Việc khác", "Chưa từng/ Không có"]) {
      await tab.page.waitForTimeout(450);
      await look();
      await tab.press(next);
    }
    await tab.page.getByRole("textbox").waitFor();
    await look();
    await tab.press("Gửi");
    await tab.sees(/^Cảm ơn/);
    await look();
    said.push(screens);
    await tab.page.close();
  }
  assert.deepEqual(said[0], said[1]);
  assert.equal(said[0].length, 10);
  await kiosk.context.setOffline(false);
});

test("uk18_a_power_cut_leaves_nothing_before_thanks_and_one_whole_record_after", { timeout: 120_000 }, async () => {
  const profile = mkdtempSync(join(tmpdir(), "hai-long-power-"));
  try {
    let device = await Kiosk.open(office.server.counter, profile);
    await device.enrol(await office.code());
    await device.isInstalled();
    await device.context.setOffline(true);
    await device.express([2, 2, 2, 2]);
    await device.page.getByRole("textbox").fill(WORD);
    await device.kill(profile);
    device = await Kiosk.open(office.server.counter, profile, { isOffline: true });
    await device.attract();
    assert.equal(await device.waiting(PIN), 0, "an unfinished survey was kept");
    await device.page.goto(`${device.origin}/`);
    await device.express([4, 4, 4, 4]);
    await device.send();
    await device.kill(profile);
    device = await Kiosk.open(office.server.counter, profile, { isOffline: true });
    await device.attract();
    assert.equal(await device.waiting(PIN), 1);
    await device.close();
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
});

test("uk1_the_attract_screen_asks_one_thing_and_a_touch_anywhere_starts", async () => {
  const tab = await kiosk.tab("/");
  await tab.attract();
  assert.deepEqual(await tab.page.getByRole("heading").allInnerTexts(), ["Hôm nay chúng tôi phục vụ Ông/Bà thế nào?"]);
  for (const words of ["Tỉnh Hưng Yên hỏi để phục vụ người dân tốt hơn.", "Khoảng 2 phút. Không hỏi tên.", "Tự nguyện: Ông/Bà có thể dừng bất cứ lúc nào.", "Câu trả lời không ảnh hưởng đến hồ sơ.", "Quầy 1 · Phường Phố Hiến"]) {
    await tab.page.locator("main").getByText(words).waitFor();
  }
  assert.equal(await tab.page.locator("main button").count(), 1);
  assert.ok((await tab.button("Chạm để bắt đầu").boundingBox()).height >= 96);
  await tab.press("Chữ to");
  await tab.press("Tương phản cao");
  assert.deepEqual(await tab.page.evaluate(() => ({ ...document.documentElement.dataset })), { size: "large", contrast: "strong" });
  await tab.press("English");
  await tab.page.getByRole("heading", { name: "How did we serve you today?" }).waitFor();
  await tab.page.waitForTimeout(450);
  await tab.page.mouse.click(200, 1500);
  await tab.page.getByRole("heading", { name: "Before you start" }).waitFor();
  await tab.page.close();
});
