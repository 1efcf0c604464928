// One's own account, the audit log by what is asked for, and what asks for a proof first: on the operator's screens.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { eventually } from "./support/eventually.mjs";
import { enter, launch, prove, signIn } from "./support/house.mjs";
import { Account, COMMUNE, MANAGER, OPERATOR, enrolmentCode, setClock, setUp } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";
import { Device, record } from "./support/wire.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NEW = "mot cau khac nua dai 9";
/** A word that stands in answers only. */
const MARK = "zzmarkzz";
const FORMS = JSON.parse(readFileSync(new URL("../vectors/forms.lock", import.meta.url), "utf8"));

let server, operator, browser, page;

before(async () => {
  server = await Server.start("--empty");
  operator = await setUp(server);
  browser = await launch();
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  await server?.end();
});

const door = () => page.getByRole("heading", { level: 1, name: "Đăng nhập" });
const session = (account) => account.once("GET", "/v1/session").then(({ status }) => status);

async function elsewhere(who) {
  const account = new Account(server);
  await account.must("POST", "/v1/session", who);
  return account;
}

test("s6_um1_another_password_is_set_on_the_account_page_and_the_other_sessions_end", { timeout: 120_000 }, async () => {
  page = await enter(browser, server, MANAGER, "account");
  const other = await elsewhere(MANAGER);
  const change = async (old, password) => {
    await page.getByLabel("Mật khẩu hiện tại").fill(old);
    await page.getByLabel("Mật khẩu mới").fill(password);
    await page.getByRole("button", { name: "Đổi mật khẩu" }).click();
  };
  await change(MANAGER.password, "ngan");
  await page.getByRole("alert").getByText("Mật khẩu cần ít nhất 12 ký tự.").waitFor();
  await change("khong phai mat khau", NEW);
  await page.getByRole("alert").getByText(/^Sai tài khoản hoặc mật khẩu/).waitFor();
  assert.equal(await session(other), 200, "nothing was changed yet");
  // A wrong password is waited for (S5).
  await page.waitForTimeout(1_100);
  await change(MANAGER.password, NEW);
  await page.getByText("Đã đổi mật khẩu. Các phiên khác đã kết thúc.").waitFor();
  assert.equal(await session(other), 401);
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Tài khoản của tôi" }).waitFor();
  const signIn = (password) => new Account(server).once("POST", "/v1/session", { ...MANAGER, password });
  assert.equal((await signIn(NEW)).status, 200);
  assert.equal((await signIn(MANAGER.password)).status, 401);
});

test("s6_ua3_signing_out_everywhere_is_asked_once_and_ends_every_session", { timeout: 120_000 }, async () => {
  // The wrong password of before is waited for (S5).
  await page.waitForTimeout(1_100);
  const other = await elsewhere({ ...MANAGER, password: NEW });
  const leave = page.getByRole("button", { name: "Đăng xuất mọi nơi" });
  await leave.click();
  await page.getByRole("alert").getByText("Kết thúc mọi phiên của Ông/Bà, kể cả phiên này?").waitFor();
  await page.getByRole("button", { name: "Thôi" }).click();
  assert.equal(await session(other), 200);
  await leave.click();
  await page.getByRole("group", { name: "Đăng xuất mọi nơi" }).getByRole("button", { name: "Đăng xuất mọi nơi" }).click();
  await door().waitFor();
  assert.equal(await session(other), 401);
  await page.reload();
  await door().waitFor();
  await page.context().close();
});

/** Answers that are kept: one names another unit, one a form that nobody knows. */
async function astray(device) {
  const { now } = await operator.must("GET", "/v1/session");
  const day = new Date(now + 7 * HOUR).toISOString().slice(0, 10);
  const values = { form: FORMS.express6, unit: COMMUNE.id, field: MARK, class: "kiosk", channel: "counter", mode: "self", day, day_q: "wall", dur: 3, demo: {}, filters: { f_stage: "submit", f_pakn: "no" }, answers: { x_all: 5, x_tc: 4, x_tthc: 3, x_cc: 2, x_kq: 6, x_pakn: 6 } };
  const records = [record({ ...values, unit: "33.elsewhere" }), record({ ...values, form: "0".repeat(64) })];
  const reply = await device.post(records);
  assert.deepEqual(reply.body.verdicts.map(({ verdict }) => verdict), ["quarantined", "quarantined"], JSON.stringify(reply.body));
}

