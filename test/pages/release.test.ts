/** What keeps a release from being made of the wrong commit: the scripts of release.yml, run on repositories that are wrong. */

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { notesOf, partsOf } from "../../scripts/changelog.ts";
import { type Bench, jobsOf, scriptOf, setBench } from "../support/workflow-scripts.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const CONTRIBUTING = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
const ON_MAIN = scriptOf("release.yml", "prove", "The tag is a version, and its commit is on main");
const GREEN = scriptOf("release.yml", "prove", "The end-to-end test was green for this commit");
const APPROVED = scriptOf("release.yml", "prove", "The release will wait for an approval");
const MOVABLE = scriptOf("release.yml", "prove", "The major tag can be moved");
const CREATE = scriptOf("release.yml", "release", "Create the release");

/** A clone whose main has two commits, checked out at the second. */
function repository(bench: Bench): void {
  const { status, said } = bench.bash(`
    git init --quiet --initial-branch=main
    git config user.name Somebody; git config user.email somebody@example.com
    mkdir -p .github/workflows
    echo one > .github/workflows/check.yml; git add .; git commit --quiet --message one; git tag v1.0.0; git tag v1
    echo two > README.md; git add .; git commit --quiet --message two; git tag v1.1.0
    git update-ref refs/remotes/origin/main main
  `);
  if (status !== 0) throw new Error(said);
}

// The scripts are the runner's, which is Linux.
describe.skipIf(process.platform === "win32")("a release", () => {
  test("is made of a commit on main", () => {
    const bench = setBench();
    repository(bench);
    expect(bench.bash(ON_MAIN, { TAG: "v1.1.0" })).toMatchObject({ status: 0, said: "" });
  });

  test("is not made of a commit beside main, and says how to tag another", () => {
    const bench = setBench();
    repository(bench);
    bench.bash("git checkout --quiet -b beside; git commit --quiet --allow-empty --message beside");
    const { status, said } = bench.bash(ON_MAIN, { TAG: "v1.1.1" });
    expect(status).toBe(1);
    expect(said).toContain("git tag --force v1.1.1 origin/main && git push origin v1.1.1");
  });

  test.for(["v1.1.0.1", "v1.x.0", "v1.1.0+x"])("is not made of a tag like %s", (TAG) => {
    const bench = setBench();
    repository(bench);
    const { status, said } = bench.bash(ON_MAIN, { TAG });
    expect(status).toBe(1);
    expect(said).toContain(`git push origin :refs/tags/${TAG}`);
  });

  test.for([
    ["a green run on its commit", '{head_sha: $c, conclusion: "success"}', 0],
    ["a red run on its commit", '{head_sha: $c, conclusion: "failure"}', 1],
    ["a green run on another", '{head_sha: "0123", conclusion: "success"}', 1],
    ["a run that goes on", "{head_sha: $c, conclusion: null}", 1],
  ] as const)("counts %s of the end-to-end test", ([, run, expected]) => {
    const bench = setBench(`jq --null-input --arg c "$(git rev-parse HEAD)" '{workflow_runs: [${run}]}'`);
    repository(bench);
    const { status, said } = bench.bash(GREEN, { TAG: "v1.1.0" });
    expect(status).toBe(expected);
    if (expected === 1) expect(said).toContain("gh workflow run e2e.yml --repo octo/action --ref v1.1.0");
    expect(bench.bash("git status --porcelain").said).toBe("");
  });

  const reviewers = { type: "required_reviewers", reviewers: [{ type: "User" }, { type: "Team" }] };
  test.for([
    ["which asks two", JSON.stringify({ protection_rules: [{ type: "wait_timer" }, reviewers] }), 0],
    ["which only waits", JSON.stringify({ protection_rules: [{ type: "wait_timer", wait_timer: 30 }] }), 1],
    ["which asks nobody any more", JSON.stringify({ protection_rules: [{ ...reviewers, reviewers: [] }] }), 1],
    ["without a rule", JSON.stringify({ protection_rules: [] }), 1],
    ["that is not there", undefined, 1],
  ] as const)("looks at an environment %s before it is made", ([, environment, expected]) => {
    // The real `gh` prints what the server says to a 404, and ends with 1.
    const answer = environment ? `jq --raw-output "$4" <<< '${environment}'` : `echo '{"status":"404"}'; exit 1`;
    const bench = setBench(answer);
    const { status, said } = bench.bash(APPROVED);
    expect(status).toBe(expected);
    if (expected === 1) expect(said).toContain('add "Required reviewers"');
    else expect(said).toBe("");
    const asked = bench.bash('cat "$(dirname "$(command -v gh)")/asked"').said;
    expect(asked).toMatch(/^api repos\/octo\/action\/environments\/release --jq /);
  });

  describe("whose workflows main has changed since", () => {
    const changed = () => {
      const bench = setBench();
      repository(bench);
      bench.bash(`
        echo three > .github/workflows/check.yml; git commit --quiet --all --message three
        git update-ref refs/remotes/origin/main main; git checkout --quiet v1.1.0
      `);
      return bench;
    };

    test("fails before it exists, with the command that moves the major tag", () => {
      const bench = changed();
      const { status, said } = bench.bash(MOVABLE, { TAG: "v1.1.0" });
      const commit = bench.bash("git rev-parse HEAD").said.trim();
      expect(status).toBe(1);
      expect(said).toContain(`git tag --force v1 ${commit} && git push --force origin refs/tags/v1`);
    });

    test("goes on when that command was run", () => {
      const bench = changed();
      bench.bash("git tag --force v1 HEAD");
      expect(bench.bash(MOVABLE, { TAG: "v1.1.0" })).toMatchObject({ status: 0, said: "" });
    });

    test("goes on when a newer version holds the major tag", () => {
      const bench = changed();
      bench.bash("git tag v1.2.0 main");
      expect(bench.bash(MOVABLE, { TAG: "v1.1.0" })).toMatchObject({ status: 0, said: "" });
    });
  });

  test("moves the major tag by itself where workflows are main's", () => {
    const bench = setBench();
    repository(bench);
    expect(bench.bash(MOVABLE, { TAG: "v1.1.0" })).toMatchObject({ status: 0, said: "" });
  });

  test.for([
    ["v1.1.0", "true", ""],
    ["v1.1.0", "false", "Enable release immutability"],
    ["v1.2.0-rc.1", "true", ""],
  ])(
    "%s has the changelog's words, and a warning unless it is immutable (%s)",
    ([TAG = "", immutable, warning = ""]) => {
      const bench = setBench(`case "$*" in "release view"*) exit 1 ;; api*) echo ${immutable} ;; esac`);
      const { status, said } = bench.bash(CREATE, { TAG, GH_REPO: "octo/action", NOTES: "- New `thing`, $HOME." });
      expect(status).toBe(0);
      if (warning) expect(said).toContain(warning);
      else expect(said).toBe("");
      const asked = bench.bash('cat "$(dirname "$(command -v gh)")/asked"').said.split("\n");
      const prerelease = TAG.includes("-") ? " --prerelease" : "";
      expect(asked[1]).toBe(
        `release create ${TAG} --title ${TAG} --notes - New \`thing\`, $HOME. --verify-tag${prerelease}`,
      );
    },
  );
});

