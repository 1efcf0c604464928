// The counter for eyes, ears and hands that browsers adapt to: forced colours, grey, a screen reader, one switch.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Office } from "./support/office.mjs";

let office;

before(async () => {
  office = await Office.open();
});

after(() => office?.close());

/** What the browser really draws of an element: its colours and borders after everything was forced. */
const drawn = (locator) =>
  locator.evaluate((element) => {
    const { color, backgroundColor, borderTopColor, borderTopStyle, borderTopWidth, stroke } = getComputedStyle(element);
    return { color, backgroundColor, border: borderTopStyle === "none" ? 0 : parseFloat(borderTopWidth), borderTopColor, stroke };
  });

test("ux2_with_forced_colours_every_target_has_its_edge_and_faces_their_lines", { timeout: 60_000 }, async () => {
  const kiosk = await office.device({ forcedColors: "active", colorScheme: "dark" });
  await kiosk.visit();
  await kiosk.enrol(await office.code());
  const { page } = kiosk;
  const look = async () => {
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    for (const button of await page.getByRole("button").all()) {
      const { border, borderTopColor } = await drawn(button);
      assert.ok(border >= 1 && borderTopColor !== ground, `no edge: ${await button.innerText()}`);
    }
    return ground;
  };
  await look();
  await kiosk.begin();
  const ground = await look();
  for (const face of await page.locator("svg.face").all()) assert.notEqual((await drawn(face)).stroke, ground, "a face without lines");
  // What is chosen is told by more than its colour.
  await kiosk.face(4).click({ delay: 500 });
  await kiosk.sees(/^Câu 2 trên/);
  await kiosk.press("Quay lại");
  await kiosk.sees(/^Câu 1 trên/);
  const [chosen, other] = await Promise.all([kiosk.face(4), kiosk.face(3)].map(drawn));
  assert.ok(chosen.border > other.border || chosen.backgroundColor !== other.backgroundColor, JSON.stringify({ chosen, other }));
  await kiosk.context.close();
});

test("ux2_in_grey_each_face_differs_from_each_other_and_a_choice_shows", { timeout: 60_000 }, async () => {
  const kiosk = await office.device({ reducedMotion: "reduce" });
  await kiosk.visit();
  await kiosk.enrol(await office.code());
  const { page } = kiosk;
  await kiosk.begin();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Emulation.setEmulatedVisionDeficiency", { type: "achromatopsia" });
  // Only the lines: the tint of the skin is taken away, so that what differs is the drawing.
  await page.evaluate(() => document.querySelectorAll(".face-skin").forEach((skin) => (skin.style.fill = "#ddd")));
  const pictures = [];
  for (const face of await page.locator("svg.face").all()) pictures.push((await face.screenshot()).toString("base64"));
  assert.equal(new Set(pictures).size, 5);
  const before = (await kiosk.face(2).screenshot()).toString("base64");
  await page.waitForTimeout(450);
  await kiosk.face(2).click();
  await kiosk.sees(/^Câu 2 trên/);
  await kiosk.press("Quay lại");
  await kiosk.sees(/^Câu 1 trên/);
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.querySelectorAll(".face-skin").forEach((skin) => (skin.style.fill = "#ddd")));
  const after = (await kiosk.face(2).screenshot()).toString("base64");
  assert.notEqual(after, before, "in grey a chosen face looks like any other");
  await kiosk.context.close();
});

test("ux4_tab_and_enter_alone_are_enough_as_with_one_switch", { timeout: 120_000 }, async () => {
  const kiosk = await office.kiosk();
  const { page } = kiosk;
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
  /** Steps through the targets until one of these words has the focus, and presses it. */
  const press = async (words) => {
    // A new screen takes the focus to its heading, and the steps begin there.
    await page.waitForFunction(() => document.activeElement?.id === "heading");
    for (let step = 0; step < 30; step += 1) {
      await page.keyboard.press("Tab");
      if (words.test(await focused())) {
        await page.waitForTimeout(450);
        await page.keyboard.press("Enter");
        return;
      }
    }
    assert.fail(`${words} is not reached`);
  };
  await press(/^Chạm để bắt đầu/);
  await press(/^Tiếp tục/);
  for (let question = 1; question <= 4; question += 1) {
    await kiosk.sees(new RegExp(`^Câu ${question} trên`));
    await press(/^Bình thường/);
  }
  await kiosk.sees(/^Câu 5 trên/);
  await press(/^Việc khác/);
  await kiosk.sees(/^Câu 6 trên/);
  await press(/^Chưa từng/);
  await page.getByRole("textbox").waitFor();
  await press(/^Gửi/);
  await kiosk.sees(/^Cảm ơn/);
  await kiosk.context.close();
});

test("ux5_a_screen_reader_hears_the_question_each_level_what_happens_and_the_countdown_twice", { timeout: 120_000 }, async () => {
  const kiosk = await office.kiosk();
  const tab = await kiosk.tab("/");
  const { page } = tab;
  await page.clock.install();
  await page.goto(`${tab.origin}/`);
  await tab.begin();
  const question = await page.getByRole("group", { name: "Việc phục vụ nói chung" }).ariaSnapshot();
  const levels = ["Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng"];
  for (const [at, label] of levels.entries()) assert.match(question, new RegExp(`button "${label} ?, mức ${at + 1} trên 5"`));
  for (let item = 0; item < 4; item += 1) await tab.press(/mức 4 trên 5/);
  await tab.press("Việc khác");
  await tab.press("Chưa từng/ Không có");
  // The region is there before it has something to say, or a reader would miss it.
  const polite = page.locator("main").getByRole("status");
  await page.getByRole("textbox").waitFor();
  assert.deepEqual((await polite.allInnerTexts()).join(""), "");
  await page.getByRole("textbox").fill("Gọi 0912 345 678");
  await polite.filter({ hasText: /^Hình như có số điện thoại/ }).first().waitFor();
  await page.getByRole("textbox").fill("");
  await tab.press("Gửi");
  await polite.filter({ hasText: /^Cảm ơn/ }).first().waitFor();
  await tab.attract();
  await tab.begin();
  await page.evaluate(() => {
    const region = document.querySelector(".spoken[role=status]");
    window.said = [];
    const hear = () => region.textContent && region.textContent !== window.said.at(-1) && window.said.push(region.textContent);
    new MutationObserver(hear).observe(region, { subtree: true, childList: true, characterData: true });
  });
  const said = (count) => page.waitForFunction((count) => window.said.length >= count, count);
  await page.clock.fastForward(41_000);
  await page.getByRole("alertdialog", { name: "Ông/Bà còn ở đây không?" }).waitFor();
  await said(1);
  await page.clock.fastForward(9_000);
  await said(2);
  await page.clock.fastForward(2_000);
  await page.waitForTimeout(600);
  assert.deepEqual(await page.evaluate(() => window.said), ["Màn hình sẽ xoá sau 20 giây", "Màn hình sẽ xoá sau 10 giây"]);
  await kiosk.context.close();
});
