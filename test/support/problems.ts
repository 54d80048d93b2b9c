import { InputError } from "../../src/inputs/inputs.ts";

/** Those for which `read` refuses its inputs; none where it takes them. */
export function problemsIn(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}
