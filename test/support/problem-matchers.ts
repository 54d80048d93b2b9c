/**
 * The problem matchers that actions/setup-node, setup-go, setup-python and setup-dotnet leave behind, and a common one, written from
 * docs/platform.md#problem-matchers; and what of a log the runner would have them read.
 */

/** Each pattern is for one line; several stand for lines that follow each other, of which the last may come again. */
const MATCHERS: Readonly<Record<string, readonly RegExp[]>> = {
  tsc: [/^(?:\s+\d+>)?(\S.*)[(:](\d+)[,:](\d+)(?:\):\s+|\s+-\s+)(error|warning|info)\s+TS(\d+)\s*:\s*(.*)$/],
  "eslint-stylish": [/^(\S.*)$/, /^\s+(\d+):(\d+)\s+(error|warning|info)\s+(.*)\s\s+(.*)$/],
  "eslint-compact": [/^(.+):\sline\s(\d+),\scol\s(\d+),\s(Error|Warning|Info)\s-\s(.+)\s\((.+)\)$/],
  go: [/^\s*(.+\.go):(?:(\d+):(?:(\d+):)?)?\s(.*)$/],
  python: [/^\s*File\s"(.*)",\sline\s(\d+)(?:,\sin\s(.*))?$/, /^\s*(.*)$/],
  dotnet: [/^(\S.*)\((\d+|\d+,\d+|\d+,\d+,\d+,\d+)\):\s+(error|warning)\s+([a-zA-Z]+\d+):\s*(.*)$/],
  gcc: [/^(.*):(\d+):(\d+):\s+(?:fatal\s+)?(error|warning):\s+(.*)$/],
};

/** What these tools print of a fault. */
export const FAULTS: Readonly<Record<string, readonly string[]>> = {
  tsc: ["src/a.ts(12,5): error TS2322: Type 'string' is not assignable to type 'number'."],
  "tsc, pretty": ["src/a.ts:12:5 - error TS2322: Type 'string' is not assignable to type 'number'."],
  "eslint-stylish": ["/home/runner/work/app/src/a.js", "  12:5  error  'x' is not defined  no-undef"],
  "eslint-compact": ["/work/src/a.js: line 12, col 5, Error - 'x' is not defined. (no-undef)"],
  go: ["./main.go:12:5: undefined: x"],
  "go, of a test": ["    main_test.go:12: got 1, want 2"],
  "go, of a file": ["./main.go: no such file"],
  python: ['  File "/work/a.py", line 12, in <module>', "    raise ValueError('no')"],
  dotnet: ["/work/Program.cs(12,5): error CS1002: ; expected [/work/app.csproj]"],
  gcc: ["src/a.c:12:5: fatal error: x.h: No such file or directory"],
};

/** The plain lines of a log, as matchers read them. A line that is a command is none (docs/platform.md#problem-matchers). */
function plainLines(stdout: string): string[] {
  return (
    stdout
      .split(/\r?\n/)
      .filter((line) => !/^\s*::[a-z-]+( [^:]*)?::/.test(line))
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them.
      .map((line) => line.replace(/\u001b\[[\d;]*m/g, ""))
  );
}

/** The lines that would become annotations of the caller's own files, each with its matcher. */
export function takenByMatchers(stdout: string): string[] {
  const lines = plainLines(stdout);
  return Object.entries(MATCHERS).flatMap(([owner, patterns]) =>
    lines
      .filter((_, at) => patterns.every((pattern, index) => pattern.test(lines[at + index] ?? "\n")))
      .map((line) => `${owner}: ${line}`),
  );
}
