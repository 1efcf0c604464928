// `cargo xtask bench limit`: what the runtime itself costs for one small request through a Durable Object, with
// nothing of ours in it: what counting a batch of one cannot be cheaper than. Prints each row as JSON; asserts nothing.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const REQUESTS = 3_000;
const PORT = 9_977;
/** About as many bytes as a batch of one. */
const BODY = "x".repeat(1_400);

const WORKER = `
export default { async fetch(request, env) {
  const { pathname, searchParams } = new URL(request.url);
  const body = await request.arrayBuffer();
  return env.OBJECT.get(env.OBJECT.idFromName(searchParams.get("unit"))).fetch("http://object" + pathname, { method: "POST", body });
} };
export class Bare {
  constructor({ storage }) {
    this.storage = storage;
    this.times = 0;
    for (const table of ["response (id TEXT PRIMARY KEY, body TEXT)", "receipt (id TEXT, hash TEXT, verdict TEXT, PRIMARY KEY (id, hash))", "cell (day TEXT PRIMARY KEY, tally TEXT)"])
      storage.sql.exec("CREATE TABLE IF NOT EXISTS " + table + " STRICT, WITHOUT ROWID");
  }
  async fetch(request) {
    const body = await request.text();
    if (new URL(request.url).pathname === "/nothing") return new Response("{}");
    const [id, { sql }] = [crypto.randomUUID(), this.storage];
    this.storage.transactionSync(() => {
      sql.exec("INSERT INTO response VALUES (?, ?)", id, body.slice(0, 600));
      sql.exec("INSERT INTO receipt VALUES (?, ?, 'counted')", id, "x".repeat(64));
      sql.exec("INSERT INTO cell VALUES ('day', ?) ON CONFLICT DO UPDATE SET tally = excluded.tally", String((this.times += 1)).padStart(900, "0"));
    });
    return Response.json({ times: this.times });
  }
}`;

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .bare), (name = "disk", disk = (path = "objects", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:${PORT}", http = (), service = "main")]);
const bare :Workerd.Worker = (
  modules = [(name = "main", esModule = embed "main.mjs")], compatibilityDate = "2025-09-01",
  durableObjectNamespaces = [(className = "Bare", uniqueKey = "bare", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"), bindings = [(name = "OBJECT", durableObjectNamespace = "Bare")]);`;

const folder = mkdtempSync(join(tmpdir(), "limit-"));
mkdirSync(join(folder, "objects"));
writeFileSync(join(folder, "main.mjs"), WORKER);
writeFileSync(join(folder, "limit.capnp"), CONFIG);
const server = spawn(process.env.WORKERD, ["serve", "limit.capnp"], { cwd: folder, stdio: "inherit" });
try {
  await isUp();
  for (const [path, words] of [["nothing", "that does nothing"], ["rows", "that writes three rows in one transaction"]]) {
    for (const [connections, units] of [[1, 1], [16, 1], [16, 116]]) {
      const { seconds, cpu } = await load(path, connections, units);
      const what = `an object ${words}, ${connections} connections, ${units} objects`;
      console.log(JSON.stringify({ what, value: REQUESTS / seconds, unit: "requests a second" }));
      console.log(JSON.stringify({ what: `${what}: CPU`, value: (1_000 * cpu) / REQUESTS, unit: "ms a request" }));
    }
  }
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function isUp() {
  for (let tries = 0; tries < 100; tries += 1) {
    const answered = await fetch(`http://127.0.0.1:${PORT}/nothing?unit=0`, { method: "POST", body: "" }).then(() => true, () => false);
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("workerd does not answer");
}

/** Seconds of the server's processor so far. */
function spent() {
  const fields = readFileSync(`/proc/${server.pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function load(path, connections, units) {
  let sent = 0;
  const [begun, before] = [performance.now(), spent()];
  const talk = () =>
    new Promise((resolve, reject) => {
      const socket = connect(PORT, "127.0.0.1").setNoDelay(true).on("error", reject);
      let heard = "";
      const ask = () => {
        if (sent >= REQUESTS) return resolve(socket.end());
        const unit = sent % units;
        sent += 1;
        socket.write(`POST /${path}?unit=${unit} HTTP/1.1\r\nhost: limit\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`);
      };
      socket.on("data", (bytes) => {
        heard += bytes;
        const head = heard.indexOf("\r\n\r\n");
        const length = /content-length: (\d+)/i.exec(heard)?.[1];
        const isWhole = length ? heard.length >= head + 4 + Number(length) : heard.endsWith("0\r\n\r\n");
        if (head < 0 || !isWhole) return;
        if (!heard.startsWith("HTTP/1.1 200")) return reject(new Error(heard));
        heard = "";
        ask();
      });
      ask();
    });
  await Promise.all(Array.from({ length: connections }, talk));
  return { seconds: (performance.now() - begun) / 1_000, cpu: spent() - before };
}
