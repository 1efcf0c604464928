// A real server of one's own: `xtask serve` on free ports with a data folder that outlives restarts.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { eventually } from "./eventually.mjs";

const ROOT = new URL("../../..", import.meta.url).pathname;

/** A port for the counter, with those of the manager and the public page free too. */
async function freePorts() {
  for (;;) {
    const port = await listenOn(0);
    if (port && port < 65533 && (await listenOn(port + 1)) && (await listenOn(port + 3))) return port;
  }
}

const listenOn = (port) =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(0));
    probe.listen(port, "127.0.0.1", () => {
      const taken = probe.address().port;
      probe.close(() => resolve(taken));
    });
  });

const childrenOf = (parent) => execFileSync("pgrep", ["-P", String(parent)]).toString().trim().split("\n").map(Number);

/** The server, with its data folder and ports kept between `stop` and `start`. */
export class Server {
  static async start(...options) {
    const server = await new Server().prepare(...options);
    await server.start();
    return server;
  }

  async prepare(...options) {
    this.data = mkdtempSync(join(tmpdir(), "hai-long-"));
    this.port = await freePorts();
    this.options = options;
    return this;
  }

  async start() {
    const { port, data } = this;
    const options = ["serve", "--no-build", "--port", port, "--data", data, "--clock", "settable", ...this.options];
    this.process = spawn(process.env.XTASK, options.map(String), { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: this.process.stdout });
    await new Promise((resolve, reject) => {
      this.process.once("exit", (code) => reject(new Error(`serve ended with ${code}`)));
      lines.on("line", (line) => this.hears(line) && resolve());
    });
    this.process.removeAllListeners("exit");
  }

  /** Reads a line of `serve`; true with the last one. */
  hears(line) {
    const ready = line.match(/^ready counter (\S+) manager (\S+)/);
    if (ready) [, this.counter, this.manager] = ready;
    const everybody = line.match(/^public (\S+)/);
    if (everybody) [, this.public] = everybody;
    const code = line.match(/^setup code (\S+)/);
    if (code) this.setupCode = code[1];
    const signIn = line.match(/^sign in .* account (\S+) password (\S+)/);
    if (signIn) [, this.account, this.password] = signIn;
    return this.counter && (this.setupCode || line.startsWith("kiosk"));
  }

  async stop(signal = "SIGTERM") {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    // A killed `serve` cannot take its runtime along; as in a power cut, both go.
    if (signal === "SIGKILL") for (const runtime of childrenOf(this.process.pid)) process.kill(runtime, signal);
    this.process.kill(signal);
    await ended;
    // A process that was killed holds its ports until the last of its threads is gone.
    await eventually(async () => Boolean((await listenOn(this.port)) && (await listenOn(this.port + 1)) && (await listenOn(this.port + 3))), true);
  }

  async end() {
    await this.stop();
    rmSync(this.data, { recursive: true, force: true });
  }
}