test("s7_l8_a_decision_on_what_is_kept_is_asked_once_and_proved_and_the_group_says_so", { timeout: 120_000 }, async () => {
  const device = await Device.enrol(server.counter, await enrolmentCode(operator, "express6"));
  await astray(device);
  page = await enter(browser, server, OPERATOR, "kept");
  const group = (reason) => page.getByRole("listitem").filter({ has: page.getByRole("heading", { level: 2, name: reason }) });
  const unknown = group("Mẫu phiếu chưa biết");
  await unknown.getByText("1 phiếu", { exact: true }).waitFor();
  await group("Phiếu ghi đơn vị khác").waitFor();
  // Six minutes later the session is there, its proof is over.
  const { now } = await operator.must("GET", "/v1/session");
  await setClock(operator, now + 6 * MINUTE);
  await unknown.getByRole("button", { name: "Giữ, không tính" }).click();
  await unknown.getByText("Giữ 1 phiếu này và không tính?").waitFor();
  await unknown.getByRole("button", { name: "Vâng, giữ" }).click();
  const dialog = page.getByRole("dialog", { name: "Xác nhận là chính Ông/Bà" });
  await dialog.waitFor();
  const { groups } = await operator.must("GET", "/v1/quarantine");
  assert.ok(groups.every(({ which }) => !which.kept), "decided before the proof");
  await dialog.getByLabel("Mật khẩu").fill("khong phai mat khau");
  await dialog.getByRole("button", { name: "Xác nhận" }).click();
  await dialog.getByRole("alert").waitFor();
  await page.waitForTimeout(1_100);
  await prove(page, OPERATOR);
  await unknown.getByText("Xong: 0 phiếu vừa được tính, 0 đã tính từ trước, 1 vẫn được giữ.").waitFor();
  await unknown.getByRole("button", { name: "Xem lại" }).click();
  await unknown.getByText("Đã quyết định: giữ, không tính").waitFor();
  assert.equal(await unknown.getByRole("button", { name: "Giữ, không tính" }).count(), 0);
  const kept = (await operator.must("GET", "/v1/quarantine")).groups;
  assert.deepEqual(kept.map(({ which }) => which.kept).sort(), [false, true]);
  assert.ok(!(await page.content()).includes(MARK), "an answer on the page");
});

test("ua6_the_log_is_filtered_by_account_act_and_days_paged_and_taken_away_without_answers", { timeout: 180_000 }, async () => {
  // More than a page of it, and a day later one thing more.
  for (let n = 0; n < 105; n += 1) await enrolmentCode(operator, "express6");
  const { now } = await operator.must("GET", "/v1/session");
  await setClock(operator, now + DAY);
  await operator.must("POST", "/v1/session", OPERATOR);
  await elsewhere({ ...MANAGER, password: NEW });
  await page.context().clearCookies();
  await page.goto(`${server.manager}audit`);
  await signIn(page, OPERATOR);
  const rows = page.locator("table.log tbody tr");
  const cells = (nth) => rows.evaluateAll((rows, nth) => [...new Set(rows.map((row) => row.children[nth].textContent))], nth);
  await eventually(() => rows.count(), 100);
  await page.getByRole("button", { name: "Cũ hơn" }).click();
  await eventually(async () => (await rows.count()) > 105, true);
  const filter = async ({ actor = "", act = "", from = "", to = "" }) => {
    await page.getByLabel("Ai", { exact: true }).fill(actor);
    await page.locator("select[name=act]").selectOption(act);
    await page.getByLabel("Từ ngày").fill(from);
    await page.getByLabel("Đến ngày").fill(to);
    await page.getByRole("button", { name: "Lọc" }).click();
  };
  await filter({ act: "change-password" });
  await eventually(() => rows.count(), 1);
  assert.deepEqual([await cells(1), await cells(2)], [[MANAGER.account], ["Đổi mật khẩu"]]);
  await filter({ actor: MANAGER.account });
  // The one line of before is the manager's, too.
  await eventually(async () => (await rows.count()) > 1, true);
  await eventually(() => cells(1), [MANAGER.account]);
  const all = await rows.count();
  assert.ok(all >= 5, `${all} lines of the manager`);
  const day = (time) => new Date(time + 7 * HOUR).toISOString().slice(0, 10);
  await filter({ actor: MANAGER.account, from: day(now + DAY) });
  await eventually(() => rows.count(), 1);
  assert.deepEqual(await cells(2), ["Đăng nhập"]);
  await filter({ actor: MANAGER.account, to: day(now) });
  await eventually(() => rows.count(), all - 1);
  await filter({ from: day(now + 3 * DAY) });
  await page.getByText("Không có dòng nào.").waitFor();
  await filter({ actor: "nguoi-khac" });
  await page.getByText("Không có dòng nào.").waitFor();

  // The file has what the filter leaves, and no answer in any cell.
  await filter({ actor: MANAGER.account, to: day(now) });
  await eventually(() => rows.count(), all - 1);
  const file = async (proving) => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Tải tệp CSV" }).click();
    await proving();
    return readFileSync(await (await download).path(), "utf8");
  };
  const lines = (await file(() => prove(page, OPERATOR))).trim().split("\r\n");
  assert.equal(lines.length, all, "a head, and each line once");
  assert.ok(lines.slice(1).every((line) => line.includes(`,${MANAGER.account},`)), lines[1]);
  await filter({});
  await eventually(() => rows.count(), 100);
  // A proof that is minutes old holds for another file.
  const whole = await file(() => {});
  assert.ok(whole.trim().split("\r\n").length > 105);
  for (const secret of [MARK, "answers", NEW, OPERATOR.password]) assert.ok(!whole.includes(secret), secret);
});
