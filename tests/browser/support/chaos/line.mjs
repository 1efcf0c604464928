// The line between one device and the server: a proxy of the tests that can lose, cut, copy, hold back
// or answer for itself, and serve another build of the page. What goes well passes through unchanged.
import { createHash } from "node:crypto";
import { createServer, request as ask } from "node:http";

const PORTAL = "<!doctype html><title>Wi-Fi</title><h1>Chào mừng quý khách</h1><a href='/login'>Đăng nhập</a>";
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const isUpload = (request) => request.method === "POST" && request.url.endsWith("/batches");

export class Line {
  /** Opens a line to the server, which may go and come back on its port. */
  static async open(counter) {
    const line = new Line();
    line.target = new URL(counter);
    line.build = 0;
    line.uploads = [];
    line.verdicts = [];
    line.underWay = 0;
    line.asked = 0;
    line.met = 0;
    line.paths = [];
    line.server = createServer(async (request, response) => {
      line.underWay += 1;
      line.paths.push(request.url);
      await line.carry(request, response).catch(() => request.socket.destroy());
      line.underWay -= 1;
    });
    await new Promise((resolve) => line.server.listen(0, "127.0.0.1", resolve));
    line.origin = `http://127.0.0.1:${line.server.address().port}`;
    return line;
  }

  /**
   * What becomes of the next upload that holds a record: `meet(upload)` decides, where an upload has
   * `forward()`, which gives the server's answer, and the ends `give`, `cut` and `drop`.
   */
  next(meet) {
    this.asked += 1;
    this.meet = meet;
  }

  /** Every upload with a record meets this, until the line is cleared. */
  always(meet) {
    this.next((upload) => {
      this.always(meet);
      return meet(upload);
    });
  }

  clear() {
    this.meet = undefined;
  }

  async carry(request, response) {
    const body = await whole(request);
    const forward = async () => {
      const answer = await this.forward(request, body);
      if (isUpload(request) && answer.status === 200) {
        this.verdicts.push(...JSON.parse(answer.body).verdicts.map(({ verdict }) => verdict));
      }
      return answer;
    };
    if (!isUpload(request)) return give(response, await this.dressed(request, forward));
    const batch = JSON.parse(body);
    const upload = {
      batch,
      forward,
      give: (answer) => give(response, answer),
      /** The head and half of the body arrive. */
      cut: (answer) => {
        response.writeHead(answer.status, { ...answer.headers, "content-length": answer.body.length });
        response.write(answer.body.subarray(0, answer.body.length >> 1), () => response.destroy());
      },
      drop: () => request.socket.destroy(),
    };
    this.uploads.push(batch);
    const meet = batch.records.length > 0 ? this.meet : undefined;
    if (meet) {
      this.met += 1;
      this.clear();
      return meet(upload);
    }
    give(response, await forward());
  }

  forward(request, body) {
    return new Promise((resolve, reject) => {
      const { connection, ...headers } = request.headers;
      const options = { host: this.target.hostname, port: this.target.port, method: request.method, path: request.url, headers, agent: false };
      const sent = ask(options, (answer) => {
        whole(answer).then((body) => resolve({ status: answer.statusCode, headers: answer.headers, body }), reject);
      });
      sent.once("error", reject);
      sent.end(body);
    });
  }

  /** Another build differs in its page, so in its list and its name too. */
  async dressed(request, forward) {
    const answer = await forward();
    if (this.build === 0 || answer.status !== 200) return answer;
    const mark = `<!-- build ${this.build} -->`;
    if (request.url === "/") {
      return dressed(answer, answer.body.toString() + mark);
    }
    if (request.url === "/sw.js") {
      const page = await this.forward({ method: "GET", url: "/", headers: {} });
      const text = answer.body.toString();
      const [, shell] = text.match(/SHELL ?= ?"([0-9a-f]+)"/);
      const changed = text.replace(sha256(page.body), sha256(page.body.toString() + mark)).replace(shell, sha256(shell + mark));
      return dressed(answer, changed);
    }
    return answer;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const dressed = (answer, text) => {
  const { "content-length": _, etag, ...headers } = answer.headers;
  return { ...answer, headers, body: Buffer.from(text) };
};

function give(response, { status, headers = {}, body = "" }) {
  const { "transfer-encoding": _, connection, ...kept } = headers;
  response.writeHead(status, kept).end(body);
}

async function whole(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Each way in which an exchange can go wrong without anybody dying, by its name. */
export const MISHAPS = {
  "request lost": (upload) => upload.drop(),
  "reply lost": async (upload) => (await upload.forward(), upload.drop()),
  "reply cut": async (upload) => upload.cut(await upload.forward()),
  "request copied": async (upload) => {
    const [answer] = await Promise.all([upload.forward(), upload.forward(), upload.forward()]);
    upload.give(answer);
  },
  "portal page": (upload) => upload.give({ status: 200, headers: { "content-type": "text/html" }, body: PORTAL }),
  "portal page after the server": async (upload) => {
    await upload.forward();
    upload.give({ status: 200, headers: { "content-type": "text/html" }, body: PORTAL });
  },
  "portal redirect": (upload) => upload.give({ status: 302, headers: { location: "/login" } }),
  "another batch's reply": async (upload) => {
    const answer = await upload.forward();
    upload.give({ ...answer, headers: {}, body: answer.body.toString().replace(upload.batch.batch, crypto.randomUUID()) });
  },
  "status 503": (upload) => upload.give({ status: 503, body: "{}" }),
  "status 500 after the server": async (upload) => (await upload.forward(), upload.give({ status: 500, body: "{}" })),
  "status 429": (upload) => upload.give({ status: 429, headers: { "retry-after": "1" }, body: "{}" }),
  "status 401": (upload) => upload.give({ status: 401, body: "{}" }),
  "status 404": (upload) => upload.give({ status: 404, body: "{}" }),
  "reply late": async (upload) => {
    const answer = await upload.forward();
    setTimeout(() => upload.give(answer), 3000);
  },
};
