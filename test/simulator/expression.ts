import { data, Evaluator, Lexer, Parser, wellKnownFunctions } from "@actions/expressions";
import {
  compare,
  isEqual,
  printJson,
  RunnerDictionary,
  RunnerNumber,
  RunnerString,
  readNumber,
  toValue,
  upper,
  type Value,
} from "./values.ts";

/** What `${{ }}` may speak of: context name → plain JSON. */
export type Contexts = Record<string, unknown>;

// A string literal may hold "}}", and a quote in it is doubled.
const expression = /\$\{\{((?:'(?:[^']|'')*'|[^'])*?)\}\}/g;

/** What stands between `${{` and `}}`, each time. */
export function expressionsIn(text: string): string[] {
  return [...text.matchAll(expression)].map(([, source = ""]) => source);
}

function parse(source: string, names: readonly string[]) {
  return new Parser(new Lexer(source).lex().tokens, [...names], []).parse();
}

/** Throws where a text speaks of a context or function that GitHub does not offer there. */
export function checkTemplate(text: string, names: readonly string[], where: string): void {
  for (const [, source = ""] of text.matchAll(expression)) {
    try {
      parse(source, names);
    } catch (error) {
      throw new Error(`${where}: \${{${source}}}: ${(error as Error).message}`);
    }
  }
}

/** Replaces each `${{ }}` by its value, as GitHub does. */
export function fillTemplate(text: string, contexts: Contexts): string {
  return text.replace(expression, (_, source: string) => evaluate(source, contexts).coerceString());
}

/** GitHub's own parser and evaluator, with the runner's words for values. */
export function evaluate(source: string, contexts: Contexts): Value {
  const dictionary = new RunnerDictionary();
  for (const [name, plain] of Object.entries(contexts)) dictionary.add(name, toValue(plain, name === "env"));
  return new RunnerEvaluator(parse(source, Object.keys(contexts)), dictionary, functions).evaluate();
}

type Visited<Name extends keyof Evaluator> = Evaluator[Name] extends (node: infer Node) => unknown ? Node : never;

class RunnerEvaluator extends Evaluator {
  /** From the text as it is written: the lexer undoubles the first quote only, and reads numbers as JavaScript does. */
  override visitLiteral({ literal, token }: Visited<"visitLiteral">): Value {
    const { lexeme } = token;
    if (literal instanceof data.NumberData) {
      const value = lexeme === "NaN" ? Number.NaN : readNumber(lexeme);
      if (Number.isNaN(value) && lexeme !== "NaN") throw new Error(`Unexpected symbol: '${lexeme}'`);
      return new RunnerNumber(value);
    }
    if (!(literal instanceof data.StringData)) return literal;
    const isQuoted = lexeme.startsWith("'");
    return new RunnerString(isQuoted ? lexeme.slice(1, -1).replaceAll("''", "'") : literal.value);
  }

  /** In turn, as the runner does it: the library evaluates all arguments first (findings/expressions-case-evaluates-all.sh). */
  override visitFunctionCall(call: Visited<"visitFunctionCall">): Value {
    if (call.functionName.lexeme.toLowerCase() !== "case") return super.visitFunctionCall(call);
    const last = call.args.length - 1;
    for (let at = 0; at < last; at += 2) {
      const condition = this.eval(argumentAt(call, at));
      if (!(condition instanceof data.BooleanData)) throw new Error("case predicate must evaluate to a boolean value");
      if (condition.value) return this.eval(argumentAt(call, at + 1));
    }
    return this.eval(argumentAt(call, last));
  }

  override visitBinary({ left, operator, right }: Visited<"visitBinary">): Value {
    const [one, other] = [this.eval(left), this.eval(right)];
    const order = compare(one, other);
    switch (operator.lexeme) {
      case "==":
        return new data.BooleanData(isEqual(one, other));
      case "!=":
        return new data.BooleanData(!isEqual(one, other));
      case ">":
        return new data.BooleanData(order === 1);
      case ">=":
        return new data.BooleanData(isEqual(one, other) || order === 1);
      case "<":
        return new data.BooleanData(order === -1);
      case "<=":
        return new data.BooleanData(isEqual(one, other) || order === -1);
    }
    throw new Error(`unknown operator: ${operator.lexeme}`);
  }
}

function argumentAt({ args }: Visited<"visitFunctionCall">, at: number) {
  const argument = args[at];
  if (!argument) throw new Error("Even number of parameters supplied, requires an odd number of parameters: 'case'");
  return argument;
}

/** Two texts, or undefined where one of them is a list or an object. */
function texts(one: Value, other: Value): [string, string] | undefined {
  if (!one.primitive || !other.primitive) return undefined;
  return [upper(one.coerceString()), upper(other.coerceString())];
}

const ofTheRunner: Record<string, (...values: [Value, Value, ...Value[]]) => Value> = {
  tojson: (value) => new RunnerString(printJson(value)),
  fromjson: (value) => toValue(JSON.parse(value.coerceString())),
  contains: (one, other) => {
    const isListed = one instanceof data.Array && one.values().some((each) => isEqual(each, other));
    const [text = "", part = "\0"] = texts(one, other) ?? [];
    return new data.BooleanData(isListed || text.includes(part));
  },
  startswith: (one, other) => {
    const [text = "", part = "\0"] = texts(one, other) ?? [];
    return new data.BooleanData(text.startsWith(part));
  },
  endswith: (one, other) => {
    const [text = "", part = "\0"] = texts(one, other) ?? [];
    return new data.BooleanData(text.endsWith(part));
  },
  format: (template, ...values) => {
    const text = template.coerceString();
    const filled = text.replace(/\{\{|\}\}|\{(\d+)\}|[{}]/g, (found, digits?: string) => {
      if (found === "{{" || found === "}}") return found.slice(1);
      const value = digits === undefined ? undefined : values[Number(digits)];
      // A specifier (`{0:x}`) is an error too, where @actions/expressions passes it over.
      if (!value) throw new Error(`The following format string is invalid: ${text}`);
      return value.coerceString();
    });
    return new RunnerString(filled);
  },
};

const functions = new Map(
  Object.entries(wellKnownFunctions).map(([name, known]) => {
    const call = ofTheRunner[name.toLowerCase()];
    return [name.toLowerCase(), call ? { ...known, call: call as typeof known.call } : known] as const;
  }),
);
