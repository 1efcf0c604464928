// How the counter looks and behaves for everybody: WCAG 2.2 AA by axe, targets, keyboard, narrow screens.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { strangeWords } from "./support/language.mjs";
import { Office } from "./support/office.mjs";
import { everyLook, everyScreen } from "./support/screens.mjs";

const NAMES = ["Hài Lòng", "Hưng Yên", "Phố Hiến"];
const TALL = { width: 1080, height: 1920 };

let office;

/** What is wrong with the counter's screens: all are walked through once. */
const found = { looks: 0, axe: [], targets: [], widths: [], words: [] };

before(async () => {
  office = await Office.open();
  await everyScreen(office, judge);
}, { timeout: 240_000 });

after(() => office?.close());

/** What axe finds on a page, in one line each. */
async function violations(page) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary.split("\n")[1]?.trim()}`));
}

/** Boxes of everything that can be touched, with what it says. */
const targets = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("button, input, textarea, select, a[href], [role=treeitem]")]
      .filter((element) => element.checkVisibility() && !element.closest("[inert]"))
      .map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return { name: (element.innerText || element.id || element.name).trim().slice(0, 40), face: element.dataset.level !== undefined, x, y, width, height };
      })
      .filter(({ width, height }) => width > 1 && height > 1),
  );

/** Pairs of targets that are nearer to each other than so many pixels. */
function crowded(boxes, apart) {
  const gap = (a, b, at, size) => Math.max(a[at] - b[at] - b[size], b[at] - a[at] - a[size]);
  return boxes.flatMap((a, index) =>
    boxes.slice(index + 1).filter((b) => Math.max(gap(a, b, "x", "width"), gap(a, b, "y", "height")) < apart - 0.5).map((b) => `${a.name} | ${b.name}`),
  );
}

async function judge(kiosk, screen) {
  const { page } = kiosk;
  for (const [width, height] of [[1080, 1920], [1280, 800], [360, 740], [320, 568]]) {
    await page.setViewportSize({ width, height });
    const at = `${screen} at ${width}`;
    const boxes = await targets(page);
    for (const { name, face, width, height } of boxes) {
      if (Math.min(width, height) < (face ? 96 : 64) - 0.5) found.targets.push(`${at}: ${name} is ${width.toFixed(1)} x ${height.toFixed(1)}`);
    }
    for (const pair of crowded(boxes, 16)) found.targets.push(`${at}: too near: ${pair}`);
  }
  const look = async (name) => {
    found.looks += 1;
    await page.setViewportSize(TALL);
    for (const line of await violations(page)) found.axe.push(`${screen}, ${name}: ${line}`);
    for (const width of [360, 320]) {
      await page.setViewportSize({ width, height: 740 });
      if ((await overflow(page)) > 0) found.widths.push(`${screen}, ${name}, at ${width}: ${await overflow(page)} px too wide`);
    }
    if (!name.startsWith("en")) return;
    assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
    for (const words of await strangeWords(page, NAMES)) found.words.push(`${screen}: ${words}`);
  };
  // Behind the dialog nothing can be pressed; its looks are those of the screens.
  if (screen === "still there") await look("vi plain");
  else await everyLook(kiosk, look);
  await page.setViewportSize(TALL);
}

const overflow = (page) => page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth);

test("ux9_axe_finds_nothing_on_any_counter_screen_in_any_look", () => {
  assert.ok(found.looks > 70, `${found.looks} looks`);
  assert.deepEqual(found.axe, []);
});

test("ux1_counter_targets_are_large_and_apart", () => assert.deepEqual(found.targets, []));

test("ux3_no_counter_screen_is_wider_than_a_narrow_one_in_any_look", () => assert.deepEqual(found.widths, []));

test("ux7_counter_phrases_are_marked_with_their_language", () => assert.deepEqual(found.words, []));

test("ux4_the_whole_survey_can_be_done_with_the_keyboard", { timeout: 60_000 }, async () => {
  const kiosk = await office.kiosk();
  const { page } = kiosk;
  const settled = () => page.waitForTimeout(450);
  const focused = () => page.evaluate(() => ({ id: document.activeElement.id, words: document.activeElement.textContent.trim(), outline: getComputedStyle(document.activeElement).outlineWidth }));
  const onHeading = async () => {
    await page.waitForFunction(() => document.activeElement?.id === "heading");
    assert.equal((await focused()).id, "heading");
  };
  /** Tab until this button has the focus; each stop has its ring. */
  const tabTo = async (name) => {
    const order = [];
    for (let step = 0; step < 20; step += 1) {
      await page.keyboard.press("Tab");
      const { words, outline } = await focused();
      assert.equal(outline, "3px", `no ring on ${words}`);
      order.push(words);
      if (words.startsWith(name)) return order;
    }
    assert.fail(`${name} is not reached: ${order}`);
  };
  await settled();
  await tabTo("Chạm để bắt đầu");
  await page.keyboard.press("Enter");
  await onHeading();
  await settled();
  await tabTo("Tiếp tục");
  await page.keyboard.press("Enter");
  await kiosk.sees(/^Câu 1 trên/);
  await onHeading();
  const order = await tabTo("Quay lại");
  assert.deepEqual(order.slice(0, 5).map((words) => words.split(",")[0].trim()), ["Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng"]);
  await settled();
  // 1 to 5 choose; each question takes the focus to its heading.
  for (const [at, key] of ["1", "5", "3"].entries()) {
    await page.keyboard.press(key);
    await kiosk.sees(new RegExp(`^Câu ${at + 2} trên`));
    await onHeading();
    await settled();
  }
  await page.keyboard.press("6");
  await page.keyboard.press("0");
  await kiosk.sees(/^Câu 4 trên/);
  // Arrows move among the faces, Enter chooses.
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowRight");
  assert.match((await focused()).words, /^Không hài lòng/);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  assert.match((await focused()).words, /^Rất hài lòng/);
  await page.keyboard.press("Enter");
  await kiosk.sees(/^Câu 5 trên/);
  await onHeading();
  // Esc asks; any key stays.
  await page.keyboard.press("Escape");
  await page.getByRole("alertdialog").waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "still-here");
  await page.keyboard.press("Enter");
  await page.getByRole("alertdialog").waitFor({ state: "detached" });
  await kiosk.sees(/^Câu 5 trên/);
  await settled();
  await page.keyboard.press("1");
  await kiosk.sees(/^Câu 6 trên/);
  await settled();
  await page.keyboard.press("2");
  await page.getByRole("textbox").waitFor();
  await onHeading();
  await page.keyboard.press("Tab");
  await page.keyboard.type("12345, năm");
  assert.equal(await page.getByRole("textbox").inputValue(), "12345, năm");
  await settled();
  await tabTo("Gửi");
  await page.keyboard.press("Enter");
  await kiosk.sees(/^Cảm ơn/);
  await kiosk.context.close();
});

test("ux6_nothing_moves_where_less_motion_is_wanted", async () => {
  const kiosk = await office.device({ reducedMotion: "reduce" });
  await kiosk.visit();
  await kiosk.page.getByLabel("Nhập mã đăng ký máy").waitFor();
  assert.equal(await kiosk.page.evaluate(() => document.getAnimations().length), 0);
  await kiosk.context.close();
});
