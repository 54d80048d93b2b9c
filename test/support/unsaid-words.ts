/** Which words of the code were never said: V8 counts how often each of its blocks was run. */

import { Session } from "node:inspector/promises";

export interface Listener {
  /** The texts with a space in them that stand in blocks of these files which were never run, as `file: text`. */
  unsaid(files: readonly string[]): Promise<string[]>;
}

/** Begins to listen. Only what is imported after this is heard. */
export async function listen(): Promise<Listener> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Debugger.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return {
    async unsaid(files) {
      const { result } = await session.post("Profiler.takePreciseCoverage");
      const words: string[] = [];
      for (const file of files) {
        const script = result.find(({ url }) => url.endsWith(`/src/${file}`));
        if (!script) throw new Error(`${file} was not imported after the listening had begun`);
        const { scriptSource } = await session.post("Debugger.getScriptSource", {
          scriptId: script.scriptId,
        });
        // Where nothing is said of a part, that of the whole around it counts: the innermost range decides.
        const ranges = script.functions.flatMap((each) => each.ranges);
        const countAt = (at: number) =>
          ranges
            .filter(({ startOffset, endOffset }) => startOffset <= at && at < endOffset)
            .sort((a, b) => b.startOffset - a.startOffset || a.endOffset - b.endOffset)[0]?.count ?? 0;
        const code = scriptSource.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, (comment) => comment.replace(/\S/g, " "));
        for (const { index, 0: text } of code.matchAll(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g)) {
          if (/\w \w/.test(text) && countAt(index) === 0) words.push(`${file}: ${text}`);
        }
      }
      session.disconnect();
      return words;
    },
  };
}
