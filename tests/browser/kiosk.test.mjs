// The citizen's side of the counter in a real browser: what is asked, what is kept, what is forgotten.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { configured } from "./support/configured.mjs";
import { eventually } from "./support/eventually.mjs";
import { Office } from "./support/office.mjs";
import { MANAGER, PIN, Account, COMMUNE } from "./support/operator.mjs";
import { rememberWords, watchStorage } from "./support/storage.mjs";

const THANKS = "Cảm ơn Ông/Bà! Ý kiến đã được lưu.";
const LEVELS = ["Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng"];
const WIDE = { width: 1280, height: 800 };
const TALL = { width: 1080, height: 1920 };
const SETTLED_MS = 450;

let office, kiosk;
/** Every batch that left the device, in the order of leaving. */
const batches = [];

before(async () => {
  office = await Office.open();
  kiosk = await office.kiosk();
  kiosk.context.on("request", (request) => {
    if (request.method() !== "POST" || !request.url().endsWith("/batches")) return;
    batches.push({ ...JSON.parse(request.postData()), request, tab: request.frame().page() });
  });
});

after(() => office?.close());

beforeEach(async () => {
  await kiosk.context.setOffline(false);
  for (const page of kiosk.context.pages().slice(1)) await page.close();
  kiosk.page = kiosk.context.pages()[0];
  await kiosk.page.setViewportSize(TALL);
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.attract();
});

const settle = () => kiosk.page.waitForTimeout(SETTLED_MS);
const box = (locator) => locator.boundingBox();
const answered = () => kiosk.page.locator('[role=group][aria-labelledby=heading] [aria-pressed="true"]').allInnerTexts();
const none = async () => assert.deepEqual(await answered(), []);

/** The records of the batches after `since` that the server gave a verdict on, by verdict. */
async function verdicts(since = 0) {
  const all = [];
  for (const { request } of batches.slice(since)) {
    const reply = await request.response();
    // A reply to a page that has gone meanwhile cannot be looked at any more.
    const { verdicts = [] } = reply?.ok() ? await reply.json().catch(() => ({})) : {};
    all.push(...verdicts.map(({ id, verdict }) => ({ id, verdict })));
  }
  return all;
}

const sent = (since) => batches.slice(since).flatMap((batch) => batch.records).map((record) => ({ ...record, body: JSON.parse(record.body) }));

test("uk2_p4_the_notice_says_who_asks_and_why_which_data_which_rights", async () => {
  await kiosk.press("Chạm để bắt đầu");
  await kiosk.page.getByRole("heading", { level: 1, name: "Trước khi bắt đầu" }).waitFor();
  const words = await kiosk.page.locator("main").innerText();
  for (const said of [
    "Tỉnh Hưng Yên hỏi ý kiến về việc phục vụ tại Phường Phố Hiến.",
    "Để phục vụ người dân tốt hơn",
    "Giữ câu trả lời, ý kiến tự viết, ngày, lĩnh vực và cách trả lời.",
    "Không giữ tên, số điện thoại, số hồ sơ.",
    "Tự nguyện: Ông/Bà có thể dừng bất cứ lúc nào.",
    "Câu trả lời không ảnh hưởng đến hồ sơ.",
    "từ 18 tuổi trở lên",
  ]) assert.ok(words.includes(said), `${said}\n${words}`);
  assert.equal(await kiosk.face(3).count(), 0, "a question stands beside the notice");
  await kiosk.press("Quay lại");
  await kiosk.attract();
});

