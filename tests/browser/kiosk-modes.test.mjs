// What a configuration or a member of staff can change for the citizen: practice, help, demographics,
// opening hours; and the screen that is being cleaned.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { configured } from "./support/configured.mjs";
import { eventually } from "./support/eventually.mjs";
import { COMMUNE, MANAGER, PIN, Account } from "./support/operator.mjs";
import { Office } from "./support/office.mjs";

const DAY_MS = 86_400_000;
const VIETNAM_MS = 7 * 3_600_000;

let office, kiosk;
const bodies = [];

before(async () => {
  office = await Office.open();
  kiosk = await office.kiosk({}, "sipas2022");
  kiosk.context.on("request", (request) => {
    if (request.method() !== "POST" || !request.url().endsWith("/batches")) return;
    bodies.push(...JSON.parse(request.postData()).records.map(({ body }) => JSON.parse(body)));
  });
});

after(() => office?.close());

/** local9 as the server keeps it, on this kiosk. */
const local9 = () => ({ form: readFileSync(new URL("../../survey/forms/local9.json", import.meta.url), "utf8") });

/** From the first question to the first that is not rated, all at one level. */
async function rateAll(level) {
  while ((await kiosk.page.getByRole("textbox").count()) === 0) {
    const heading = await kiosk.page.locator("#heading").innerText();
    await kiosk.page.waitForTimeout(450);
    const face = kiosk.face(level);
    if ((await face.count()) > 0) await face.click();
    else return heading;
    await kiosk.page.waitForFunction((before) => document.querySelector("#heading")?.textContent !== before, heading);
  }
  return "";
}

async function choose(option) {
  const heading = await kiosk.page.locator("#heading").innerText();
  await kiosk.press(option);
  await kiosk.page.waitForFunction((before) => document.querySelector("#heading")?.textContent !== before, heading);
}

test("uk7_demographics_come_only_where_they_are_on_after_the_items_each_with_no_answer", async () => {
  await configured(kiosk, { demographics: ["d_gender", "d_age"] });
  await kiosk.begin();
  assert.equal(await rateAll(4), "Lần này Ông/Bà đến để làm gì?");
  await choose("Việc khác");
  await choose("Chưa từng/ Không có");
  await kiosk.sees("Giới tính");
  await kiosk.button("Không trả lời").waitFor();
  assert.equal(await kiosk.face(1).count(), 0);
  await kiosk.page.waitForTimeout(450);
  await kiosk.page.keyboard.press("2");
  await kiosk.sees("Độ tuổi");
  await choose("Không trả lời");
  await kiosk.page.getByRole("textbox").waitFor();
  await kiosk.send();
  await eventually(() => bodies.length, 1);
  assert.deepEqual(bodies[0].demo, { d_gender: "f", d_age: "na" });
  assert.equal(bodies[0].answers.kq1, 6, "a factor whose filter was not met was asked");
  assert.equal(bodies[0].answers.pakn1, 6);
  assert.equal(bodies[0].mode, "self");
  // Off again: nobody is asked.
  await kiosk.attract();
  await configured(kiosk, { demographics: [] });
  await kiosk.begin();
  await rateAll(5);
  await choose("Nhận kết quả");
  await kiosk.sees(/trả đúng hẹn/);
  await rateAll(5);
  await choose("Đã từng/ Có");
  await rateAll(5);
  await kiosk.page.getByRole("textbox").waitFor();
  await kiosk.send();
  await eventually(() => bodies.length, 2);
  assert.deepEqual(bodies[1].demo, {});
  assert.equal(bodies[1].answers.kq1, 5);
  await kiosk.attract();
});

