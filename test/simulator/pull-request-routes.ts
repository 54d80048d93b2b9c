import { json, reject } from "./answer.ts";
import { pullRequestAnswer } from "./pull-request-answers.ts";
import type { Route } from "./routes.ts";

export const pullRequestRoutes: readonly Route[] = [
  {
    method: "GET",
    pattern: "/repos/{owner}/{repo}/pulls/{pull_number}",
    needs: ["pull_requests", "read"],
    answer: ({ repository, params, bases }) => {
      const found = repository.pullRequests.find(({ number }) => String(number) === params.pull_number);
      return found ? json(pullRequestAnswer(found, repository, bases)) : reject(404, "Not Found");
    },
  },
];
