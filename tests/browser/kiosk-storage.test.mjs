// The counter's storage in a real browser: what it promises, a handle that dies, an opening that fails, a
// database that is thrown away.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { eventually } from "./support/eventually.mjs";
import { Office } from "./support/office.mjs";
import { PIN } from "./support/operator.mjs";
import { watchStorage } from "./support/storage.mjs";

let office, kiosk;
/** Every batch that left the device, in the order of leaving. */
const batches = [];

before(async () => {
  office = await Office.open();
  kiosk = await office.kiosk();
  kiosk.context.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/batches")) batches.push(JSON.parse(request.postData()));
  });
});

after(() => office?.close());

beforeEach(async () => {
  for (const page of kiosk.context.pages().slice(1)) await page.close();
  kiosk.page = kiosk.context.pages()[0];
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.attract();
});

const sent = (since) => batches.slice(since).flatMap((batch) => batch.records).map((record) => ({ ...record, body: JSON.parse(record.body) }));

test("b2_the_browsers_promise_to_keep_is_shown_and_sent", async () => {
  for (const [promise, words] of [[false, "Trình duyệt có thể tự xoá dữ liệu. Hãy bật lưu trữ lâu dài."], [true, "Lưu trữ lâu dài: đã bật"]]) {
    const since = batches.length;
    const tab = await kiosk.tab("/", (promise) => {
      for (const ask of ["persist", "persisted"]) StorageManager.prototype[ask] = async () => promise;
    }, promise);
    await tab.attract();
    await eventually(() => batches.length > since, true);
    assert.equal(batches.at(-1).status.persisted, promise);
    await tab.staff(PIN);
    await tab.sees(words);
  }
});

test("s2_the_devices_key_is_in_its_storage_and_leaves_the_browser_in_no_format", async () => {
  const found = await kiosk.page.evaluate(async () => {
    const [{ name }] = await indexedDB.databases();
    const opened = await new Promise((go) => (indexedDB.open(name).onsuccess = (event) => go(event.target.result)));
    const keys = [];
    const look = (value) => {
      if (value instanceof CryptoKey) keys.push(value);
      else if (value && typeof value === "object") Object.values(value).forEach(look);
    };
    for (const store of opened.objectStoreNames) {
      look(await new Promise((go) => (opened.transaction(store).objectStore(store).getAll().onsuccess = (event) => go(event.target.result))));
    }
    opened.close();
    const secret = keys.filter(({ type }) => type === "private");
    const tried = secret.flatMap((key) => ["pkcs8", "jwk", "raw"].map((format) => crypto.subtle.exportKey(format, key).then(() => format, () => "refused")));
    return { secret: secret.length, uses: secret.flatMap(({ usages }) => usages), out: await Promise.all(tried) };
  });
  assert.deepEqual(found, { secret: 1, uses: ["sign"], out: ["refused", "refused", "refused"] });
});

test("b4_a_dead_database_handle_is_replaced_in_the_middle_of_an_answer", async () => {
  const tab = await kiosk.tab("/", watchStorage);
  await tab.attract();
  await tab.express([4, 4, 4, 4]);
  await tab.page.evaluate(() => {
    for (const connection of window.storage.seen.connections) connection.close();
  });
  const since = batches.length;
  await tab.send();
  await eventually(() => sent(since).length, 1);
  assert.equal(await tab.page.evaluate(() => window.storage.seen.deletions), 0);
});

test("b4_a_failed_opening_is_tried_three_times_and_never_answered_by_deleting", async () => {
  const failing = (times) => {
    window.storage.failsOpening = times;
  };
  const tab = await kiosk.tab("/", `(${watchStorage})();(${failing})(2)`);
  await tab.attract();
  assert.equal(await tab.page.evaluate(() => window.storage.seen.openings), 3);
  const broken = await kiosk.tab("/", `(${watchStorage})();(${failing})(1000)`);
  await broken.sees("Máy tạm dừng. Mời Ông/Bà hỏi nhân viên.");
  assert.equal(await broken.button("Chạm để bắt đầu").count(), 0);
  assert.equal(await broken.page.evaluate(() => window.storage.seen.deletions), 0);
  await kiosk.reload();
});

test("uk17_what_cannot_write_says_so_before_the_first_question", async () => {
  const fails = () => (window.storage.failsWriting = !localStorage.getItem("isMended"));
  const tab = await kiosk.tab("/", `(${watchStorage})();(${fails})()`);
  await tab.page.clock.install();
  await tab.page.reload();
  await tab.sees("Máy tạm dừng. Mời Ông/Bà hỏi nhân viên.");
  assert.equal(await tab.button("Chạm để bắt đầu").count(), 0);
  // Mended, and nobody there to load the page again.
  await tab.page.evaluate(() => localStorage.setItem("isMended", "yes"));
  await tab.page.clock.fastForward(31_000);
  await tab.attract();
  await tab.page.evaluate(() => localStorage.clear());
});

