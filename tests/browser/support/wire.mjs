// A client of wire v1 written from docs/SPEC.md alone: no code of this project is used here.
import { randomBytes, randomUUID, webcrypto } from "node:crypto";
import { createHash } from "node:crypto";

const sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const base64url = (bytes) => Buffer.from(bytes).toString("base64url");

/** W3: the hash over id, body and the commitment to the comment. */
function recordHash(id, body, comment) {
  const commitment = comment ? sha256(Buffer.of(2), Buffer.from(comment.salt, "hex"), comment.text) : Buffer.alloc(32);
  return hex(sha256(Buffer.of(1), id, sha256(body), commitment));
}

/** A record from the values of W4. */
export function record(values, text) {
  const id = randomUUID();
  const body = JSON.stringify(values);
  const comment = text ? { text, salt: hex(randomBytes(16)) } : null;
  return { id, body, comment, hash: recordHash(id, body, comment), damaged: false };
}

/** An enrolled device with a key of its own. */
export class Device {
  static async enrol(origin, code) {
    const device = new Device();
    device.origin = new URL(origin).origin;
    device.keys = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    device.epoch = hex(randomBytes(16));
    device.no = 0;
    const key = base64url(await webcrypto.subtle.exportKey("raw", device.keys.publicKey));
    const reply = await device.send("POST", "/v1/enrol", {
      v: 1, code, key, epoch: device.epoch, app: hex(randomBytes(32)), persisted: true,
    });
    device.enrolled = reply;
    if (reply.status === 200) {
      device.id = reply.body.device;
      device.config = reply.body.config;
    }
    return device;
  }

  async sign(path, body) {
    const signed = Buffer.concat([Buffer.from(`${path}\n`), Buffer.from(body)]);
    return base64url(await webcrypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, this.keys.privateKey, signed));
  }

  async send(method, path, message) {
    const body = message === undefined ? "" : typeof message === "string" ? message : JSON.stringify(message);
    const headers = { "x-device-signature": await this.sign(path, body) };
    if (this.id) headers["x-device"] = this.id;
    if (method === "POST") headers["content-type"] = "application/json";
    const reply = await fetch(this.origin + path, { method, headers, body: method === "POST" ? body : undefined });
    const text = await reply.text();
    return { status: reply.status, headers: reply.headers, body: parsed(text) };
  }

  batch(records) {
    this.no += 1;
    return {
      v: 1, batch: randomUUID(), device: this.id, epoch: this.epoch, no: this.no,
      app: "0".repeat(64), clock: Date.now(),
      status: { unsent: records.length, oldest: null, persisted: true, free_mb: 9000, asides: 0, days: [], config: this.config?.version },
      records, ext: null,
    };
  }

  post(records, unit = this.config.unit) {
    return this.send("POST", `/v1/units/${unit}/batches`, this.batch(records));
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
