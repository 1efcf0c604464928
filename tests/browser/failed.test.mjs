// What may be tried again after a red run: only what was late, never what was seen and was wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import failed from "./support/failed.mjs";

const late = new Error("locator.click: Timeout 30000ms exceeded.");
const wrong = new assert.AssertionError({ message: "lost: Timeout 30000ms exceeded." });
const wrapped = (cause) => new Error(`seed 1, counter-0: ${cause.message}`, { cause });
const fails = (error, file = "a") => ({ type: "test:fail", data: { file, details: { error } } });

/** What the reporter says of events. */
async function said(...events) {
  const lines = [];
  for await (const line of failed(events)) lines.push(line.trim());
  return lines;
}

test("only_what_was_late_is_tried_again", async () => {
  assert.deepEqual(await said(fails(late), fails(wrapped(late), "b")), ["again a", "again b"]);
  assert.deepEqual(await said(fails(new Error("test timed out after 50ms"))), ["again a"]);
  assert.deepEqual(await said(fails(wrong), fails(wrapped(wrong))), ["stands a", "stands a"]);
  assert.deepEqual(await said(fails(new TypeError("x is undefined")), fails(undefined)), ["stands a", "stands a"]);
});

test("a_suite_says_nothing_beside_its_tests", async () => {
  const suite = Object.assign(new Error("1 subtest failed"), { failureType: "subtestsFailed" });
  assert.deepEqual(await said(fails(suite), { type: "test:pass", data: { file: "a" } }), []);
});
