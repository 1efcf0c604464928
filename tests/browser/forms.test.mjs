// Forms and languages in the operator's house: a form added as data, gone through as the kiosk shows it, set on a
// device by configuration, answered and counted; what languages lack and how they sound.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { eventually } from "./support/eventually.mjs";
import { Office } from "./support/office.mjs";
import { OPERATOR } from "./support/operator.mjs";
import { tone } from "./support/tone.mjs";

const ROOT = new URL("../..", import.meta.url).pathname;
const ADDED = readFileSync(`${ROOT}/tests/vectors/added-form.json`, "utf8");
const PACKS = `${process.env.DIST}/counter/lang`;
/** Esperanto, which no real pack is touched by. */
const TAG = "eo";

let office, page;

before(async () => {
  office = await Office.open();
  page = await open();
}, { timeout: 120_000 });

after(async () => {
  rmSync(`${PACKS}/${TAG}`, { recursive: true, force: true });
  rmSync(`${PACKS}/vi/audio`, { recursive: true, force: true });
  seal("vi");
  await office?.close();
});

/** Lists the languages anew, as an operator does after a change. */
function seal(tag) {
  try {
    execFileSync(process.env.XTASK, ["lang", "check", tag, "--folder", PACKS, "--seal"], { cwd: ROOT, stdio: "pipe" });
  } catch {
    // It lists, and says that something is missing.
  }
}

async function open(viewport = { width: 1440, height: 900 }, path = "forms") {
  const context = await office.browser.newContext({ viewport, locale: "vi-VN" });
  const page = await context.newPage();
  await page.goto(office.server.manager + path);
  await page.getByLabel("Tài khoản").fill(OPERATOR.account);
  await page.getByLabel("Mật khẩu").fill(OPERATOR.password);
  await page.getByRole("button", { name: "Đăng nhập" }).click();
  await page.getByRole("button", { name: "Đăng xuất" }).waitFor();
  // On a slow machine the last proof may be older than five minutes (S7).
  await page.addLocatorHandler(page.getByRole("dialog", { name: "Xác nhận là chính Ông/Bà" }), async (dialog) => {
    await dialog.getByLabel("Mật khẩu").fill(OPERATOR.password);
    await dialog.getByRole("button", { name: "Xác nhận" }).click();
  });
  return page;
}

const speak = (on, language) => on.locator(".top").getByRole("button", { name: language, exact: true }).click();
const card = (name, on = page) => on.getByRole("listitem").filter({ has: on.getByRole("heading", { level: 2, name, exact: true }) });
const shots = async (on, name) => process.env.SHOTS && on.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });

test("ua4_what_is_wrong_with_a_file_is_told_by_its_line_in_both_languages", { timeout: 120_000 }, async () => {
  await page.getByText("Thêm mẫu phiếu", { exact: true }).click();
  const paste = page.getByLabel("Hoặc dán nội dung tệp");
  const check = page.getByRole("button", { name: "Kiểm tra và xem trước" });
  await check.click();
  await page.getByText("Hãy chọn tệp hoặc dán nội dung mẫu phiếu.").waitFor();
  await paste.fill(ADDED.replace('"n_don2"', '"n_don1"'));
  await check.click();
  await page.getByText("Dòng 21: mã “n_don1” bị trùng").waitFor();
  await page.getByText("Thời gian chờ đến lượt.").last().waitFor();
  await paste.fill(ADDED.slice(0, 300));
  await check.click();
  await page.getByText(/^Dòng \d+: tệp bị đứt ở đây/).waitFor();
  await shots(page, "forms-wrong");
  await speak(page, "English");
  await page.getByLabel("Or paste the file's content").fill(ADDED.replace('"stem"', '"stemm"'));
  await page.getByRole("button", { name: "Check and preview" }).click();
  await page.getByText("Line 6: a form has no such member.").waitFor();
  // A code that is taken is the server's to know.
  await page.getByLabel("Or paste the file's content").fill(ADDED.replace("nhanh3", "local9"));
  await page.getByRole("button", { name: "Check and preview" }).click();
  await page.getByText("This code is taken").waitFor();
  await speak(page, "Tiếng Việt");
});

