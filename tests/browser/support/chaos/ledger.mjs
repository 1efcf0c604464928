// What the server has on its disk, read past all its routes: none of them returns a response.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { patternOf } from "./crowd.mjs";

/** Reads every Ledger of a server's data folder. Needs Node 22.5 or newer, as wrangler does. */
export async function ledgers(data) {
  const { DatabaseSync } = await import("node:sqlite");
  const found = { counted: [], days: new Map(), quarantined: [], forked: new Set(), received: 0 };
  for (const file of readdirSync(join(data, "objects"), { recursive: true })) {
    if (!/ledger.*[/\\][0-9a-f]{64}\.sqlite$/.test(file)) continue;
    const database = new DatabaseSync(join(data, "objects", file));
    const rows = (sql) => database.prepare(sql).all();
    for (const { body, day } of rows("SELECT body, day FROM response")) {
      const pattern = patternOf(JSON.parse(body));
      found.counted.push(pattern);
      found.days.set(pattern, day);
    }
    found.quarantined.push(...rows("SELECT reason FROM quarantine").map(({ reason }) => reason));
    for (const { device } of rows("SELECT device FROM flag WHERE kind = 'fork'")) found.forked.add(device);
    found.received += rows("SELECT coalesce(sum(responses), 0) AS all_days FROM received")[0].all_days;
    database.close();
  }
  return found;
}
