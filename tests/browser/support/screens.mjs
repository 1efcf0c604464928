// Every screen of the counter, one after another, for whoever wants to look at each.
import { readFileSync } from "node:fs";
import { configured } from "./configured.mjs";
import { enrolmentCode, PIN } from "./operator.mjs";

/** The screens on which no language can be pressed. */
export const INERT = ["still there", "cleaning", "cleaning in English", "opening"];

/** Thanks and a pause go by themselves and the storage obeys: all wait for the one who looks. */
function holdStill() {
  const later = window.setTimeout;
  const isHeld = (wait) => (window.holdsThanks && wait === 5_000) || (location.hash === "#broken" && wait === 30_000) || (location.hash === "#slow" && wait === 15_000);
  window.setTimeout = (call, wait, ...given) => later(call, isHeld(wait) ? 600_000 : wait, ...given);
  const write = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...values) {
    if (window.failsWriting) throw new DOMException("The disk is full.", "QuotaExceededError");
    return write.apply(this, values);
  };
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (...name) {
    if (location.hash === "#broken") throw new DOMException("Not now.", "UnknownError");
    const request = open.apply(this, name);
    // Its events are told to nobody.
    if (location.hash === "#slow") for (const event of ["onsuccess", "onerror"]) Object.defineProperty(request, event, { set() {} });
    return request;
  };
  const complete = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, "oncomplete");
  Object.defineProperty(IDBTransaction.prototype, "oncomplete", {
    ...complete,
    set(listener) {
      const tell = (event) => (window.holdsSaving ? later(tell, 50, event) : listener.call(this, event));
      complete.set.call(this, tell);
    },
  });
}

/** A device with a voice of its own for both languages, which says nothing. */
export function giveVoices() {
  window.speechSynthesis.getVoices = () => ["vi-VN", "en-US"].map((lang) => ({ lang }));
}

/** Hours that are over: the whole of another day of the week. */
const anotherDay = () => [{ weekday: ((new Date(Date.now() + 7 * 3_600_000).getUTCDay() || 7) % 7) + 1, from: 0, to: 1440 }];

