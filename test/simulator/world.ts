import { createHash } from "node:crypto";
import type { Installation } from "./access.ts";
import type { App } from "./app.ts";
import { fillTemplate } from "./expression.ts";
import type { Repository, RepositoryOptions, Token, TokenOptions, Trigger, WorkflowFile } from "./repository.ts";
import { type Attempt, attemptAt, type Run, waitsForItsTurn } from "./run.ts";
import { type Behaviour, planTimeline } from "./timeline.ts";
import { type Concurrency, linkCalls, readWorkflow, unreadWorkflow } from "./workflow.ts";

export type {
  BehaviourSource,
  CommitStatus,
  Level,
  Permission,
  PullRequest,
  Repository,
  RepositoryOptions,
  Token,
  TokenOptions,
  Trigger,
  WorkflowFile,
} from "./repository.ts";

/** Everything GitHub knows. It changes by calls only, never by time. */
export class World {
  readonly repositories: Repository[] = [];
  readonly tokens = new Map<string, Token>();
  readonly apps: App[] = [];
  mintedCount = 0;
  readonly #nowMs: () => number;
  // Beyond 2^32, as today's ids are: a client that cuts them to 32 bits must not pass.
  #lastRunId = 30_000_000_000;
  #lastJobId = 60_000_000_000;

  /** What the links in its answers begin with. */
  readonly scheme: "http" | "https";

  constructor(nowMs: () => number, scheme: "http" | "https" = "http") {
    this.#nowMs = nowMs;
    this.scheme = scheme;
  }

  addRepository(fullName: string, options: RepositoryOptions = {}): void {
    if (!/^[\w.-]+\/[\w.-]+$/.test(fullName)) throw new Error(`not owner/name: ${fullName}`);
    if (this.find(fullName)) throw new Error(`exists already: ${fullName}`);
    const id = 500_000_001 + this.repositories.length;
    const defaultBranch = options.defaultBranch ?? "main";
    const files = Object.entries(options.workflows ?? {});
    this.repositories.push({
      id,
      fullName,
      formerNames: [],
      defaultBranch,
      branches: [...new Set([defaultBranch, ...(options.branches ?? [])])],
      tags: options.tags ?? [],
      visibility: options.visibility ?? "private",
      archived: options.archived ?? false,
      vars: options.vars ?? {},
      missingOn: options.missingOn ?? {},
      runs: [],
      statuses: [],
      pullRequests: [],
      workflows: files.map(([file, text], index) => ({
        id: 70_000_000 + this.repositories.length * 1000 + index + 1,
        file,
        text,
        state: options.disabled?.includes(file) ? "disabled_manually" : "active",
        workflow: options.unreadable?.includes(file) ? unreadWorkflow(file) : readWorkflow(file, text),
        behaviour: {},
        runCount: 0,
      })),
    });
    const workflows = this.repositories.at(-1)?.workflows ?? [];
    linkCalls(new Map(workflows.map(({ file, workflow }) => [file, workflow])));
  }

  addToken(text: string, options: TokenOptions, installation?: Installation): void {
    this.tokens.set(text, { kind: "personal", ...options, text, installation });
  }

  /** By its name today; GitHub does not mind upper and lower case. */
  find(fullName: string): Repository | undefined {
    return this.repositories.find((known) => known.fullName.toLowerCase() === fullName.toLowerCase());
  }

  /** By a name it had before. */
  findRenamed(fullName: string): Repository | undefined {
    const wanted = fullName.toLowerCase();
    return this.repositories.find(({ formerNames }) => formerNames.some((name) => name.toLowerCase() === wanted));
  }

  /** By its name today; throws if there is none. */
  repository(fullName: string): Repository {
    const found = this.find(fullName);
    if (!found) throw new Error(`no such repository: ${fullName}`);
    return found;
  }

  workflow(repository: Repository, file: string): WorkflowFile {
    const found = repository.workflows.find((known) => known.file === file);
    if (!found) throw new Error(`no workflow ${file} in ${repository.fullName}`);
    return found;
  }

