// Languages are data: one that an operator puts beside the built pages is shown, kept and read aloud.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { configured } from "./support/configured.mjs";
import { eventually } from "./support/eventually.mjs";
import { strangeWords } from "./support/language.mjs";
import { Office } from "./support/office.mjs";
import { tone } from "./support/tone.mjs";

const ROOT = new URL("../..", import.meta.url).pathname;
const PACKS = `${process.env.DIST}/counter/lang`;
/** Esperanto: nobody's language at a counter in Việt Nam, so no real pack is touched. */
const TAG = "eo";
const SENTENCES = {
  LanguageName: "Esperanto",
  AttractQuestion: "Kiel ni servis vin hodiaŭ?",
  TouchToStart: "Tuŝu por komenci",
  NoticeTitle: "Antaŭ la komenco",
  Continue: "Daŭrigi",
  QuestionOf: "Demando {n} el {m}",
  LevelOf: "nivelo {n} el 5",
};

let office, kiosk;

const folder = () => `${PACKS}/${TAG}`;
const read = (path) => JSON.parse(readFileSync(path, "utf8"));

/** What `cargo xtask lang` says of the folder. */
function lang(...words) {
  try {
    const said = execFileSync(process.env.XTASK, ["lang", "check", TAG, "--folder", PACKS, ...words], { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    return { status: 0, said };
  } catch ({ status, stdout, stderr }) {
    return { status, said: stdout + stderr };
  }
}

/** Writes a pack with these sentences and lists it. */
function write(texts) {
  mkdirSync(`${folder()}/forms`, { recursive: true });
  writeFileSync(`${folder()}/counter.json`, JSON.stringify({ form: "counter", texts }));
  const { form, texts: english } = read(`${PACKS}/en/forms/express6.json`);
  const own = { "scale.4": "Kontenta", stem: "Kiom kontenta vi estas pri:", x_all: "La servo entute" };
  assert.ok(Object.keys(own).every((key) => key in english));
  writeFileSync(`${folder()}/forms/express6.json`, JSON.stringify({ form, texts: own }));
  return lang("--seal");
}

before(async () => {
  office = await Office.open();
  kiosk = await office.kiosk();
});

after(async () => {
  await office?.close();
  rmSync(folder(), { recursive: true, force: true });
  // It is gone from the list of languages, too.
  execFileSync(process.env.XTASK, ["lang", "check", "vi", "--folder", PACKS, "--seal"], { cwd: ROOT });
});

test("ux7_a_language_is_added_without_a_build_and_its_gaps_are_vietnamese_and_marked", async () => {
  const { status, said } = write(SENTENCES);
  assert.notEqual(status, 0, "an unfinished pack is called complete");
  assert.match(said, /counter\.json: ThankYou is missing: Cảm ơn Ông\/Bà! Ý kiến đã được lưu\./);
  assert.match(said, /forms\/local9\.json: .* is missing/);
  await configured(kiosk, { languages: ["vi", "en", TAG] });
  const { page } = kiosk;
  await kiosk.press("Esperanto");
  await kiosk.sees(SENTENCES.AttractQuestion);
  assert.equal(await page.evaluate(() => document.documentElement.lang), TAG);
  assert.deepEqual(await strangeWords(page, []), [], "Vietnamese without its mark");
  await kiosk.press(SENTENCES.TouchToStart);
  await kiosk.sees("Để phục vụ người dân tốt hơn");
  assert.deepEqual(await strangeWords(page, []), []);
  await kiosk.press(SENTENCES.Continue);
  await kiosk.sees(/^Demando 1 el \d$/);
  await kiosk.button(/^Kontenta ?, nivelo 4 el 5$/).waitFor();
  const gap = page.locator(".label", { hasText: /^Rất hài lòng$/ });
  assert.equal(await gap.getAttribute("lang"), "vi");
  assert.deepEqual(await strangeWords(page, []), []);
});

test("u6_an_added_language_opens_without_a_network_and_a_broken_file_leaves_the_one_before", async () => {
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.isInstalled(TAG);
  const says = async (words) => {
    await kiosk.page.goto(`${kiosk.origin}/`);
    await kiosk.press("Esperanto");
    await kiosk.sees(words);
  };
  const kept = () => kiosk.page.evaluate((tag) => caches.keys().then((names) => names.filter((name) => name.startsWith(`language-${tag}/`))), TAG);
  await kiosk.context.setOffline(true);
  await says(SENTENCES.AttractQuestion);
  await kiosk.context.setOffline(false);
  const [first] = await kept();
  // The list is new, one file is not what it says.
  write({ ...SENTENCES, AttractQuestion: "Ĉu vi estas kontenta?" });
  const whole = readFileSync(`${folder()}/counter.json`);
  writeFileSync(`${folder()}/counter.json`, whole.subarray(0, 80));
  await says(SENTENCES.AttractQuestion);
  await kiosk.page.waitForTimeout(2000);
  await says(SENTENCES.AttractQuestion);
  assert.ok((await kept()).includes(first), "the good one is gone");
  writeFileSync(`${folder()}/counter.json`, whole);
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.attract();
  await eventually(async () => (await kept()).includes(first), false);
  await kiosk.context.setOffline(true);
  await says("Ĉu vi estas kontenta?");
  await kiosk.context.setOffline(false);
});

/** A device with a voice for these languages, which takes a moment for each sentence. */
function giveVoices(languages) {
  window.heard = [];
  const synthesis = window.speechSynthesis;
  synthesis.getVoices = () => languages.map((lang) => ({ lang }));
  let timer, now;
  synthesis.speak = (speech) => {
    window.heard.push([speech.lang, speech.text]);
    now = speech;
    timer = setTimeout(() => speech.dispatchEvent(new Event("end")), 150);
  };
  synthesis.cancel = () => {
    clearTimeout(timer);
    now?.dispatchEvent(new Event("error"));
    now = undefined;
  };
}

test("uk2_the_screen_is_read_aloud_by_the_devices_voice_and_stops_with_the_screen", async () => {
  const mute = await kiosk.tab("/", giveVoices, ["en-US"]);
  await mute.attract();
  await mute.page.waitForTimeout(500);
  assert.equal(await mute.button("Nghe đọc").count(), 0, "offered without a voice");
  await mute.page.close();
  const tab = await kiosk.tab("/", giveVoices, ["vi-VN"]);
  const { page } = tab;
  const heard = () => page.evaluate(() => window.heard);
  await tab.attract();
  await tab.button("Nghe đọc").waitFor();
  assert.deepEqual(await heard(), [], "a sound that nobody asked for");
  await tab.press("Chạm để bắt đầu");
  await tab.press("Nghe đọc");
  await tab.button("Dừng đọc").waitFor();
  await tab.button("Nghe đọc").waitFor();
  const notice = await heard();
  assert.ok(notice.every(([lang]) => lang === "vi"));
  for (const words of ["Trước khi bắt đầu", "Tỉnh Hưng Yên hỏi ý kiến về việc phục vụ tại Phường Phố Hiến.", "Dành cho người từ 18 tuổi trở lên."]) {
    assert.ok(notice.some(([, text]) => text === words), words);
  }
  await tab.press("Tiếp tục");
  await tab.sees(/^Câu 1 trên/);
  await tab.press("Nghe đọc");
  await tab.button("Dừng đọc").waitFor();
  await tab.button(/mức 4 trên 5/).click();
  await tab.sees(/^Câu 2 trên/);
  const count = (await heard()).length;
  await page.waitForTimeout(600);
  assert.equal((await heard()).length, count, "it goes on after its screen");
  await tab.press("Nghe đọc");
  await tab.button("Dừng đọc").click();
  await page.waitForTimeout(400);
  assert.equal((await heard()).length, count + 1, "Stop does not stop");
  await page.close();
});

test("uk10_who_listens_is_given_twenty_seconds_more", async () => {
  const tab = await kiosk.tab("/", giveVoices, ["vi-VN"]);
  const { page } = tab;
  await page.clock.install();
  await page.goto(`${tab.origin}/`);
  await tab.begin();
  await tab.press("Nghe đọc");
  await tab.button("Dừng đọc").waitFor();
  const asks = page.getByRole("alertdialog");
  await page.clock.fastForward(46_000);
  await page.waitForTimeout(600);
  assert.equal(await asks.count(), 0, "asked after forty seconds");
  await page.clock.fastForward(15_000);
  await asks.waitFor();
  // Who listens hears this, too.
  await page.waitForFunction(() => window.heard.some(([, text]) => text === "Ông/Bà còn ở đây không?"));
  await page.close();
});

const seal = () => execFileSync(process.env.XTASK, ["lang", "check", "vi", "--folder", PACKS, "--seal"], { cwd: ROOT });

/** Does something while the Vietnamese pack has these sentences recorded. */
async function recorded(sentences, act) {
  const audio = `${PACKS}/vi/audio`;
  const files = sentences.map((sentence) => `${createHash("sha256").update(sentence).digest("hex").slice(0, 16)}.wav`);
  mkdirSync(audio, { recursive: true });
  for (const file of files) writeFileSync(`${audio}/${file}`, tone());
  seal();
  try {
    await act(files.map((file) => `${kiosk.origin}/lang/vi/audio/${file}`));
  } finally {
    rmSync(audio, { recursive: true });
    seal();
  }
}

/** A device without a voice of its own, which notes each recording that was played to its end. */
function notePlayed() {
  window.played = [];
  window.speechSynthesis.getVoices = () => [];
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    this.addEventListener("ended", () => window.played.push(this.currentSrc));
    return play.call(this);
  };
}

test("uk2_a_recording_is_played_where_the_pack_has_it", () => {
  const sentence = "Ngoài giờ làm việc. Hẹn gặp Ông/Bà sau!";
  return recorded([sentence], async (paths) => {
    const tomorrow = ((new Date(Date.now() + 7 * 3_600_000).getUTCDay() || 7) % 7) + 1;
    const other = await office.kiosk();
    await configured(other, { hours: [{ weekday: tomorrow, from: 0, to: 1440 }] });
    await other.sees(sentence);
    const tab = await other.tab("/", notePlayed);
    await tab.sees(sentence);
    await tab.press("Nghe đọc");
    await eventually(() => tab.page.evaluate(() => window.played), paths);
    await tab.button("Nghe đọc").waitFor();
    await other.context.close();
  });
});

test("uk2_a_whole_question_is_read_by_recordings_without_a_voice_of_the_device", () => {
  const form = read(`${ROOT}/survey/forms/express6.json`);
  const own = read(`${ROOT}/app/src/text/vi.json`);
  const sentences = [form.stem, form.overall.text, ...form.scale, own.Back, own.Skip, own.StopAndClear];
  return recorded(sentences, async (paths) => {
    const other = await office.kiosk();
    const tab = await other.tab("/", notePlayed);
    await tab.begin();
    // "Câu 1 trên 6" has a number, which no pack can have recorded: it is seen.
    await tab.press("Nghe đọc");
    await eventually(() => tab.page.evaluate(() => window.played), paths, 30_000);
    await tab.button("Nghe đọc").waitFor();
    // The next question was not recorded.
    await tab.press(/mức 4 trên 5/);
    await tab.sees(/^Câu 2 trên/);
    await eventually(() => tab.button("Nghe đọc").count(), 0);
    await other.context.close();
  });
});

test("uk15_a_language_that_is_gone_leaves_the_counter_in_vietnamese", async () => {
  const other = await office.kiosk();
  await configured(other, { languages: ["xx", "vi"] });
  await other.attract();
  assert.equal(await other.page.evaluate(() => document.documentElement.lang), "vi");
  assert.equal(await other.button("Tiếng Việt").getAttribute("aria-pressed"), "true");
  await other.context.close();
});