/** A fresh device from its enrolment to its staff screen; `look` is called with each screen's name. */
export async function everyScreen(office, look, { voices = false, ...options } = {}) {
  const kiosk = await office.device({ reducedMotion: "reduce", ...options });
  if (voices) await kiosk.context.addInitScript(giveVoices);
  await kiosk.visit("/", holdStill);
  const { page } = kiosk;
  const arrive = async (name, mark) => {
    await mark.waitFor();
    await look(kiosk, name);
  };
  const next = async (locator) => {
    await page.waitForTimeout(450);
    await locator.click();
  };
  const heading = (name) => page.getByRole("heading", { name });

  await arrive("enrol", page.getByLabel("Nhập mã đăng ký máy"));
  await page.getByLabel("Nhập mã đăng ký máy").fill("ABCD2345");
  await next(kiosk.button("Đăng ký máy"));
  await arrive("enrol refused", page.getByText(/^Mã không đúng/));
  await page.getByLabel("Nhập mã đăng ký máy").fill(await enrolmentCode(office.operator, "express6"));
  await next(kiosk.button("Đăng ký máy"));
  await arrive("enrolled", page.getByText(/^Đã đăng ký/));
  await next(kiosk.button("Bắt đầu dùng"));
  await arrive("attract", kiosk.button("Chạm để bắt đầu"));
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await next(kiosk.button("Chạm để bắt đầu"));
  await arrive("notice", heading("Trước khi bắt đầu"));
  await next(kiosk.button("Nhờ người hỗ trợ"));
  await arrive("notice with help", page.getByText("Có người hỗ trợ", { exact: true }));
  await next(kiosk.button("Nhờ người hỗ trợ"));
  await next(kiosk.button("Tiếp tục"));
  await arrive("question", heading("Việc phục vụ nói chung"));
  await page.keyboard.press("Escape");
  await arrive("still there", page.getByRole("alertdialog"));
  await kiosk.press("Tôi vẫn ở đây");
  for (let item = 0; item < 4; item += 1) await kiosk.press(/mức 2 trên 5/);
  await arrive("filter", heading("Lần này Ông/Bà đến để làm gì?"));
  await next(kiosk.button("Việc khác"));
  await next(kiosk.button("Chưa từng/ Không có"));
  await page.getByRole("textbox").waitFor();
  await page.getByRole("textbox").fill("Gọi 0912 345 678");
  await arrive("comment", page.getByText(/^Hình như có số điện thoại/));
  await page.evaluate(() => Object.assign(window, { failsWriting: true, holdsThanks: true }));
  await next(kiosk.button("Gửi"));
  await arrive("not saved", page.getByText("Chưa lưu được."));
  await page.evaluate(() => Object.assign(window, { failsWriting: false }));
  await next(kiosk.button("Thử lại"));
  await arrive("thanks", page.getByText(/^Cảm ơn Ông/));
  await page.goto(`${kiosk.origin}/staff`);
  await page.getByLabel("Nhập mã PIN").fill("1111");
  await kiosk.press("Tiếp tục");
  await arrive("gate", page.getByText("Sai mã PIN."));
  await page.getByLabel("Nhập mã PIN").fill(PIN);
  await kiosk.press("Tiếp tục");
  await arrive("staff", page.getByText(/phiếu chờ gửi/));
  await kiosk.press("Xuất tệp dự phòng");
  await arrive("staff exporting", page.getByText(/^Không có phiếu nào/));
  await kiosk.press("Khoá để lau màn hình");
  await arrive("cleaning", page.getByText(/^Đang lau màn hình/));
  await kiosk.staff(PIN);
  await page.getByText(/phiếu chờ gửi/).waitFor();
  await kiosk.press("English");
  await kiosk.press("Lock for cleaning");
  await arrive("cleaning in English", page.getByText(/^Cleaning/));
  await configured(kiosk, { training: true });
  await arrive("practice", page.getByText(/^Đang tập dùng/));
  await configured(kiosk, { training: false, class: "tablet" });
  await arrive("ready", kiosk.button("Mời người dân đánh giá"));
  await configured(kiosk, { hours: anotherDay() });
  await arrive("closed", page.getByText(/^Ngoài giờ làm việc/));
  await page.goto("about:blank");
  await page.goto(`${kiosk.origin}/#broken`);
  await arrive("paused", page.getByText(/^Máy tạm dừng/));
  await kiosk.context.close();
}

/** Does something with a screen in each language and each of its three looks; leaves it as it was. */
export async function everyLook({ page }, act) {
  const toggle = (name) => page.getByRole("button", { name, exact: true }).click();
  // The first touches of a screen do nothing (UK5).
  await page.waitForTimeout(450);
  for (const [language, own, large, strong] of [["en", "English", "Large text", "High contrast"], ["vi", "Tiếng Việt", "Chữ to", "Tương phản cao"]]) {
    await toggle(own);
    await act(`${language} plain`);
    await toggle(large);
    await act(`${language} large`);
    await toggle(large);
    await toggle(strong);
    await act(`${language} contrast`);
    await toggle(strong);
  }
}

/** As above, in each language and as the screen stands: large where its name says so. */
export const eachLanguage = (screen) => async ({ page }, act) => {
  await page.waitForTimeout(450);
  for (const [language, own] of [["en", "English"], ["vi", "Tiếng Việt"]]) {
    await page.getByRole("button", { name: own, exact: true }).click();
    await act(`${language} ${screen.includes("large") ? "large" : "plain"}`);
  }
};

/**
 * What a citizen or staff meet more rarely: an official statement of several lines in each look, a
 * choice of who one is, what passes in a moment, practice, answers set aside, answers too old to wait, a
 * rescue file, a gate that is shut.
 */
