import { expect, test } from "vitest";
import { makeDownload } from "../../../src/github/download.ts";
import { PURPOSES } from "../../../src/github/purposes.ts";
import type { Fetch } from "../../../src/github/transport.ts";
import { systemClock } from "../../../src/runner/clock.ts";

const REQUEST = "GET /api/v3/repos/octo/target/actions/artifacts/7/zip";
const purpose = PURPOSES.readArtifacts;

/** Where a file is asked for; undefined: nowhere. */
async function addressOf(location: string | undefined, apiUrl: string, status = 302): Promise<string | undefined> {
  let asked: string | undefined;
  const fetch: Fetch = async (url) => {
    asked = url;
    throw new Error("enough");
  };
  const send = async () => ({ request: REQUEST, purpose, status, headers: { location }, data: "" });
  const download = makeDownload(send, { apiUrl, fetch, clock: systemClock });
  const parts = download({ route: REQUEST, purpose }, { timeoutMs: 1000 });
  await expect(parts.next()).rejects.toMatchObject({ kind: asked === undefined ? expect.any(String) : "lost" });
  return asked;
}

const PLAIN = "http://ghe.test/api/v3";
const TLS = "https://ghe.test/api/v3";

test.each<[string, string | undefined, string, string | undefined]>([
  ["on another host", "https://blobs.test/a?sig=1%2F2", TLS, "https://blobs.test/a?sig=1%2F2"],
  ["on the same host", "https://ghe.test/_services/a?sig=1", TLS, "https://ghe.test/_services/a?sig=1"],
  ["on the API's host, where only a path is told", "/_services/a?sig=1", TLS, "https://ghe.test/_services/a?sig=1"],
  ["on the API's scheme, where none is told", "//blobs.test/a", TLS, "https://blobs.test/a"],
  ["in the clear, as the API is", "http://blobs.test/a", PLAIN, "http://blobs.test/a"],
  ["on TLS, though the API is in the clear", "https://blobs.test/a", PLAIN, "https://blobs.test/a"],
  ["nowhere: in the clear, though the API is on TLS", "http://blobs.test/a", TLS, undefined],
  ["nowhere: by another scheme", "ftp://blobs.test/a", PLAIN, undefined],
  ["nowhere: without an address", undefined, TLS, undefined],
  ["nowhere: with an empty one", "", TLS, undefined],
  ["nowhere: with one that is none", "https://", TLS, undefined],
])("a file is read %s", async (_, location, apiUrl, address) => {
  expect(await addressOf(location, apiUrl)).toBe(address);
});

test("a file is read after a 302 alone", async () => {
  expect(await addressOf("https://blobs.test/a", TLS, 200)).toBeUndefined();
});
