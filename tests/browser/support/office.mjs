// A whole office for one test file: a server, its operator, one browser, devices as they are needed.
import { chromium } from "playwright-core";
import { FLAGS, Kiosk } from "./kiosk.mjs";
import { enrolmentCode, OPERATOR, PROVINCE, setClock, setUp } from "./operator.mjs";
import { Server } from "./server.mjs";
import { Device } from "./wire.mjs";

export class Office {
  static async open() {
    const office = new Office();
    office.server = await Server.start("--empty");
    office.operator = await setUp(office.server);
    office.browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
    return office;
  }

  /** A device with a storage of its own that has never been here. */
  async device(options = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1080, height: 1920 }, locale: "vi-VN", ...options });
    return new Kiosk(context, this.server.counter);
  }

  code(form = "express6") {
    return enrolmentCode(this.operator, form);
  }

  /** A device on its attract screen, enrolled and able to start without a network. */
  async kiosk(options = {}, form = "express6") {
    const kiosk = await this.device(options);
    await kiosk.visit();
    await kiosk.enrol(await this.code(form));
    await kiosk.isInstalled();
    return kiosk;
  }

  /** Another time, with a session on both sides of it: the one of before may be over. */
  async moveTo(now) {
    await this.operator.must("POST", "/v1/session", OPERATOR);
    await setClock(this.operator, now);
    await this.operator.must("POST", "/v1/session", OPERATOR);
  }

  /** Communes of the province that collect answers, each with its id and its Vietnamese name. */
  async communes(named) {
    const units = named.map(({ id, vi }) => ({
      id, kind: "commune", name: { vi, en: `${vi.replace("Xã ", "")} commune` }, parent: PROVINCE.id, valid_from: "2025-07-01", collects: true,
    }));
    await this.operator.must("POST", "/v1/units", { units });
  }

  /** A device that only speaks, at a counter of a unit. */
  async enrol({ id }) {
    const wish = { counter: "q1", counter_name: { vi: "Quầy 1", en: "Counter 1" }, class: "kiosk", channel: "counter", form: "express6", pin: "2580" };
    const { code } = await this.operator.must("POST", `/v1/units/${id}/enrolment-codes`, wish);
    return Device.enrol(this.server.counter, code);
  }

  async close() {
    await this.browser?.close();
    await this.server.end();
  }
}
