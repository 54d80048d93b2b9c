/** Receivers that show the id, or do not, by the values of a matrix. */

import {
  type AsWritten,
  BY_HAND,
  E,
  JOB,
  job,
  ON_HAND,
  on,
  PAYLOAD,
  row,
  STEP,
  shown,
  silent,
} from "./written-receiver.ts";

/** A job with this matrix, and these lines. */
function matrix(lines: string, more = "", steps = ""): string {
  return on("", job(`${more}${more && "\n"}strategy:\n  matrix:\n${lines.replace(/^/gm, "    ")}`, steps));
}

const LONG = "a".repeat(84);

export const BY_MATRIX: Record<string, AsWritten> = {
  "the id as a value, and a literal name": shown(matrix(`for: ["${E}"]`, "name: Deploy it"), JOB, "Deploy it (ID)"),
  "the id as a value, and a name with an expression": silent(
    matrix(`for: ["${E}"]`, "name: Deploy ${{ github.event.action }}"),
    ["Deploy deploy"],
  ),
  "the id as a value that the name shows": shown(
    matrix(`for: ["${E}"]`, "name: Deploy for ${{ matrix.for }}"),
    JOB,
    "Deploy for ID",
  ),
  "the id as a value beside others": shown(
    matrix(`os: [linux, windows]\nnode: [20, 22.10]\nfor: ["${E}"]`),
    JOB,
    "deploy (windows, 22.1, ID)",
  ),
  "the id as one of a vector's values": shown(matrix(`for: [main, "${E}"]`), JOB, "deploy (ID)"),
  "the id in an object's leaf": shown(
    matrix(`at: [{ stage: { name: live, empty: "", none: null }, for: "${E}", dry: false }]`),
    JOB,
    "deploy (live, ID, false)",
  ),
  "the id in a combination that include alone makes": shown(
    matrix(`include:\n  - { os: linux, for: "${E}" }`),
    JOB,
    "deploy (linux, ID)",
  ),
  "the id in a combination that include makes beside others": shown(
    matrix(`os: [linux]\ninclude:\n  - { os: windows, for: "${E}" }`),
    JOB,
    "deploy (windows, ID)",
  ),
  "the id as a value that include adds to a combination": silent(
    matrix(`os: [linux]\ninclude:\n  - { os: linux, for: "${E}" }`),
    ["deploy (linux)"],
  ),
  "the id as a value that include adds to all combinations": silent(
    matrix(`os: [linux, windows]\ninclude:\n  - for: "${E}"`),
    ["deploy (linux)", "deploy (windows)"],
  ),
  "the id as an added value that the name shows": shown(
    matrix(`os: [linux]\ninclude:\n  - { os: linux, for: "${E}" }`, "name: ${{ matrix.os }} ${{ matrix.for }}"),
    JOB,
    "linux ID",
  ),
  "the id as an added value that a step's name shows": shown(
    matrix(`os: [linux]\ninclude:\n  - for: "${E}"`, "", "- name: For ${{ matrix.for }}\n  run: x"),
    STEP,
    "For ID",
  ),
  "the id in a combination that is excluded": silent(
    matrix(`os: [linux, windows]\nfor: [main, "${E}"]\nexclude:\n  - for: "${E}"`),
    ["deploy (linux, main)", "deploy (windows, main)"],
  ),
  "the id in a vector that is read from JSON": shown(
    matrix(`for: \${{ fromJSON(format('["main", "{0}"]', ${PAYLOAD})) }}`),
    JOB,
    "deploy (ID)",
  ),
  "the id in a matrix that is read from JSON": shown(
    on("", job(`strategy:\n  matrix: >-\n    \${{ fromJSON(format('{{"for": ["{0}"], "n": [1, 2]}}', ${PAYLOAD})) }}`)),
    JOB,
    "deploy (ID, 2)",
  ),
  "the id in a long name": shown(
    matrix(`for: ["${E}"]`, `name: ${LONG.slice(0, 60)}`),
    JOB,
    `${LONG.slice(0, 60)} (ID)`,
  ),
  "the id behind what GitHub shows of a name": row(matrix(`for: ["${E}"]`, `name: ${LONG}`), {
    shows: [`${LONG} (1658821493-...`],
    says: "✗ deploy.yml has the id in a job's name, behind the 100 characters that GitHub shows, so its run would not be found.",
    change: `run-name: Deploy [${E}]`,
  }),
  "the id behind what GitHub shows of a name without a matrix": row(on("", job(`name: ${LONG} ${LONG} ${E}`)), {
    shows: [`${LONG} ${"a".repeat(12)}...`],
    says: "✗ deploy.yml has the id in a job's name, behind the 100 characters that GitHub shows, so its run would not be found.",
    change: `run-name: Deploy [${E}]`,
  }),
  "a large number before the id": shown(
    matrix(`n: [1764250000123456]\nfor: ["${E}"]`),
    JOB,
    "deploy (1.76425000012346E+15, ID)",
  ),
  "the id in the matrix of a job that never runs": silent(matrix(`for: ["${E}"]`, "if: false"), ["deploy"]),
  "an input's value, by hand": shown(
    on("", job('strategy:\n  matrix:\n    for: ["${{ inputs.distinct_id }}"]'), ON_HAND),
    JOB,
    "deploy (ID)",
    { given: BY_HAND },
  ),
  "a matrix that another job gives": row(
    on(
      "",
      `${job("needs: prepare\nstrategy:\n  matrix:\n    for: ['${{ needs.prepare.outputs.id }}']")}  prepare:\n    runs-on: x\n    steps:\n      - run: x\n`,
    ),
    {
      shows: ["deploy"],
      says: "? deploy.yml may show the id in a job's name: the expression's value is not known before the run.",
      change: `run-name: Deploy [${E}]`,
    },
  ),
};
