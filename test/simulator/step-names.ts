import { Lexer } from "@actions/expressions";
import { type Contexts, expressionsIn, fillTemplate } from "./expression.ts";
import type { WorkflowStep } from "./workflow.ts";

/** What a step is called: from the job's set-up on, and from just before it runs. A step that is skipped keeps the first. */
export interface StepName {
  atSetUp: string;
  atStart: string;
}

/** What the server sends with a job. The runner adds the others, `env` among them, when it has begun. */
const ofTheJobMessage = ["github", "inputs", "vars", "needs", "strategy", "matrix"];

/**
 * A name is evaluated at set-up if the job message has all that the whole of it speaks of; else its source is shown until
 * the step runs. A step without a name is called by its script, of which only the first line shows but all of it counts.
 * (actions/runner: Runner.Worker/ActionRunner.cs GenerateDisplayName, TryUpdateDisplayName; JobExtension.cs)
 */
export function nameStep({ title, prefix }: WorkflowStep, contexts: Contexts): StepName {
  if (prefix === "Run " && expressionsIn(title).length === 0) {
    const name = firstLine(prefix, title);
    return { atSetUp: name, atStart: name };
  }
  const atStart = firstLine(prefix, fillTemplate(title, contexts));
  const isEarly = contextsIn(title).every((name) => ofTheJobMessage.includes(name));
  return { atSetUp: isEarly ? atStart : firstLine(prefix, sourceOf(title)), atStart };
}

/** `${{ inputs.id }}`, however it was spaced. */
function sourceOf(title: string): string {
  return expressionsIn(title).reduce(
    (text, expression) => text.replace(`\${{${expression}}}`, () => `\${{ ${expression.trim()} }}`),
    title,
  );
}

/** The contexts that a text speaks of, in lower case: names that no dot leads to. */
function contextsIn(title: string): string[] {
  return expressionsIn(title).flatMap((expression) => {
    const { tokens } = new Lexer(expression).lex();
    return tokens
      .filter(
        ({ lexeme }, index) =>
          /^[a-z_][\w-]*$/i.test(lexeme) &&
          tokens[index - 1]?.lexeme !== "." &&
          tokens[index + 1]?.lexeme !== "(" &&
          !["true", "false", "null", "NaN", "Infinity"].includes(lexeme),
      )
      .map(({ lexeme }) => lexeme.toLowerCase());
  });
}

function firstLine(prefix: string, text: string): string {
  const [line = ""] = text.trimStart().split(/[\r\n]/);
  return line === "" ? "run" : prefix + line;
}
