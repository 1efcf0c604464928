// The counter's shell, fetched whole, checked by hash, served with no network (docs/SPEC.md, U1-U4).
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
  if (event.data?.type === "shown") event.waitUntil(shown());
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
  const digest = await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer());
  const found = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
  if (found.join("") !== hash) throw new Error(`${path}: not the file that was built`);
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
