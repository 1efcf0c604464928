// The packaged folder as a province gets it: moved away, started by itself with nothing of ours in reach, it
// carries a whole survey in a real browser, from the empty server to the operator's page (V5).
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { eventually } from "./support/eventually.mjs";
import { Kiosk } from "./support/kiosk.mjs";
import { Account, COMMUNE, MANAGER, OPERATOR, PIN, enrolmentCode, setUp } from "./support/operator.mjs";

let scratch, folder, server, running, kiosk;

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), "hai-long-package-"));
  const program = process.env.PACKED ?? join(dirname(process.env.XTASK), "hai-long");
  const said = execFileSync(process.env.XTASK, ["package", "--no-build", "--program", program, "--to", join(scratch, "made")], {
    cwd: new URL("../..", import.meta.url).pathname,
    encoding: "utf8",
  });
  folder = join(scratch, "máy chủ của tỉnh");
  renameSync(said.match(/^packaged (.+)$/m)[1], folder);
  writeFileSync(join(folder, "hai-long.toml"), "counter_port = 0\nmanager_port = 0\nwatch_port = 0\n");
  await start();
}, { timeout: 300_000 });

after(async () => {
  await kiosk?.context.close();
  running?.kill();
  rmSync(scratch, { recursive: true, force: true });
});

/** One command, an environment with nothing in it. */
async function start() {
  running = spawn(join(folder, "hai-long"), ["start"], { cwd: "/", env: { PATH: "/nonexistent" }, stdio: ["ignore", "ignore", "pipe"] });
  server = {};
  await new Promise((resolve, reject) => {
    running.once("exit", (code) => reject(new Error(`hai-long ended with ${code}`)));
    // Its log is one JSON object a line; the code lies in a file that the log names (V5, S14).
    createInterface({ input: running.stderr }).on("line", (line) => {
      const said = JSON.parse(line);
      if (said.level === "error") console.error(line);
      if (said.event !== "ready") return;
      Object.assign(server, said, { setupCode: readFileSync(said.setup_code_in, "utf8").trim() });
      resolve();
    });
  });
}

test("v5_a_packaged_folder_carries_a_survey_in_chromium_with_nothing_around_it", { timeout: 300_000 }, async () => {
  const operator = await setUp(server);
  kiosk = await Kiosk.open(server.counter, join(scratch, "profile"));
  await kiosk.enrol(await enrolmentCode(operator));
  await kiosk.isInstalled();
  await kiosk.context.setOffline(true);
  await kiosk.reload();
  const levels = Array.from({ length: 19 }, (_, item) => 1 + (item % 5));
  await kiosk.answer(levels, ["Nhận kết quả", "Đã từng/ Có"], "Ghế ngồi hơi ít.");
  assert.equal(await kiosk.waiting(PIN), 1);
  await kiosk.context.setOffline(false);
  await eventually(() => kiosk.waiting(PIN), 0, 60_000);
  const manager = new Account(server);
  await manager.must("POST", "/v1/session", MANAGER);
  const live = await manager.must("GET", `/v1/units/${COMMUNE.id}/live`);
  assert.deepEqual([live.today, live.waiting], [1, 1]);
  // Nobody sets the clock of a packaged server, and it says how it is to nobody but this machine.
  await operator.must("POST", "/v1/session", OPERATOR);
  assert.equal((await operator.call("PUT", "/v1/test/clock", { now: 1 })).status, 404);
  assert.equal((await operator.call("GET", "/v1/metrics")).status, 404);
  const checks = async () => (await (await fetch(`${server.watch}health`)).json()).checks.map(({ what, level }) => `${what} ${level}`);
  await eventually(async () => (await checks()).includes("backup ok"), true, 90_000);
  const { checks: seen } = await operator.must("GET", "/v1/server");
  assert.ok(seen.some(({ what }) => what === "disk"));
});