test("ua4_a_form_is_gone_through_as_on_the_kiosk_and_then_kept_for_ever", { timeout: 180_000 }, async () => {
  await page.getByLabel("Tệp mẫu phiếu", { exact: true }).setInputFiles({ name: "nhanh3.json", mimeType: "application/json", buffer: Buffer.from(ADDED) });
  await page.getByRole("button", { name: "Kiểm tra và xem trước" }).click();
  await page.getByText("Mẫu “Phiếu hỏi nhanh ba câu” đọc được: 2 nhân tố, 3 tiêu chí.").waitFor();
  const frame = page.frameLocator("iframe");
  await frame.getByRole("heading", { name: "Chỗ ngồi chờ sạch sẽ, đủ ghế." }).waitFor();
  await frame.getByText("Câu 1 trên 4").waitFor();
  await shots(page, "forms-preview");
  await frame.getByRole("button", { name: /mức 4 trên 5/ }).click();
  await frame.getByRole("heading", { name: "Thời gian chờ đến lượt." }).waitFor();
  await frame.getByRole("button", { name: /mức 2 trên 5/ }).click();
  // The filter keeps the third criterion away until its option is chosen.
  await frame.getByRole("button", { name: "Có", exact: true }).click();
  await frame.getByRole("heading", { name: "Kết quả được trả đúng hẹn." }).waitFor();
  await frame.getByText("Câu 4 trên 5").waitFor();
  await frame.getByRole("button", { name: "English" }).click();
  // Nobody has translated it: its words stay Vietnamese and say so, the buttons are English.
  await frame.getByRole("button", { name: "Skip this question" }).waitFor();
  const heading = frame.getByRole("heading", { name: "Kết quả được trả đúng hẹn." });
  assert.equal(await heading.getAttribute("lang"), "vi");
  await frame.getByRole("button", { name: "Skip this question" }).click();
  await frame.getByRole("button", { name: "Send" }).click();
  await frame.getByText("Thank you! Your answers are saved.").waitFor();
  const { forms } = await office.operator.must("GET", "/v1/forms");
  assert.equal(forms.length, 3, "a walk or a trial keeps nothing");

  await page.getByRole("button", { name: "Thêm mẫu này mãi mãi" }).click();
  await page.getByText("Đã thêm mẫu phiếu.").waitFor();
  await card("Phiếu hỏi nhanh ba câu").getByText("chưa máy nào dùng").waitFor();
  const kept = (await office.operator.must("GET", "/v1/forms")).forms[3];
  assert.equal(kept.file, ADDED);
  await card("Phiếu hỏi nhanh ba câu").getByText(kept.id).waitFor();
});

test("ua4_the_preview_looks_like_the_kiosk", { timeout: 180_000 }, async () => {
  const kiosk = await office.kiosk({}, "nhanh3");
  await kiosk.begin();
  const measure = () => {
    const of = (element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      const { fontSize, color, backgroundColor } = getComputedStyle(element);
      return [element.innerText, Math.round(x), Math.round(y), Math.round(width), Math.round(height), fontSize, color, backgroundColor];
    };
    return [...document.querySelectorAll(".question h1, .question .answer, .question .stem, .question .eyebrow, .steps button")].map(of);
  };
  const real = await kiosk.page.evaluate(measure);
  await page.goto(`${office.server.manager}forms`);
  await card("Phiếu hỏi nhanh ba câu").getByRole("button", { name: "Xem như trên máy" }).click();
  const frame = page.frameLocator("iframe");
  await frame.getByText("Câu 1 trên 4").waitFor();
  const inside = page.frames().find((one) => one !== page.mainFrame());
  // The bar above may be lower by a button that the kiosk has and the preview has not; the question is the same.
  const still = (boxes) => boxes.map(([text, x, , width, height, ...look]) => [text, x, width, height, ...look]);
  await eventually(async () => JSON.stringify(still(await inside.evaluate(measure))), JSON.stringify(still(real)));
  assert.equal(real.length, 11);
  await kiosk.context.close();
});

test("w11_ua4_another_form_comes_by_configuration_and_never_under_a_citizens_hands", { timeout: 240_000 }, async () => {
  const kiosk = await office.kiosk({}, "express6");
  await page.goto(`${office.server.manager}devices`);
  const device = card("Quầy 1").filter({ hasText: "Phiếu nhanh (6 câu)" });
  await device.getByRole("button", { name: "Đổi cấu hình" }).click();
  await device.getByLabel("Phiếu khảo sát").selectOption("nhanh3");
  await device.getByLabel("Giới tính").check();
  await device.getByLabel("English").waitFor();
  await shots(page, "configure");
  await device.getByRole("button", { name: "Lưu" }).click();
  await page.getByText("chưa áp dụng bản 2").waitFor();

  // The answer to the device's question is held back until somebody stands before it.
  let give;
  const held = new Promise((resolve) => (give = resolve));
  let given = 0;
  await kiosk.context.route("**/v1/device/config", async (route) => {
    await held;
    await route.continue();
    given += 1;
  });
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.begin();
  await kiosk.press(/mức 5 trên 5/);
  give();
  await eventually(() => given > 0, true);
  await kiosk.sees("Câu 2 trên 7");
  for (const level of [5, 5, 5]) await kiosk.press(new RegExp(`mức ${level} trên 5`));
  await kiosk.press("Việc khác");
  await kiosk.press("Chưa từng/ Không có");
  await kiosk.send();
  await kiosk.attract();
  // The next citizen meets the new form, with the question about the person.
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.begin();
  await kiosk.sees("Chỗ ngồi chờ sạch sẽ, đủ ghế.");
  await kiosk.press(/mức 4 trên 5/);
  await kiosk.press(/mức 4 trên 5/);
  await kiosk.press("Không");
  await kiosk.press("Nam");
  await kiosk.send();
  await kiosk.attract();
  const applied = async () => {
    const { devices } = await office.operator.must("GET", "/v1/devices");
    return devices.some(({ settings, config, applied }) => settings.form === "nhanh3" && config === 2 && applied === 2);
  };
  await eventually(applied, true);
  await page.reload();
  await page.getByText("đã áp dụng (bản 2)").waitFor();
  const { groups } = await office.operator.must("GET", "/v1/quarantine");
  assert.deepEqual(groups, [], "both are counted, each under its form");
  await page.goto(`${office.server.manager}forms`);
  await card("Phiếu hỏi nhanh ba câu").getByText(/^\d máy: Phường Phố Hiến$/).waitFor();
  await kiosk.context.close();
});