test("uk3_ux1_five_labelled_faces_in_order_equal_and_large_none_chosen", async () => {
  await kiosk.begin();
  for (const size of [TALL, WIDE, { width: 360, height: 740 }]) {
    await kiosk.page.setViewportSize(size);
    const faces = kiosk.page.getByRole("group", { name: "Việc phục vụ nói chung" }).getByRole("button");
    assert.equal(await faces.count(), 5);
    const boxes = [];
    for (const [at, label] of LEVELS.entries()) {
      const face = faces.nth(at);
      await kiosk.page.getByRole("button", { name: new RegExp(`^${label} ?, mức ${at + 1} trên 5$`) }).waitFor();
      assert.equal((await face.locator(".label").innerText()).trim(), label);
      assert.equal(await face.locator("svg").count(), 1, "a face is drawn");
      boxes.push(await box(face));
    }
    const [first] = boxes;
    for (const { width, height } of boxes) {
      assert.ok(width >= 96 && height >= 96, `${width} x ${height} at ${size.width}`);
      assert.ok(Math.abs(width - first.width) < 1 && Math.abs(height - first.height) < 1, "of equal size");
    }
    const places = boxes.map(({ x, y }) => x + y * 10);
    assert.deepEqual(places, places.toSorted((a, b) => a - b), "from 1 to 5");
  }
  await none();
});

test("uk4_best_and_worst_cost_the_same_taps_and_screens_and_nothing_is_sent_early", async () => {
  const screens = [];
  const since = batches.length;
  for (const level of [1, 5]) {
    await kiosk.page.goto(`${kiosk.origin}/`);
    await kiosk.begin();
    const seen = [];
    while ((await kiosk.page.getByRole("textbox").count()) === 0) {
      const heading = await kiosk.page.locator("#heading").innerText();
      const progress = await kiosk.page.getByText(/^Câu \d+ trên/).innerText();
      seen.push(`${progress} ${heading}`);
      await settle();
      await kiosk.face(level).or(kiosk.button("Nhận kết quả")).or(kiosk.button("Đã từng/ Có")).click();
      await kiosk.page.waitForFunction((before) => document.querySelector("#heading")?.textContent !== before, heading);
    }
    screens.push(seen);
  }
  assert.equal(screens[0].length, 8);
  assert.deepEqual(screens[0], screens[1]);
  assert.deepEqual(sent(since), [], "an answer left the device before its end");
});

test("uk5_two_taps_200_ms_apart_answer_one_question", async () => {
  await kiosk.press("Chạm để bắt đầu");
  await kiosk.press("Tiếp tục");
  await kiosk.sees(/^Câu 1 trên/);
  await settle();
  const { x, y, width, height } = await box(kiosk.face(4));
  const tap = () => kiosk.page.mouse.click(x + width / 2, y + height / 2);
  await tap();
  await kiosk.page.waitForTimeout(200);
  await tap();
  await settle();
  await kiosk.sees(/^Câu 2 trên/);
  await none();
  await tap();
  await kiosk.sees(/^Câu 3 trên/);
});

/** Touches `first`, and `then` as soon as it stands: by no means 400 ms later. */
const twice = (first, then) =>
  kiosk.page.evaluate(async ([first, then]) => {
    const button = (selector, words) => [...document.querySelectorAll(selector)].find((button) => button.textContent.trim() === words);
    button("main button", first).click();
    while (!button(...then)) await new Promise(requestAnimationFrame);
    button(...then).click();
  }, [first, then]);

test("uk5_help_size_and_the_way_out_do_nothing_in_the_first_400_ms_either", async () => {
  const { page } = kiosk;
  await settle();
  await twice("Chạm để bắt đầu", ["main button", "Nhờ người hỗ trợ"]);
  await settle();
  assert.equal(await kiosk.button("Nhờ người hỗ trợ").getAttribute("aria-pressed"), "false");
  await twice("Tiếp tục", [".bar button", "Chữ to"]);
  await kiosk.sees(/^Câu 1 trên/);
  await settle();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.size), "normal");
  // The second of two taps on the way out meets the dialog that it called.
  await twice("Thoát và xoá", ["[role=alertdialog] button", "Thoát và xoá"]);
  await settle();
  await page.getByRole("alertdialog").waitFor();
  await kiosk.sees(/^Câu 1 trên/);
  await kiosk.press("Tôi vẫn ở đây");
  await page.getByRole("alertdialog").waitFor({ state: "detached" });
  await none();
});

