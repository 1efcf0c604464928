// The real counter while a new version is published: whole, with one file altered, with the network cut
// at each file, in the middle of a survey (UK16, U1, U2).
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { after, before, test } from "node:test";
import { eventually } from "./support/eventually.mjs";
import { Kiosk } from "./support/kiosk.mjs";
import { Office } from "./support/office.mjs";

const file = (name) => readFileSync(`${process.env.DIST}/counter/${name}`, "utf8");
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const app = (html) => html.match(/name="app" content="([0-9a-f]{64})"/)[1];

let office, kiosk, front;
/** Paths that the way to the server answers itself: text, or a refusal to answer at all. */
const published = new Map();
const CUT = Symbol("cut");
/** How often the worker in charge has looked for the last of its languages. */
let looked = 0;

/** Version N+1: other styles under another name, another page, another list. */
function nextVersion() {
  const [html, worker] = [file("index.html"), file("sw.js")];
  const [oldStyle] = html.match(/\/counter\.[0-9a-f]{16}\.css/);
  const style = `${file(oldStyle.slice(1))}/* N+1 */`;
  const newStyle = `/counter.${sha256(style).slice(0, 16)}.css`;
  const newHtml = html.replaceAll(oldStyle, newStyle).replace(app(html), sha256("N+1"));
  const list = JSON.parse(worker.match(/FILES ?= ?(\[\[.*?\]\])[;,]/)[1]);
  const renamed = list.map(([path, hash]) => (path === oldStyle ? [newStyle, sha256(style)] : path === "/" ? ["/", sha256(newHtml)] : [path, hash]));
  const newWorker = worker.replace(JSON.stringify(list), JSON.stringify(renamed)).replace(/SHELL ?= ?"[0-9a-f]+"/, `SHELL="${sha256(newHtml)}"`);
  assert.notEqual(newWorker, worker);
  return { list: renamed.map(([path]) => path), files: new Map([["/", newHtml], [newStyle, style], ["/sw.js", newWorker]]) };
}

const TYPES = { css: "text/css", js: "text/javascript" };

before(async () => {
  office = await Office.open();
  const { port } = new URL(office.server.counter);
  front = createServer((request, response) => {
    const own = published.get(request.url);
    if (own === CUT) return response.destroy();
    if (own !== undefined) return response.writeHead(200, { "content-type": TYPES[request.url.split(".").pop()] ?? "text/html", "cache-control": "no-cache" }).end(own);
    const { method, headers, url } = request;
    if (url === "/lang/en/pack.json") response.on("finish", () => (looked += 1));
    const onward = ask({ host: "127.0.0.1", port, method, headers, path: url }, (reply) => reply.pipe(response.writeHead(reply.statusCode, reply.headers)));
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => front.listen(0, "127.0.0.1", resolve));
  const device = await office.device();
  kiosk = new Kiosk(device.context, `http://127.0.0.1:${front.address().port}`);
  await kiosk.visit();
  await kiosk.enrol(await office.code());
  await kiosk.isInstalled();
});

after(async () => {
  await office?.close();
  front?.close();
});

const version = () => kiosk.page.evaluate(() => document.querySelector("meta[name=app]").content);
const shells = () => kiosk.page.evaluate(() => caches.keys().then((names) => names.filter((name) => name.startsWith("shell-")).length));

/** The page looks for a new version; returns what became of its worker. */
const look = () =>
  kiosk.page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration.update().catch(() => {});
    const worker = registration.installing ?? registration.waiting;
    if (!worker) return "none";
    while (!["installed", "redundant"].includes(worker.state)) await new Promise((go) => worker.addEventListener("statechange", go, { once: true }));
    return worker.state;
  });

test("uk16_u1_cut_or_altered_at_any_file_in_mid_survey_the_old_version_goes_on", { timeout: 180_000 }, async () => {
  const { list, files } = nextVersion();
  const old = app(file("index.html"));
  assert.ok(list.length >= 6, `${list}`);
  await kiosk.begin();
  await kiosk.press(/mức 4 trên 5/);
  for (const path of list) {
    for (const broken of [CUT, "<html>Welcome to our hotel</html>"]) {
      published.clear();
      for (const [name, text] of files) published.set(name, text);
      published.set(path, broken);
      assert.equal(await look(), "redundant", `${path} ${String(broken)}`);
      assert.equal(await shells(), 1, path);
      // The citizen is still there.
      await kiosk.page.mouse.click(30, 1900);
      await kiosk.sees(/^Câu 2 trên/);
    }
  }
  for (const next of [/mức 4 trên 5/, /mức 4 trên 5/, /mức 4 trên 5/, "Việc khác", "Chưa từng/ Không có"]) await kiosk.press(next);
  await kiosk.page.getByRole("textbox").waitFor();
  await kiosk.send();
  await kiosk.attract();
  assert.equal(await version(), old);
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.attract();
  assert.equal(await version(), old);
  published.set("/sw.js", CUT);
  await look();
  await kiosk.context.setOffline(true);
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.attract();
  assert.equal(await version(), old);
  await kiosk.context.setOffline(false);
  published.clear();
});

test("uk16_u2_a_survey_ends_on_the_version_it_began_with_and_the_new_one_comes_at_rest", { timeout: 240_000 }, async () => {
  const old = app(file("index.html"));
  await kiosk.page.clock.install();
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.begin();
  await kiosk.press(/mức 4 trên 5/);
  for (const [name, text] of nextVersion().files) published.set(name, text);
  assert.equal(await look(), "installed");
  await kiosk.sees(/^Câu 2 trên/);
  // Two minutes with a citizen before it: it waits.
  for (let half = 0; half < 4; half += 1) {
    await kiosk.page.clock.fastForward(30_000);
    await kiosk.page.mouse.click(30, 1900);
  }
  await kiosk.sees(/^Câu 2 trên/);
  assert.equal(await version(), old);
  for (const next of [/mức 4 trên 5/, /mức 4 trên 5/, /mức 4 trên 5/, "Việc khác", "Chưa từng/ Không có"]) await kiosk.press(next);
  await kiosk.page.getByRole("textbox").waitFor();
  await kiosk.send();
  assert.equal(await version(), old);
  const before = looked;
  await kiosk.page.clock.fastForward(6_000);
  await kiosk.attract();
  assert.equal(await version(), old);
  // A minute of rest on the attract screen.
  await kiosk.page.clock.fastForward(30_000);
  assert.equal(await version(), old);
  // The worker in charge is busy with its languages for a moment of no page's clock, and a browser that is
  // asked to let another in meanwhile waits for minutes.
  await eventually(() => looked > before, true);
  await new Promise((rest) => setTimeout(rest, 1_000));
  // From here the clock goes by itself: a page that is just starting and is put forward by half a minute
  // takes it for a start that failed.
  await kiosk.page.clock.fastForward(35_000);
  await eventually(() => version().catch(() => "between two pages"), sha256("N+1"), 60_000);
  await kiosk.attract();
  // Only the new one is left, once it has stood for a moment.
  await eventually(() => shells().catch(() => 0), 1, 60_000);
  await kiosk.context.setOffline(true);
  await kiosk.page.goto(`${kiosk.origin}/`);
  await kiosk.attract();
  assert.equal(await version(), sha256("N+1"));
});
