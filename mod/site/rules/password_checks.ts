/**
 * Edge: verifies passwords in a thread, few at a time, and remembers for a while which were right.
 *
 * What is remembered of a right one is a keyed hash of the user, the password and the line of the
 * file, so that neither a dump of the memory nor a change of the file makes it more than it is. The
 * key is of this process. Who sends the same password while it is being verified gets the same
 * answer; a client with other passwords has to wait for its turn, and so does everybody if there are
 * many.
 *
 * @module
 */
import type { Credentials } from "./credentials.ts";
import type { Passwords } from "./htpasswd.ts";
import { CHECKS_MAX, CHECKS_PER_CLIENT_MAX, VERIFIED_MAX, VERIFIED_MS } from "./limits.ts";

/** Whether a password is right; `client` and `all` if too many are being verified. */
export type Verdict = boolean | "client" | "all";

/** Returns the name of what is verified, which cannot be guessed from outside. */
type Digest = (parts: readonly string[]) => string;

/** What verifies a password; in tests, something faster. */
interface PasswordVerifier {
  verify(password: string, hash: string): Promise<boolean>;
  close(): void;
}

export class PasswordChecks {
  readonly #verifier: PasswordVerifier;
  #digest: Digest | null = null;
  #young = new Set<string>();
  #old = new Set<string>();
  #youngSinceMs = 0;
  /** By digest. */
  readonly #running = new Map<string, Promise<boolean>>();
  /** The number of those that each client has begun. */
  readonly #clients = new Map<string, number>();

  constructor(verifier: PasswordVerifier = new BcryptThread()) {
    this.#verifier = verifier;
  }

  /** Reports whether the credentials are those of a user; at once if they were a moment ago. */
  check(
    { user, password }: Credentials,
    { hashes, decoy }: Pick<Passwords, "hashes" | "decoy">,
    { client, nowMs }: { readonly client: string; readonly nowMs: number },
  ): Verdict | Promise<Verdict> {
    const hash = hashes.get(user) ?? decoy;
    const isUser = hashes.has(user);
    const decide = (digest: Digest): Verdict | Promise<Verdict> => {
      const name = digest([user, password, hash]);
      if (this.#isVerified(name, nowMs)) return isUser;
      const running = this.#running.get(name);
      if (running !== undefined) return running.then((isRight) => isRight && isUser);
      if (this.#running.size >= CHECKS_MAX) return "all";
      if ((this.#clients.get(client) ?? 0) >= CHECKS_PER_CLIENT_MAX) return "client";
      return this.#begin(name, client, { password, hash }).then((isRight) => isRight && isUser);
    };
    if (this.#digest !== null) return decide(this.#digest);
    return makeDigest().then((digest) => decide(this.#digest ??= digest));
  }

  /** Ends the thread; whatever is being verified is not right. */
  close(): void {
    this.#verifier.close();
  }

  #begin(
    name: string,
    client: string,
    { password, hash }: { readonly password: string; readonly hash: string },
  ): Promise<boolean> {
    this.#clients.set(client, (this.#clients.get(client) ?? 0) + 1);
    const running = this.#verifier.verify(password, hash).then((isRight) => {
      if (isRight) this.#young.add(name);
      return isRight;
    }).finally(() => {
      this.#running.delete(name);
      const others = this.#clients.get(client)! - 1;
      if (others === 0) this.#clients.delete(client);
      else this.#clients.set(client, others);
    });
    this.#running.set(name, running);
    return running;
  }

  #isVerified(name: string, nowMs: number): boolean {
    const ageMs = nowMs - this.#youngSinceMs;
    if (ageMs >= VERIFIED_MS || ageMs < 0 || this.#young.size >= VERIFIED_MAX) {
      this.#old = ageMs >= 2 * VERIFIED_MS ? new Set() : this.#young;
      this.#young = new Set();
      this.#youngSinceMs = nowMs;
    }
    return this.#young.has(name) || this.#old.has(name);
  }
}

/** Makes the digest of this process. */
async function makeDigest(): Promise<Digest> {
  const { createHmac, randomBytes } = await import("node:crypto"); // few sites have passwords
  const key = randomBytes(32);
  return (parts) => createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64");
}

interface Waiting {
  resolve(isRight: boolean): void;
  reject(error: Error): void;
}

/** The thread, which is started when there is a password to verify. */
class BcryptThread implements PasswordVerifier {
  #thread: Promise<Worker> | null = null;
  /** Those who wait for an answer, in the order in which they asked. */
  readonly #waiting: Waiting[] = [];

  async verify(password: string, hash: string): Promise<boolean> {
    const thread = await (this.#thread ??= this.#start());
    return await new Promise<boolean>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      thread.postMessage({ password, hash });
    });
  }

  close(): void {
    const thread = this.#thread;
    this.#thread = null;
    thread?.then((worker) => worker.terminate(), () => {});
    for (const { resolve } of this.#waiting.splice(0)) resolve(false);
  }

  async #start(): Promise<Worker> {
    const { THREAD_URL } = await import("./bcrypt_thread.ts");
    const worker = new Worker(THREAD_URL, { type: "module" });
    worker.onmessage = ({ data }) => this.#waiting.shift()?.resolve(data === true);
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      this.#thread = null;
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(event.message));
    };
    return worker;
  }
}