test("uk6_back_and_skip_stand_at_one_place_and_a_skip_is_missing", async () => {
  // As at a real counter, where no band says that all is sample data.
  await configured(kiosk, { sample: false });
  await kiosk.begin();
  const sizes = [[1920, 1080], [800, 1280], [1280, 800], [1080, 1920]];
  const places = new Set();
  for (;;) {
    for (const [width, height] of sizes) {
      await kiosk.page.setViewportSize({ width, height });
      const [back, skip] = [await box(kiosk.button("Quay lại")), await box(kiosk.button("Bỏ qua câu này"))];
      places.add([width, back.x, back.y, skip.x, skip.y].map(Math.round).join(" "));
    }
    if (await kiosk.page.getByRole("textbox").count()) break;
    const progress = await kiosk.page.getByText(/^Câu \d+ trên/).innerText();
    await kiosk.press("Bỏ qua câu này");
    await kiosk.page.waitForFunction((before) => !document.body.innerText.includes(before), progress);
  }
  assert.equal(places.size, sizes.length, [...places].join(" | "));
  const since = batches.length;
  await kiosk.press("Bỏ qua câu này");
  await kiosk.sees(THANKS);
  await eventually(() => sent(since).length, 1);
  const [{ body, comment }] = sent(since);
  assert.deepEqual(body.answers, { x_all: 0, x_tc: 0, x_tthc: 0, x_cc: 0, x_kq: 6, x_pakn: 6 });
  assert.deepEqual(body.filters, {});
  assert.equal(comment, null);
  await kiosk.attract();
  await configured(kiosk, {});
});

test("uk6_a4_back_shows_what_was_answered_and_lets_it_change", async () => {
  await kiosk.begin();
  await kiosk.press(/mức 2 trên 5/);
  await kiosk.sees(/^Câu 2 trên/);
  await kiosk.press("Quay lại");
  await kiosk.sees(/^Câu 1 trên/);
  assert.match((await answered()).join(), /^Không hài lòng/);
  await kiosk.press(/mức 5 trên 5/);
  await kiosk.press("Quay lại");
  await kiosk.sees(/^Câu 1 trên/);
  assert.match((await answered()).join(), /^Rất hài lòng/);
});

test("uk7_the_comment_ends_at_500_characters_and_a_phone_number_is_asked_about", async () => {
  await kiosk.express([3, 3, 3, 3]);
  const field = kiosk.page.getByRole("textbox", { name: "Ông/Bà muốn nói thêm điều gì không?" });
  await kiosk.sees("Xin đừng ghi tên, số điện thoại, số hồ sơ.");
  assert.equal(await field.getAttribute("autocomplete"), "off");
  assert.equal(await field.getAttribute("spellcheck"), "false");
  const asks = kiosk.page.getByText("Hình như có số điện thoại hoặc số giấy tờ. Ông/Bà xoá giúp nhé?");
  assert.equal(await asks.count(), 0);
  await field.fill("Gọi tôi 0912 345 678");
  await asks.waitFor();
  await field.fill("Phí 150.000 đồng, chờ 45 phút.");
  await asks.waitFor({ state: "detached" });
  await field.fill("");
  await field.press("a");
  await kiosk.page.keyboard.insertText("ơ".repeat(600));
  assert.equal((await field.inputValue()).length, 500);
  await kiosk.sees("Còn 0 ký tự");
  const since = batches.length;
  await kiosk.send();
  await eventually(() => sent(since).length, 1);
  assert.equal(sent(since)[0].comment.text, `a${"ơ".repeat(499)}`);
});

