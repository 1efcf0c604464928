// How the counter looks and behaves for everybody: WCAG 2.2 AA by axe, targets, keyboard, narrow screens.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { strangeWords } from "./support/language.mjs";
import { Office } from "./support/office.mjs";
import { eachLanguage, everyLook, everyScreen, INERT, rareScreens } from "./support/screens.mjs";

const NAMES = ["Hài Lòng", "Hưng Yên", "Phố Hiến"];
const TALL = { width: 1080, height: 1920 };
/** 18 screens in two languages and three looks, 14 rare ones in two languages, 4 where none can be chosen. */
const LOOKS = 18 * 6 + 14 * 2 + 4;
/** What only staff read may be smaller. */
const STAFFS = /^(enrol|gate|staff|no PIN)/;

let office;

/** What is wrong with the counter's screens: all are walked through once. */
const found = { looks: 0, axe: [], edges: [], hidden: [], targets: [], widths: [], type: [], words: [], help: [] };
/** Where each part of the help stood on the first screen that had it, by the width. */
const helpStood = new Map();

before(async () => {
  office = await Office.open();
  // Two devices at a time, as both take long.
  await Promise.all([
    everyScreen(office, (kiosk, screen) => judge(kiosk, screen, everyLook), { voices: true }),
    rareScreens(office, (kiosk, screen) => judge(kiosk, screen, eachLanguage(screen)), { voices: true }),
  ]);
}, { timeout: 400_000 });

after(() => office?.close());

/** Axe judges no text over a gradient or a picture: in their place comes the darkest tint that is mixed in. */
function flatten() {
  const page = document.querySelector(".page");
  page.style.removeProperty("background");
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const { backgroundImage, backgroundColor } = getComputedStyle(page);
  const paper = numbers(backgroundColor);
  const mixed = (backgroundImage.match(/rgba?\([^)]*\)/g) ?? []).map((tint) => {
    const [red, green, blue, share = 1] = numbers(tint);
    return [red, green, blue].map((part, at) => part * share + paper[at] * (1 - share));
  });
  const bright = ([red, green, blue]) => 0.2126 * red ** 2.2 + 0.7152 * green ** 2.2 + 0.0722 * blue ** 2.2;
  const [darkest] = [...mixed, paper.slice(0, 3)].sort((a, b) => bright(a) - bright(b));
  page.style.setProperty("background", `rgb(${darkest.map(Math.floor)})`);
  for (const line of document.querySelectorAll(".notice li")) line.style.setProperty("background", "none");
}

/** Citizens read at 7:1 (UX2), large type too: stricter than axe asks by itself. */
const sevenToOne = {
  options: {
    ignoreUnicode: true, ignoreLength: true, ignorePseudo: false, boldValue: 700, boldTextPt: 14, largeTextPt: 18,
    contrastRatio: { normal: { expected: 7 }, large: { expected: 7 } }, pseudoSizeThreshold: 0.25, shadowOutlineEmMax: 0.1,
  },
};
const STRICTER = { checks: { "color-contrast": sevenToOne } };