test("uk17_a_storage_that_never_opens_says_so_and_is_tried_again", async () => {
  const tab = await kiosk.tab("/", () => {
    const open = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (...name) {
      const request = open.apply(this, name);
      // Its events are told to nobody.
      if (!localStorage.getItem("isMended")) for (const event of ["onsuccess", "onerror"]) Object.defineProperty(request, event, { set() {} });
      return request;
    };
  });
  await tab.page.clock.install();
  await tab.page.reload();
  await tab.page.locator("main").getByText("Đang mở…").waitFor();
  await tab.page.clock.fastForward(16_000);
  await tab.sees("Máy tạm dừng. Mời Ông/Bà hỏi nhân viên.");
  await tab.page.evaluate(() => localStorage.setItem("isMended", "yes"));
  await tab.page.clock.fastForward(31_000);
  await tab.attract();
  await tab.page.evaluate(() => localStorage.clear());
});

/** The browser throws the database away, and nothing else. */
async function wipe() {
  await kiosk.page.goto("about:blank");
  const cdp = await kiosk.context.newCDPSession(kiosk.page);
  await cdp.send("Storage.clearDataForOrigin", { origin: kiosk.origin, storageTypes: "indexeddb" });
  await cdp.detach();
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.page.getByLabel("Nhập mã đăng ký máy").waitFor();
}

test("u4_a_browser_that_never_answers_about_worker_and_storage_sends_all_the_same", async () => {
  const tab = await kiosk.tab("/", () => {
    ServiceWorkerContainer.prototype.register = () => new Promise(() => {});
    for (const ask of ["estimate", "persisted"]) StorageManager.prototype[ask] = () => new Promise(() => {});
  });
  await tab.attract();
  const since = batches.length;
  await tab.express([5, 5, 5, 5]);
  await tab.send();
  await eventually(() => sent(since).length, 1, 30_000);
});

test("u4_a_registration_that_is_late_is_kept_and_hears_that_the_idle_screen_stands", async () => {
  const tab = await kiosk.tab("/", () => {
    const { register } = ServiceWorkerContainer.prototype;
    ServiceWorkerContainer.prototype.register = function (...given) {
      return new Promise((go) => setTimeout(go, 7_000)).then(() => register.apply(this, given));
    };
    const { postMessage } = ServiceWorker.prototype;
    ServiceWorker.prototype.postMessage = function (message) {
      (globalThis.told ??= []).push(message.type);
      return postMessage.call(this, message);
    };
  });
  await tab.attract();
  const told = () => tab.page.evaluate(() => globalThis.told ?? []);
  assert.deepEqual(await told(), []);
  await eventually(told, ["shown"], 20_000);
  await tab.page.close();
});

test("b6_a_wiped_device_enrols_again_with_a_new_epoch_and_tells_it", async () => {
  const known = new Set(batches.map(({ epoch }) => epoch));
  assert.equal(batches.at(-1).status.losses ?? 0, 0);
  await wipe();
  await kiosk.sees("Trình duyệt đã xoá dữ liệu của máy này.");
  assert.equal(await kiosk.button("Chạm để bắt đầu").count(), 0);
  await kiosk.enrol(await office.code());
  const since = batches.length;
  await kiosk.express([3, 3, 3, 3]);
  await kiosk.send();
  await eventually(() => sent(since).length, 1);
  assert.ok(!known.has(batches.at(-1).epoch), "the old epoch goes on");
  assert.equal(batches[since].no >= 1, true);
  assert.equal(batches.at(-1).status.losses, 1);
});

test("b6_after_two_losses_a_device_must_promise_to_keep_its_storage", async () => {
  const promise = (is) => kiosk.page.addInitScript((is) => (StorageManager.prototype.persist = async () => is), is);
  await promise(false);
  await wipe();
  const code = await office.code();
  await kiosk.page.getByLabel("Nhập mã đăng ký máy").fill(code);
  await kiosk.press("Đăng ký máy");
  await kiosk.sees("Máy này đã nhiều lần mất dữ liệu");
  assert.equal(await kiosk.button("Bắt đầu dùng").count(), 0);
  // With the promise the same code will do.
  await promise(true);
  await kiosk.page.reload();
  await kiosk.enrol(code);
});