test("uk9_o15_a_write_that_fails_keeps_the_answers_and_thanks_nobody", async () => {
  const tab = await kiosk.tab("/", watchStorage);
  await tab.page.evaluate(rememberWords);
  await tab.attract();
  await tab.express([5, 4, 3, 2, 1, 5]);
  await tab.page.evaluate(() => (window.storage.failsWriting = true));
  await tab.page.getByRole("textbox").fill("còn nguyên");
  await tab.press("Gửi");
  await tab.sees("Chưa lưu được.");
  await tab.press("Thử lại");
  await tab.page.waitForTimeout(SETTLED_MS);
  await tab.sees("Chưa lưu được.");
  const said = await tab.page.evaluate(() => [...window.said]);
  assert.ok(said.includes("Chưa lưu được."));
  assert.ok(!said.some((line) => line.includes("Cảm ơn")), "thanked for nothing");
  await tab.page.evaluate(() => (window.storage.failsWriting = false));
  const since = batches.length;
  await tab.press("Thử lại");
  await tab.sees(THANKS);
  await eventually(() => sent(since).length, 1);
  const [{ body, comment }] = sent(since);
  assert.deepEqual(body.answers, { x_all: 5, x_tc: 4, x_tthc: 3, x_cc: 2, x_kq: 1, x_pakn: 5 });
  assert.equal(comment.text, "còn nguyên");
});

test("uk9_b1_thanks_wait_for_the_complete_event_of_a_strict_transaction", async () => {
  const tab = await kiosk.tab("/", watchStorage);
  await tab.attract();
  await tab.express([5, 5, 5, 5]);
  await tab.page.evaluate(() => {
    window.storage.completesLate = 1500;
    window.storage.seen.transactions.length = 0;
  });
  await tab.press("Gửi");
  await tab.sees("Đang lưu…");
  await tab.page.waitForTimeout(1000);
  assert.equal(await tab.page.getByText("Cảm ơn").count(), 0, "thanked before complete");
  await tab.sees("Đang lưu…");
  await tab.sees(THANKS);
  const { transactions } = await tab.page.evaluate(() => ({ transactions: window.storage.seen.transactions }));
  const writes = transactions.filter(({ mode }) => mode === "readwrite");
  assert.deepEqual(writes[0], { stores: ["parcels", "outbox"], mode: "readwrite", durability: "strict" });
  assert.deepEqual([...new Set(writes.map(({ durability }) => durability))], ["strict"]);
});

test("uk10_silence_counts_down_a_touch_extends_and_zero_wipes", async () => {
  const tab = await kiosk.tab("/");
  await tab.page.clock.install();
  await tab.page.goto(`${tab.origin}/`);
  const before = await opened(tab);
  await tab.begin();
  await tab.press(/mức 5 trên 5/);
  await tab.sees(/^Câu 2 trên/);
  const question = tab.page.getByText("Ông/Bà còn ở đây không?");
  await tab.page.clock.fastForward(38_000);
  await tab.page.waitForTimeout(SETTLED_MS);
  assert.equal(await question.count(), 0, "asked too early");
  for (const turn of [1, 2, 3]) {
    await tab.page.clock.fastForward(turn === 1 ? 3_000 : 41_000);
    await question.waitFor();
    assert.match(await tab.page.locator(".countdown").innerText(), /Màn hình sẽ xoá sau (1[6-9]|20) giây/);
    // Anywhere, not on a button; after the moment in which the dialog, too, is deaf.
    await settle();
    await tab.page.mouse.click(30, 1900);
    await question.waitFor({ state: "detached" });
    await tab.sees(/^Câu 2 trên/);
  }
  await tab.page.clock.fastForward(41_000);
  await question.waitFor();
  await tab.page.clock.fastForward(21_000);
  await tab.attract();
  await tab.begin();
  assert.equal(await tab.page.locator('.answer[aria-pressed="true"]').count(), 0, "an answer outlived the wipe");
  assert.equal(await opened(tab), before, "an answer that was not sent is kept");
});

/** How many records the device holds. */
const opened = (tab) =>
  tab.page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open("hai-long");
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const count = request.result.transaction("parcels").objectStore("parcels").count();
          count.onsuccess = () => resolve(count.result) ?? request.result.close();
        };
      }),
  );

