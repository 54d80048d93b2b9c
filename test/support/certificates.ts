/** Certificates of a made-up authority, by the machine's own openssl. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Says whether this machine can make certificates. */
export function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

export interface Certificate {
  /** PEM. */
  key: string;
  /** PEM. */
  cert: string;
}

export interface Authority {
  /** Path of its own certificate, as `NODE_EXTRA_CA_CERTS` takes it. */
  file: string;
  /** Issues a certificate for these names, e.g. `DNS:ghe.test`, `IP:127.0.0.1`. */
  issue(names: string[], days?: number): Certificate;
}

// A configuration of its own: where openssl keeps its default one differs, and not every machine has it.
const CONFIGURATION = `
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
`;

/** Makes an authority that nobody trusts by default. It is gone after the file's tests. */
export function makeAuthority(): Authority {
  const directory = mkdtempSync(join(tmpdir(), "tracked-dispatch-certificates-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const at = (name: string) => join(directory, name);
  const openssl = (...parameters: string[]) => execFileSync("openssl", parameters, { stdio: "pipe" });
  const config = at("openssl.cnf");
  writeFileSync(config, CONFIGURATION);

  function makeKey(name: string): void {
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", at(`${name}.key`));
  }

  makeKey("authority");
  const self = ["-key", at("authority.key"), "-subj", "/CN=Authority of a test", "-days", "2"];
  openssl("req", "-x509", "-new", "-config", config, "-extensions", "authority", ...self, "-out", at("authority.pem"));

  let issued = 0;
  return {
    file: at("authority.pem"),
    issue(names, days = 2) {
      const name = `server-${++issued}`;
      makeKey(name);
      openssl(
        "req",
        "-new",
        "-config",
        config,
        "-key",
        at(`${name}.key`),
        "-subj",
        `/CN=${name}`,
        "-out",
        at(`${name}.csr`),
      );
      writeFileSync(at(`${name}.ext`), `subjectAltName = ${names.join(", ")}\n`);
      const by = ["-CA", at("authority.pem"), "-CAkey", at("authority.key"), "-set_serial", String(issued)];
      const what = ["-in", at(`${name}.csr`), "-extfile", at(`${name}.ext`), "-days", String(days)];
      openssl("x509", "-req", ...what, ...by, "-out", at(`${name}.pem`));
      const [key = "", cert = ""] = [`${name}.key`, `${name}.pem`].map((file) => readFileSync(at(file), "utf8"));
      return { key, cert };
    },
  };
}