test("uk3_uk7_local9_is_asked_from_its_start_to_the_thanks", async () => {
  await configured(kiosk, local9());
  await kiosk.begin();
  await kiosk.sees("CÔNG CHỨC TRỰC TIẾP GIẢI QUYẾT CÔNG VIỆC");
  await kiosk.sees("Công chức có thái độ giao tiếp lịch sự.");
  assert.equal(await rateAll(5), "Lần này Ông/Bà đến để làm gì?");
  await choose("Nhận kết quả");
  await kiosk.sees(/^Kết quả mà Ông\/Bà nhận được là đúng quy định/);
  assert.equal(await rateAll(4), "Phản ánh, kiến nghị với cơ quan nhà nước (các cấp)");
  await choose("Đã từng/ Có");
  await rateAll(3);
  await kiosk.page.getByRole("textbox").waitFor();
  const before = bodies.length;
  await kiosk.send();
  await eventually(() => bodies.length, before + 1);
  const levels = Object.entries(bodies.at(-1).answers).map(([item, level]) => [item.slice(0, 4), level]);
  assert.equal(levels.length, 9);
  for (const [factor, level] of levels) assert.equal(level, { l_cc: 5, l_kq: 4, l_gy: 3 }[factor], factor);
  await kiosk.attract();
});

test("us4_help_is_said_on_every_screen_kept_in_the_record_and_fixed_at_the_first_answer", async () => {
  await configured(kiosk, {});
  const band = kiosk.page.getByText("Có người hỗ trợ", { exact: true });
  await kiosk.press("Chạm để bắt đầu");
  assert.equal(await band.count(), 0);
  await kiosk.press("Nhờ người hỗ trợ");
  await band.waitFor();
  await kiosk.sees("Người hỗ trợ không phải người vừa giải quyết hồ sơ.");
  await kiosk.press("Tiếp tục");
  await kiosk.sees(/^Câu 1 trên/);
  await band.waitFor();
  await choose(/mức 3 trên 5/);
  await band.waitFor();
  await kiosk.press("Quay lại");
  await kiosk.press("Quay lại");
  await kiosk.sees("Trước khi bắt đầu");
  assert.equal(await kiosk.button("Nhờ người hỗ trợ").count(), 0, "changed after the first answer");
  await kiosk.press("Tiếp tục");
  await rateAll(3);
  await choose("Việc khác");
  await choose("Chưa từng/ Không có");
  await band.waitFor();
  const before = bodies.length;
  await kiosk.send();
  await band.waitFor();
  await eventually(() => bodies.length, before + 1);
  assert.equal(bodies.at(-1).mode, "assisted");
  await kiosk.attract();
  assert.equal(await band.count(), 0, "the next citizen is said to be helped");
  // The first answer need not be to the first question.
  await kiosk.begin();
  await choose("Bỏ qua câu này");
  await choose(/mức 3 trên 5/);
  for (const question of [2, 1]) {
    await kiosk.press("Quay lại");
    await kiosk.sees(new RegExp(`^Câu ${question} trên`));
  }
  await kiosk.press("Quay lại");
  await kiosk.sees("Trước khi bắt đầu");
  assert.equal(await kiosk.button("Nhờ người hỗ trợ").count(), 0, "changed after an answer to the second question");
});

test("us4_staff_hand_over_to_somebody_they_help", async () => {
  await kiosk.staff(PIN);
  await kiosk.sees(/phiếu chờ gửi/);
  await kiosk.press("Có người hỗ trợ");
  await kiosk.sees("Trước khi bắt đầu");
  await kiosk.sees("Có người hỗ trợ");
  // Going back, nobody is helped any more, and what staff saw is shut.
  await kiosk.press("Quay lại");
  await kiosk.attract();
  assert.equal(await kiosk.page.getByText("Có người hỗ trợ").count(), 0);
  await kiosk.page.goto(`${kiosk.origin}/staff`);
  await kiosk.page.getByLabel("Nhập mã PIN").waitFor();
  await kiosk.page.goto(`${kiosk.origin}/`);
});

test("uk13_while_it_is_cleaned_nothing_can_be_touched_and_it_unlocks_itself", async () => {
  const tab = await kiosk.tab("/staff");
  await tab.page.clock.install();
  await tab.page.reload();
  await tab.staff(PIN);
  await tab.press("Khoá để lau màn hình");
  await tab.sees("Đang lau màn hình: còn 30 giây");
  assert.equal(await tab.page.locator("button:not([inert] button), a, input").count(), 0, "something can be pressed");
  for (const [x, y] of [[60, 60], [540, 960], [1000, 1800]]) await tab.page.mouse.click(x, y);
  await tab.page.keyboard.press("Enter");
  await tab.page.clock.fastForward(20_000);
  await tab.sees(/còn (9|10) giây/);
  await tab.page.clock.fastForward(11_000);
  await tab.attract();
  await tab.page.close();
});

