/** What `targets` gives each entry, and every problem with it. */

import { describe, expect, test } from "vitest";
import * as mappings from "../../../src/inputs/mapping.ts";
import { readTargets } from "../../../src/targets/read-targets.ts";
import { problemsIn } from "../../support/problems.ts";
import { CALLER, inputsOf } from "../../support/step.ts";

const API = "https://api.github.com";
const HEX = "9f3c2a7e41d06b5";

function read(given: Record<string, string>) {
  const inputs = inputsOf(given, API);
  const caller = { ...CALLER, apiUrl: API };
  let position = 0;
  return readTargets(
    (name) => inputs[name] ?? "",
    caller,
    () => `${HEX}${(position++).toString(16)}`,
    mappings,
  );
}

const problemsOf = (given: Record<string, string>) => problemsIn(() => read(given));

const two = "- octo/api\n- octo/web";

describe("an entry", () => {
  test("is a repository's name, or a mapping", () => {
    const targets = "- octo/api\n- repo: octo/web\n  workflow: e2e.yml\n- https://github.com/acme/cli";
    const { entries } = read({ targets, workflow: "ci.yml" });
    expect(entries.map(({ name, inputs }) => [name, inputs.target.owner, inputs.source])).toMatchObject([
      ["octo/api", "octo", { workflow: { value: "ci.yml" } }],
      ["octo/web", "octo", { workflow: { value: "e2e.yml" } }],
      ["acme/cli", "acme", { workflow: { value: "ci.yml" } }],
    ]);
  });

  test("may be JSON, as `toJSON` writes it", () => {
    const targets = JSON.stringify([{ repo: "octo/api", client_payload: { version: "1.10" } }, "octo/web"]);
    const { entries } = read({ targets, event_type: "test" });
    expect(entries.map(({ inputs }) => inputs.source)).toMatchObject([
      { clientPayload: { version: "1.10" } },
      { clientPayload: {} },
    ]);
  });

  test("has an id of its own", () => {
    const ids = read({ targets: two, event_type: "test" }).entries.map(({ inputs }) => inputs.distinctId.value);
    expect(ids).toEqual([`1658821493-1-${HEX}0`, `1658821493-1-${HEX}1`]);
  });

  test("has the step's values under its own, by their top keys", () => {
    const targets = "- octo/api\n- repo: octo/web\n  client_payload: {b: {c: 2}, d: 3}";
    const { entries } = read({ targets, event_type: "test", client_payload: "{a: 1, b: {x: 1}}" });
    expect(entries.map(({ inputs }) => inputs.source)).toMatchObject([
      { clientPayload: { a: 1, b: { x: 1 } } },
      { clientPayload: { a: 1, b: { c: 2 }, d: 3 } },
    ]);
  });

  test("that starts a workflow gets its inputs as they are written, and none of the payload", () => {
    const targets = "- {repo: octo/api, workflow: ci.yml, workflow_inputs: {version: 1.10, empty: }}\n- octo/web";
    const given = { targets, event_type: "test", client_payload: "{a: 1}", workflow_inputs: "{level: 007}" };
    expect(read(given).entries.map(({ inputs }) => inputs.source)).toMatchObject([
      { event: "workflow_dispatch", inputs: { level: "007", version: "1.10", empty: "" } },
      { event: "repository_dispatch", clientPayload: { a: 1 } },
    ]);
  });

  test("with an event or a workflow takes neither of the two from the step", () => {
    const targets = "- {repo: octo/api, event_type: own}\n- {repo: octo/web, workflow: own.yml}\n- octo/cli";
    const { entries } = read({ targets, event_type: "step", workflow: "step.yml" });
    expect(entries.map(({ inputs }) => inputs.source)).toMatchObject([
      { event: "repository_dispatch", eventType: "own", workflow: undefined },
      { event: "workflow_dispatch", workflow: { value: "own.yml" } },
      { event: "repository_dispatch", eventType: "step", workflow: { value: "step.yml" } },
    ]);
  });

  test("may be a run that is there, to which the step's dispatch does not apply", () => {
    const targets = "- {repo: octo/api, run_id: 42}\n- octo/web";
    const given = { targets, workflow: "ci.yml", workflow_inputs: "{a: b}", ref: "main", wait_for: "completed" };
    expect(read(given).entries.map(({ inputs }) => inputs.source)).toMatchObject([
      { event: undefined, runId: 42 },
      { event: "workflow_dispatch", ref: "main" },
    ]);
  });

  test("takes lists where the inputs take them", () => {
    const targets =
      "- repo: octo/api\n  jobs: [build, 'test (linux, 20)']\n  success_conclusions: [success, neutral]\n  timeout_seconds: 60";
    const [entry] = read({ targets, workflow: "ci.yml", wait_for: "completed" }).entries;
    expect(entry?.inputs).toMatchObject({ decidingJobs: ["build", "test (linux, 20)"], timeoutMs: 60_000 });
    expect([...(entry?.inputs.successConclusions ?? [])]).toEqual(["success", "neutral"]);
  });
});

