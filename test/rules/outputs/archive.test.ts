import zlib from "node:zlib";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { takeFile } from "../../../src/outputs/artifact-content.ts";
import { type ZippedFile, zipOf } from "../../simulator/index.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const TEXT = '{"a":1}';
const named = (...paths: string[]): ZippedFile[] => paths.map((path) => ({ path, text: `${path}: ${TEXT}` }));

test.each<[string, ZippedFile[], string]>([
  ["its only file", named("x.txt"), "x.txt"],
  ["its only file, in a folder", named("a/", "a/b/", "a/b/x.json"), "a/b/x.json"],
  ["outputs.json among several", named("a.json", "outputs.json", "b.json"), "outputs.json"],
  ["outputs.json at its top", named("a/outputs.json", "outputs.json"), "outputs.json"],
])("of a zip, %s is taken", async (_, files, path) => {
  const taken = await takeFile(zipOf(files));
  expect("file" in taken && Buffer.from(taken.file).toString()).toBe(`${path}: ${TEXT}`);
});

test.each([
  ["", ""],
  ["an object", TEXT],
  ["what only looks like a zip", "PK"],
  ["what has a zip inside", ` ${zipOf(named("x"))}`],
])("of what is no zip, all is taken: %s", async (_, text) => {
  const taken = await takeFile(Buffer.from(text));
  expect("file" in taken && Buffer.from(taken.file).toString()).toBe(text);
});

const whole = zipOf(named("outputs.json"));
const damaged = (change: (zip: Buffer) => Buffer) => change(Buffer.from(whole));

test.each<[string, Buffer, object]>([
  ["has no file", zipOf([]), { is: "crowded", files: [] }],
  ["has folders only", zipOf(named("a/")), { is: "crowded", files: [] }],
  [
    "has several files",
    zipOf(named("a.json", "b/outputs.json")),
    { is: "crowded", files: ["a.json", "b/outputs.json"] },
  ],
  [
    "has outputs.json twice",
    zipOf(named("outputs.json", "outputs.json")),
    { is: "damaged", how: "it has `outputs.json` twice" },
  ],
  ...["../x", "a/../../x", "/etc/passwd", "C:/x", "/"].map((path): [string, Buffer, object] => [
    `has the path ${path}`,
    zipOf(named(path)),
    { is: "damaged", how: "a path in it points outside it" },
  ]),
  [
    "has a path that climbs beside what is meant",
    zipOf(named("outputs.json", "../x")),
    { is: "damaged", how: "a path in it points outside it" },
  ],
  ["is cut", damaged((zip) => zip.subarray(0, -10)), { is: "damaged", how: "its archive cannot be read" }],
  [
    "is its beginning alone",
    damaged((zip) => zip.subarray(0, 4)),
    { is: "damaged", how: "its archive cannot be read" },
  ],
  [
    "is spoiled in its data",
    damaged((zip) => zip.fill(0xff, 42, 50)),
    { is: "damaged", how: "its archive cannot be read" },
  ],
  [
    "says that it holds less than it does",
    zipOf([{ path: "x", text: TEXT, saysBytes: 3 }]),
    { is: "damaged", how: "its archive cannot be read" },
  ],
  [
    "says that it holds more than it does",
    zipOf([{ path: "x", text: TEXT, saysBytes: 30 }]),
    { is: "damaged", how: "its archive cannot be read" },
  ],
  [
    "says that it is too large",
    zipOf([{ path: "x", text: TEXT, saysBytes: 2 ** 31 }]),
    { is: "large", unpacked: true },
  ],
])("a zip that %s is refused", async (_, zip, flaw) => {
  expect(await takeFile(zip)).toEqual(flaw);
});

test("a file of 1 MiB is taken, and one with a byte more is not", async () => {
  const bytes = Buffer.alloc(1024 * 1024, "x");
  const taken = await takeFile(zipOf([{ path: "x", bytes }]));
  // Compared element by element it would take a minute.
  expect("file" in taken && bytes.equals(taken.file)).toBe(true);
  const more = Buffer.concat([bytes, Buffer.from("x")]);
  expect(await takeFile(zipOf([{ path: "x", bytes: more }]))).toEqual({ is: "large", unpacked: true });
});

test("a zip that unpacks to a gigabyte is left when it has shown more than it says", async () => {
  // A part that can be repeated: it ends at a byte, and refers to nothing before it.
  const part = zlib.deflateRawSync(Buffer.alloc(1024 * 1024), { finishFlush: zlib.constants.Z_FULL_FLUSH });
  const packed = Buffer.concat([...Array.from({ length: 1024 }, () => part), zlib.deflateRawSync("")]);
  const inflates = vi.spyOn(zlib, "createInflateRaw");
  for (const saysBytes of [100, 1024 * 1024]) {
    const flaw = await takeFile(zipOf([{ path: "outputs.json", packed, saysBytes }]));
    expect(flaw).toEqual({ is: "damaged", how: "its archive cannot be read" });
    const [inflate] = inflates.mock.results.map(({ value }) => value as zlib.InflateRaw).slice(-1);
    expect(inflate?.bytesWritten).toBeLessThan(packed.length / 8);
  }
  // Where it says the truth, it is not even begun.
  expect(await takeFile(zipOf([{ path: "x", packed, saysBytes: 2 ** 30 }]))).toEqual({ is: "large", unpacked: true });
  expect(inflates).toHaveBeenCalledTimes(2);
});

test("whatever is changed in a zip, it is taken or refused, and never more than is read", async () => {
  const sound = zipOf([
    { path: "a.json", text: TEXT },
    { path: "outputs.json", text: `{"a":"${"x".repeat(3000)}"}` },
  ]);
  const change = fc.record({ at: fc.nat(sound.length - 1), byte: fc.nat(255) });
  const changes = fc.record({
    changes: fc.array(change, { maxLength: 4 }),
    length: fc.integer({ min: 0, max: sound.length }),
  });
  let refused = 0;
  const property = fc.asyncProperty(changes, fc.boolean(), async ({ changes, length }, isCut) => {
    const zip = Buffer.from(isCut ? sound.subarray(0, length) : sound);
    for (const { at, byte } of changes) if (at < zip.length) zip[at] = byte;
    const taken = await takeFile(zip);
    if ("is" in taken) refused++;
    else expect(taken.file.length).toBeLessThanOrEqual(1024 * 1024);
    // Node tells of an error that nobody has heard after the turn in which it came.
    await new Promise(setImmediate);
  });
  await fc.assert(property, { numRuns: 500, seed: 20261120 });
  expect(refused).toBeGreaterThan(100);
});
