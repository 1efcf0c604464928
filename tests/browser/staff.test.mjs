// The staff's side of the counter in a real browser: enrolling, the gate, the queue; never an answer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { configured } from "./support/configured.mjs";
import { eventually } from "./support/eventually.mjs";
import { Office } from "./support/office.mjs";
import { OPERATOR, PIN, setClock } from "./support/operator.mjs";

const MINUTE = 60_000;
const WRONG = "1111";

let office, kiosk;

before(async () => {
  office = await Office.open();
  kiosk = await office.kiosk();
});

after(() => office?.close());

const main = (tab) => tab.page.locator("main").innerText();

/** Types a PIN at the gate that stands. */
async function type(tab, pin) {
  await tab.page.getByLabel("Nhập mã PIN").fill(pin);
  await tab.press("Tiếp tục");
}

test("us1_each_refused_code_says_what_to_do", async () => {
  const fresh = await office.device();
  await fresh.visit();
  const { page } = fresh;
  const says = async (code, words) => {
    await page.getByLabel("Nhập mã đăng ký máy").fill(code);
    await fresh.press("Đăng ký máy");
    await fresh.sees(words);
    await page.getByLabel("Nhập mã đăng ký máy").waitFor();
  };
  await says("K7M2", "Mã cần đủ 8 chữ cái hoặc chữ số.");
  await says("ABCD2345", "Mã không đúng. Kiểm tra lại từng ký tự.");
  await fresh.context.setOffline(true);
  await says("ABCD2345", "Không tới được máy chủ. Kiểm tra mạng rồi thử lại.");
  await fresh.context.setOffline(false);
  const code = await office.code();
  await fresh.enrol(`${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase());

  const second = await office.device();
  await second.visit(`/enrol#${code}`);
  assert.equal(await second.page.getByLabel("Nhập mã đăng ký máy").inputValue(), code);
  assert.equal(await second.page.evaluate(() => location.href), `${second.origin}/enrol`, "the code stays in the address");
  await second.press("Đăng ký máy");
  await second.sees("Mã đã hết hạn hoặc đã dùng. Hãy xin quản trị mã mới.");
  await second.context.close();
  await fresh.context.close();
});

test("uk14_the_gate_is_checked_without_a_network", async () => {
  await kiosk.context.setOffline(true);
  const tab = await kiosk.tab("/staff");
  await type(tab, WRONG);
  await tab.sees("Sai mã PIN.");
  assert.equal(await tab.page.getByText(/phiếu chờ gửi/).count(), 0);
  await type(tab, PIN);
  await tab.sees("0 phiếu chờ gửi");
  await kiosk.context.setOffline(false);
  await tab.page.close();
});

test("uk14_five_wrong_pins_close_the_gate_for_five_minutes_over_a_reload_too", async () => {
  const tab = await kiosk.tab("/staff");
  await tab.page.clock.install();
  await tab.page.reload();
  const closed = () => tab.sees("Sai mã. Thử lại sau 5 phút.");
  for (const turn of [1, 2, 3, 4]) {
    await type(tab, WRONG);
    await tab.sees("Sai mã PIN.");
    assert.equal(await tab.page.getByText(/Thử lại sau/).count(), 0, `closed after ${turn}`);
    if (turn === 2) await tab.page.reload();
  }
  await type(tab, WRONG);
  await closed();
  await type(tab, PIN);
  await closed();
  await tab.page.reload();
  await closed();
  await type(tab, PIN);
  await tab.page.waitForTimeout(500);
  assert.equal(await tab.page.getByText(/phiếu chờ gửi/).count(), 0, "a reload forgave");
  // The staff screen closes itself meanwhile; the five minutes go on.
  await tab.page.clock.fastForward(5 * MINUTE + 1000);
  await tab.attract();
  await tab.page.goto(`${tab.origin}/staff`);
  await type(tab, PIN);
  await tab.sees("0 phiếu chờ gửi");
  await tab.page.clock.fastForward(61_000);
  await tab.attract();
  await tab.page.close();
});

test("us5_the_queue_screen_counts_what_waits_and_sends_when_told", async () => {
  await office.server.stop();
  const tab = await kiosk.tab("/");
  await tab.attract();
  for (const level of [1, 5]) {
    await tab.page.goto(`${tab.origin}/`);
    await tab.express([level, level, level, level]);
    await tab.send();
  }
  assert.equal(await tab.waiting(PIN), 2);
  await tab.sees("0 phiếu để riêng");
  await tab.sees("Phiếu cũ nhất: 0 ngày");
  await tab.sees(/^Gửi được lần cuối: \d\d:\d\d \d\d\/\d\d$/);
  await tab.press("Gửi ngay");
  await tab.sees("Mất mạng. Phiếu vẫn an toàn trên máy.");
  await tab.sees(/^Lần thử tới: \d\d:\d\d \d\d\/\d\d$/);
  await tab.sees("2 phiếu chờ gửi");
  await office.server.start();
  // It may be sending by itself just now.
  await tab.button("Gửi ngay").click({ timeout: 5000 }).catch(() => {});
  await tab.sees("0 phiếu chờ gửi");
  await tab.sees("Không có trục trặc.");
  assert.equal(await tab.page.getByText(/Phiếu cũ nhất/).count(), 0);
  assert.equal(await tab.page.getByRole("button", { name: /xoá/i }).count(), 0, "a delete on the staff screen");
  await tab.page.close();
});

test("us5_o8_a_record_the_server_cannot_read_is_set_aside_and_others_go_on", async () => {
  const tab = await kiosk.tab("/");
  await tab.attract();
  await tab.page.route("**/batches", (route) => {
    const { records } = JSON.parse(route.request().postData());
    return records.length ? route.fulfill({ status: 400, body: '{"code":"bad-batch","message":""}' }) : route.continue();
  });
  await tab.express([2, 2, 2, 2]);
  await tab.send();
  await tab.staff(PIN);
  await tab.sees("1 phiếu để riêng");
  await tab.sees("1 phiếu máy chủ không nhận: mỗi ngày gửi lại một lần. Hãy báo quản trị.");
  await tab.sees("Có phiếu máy chủ không đọc được; đã để riêng, các phiếu khác vẫn gửi.");
  await tab.sees("1 phiếu chờ gửi");
  await tab.page.unrouteAll();
  await tab.page.goto(`${tab.origin}/`);
  await tab.express([4, 4, 4, 4]);
  await tab.send();
  await tab.staff(PIN);
  await eventually(async () => (await main(tab)).match(/\d+ phiếu (chờ gửi|để riêng)/g), ["1 phiếu chờ gửi", "1 phiếu để riêng"]);
  await tab.page.close();
});

test("us8_no_staff_screen_shows_an_answer", async () => {
  const WORD = "hoàngtử-bé-nhỏ";
  await kiosk.context.setOffline(true);
  const tab = await kiosk.tab("/");
  await tab.express([1, 5, 1, 5, 1, 5]);
  await tab.send(WORD);
  const seen = [];
  const look = async () => seen.push(await tab.page.evaluate(() => `${document.documentElement.outerHTML} ${location.href} ${[...document.querySelectorAll("input")].map((field) => field.value)}`));
  await tab.page.goto(`${tab.origin}/staff`);
  await look();
  await type(tab, WRONG);
  await tab.sees("Sai mã PIN.");
  await look();
  await type(tab, PIN);
  await tab.sees(/phiếu chờ gửi/);
  await tab.sees("Ở đây không xem được câu trả lời.");
  await look();
  // Everything on it that can be pressed and does not lead away.
  const buttons = tab.page.locator("main button:not(.steps button)");
  const count = await buttons.count();
  assert.ok(count > 10, `${count} buttons`);
  for (let at = 0; at < count; at += 1) {
    await buttons.nth(at).click({ timeout: 3000 });
    await look();
  }
  for (const name of ["English", "Tiếng Việt"]) {
    await tab.press(name);
    await look();
  }
  await tab.page.goto(`${tab.origin}/enrol`);
  await tab.page.getByLabel("Nhập mã đăng ký máy").waitFor();
  await look();
  for (const page of seen) {
    for (const answer of [WORD, "Rất không hài lòng", "Rất hài lòng", "Việc phục vụ nói chung", "Thái độ và sự hướng dẫn", "mức 1 trên 5"]) {
      assert.ok(!page.includes(answer), `${answer} on a staff screen`);
    }
  }
  await kiosk.context.setOffline(false);
  await tab.page.close();
});

test("us8_o6_another_pin_or_none_leaves_the_queue_as_it_is", async () => {
  const fresh = await office.kiosk();
  // Not taken, the record stays; the server goes on answering all else.
  await fresh.context.route("**/batches", (route) => {
    const { records } = JSON.parse(route.request().postData());
    return records.length ? route.fulfill({ status: 400, body: '{"code":"bad-batch","message":""}' }) : route.continue();
  });
  await fresh.express([4, 4, 4, 4]);
  await fresh.send();
  assert.equal(await fresh.waiting(PIN), 1);
  const waits = () =>
    fresh.page.evaluate(() => new Promise((resolve) => {
      indexedDB.open("hai-long").onsuccess = ({ target: { result } }) => {
        const all = result.transaction("outbox").objectStore("outbox").count();
        all.onsuccess = () => resolve(all.result) ?? result.close();
      };
    }));
  const other = { salt: "00".repeat(16), rounds: 1000, hash: "00".repeat(32) };
  for (const pin of [other, null]) {
    await configured(fresh, { pin });
    await fresh.page.goto(`${fresh.origin}/staff`);
    await (pin ? fresh.page.getByLabel("Nhập mã PIN") : fresh.page.getByText(/^Chưa có mã PIN/)).waitFor();
    assert.equal(await waits(), 1);
  }
  await fresh.context.close();
});

// Last: it moves the server's clock.
test("us1_an_old_code_and_a_wrong_clock_are_told", async () => {
  await office.operator.must("POST", "/v1/session", OPERATOR);
  const old = await office.code();
  await setClock(office.operator, Date.now() + 11 * MINUTE);
  const late = await office.device();
  await late.visit();
  await late.page.getByLabel("Nhập mã đăng ký máy").fill(old);
  await late.press("Đăng ký máy");
  await late.sees("Mã đã hết hạn hoặc đã dùng. Hãy xin quản trị mã mới.");
  await late.page.getByLabel("Nhập mã đăng ký máy").fill(await office.code());
  await late.press("Đăng ký máy");
  await late.sees("Đã đăng ký: Quầy 1, Phường Phố Hiến");
  await late.sees("Đồng hồ lệch 11 phút");
  await late.context.close();
});
