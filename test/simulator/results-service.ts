import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Where a job's steps upload their artifacts: the service that runners call, and the storage that it sends them to. Neither is
 * described anywhere. What is known here is what `@actions/artifact` sends, and its types of what it expects.
 */
export interface ResultsService {
  /** For `ACTIONS_RESULTS_URL`. */
  origin: string;
  /** What is there, in the order in which it was finalized. */
  artifacts: readonly UploadedArtifact[];
  /** What was called: methods of the service, and for the storage what was put. */
  calls: readonly string[];
  /** What is not known here. */
  violations: readonly string[];
  close(): Promise<void>;
}

export interface UploadedArtifact {
  id: number;
  name: string;
  bytes: Buffer;
  mimeType: string;
  /** As the uploading step computed it: what REST shows. */
  digest: string;
}

interface Upload {
  name: string;
  mimeType: string;
  blocks: Map<string, Buffer>;
  bytes: Buffer | undefined;
}

interface Answer {
  status: number;
  body?: object;
}

const TWIRP = "/twirp/github.actions.results.api.v1.ArtifactService/";
const RUN = "ce7f54c7-61c7-4aae-887f-30da475f5f1a";
const JOB = "ca395085-040a-526b-2ce8-bdc85f692774";

/** For `ACTIONS_RUNTIME_TOKEN`: it is decoded and not verified. */
export function runtimeToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ scp: `Actions.Example Actions.Results:${RUN}:${JOB}` })}.`;
}

const BACKEND = ["workflow_run_backend_id", "workflow_job_run_backend_id"];

/** Keys that each method may have; the package leaves out those of its `undefined` values. */
const METHODS: Record<string, readonly string[]> = {
  CreateArtifact: [...BACKEND, "name", "version", "mime_type", "expires_at"],
  FinalizeArtifact: [...BACKEND, "name", "size", "hash"],
  ListArtifacts: [...BACKEND, "name_filter", "id_filter"],
  DeleteArtifact: [...BACKEND, "name"],
};

/** Listens on a free port of loopback. */
export async function startResultsService(): Promise<ResultsService> {
  const uploads: Upload[] = [];
  const artifacts: UploadedArtifact[] = [];
  const calls: string[] = [];
  const violations: string[] = [];
  let lastId = 4_000_000_000;
  let origin = "";

  const violate = (what: string): Answer => {
    violations.push(what);
    return { status: 400, body: { code: "bad_route", msg: what } };
  };

  const methods: Record<string, (asked: Record<string, unknown>) => Answer> = {
    CreateArtifact({ name, version, mime_type }) {
      if (version !== 7) return violate(`version ${version}`);
      // GitHub's words (actions/upload-artifact#634). That one begun and never finalized counts as well is a guess.
      if (uploads.some((upload) => upload.name === name)) return { status: 409, body: TAKEN };
      uploads.push({ name: String(name), mimeType: String(mime_type), blocks: new Map(), bytes: undefined });
      const signed_upload_url = `${origin}/storage/${uploads.length - 1}?sig=permission&sv=2025-01-05`;
      return { status: 200, body: { ok: true, signed_upload_url } };
    },
    FinalizeArtifact({ name, size, hash }) {
      const upload = uploads.find((each) => each.name === name);
      if (!upload?.bytes) return violate(`finalizes ${name}, of which nothing was uploaded`);
      const { bytes, mimeType } = upload;
      const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
      if (hash !== digest) return violate(`the hash ${hash} is not that of what was uploaded`);
      if (Number(size ?? 0) !== bytes.length) return violate(`the size ${size} is not ${bytes.length}`);
      artifacts.push({ id: ++lastId, name: upload.name, bytes, mimeType, digest });
      return { status: 200, body: { ok: true, artifact_id: String(lastId) } };
    },
    ListArtifacts({ name_filter }) {
      const listed = artifacts.filter(({ name }) => name_filter === undefined || name === name_filter);
      const each = ({ id, name, bytes, digest }: UploadedArtifact) => ({
        workflow_run_backend_id: RUN,
        workflow_job_run_backend_id: JOB,
        database_id: String(id),
        name,
        size: String(bytes.length),
        created_at: "2026-12-01T12:00:00Z",
        digest,
      });
      return { status: 200, body: { artifacts: listed.map(each) } };
    },
    DeleteArtifact({ name }) {
      const found = artifacts.findIndex((artifact) => artifact.name === name);
      const [deleted] = found < 0 ? [] : artifacts.splice(found, 1);
      if (!deleted) return { status: 404, body: { code: "not_found", msg: "artifact not found" } };
      const kept = uploads.map((upload) => (upload.name === name ? { ...upload, name: "" } : upload));
      uploads.splice(0, uploads.length, ...kept);
      return { status: 200, body: { ok: true, artifact_id: String(deleted.id) } };
    },
  };

  const call = (method: string, request: IncomingMessage, body: Buffer): Answer => {
    calls.push(method);
    if (request.headers.authorization !== `Bearer ${runtimeToken()}`) return violate(`${method} without the token`);
    const asked = JSON.parse(body.toString()) as Record<string, unknown>;
    const strange = Object.keys(asked).filter((key) => !METHODS[method]?.includes(key));
    const run = methods[method];
    if (!run || strange.length > 0) return violate(`${method} with ${strange}`);
    if (asked.workflow_run_backend_id !== RUN) return violate(`${method} of another run`);
    return run(asked);
  };

  // Azure's way of storing what comes as a stream: blocks in any order, then the list that puts them together.
  const store = (url: URL, request: IncomingMessage, body: Buffer): Answer => {
    const upload = uploads[Number(url.pathname.split("/").at(-1))];
    const [what, id] = [url.searchParams.get("comp"), url.searchParams.get("blockid")];
    calls.push(`PUT ${what}`);
    if (request.headers.authorization) return violate("a token was sent to the storage");
    if (!upload || request.method !== "PUT" || url.searchParams.get("sig") !== "permission")
      return violate(`${request.method} ${url.pathname}`);
    if (what === "block" && id) {
      upload.blocks.set(id, body);
    } else if (what === "blocklist") {
      const ids = [...body.toString().matchAll(/<Latest>(.+?)<\/Latest>/g)].map(([, each = ""]) => each);
      upload.bytes = Buffer.concat(ids.map((each) => upload.blocks.get(each) ?? Buffer.alloc(0)));
    } else return violate(`PUT ${what}`);
    return { status: 201 };
  };

  const server = createServer(async (request, response) => {
    const body = await bytesOf(request);
    const url = new URL(request.url ?? "", origin);
    if (url.pathname.startsWith("/storage/")) return send(response, store(url, request, body));
    if (request.method === "POST" && url.pathname.startsWith(TWIRP))
      return send(response, call(url.pathname.slice(TWIRP.length), request, body));
    send(response, violate(`${request.method} ${url.pathname}`));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin, artifacts, calls, violations, close };
}

const TAKEN = {
  code: "already_exists",
  msg: "an artifact with this name already exists on the workflow run",
};

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, body ? { "content-type": "application/json" } : { etag: '"0x8DD"' });
  response.end(body && JSON.stringify(body));
}
