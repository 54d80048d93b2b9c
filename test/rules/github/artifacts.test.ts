import { expect, test } from "vitest";
import { readArtifacts } from "../../../src/github/artifacts.ts";
import { InvalidResponse } from "../../../src/github/response-fields.ts";

test("artifacts are read by what matters of them, and doubted", () => {
  const whole = {
    id: 7,
    name: "values",
    size_in_bytes: 120,
    expired: false,
    created_at: "2026-11-20T12:00:00Z",
    digest: "sha256:00",
    workflow_run: { id: 1 },
  };
  const strange = { id: 2n ** 60n, name: "a\nb", size_in_bytes: "x", expired: "yes", created_at: 5, digest: null };
  const none = { sizeBytes: undefined, isExpired: false, createdAtMs: undefined, digest: undefined };
  const { items, unreadable } = readArtifacts({ total_count: 3, artifacts: [whole, strange, { name: "no id" }] });
  expect(items).toEqual([
    {
      id: 7,
      name: "values",
      sizeBytes: 120,
      isExpired: false,
      createdAtMs: Date.UTC(2026, 10, 20, 12),
      digest: "sha256:00",
    },
    { id: 2n ** 60n, name: "a b", ...none },
  ]);
  expect(unreadable).toEqual(["without an id: it has no such field `id` as an artifact has"]);
});

test.each([undefined, "x", [], {}, { artifacts: {} }, { artifacts: [{}] }])("%j is no list of them", (data) => {
  expect(() => readArtifacts(data)).toThrow(InvalidResponse);
});
