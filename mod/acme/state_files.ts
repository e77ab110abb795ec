/**
 * Edge: the files of ACME in its certificate store: `NAME.json`, the state of each certificate, which
 * has the key of an order under way; `accounts/ID.json`, the account at each server with its key; and
 * the locks of both. Only their owner can read them. Names are escaped as those of certificates.
 *
 * @module
 */
import { makePrivateFolder } from "../config/store/private_folder.ts";
import { Fault, quote, shellWord } from "../base/fault.ts";
import { encodeFileName } from "../base/files/file_name.ts";
import { joinPath } from "../base/files/join_path.ts";
import { fileFault } from "../base/file_fault.ts";
import { replaceFile } from "../config/store/replace_file.ts";
import * as v from "valibot";
import { type AcmeState, readState } from "./acme_state.ts";

/** An account: its key, and its URL once it is registered. */
export interface StoredAccount {
  readonly server: string;
  /** PKCS #8, PEM. */
  readonly key: string;
  readonly url: string | null;
  readonly contact: readonly string[];
}

const accountSchema = v.object({
  server: v.string(),
  key: v.string(),
  url: v.nullable(v.string()),
  contact: v.array(v.string()),
});

const FILE_BYTES_MAX = 256 * 1024;
/** Milliseconds that another process may take for the order that this one wants, too. */
const LOCK_WAIT_MS = 10 * 60_000;

/** Returns the stored state of a certificate; null if there is none, or none that can be used. */
export async function loadState(folder: string, name: string): Promise<AcmeState | null> {
  return readState(
    await readJson(statePath(folder, name)) ?? await readJson(oldStatePath(folder, name)),
  );
}

/** Stores a state; it survives a power failure when this returns. */
export async function saveState(folder: string, name: string, state: AcmeState): Promise<void> {
  await writeJson(folder, statePath(folder, name), state);
  const old = oldStatePath(folder, name);
  if (old !== statePath(folder, name)) await Deno.remove(old).catch(() => {}); // there is none
}

/** Returns the stored account at `server`; null if there is none. Throws a Fault if it is damaged. */
export async function loadAccount(folder: string, server: string): Promise<StoredAccount | null> {
  const path = await accountPath(folder, server);
  const value = await readJson(path);
  if (value === null && !await exists(path)) return null;
  const result = v.safeParse(accountSchema, value);
  if (result.success) return result.output;
  throw new Fault(`Cannot use the account in ${quote(path)}: the file is damaged`, {
    hint: `mv ${shellWord(path)} ${shellWord(`${path}.damaged`)}`,
  });
}

/** Stores an account; its key survives a power failure when this returns. */
export async function saveAccount(folder: string, account: StoredAccount): Promise<void> {
  await writeJson(joinPath(folder, "accounts"), await accountPath(folder, account.server), account);
}

/** Waits for the lock of a certificate; other processes wait until it is disposed of. */
export function lockCertificate(folder: string, name: string): Promise<Disposable> {
  return lock(folder, joinPath(folder, `${encodeFileName(name)}.lock`));
}

/** Waits for the lock of the account at `server`. */
export async function lockAccount(folder: string, server: string): Promise<Disposable> {
  return await lock(joinPath(folder, "accounts"), `${await accountPath(folder, server)}.lock`);
}

async function lock(folder: string, path: string): Promise<Disposable> {
  try {
    await makePrivateFolder(folder);
    const file = await Deno.open(path, { create: true, write: true, mode: 0o600 });
    if (!file.tryLockSync(true)) await waitFor(path, file);
    return { [Symbol.dispose]: () => file.close() };
  } catch (error) {
    throw fileFault("lock", path, error);
  }
}

async function waitFor(path: string, file: Deno.FsFile): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(
      new Fault(`Cannot lock ${quote(path)}: another process has it`, {
        hint: `fuser -v ${shellWord(path)}`,
      }),
    );
  }, LOCK_WAIT_MS);
  try {
    await Promise.race([file.lock(true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Returns the file of the account at `server`, whose URL is no file name. */
async function accountPath(folder: string, server: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(server));
  const id = [...new Uint8Array(digest, 0, 8)].map((b) => b.toString(16).padStart(2, "0")).join("");
  return joinPath(folder, "accounts", `${id}.json`);
}

function statePath(folder: string, name: string): string {
  return joinPath(folder, `${encodeFileName(name)}.json`);
}

/** Returns the file of a state as older programs called it; no such program was for Windows. */
function oldStatePath(folder: string, name: string): string {
  const isAny = Deno.build.os !== "windows";
  return isAny ? joinPath(folder, `${name}.json`) : statePath(folder, name);
}

/** Returns the value of a JSON file; null if there is none, or what it says is no JSON. */
async function readJson(path: string): Promise<unknown> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile || size > FILE_BYTES_MAX) return null;
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw fileFault("read", path, error);
  }
}

async function writeJson(folder: string, path: string, value: object): Promise<void> {
  try {
    await makePrivateFolder(folder);
    await replaceFile(path, `${JSON.stringify(value, null, 2)}\n`, { owner: null, mode: 0o600 });
  } catch (error) {
    throw fileFault("write", path, error);
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
