/**
 * Edge: `deno task release DIR` makes of the built files in DIR what is published: adds the schema,
 * the bill of materials and the install scripts, and signs the checksums of all of them.
 *
 * RELEASE_PRIVATE_KEY signs, RELEASE_PUBLIC_KEY goes into the install script; both are PEM, of an
 * ECDSA key on P-256. There is no key in the sources, and nothing is made without both. The signature
 * is the one that `cosign sign-blob` makes with a key pair, so that cosign and openssl verify it.
 *
 * @module
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { Buffer } from "node:buffer";
import { commitOf } from "./bundle.ts";
import { BuildError } from "./run.ts";
import { makeSbom, readSbomInput } from "./sbom.ts";
import { SUMS_FILE, sumsOf } from "./sums.ts";
import { portableName, releaseName, TARGETS } from "./targets.ts";

/** The names of the signature of the checksums, and of the bill of materials. */
export const SIGNATURE_FILE = `${SUMS_FILE}.sig`;
export const SBOM_FILE = "httpcfg.cdx.json";

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** Returns the key pair in the environment. Throws a {@linkcode BuildError} without one. */
export function readKeys(env: (name: string) => string | undefined): KeyPair {
  const read = (name: string, make: (pem: string) => KeyObject): KeyObject => {
    const pem = env(name);
    if (!pem) {
      throw new BuildError(`Cannot release: ${name} is not set\nhint: see dist/release.ts`);
    }
    try {
      const key = make(pem);
      if (key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
    } catch {
      // What is wrong with a key is nothing for a log.
    }
    throw new BuildError(`Cannot release: ${name} is not an ECDSA key on P-256 in PEM`);
  };
  const publicKey = read("RELEASE_PUBLIC_KEY", createPublicKey);
  const privateKey = read("RELEASE_PRIVATE_KEY", createPrivateKey);
  const probe = Buffer.from("probe");
  if (!verify("sha256", probe, publicKey, sign("sha256", probe, privateKey))) {
    throw new BuildError("Cannot release: RELEASE_PUBLIC_KEY is not that of RELEASE_PRIVATE_KEY");
  }
  return { publicKey, privateKey };
}

/** Returns the install script with the public key in it. */
export function withPublicKey(script: string, publicKey: KeyObject): string {
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString().trim();
  const parts = script.split("\npublic_key=''\n");
  if (parts.length === 2) return parts.join(`\npublic_key='${pem}'\n`);
  throw new BuildError("Cannot release: install.sh has no one line public_key=''");
}

/** Makes the release of the files in `folder`. Returns the names of all files. */
export async function makeRelease(
  folder: string,
  root: string,
  keys: KeyPair,
): Promise<readonly string[]> {
  const missing = TARGETS
    .filter((target) =>
      ![releaseName(target), portableName(target)].some((name) => isFile(`${folder}/${name}`))
    )
    .map(releaseName);
  if (missing.length > 0) {
    throw new BuildError(`Cannot release without ${missing.join(", ")}: not in "${folder}"`);
  }
  const { version } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const input = await readSbomInput(root, { version, commit: await commitOf(root) });
  const script = await Deno.readTextFile(`${root}/dist/install.sh`);
  await Deno.copyFile(`${root}/dist/httpcfg.schema.json`, `${folder}/httpcfg.schema.json`);
  await Deno.writeTextFile(
    `${folder}/${SBOM_FILE}`,
    `${JSON.stringify(makeSbom(input), null, 2)}\n`,
  );
  await Deno.copyFile(`${root}/dist/install.ps1`, `${folder}/install.ps1`);
  await Deno.writeTextFile(`${folder}/install.sh`, withPublicKey(script, keys.publicKey));
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => isFile(`${folder}/${name}`) && name !== SUMS_FILE && name !== SIGNATURE_FILE)
    .sort();
  const sums = await sumsOf(folder, names);
  await Deno.writeTextFile(`${folder}/${SUMS_FILE}`, sums);
  const signature = sign("sha256", Buffer.from(sums), keys.privateKey).toString("base64");
  await Deno.writeTextFile(`${folder}/${SIGNATURE_FILE}`, `${signature}\n`);
  return [...names, SUMS_FILE, SIGNATURE_FILE];
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const say = (text: string): number =>
    Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
  try {
    const root = await Deno.realPath(`${import.meta.dirname}/..`);
    const [folder = `${root}/dist/bin`] = Deno.args;
    for (const name of await makeRelease(folder, root, readKeys((name) => Deno.env.get(name)))) {
      say(`${folder}/${name}`);
    }
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    say(`error: ${error.message}`);
    Deno.exitCode = 1;
  }
}
