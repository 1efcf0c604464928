// For what happens in its own time.
import assert from "node:assert/strict";

/** Waits until the fact is as wanted; fails with what was found last. */
export async function eventually(fact, wanted, ms = 15_000) {
  let found;
  for (const until = Date.now() + ms; Date.now() < until; await new Promise((go) => setTimeout(go, 100))) {
    found = await fact();
    if (JSON.stringify(found) === JSON.stringify(wanted)) return;
  }
  assert.deepEqual(found, wanted);
}
