import { describe, expect, test } from "vitest";
import type { DispatchRequest } from "../../../src/inputs/dispatch-request.ts";
import { makeReuseKey } from "../../../src/inputs/reuse-key.ts";

const target = { apiUrl: "https://api.github.com", owner: "octo", repo: "target" };
const byHand: DispatchRequest = {
  event: "workflow_dispatch",
  workflow: { kind: "file", value: "deploy.yml" },
  ref: "main",
  inputs: { a: "1", b: "2" },
};
const byEvent: DispatchRequest = {
  event: "repository_dispatch",
  eventType: "deploy",
  workflow: undefined,
  clientPayload: { a: { x: 1, y: [1, 2] }, b: "2" },
};
const made = new Map<string, string>();
/** Made once for the same, since that takes its time. */
async function key(order: DispatchRequest = byHand, given = "", where = target): Promise<string> {
  const what = JSON.stringify([order, given, where]);
  const known = made.get(what) ?? (await makeReuseKey(order, where, given));
  made.set(what, known);
  return known;
}

describe("the key", async () => {
  test("has ten hex digits, always the same for the same", async () => {
    expect(await key()).toMatch(/^[0-9a-f]{10}$/);
    expect(await makeReuseKey(byHand, target, "")).toBe(await key());
    // It is on the pages of runs that are there: it must not change from one release to the next.
    expect([await key(), await key(byEvent), await key(byHand, "nightly")]).toEqual([
      "db5fb92abc",
      "1f6c29360d",
      "a86626b028",
    ]);
  });

  test.each<[string, string, string]>([
    ["values in another order", await key(), await key({ ...byHand, inputs: { b: "2", a: "1" } })],
    [
      "deep values in another order",
      await key(byEvent),
      await key({ ...byEvent, clientPayload: { b: "2", a: { y: [1, 2], x: 1 } } }),
    ],
    ["a ref in full", await key(), await key({ ...byHand, ref: "refs/heads/main" })],
    ["the target in other letters", await key(), await key(byHand, "", { ...target, owner: "Octo", repo: "TARGET" })],
    ["whatever is sent, with a key of one's own", await key(byHand, "nightly"), await key(byEvent, "nightly")],
  ])("is the same for %s", (_, one, other) => {
    expect(one).toBe(other);
  });

  test.each<[string, string]>([
    ["another value", await key({ ...byHand, inputs: { a: "1", b: "3" } })],
    ["another name", await key({ ...byHand, inputs: { a: "1", c: "2" } })],
    ["another workflow", await key({ ...byHand, workflow: { kind: "file", value: "test.yml" } })],
    ["another ref", await key({ ...byHand, ref: "v1" })],
    ["no ref", await key({ ...byHand, ref: undefined })],
    ["another repository", await key(byHand, "", { ...target, repo: "other" })],
    ["another server", await key(byHand, "", { ...target, apiUrl: "https://ghe.example.com/api/v3" })],
    ["another event", await key(byEvent)],
    ["a list in another order", await key({ ...byEvent, clientPayload: { a: { x: 1, y: [2, 1] }, b: "2" } })],
    ["a key of one's own", await key(byHand, "nightly")],
  ])("is another for %s", async (_, other) => {
    expect(other).not.toBe(await key());
    expect(other).toMatch(/^[0-9a-f]{10}$/);
  });
});
