// The counter's shell and its languages, fetched whole, checked by hash, served with no network
// (docs/SPEC.md, U1-U4 and U6).
// Never: anything but GET, anything under /v1/, an answer of a citizen.
"use strict";

/** Names this shell: the hash of this file and of the list below, filled in by `cargo xtask build`. */
const SHELL = "{{shell}}";
/** Every file the counter needs, as [path, SHA-256]. */
const FILES = [/* {{precache}} */];
/** The addresses that show the page. */
const ROUTES = ["/", "/staff", "/enrol"];
/** A new shell that did not reach its attract screen in so many starts gives way to the last good one. */
const STARTS_ALLOWED = 2;

const PREFIX = "shell-";
const CACHE = PREFIX + SHELL;

self.addEventListener("install", (event) => event.waitUntil(fetchAll()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  // Only the page knows that no citizen is in the middle of an answer (U2).
  if (event.data?.type === "activate") event.waitUntil(self.skipWaiting());
  if (event.data?.type === "shown") event.waitUntil(shown().then(() => keepLanguages(event.data.languages ?? [])));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/v1/")) return;
  if (request.mode === "navigate") {
    if (ROUTES.includes(url.pathname)) event.respondWith(page(request));
  } else {
    event.respondWith(asset(request));
  }
});

/** U1: all files with the right hashes, or no installation. */
async function fetchAll() {
  try {
    const cache = await caches.open(CACHE);
    await Promise.all(FILES.map(([path, hash]) => fetchOne(cache, path, hash)));
  } catch (cause) {
    if ((await memory.get("shown")) !== CACHE) await caches.delete(CACHE);
    throw cause;
  }
}

async function fetchOne(cache, path, hash) {
  const response = await fetch(path, { cache: "reload", credentials: "omit", redirect: "error" });
  if (!response.ok) throw new Error(`${path}: status ${response.status}`);
  const found = await sha256(await response.clone().arrayBuffer());
  if (found !== hash) throw new Error(`${path}: not the file that was built`);
  await cache.put(path, response);
}

/** A navigation starts a shell; a new one has STARTS_ALLOWED tries to show itself. */
async function page(request) {
  const { cache, isOnTrial, starts } = await current();
  if (isOnTrial) await memory.set("starts", { of: CACHE, count: starts + 1 });
  return (await inCache(cache, "/")) ?? fetch(request);
}

/** U3: what no shell holds is the server's to answer, with its 404. */
async function asset(request) {
  const { cache } = await current();
  const { pathname } = new URL(request.url);
  // A page that was opened before an update still asks for its own files: their names are hashes.
  return (await inCache(cache, pathname)) ?? (await caches.match(pathname)) ?? fetch(request);
}

/** Which shell is in service: this one, unless it failed to start and the last good one is still here. */
async function current() {
  const good = await memory.get("shown");
  if (good === CACHE) return { cache: CACHE, isOnTrial: false, starts: 0 };
  const said = await memory.get("starts");
  const starts = said?.of === CACHE ? said.count : 0;
  if (starts >= STARTS_ALLOWED && good && (await caches.has(good))) {
    return { cache: good, isOnTrial: false, starts };
  }
  return { cache: CACHE, isOnTrial: true, starts };
}

/** The page stands on its attract screen: this shell is good, older ones may go. */
async function shown() {
  const { cache, isOnTrial, starts } = await current();
  if (cache !== CACHE || (isOnTrial && starts === 0)) return; // another shell's page said it
  if (isOnTrial) await memory.set("shown", CACHE);
  // A newer shell that is waiting for its turn has its cache too.
  if (self.registration.waiting || self.registration.installing) return;
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
}

/** U6: each language of the configuration as its list says, all of it or the one that was here before. */
async function keepLanguages(tags) {
  for (const tag of tags.filter((tag) => /^[A-Za-z0-9-]+$/.test(tag))) {
    // Without a network, or with a file that is not the listed one, the next idle screen tries again.
    await keepLanguage(tag).catch(() => {});
  }
}

async function keepLanguage(tag) {
  const path = `/lang/${tag}/pack.json`;
  const reply = await fetch(path, { cache: "no-store", credentials: "omit", redirect: "error" });
  if (!reply.ok) return;
  const list = await reply.text();
  const family = `language-${tag}/`;
  const name = family + (await sha256(new TextEncoder().encode(list))).slice(0, 16);
  // The list itself is stored last: where it is, everything is.
  if (!(await inCache(name, path))) {
    const cache = await caches.open(name);
    await Promise.all(JSON.parse(list).map(([path, hash]) => fetchOne(cache, path, hash)));
    await cache.put(path, new Response(list));
  }
  for (const other of await caches.keys()) {
    if (other.startsWith(family) && other !== name) await caches.delete(other);
  }
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function inCache(name, path) {
  return (await caches.has(name)) ? (await caches.open(name)).match(path) : undefined;
}

/** Two facts that must outlive this worker: `shown`, the last good shell, and `starts`, the tries of a new one. */
const memory = {
  async get(key) {
    return (await inCache("memory", `/${key}`))?.json();
  },
  async set(key, value) {
    await (await caches.open("memory")).put(`/${key}`, Response.json(value));
  },
};