test("ua5_what_languages_lack_is_shown_with_what_stands_instead_and_recordings_are_heard", { timeout: 120_000 }, async () => {
  const recorded = "Ngoài giờ làm việc. Hẹn gặp Ông/Bà sau!";
  const name = createHash("sha256").update(recorded).digest("hex").slice(0, 16);
  mkdirSync(`${PACKS}/vi/audio`, { recursive: true });
  writeFileSync(`${PACKS}/vi/audio/${name}.wav`, tone());
  mkdirSync(`${PACKS}/${TAG}`, { recursive: true });
  const texts = { LanguageName: "Esperanto", QuestionOf: "Demando {n}", Odd: "x" };
  writeFileSync(`${PACKS}/${TAG}/counter.json`, JSON.stringify({ form: "counter", texts }));
  seal("vi");
  seal(TAG);
  await page.addInitScript(() => {
    window.played = [];
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
      window.played.push(new URL(this.currentSrc || this.src).pathname);
      return play.call(this);
    };
  });
  await page.goto(`${office.server.manager}languages`);
  const esperanto = card("Esperanto");
  await esperanto.getByText("Xem câu còn thiếu").click();
  await esperanto.getByText("ThankYou: chưa dịch, máy hiện “Cảm ơn Ông/Bà! Ý kiến đã được lưu.”").waitFor();
  await esperanto.getByText("QuestionOf: chỗ điền số hoặc tên khác câu gốc “Câu {n} trên {m}”").waitFor();
  await esperanto.getByText("Odd: không phải câu nào của phần mềm").waitFor();
  // As many as `cargo xtask lang check` finds, and those of the added form, which it does not know.
  const said = run("lang", "check", TAG, "--folder", PACKS);
  const lacking = Number(said.match(/(\d+) lacking/)[1]);
  const added = 20;
  await esperanto.getByText(`${lacking + added} câu còn thiếu hoặc sai.`).waitFor();
  const english = card("English");
  const row = english.getByRole("row", { name: /^Phiếu hỏi nhanh ba câu/ });
  assert.deepEqual((await row.getByRole("cell").allInnerTexts()).slice(0, 2), [`${added}`, `${added}`]);
  await english.getByText("Xem câu còn thiếu").click();
  await english.getByText("Chưa dịch câu nào; máy hiện toàn bộ bằng tiếng Việt.").waitFor();
  const vietnamese = card("Tiếng Việt");
  await vietnamese.getByText("Nghe các câu đã ghi âm").click();
  await vietnamese.getByText(recorded).waitFor();
  await vietnamese.getByRole("button", { name: "Nghe" }).click();
  await eventually(() => page.evaluate(() => window.played), [`/lang/vi/audio/${name}.wav`]);
  await shots(page, "languages");
});

function run(...words) {
  try {
    return execFileSync(process.env.XTASK, words, { cwd: ROOT, encoding: "utf8", stdio: "pipe" });
  } catch ({ stdout }) {
    return stdout;
  }
}

test("ux9_axe_finds_nothing_on_forms_and_languages_and_nothing_is_too_wide", { timeout: 300_000 }, async () => {
  const found = [];
  for (const [width, height] of [[1440, 900], [800, 1280], [360, 740]]) {
    const screen = await open({ width, height });
    for (const language of ["Tiếng Việt", "English"]) {
      await speak(screen, language);
      for (const path of ["forms", "languages", "kept"]) {
        await screen.goto(`${office.server.manager}${path}`);
        await screen.locator("main .card").first().waitFor();
        for (const fold of await screen.locator("summary").all()) await fold.click();
        if (path === "forms") {
          await screen.getByRole("button", { name: /Xem như trên máy|See it as on the device/ }).first().click();
          await screen.frameLocator("iframe").locator("h1").waitFor();
        }
        const { violations } = await new AxeBuilder({ page: screen }).analyze();
        const at = `${path}, ${language}, ${width} px`;
        found.push(...violations.map(({ id, nodes }) => `${at}: ${id} at ${nodes.map((node) => node.target).join(", ")}`));
        const wide = await screen.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) found.push(`${at}: ${wide} px too wide`);
        await shots(screen, `${path}-${width}-${language}`);
      }
    }
    await screen.context().close();
  }
  assert.deepEqual(found, []);
});
