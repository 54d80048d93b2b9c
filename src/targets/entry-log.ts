import type { Log } from "../runner/log.ts";

/** Of more targets, the log shows only starts and ends. */
export const MAX_TALKATIVE = 10;

/** The log of one entry: its lines begin with its name. Where there are many, only its warnings are shown. */
export function entryLog(log: Log, name: string, count: number): Log {
  const isShown = count <= MAX_TALKATIVE;
  const named = (line: string) => `${name}: ${line}`;
  return {
    info: (line, tone) => (isShown ? log.info(named(line), tone) : log.debug(named(line))),
    group(title, lines) {
      if (isShown) log.group(named(title), lines);
    },
    // The step has a line of its own for a time in which nothing changes.
    still: (line) => log.debug(named(line)),
    notice: (line) => (isShown ? log.notice(named(line)) : log.debug(named(line))),
    warning: (line) => log.warning(named(line)),
    debug: (line) => log.debug(named(line)),
  };
}
