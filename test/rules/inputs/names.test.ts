import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkNames, DEFAULTS, INPUT_NAMES, inputNamesIn } from "../../../src/inputs/names.ts";
import { asked, setStage } from "../../support/stage.ts";
import { actionYml } from "../../support/step.ts";

test("our names are those of action.yml, in its order", () => {
  const ofAction = Object.entries(actionYml.inputs).map(([name, { default: value = "" }]) => {
    const dependsOnCaller = value.includes("${{");
    return [name, dependsOnCaller ? "" : value];
  });
  expect(Object.entries(DEFAULTS)).toEqual(ofAction);
  expect(checkNames(INPUT_NAMES)).toEqual({ problems: [], warnings: [] });
});

test("the names are those under which the runner hands inputs over", () => {
  expect(
    inputNamesIn({ "INPUT_WAIT-FOR": "", INPUT_DRYRUN: "true", INPUT_: "", PATH: "/bin", MY_INPUT_A: "" }),
  ).toEqual(["wait-for", "dryrun"]);
});

describe("another spelling of ours", () => {
  const spellings = INPUT_NAMES.filter((name) => name.includes("_")).flatMap((name) => [
    [name.replaceAll("_", "-"), name],
    [name.replaceAll("_", ""), name],
    [name.replace("_", "-"), name],
    [name.replaceAll("_", " ").toUpperCase(), name],
  ]);
  test.each(spellings)("%s is a problem that names %s", (given, ours) => {
    expect(checkNames([given as string])).toEqual({
      problems: [`\`${given}\` is not an input of this action: write it \`${ours}\`.`],
      warnings: [],
    });
  });
});

/** The rows of docs/migration.md: an input of another action, and what it is called here. One that takes other events is left out. */
function rowsOfMigration(): [theirs: string, ours: string][] {
  const page = readFileSync(new URL("../../../docs/migration.md", import.meta.url), "utf8");
  return [...page.matchAll(/^\| input(?!.*\/actions\/status).*\n\|.*\n((?:\|.*\n)+)/gm)].flatMap(([, rows = ""]) =>
    [...rows.matchAll(/^\| `(.+?)` \| `?(.+?)`? \|/gm)].map(([, theirs = "", ours = ""]): [string, string] => [
      theirs,
      ours,
    ]),
  );
}

describe("a name of an action that the migration page leads from", () => {
  // The runner writes names in upper case; a name that means another thing here cannot be told by its name.
  const foreign = rowsOfMigration()
    .map(([theirs, ours]) => [theirs.toLowerCase(), ours] as const)
    .filter(([theirs]) => !INPUT_NAMES.some((name) => name === theirs))
    // Another spelling of ours, which stands for something else there: the name of ours is told.
    .filter(([theirs, ours]) => ours !== "–" || !INPUT_NAMES.some((name) => name.replaceAll("_", "") === theirs));

  test("is looked at for each of them", () => {
    expect(foreign.length).toBeGreaterThan(40);
  });

  test.each(foreign)("%s is a problem that names ours, %s; where there is none, a warning", (theirs, ours) => {
    const { problems, warnings } = checkNames([theirs]);
    if (ours === "–") {
      expect({ problems, warnings }).toEqual({
        problems: [],
        warnings: [expect.stringContaining(`\`${theirs}\` is no`)],
      });
    } else {
      expect({ problems, warnings }).toEqual({ problems: [expect.stringContaining(`\`${ours}\``)], warnings: [] });
    }
  });
});

test.each([
  ["repository", "`repository` is not an input of this action: here it is called `repo`."],
  [
    "wait",
    "`wait` is not an input of this action: the closest is `wait_for` (for `true`, give `wait_for: completed`).",
  ],
  ["branch", "`branch` is not an input of this action: here it is called `ref`."],
  ["workflow_id", "`workflow_id` is not an input of this action: here it is called `workflow`."],
  ["personal_access_token", "`personal_access_token` is not an input of this action: here it is called `token`."],
])("%s is told", (name, problem) => {
  expect(checkNames([name])).toEqual({ problems: [problem], warnings: [] });
});