test("uk11_o11_after_thanks_nothing_of_the_citizen_is_left", async () => {
  const WORD = "hoàngtử-bé-nhỏ";
  const { page } = kiosk;
  await kiosk.press("Chữ to");
  await kiosk.press("Tương phản cao");
  const history = await page.evaluate(() => window.history.length);
  await kiosk.express([1, 2, 3, 4, 5, 1]);
  await page.getByRole("textbox").fill(`Tên tôi là ${WORD}`);
  // The page keeps it in wasm memory and the field only; a copy of ours shows that the search finds one.
  await page.evaluate((word) => (window.planted = `${word}!`), WORD);
  assert.ok(await inMemory(page, WORD), "the search finds what is there");
  await kiosk.press("Gửi");
  await kiosk.sees(THANKS);
  await kiosk.attract();
  const left = await page.evaluate(async () => {
    const cached = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) cached.push(request.url, await (await cache.match(request)).text());
    }
    return {
      page: document.documentElement.outerHTML,
      fields: [...document.querySelectorAll("input,textarea")].map((field) => field.value).join(),
      address: location.href,
      history: JSON.stringify(window.history.state),
      session: JSON.stringify({ ...sessionStorage }),
      local: JSON.stringify({ ...localStorage }),
      cookies: document.cookie,
      name: window.name,
      caches: cached.join("\n"),
    };
  });
  for (const [place, text] of Object.entries(left)) assert.ok(!text.includes(WORD), `the word is in ${place}`);
  assert.equal(left.address, `${kiosk.origin}/`);
  assert.ok(!(await inMemory(page, WORD)), "the word is in memory");
  assert.equal(await page.evaluate(() => window.history.length), history);
  const { size, contrast } = await page.evaluate(() => ({ ...document.documentElement.dataset }));
  assert.deepEqual([size, contrast], ["normal", "normal"]);
  await page.goBack({ timeout: 2000 }).catch(() => {});
  assert.ok(!(await page.content()).includes(WORD), "Back leads to it");
});

test("uk11_who_stops_leaves_nothing_and_the_next_one_begins_in_the_first_language", async () => {
  const { page } = kiosk;
  const before = await opened(kiosk);
  await kiosk.press("English");
  await kiosk.press("Large text");
  await kiosk.press("Touch to start");
  await kiosk.press("Continue");
  await kiosk.press(/level 2 of 5/);
  await kiosk.sees(/^Question 2 of/);
  await kiosk.press("Stop and clear");
  await page.getByRole("alertdialog").waitFor();
  await settle();
  await page.getByRole("alertdialog").getByRole("button", { name: "Stop and clear" }).click();
  await kiosk.attract();
  const { lang, size, focus } = await page.evaluate(() => ({ lang: document.documentElement.lang, size: document.documentElement.dataset.size, focus: document.activeElement.id }));
  assert.deepEqual([lang, size], ["vi", "normal"]);
  assert.ok(["heading", ""].includes(focus), `the focus is still on ${focus}`);
  await page.goBack({ timeout: 2000 }).catch(() => {});
  assert.equal(await page.getByText(/^Question 2 of/).count(), 0, "Back leads to it");
  await page.goto(`${kiosk.origin}/`);
  await kiosk.begin();
  await none();
  assert.equal(await opened(kiosk), before, "what was stopped is kept");
});

/** Whether any string of the page's heap holds the word, after the garbage is collected. */
async function inMemory(page, word) {
  const cdp = await page.context().newCDPSession(page);
  let snapshot = "";
  cdp.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => (snapshot += chunk));
  await cdp.send("HeapProfiler.collectGarbage");
  await cdp.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  await cdp.detach();
  return JSON.parse(snapshot).strings.some((text) => text.includes(word));
}