  /** Wherever it is; throws if there is none. */
  run(id: number): { repository: Repository; run: Run } {
    for (const repository of this.repositories) {
      const run = repository.runs.find((known) => known.id === id);
      if (run) return { repository, run };
    }
    throw new Error(`no such run: ${id}`);
  }

  rename(from: string, to: string): void {
    const repository = this.repository(from);
    repository.formerNames.push(repository.fullName);
    repository.fullName = to;
  }

  /** Starts a run (and its duplicates, if it is to have some) and returns the first. */
  start(repository: Repository, file: WorkflowFile, trigger: Trigger): Run {
    const payload = trigger.payload ?? trigger.inputs ?? {};
    const source = file.behaviour;
    const given = typeof source === "function" ? source(file.runCount + 1, payload) : source;
    const behaviour = trigger.behaviour ?? given;
    const first = this.#make(repository, file, trigger, behaviour);
    for (let more = 0; more < (behaviour.duplicates ?? 0); more++) this.#make(repository, file, trigger, behaviour);
    return first;
  }

  rerun(id: number, behaviour?: Behaviour): void {
    const { repository, run } = this.run(id);
    const last = lastAttempt(run);
    if (attemptAt(last, this.#nowMs()).status !== "completed") throw new Error(`run ${id} has not ended yet`);
    const workflow = this.workflow(repository, run.file);
    run.attempts.push(this.#attempt(workflow, run, behaviour ?? last.behaviour, this.#nowMs()));
  }

  /** Runs the failed jobs again, as `reruns` has it. The run shows its old attempt until the new one begins. */
  rerunFailed(repository: Repository, run: Run): void {
    const last = lastAttempt(run);
    const { reruns = [], rerunLagMs = 2000 } = run.attempts[0]?.behaviour ?? {};
    const behaviour = reruns[run.attempts.length - 1] ?? last.behaviour;
    const workflow = this.workflow(repository, run.file);
    const next = this.#attempt(workflow, run, behaviour, this.#nowMs() + rerunLagMs);
    const stays = last.timeline.jobs.filter(({ conclusion }) => conclusion === "success" || conclusion === "skipped");
    const names = new Set(stays.map(({ name }) => name));
    const again = next.timeline.jobs.map((job, index) => ({ job, id: next.jobIds[index] ?? 0 }));
    const left = again.filter(({ job }) => !names.has(job.name));
    run.attempts.push({
      ...next,
      timeline: { ...next.timeline, jobs: left.map(({ job }) => job) },
      jobIds: left.map(({ id }) => id),
      kept: { attempt: last, names },
    });
  }

  deleteRun(id: number): void {
    const { repository, run } = this.run(id);
    repository.runs.splice(repository.runs.indexOf(run), 1);
    this.#moveUp(repository, run, this.#nowMs());
  }

  #make(repository: Repository, file: WorkflowFile, trigger: Trigger, behaviour: Behaviour): Run {
    const { workflow } = file;
    this.#lastRunId += 11;
    file.runCount++;
    const createdMs = trigger.createdAtMs ?? this.#nowMs();
    const id = trigger.id ?? this.#lastRunId;
    const resolved = resolveRef(repository, trigger.ref ?? repository.defaultBranch);
    if (!resolved) throw new Error(`no ref ${trigger.ref} in ${repository.fullName}`);
    const ref = { ...resolved, sha: trigger.headSha ?? resolved.sha };
    const contexts = contextsOf(repository, file, trigger, ref, id);
    const byEvent =
      trigger.event === "repository_dispatch"
        ? trigger.action
        : trigger.event === "push" || trigger.event === "pull_request"
          ? (trigger.title ?? commitMessage)
          : trigger.title;
    // A run-name that is blank once evaluated counts as none.
    const runName = workflow.runName && fillTemplate(workflow.runName, contexts).trim();
    const visibleAfterMs = behaviour.visibleAfterMs ?? 1500;
    const run: Run = {
      id,
      number: file.runCount,
      file: file.file,
      name: runName || workflow.name,
      displayTitle: runName || byEvent || workflow.name,
      event: trigger.event,
      ref,
      actor: trigger.actor ?? "octocat",
      payload: trigger.payload ?? {},
      inputs: trigger.inputs ?? {},
      headRepository: trigger.headRepository,
      pullRequests: trigger.pullRequests ?? [],
      contexts,
      createdMs,
      listedMs: createdMs + visibleAfterMs,
      knownMs: createdMs + (behaviour.freshRun404Ms ?? visibleAfterMs),
      attempts: [],
    };
    const others = this.#openOf(repository, groupOf(file, contexts), createdMs);
    const hasRoom = !workflow.concurrency || makeRoom(others, workflow.concurrency, contexts, createdMs);
    const attempt = this.#attempt(file, run, behaviour, createdMs);
    run.attempts.push(hasRoom ? attempt : { ...attempt, cancelledMs: createdMs });
    repository.runs.push(run);
    this.#moveUp(repository, run, createdMs);
    return run;
  }

  /** Cancels a run, which may let those go on that wait behind it. */
  cancel(repository: Repository, run: Run, how: NonNullable<Behaviour["cancel"]>): void {
    const attempt = lastAttempt(run, this.#nowMs());
    attempt.cancelRequestedMs ??= this.#nowMs();
    if (how === "works") attempt.cancelledMs ??= this.#nowMs() + (attempt.behaviour.cancelTakesMs ?? 2000);
    this.#moveUp(repository, run, this.#nowMs());
  }

  /** The runs of a concurrency group that have not ended, in their order. */
  #openOf(repository: Repository, group: string | undefined, nowMs: number): Run[] {
    if (group === undefined) return [];
    return repository.runs.filter((run) => {
      const file = repository.workflows.find((known) => known.file === run.file);
      const isOfGroup = file !== undefined && groupOf(file, run.contexts) === group;
      return isOfGroup && attemptAt(lastAttempt(run), nowMs).status !== "completed";
    });
  }

  /**
   * Plans anew how long those wait that are in the same group as `run`: who was ahead of them may have gone, or may go
   * earlier than planned. A further attempt waits for nobody.
   */
  #moveUp(repository: Repository, { file, contexts }: Run, nowMs: number): void {
    const group = groupOf(this.workflow(repository, file), contexts);
    let freeMs = 0;
    for (const run of this.#openOf(repository, group, nowMs)) {
      const attempt = lastAttempt(run);
      const hasBegun = attempt.number > 1 || attempt.turnMs < nowMs;
      if (!hasBegun) {
        attempt.turnMs = Math.max(freeMs, attempt.startedMs, Math.min(attempt.turnMs, nowMs));
        attempt.timeline = this.#plan(this.workflow(repository, run.file), run, attempt);
      }
      freeMs = Math.max(freeMs, endMsOf(attempt));
    }
  }

  #plan(
    file: WorkflowFile,
    run: Run,
    { behaviour, startedMs, turnMs }: Pick<Attempt, "behaviour" | "startedMs" | "turnMs">,
  ) {
    const pending = turnMs > startedMs ? [{ status: "pending", forMs: turnMs - startedMs }] : [];
    return planTimeline(file.workflow, run.contexts, {
      ...behaviour,
      statuses: [...pending, ...(behaviour.statuses ?? [])],
    });
  }

