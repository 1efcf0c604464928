import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kiosk, launch } from "./support/kiosk.mjs";
import { Sample } from "./support/sample.mjs";
const sample = await Sample.start();
const profile = mkdtempSync(join(tmpdir(), "bench-"));
try {
  const first = await Kiosk.open(sample.counter, profile, { path: "/enrol" });
  await first.enrol(await sample.code());
  await first.isInstalled();
  await first.close();
  for (let i = 0; i < 2; i++) {
    const kiosk = new Kiosk(await launch(profile), sample.counter);
    await kiosk.context.setOffline(true);
    kiosk.page = await kiosk.context.newPage();
    const browser = kiosk.context.browser();
    const c = await kiosk.context.newCDPSession(kiosk.page);
    const events = [];
    c.on("Tracing.dataCollected", ({ value }) => events.push(...value));
    await c.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["devtools.timeline", "toplevel", "v8", "blink", "blink.user_timing", "loading", "disabled-by-default-v8.compile", "IndexedDB", "ServiceWorker"] } });
    const t = Date.now();
    await kiosk.page.goto(`${kiosk.origin}/`);
    await kiosk.page.getByRole("button", { name: "Chạm để bắt đầu" }).waitFor();
    await kiosk.page.waitForTimeout(100);
    const done = new Promise((r) => c.once("Tracing.tracingComplete", r));
    await c.send("Tracing.end"); await done;
    // renderer main thread
    const names = events.filter((e) => e.name === "thread_name");
    const mains = names.filter((e) => e.args.name === "CrRendererMain").map((e) => e.pid + ":" + e.tid);
    const nav = events.find((e) => e.name === "navigationStart" && e.args?.data?.documentLoaderURL?.includes("localhost")) ?? events.filter((e) => e.name === "navigationStart").at(-1);
    if (i === 1) {
      const list = events.filter((e) => e.ph === "X" && mains.includes(e.pid + ":" + e.tid) && e.dur > 3000 && e.ts >= nav.ts).sort((a, b) => a.ts - b.ts);
      for (const e of list) console.log(((e.ts - nav.ts) / 1000).toFixed(0).padStart(5), (e.dur / 1000).toFixed(1).padStart(7), e.pid, e.name, JSON.stringify(e.args?.data ?? e.args ?? {}).slice(0, 130));
    }
    await kiosk.close();
  }
} finally { await sample.end(); rmSync(profile, { recursive: true, force: true }); }
