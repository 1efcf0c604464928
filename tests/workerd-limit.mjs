// `cargo xtask bench limit`: what the runtime itself costs, with nothing of ours in it. Without arguments, one small
// request through a Durable Object. With a file of what `tests/bare.rs` wrote down, the statements that counting gives,
// batch by batch, each in one transaction and after the check of a signature: what the Worker cannot be faster than.
// Prints each row as JSON; asserts nothing but that every answer is 200.
import { spawn } from "node:child_process";
import { createSign, generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const REQUESTS = 3_000;
const PORT = 9_977;
/** About as many bytes as a batch of one. */
const BODY = "x".repeat(1_400);
/** Batches that are given before anything counts, as in `bench ingest`. */
const WARMING = 120;

const WORKER = `
export default { async fetch(request, env) {
  const { pathname, searchParams } = new URL(request.url);
  const headers = { "x-signature": request.headers.get("x-signature") ?? "" };
  const body = await request.arrayBuffer();
  return env.OBJECT.get(env.OBJECT.idFromName(searchParams.get("unit"))).fetch("http://object" + pathname, { method: "POST", headers, body });
} };
const [curve, algorithm] = [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }];
let key;
export class Bare {
  constructor({ storage }, env) {
    [this.storage, this.env, this.times] = [storage, env, 0];
    for (const table of ["a_response (id TEXT PRIMARY KEY, body TEXT)", "a_receipt (id TEXT, hash TEXT, verdict TEXT, PRIMARY KEY (id, hash))", "a_cell (day TEXT PRIMARY KEY, tally TEXT)"])
      storage.sql.exec("CREATE TABLE IF NOT EXISTS " + table + " STRICT, WITHOUT ROWID");
  }
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/statements") return this.statements(request);
    const body = await request.text();
    if (pathname === "/nothing") return new Response("{}");
    const [id, { sql }] = [crypto.randomUUID(), this.storage];
    this.storage.transactionSync(() => {
      sql.exec("INSERT INTO a_response VALUES (?, ?)", id, body.slice(0, 600));
      sql.exec("INSERT INTO a_receipt VALUES (?, ?, 'counted')", id, "x".repeat(64));
      sql.exec("INSERT INTO a_cell VALUES ('day', ?) ON CONFLICT DO UPDATE SET tally = excluded.tally", String((this.times += 1)).padStart(900, "0"));
    });
    return Response.json({ times: this.times });
  }
  async statements(request) {
    const { KEY, SCHEMA, STATEMENTS } = this.env;
    const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    key ??= await crypto.subtle.importKey("spki", bytes(KEY), curve, false, ["verify"]);
    const body = await request.arrayBuffer();
    if (!(await crypto.subtle.verify(algorithm, key, bytes(request.headers.get("x-signature")), body))) return new Response(null, { status: 403 });
    const { sql } = this.storage;
    if ((this.times += 1) === 1) sql.exec(SCHEMA);
    const calls = JSON.parse(new TextDecoder().decode(body));
    let rows = 0;
    this.storage.transactionSync(() => {
      for (const [at, values] of calls) rows += sql.exec(STATEMENTS[at], ...values).raw().toArray().length;
    });
    return Response.json({ rows });
  }
}`;

const [file, words] = process.argv.slice(2);
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const { setups, batches, statements } = file ? given(file) : { setups: [], batches: [], statements: [] };

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = ["--max-semi-space-size=2"],
  services = [(name = "main", worker = .bare), (name = "disk", disk = (path = "objects", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:${PORT}", http = (), service = "main")]);
const bare :Workerd.Worker = (
  modules = [(name = "main", esModule = embed "main.mjs")], compatibilityDate = "2026-10-01",
  durableObjectNamespaces = [(className = "Bare", uniqueKey = "bare", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"), bindings = [(name = "OBJECT", durableObjectNamespace = "Bare"),
    (name = "KEY", text = embed "key"), (name = "SCHEMA", text = embed "schema"), (name = "STATEMENTS", json = embed "statements")]);`;

const folder = mkdtempSync(join(tmpdir(), "limit-"));
mkdirSync(join(folder, "objects"));
const schema = readFileSync(new URL("../worker/src/store/ledger/schema.sql", import.meta.url), "utf8");
const parts = { "main.mjs": WORKER, "limit.capnp": CONFIG, key: publicKey.export({ type: "spki", format: "der" }).toString("base64"), schema, statements: JSON.stringify(statements) };
for (const [name, text] of Object.entries(parts)) writeFileSync(join(folder, name), text);
const server = spawn(process.env.WORKERD, ["serve", "limit.capnp"], { cwd: folder, stdio: "inherit" });
try {
  await isUp();
  if (file) {
    await load(setups, 1);
    await load(batches.slice(0, WARMING), 16);
    for (const connections of [16]) await row(words, batches.slice(WARMING), connections);
  } else {
    for (const [path, does] of [["nothing", "that does nothing"], ["rows", "that writes three rows in one transaction"]]) {
      for (const [connections, units] of [[1, 1], [16, 1], [16, 116]]) {
        const all = Array.from({ length: REQUESTS }, (_, at) => request(`/${path}?unit=${at % units}`, BODY));
        await row(`an object ${does}, ${connections} connections, ${units} objects`, all, connections);
      }
    }
  }
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}

/** What was written down, as requests. */
function given(path) {
  const [places, setups, batches] = [new Map(), [], []];
  for (const line of readFileSync(path, "utf8").split("\n").filter(Boolean)) {
    const { unit, is_setup, calls } = JSON.parse(line);
    const placed = calls.map(([statement, values]) => {
      if (!places.has(statement)) places.set(statement, places.size);
      return [places.get(statement), values];
    });
    (is_setup ? setups : batches).push(request(`/statements?unit=${unit}`, JSON.stringify(placed)));
  }
  return { setups, batches, statements: [...places.keys()] };
}

function request(path, body) {
  const bytes = Buffer.from(body);
  const signature = file ? `x-signature: ${createSign("SHA256").update(bytes).sign({ key: privateKey, dsaEncoding: "ieee-p1363" }, "base64")}\r\n` : "";
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\nhost: limit\r\n${signature}content-length: ${bytes.length}\r\n\r\n`), bytes]);
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

async function row(what, all, connections) {
  const { seconds, cpu } = await load(all, connections);
  console.log(JSON.stringify({ what, value: all.length / seconds, unit: "requests a second" }));
  console.log(JSON.stringify({ what: `${what}: CPU`, value: (1_000 * cpu) / all.length, unit: "ms a request" }));
}

async function load(all, connections) {
  let sent = 0;
  const [begun, before] = [performance.now(), spent()];
  const talk = () =>
    new Promise((resolve, reject) => {
      const socket = connect(PORT, "127.0.0.1").setNoDelay(true).on("error", reject);
      let heard = "";
      const ask = () => {
        if (sent >= all.length) return resolve(socket.end());
        socket.write(all[sent]);
        sent += 1;
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
