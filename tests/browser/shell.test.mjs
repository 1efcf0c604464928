// The counter's service worker against a server that can lie: rules U1 to U4 of docs/SPEC.md.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { eventually } from "./support/eventually.mjs";
import { FLAGS } from "./support/kiosk.mjs";

const TEMPLATE = readFileSync(new URL("../../public/sw.js", import.meta.url), "utf8");
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** A shell in the small: a page that says its name, and one asset with a hashed name. */
function shell(name) {
  const asset = `/asset.${name}.js`;
  const files = { "/": `<!doctype html><title>${name}</title><h1>${name}</h1>`, [asset]: `// ${name}` };
  const list = Object.entries(files).map(([path, text]) => [path, sha256(text)]);
  const worker = TEMPLATE.replace("[/* {{precache}} */]", JSON.stringify(list)).replace("{{shell}}", name);
  return { name, asset, files: { ...files, "/sw.js": worker } };
}

const TYPES = { ".js": "text/javascript", "/": "text/html" };
const seen = [];
let files, server, origin, browser, context, page;

before(async () => {
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const text = files[request.url];
    if (request.url === "/v1/now") return response.end(String(seen.length));
    if (request.method === "POST") return request.pipe(response);
    if (text === undefined) return response.writeHead(404).end("no such file");
    const type = request.url.endsWith(".js") ? TYPES[".js"] : TYPES["/"];
    response.writeHead(200, { "content-type": type }).end(text);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
});

after(async () => {
  await browser.close();
  server.close();
});

beforeEach(async () => {
  await context?.close();
  seen.length = 0;
  files = shell("one").files;
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(origin);
});

const title = async (path = "/") => {
  await page.goto(origin + path);
  return page.title();
};

/** Registers the worker and waits until this shell's cache is whole, or its installation has failed. */
const install = () =>
  page.evaluate(async () => {
    const had = await navigator.serviceWorker.getRegistration();
    const registration = had ? await had.update() : await navigator.serviceWorker.register("/sw.js");
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    while (!["installed", "activated", "redundant"].includes(worker.state)) {
      await new Promise((resolve) => worker.addEventListener("statechange", resolve, { once: true }));
    }
    return worker.state;
  });

const say = (type) =>
  page.evaluate((type) => navigator.serviceWorker.ready.then((found) => found.active.postMessage({ type })), type);

const shells = () =>
  page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("shell-")).sort());

/** What the page does when nobody is answering: the waiting worker takes over. */
async function activate() {
  await page.evaluate(async () => {
    const { waiting } = await navigator.serviceWorker.getRegistration();
    const taken = new Promise((go) => navigator.serviceWorker.addEventListener("controllerchange", go, { once: true }));
    waiting.postMessage({ type: "activate" });
    await taken;
  });
}

/** A first visit that ends on the attract screen. */
async function settle(name) {
  await install();
  assert.equal(await title(), name);
  await say("shown");
  await eventually(shells, [`shell-${name}`]);
}

test("u1_after_one_visit_every_route_opens_with_no_network", async () => {
  await install();
  await context.setOffline(true);
  for (const route of ["/", "/staff", "/enrol", "/enrol#ABCD2345"]) assert.equal(await title(route), "one");
  assert.equal(await page.evaluate(() => fetch("/asset.one.js").then((reply) => reply.text())), "// one");
});

test("u1_one_altered_file_fails_the_whole_installation", async () => {
  files["/asset.one.js"] = "// cut by a portal";
  assert.equal(await install(), "redundant");
  assert.deepEqual(await shells(), []);
});

test("u1_one_missing_file_leaves_the_old_shell_in_service", async () => {
  await settle("one");
  const two = shell("two");
  files = { ...two.files, [two.asset]: undefined };
  assert.equal(await install(), "redundant");
  assert.deepEqual(await shells(), ["shell-one"]);
  assert.equal(await title(), "one");
});

test("u2_a_new_shell_waits_until_the_page_lets_it_in", async () => {
  await settle("one");
  files = shell("two").files;
  assert.equal(await install(), "installed");
  assert.equal(await title(), "one");
  await say("shown");
  assert.deepEqual(await shells(), ["shell-one", "shell-two"]);
  await activate();
  assert.equal(await title(), "two");
  assert.deepEqual(await shells(), ["shell-one", "shell-two"]);
  await say("shown");
  await eventually(shells, ["shell-two"]);
});

test("u1_after_two_failed_starts_the_old_shell_returns", async () => {
  await settle("one");
  files = shell("two").files;
  await install();
  await activate();
  assert.equal(await title(), "two");
  assert.equal(await title(), "two");
  assert.equal(await title(), "one");
  // The old page's word is not taken for the new one's.
  await say("shown");
  assert.equal(await title(), "one");
  assert.deepEqual(await shells(), ["shell-one", "shell-two"]);
  await context.setOffline(true);
  assert.equal(await title("/staff"), "one");
});

test("u2_a_page_of_the_old_shell_still_gets_its_own_files", async () => {
  await settle("one");
  files = shell("two").files;
  await install();
  await activate();
  assert.equal(await page.evaluate(() => fetch("/asset.one.js").then((reply) => reply.text())), "// one");
});

test("u3_a_missing_file_stays_404_and_post_and_v1_pass_by", async () => {
  await settle("one");
  assert.equal(await page.evaluate(() => fetch("/asset.gone.js").then((reply) => reply.status)), 404);
  assert.equal(await page.evaluate(() => fetch("/elsewhere").then((reply) => reply.status)), 404);
  const echo = () => fetch("/", { method: "POST", body: "an answer" }).then((reply) => reply.text());
  assert.equal(await page.evaluate(echo), "an answer");
  // Even a stored reply is not given for a current one.
  await page.evaluate(async () => (await caches.open("shell-one")).put("/v1/now", new Response("old")));
  const now = () => page.evaluate(() => fetch("/v1/now").then((reply) => reply.text()));
  assert.notEqual(await now(), "old");
});

test("u4_a_server_that_forgets_everything_removes_nothing", async () => {
  await settle("one");
  files = {};
  await page.evaluate(() => navigator.serviceWorker.getRegistration().then((found) => found.update().catch(() => {})));
  assert.equal(await title(), "one");
  assert.deepEqual(await shells(), ["shell-one"]);
});
