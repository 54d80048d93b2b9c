import { expect, test, vi } from "vitest";
import { endFolding, runnerLog } from "../../../src/runner/log.ts";
import { takenByMatchers } from "../../support/problem-matchers.ts";

test("a line that says that nothing changes is read by no problem matcher, though it shows a place", () => {
  let printed = "";
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  const line = "Second in line behind src/a.ts(12,5): error TS2322: x";
  runnerLog.still("The run is queued.");
  for (let nth = 0; nth < 3; nth++) runnerLog.still(line);
  endFolding();
  spy.mockRestore();
  expect(printed.split(line)).toHaveLength(4);
  expect(takenByMatchers(printed)).toEqual([]);
});