describe("names", () => {
  test("have the workflow or the event where a repository comes twice", () => {
    const targets = "- {repo: octo/api, workflow: a.yml}\n- {repo: octo/api, event_type: b}\n- octo/web";
    const { entries } = read({ targets, workflow: "ci.yml" });
    expect(entries.map(({ name }) => name)).toEqual(["octo/api (a.yml)", "octo/api (b)", "octo/web"]);
  });

  test("that are given are kept", () => {
    const targets = "- {repo: octo/api, name: EU}\n- {repo: octo/api, name: US, needs: EU, continue_on_error: true}";
    const { entries } = read({ targets, workflow: "ci.yml", wait_for: "completed" });
    expect(entries).toMatchObject([
      { name: "EU", needs: [], continuesOnError: false },
      { name: "US", needs: ["EU"], continuesOnError: true },
    ]);
  });
});

describe("tokens", () => {
  test("are chosen by the most exact pattern, whatever the case, else `token`", () => {
    const targets = "- Octo/API\n- octo/web\n- acme/cli\n- https://ghe.example.com/in/side";
    const tokens = "octo/api: ghp_api\nOCTO/*: ghp_octo\nghe.example.com/in/*: ghp_ghe";
    const { entries } = read({ targets, tokens, token: "ghp_step", workflow: "ci.yml" });
    expect(entries.map(({ inputs }) => inputs.credentials)).toEqual([
      { token: "ghp_api" },
      { token: "ghp_octo" },
      { token: "ghp_step" },
      { token: "ghp_ghe" },
    ]);
  });

  test("that fit no target are a warning", () => {
    const { warnings } = read({ targets: two, tokens: "acme/*: t1\nocto/*: t2", workflow: "ci.yml" });
    expect(warnings).toEqual(["`tokens` has `acme/*`, which fits no target."]);
  });
});

describe("a problem is told", () => {
  test.each<[string, Record<string, string>, string[]]>([
    ["of a list that is none", { targets: "octo/api" }, ["`targets`: not a list (`- ` lines or `[…]`)."]],
    ["of an empty list", { targets: "[]" }, ["`targets` is an empty list: give at least one entry."]],
    [
      "of too many entries",
      { targets: JSON.stringify(Array.from({ length: 257 }, (_, index) => `octo/r${index}`)) },
      ["`targets` has 257 entries; one step takes at most 256: divide them among several."],
    ],
    [
      "of an unknown key, with its line",
      { targets: "- octo/api\n- repo: octo/web\n  workfow: ci.yml" },
      [
        "`targets`, octo/web (line 3): `workfow` is not a key of an entry: if `workflow` is meant, correct it; if not, leave it out.",
      ],
    ],
    [
      "of a key that belongs to the step",
      { targets: "- {repo: octo/web, dry_run: true}" },
      [
        expect.stringContaining(
          "`targets`, octo/web (line 1): `dry_run` is not a key of an entry: it takes `repo`",
        ) as never,
      ],
    ],
    [
      "of an entry without a name, which would be the caller's own repository",
      { targets: "- octo/api\n-\n- repo: ''\n  workflow: other.yml" },
      [
        "`targets`, entry (line 2): `repo` is empty: name a repository, or remove the entry.",
        "`targets`, entry (line 3): `repo` is empty: name a repository, or remove the entry.",
      ],
    ],
    [
      "of two entries of one name",
      { targets: "- octo/api\n- octo/api" },
      ["`targets` has two entries called `octo/api (ci.yml)` (lines 1 and 2): give each a `name` of its own."],
    ],
    [
      "of a need that is not there",
      { targets: "- {repo: octo/api, needs: octo/wbe}\n- octo/web", wait_for: "completed" },
      ["`targets`, octo/api: `needs` has `octo/wbe`, and no entry is called so."],
    ],
    [
      "of needs in a circle",
      {
        targets: "- {repo: o/a, needs: o/b}\n- {repo: o/b, needs: o/c}\n- {repo: o/c, needs: o/a}",
        wait_for: "completed",
      },
      ["`needs` of `targets` go in a circle: `o/a` → `o/b` → `o/c` → `o/a`."],
    ],
    [
      "of needs that nobody waits for",
      { targets: "- {repo: o/a, needs: o/b}\n- o/b" },
      ["`needs` waits for the end of other entries: it goes with `wait_for: completed` only."],
    ],
    [
      "of an id for all",
      { targets: two, distinct_id: "mine" },
      ["`distinct_id` is about one run: with `targets`, each entry has an id of its own."],
    ],
    [
      "of a run for all",
      { targets: two, run_id: "7" },
      ["`run_id` is about one run: with `targets`, give it in an entry."],
    ],
    [
      "of a value that would not arrive",
      { targets: "- repo: octo/api\n  client_payload: {version: 1.10}", event_type: "test", workflow: "" },
      ["`targets`: it has a number that would not arrive as it is written (line 2, column 29): put it in quotes."],
    ],
    [
      "of each entry, and of the step once",
      { targets: "- {repo: octo/api, timeout_seconds: soon}\n- {repo: a b}", poll_interval_seconds: "0" },
      [
        "`poll_interval_seconds` is `0`: use a whole number from 1 to 3600.",
        "`targets`, octo/api (line 1): `timeout_seconds` is `soon`: use a whole number from 1 to 2592000.",
        "`targets`, a b (line 2): `repo` or `owner` has characters that GitHub names cannot have: use `name`, `owner/name` or the repository's URL.",
      ],
    ],
  ])("%s", (_, given, problems) => {
    expect(problemsOf({ workflow: "ci.yml", ...given })).toEqual(problems);
  });
});
