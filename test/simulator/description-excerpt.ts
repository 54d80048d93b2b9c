import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What a published description says of the few routes that are played here, as JSON Schema. */
export interface Excerpt {
  /** By method and path with nameless parameters: `GET /repos/{}/{}`. */
  operations: Record<string, Operation>;
  schemas: Record<string, Schema>;
}

export interface Operation {
  query: Record<string, Schema>;
  /** Of the request; undefined: the description knows none. */
  body: Schema | undefined;
  /** By status; null: an answer without JSON. */
  answers: Record<string, Schema | null>;
}

export type Schema = Record<string, unknown>;

/** The servers whose descriptions GitHub publishes. */
export type DescribedServer = "api.github.com" | "ghec" | "ghes-3.17" | "ghes-3.18" | "ghes-3.19";

// biome-ignore lint/suspicious/noExplicitAny: it is walked, not read.
type Json = any;

/** Where the descriptions are, each 11 to 14 MB of OpenAPI 3.0. */
export const packageRoot = fileURLToPath(new URL("../../node_modules/@octokit/openapi/", import.meta.url));

/** Routes are named as in `Excerpt`; `version` is that of the header `X-GitHub-Api-Version`. */
export function readExcerpt(server: DescribedServer, version: string, routes: readonly string[]): Excerpt {
  const description = JSON.parse(readFileSync(`${packageRoot}generated/${server}.json`, "utf8")) as Json;
  const wanted = new Set(routes);
  const operations: Excerpt["operations"] = {};
  const translator = new Translator(description, version);
  // Any route may answer with it, whether or not its description says so.
  translator.schema({ $ref: "#/components/schemas/basic-error" });
  for (const [path, methods] of Object.entries<Json>(description.paths)) {
    for (const [method, operation] of Object.entries<Json>(methods)) {
      const route = `${method.toUpperCase()} ${path.replace(/\{[^}]*\}/g, "{}")}`;
      if (wanted.has(route)) operations[route] = translator.operation(operation);
    }
  }
  return { operations, schemas: translator.schemas };
}

/** The keywords that say something of a value, and are the same in OpenAPI 3.0 and JSON Schema. */
const keywords = [
  "type",
  "enum",
  "format",
  "pattern",
  "required",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
];

/** From OpenAPI 3.0 to JSON Schema, with all schemas that are met on the way. */
class Translator {
  readonly schemas: Record<string, Schema> = {};
  readonly #description: Json;
  readonly #version: string;

  constructor(description: Json, version: string) {
    this.#description = description;
    this.#version = version;
  }

  operation(given: Json): Operation {
    const operation = this.#asOf(given);
    const parameters: Json[] = (operation.parameters ?? []).map((one: Json) => this.#resolve(one));
    const body = this.#resolve(operation.requestBody)?.content?.["application/json"]?.schema;
    const answers = Object.entries<Json>(operation.responses).map(([status, answer]) => {
      const schema = this.#resolve(answer).content?.["application/json"]?.schema;
      return [status, schema === undefined ? null : this.schema(schema)] as const;
    });
    return {
      query: Object.fromEntries(
        parameters.filter((one) => one.in === "query").map((one) => [one.name, this.schema(one.schema)]),
      ),
      body: body && this.schema(body),
      answers: Object.fromEntries(answers),
    };
  }

  schema(source: Json): Schema {
    if (source.$ref !== undefined) {
      const name = String(source.$ref).replace("#/components/schemas/", "");
      if (!(name in this.schemas)) {
        this.schemas[name] = {};
        this.schemas[name] = this.schema(this.#asOf(this.#description.components.schemas[name]));
      }
      return { $ref: `description#/$defs/${name}` };
    }
    // Nothing here has it. Where something does, its parts must not be closed each for itself.
    if (source.allOf) throw new Error("allOf: the excerpt does not translate it");
    const schema: Schema = {};
    for (const word of keywords) if (source[word] !== undefined) schema[word] = source[word];
    for (const word of ["oneOf", "anyOf"]) {
      if (source[word]) schema[word] = source[word].map((one: Json) => this.schema(one));
    }
    if (source.items) schema.items = this.schema(source.items);
    if (source.properties || source.additionalProperties !== undefined) schema.type ??= "object";
    if (source.properties) {
      schema.properties = Object.fromEntries(
        Object.entries<Json>(source.properties).map(([name, one]) => [name, this.schema(one)]),
      );
      // Closed: a field that the description does not know is one that we have made up.
      schema.additionalProperties = false;
    }
    if (source.additionalProperties !== undefined) {
      const more = source.additionalProperties;
      schema.additionalProperties = typeof more === "object" ? this.schema(more) : more;
    }
    return source.nullable === true ? orNull(schema) : schema;
  }

  #resolve(one: Json): Json {
    if (one?.$ref === undefined) return one;
    const path = String(one.$ref).slice(2).split("/");
    return path.reduce((at: Json, key) => at[key], this.#description);
  }

  /** The description speaks of 2022-11-28; what a later version changes stands beside, as patches of two kinds. */
  #asOf(source: Json): Json {
    const changes: Json[] = source["x-github-breaking-changes"] ?? [];
    return changes
      .filter(({ version }) => version <= this.#version)
      .reduce((whole, { patch }) => (Array.isArray(patch) ? patched(whole, patch) : merged(whole, patch)), source);
  }
}

/**
 * Also of a list of words: GitHub's descriptions write `nullable: true` beside an `enum` without null (71 times in
 * api.github.com's, 79 times with it) where null is meant, as in the conclusion of a job that goes on.
 */
function orNull(schema: Schema): Schema {
  if (schema.type === undefined) return { anyOf: [schema, { type: "null" }] };
  const words = schema.enum as unknown[] | undefined;
  return {
    ...schema,
    type: [schema.type, "null"],
    ...(words && { enum: [...new Set([...words, null])] }),
  };
}

/** RFC 6902, as far as the descriptions use it. */
function patched(source: Json, patch: Json[]): Json {
  const whole = structuredClone(source);
  for (const { op, path, value } of patch) {
    const keys = (path as string)
      .slice(1)
      .split("/")
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = keys.pop() ?? "";
    const parent = keys.reduce((at, key) => at[key], whole);
    if (op === "remove") delete parent[last];
    else if (op === "replace" || op === "add") parent[last] = value;
    else throw new Error(`a change of the description is of an unknown kind: ${op}`);
  }
  return whole;
}

/** RFC 7386. */
function merged(source: Json, patch: Json): Json {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const whole = { ...source };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete whole[key];
    else whole[key] = merged(whole[key], value);
  }
  return whole;
}