  #attempt(file: WorkflowFile, run: Run, behaviour: Behaviour, startedMs: number): Attempt {
    const turnMs = startedMs;
    const timeline = this.#plan(file, run, { behaviour, startedMs, turnMs });
    const jobIds = timeline.jobs.map(() => {
      this.#lastJobId += 7;
      return this.#lastJobId;
    });
    return { number: run.attempts.length + 1, startedMs, turnMs, timeline, behaviour, jobIds };
  }
}

/** The message of every commit here. */
export const commitMessage = "Add the thing";

/** The attempt that the run shows at `nowMs`; by default the last that there will be. */
export function lastAttempt(run: Run, nowMs = Number.POSITIVE_INFINITY): Attempt {
  const last = run.attempts.findLast(({ startedMs }) => startedMs <= nowMs) ?? run.attempts.at(-1);
  if (!last) throw new Error(`run ${run.id} has no attempt`);
  return last;
}

/** One that goes on, and a hundred that wait. */
const MOST_IN_A_GROUP = 100;

/**
 * Makes room for a run in its concurrency group, as GitHub does: a run that waits there already is cancelled, unless the
 * group keeps all that wait (`queue: max`), and the one that has begun as well with `cancel-in-progress`. False where a
 * hundred wait already, which cancels the newest.
 */
