/** Receivers in test/receivers/, each in a shape that a public repository has, written anew. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type AsWritten, BY_HAND, JOB, type Row, RUN_NAME, row, STEP, shown, silent } from "./written-receiver.ts";

/** A row, without the files: its name says where they are. */
interface InPublic extends AsWritten {
  /** The repository whose file has this shape, and the file. */
  source: readonly [repository: string, path: string];
  /** What GitHub's own parser (0.3.61) says, a part of it; undefined: nothing. */
  refused: string | undefined;
}

const FOLDER = fileURLToPath(new URL("../receivers", import.meta.url));
const WORKFLOWS = ".github/workflows";
const LATE = `✓ deploy.yml shows the id in ${STEP}, but late: just before the step runs. In the \`run-name\` it shows at once.`;
const BELOW = `✗ deploy.yml has the id on a later line of ${STEP}, but GitHub shows only the first, so its run would not be found.`;
const IF_IT_RUNS = "only if that job runs, which is not known before the run.";
const ADDED = { change: "run-name: " };

function by(source: InPublic["source"], written: AsWritten, refused?: string): InPublic {
  return { ...written, source, refused, parser: refused };
}

/** By hand, with these inputs; the id goes by `key`. */
function hand(inputs: Record<string, string> = {}, key = "distinct_id"): Row {
  return { given: { ...BY_HAND, workflow_inputs: JSON.stringify(inputs), distinct_id_key: key } };
}

