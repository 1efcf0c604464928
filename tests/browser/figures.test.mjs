// What the manager's page may tell whom: one's own subtree, only what the floor allows, devices' health.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { eventually } from "./support/eventually.mjs";
import { strangeWords } from "./support/language.mjs";
import { Manager } from "./support/manager.mjs";
import { Office } from "./support/office.mjs";
import { COMMUNE, MANAGER, OPERATOR, PROVINCE, setClock } from "./support/operator.mjs";
import { Device, record } from "./support/wire.mjs";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ADMIN = { account: "quantri", password: "mot cau kha dai 3" };
const OTHER = { ...COMMUNE, id: "33.12001", gso: "12001", name: { vi: "Xã Tân Hưng", en: "Tân Hưng commune" } };
const EXPRESS = JSON.parse(readFileSync(new URL("../vectors/forms.lock", import.meta.url), "utf8")).express6;
const NAMES = ["Hài Lòng", "Hưng Yên", "Phố Hiến", "Tân Hưng"];
const ITEMS = ["x_all", "x_tc", "x_tthc", "x_cc", "x_kq", "x_pakn"];

let office, browser, device;

before(async () => {
  office = await Office.open();
  browser = office.browser;
  await office.operator.must("POST", "/v1/units", { units: [OTHER] });
  await office.operator.must("POST", "/v1/accounts", { ...ADMIN, grants: [{ role: "admin", node: PROVINCE.id }] });
  device = await Device.enrol(office.server.counter, await office.code());
});

after(() => office?.close());

const signIn = (who) => Manager.signIn(office.server.manager, who, browser);

/** Answers of so many people to the express form; who collected nothing was not asked about it. */
function answers(people, levels) {
  const day = new Date(device.enrolled.body.now + 7 * HOUR).toISOString().slice(0, 10);
  return Array.from({ length: people }, (_, person) =>
    record({
      form: EXPRESS, unit: COMMUNE.id, field: "ho-tich", class: "kiosk", channel: "counter", mode: "self",
      day, day_q: "wall", dur: 3, demo: {},
      filters: { f_stage: levels[4] === undefined ? "submit" : "collect", f_pakn: "no" },
      answers: Object.fromEntries(ITEMS.map((id, item) => [id, levels[item] === undefined ? 6 : ((levels[item] + person) % 5) + 1])),
    }),
  );
}

const express = (origin, unit = COMMUNE.id) => `${new URL(origin).origin}/?unit=${unit}&form=express6`;

test("um1_wrong_then_right_then_out_and_the_session_is_over", async () => {
  const context = await browser.newContext({ locale: "vi-VN" });
  const page = await context.newPage();
  await page.goto(office.server.manager);
  const door = page.getByRole("heading", { level: 1, name: "Đăng nhập" });
  await door.waitFor();
  await page.getByLabel("Tài khoản").fill(MANAGER.account);
  await page.getByLabel("Mật khẩu").fill("khong phai mat khau");
  await page.getByRole("button", { name: "Đăng nhập" }).click();
  await page.getByText("Sai tài khoản hoặc mật khẩu. Kiểm tra rồi thử lại.").waitFor();
  // After a failure the account waits a second (S5); the page says for how long.
  await page.getByLabel("Mật khẩu").fill(MANAGER.password);
  await page.waitForTimeout(2200);
  await page.getByRole("button", { name: "Đăng nhập" }).click();
  await page.getByRole("heading", { level: 1, name: COMMUNE.name.vi }).waitFor();
  const session = () => page.evaluate(() => fetch("/v1/session").then(({ status }) => status));
  assert.equal(await session(), 200);
  assert.equal(await page.evaluate(() => document.cookie), "", "a script can read the session");
  await page.getByRole("button", { name: "Đăng xuất" }).click();
  await door.waitFor();
  assert.equal(await session(), 401);
  await page.reload();
  await door.waitFor();
  assert.ok(!(await page.locator("body").innerText()).includes(COMMUNE.name.vi));
  await context.close();
});

test("um2_an_account_of_one_commune_sees_no_other_name", async () => {
  const manager = await signIn(MANAGER);
  const { page } = manager;
  const heard = [];
  page.on("response", async (reply) => {
    if (reply.url().includes("/v1/")) heard.push(await reply.text().catch(() => ""));
  });
  const words = [];
  const look = async (address) => {
    await page.goto(address);
    await page.getByRole("button", { name: "Đăng xuất" }).waitFor();
    await page.waitForLoadState("networkidle");
    words.push(await page.content());
  };
  const { origin } = new URL(office.server.manager);
  await look(origin);
  assert.ok(words[0].includes(COMMUNE.name.vi));
  for (const unit of [OTHER.id, PROVINCE.id, "33.99999"]) {
    await look(express(origin, unit));
    await page.getByRole("heading", { level: 1, name: "Không có ở đây, hoặc tài khoản này không được xem." }).waitFor();
    // It stands once, and no connection is lost.
    assert.equal(await page.getByText("Không có ở đây").count(), 1, unit);
    assert.equal(await page.getByText("Mất kết nối").count(), 0, unit);
  }
  await look(`${origin}/devices`);
  for (const text of [...words, ...heard]) {
    for (const name of [...Object.values(OTHER.name), PROVINCE.name.vi, PROVINCE.name.en]) {
      assert.ok(!text.includes(name), `${name} in ${text.slice(0, 300)}`);
    }
  }
  assert.ok(heard.length > 4);
  await manager.close();
});

