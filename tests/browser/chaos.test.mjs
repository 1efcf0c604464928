// Everything that can go wrong at a counter, in an order that follows from a seed, against the real
// server. The set of thanks that were seen must be the set that was counted. CHAOS_SEED and CHAOS_KILLS
// choose another run; `cargo xtask long` does.
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Counter } from "./support/chaos/counter.mjs";
import { Crowd } from "./support/chaos/crowd.mjs";
import { Dice } from "./support/chaos/dice.mjs";
import { HAZARDS, KILLS } from "./support/chaos/hazards.mjs";
import { ledgers } from "./support/chaos/ledger.mjs";
import { Line } from "./support/chaos/line.mjs";
import { enrolmentCode, setUp } from "./support/operator.mjs";
import { Server } from "./support/server.mjs";

const SEED = Number(process.env.CHAOS_SEED ?? 1);
const MOST_KILLS = Number(process.env.CHAOS_KILLS ?? 10);
/** Browsers that run at once. */
const COUNTERS = 3;
/** No turn takes longer, on a slow machine either. */
const TURN_MS = 120_000;
/** All other hazards come once for so many kills. */
const KILLS_A_ROUND = 10;

/** What happens, in which order: the kills, every kind in turn, among everything else. */
function schedule(dice) {
  const ways = Object.entries(KILLS);
  const kills = Array.from({ length: MOST_KILLS }, (_, at) => ways[at % ways.length]);
  const rounds = Math.max(1, Math.round(MOST_KILLS / KILLS_A_ROUND));
  const others = Array.from({ length: rounds }, () => Object.entries(HAZARDS)).flat();
  return dice.shuffled([...kills, ...others]);
}

/** What happens as it happens, for whoever looks for the cause of a failure. */
const say = (what) => process.env.CHAOS_LOUD && console.error(`${Math.round(performance.now() / 1000)} s ${what}`);

class Run {
  static async open() {
    const run = new Run();
    run.folder = mkdtempSync(join(tmpdir(), "chaos-"));
    run.server = await Server.start("--empty");
    run.operator = await setUp(run.server);
    run.crowd = new Crowd(SEED);
    run.copies = [];
    run.counters = [];
    for (let number = 0; number < COUNTERS; number += 1) {
      const line = await Line.open(run.server.counter);
      const own = { name: `counter-${number}`, folder: run.folder, line, crowd: run.crowd, dice: new Dice(SEED * 100 + number) };
      run.counters.push(new Counter(own));
    }
    return run;
  }

  /** The server dies as in a power cut, over whatever it does, and comes back on its data. */
  restart() {
    this.restarted = (this.restarted ?? Promise.resolve()).then(async () => {
      await this.server.stop("SIGKILL");
      await this.server.start();
    });
    return this.restarted;
  }

  async close() {
    for (const { kiosk, line } of [...this.counters, ...this.copies.map(({ copy }) => copy)]) {
      await kiosk?.close().catch(() => {});
      line.close();
    }
    await this.server.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

test("i1_i3_i4_the_thanks_seen_are_the_answers_counted_whatever_fails", { timeout: 3_600_000 }, async (context) => {
  const run = await Run.open();
  try {
    for (const counter of run.counters) {
      await counter.start();
      await counter.enrol(await enrolmentCode(run.operator, "express6"));
    }
    const turns = schedule(new Dice(SEED));
    const work = async (counter) => {
      for (let turn = turns.shift(); turn; turn = turns.shift()) {
        const [name, happens] = turn;
        say(`${counter.name}: ${name}`);
        const late = pause(TURN_MS, undefined, { ref: false }).then(() => Promise.reject(new Error("nothing goes on")));
        await Promise.race([happens(counter, run), late]).catch((cause) => {
          throw new Error(`seed ${SEED}, ${counter.name}, ${name}: ${cause.message}`, { cause });
        });
      }
      say(`${counter.name}: drains`);
      await counter.drain();
    };
    await Promise.all(run.counters.map(work));
    say("reads what was counted");
    await run.server.stop();
    const server = await ledgers(run.server.data);
    const found = run.crowd.compare(server.counted);
    const sum = (what) => run.counters.reduce((sum, counter) => sum + what(counter), 0);
    const kills = sum((counter) => counter.kills);
    const [inSync, asked, met] = [sum((it) => it.killsInSync), sum(({ line }) => line.asked), sum(({ line }) => line.met)];
    const line =
      `chaos: seed ${SEED}: kills ${kills}, of these in a sync ${inSync}, uploads disturbed ${met} of ${asked}, thanked ${found.thanked}, counted ${found.counted}, ` +
      `lost ${found.lost.length}, double ${found.double.length}, invented ${found.invented.length} ` +
      `(cut off before the thanks ${found.cutOff}, of these kept ${found.kept}; left ${found.left})`;
    context.diagnostic(line);
    if (process.env.CHAOS_LINE) appendFileSync(process.env.CHAOS_LINE, `${line}\n`);
    for (const wrong of ["lost", "double", "invented", "twiceThanked", "thankedNobody"]) {
      assert.deepEqual(found[wrong], [], wrong);
    }
    assert.deepEqual(server.quarantined, [], "kept uncounted");
    assert.equal(server.received, server.counted.length, "receipts and responses");
    const copied = [...new Set(run.copies.map(({ device }) => device))];
    assert.deepEqual([...server.forked].sort(), copied.sort(), "flags of copies");
    // What did not happen shows nothing.
    assert.ok(kills >= MOST_KILLS && found.thanked > MOST_KILLS, line);
    assert.ok(inSync > 0 && 2 * met > asked, line);
  } catch (cause) {
    say(cause.message);
    throw cause;
  } finally {
    await run.close();
  }
});

test("i1_the_oracle_sees_what_is_lost_doubled_or_invented", () => {
  const crowd = new Crowd(7);
  const [thanked, twice, lost, cut, left] = Array.from({ length: 5 }, () => crowd.next());
  for (const citizen of [thanked, twice, lost, cut]) citizen.hasSent = true;
  for (const citizen of [thanked, twice, lost]) citizen.thanks = 1;
  crowd.thankNobody();
  const counted = [thanked, twice, twice, cut, left].map(({ pattern }) => pattern);
  const found = crowd.compare([...counted, "0000"]);
  assert.deepEqual(found.lost, [lost.pattern]);
  assert.deepEqual(found.double, [twice.pattern]);
  assert.deepEqual(found.invented, [left.pattern, "0000"]);
  assert.equal(found.thankedNobody.length, 1);
  assert.deepEqual([found.thanked, found.counted, found.cutOff, found.kept], [3, 2, 1, 1]);
});