/** What axe finds on a page, and which contrasts it could not judge, in one line each. */
async function violations(page) {
  await page.evaluate(flatten);
  const { violations, incomplete } = await new AxeBuilder({ page }).options(STRICTER).setLegacyMode().analyze();
  const unsure = incomplete.filter(({ id }) => id.startsWith("color-contrast"));
  return [...violations, ...unsure].flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary.split("\n")[1]?.trim()}`));
}

/** Boxes of everything that can be touched, with what it says. */
const targets = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("button, input, textarea, select, a[href], [role=treeitem]")]
      .filter((element) => element.checkVisibility() && !element.closest("[inert]"))
      .map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return { name: (element.innerText || element.id || element.name).trim().slice(0, 40), face: element.matches(".levels .answer"), x, y, width, height };
      })
      .filter(({ width, height }) => width > 1 && height > 1),
  );

/** Where the languages, large type and high contrast stand, in the order of the page. */
const helpPlaces = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll(".bar .choice[aria-pressed]")]
      .map((button) => [button.innerText, button.getBoundingClientRect()])
      .map(([name, { x, y }]) => [name.trim(), `${Math.round(x)},${Math.round(y + scrollY)}`]),
  );

/** Pairs of targets that are nearer to each other than so many pixels. */
function crowded(boxes, apart) {
  const gap = (a, b, at, size) => Math.max(a[at] - b[at] - b[size], b[at] - a[at] - a[size]);
  return boxes.flatMap((a, index) =>
    boxes.slice(index + 1).filter((b) => Math.max(gap(a, b, "x", "width"), gap(a, b, "y", "height")) < apart - 0.5).map((b) => `${a.name} | ${b.name}`),
  );
}

async function judge(kiosk, screen, everyLookOf) {
  const { page } = kiosk;
  // A language is offered once its words are here.
  if (!INERT.includes(screen)) await page.getByRole("button", { name: /^(Nghe đọc|Listen)$/ }).waitFor();
  if (!INERT.includes(screen)) await page.getByRole("button", { name: "English", exact: true }).waitFor();
  for (const [width, height] of [[1080, 1920], [1280, 800], [360, 740], [320, 568]]) {
    await page.setViewportSize({ width, height });
    const at = `${screen} at ${width}`;
    const size = screen.includes("large") ? `${width}, large` : width;
    const boxes = await targets(page);
    for (const { name, face, width, height } of boxes) {
      if (Math.min(width, height) < (face ? 96 : 64) - 0.5) found.targets.push(`${at}: ${name} is ${width.toFixed(1)} x ${height.toFixed(1)}`);
    }
    for (const pair of crowded(boxes, 16)) found.targets.push(`${at}: too near: ${pair}`);
    // Behind the dialog and the cloth it cannot be pressed.
    if (INERT.includes(screen)) continue;
    for (const [name, place] of await helpPlaces(page)) {
      const stood = helpStood.get(`${name} at ${size}`) ?? place;
      helpStood.set(`${name} at ${size}`, stood);
      if (place !== stood) found.help.push(`${at}: ${name} at ${place}, not ${stood}`);
    }
  }
  const look = async (name) => {
    found.looks += 1;
    await page.setViewportSize(TALL);
    for (const line of await violations(page)) found.axe.push(`${screen}, ${name}: ${line}`);
    for (const line of await faintEdges(page)) found.edges.push(`${screen}, ${name}: ${line}`);
    // A phone, the narrowest, and a tablet lying and a kiosk whose type is enlarged to 200 %.
    for (const [width, height] of [[360, 740], [320, 568], [640, 400], [540, 960]]) {
      await page.setViewportSize({ width, height });
      for (const line of await lost(page)) found.widths.push(`${screen}, ${name}, at ${width}: ${line}`);
    }
    for (const [width, height] of [[1080, 1920], [1920, 1080], [800, 1280], [1280, 800], [360, 740]]) {
      await page.setViewportSize({ width, height });
      const least = width > 520 && !STAFFS.test(screen) ? 24 : 18;
      for (const line of await smallType(page, name.endsWith("large") ? least * 1.5 : least)) found.type.push(`${screen}, ${name}, at ${width}: ${line}`);
      if (width > 600 && name.endsWith("plain")) for (const line of await hiddenAnswers(page)) found.hidden.push(`${screen}, ${name}, at ${width}: ${line}`);
      for (const line of width === 1280 ? await lost(page) : []) found.widths.push(`${screen}, ${name}, at ${width}: ${line}`);
    }
    if (!name.startsWith("en")) return;
    assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
    for (const words of await strangeWords(page, NAMES)) found.words.push(`${screen}: ${words}`);
  };
  // Behind the dialog nothing can be pressed; its looks are those of the screens.
  if (INERT.includes(screen)) await look("as it is");
  else await everyLookOf(kiosk, look);
  await page.setViewportSize(TALL);
}

/** What of a screen cannot be reached by scrolling down: it is too wide, or a text is cut off. */
const lost = (page) =>
  page.evaluate(() => {
    const wide = document.scrollingElement.scrollWidth - document.documentElement.clientWidth;
    const cut = [...document.querySelectorAll("body *:not(.spoken, .spoken *, textarea, svg *)")]
      .filter((element) => element.checkVisibility() && getComputedStyle(element).overflow !== "visible")
      .filter(({ scrollWidth, clientWidth, scrollHeight, clientHeight }) => scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1)
      .map((element) => `${element.tagName}.${element.className} is cut off`);
    return wide > 0 ? [`${wide} px too wide`, ...cut] : cut;
  });

/**
 * Controls whose edge, or whose own ground, stands out from the ground around by less than 3:1. The page
 * is flattened, so that each ground is one colour.
 */
const faintEdges = (page) =>
  page.evaluate(() => {
    const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
    const isSolid = (colour) => (numbers(colour)[3] ?? 1) === 1;
    const bright = (colour) => {
      const [red, green, blue] = numbers(colour).map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one, other) => {
      const [dark, light] = [bright(one), bright(other)].sort((a, b) => a - b);
      return (light + 0.05) / (dark + 0.05);
    };
    const ground = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const { backgroundColor } = getComputedStyle(at);
        if (isSolid(backgroundColor)) return backgroundColor;
      }
      return "rgb(255, 255, 255)";
    };
    return [...document.querySelectorAll("button, input, textarea")]
      .filter((element) => element.checkVisibility() && !element.closest("[inert]") && !element.disabled)
      .flatMap((element) => {
        const { borderTopColor, borderTopWidth, borderTopStyle, backgroundColor, textDecorationLine } = getComputedStyle(element);
        const edges = [];
        if (parseFloat(borderTopWidth) >= 2 && borderTopStyle === "solid" && isSolid(borderTopColor)) edges.push(borderTopColor);
        if (isSolid(backgroundColor)) edges.push(backgroundColor);
        // A line under its words is what tells a button without an edge.
        if (edges.length === 0 && textDecorationLine === "underline") return [];
        const around = ground(element.parentElement);
        const best = Math.max(1, ...edges.map((edge) => contrast(edge, around)));
        return best < 3 ? [`${(element.innerText || element.id).trim().slice(0, 30)} stands out by ${best.toFixed(2)}:1`] : [];
      });
  });

/** Answers that are reached by scrolling only, where the page is not sample data, as a real one is not. */
const hiddenAnswers = (page) =>
  page.evaluate(() => {
    const [sample] = [...document.querySelectorAll(".bar .band")].filter(({ innerText }) => /^(Dữ liệu mẫu|Sample data)/.test(innerText));
    sample?.style.setProperty("display", "none");
    const end = document.querySelector(".question > .steps")?.getBoundingClientRect().top;
    const under = [...document.querySelectorAll(".question .answer")].filter((answer) => answer.getBoundingClientRect().bottom > end);
    sample?.style.removeProperty("display");
    return under.map(({ innerText }) => `${innerText.trim()} is out of sight`);
  });

/** Texts in sight that are set in smaller type than so many pixels. */
const smallType = (page, least) =>
  page.evaluate((least) => {
    const texts = document.createTreeWalker(document.querySelector(".page").parentElement, NodeFilter.SHOW_TEXT);
    const small = [];
    while (texts.nextNode()) {
      const { parentElement, data } = texts.currentNode;
      if (!data.trim() || parentElement.closest(".spoken, style, script") || !parentElement.checkVisibility()) continue;
      const px = parseFloat(getComputedStyle(parentElement).fontSize);
      if (px < least) small.push(`${data.trim().slice(0, 30)}: ${px.toFixed(1)} px`);
    }
    return small;
  }, least);

test("ux9_ux2_axe_finds_nothing_on_any_counter_screen_in_any_look", () => {
  assert.equal(found.looks, LOOKS);
  assert.deepEqual(found.axe, []);
});

test("uk6_every_answer_is_in_sight_without_scrolling", () => assert.deepEqual(found.hidden, []));

test("ux2_every_control_of_the_counter_has_an_edge_of_3_to_1", () => assert.deepEqual(found.edges, []));

test("ux1_counter_targets_are_large_and_apart", () => assert.deepEqual(found.targets, []));

test("ux3_nothing_is_lost_on_narrow_screens_and_at_twice_the_type", () => assert.deepEqual(found.widths, []));

test("ux3_what_a_citizen_reads_has_24_px_and_36_px_where_it_is_enlarged", () => assert.deepEqual(found.type, []));

test("ux8_language_and_reading_help_stand_at_the_same_place_on_every_screen", () => {
  for (const name of ["Tiếng Việt", "English", "Chữ to", "Tương phản cao"]) {
    for (const width of [1080, 1280, 360, 320]) assert.ok(helpStood.has(`${name} at ${width}`), `${name} at ${width}`);
  }
  assert.deepEqual(found.help, []);
});

test("ux7_counter_phrases_are_marked_with_their_language", () => assert.deepEqual(found.words, []));

test("ux4_the_whole_survey_can_be_done_with_the_keyboard", { timeout: 60_000 }, async () => {
  const kiosk = await office.kiosk();
  const { page } = kiosk;
  const settled = () => page.waitForTimeout(450);
  const focused = () => page.evaluate(() => ({ id: document.activeElement.id, words: document.activeElement.textContent.trim(), ring: (({ outlineWidth, outlineStyle, outlineColor }) => `${outlineWidth} ${outlineStyle} ${outlineColor}`)(getComputedStyle(document.activeElement)) }));
  const onHeading = async () => {
    await page.waitForFunction(() => document.activeElement?.id === "heading");
    assert.equal((await focused()).id, "heading");
  };
  /** Tab until this button has the focus; each stop has its ring. */
  const tabTo = async (name) => {
    const order = [];
    for (let step = 0; step < 20; step += 1) {
      await page.keyboard.press("Tab");
      const { words, ring } = await focused();
      // `--focus`, at 3:1 on the paper and on a card.
      assert.equal(ring, "3px solid rgb(26, 79, 208)", `no ring on ${words}`);
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
  await settled();
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

test("ux6_nothing_moves_for_longer_than_150_ms_nor_at_all_where_less_motion_is_wanted", async () => {
  const kiosk = await office.device({ reducedMotion: "reduce" });
  await kiosk.visit();
  await kiosk.page.getByLabel("Nhập mã đăng ký máy").waitFor();
  assert.equal(await kiosk.page.evaluate(() => document.getAnimations().length), 0);
  const lengths = await kiosk.page.evaluate(() => {
    const rules = (list) => [...list].flatMap((rule) => [rule, ...rules(rule.cssRules ?? [])]);
    const styles = [...document.styleSheets].flatMap((sheet) => rules(sheet.cssRules)).flatMap((rule) => rule.style ?? []);
    return styles.flatMap((style) => `${style.animationDuration} ${style.transitionDuration}`.match(/[\d.]+m?s/g) ?? []);
  });
  assert.ok(lengths.includes("150ms") || lengths.includes("0.15s"), `${lengths}`);
  const milliseconds = (length) => parseFloat(length) * (length.endsWith("ms") ? 1 : 1000);
  assert.deepEqual(lengths.filter((length) => milliseconds(length) > 150), []);
  await kiosk.context.close();
});