test("um8_what_comes_in_is_counted_before_the_managers_eyes", async () => {
  const manager = await signIn(MANAGER);
  const { page } = manager;
  await page.goto(express(office.server.manager));
  const [today, waiting] = [page.locator("#live-today"), page.locator("#live-waiting")];
  await eventually(() => today.innerText(), "0");
  const reply = await device.post(answers(9, [0, 1, 2, 3]));
  assert.deepEqual([...new Set(reply.body.verdicts.map(({ verdict }) => verdict))], ["counted"]);
  await eventually(() => today.innerText(), "9");
  assert.equal(await waiting.innerText(), "9");
  await page.getByText(/^Công bố lần tới: /).waitFor();
  await office.server.stop();
  await page.getByText("Mất kết nối; số đang thấy có thể đã cũ.").waitFor();
  await office.server.start();
  await page.getByText("Mất kết nối; số đang thấy có thể đã cũ.").waitFor({ state: "detached" });
  await manager.close();
});

test("um4_below_ten_there_are_words_and_never_a_number", async () => {
  await release(0);
  const manager = await signIn(MANAGER);
  await manager.page.goto(express(office.server.manager));
  await manager.page.locator("#headline").waitFor();
  assert.equal(await manager.page.locator("#headline").innerText(), "Chưa đủ dữ liệu");
  const figures = (await manager.words()).split("Các đơn vị").at(-1);
  assert.ok(!/\d\s?%/.test(figures.replace("Khoảng tin cậy 95%", "")), figures);
  assert.ok(!/(^|\s)0([,.]0+)?(\s|$)/m.test(await manager.page.locator(".headline").innerText()));
  await manager.close();
});

test("um4_a_part_with_fewer_than_ten_is_hidden_beside_shown_ones", async () => {
  // Twelve more, five of whom were asked about the result: 21 people in all, 5 in that part.
  await device.post([...answers(7, [3, 3, 3, 3]), ...answers(5, [4, 4, 4, 4, 4])]);
  await release(1);
  const manager = await signIn(MANAGER);
  const { page } = manager;
  await page.goto(express(office.server.manager));
  await eventually(() => page.locator("#headline").innerText().then((text) => /\d+% – \d+%/.test(text)), true);
  await page.getByRole("button", { name: "Bảng số" }).click();
  const row = (name) => page.getByRole("row").filter({ hasText: name });
  assert.match(await row("Kết quả nhận được").innerText(), /Chưa đủ dữ liệu: dưới 10 phiếu/);
  assert.match(await row("Thái độ và sự hướng dẫn").innerText(), /%/);
  assert.ok(!/\d/.test((await row("Kết quả nhận được").locator("td").allInnerTexts()).join().replace("dưới 10", "")));
  await manager.close();
});

test("um10_each_device_tells_how_it_is", async () => {
  const post = (status, clock = 0) => {
    const batch = device.batch([]);
    return device.send("POST", `/v1/units/${COMMUNE.id}/batches`, { ...batch, clock: (device.now ?? Date.now()) + clock, status: { ...batch.status, ...status } });
  };
  device.now = (await post({})).body.now;
  const manager = await signIn(ADMIN);
  const { page } = manager;
  await page.getByRole("link", { name: "Máy khảo sát" }).click();
  const card = page.getByRole("listitem").filter({ hasText: "Quầy 1" }).filter({ hasText: COMMUNE.name.vi });
  const tells = async (status, clock, words) => {
    assert.equal((await post(status, clock)).status, 200);
    await page.getByRole("button", { name: "Xem lại" }).click();
    for (const line of words) await card.getByText(line).first().waitFor();
  };
  const day = (days) => new Date(device.now + 7 * HOUR - days * DAY).toISOString().slice(0, 10);
  await tells({ unsent: 0, persisted: true, free_mb: 9000 }, 0, ["Hoạt động tốt"]);
  await tells({ unsent: 3, oldest: day(2) }, 0, ["Nhiều phiếu hoặc phiếu cũ chưa gửi: kiểm tra mạng"]);
  await tells({ unsent: 3, oldest: day(5) }, 0, ["Phiếu chưa gửi đã quá 3 ngày: cần xử lý ngay"]);
  await tells({ persisted: false, free_mb: 40 }, 6 * 60_000, ["Trình duyệt có thể tự xoá dữ liệu: bật lưu trữ lâu dài", "Sắp hết chỗ trên máy", "Đồng hồ lệch 6 phút"]);
  assert.equal(await card.getByText("Hoạt động tốt").count(), 0);
  await manager.close();
});

test("ux7_ux3_phrases_are_marked_and_narrow_screens_suffice", async () => {
  const manager = await signIn(ADMIN);
  const { page } = manager;
  const { origin } = new URL(office.server.manager);
  for (const path of [`/?unit=${COMMUNE.id}&form=express6`, "/devices"]) {
    await page.goto(origin + path);
    for (const [language, tag, out] of [["English", "en", "Sign out"], ["Tiếng Việt", "vi", "Đăng xuất"]]) {
      await page.getByRole("button", { name: language }).click();
      await page.getByRole("button", { name: out }).waitFor();
      await page.waitForLoadState("networkidle");
      assert.equal(await page.evaluate(() => document.documentElement.lang), tag);
      if (tag === "en") assert.deepEqual(await strangeWords(page, NAMES), [], path);
      for (const width of [360, 320]) {
        await page.setViewportSize({ width, height: 740 });
        const beyond = await page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(beyond, 0, `${path} in ${tag} at ${width}`);
      }
      await page.setViewportSize({ width: 1440, height: 900 });
    }
  }
  await manager.close();
});

/** The day's release, `days` further on: the clock moves past five in the morning at UTC+7. */
async function release(days) {
  const now = Date.now() + days * DAY;
  const midnight = Math.floor((now + 7 * HOUR) / DAY) * DAY - 7 * HOUR;
  await office.operator.must("POST", "/v1/session", OPERATOR);
  await setClock(office.operator, midnight + DAY + 6 * HOUR);
  await office.operator.must("POST", "/v1/session", OPERATOR);
}
