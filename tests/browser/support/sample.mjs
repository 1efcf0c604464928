// A server with the sample province, signed in as `serve` prints.
import { Account } from "./operator.mjs";
import { Server } from "./server.mjs";

export class Sample extends Server {
  static async start() {
    const sample = await new Sample().prepare();
    await sample.start();
    return sample;
  }

  /** A fresh code for a kiosk of the first commune. */
  async code(form = "express6") {
    const operator = new Account(this);
    await operator.must("POST", "/v1/session", { account: this.account, password: this.password });
    const counter_name = { vi: "Quầy 1", en: "Counter 1" };
    const wish = { counter: "q1", counter_name, class: "kiosk", channel: "counter", form, pin: "2580" };
    return (await operator.must("POST", "/v1/units/33.ttpvhcc/enrolment-codes", wish)).code;
  }
}