export async function rareScreens(office, look, { voices = false, ...options } = {}) {
  const kiosk = await office.device({ reducedMotion: "reduce", ...options });
  await kiosk.context.addInitScript(holdStill);
  if (voices) await kiosk.context.addInitScript(giveVoices);
  await kiosk.context.addInitScript(() => {
    const now = Date.now;
    Date.now = () => now() + 86_400_000 * Number(localStorage.getItem("days") ?? 0);
  });
  await kiosk.visit();
  await kiosk.enrol(await enrolmentCode(office.operator, "sipas2022"));
  await kiosk.isInstalled();
  const { page } = kiosk;
  const arrive = async (name, mark) => {
    await mark.waitFor();
    await look(kiosk, name);
  };
  const toggle = (name) => kiosk.press(name);
  await configured(kiosk, { demographics: ["d_gender", "d_age"] });
  await kiosk.begin();
  const statement = page.getByText(/^Câu 1 trên/);
  await arrive("statement", statement);
  await toggle("Chữ to");
  await arrive("statement, large", statement);
  await toggle("Tương phản cao");
  await arrive("statement, large, contrast", statement);
  await toggle("Chữ to");
  await toggle("Tương phản cao");
  const gender = page.getByRole("heading", { name: "Giới tính" });
  for (let question = 2; (await gender.count()) === 0; question += 1) {
    await kiosk.press("Bỏ qua câu này");
    await page.getByText(new RegExp(`^Câu ${question} trên`)).waitFor();
  }
  await arrive("who one is", gender);
  await page.route("**/batches", (route) => {
    const { records } = JSON.parse(route.request().postData());
    return records.length ? route.fulfill({ status: 400, body: '{"code":"bad-batch","message":""}' }) : route.continue();
  });
  await kiosk.press("Không trả lời");
  await page.getByRole("heading", { name: "Độ tuổi" }).waitFor();
  await kiosk.press("Không trả lời");
  await page.getByRole("textbox").waitFor();
  await page.evaluate(() => (window.holdsSaving = true));
  await kiosk.press("Gửi");
  await arrive("saving", page.getByRole("heading", { name: "Đang lưu…" }));
  await page.evaluate(() => (window.holdsSaving = false));
  await kiosk.attract();
  await kiosk.staff(PIN);
  await arrive("staff, set aside", page.getByText("1 phiếu để riêng"));
  await page.unrouteAll();
  await kiosk.context.setOffline(true);
  await page.evaluate(() => localStorage.setItem("days", 5));
  await page.goto(`${kiosk.origin}/`);
  await arrive("attract, staff called", page.getByText(/^Mời nhân viên kiểm tra máy/));
  await kiosk.staff(PIN);
  await arrive("staff, export first", page.getByText(/^Đã hơn 3 ngày/));
  const saving = page.waitForEvent("download");
  await kiosk.press("Xuất tệp dự phòng");
  const file = await (await saving).path();
  await arrive("staff, exported", page.getByText(/^Đã ghi 1 phiếu vào 1 tệp/));
  await kiosk.context.setOffline(false);
  const asked = page.waitForEvent("filechooser");
  await kiosk.press("Nhập tệp dự phòng");
  await (await asked).setFiles(file);
  await arrive("staff, imported", page.getByText(/^Máy chủ đã nhận/));
  await page.evaluate(() => localStorage.setItem("days", 0));
  await configured(kiosk, { training: true });
  await kiosk.begin();
  await arrive("practice, statement", page.getByText(/^Câu 1 trên/));
  const form = readFileSync(new URL("../../../survey/forms/express6.json", import.meta.url), "utf8");
  await configured(kiosk, { training: true, form, pin: null });
  await kiosk.express([0, 0, 0, 0]);
  await page.evaluate(() => (window.holdsThanks = true));
  await kiosk.press("Gửi");
  await arrive("practice thanks", page.getByText(/^Cảm ơn Ông.Bà đã tập dùng/));
  await page.goto(`${kiosk.origin}/staff`);
  await arrive("no PIN", page.getByText(/^Chưa có mã PIN/));
  await configured(kiosk, {});
  await page.goto(`${kiosk.origin}/staff`);
  for (let wrong = 0; wrong < 5; wrong += 1) {
    await page.getByLabel("Nhập mã PIN").fill("1111");
    await kiosk.press("Tiếp tục");
    await page.getByText(wrong < 4 ? "Sai mã PIN." : /^Sai mã. Thử lại sau/).waitFor();
  }
  await arrive("gate closed", page.getByText(/^Sai mã. Thử lại sau/));
  await page.goto("about:blank");
  await page.goto(`${kiosk.origin}/#slow`);
  await arrive("opening", page.locator("main").getByText("Đang mở…"));
  await kiosk.context.close();
}
