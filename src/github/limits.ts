import { type Budget, type BudgetDependencies, openBudget } from "./budget.ts";
import { type Outage, watchForOutages } from "./outages.ts";

/** What limits the requests on one token: what was spent, and what its server refuses at the moment. */
export interface Limits {
  budget: Budget;
  outage: Outage;
  /** How many repositories are polled at the moment. */
  pollers: number;
  /** How many runs are. */
  polledRuns: number;
  /** The server refuses to name the run that a dispatch starts, so that has to be sent again; undefined until one was answered. */
  refusesRunDetails?: boolean;
}

export function openLimits(dependencies: BudgetDependencies): Limits {
  return { budget: openBudget(dependencies), outage: watchForOutages(dependencies), pollers: 0, polledRuns: 0 };
}
