import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Ajv, type ValidateFunction } from "ajv";
import standaloneCode from "ajv/dist/standalone/index.js";
import addFormats from "ajv-formats";
import { type DescribedServer, packageRoot, readExcerpt, type Schema } from "./description-excerpt.ts";

/** What a description says of one route, ready to be asked. */
export interface Checks {
  /** By the parameter's name: how its text is meant, and whether it may be so. */
  query: Record<string, { type: unknown; validate: ValidateFunction }>;
  /** Undefined: the description knows none. */
  body: ValidateFunction | undefined;
  /** By status; null: an answer without JSON. */
  answers: Record<string, ValidateFunction | null>;
}

export interface Validators {
  routes: Record<string, Checks>;
  /** What any route may answer with a status that its description does not name. */
  error: ValidateFunction;
}

/** The same as data: each validator by its name in the module. */
interface Index {
  routes: Record<
    string,
    {
      query: Record<string, { type: unknown; name: string }>;
      body: string | undefined;
      answers: Record<string, string | null>;
    }
  >;
}

const cacheRoot = fileURLToPath(new URL("../../node_modules/.cache/tracked-dispatch/", import.meta.url));

/**
 * Reading a description takes a quarter of a second and compiling its schemas two more, in each of a hundred test
 * files. So it is done once: the compiled code is kept in node_modules/.cache, under a name that changes with the
 * package, the routes and the code here, and is loaded from there in some milliseconds.
 */
export function loadValidators(server: DescribedServer, version: string, routes: readonly string[]): Validators {
  const sources = ["./description-excerpt.ts", "./description-validators.ts"].map((file) =>
    readFileSync(new URL(file, import.meta.url), "utf8"),
  );
  const release = readFileSync(`${packageRoot}package.json`, "utf8");
  const key = createHash("sha256")
    .update(JSON.stringify([sources, release, routes]))
    .digest("hex")
    .slice(0, 16);
  const file = `${cacheRoot}${server}-${version}-${key}.cjs`;
  const require = createRequire(import.meta.url);
  try {
    return linked(require(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
  }
  mkdirSync(cacheRoot, { recursive: true });
  // Other workers may be at the same: each writes a file of its own, and all write the same.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, compile(server, version, routes));
  renameSync(draft, file);
  return linked(require(file));
}

function linked(module: Record<string, ValidateFunction> & { index: Index }): Validators {
  const validator = (name: string): ValidateFunction => {
    const found = module[name];
    if (!found) throw new Error(`no validator ${name}`);
    return found;
  };
  const routes = Object.entries(module.index.routes).map(([route, { query, body, answers }]) => {
    const checks: Checks = {
      query: mapped(query, ({ type, name }) => ({ type, validate: validator(name) })),
      body: body === undefined ? undefined : validator(body),
      answers: mapped(answers, (name) => (name === null ? null : validator(name))),
    };
    return [route, checks] as const;
  });
  return { routes: Object.fromEntries(routes), error: validator("error") };
}

function compile(server: DescribedServer, version: string, routes: readonly string[]): string {
  const excerpt = readExcerpt(server, version, routes);
  const ajv = new Ajv({
    // A keyword or format that ajv does not know is a mistake of the excerpt. Types are written as lists with null.
    strict: true,
    allowUnionTypes: true,
    // All wrong fields in one message; nobody sends us what it could take too long for.
    allErrors: true,
    code: { source: true },
  });
  addFormats.default(ajv);
  ajv.addSchema({ $id: "description", $defs: excerpt.schemas });
  const names: Record<string, string> = {};
  const add = (schema: Schema, name = `v${Object.keys(names).length}`) => {
    ajv.addSchema({ ...schema, $id: name });
    names[name] = name;
    return name;
  };
  add({ $ref: "description#/$defs/basic-error" }, "error");
  const index: Index = {
    routes: mapped(excerpt.operations, ({ query, body, answers }) => ({
      query: mapped(query, (schema) => ({ type: schema.type, name: add(schema) })),
      body: body && add(body),
      answers: mapped(answers, (schema) => schema && add(schema)),
    })),
  };
  return `${standaloneCode.default(ajv, names)}\nexports.index = ${JSON.stringify(index)};\n`;
}

function mapped<From, To>(record: Record<string, From>, to: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));
}
