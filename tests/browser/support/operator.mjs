// What an operator does before the first citizen comes, over the manager's own API.
import assert from "node:assert/strict";

export const OPERATOR = { account: "operator", password: "mot cau kha dai 1" };
export const MANAGER = { account: "quanly", password: "mot cau kha dai 2" };
export const PIN = "2580";
export const FORM = "sipas2022";

const name = (vi, en) => ({ vi, en });

/** A province, a commune with a counter, and somebody who reads its figures. */
export const PROVINCE = { id: "33", kind: "province", name: name("Tỉnh Hưng Yên", "Hưng Yên province"), gso: "33", valid_from: "2025-07-01" };
export const COMMUNE = {
  id: "33.12000",
  kind: "commune",
  name: name("Phường Phố Hiến", "Phố Hiến ward"),
  parent: "33",
  gso: "12000",
  valid_from: "2025-07-01",
  collects: true,
};

/** One signed-in account; each call is refused or answered as the page would be. */
export class Account {
  constructor(server) {
    this.origin = new URL(server.manager).origin;
  }

  /** As the page would: where the server wants a proof of who is here, the password is given again. */
  async call(method, path, body) {
    if (path === "/v1/session" && body) this.password = body.password;
    const reply = await this.once(method, path, body);
    if (reply.body?.code !== "prove-again" || !this.password) return reply;
    await this.once("POST", "/v1/session/proof", { password: this.password });
    return this.once(method, path, body);
  }

  async once(method, path, body) {
    const headers = { origin: this.origin, "content-type": "application/json" };
    if (this.cookie) headers.cookie = this.cookie;
    const reply = await fetch(this.origin + path, { method, headers, body: body && JSON.stringify(body) });
    const cookie = reply.headers.get("set-cookie");
    if (cookie) this.cookie = cookie.split(";")[0];
    const text = await reply.text();
    return { status: reply.status, headers: reply.headers, body: text && JSON.parse(text) };
  }

  async must(method, path, body) {
    const reply = await this.call(method, path, body);
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }
}

/** Sets an empty server up and returns the signed-in operator. */
export async function setUp(server) {
  const operator = new Account(server);
  await operator.must("POST", "/v1/setup", { code: server.setupCode, ...OPERATOR });
  await operator.must("POST", "/v1/session", OPERATOR);
  await operator.must("POST", "/v1/units", { units: [PROVINCE, COMMUNE] });
  await operator.must("POST", "/v1/accounts", { ...MANAGER, grants: [{ role: "manager", node: COMMUNE.id }] });
  return operator;
}

/** A one-time code for a new device at the commune's counter. */
export async function enrolmentCode(operator, form = FORM, kind = "kiosk") {
  const { code } = await operator.must("POST", `/v1/units/${COMMUNE.id}/enrolment-codes`, {
    counter: "q1",
    counter_name: name("Quầy 1", "Counter 1"),
    class: kind,
    channel: "counter",
    form,
    pin: PIN,
  });
  return code;
}

/** Moves the server's clock; what is due then happens. */
export const setClock = (operator, now) => operator.must("PUT", "/v1/test/clock", { now });