const ROWS: Record<string, InPublic> = {
  // In the run-name.
  "na-fallback": by(["lasith-kg/dispatch-workflow", "README.md"], shown("", RUN_NAME, "Deploy [ID]")),
  "uuid-among-pairs": by(
    ["conda-forge/conda-forge-webservices", `${WORKFLOWS}/webservices-workflow-dispatch.yml`],
    shown("", RUN_NAME, "lint: octo/x#1 [tag=null, uuid=ID]", hand({ task: "lint", package: "x", pull: "1" }, "uuid")),
  ),
  "dispatch-id-or-gate": by(
    ["openclaw/openclaw", `${WORKFLOWS}/ci.yml`],
    shown("", RUN_NAME, "CI ID", hand({}, "dispatch_id")),
  ),
  "case-by-event": by(["AMWA-TV/amwa-spec-docs", "README.md"], shown("", RUN_NAME, "Pages for ID", hand())),
  "call-and-dispatch": by(
    ["Expensify/App", `${WORKFLOWS}/createNewVersion.yml`],
    shown("", RUN_NAME, "Version for ID", hand()),
  ),
  "group-of-pairs": by(
    ["quarkusio/quarkus", `${WORKFLOWS}/doc-build.yml`],
    shown("", RUN_NAME, "Documentation for ID"),
  ),
  "group-of-a-job": by(
    ["cli/cli", `${WORKFLOWS}/deployment.yml`],
    shown("", RUN_NAME, "ID / production", hand({}, "tag_name")),
  ),
  "families-in-parentheses": by(
    ["ROCm/TheRock", `${WORKFLOWS}/multi_arch_build_portable_linux_dispatch.yml`],
    shown("", RUN_NAME, "Build Linux asan (ID)", hand({ families_json: "[]", label: "asan" })),
  ),
  "its-own-id": by(["PhuongTMR/workflow-trigwait", "README.md"], shown("", RUN_NAME, "Build [ID]", hand({}, "id"))),

  // In a job's name.
  "include-only-in-brackets": by(
    ["rust-lang/rust", `${WORKFLOWS}/ci.yml`],
    shown("", JOB, "wasm (firefox, ID)-C simd128"),
  ),
  "include-only-without-name": by(
    ["ruby/ruby", `${WORKFLOWS}/ubuntu.yml`],
    shown("", JOB, "make (bundler, 50, true, ID)"),
  ),
  "debug-or-release": by(["python/cpython", `${WORKFLOWS}/jit.yml`], shown("", JOB, "x86_64/clang (Debug) ID")),
  "part-of-all": by(["zephyrproject-rtos/zephyr", `${WORKFLOWS}/twister.yaml`], shown("", JOB, "Part 2/2 ID")),

  // In a step's name.
  "step-named-without-id": by(
    ["Codex-/return-dispatch", `${WORKFLOWS}/dispatch.yml`],
    silent("", ["show the id."], { ...hand(), ...ADDED }),
    // return-dispatch's own workflow declares its input so, and GitHub starts it.
    "Unexpected value ''",
  ),
  "bottle-by-formula": by(
    ["Homebrew/homebrew-core", `${WORKFLOWS}/dispatch-build-bottle.yml`],
    shown("", STEP, "ID", hand({ runner: "linux", formula: "jq" })),
  ),
  "suite-or-all": by(
    ["vitejs/vite-ecosystem-ci", `${WORKFLOWS}/ecosystem-ci-from-pr.yml`],
    shown("", STEP, "Run ./suite --branch main  --for ID nuxt", hand({ branch: "main", suite: "-" })),
  ),
  "lock-file-context": by(["github/gh-aw", `${WORKFLOWS}/cloclo.lock.yml`], shown("", STEP, "Activate for ID", hand())),
  "lock-file-gate": by(
    ["github/gh-aw", `${WORKFLOWS}/agy-conformance-reusable.lock.yml`],
    row("", { shows: ["activation"], says: `? deploy.yml shows the id in ${STEP} ${IF_IT_RUNS}` }),
  ),
  "owner-guard": by(["pytorch/pytorch", `${WORKFLOWS}/_linux-build.yml`], shown("", STEP, "Build for ID")),
  "group-over-lines": by(
    ["cilium/cilium", `${WORKFLOWS}/conformance-aks.yaml`],
    shown("", STEP, "Create the cluster ci-ID", { says: LATE }),
  ),
  "script-by-anchor": by(["openclaw/openclaw", `${WORKFLOWS}/ci.yml`], shown("", STEP, "Run echo ID")),
  "not-cancelled": by(["llvm/llvm-project", `${WORKFLOWS}/release-tasks.yml`], shown("", STEP, "Links for ID")),
  "strategy-without-matrix": by(["PaperMC/Paper", `${WORKFLOWS}/build.yml`], shown("", STEP, "Build for ID")),
  "payload-in-scripts": by(
    ["microsoft/TypeScript", `${WORKFLOWS}/new-release-branch.yaml`],
    row("", { shows: ["Run npm --version", 'Run git checkout -b "$(date +%s)"'], says: BELOW }),
  ),
  "composite-action": by(
    ["openjdk/jdk", `${WORKFLOWS}/build-linux.yml`],
    silent("", ["Run ./.github/actions/mark", "Build"], ADDED),
  ),
  "environment-by-env": by(
    ["ni/nitypes-python", `${WORKFLOWS}/publish.yml`],
    shown("", STEP, "Upload to pypi for ID", { ...hand({ environment: "pypi" }), says: LATE }),
  ),
  "skipped-by-default": by(
    ["denoland/deno", `${WORKFLOWS}/npm_publish.yml`],
    silent("", ["npm build", "npm publish"], { ...hand(), ...ADDED }),
  ),
  "inputs-as-json": by(
    ["github/gh-aw", `${WORKFLOWS}/agy-conformance-reusable.lock.yml`],
    row("", { ...hand(), shows: ["With {"], says: BELOW }),
  ),
  "env-of-env": by(
    ["huggingface/transformers", `${WORKFLOWS}/self-scheduled-caller.yml`],
    shown("", STEP, "Setup for ID", { says: LATE }),
  ),
  "payload-in-payload": by(
    ["peter-evans/slash-command-dispatch", `${WORKFLOWS}/hello-world-command.yml`],
    silent("", ["React to "], ADDED),
  ),
  "platforms-by-default": by(["cli/cli", `${WORKFLOWS}/deployment.yml`], shown("", STEP, "Sign for ID", hand())),
  "after-success-or-failure": by(
    ["zephyrproject-rtos/zephyr", `${WORKFLOWS}/twister.yaml`],
    shown("", STEP, "Results for ID"),
  ),

  // In a workflow that is called.
  "any-event-type": by(
    ["huggingface/transformers", `${WORKFLOWS}/self-scheduled-caller.yml`],
    silent("", ["Model CI / Run gpu"], ADDED),
  ),
  "called-three-deep": by(
    ["electron/electron", `${WORKFLOWS}/pipeline-electron-build-and-test.yml`],
    shown("", STEP, "macos / build / build"),
  ),
  "called-job-name": by(
    ["facebook/react", `${WORKFLOWS}/runtime_prereleases.yml`],
    shown("", JOB, "Publish to Next / Publish (stable) ID @next"),
  ),
  "called-by-matrix": by(["php/php-src", `${WORKFLOWS}/root.yml`], shown("", JOB, "old / old_LINUX ID")),
  "called-with-default-matrix": by(
    ["openjdk/jdk", `${WORKFLOWS}/build-linux.yml`],
    silent("", ["linux-x64 / build (debug)", "linux-x64 / build (release)"], ADDED),
  ),
  "called-with-json": by(
    ["apache/spark", `${WORKFLOWS}/build_java21.yml`],
    silent("", ["Run / build", "Run / docker"], ADDED),
  ),
  "called-dot-file": by(
    ["moby/buildkit", `${WORKFLOWS}/.test.yml`],
    shown("", STEP, "Prepare 1.26 for ID", { says: LATE }),
  ),
  "events-in-a-list": by(
    ["godotengine/godot", `${WORKFLOWS}/runner.yml`],
    // `if: "!vars.DISABLE_CI"`
    shown("", JOB, "📊 Checks / Code style (ID)", { says: `? deploy.yml shows the id in ${JOB} ${IF_IT_RUNS}` }),
    "Unexpected value 'repository_dispatch'",
  ),
  "called-elsewhere": by(
    ["AMWA-TV/amwa-spec-docs", "README.md"],
    row("", {
      shows: ["docs / called"],
      says: "? deploy.yml does not show the id, unless a workflow that it calls does, in a job's or step's name.",
    }),
  ),
};

