/** The library in actions/upload-artifact, run as a job's step runs it, against a results service on loopback. */

import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runtimeToken } from "../simulator/results-service.ts";

/** That of upload-artifact v7. */
export const VERSION = "6.2.1";

/** Not among the dependencies: with its own it weighs 190 MB. */
const folder = join(import.meta.dirname, "..", "..", "node_modules", ".cache", "artifact", VERSION);

/** Installs it where it is not. */
export function install(): void {
  if (!existsSync(join(folder, "node_modules", "@actions", "artifact"))) {
    mkdirSync(folder, { recursive: true });
    const options = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    execFileSync("npm", ["install", "--prefix", folder, ...options, `@actions/artifact@${VERSION}`], {
      stdio: "inherit",
      // On Windows npm is a script, which only a shell can start.
      shell: process.platform === "win32",
    });
  }
  copyFileSync(join(import.meta.dirname, "upload.mjs"), join(folder, "upload.mjs"));
}

/** With the inputs of upload-artifact; `files` are path → content, and all are uploaded. */
export interface Asked {
  name?: string;
  files: Record<string, string | Uint8Array>;
  /** `archive: false`. */
  skipArchive?: boolean;
  compressionLevel?: number;
  overwrite?: boolean;
  /** `GITHUB_SERVER_URL`. */
  serverUrl?: string;
}

export type Uploaded = { id: number; size: number; digest: string } | { refused: string };

export async function upload(resultsUrl: string, asked: Asked): Promise<Uploaded> {
  const { name = "artifact", files, serverUrl = "https://github.com", ...options } = asked;
  const root = mkdtempSync(join(tmpdir(), "tracked-dispatch-artifact-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    const paths = Object.keys(files).map((path) => join(root, path));
    const argument = JSON.stringify({ name, files: paths, root, ...options });
    const env = {
      PATH: process.env.PATH,
      ACTIONS_RUNTIME_TOKEN: runtimeToken(),
      ACTIONS_RESULTS_URL: `${resultsUrl}/`,
      GITHUB_SERVER_URL: serverUrl,
      GITHUB_WORKSPACE: root,
    };
    const stdout = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, ["upload.mjs", argument], { cwd: folder, env }, (error, out, err) =>
        error ? reject(new Error(`${error.message}\n${out}\n${err}`)) : resolve(out),
      );
    });
    const [, result, json = ""] = /^(UPLOADED|REFUSED) (.*)$/m.exec(stdout) ?? [];
    if (result === "UPLOADED") return JSON.parse(json) as Uploaded;
    return { refused: JSON.parse(json) as string };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