test("uk15_a_cold_start_without_a_network_opens_every_route", async () => {
  await kiosk.context.setOffline(true);
  const { page } = await kiosk.tab("/staff");
  await page.getByLabel("Nhập mã PIN").waitFor();
  await page.goto(`${kiosk.origin}/enrol`);
  await page.getByLabel("Nhập mã đăng ký máy").waitFor();
  await page.goto(`${kiosk.origin}/`);
  await kiosk.page.waitForTimeout(SETTLED_MS);
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("button", { name: "Touch to start" }).waitFor();
  await page.waitForTimeout(SETTLED_MS);
  await page.getByRole("button", { name: "Touch to start" }).click();
  await page.waitForTimeout(SETTLED_MS);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: /^Very satisfied ?, level 5 of 5$/ }).waitFor();
});

test("uk17_a_bad_configuration_never_stops_the_kiosk", async () => {
  let asked = 0;
  for (const [status, body] of [[200, "<html>Welcome to our hotel</html>"], [200, '{"v":1}'], [404, ""], [401, "{}"], [403, '{"code":"revoked-device","message":""}']]) {
    const before = asked;
    await kiosk.page.unrouteAll();
    await kiosk.page.route("**/v1/device/config", (route) => {
      asked += 1;
      return route.fulfill({ status, body });
    });
    await kiosk.reload();
    await eventually(() => asked > before, true);
    await kiosk.page.waitForTimeout(200);
    await kiosk.attract();
  }
  await kiosk.begin();
  await kiosk.page.unrouteAll();
  await kiosk.reload();
});

test("uk17_with_the_server_gone_it_opens_and_accepts_and_loses_nothing", async () => {
  await office.server.stop();
  await kiosk.reload();
  await kiosk.express([5, 5, 5, 5, 5, 5]);
  await kiosk.send("gửi sau");
  // Thirty days later there is still no server.
  const later = await kiosk.tab("/");
  await later.page.clock.install({ time: Date.now() + 30 * 86_400_000 });
  await later.page.goto(`${later.origin}/`);
  await later.express([2, 2, 2, 2]);
  await later.send();
  await later.page.close();
  assert.equal(await kiosk.waiting(PIN), 2);
  // The sender may try again by itself before anybody presses.
  const since = batches.length;
  await office.server.start();
  await kiosk.page.getByRole("button", { name: "Gửi ngay" }).click();
  await kiosk.sees("0 phiếu chờ gửi");
  assert.deepEqual((await verdicts(since)).map(({ verdict }) => verdict), ["counted", "counted"]);
});

test("o13_two_tabs_that_send_at_once_are_counted_once_each", async () => {
  const manager = new Account(office.server);
  await manager.must("POST", "/v1/session", MANAGER);
  const today = async () => (await manager.must("GET", `/v1/units/${COMMUNE.id}/live`)).today;
  // Without the lock that spares double work: two senders must stay correct.
  const unlock = () => Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined });
  const tabs = [await kiosk.tab("/", unlock), await kiosk.tab("/", unlock)];
  for (const tab of tabs) await tab.attract();
  await kiosk.page.goto("about:blank");
  const before = await today();
  const since = batches.length;
  await kiosk.context.setOffline(true);
  for (const tab of [...tabs, ...tabs]) {
    await tab.page.bringToFront();
    await tab.attract();
    await tab.express([1, 2, 3, 4]);
    await tab.send();
  }
  await kiosk.context.setOffline(false);
  await eventually(today, before + 4, 40_000);
  const heard = await verdicts(since);
  assert.equal(new Set(sent(since).map(({ id }) => id)).size, 4);
  assert.ok(heard.every(({ verdict }) => ["counted", "already"].includes(verdict)), JSON.stringify(heard));
  assert.equal(await today(), before + 4);
  await eventually(() => tabs[0].waiting(PIN), 0);
});

test("w7_each_tabs_batch_numbers_rise_and_none_comes_twice", () => {
  const tabs = new Map();
  for (const { tab, no } of batches) tabs.set(tab, [...(tabs.get(tab) ?? []), no]);
  assert.ok(tabs.size > 3 && batches.length > 10, `${batches.length} batches of ${tabs.size} tabs`);
  for (const numbers of tabs.values()) assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b));
  const all = batches.map(({ no }) => no);
  assert.equal(new Set(all).size, all.length, `twice: ${all}`);
});