test("uk12_hours_and_holidays_close_the_counter_with_no_network_and_a_survey_may_end", async () => {
  const untilMidnight = DAY_MS - ((Date.now() + VIETNAM_MS) % DAY_MS);
  // The days below are today's from the first step to the last.
  if (untilMidnight < 30_000) await new Promise((next) => setTimeout(next, untilMidnight));
  const now = new Date(Date.now() + VIETNAM_MS);
  const minute = now.getUTCHours() * 60 + now.getUTCMinutes();
  const weekday = now.getUTCDay() || 7;
  const always = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: 0, to: 1440 }));
  const closed = "Ngoài giờ làm việc. Hẹn gặp Ông/Bà sau!";
  await configured(kiosk, { hours: always, holidays: [] });
  await kiosk.begin();
  await configured(kiosk, { hours: [{ weekday: (weekday % 7) + 1, from: 0, to: 1440 }] });
  await kiosk.sees(closed);
  assert.equal(await kiosk.button("Chạm để bắt đầu").count(), 0);
  await kiosk.context.setOffline(true);
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.sees(closed);
  await kiosk.context.setOffline(false);
  const today = new Date(now.getTime() - (now.getTime() % DAY_MS)).toISOString().slice(0, 10);
  await configured(kiosk, { hours: always, holidays: [today] });
  await kiosk.sees(closed);
  // Begun before closing time, ended after it.
  const tab = await kiosk.tab("/");
  // Near midnight it closes with the day, and stays closed on the next: another weekday has no hours.
  await configured(tab, { hours: [{ weekday, from: 0, to: Math.min(1440, minute + 10) }] });
  await tab.page.clock.install();
  await tab.page.goto(`${tab.origin}/`);
  await tab.begin();
  await tab.page.clock.fastForward(30_000);
  await tab.page.mouse.click(30, 1900);
  for (let half = 0; half < 24; half += 1) {
    await tab.page.clock.fastForward(30_000);
    await tab.page.mouse.click(30, 1900);
  }
  await tab.sees(/^Câu 1 trên/);
  await tab.page.goto(`${tab.origin}/`);
  await tab.sees(closed);
  await tab.page.close();
  await configured(kiosk, {});
  await kiosk.attract();
});

// Last: from here on everything is practice.
test("us1_practice_is_said_on_every_screen_and_nothing_of_it_is_kept_or_counted", async () => {
  const manager = new Account(office.server);
  await manager.must("POST", "/v1/session", MANAGER);
  const live = () => manager.must("GET", `/v1/units/${COMMUNE.id}/live`);
  const before = await live();
  const stored = () =>
    kiosk.page.evaluate(() => new Promise((resolve) => {
      indexedDB.open("hai-long").onsuccess = ({ target: { result } }) => {
        const all = result.transaction("parcels").objectStore("parcels").count();
        all.onsuccess = () => resolve(all.result) ?? result.close();
      };
    }));
  await configured(kiosk, { training: true });
  const kept = await stored();
  const sent = bodies.length;
  const band = kiosk.page.getByText("Đang tập dùng: không tính vào kết quả");
  await band.waitFor();
  await kiosk.press("Chạm để bắt đầu");
  await band.waitFor();
  await kiosk.press("Tiếp tục");
  await band.waitFor();
  await rateAll(1);
  await choose("Việc khác");
  await choose("Chưa từng/ Không có");
  await band.waitFor();
  await kiosk.page.getByRole("textbox").fill("tập dùng");
  await kiosk.press("Gửi");
  await kiosk.sees("Cảm ơn Ông/Bà đã tập dùng. Không có gì được lưu.");
  assert.equal(await kiosk.page.getByText("Ý kiến đã được lưu").count(), 0, "said to be saved");
  await band.waitFor();
  await kiosk.attract();
  await kiosk.staff(PIN);
  await kiosk.sees("0 phiếu chờ gửi");
  await band.waitFor();
  assert.equal(await stored(), kept);
  assert.equal(bodies.length, sent);
  assert.deepEqual((await live()).today, before.today);
});