/** 120 KB, as generated files and those of large projects are; the id stands at its end. */
const LONG = [
  "name: CI\non:\n  repository_dispatch:\n    types: [deploy]\njobs:\n",
  ...Array.from(
    { length: 200 },
    (_, at) =>
      `  check${at}:\n    needs: [${at === 0 ? "" : `check${at - 1}`}]\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n${`          ./check --number ${at} --with-all-that-there-is\n`.repeat(9)}`,
  ),
  "  last:\n    runs-on: ubuntu-latest\n    steps:\n      - name: For ${{ github.event.client_payload.distinct_id }}\n        run: x\n",
].join("");

function filesOf(name: string): Record<string, string> {
  const folder = `${FOLDER}/${name}`;
  if (!statSync(folder, { throwIfNoEntry: false })) return { "deploy.yml": readFileSync(`${folder}.yml`, "utf8") };
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(`${folder}/${file}`, "utf8")]));
}

export const IN_PUBLIC: Record<string, InPublic> = {
  ...Object.fromEntries(Object.entries(ROWS).map(([name, each]) => [name, { ...each, files: filesOf(name) }])),
  // This one is made here.
  "a file of 120 KB": by(["openclaw/openclaw", `${WORKFLOWS}/ci.yml`], shown(LONG, STEP, "For ID")),
};

/** Names of the rows that have files, and so of the files and folders. */
export const FILES = readdirSync(FOLDER).map((name) => name.replace(/\.yml$/, ""));
