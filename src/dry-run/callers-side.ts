/** Whether `status_token` sees the caller's repository, where the commit status is set. */

import { lookAt } from "../asking/look-at.ts";
import { makeRetry, once } from "../asking/retry.ts";
import { type Finding, quoted, right, unseen, wrong } from "../receiver/finding.ts";
import type { Story } from "../story/story.ts";

/** No finding where no status is asked for. Whether the token may set one shows only when it does. */
export async function findCallersSide(story: Story, deadlineMs: number): Promise<Finding[]> {
  const { callersGitHub: github } = story;
  if (!github) return [];
  const name = quoted(github.fullName());
  const look = await lookAt(makeRetry({ ...story, github })(github.getRepository, once(deadlineMs)));
  if (look.is === "seen")
    return [
      right(
        `\`status_token\` is accepted, and sees ${name}; it needs \`statuses: write\` there for \`status_context\`.`,
      ),
    ];
  if (look.is === "unread")
    return [{ ...unseen(`Whether \`status_token\` sees ${name} ${look.why}.`), unseen: "aside" }];
  return [wrong(`\`status_token\` does not see ${name}, the caller's own repository: no commit status could be set.`)];
}
