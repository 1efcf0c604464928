// API keys and alerts on their page: made, shown once, tried, taken away; for everybody, in both languages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, faults, findUnit, launch, prove } from "./support/house.mjs";
import { COMMUNE, MANAGER, OPERATOR, PROVINCE, setClock, setUp } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";

const MINUTE = 60_000;
const NAME = "Kho dữ liệu";

let server, operator, browser, page;

before(async () => {
  server = await Server.start("--empty");
  operator = await setUp(server);
  browser = await launch();
  page = await enter(browser, server, OPERATOR, "connect");
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  await server?.end();
});

const card = (name) => page.getByRole("region", { name });
const tidy = (text) => text.replace(/\s+/g, " ").trim();
const figures = async (key, unit) => {
  const reply = await fetch(`${server.manager}v1/units/${unit}/figures?form=sipas2022`, { headers: { authorization: `Bearer ${key}` } });
  return reply.status;
};
/** Where the last proof is too old, the page asks for one. */
const later = async () => {
  const { now } = await operator.must("GET", "/v1/session");
  await setClock(operator, now + 6 * MINUTE);
};

test("um15_a_key_is_made_shown_once_read_with_and_revoked", { timeout: 90_000 }, async () => {
  const keys = card("Khoá API");
  await keys.getByText("Chưa có khoá nào.").waitFor();
  await later();
  await keys.getByLabel("Dùng để làm gì").fill(NAME);
  // Nothing is made where no unit was chosen.
  await keys.getByRole("button", { name: "Tạo khoá" }).click();
  await keys.getByRole("alert").getByText("Hãy chọn đơn vị.").waitFor();
  await findUnit(keys, "Đơn vị", "pho hien", COMMUNE.id);
  await keys.getByRole("button", { name: "Tạo khoá" }).click();
  await prove(page, OPERATOR);
  await keys.getByText("Khoá chỉ hiện một lần này.", { exact: false }).waitFor();
  const key = tidy(await keys.locator("output").innerText());
  assert.match(key, /^hlk_[\w-]{43}$/);
  assert.equal(await figures(key, COMMUNE.id), 200);
  assert.equal(await figures(key, PROVINCE.id), 404);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await keys.getByRole("button", { name: "Chép" }).click();
  await keys.getByRole("button", { name: "Đã chép" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), key);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/connect-fresh.png`, fullPage: true });
  await page.reload();
  const row = keys.getByRole("listitem").filter({ hasText: NAME });
  await row.getByText("Dùng gần nhất", { exact: false }).waitFor();
  const said = tidy(await row.innerText());
  assert.ok(said.includes("Phường Phố Hiến") && said.includes("operator tạo ngày"), said);
  assert.ok(!(await page.content()).includes(key), "a key is shown once");
  await later();
  await row.getByRole("button", { name: `Thu hồi khoá: ${NAME}` }).click();
  await row.getByText("Chương trình dùng khoá này sẽ không đọc được nữa.", { exact: false }).waitFor();
  await row.getByRole("button", { name: "Thu hồi khoá", exact: true }).click();
  await prove(page, OPERATOR);
  await keys.getByText("Chưa có khoá nào.").waitFor();
  await page.getByText("Thu hồi khoá API").waitFor();
  assert.equal(await figures(key, COMMUNE.id), 401);
});

test("um13_an_alert_is_set_up_tried_and_removed_and_says_what_came_of_it", { timeout: 90_000 }, async () => {
  const alerts = card("Cảnh báo");
  await alerts.getByText("Chưa có cảnh báo nào.").waitFor();
  await findUnit(alerts, "Đơn vị", "hung yen", PROVINCE.id);
  const add = alerts.getByRole("button", { name: "Lập cảnh báo" });
  // What is no address of the outside is refused in words.
  await alerts.getByLabel("Địa chỉ nhận").fill("https://localhost/hook");
  await add.click();
  await page.getByRole("alert").first().waitFor();
  await alerts.getByText("Chưa có cảnh báo nào.").waitFor();
  // A port of this machine, which this server does not reach: only the network of the outside is open to it.
  await alerts.getByLabel("Địa chỉ nhận").fill("http://127.0.0.1:9/hook");
  await alerts.getByLabel("Báo khi tỷ lệ hồ sơ có phiếu dưới (%)").fill("40");
  await add.click();
  await alerts.getByText("Bí mật để kiểm tra chữ ký chỉ hiện một lần này.", { exact: false }).waitFor();
  assert.match(tidy(await alerts.locator("output").innerText()), /^hls_[\w-]{43}$/);
  const row = alerts.getByRole("listitem").filter({ hasText: "127.0.0.1:9" }).first();
  await row.getByText("Chưa gửi lần nào.").waitFor();
  await row.getByRole("button", { name: "Gửi thử" }).click();
  await page.getByText("Gửi thử cảnh báo").waitFor();
  for (let times = 0; times < 40 && !(await row.innerText()).includes("không kết nối được"); times += 1) {
    await page.waitForTimeout(250);
    await page.reload();
    await row.waitFor();
  }
  const said = tidy(await row.innerText());
  assert.match(said, /Gửi thử ngày \d\d\/\d\d\/\d{4}: đang gửi, đã thử 1 lần; không kết nối được; gửi lại lúc \d\d:\d\d/);
  // Mail asks for what a webhook does not need.
  const kind = alerts.getByLabel("Gửi bằng");
  assert.equal(await alerts.getByLabel("Token của API").count(), 0);
  await kind.selectOption("mail");
  await findUnit(alerts, "Đơn vị", "pho hien", COMMUNE.id);
  await alerts.getByLabel("Địa chỉ nhận").fill("https://mail.example.vn/send");
  await alerts.getByLabel("Token của API").fill("t0k3n-of-the-api");
  await alerts.getByLabel("Người gửi").fill("hai-long@example.vn");
  await alerts.getByLabel("Người nhận").fill("lanh-dao@example.vn");
  await add.click();
  await alerts.getByText("Đã lập cảnh báo. Hãy gửi thử.").waitFor();
  await alerts.getByText("lanh-dao@example.vn (mail.example.vn)").first().waitFor();
  assert.ok(!(await page.content()).includes("t0k3n-of-the-api"), "a token is on no page");
  await row.getByRole("button", { name: /^Bỏ cảnh báo/ }).click();
  await row.getByRole("button", { name: "Bỏ cảnh báo", exact: true }).click();
  await page.getByText("127.0.0.1:9").waitFor({ state: "detached" });
  // Who keeps no accounts has no such page.
  const reader = await enter(browser, server, MANAGER);
  assert.equal(await reader.getByRole("link", { name: "Kết nối" }).count(), 0);
  await reader.context().close();
});

test("ux9_ux7_ux3_connections_are_for_everybody", { timeout: 240_000 }, async () => {
  await operator.must("POST", "/v1/keys", { name: NAME, node: COMMUNE.id, until: new Date(Date.now() + 30 * 24 * 60 * MINUTE).toISOString().slice(0, 10) });
  const found = [];
  for (const [width, height] of [[1440, 900], [800, 1280], [360, 740]]) {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      await page.goto(`${server.manager}connect`);
      await page.getByRole("listitem").filter({ hasText: NAME }).first().waitFor();
      for (const language of ["English", "Tiếng Việt"]) {
        await page.getByRole("button", { name: language }).click();
        await page.locator("select[name=alert-kind]").selectOption("mail");
        // What is under the pointer is drawn otherwise for a moment.
        await page.mouse.move(2, height - 2);
        await page.waitForTimeout(300);
        const names = ["Hài Lòng", "Hưng Yên", "Phố Hiến", NAME];
        found.push(...(await faults(page, `${width} ${colorScheme} ${language}`, names)));
        if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/connect-${width}-${colorScheme}-${language}.png`, fullPage: true });
      }
    }
  }
  await page.emulateMedia({ colorScheme: null });
  assert.deepEqual(found, []);
});
