import { BrokerError } from "./broker-error.ts";
import { type Budget, type BudgetDependencies, openBudget } from "./budget.ts";
import { type Outage, watchForOutages } from "./outages.ts";
import { RequestError } from "./request-error.ts";

/** What limits the requests on one token: what was spent, and what its server refuses at the moment. */
export interface Limits {
  budget: Budget;
  outage: Outage;
  /** The broker's: no limit of its own holds for requests that have their token. */
  brokersOutage: Outage;
  /** How many repositories are polled at the moment. */
  pollers: number;
  /** How many runs are. */
  polledRuns: number;
  /** The server refuses to name the run that a dispatch starts, so that has to be sent again; undefined until one was answered. */
  refusesRunDetails?: boolean;
}

export function openLimits(dependencies: BudgetDependencies): Limits {
  return {
    budget: openBudget(dependencies),
    outage: watchForOutages(dependencies),
    brokersOutage: watchForOutages(dependencies),
    pollers: 0,
    polledRuns: 0,
  };
}

export function outageOf(requestError: RequestError, { outage, brokersOutage }: Limits): Outage {
  return requestError instanceof BrokerError ? brokersOutage : outage;
}

/** After `before`, a broker that does not fail again has answered. */
export function noteAnswers(
  answer: unknown,
  before: RequestError | undefined,
  { outage, brokersOutage }: Limits,
): void {
  if (before instanceof BrokerError && !(answer instanceof BrokerError)) brokersOutage.noteAnswer();
  if (!(answer instanceof RequestError)) outage.noteAnswer();
}
