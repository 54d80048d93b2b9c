/** An answer of any length: what is read of it, and what is said. */

import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { openGitHub } from "../../../src/github/api.ts";
import { parseBody } from "../../../src/github/http.ts";
import { RequestError } from "../../../src/github/request-error.ts";
import { openTransport } from "../../../src/github/transport.ts";
import { systemClock } from "../../../src/runner/clock.ts";
import { growth } from "../../support/processor-time.ts";
import { quietLog } from "../../support/quiet-log.ts";

const MIB = 1024 * 1024;
const OPTIONS = { timeoutMs: 30_000 };

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function openTo(answer: (response: ServerResponse) => void) {
  const server = createServer((_, response) => answer(response.on("error", () => {})));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return openGitHub({
    target: { owner: "octo", repo: "target", apiUrl: `http://127.0.0.1:${port}` },
    credentials: { token: "ghp_x" },
    fetch: openTransport(systemClock, () => undefined),
    clock: systemClock,
    log: quietLog(),
  });
}

/** Never ends by itself. `sent` counts what has left. */
function endless(into: ServerResponse, part: string | Buffer, sent: { bytes: number }): void {
  const write = () => {
    while (into.writable) {
      sent.bytes += part.length;
      if (!into.write(part)) break;
    }
  };
  into.on("drain", write).on("error", () => {});
  write();
}

async function errorOf(promise: Promise<unknown>): Promise<RequestError> {
  const error = await promise.then(
    () => expect.fail("there was an answer"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof RequestError)) throw error;
  return error;
}

describe("an answer without end", () => {
  test.each(["[0,", " ", '{"id": "', "x"])("is read up to its limit, which the error names: %j", async (part) => {
    const sent = { bytes: 0 };
    const github = await openTo((response) => endless(response, part.repeat(20_000), sent));
    const { kind, answer, status } = await errorOf(github.getRun(1, OPTIONS));
    expect({ kind, answer, status }).toEqual({ kind: "unreadable", answer: "it has more than 8 MiB", status: 200 });
    expect(sent.bytes).toBeLessThan(32 * MIB);
  });

  test.each(["gzip", "gzip, gzip"])("is counted after decompression: %s", async (encoding) => {
    const once = gzipSync(Buffer.alloc(256 * MIB));
    const github = await openTo((response) => {
      response.setHeader("content-encoding", encoding);
      response.end(encoding === "gzip" ? once : gzipSync(once));
    });
    const before = process.memoryUsage().rss;
    const { answer } = await errorOf(github.listRuns({ perPage: 30, page: 1 }, OPTIONS));
    expect(answer).toBe("it has more than 8 MiB");
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB);
  });

  test("that is compressed many times is not read", async () => {
    const github = await openTo((response) => {
      response.setHeader("content-encoding", Array(1000).fill("gzip").join());
      response.end(gzipSync("{}"));
    });
    expect((await errorOf(github.getRun(1, OPTIONS))).kind).toBe("unreadable");
  });

  test("keeps the status of a refusal", async () => {
    const sent = { bytes: 0 };
    const github = await openTo((response) => {
      response.statusCode = 403;
      endless(response, "x".repeat(MIB), sent);
    });
    const { kind, status, answer } = await errorOf(github.getRun(1, OPTIONS));
    expect({ kind, status, answer }).toEqual({ kind: "rejected", status: 403, answer: "it has more than 8 MiB" });
  });

  test("to a dispatch that was accepted is no error: a run was started", async () => {
    const github = await openTo((response) => endless(response, "x".repeat(MIB), { bytes: 0 }));
    expect(await github.dispatchEvent("deploy", {}, OPTIONS)).toEqual({ started: undefined });
  });
});

describe("a long answer", () => {
  test("of a refusal is cut, with its length", async () => {
    const github = await openTo((response) => {
      response.statusCode = 422;
      response.end(JSON.stringify({ message: "no ".repeat(1_700_000) }));
    });
    const { answer, answerLength, message } = await errorOf(github.getRun(1, OPTIONS));
    expect(answer).toBe("no ".repeat(4000).slice(0, 10_000));
    expect(answerLength).toBe(5_100_000);
    expect(message.length).toBeLessThan(11_000);
  });

  test("has a request id that no terminal reads", async () => {
    const github = await openTo((response) => {
      response.statusCode = 500;
      response.setHeader("x-github-request-id", `\u009b2JAB:12${"x".repeat(1000)}`);
      response.end();
    });
    expect((await errorOf(github.getRun(1, OPTIONS))).requestId).toMatch(/^AB:12x{95}…$/);
  });

  test("below the limit is read", async () => {
    const padding = " ".repeat(8 * MIB - 200);
    const github = await openTo((response) =>
      response.end(`{"full_name": "octo/target", "default_branch": "main"${padding}}`),
    );
    expect((await github.getRepository(OPTIONS)).defaultBranch).toBe("main");
  });
});

describe("big ids", () => {
  const id = "9007199254740993";

  test.each(["a".repeat(8e6), '\\"'.repeat(4e6), "\\\\".repeat(4e6), "\\n\\u0041".repeat(1e6), "1".repeat(4e6)])(
    "are exact beside a text of megabytes (%#)",
    (text) => {
      expect(parseBody(`{"text": "${text}", "id": ${id}}`)).toMatchObject({ id: BigInt(id) });
    },
  );

  test("have as many digits as GitHub's may have: no number of a million is read as one", () => {
    expect(parseBody(`[${"1".repeat(20)}, ${"1".repeat(1e6)}]`)).toEqual([
      BigInt("1".repeat(20)),
      Number.POSITIVE_INFINITY,
    ]);
    expect(parseBody(`["\\u0000${"1".repeat(1e6)}", ${id}]`)).toEqual([`\0${"1".repeat(1e6)}`, BigInt(id)]);
  });

  test.each([
    ["[", ""],
    ['"', ""],
    ['\\"', ""],
    ['["\\"', ""],
    ["1", "x"],
    ["-", "1"],
    ["1e", ""],
    ['{"a":', ""],
    [" ", "x"],
    ['"",', "]"],
  ])("cost linear time where a text is no JSON: %j, %j", async (part, end) => {
    const texts = new Map([5000, 40_000].map((n) => [n, `[${id},${part.repeat(n)}${end}`]));
    expect(await growth((n) => parseBody(texts.get(n)), 5000)).toBeLessThanOrEqual(16);
  });

  test.each(["[0]", "[[[0]]]", '"a"', '"\\""', "1234567890123456789", '{"a":1}'])(
    "cost linear time where it is: %s",
    async (part) => {
      const texts = new Map([5000, 40_000].map((n) => [n, `[${id}${`,${part}`.repeat(n)}]`]));
      expect(await growth((n) => parseBody(texts.get(n)), 5000)).toBeLessThanOrEqual(16);
    },
  );
});