function makeRoom(others: readonly Run[], concurrency: Concurrency, contexts: Run["contexts"], nowMs: number): boolean {
  const cancelsInProgress = fillTemplate(concurrency.cancelInProgress, contexts) === "true";
  if (others.length > MOST_IN_A_GROUP) return false;
  for (const run of others) {
    const attempt = lastAttempt(run);
    const isPending = waitsForItsTurn(attemptAt(attempt, nowMs));
    if (isPending ? concurrency.queue === "single" : cancelsInProgress) {
      // Nobody has requested it: that is for those who ask by hand or by the API.
      attempt.cancelledMs ??= isPending ? nowMs : nowMs + (attempt.behaviour.cancelTakesMs ?? 2000);
    }
  }
  return true;
}

/** When an attempt will end if nobody interferes. */
function endMsOf({ startedMs, timeline, cancelledMs = Number.POSITIVE_INFINITY }: Attempt): number {
  return Math.min(startedMs + timeline.endMs, cancelledMs);
}

/** The name of its concurrency group for a run; GitHub does not mind upper and lower case. */
export function groupOf({ workflow }: WorkflowFile, contexts: Run["contexts"]): string | undefined {
  return workflow.concurrency && fillTemplate(workflow.concurrency.group, contexts).toLowerCase();
}

/** Branch or tag, short or with `refs/heads/`, `refs/tags/`; undefined if the repository has none of that name. */
export function resolveRef(repository: Repository, text: string): Run["ref"] | undefined {
  const name = text.replace(/^refs\/(heads|tags)\//, "");
  const full = [
    ...repository.branches.filter((branch) => branch === name).map((branch) => `refs/heads/${branch}`),
    ...repository.tags.filter((tag) => tag === name).map((tag) => `refs/tags/${tag}`),
  ].find((candidate) => text === name || text === candidate);
  return full === undefined ? undefined : { name, full, sha: shaOf(`${repository.id} ${full}`) };
}

/** A commit's or blob's id, always the same for the same thing. */
export function shaOf(text: string): string {
  const known = shas.get(text);
  if (known !== undefined) return known;
  const sha = createHash("sha1").update(text).digest("hex");
  shas.set(text, sha);
  return sha;
}

const shas = new Map<string, string>();

function contextsOf(repository: Repository, file: WorkflowFile, trigger: Trigger, ref: Run["ref"], id: number) {
  const [owner = "", name = ""] = repository.fullName.split("/");
  const sender = trigger.actor ?? "octocat";
  const shared = {
    repository: { name, full_name: repository.fullName, default_branch: repository.defaultBranch },
    sender: { login: sender },
  };
  // In the event, inputs are text; in the context `inputs`, booleans and numbers are what they are.
  const texts = Object.entries(trigger.inputs ?? {}).map(([key, value]) => [key, String(value)]);
  const event =
    trigger.event === "repository_dispatch"
      ? { ...shared, action: trigger.action, branch: ref.name, client_payload: trigger.payload ?? {} }
      : trigger.event === "workflow_dispatch"
        ? {
            ...shared,
            inputs: Object.fromEntries(texts),
            ref: ref.full,
            workflow: `.github/workflows/${file.file}`,
          }
        : { ...shared, ...trigger.payload };
  const github = {
    event,
    event_name: trigger.event,
    sha: ref.sha,
    ref: ref.full,
    ref_name: ref.name,
    ref_type: ref.full.startsWith("refs/tags/") ? "tag" : "branch",
    repository: repository.fullName,
    repository_owner: owner,
    run_id: String(id),
    run_number: String(file.runCount),
    run_attempt: "1",
    workflow: file.workflow.name,
    actor: sender,
    triggering_actor: sender,
  };
  return { github, inputs: trigger.inputs ?? {}, vars: repository.vars };
}

export function isOnRef(repository: Repository, { file }: WorkflowFile, { name }: Run["ref"]): boolean {
  return !repository.missingOn[name]?.includes(file);
}
