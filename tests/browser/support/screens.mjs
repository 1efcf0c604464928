// Every screen of the counter, one after another, for whoever wants to look at each.
import { enrolmentCode, PIN } from "./operator.mjs";

/** The thanks go by themselves and the storage obeys: both wait for the one who looks. */
export function holdStill() {
  const later = window.setTimeout;
  window.setTimeout = (call, wait, ...given) => later(call, window.holdsThanks && wait === 5000 ? 600_000 : wait, ...given);
  const write = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...values) {
    if (window.failsWriting) throw new DOMException("The disk is full.", "QuotaExceededError");
    return write.apply(this, values);
  };
}

/** A fresh device from its enrolment to its staff screen; `look` is called with each screen's name. */
export async function everyScreen(office, look, options = {}) {
  const kiosk = await office.device({ reducedMotion: "reduce", ...options });
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
  await next(kiosk.button("Tiếp tục"));
  await arrive("question", heading("Việc phục vụ nói chung"));
  await page.keyboard.press("Escape");
  await arrive("still there", page.getByRole("alertdialog"));
  await kiosk.button("Tôi vẫn ở đây").click();
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
  await kiosk.button("Tiếp tục").click();
  await arrive("gate", page.getByText("Sai mã PIN."));
  await page.getByLabel("Nhập mã PIN").fill(PIN);
  await kiosk.button("Tiếp tục").click();
  await arrive("staff", page.getByText(/phiếu chờ gửi/));
  await kiosk.context.close();
}

/** Does something with a screen in each language and each of its three looks; leaves it as it was. */
export async function everyLook({ page }, act) {
  const toggle = (name) => page.getByRole("button", { name, exact: true }).click();
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
