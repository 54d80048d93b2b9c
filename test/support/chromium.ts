/** A headless Chromium, spoken to by its DevTools protocol over a pipe: no driver, no port, no network. */

import { spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";

export interface Page {
  /** The value of a JavaScript expression on the page, awaited. */
  evaluate(expression: string): Promise<unknown>;
  /** The page from its top to `height`, as PNG. */
  screenshot(width: number, height: number): Promise<Buffer>;
}

/** Environment variable `CHROMIUM`, or what the `PATH` has; undefined where there is none. */
export function findChromium(): string | undefined {
  const names = ["chromium", "google-chrome", "chromium-browser", "google-chrome-stable"];
  const onPath = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((directory) => names.map((name) => join(directory, name)));
  return [process.env.CHROMIUM ?? "", ...onPath].find((path) => path !== "" && isExecutable(path));
}

export interface Browser {
  /** Opens a local HTML file. */
  open(file: string, options: { width: number; scale: number; timeZone?: string }): Promise<Page>;
  close(): Promise<void>;
}

export async function startChromium(path: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), "tracked-dispatch-chromium-"));
  const browser = spawn(
    path,
    [
      "--headless",
      "--remote-debugging-pipe",
      `--user-data-dir=${profile}`,
      "--no-first-run",
      "--disable-gpu",
      "--hide-scrollbars",
      "--disable-background-networking",
      // Nothing outside can be reached, so nothing outside can be what a test depends on.
      "--host-resolver-rules=MAP * ~NOTFOUND",
      // Chromium refuses to be root in its sandbox, and containers run as root.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "about:blank",
    ],
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
  );
  const devTools = new DevTools(browser.stdio[3] as Writable, browser.stdio[4] as Readable);
  const exited = new Promise<void>((resolve) => browser.once("exit", () => resolve()));
  browser.once("error", (error) => devTools.end(error));
  browser.once("exit", (code) => devTools.end(new Error(`Chromium has ended with ${code}`)));
  return {
    async open(file, { width, scale, timeZone }) {
      const { targetId } = await devTools.send("Target.createTarget", { url: "about:blank" });
      const { sessionId } = await devTools.send("Target.attachToTarget", { targetId, flatten: true });
      const send = (method: string, params: object = {}) => devTools.send(method, params, String(sessionId));
      await send("Page.enable");
      const metrics = { width, height: 800, deviceScaleFactor: scale, mobile: false };
      await send("Emulation.setDeviceMetricsOverride", metrics);
      if (timeZone !== undefined) await send("Emulation.setTimezoneOverride", { timezoneId: timeZone });
      const loaded = devTools.event("Page.loadEventFired", String(sessionId));
      await send("Page.navigate", { url: pathToFileURL(file).href });
      await loaded;
      return pageBy(send);
    },
    async close() {
      // By itself it ends its own processes too, which write to the profile.
      await devTools.send("Browser.close", {}).catch(() => {});
      await exited;
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

function pageBy(send: (method: string, params?: object) => Promise<Answer>): Page {
  return {
    async evaluate(expression) {
      const options = { awaitPromise: true, returnByValue: true };
      const answer = await send("Runtime.evaluate", { expression, ...options });
      const { result, exceptionDetails } = answer as {
        result: { value?: unknown };
        exceptionDetails?: { exception?: { description?: string } };
      };
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? "The page threw");
      return result.value;
    },
    async screenshot(width, height) {
      const clip = { x: 0, y: 0, width, height, scale: 1 };
      const options = { format: "png", captureBeyondViewport: true };
      const { data } = await send("Page.captureScreenshot", { ...options, clip });
      return Buffer.from(String(data), "base64");
    },
  };
}

type Answer = Record<string, unknown>;

/** The answer to what was sent with this id, or an event. */
interface Message {
  id?: number;
  method?: string;
  sessionId?: string;
  result?: Answer;
  error?: { message: string };
}

/** The protocol's wire: JSON, each message ended by a zero byte. */
class DevTools {
  readonly #input: Writable;
  readonly #waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  readonly #events = new Map<string, () => void>();
  #unread = "";
  #ended: Error | undefined;
  #lastId = 0;

  constructor(input: Writable, output: Readable) {
    this.#input = input;
    // The end of the process tells more.
    input.on("error", () => {});
    output.setEncoding("utf8");
    output.on("data", (chunk: string) => {
      const messages = (this.#unread + chunk).split("\0");
      this.#unread = messages.pop() ?? "";
      for (const message of messages) this.#read(JSON.parse(message));
    });
  }

  send(method: string, params: object, sessionId?: string): Promise<Answer> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    this.#input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  event(method: string, sessionId: string): Promise<void> {
    return new Promise((resolve) => this.#events.set(`${method} ${sessionId}`, resolve));
  }

  end(error: Error): void {
    this.#ended = error;
    for (const { reject } of this.#waiting.values()) reject(error);
  }

  #read(message: Message): void {
    const { id, method, sessionId, result, error } = message;
    if (method !== undefined) this.#events.get(`${method} ${sessionId}`)?.();
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id !== undefined) this.#waiting.delete(id);
    if (error) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result ?? {});
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
