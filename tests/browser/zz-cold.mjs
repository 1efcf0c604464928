import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kiosk, launch } from "./support/kiosk.mjs";
import { Sample } from "./support/sample.mjs";
const sample = await Sample.start();
const profile = mkdtempSync(join(tmpdir(), "bench-"));
const N = Number(process.env.N ?? 6);
try {
  const first = await Kiosk.open(sample.counter, profile, { path: "/enrol" });
  await first.enrol(await sample.code());
  await first.isInstalled();
  await first.close();
  for (const slowed of [1, 4]) {
    const all = [];
    for (let i = 0; i < N; i++) {
      const kiosk = new Kiosk(await launch(profile), sample.counter);
      await kiosk.context.setOffline(true);
      kiosk.page = await kiosk.context.newPage();
      const control = await kiosk.context.newCDPSession(kiosk.page);
      await control.send("Emulation.setCPUThrottlingRate", { rate: slowed });
      await kiosk.page.addInitScript(() => {
        window.marks = {};
        const seen = () => {
          const heading = document.querySelector("#heading")?.textContent;
          if (!window.marks.mount && document.body && !document.getElementById("opening") && document.readyState !== "loading") window.marks.mount = performance.now();
          if (heading && !/^Đang/.test(heading) && !window.marks.attract) {
            window.marks.attract = performance.now();
            requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => (window.marks.painted = performance.now()); c.port2.postMessage(0); });
          }
        };
        new MutationObserver(seen).observe(document, { subtree: true, childList: true, characterData: true });
        const inst = WebAssembly.instantiateStreaming;
        WebAssembly.instantiateStreaming = async (...a) => { window.marks.instCall = performance.now(); const r = await inst.apply(WebAssembly, a); window.marks.instDone = performance.now(); return r; };
        const open = indexedDB.open.bind(indexedDB);
        IDBFactory.prototype.open = new Proxy(IDBFactory.prototype.open, { apply(t, s, a) { window.marks.idbOpen ??= performance.now(); const r = Reflect.apply(t, s, a); r.addEventListener("success", () => (window.marks.idbOpened ??= performance.now())); return r; } });
      });
      await kiosk.page.goto(`${kiosk.origin}/`);
      await kiosk.page.waitForFunction(() => window.marks.painted);
      const m = await kiosk.page.evaluate(() => {
        const nav = performance.getEntriesByType("navigation")[0];
        const res = Object.fromEntries(performance.getEntriesByType("resource").map((e) => [e.name.split("/").pop().replace(/\.[0-9a-f]{16}/, ""), [Math.round(e.startTime), Math.round(e.workerStart), Math.round(e.responseStart), Math.round(e.responseEnd)]]));
        return { workerStart: nav.workerStart, responseStart: nav.responseStart, responseEnd: nav.responseEnd, domInteractive: nav.domInteractive, ...window.marks, fcp: performance.getEntriesByName("first-contentful-paint")[0]?.startTime, res };
      });
      all.push(m);
      await kiosk.close();
    }
    const med = (k) => { const v = all.map((m) => m[k]).filter((x) => x !== undefined).sort((a, b) => a - b); return Math.round(v[v.length >> 1]); };
    console.log(slowed + "x", Object.fromEntries(Object.keys(all[0]).filter((k) => k !== "res").map((k) => [k, med(k)])));
    console.log(JSON.stringify(all.at(-1).res));
  }
} finally { await sample.end(); rmSync(profile, { recursive: true, force: true }); }