describe("a near miss of ours", () => {
  test.each([
    ["client_playload", "client_payload"],
    ["dryrunn", "dry_run"],
    ["workfow", "workflow"],
    ["wrokflow", "workflow"],
    ["job", "jobs"],
    ["event-tpye", "event_type"],
    ["find_time_out_second", "find_timeout_seconds"],
    ["sucess_conclusion", "success_conclusions"],
  ])("%s is a problem that names %s", (given, ours) => {
    expect(checkNames([given])).toEqual({
      problems: [
        `\`${given}\` is not an input of this action: if \`${ours}\` is meant, correct it; if not, leave it out.`,
      ],
      warnings: [],
    });
  });

  test.each([
    "rev",
    "url",
    "name",
    "title",
    "workload",
    "repeat",
    "app",
    "color",
    "comment",
    "user",
    "env",
    "timeout_ms",
  ])("is not %s, which may mean anything", (given) => {
    expect(checkNames([given]).problems).toEqual([]);
  });

  // Three letters are near to too much, and `tokens` to `token`.
  test.each(INPUT_NAMES.filter((ours) => ours !== "ref" && ours !== "tokens"))(
    "is told as such where any one letter of %s is missing",
    (ours) => {
      for (const [at] of [...ours].entries()) {
        const { problems } = checkNames([ours.slice(0, at) + ours.slice(at + 1)]);
        expect(problems).toEqual([expect.stringContaining(`\`${ours}\``)]);
      }
    },
  );

  test("keeps a dispatch from being sent for real", async () => {
    const stage = await setStage({});
    const { failure } = await stage.play({ workflow: "deploy.yml" }, { more: ["dryrunn"] });
    expect(failure).toContain("`dryrunn` is not an input of this action: if `dry_run` is meant");
    expect(asked(stage.github, "")).toEqual([]);
  });
});

test("a name that is not known is in the list of what else is wrong, which may come from it", async () => {
  const stage = await setStage({});
  const { failure, warnings } = await stage.play({ wait_for: "end", workflow: "deploy.yml" }, { more: ["colour"] });
  expect(failure).toBe(
    "There are 2 problems with the inputs, so nothing was sent:\n" +
      "- `colour` is not an input of this action, so it is ignored.\n" +
      "- `wait_for` is `end`: use one of `nothing`, `found`, `completed`.",
  );
  expect(warnings).toEqual([]);
});

test("whatever else there is, is one warning", () => {
  expect(checkNames(["colour"]).warnings).toEqual(["`colour` is not an input of this action, so it is ignored."]);
  expect(checkNames(["colour", "constructor", "token"])).toEqual({
    problems: [],
    warnings: ["`colour`, `constructor` are not inputs of this action, so they are ignored."],
  });
});

test.each(["false", "true"])(
  "with dry_run: %s, a misspelt name is among the problems, and nothing is sent",
  async (dry_run) => {
    const stage = await setStage({});
    const { failure } = await stage.play({ workflow: "deploy.yml", wait_for: "end", dry_run }, { more: ["dry-run"] });
    expect(failure).toBe(
      "There are 2 problems with the inputs, so nothing was sent:\n" +
        "- `dry-run` is not an input of this action: write it `dry_run`.\n" +
        "- `wait_for` is `end`: use one of `nothing`, `found`, `completed`.",
    );
    expect(asked(stage.github, "")).toEqual([]);
  },
);

test("an unknown name is a warning of a dry run as well", async () => {
  const stage = await setStage({});
  const { warnings } = await stage.play({ workflow: "deploy.yml", dry_run: "true" }, { more: ["colour"] });
  expect(warnings).toEqual(["`colour` is not an input of this action, so it is ignored."]);
});
