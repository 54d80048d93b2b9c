/** What the dry runs of all entries have found. What several have in common is said once. */

import type { Log, Tone } from "../runner/log.ts";
import { StepError } from "../runner/step-error.ts";
import { type Finding, formatFinding, wrong } from "../state/finding.ts";
import { fenced } from "../summary/markdown.ts";
import { enumerated } from "../text/wording.ts";
import type { Ended } from "./result-of.ts";

export interface DryRun extends Ended {
  name: string;
}

interface Group {
  names: string[];
  findings: Finding[];
}

const TONES: Record<Finding["is"], Tone> = { right: "good", wrong: "bad", unknown: "waiting" };
const MAX_NAMES = 5;

/** @throws StepError where something is wrong with an entry, or what decides could not be read */
export function reportDryRuns(
  dryRuns: readonly DryRun[],
  { log, writeSummary }: { log: Log; writeSummary: ((markdown: string) => void) | undefined },
): void {
  const groups = groupsOf(dryRuns);
  for (const group of groups) {
    log.info(titleOf(group));
    for (const finding of group.findings) log.info(`  ${formatFinding(finding)}`, TONES[finding.is]);
  }
  writeSummary?.(`### Dry run\n\n${fenced(groups.map(textOf).join("\n\n"))}\n`);
  const count = dryRuns.length;
  const bad = dryRuns.filter(({ failure }) => failure !== undefined).length;
  if (bad === 0) {
    log.info(`Found no problem in ${count} targets, as far as can be checked without dispatching.`, "good");
    return;
  }
  const decisive = groups.map(({ names, findings }) => ({ names, findings: findings.filter(isDecisive) }));
  const problems = decisive.filter(({ findings }) => findings.length > 0);
  throw new StepError(
    [`The dry run found problems in ${bad} of ${count} targets:`, ...problems.map(textOf)].join("\n"),
  );
}

/** Those that the most have in common come first. */
function groupsOf(dryRuns: readonly DryRun[]): Group[] {
  const byText = new Map<string, { names: string[]; finding: Finding }>();
  for (const { name, known, failure } of dryRuns) {
    for (const finding of known.findings ?? [wrong(failure instanceof Error ? failure.message : "unknown")]) {
      const text = formatFinding(finding);
      const names = byText.get(text)?.names ?? [];
      byText.set(text, { names: names.includes(name) ? names : [...names, name], finding });
    }
  }
  const groups = new Map<string, Group>();
  for (const { names, finding } of byText.values()) {
    const key = JSON.stringify(names);
    const findings = groups.get(key)?.findings ?? [];
    groups.set(key, { names, findings: [...findings, finding] });
  }
  return [...groups.values()].sort((one, other) => other.names.length - one.names.length);
}

function isDecisive({ is, unseen: how }: Finding): boolean {
  return is === "wrong" || how === "decides";
}

function titleOf({ names }: Group): string {
  return `${enumerated(names, MAX_NAMES)}:`;
}

function textOf(group: Group): string {
  return [titleOf(group), ...group.findings.map((finding) => `  ${formatFinding(finding)}`)].join("\n");
}
