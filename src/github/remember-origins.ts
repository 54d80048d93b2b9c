/** Where the caller's runs came from, which the entries of `targets` ask for again and again: each is read once. */

import type { GitHub } from "./api.ts";
import type { RequestOptions } from "./http.ts";

export function rememberOrigins(github: GitHub): GitHub {
  const origins = new Map<string, ReturnType<GitHub["getOriginOfRun"]>>();
  const repositories = new Map<string, ReturnType<GitHub["getRepository"]>>();
  return {
    ...github,
    getRepository: (options) => remembered(repositories, "", options, () => github.getRepository(options)),
    getOriginOfRun: (id, options) => remembered(origins, String(id), options, () => github.getOriginOfRun(id, options)),
  };
}

/** A request that fails is none to remember. */
function remembered<Answer>(
  answers: Map<string, Promise<Answer>>,
  key: string,
  options: RequestOptions,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const known = answers.get(key);
  if (known) {
    options.onShared?.();
    return known;
  }
  const asked = ask();
  answers.set(key, asked);
  asked.catch(() => answers.delete(key));
  return asked;
}