/** CONTRIBUTING.md, "Each release", on a copy: of what is here now, which may be before the first. */
describe("the steps of a release", () => {
  function prepare(version: string) {
    const folder = mkdtempSync(join(tmpdir(), "tracked-dispatch-release-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const name of ["package.json", "package-lock.json", "CHANGELOG.md"])
      cpSync(join(root, name), join(folder, name));
    const changelog = readFileSync(join(folder, "CHANGELOG.md"), "utf8");
    const after = changelog.replace("## Unreleased\n", `## Unreleased\n\n## ${version}\n`);
    writeFileSync(join(folder, "CHANGELOG.md"), after);
    return { folder, changelog, after };
  }

  test("give the next version all that is not released yet", () => {
    const { changelog, after } = prepare("9.0.0");
    const before = partsOf(changelog).get("Unreleased");
    expect(partsOf(after).get("Unreleased")).toBe("");
    expect(partsOf(after).get("9.0.0")).toBe(before);
    if (before) expect(notesOf(after, "v9.0.0")).toBe(before);
  });

  test("set the version, also the first one", () => {
    const { version: now } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    const next = now === "0.0.0" ? "1.0.0" : "9.0.0";
    const { folder } = prepare(next);
    const [command = ""] = /npm version --no-git-tag-version/.exec(CONTRIBUTING) ?? [];
    const { status, stderr } = spawnSync(`${command} ${next}`, { cwd: folder, encoding: "utf8", shell: true });
    expect([status, stderr]).toEqual([0, ""]);
    for (const file of ["package.json", "package-lock.json"])
      expect(JSON.parse(readFileSync(join(folder, file), "utf8"))).toMatchObject({ version: next });
  });
});

describe("release.yml", () => {
  const jobs = jobsOf("release.yml");

  test("creates nothing before all is proven, approved and attested", () => {
    expect(jobs.release?.needs).toEqual(["prove", "attest"]);
    expect(jobs.attest?.needs).toBe("approve");
    expect(jobs.approve?.needs).toBe("prove");
    expect(jobs.prove?.steps.at(-1)?.name).toBe("The major tag can be moved");
  });

  test("waits for the environment's approval before any job that may write", () => {
    expect(jobs.approve?.environment).toBe("release");
    const awaited = (id: string): string[] =>
      [jobs[id]?.needs ?? []].flat().flatMap((needed) => [needed, ...awaited(needed)]);
    const writing = Object.keys(jobs).filter((id) => Object.values(jobs[id]?.permissions ?? {}).includes("write"));
    expect(writing).toEqual(["attest", "release"]);
    for (const id of writing) expect(awaited(id), id).toContain("approve");
    expect(jobs.approve?.permissions).toBeUndefined();
  });

  test("has the bundle attested by a workflow that runs nothing of the repository, and is told nothing", () => {
    expect(jobs.attest?.uses).toBe("./.github/workflows/provenance.yml");
    expect(jobs.attest).not.toHaveProperty("with");
    expect(jobs.attest).not.toHaveProperty("secrets");
    const { attest, ...others } = jobsOf("provenance.yml");
    expect(others).toEqual({});
    // Without `ref`, a checkout is of the commit that the run is of.
    expect(attest?.steps.map(({ uses, with: given }) => [uses?.split("@")[0], given])).toEqual([
      ["actions/checkout", { "persist-credentials": false }],
      ["actions/attest-build-provenance", { "subject-path": "dist/*" }],
    ]);
    expect(attest?.permissions).toEqual({ contents: "read", "id-token": "write", attestations: "write" });
    expect(jobs.attest?.permissions).toEqual(attest?.permissions);
  });

  test("runs nothing of the repository with a permission to write", () => {
    for (const { permissions, steps } of Object.values(jobs)) {
      if (!Object.values(permissions ?? {}).includes("write")) continue;
      expect(steps.filter(({ run }) => /\b(npm|node|npx)\b/.test(run ?? ""))).toEqual([]);
    }
  });
});
