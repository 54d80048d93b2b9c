/**
 * What the stages do after each test or file. Vitest forgets a hook with the file that set it, but where files share a process, a
 * stage is loaded once for all of them. So stages leave it here, and setup.ts, which is run anew for each file, sets the hooks.
 */

type Act = () => unknown;

const acts: Record<"test" | "file", Act[]> = { test: [], file: [] };

export function afterEachTest(act: Act): void {
  acts.test.push(act);
}

export function afterEachFile(act: Act): void {
  acts.file.push(act);
}

/** Does all of it, the last first, even where some of it throws. */
export async function doAfter(what: "test" | "file"): Promise<void> {
  const problems: unknown[] = [];
  for (const act of acts[what].toReversed()) {
    try {
      await act();
    } catch (error) {
      problems.push(error);
    }
  }
  if (problems.length > 0) throw problems[0];
}
