// What the runtime calls: the same four doors that the Rust code exports, each guarded against a panic.
//
// WebAssembly here is built with panic = abort. A panic kills the instance, and every promise that it
// still owed stays pending for ever: without this file a panicking request never ends. So each call
// races against `fail`, which the panic hook (or a trap the hook never saw) sets off; the next call
// starts a fresh instance. Objects are built again in the fresh instance, their storage is untouched.
import * as app from "./survey_worker.js";

/** Written by the panic hook of the `worker` crate; `instanceId` grows with every instance. */
const life = app.__worker_init_state();

// The hook writes the panic's message, which may quote what somebody sent: a slice that is cut within a
// letter prints the text. Its first line is the place in our code, and that is all that is logged.
const say = console.error.bind(console);
console.error = (...words) => say(...words.map((word) => (word instanceof Error ? placeOf(word) : word)));

function placeOf(error) {
  const [place] = error.message.split("\n");
  const frames = (error.stack ?? "").split("\n").filter((line) => /^ +at /.test(line));
  return [place, ...frames].join("\n");
}

/** How to fail each call that is under way. */
const underWay = new Set();
let broken = false;

function fail(cause) {
  broken = true;
  for (const reject of underWay) reject(cause);
  underWay.clear();
}

Object.defineProperty(life, "criticalError", {
  get: () => broken,
  set: (isCritical) => isCritical && fail(new Error("panic")),
});

// A trap without a panic: stack overflow, memory exhausted.
addEventListener("error", (event) => {
  if (event.error instanceof WebAssembly.RuntimeError) fail(event.error);
});

// Every turn of a future is asked for with `queueMicrotask`. The runtime's own one crosses into C++ and back for it;
// a settled promise does not. What the task throws is reported as there.
const settled = Promise.resolve();
globalThis.queueMicrotask = (task) => {
  settled.then(() => task()).catch(reportError);
};

function revive() {
  if (!broken) return;
  app.__wbg_reset_state();
  broken = false;
}

function guarded(call) {
  return new Promise((resolve, reject) => {
    underWay.add(reject);
    const ended = (settle) => (value) => {
      underWay.delete(reject);
      if (value instanceof WebAssembly.RuntimeError) fail(value);
      settle(value);
    };
    try {
      revive();
      call().then(ended(resolve), ended(reject));
    } catch (cause) {
      ended(reject)(cause);
    }
  });
}

async function answered(call) {
  try {
    return await guarded(call);
  } catch {
    // The panic hook has logged the place. The answer is built in Rust, so that it has every header.
    try {
      revive();
      return app.failure();
    } catch {
      return new Response(null, { status: 500 });
    }
  }
}

const durable = (Inner) =>
  class {
    #state;
    #env;
    #inner;
    #bornIn;

    constructor(state, env) {
      this.#state = state;
      this.#env = env;
    }

    #object() {
      if (this.#bornIn !== life.instanceId) {
        this.#inner = new Inner(this.#state, this.#env);
        this.#bornIn = life.instanceId;
      }
      return this.#inner;
    }

    fetch(request) {
      return answered(() => this.#object().fetch(request));
    }

    // An alarm that throws is tried again by the runtime.
    async alarm() {
      await guarded(() => this.#object().alarm());
    }
  };

export const Ledger = durable(app.Ledger);
export const Rollup = durable(app.Rollup);
export const Directory = durable(app.Directory);

export default {
  fetch: (request, env, context) => answered(() => app.fetch(request, env, context)),
};
