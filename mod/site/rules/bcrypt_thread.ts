/**
 * The program of the thread that verifies passwords: bcrypt is slow by design, and the event
 * loop has clients to serve.
 *
 * The module is loaded twice, in the service for its address alone: wherever a build puts it, the
 * thread finds it there.
 *
 * @module
 */
import { compareSync } from "bcryptjs";

/** What the thread is asked; it answers with a boolean, in the order of the questions. */
interface PasswordQuestion {
  readonly password: string;
  readonly hash: string;
}

/** The address of this module. */
export const THREAD_URL: string = import.meta.url;

/** The part of a thread's global scope that is used. */
interface ThreadScope {
  onmessage: (event: MessageEvent<PasswordQuestion>) => void;
  postMessage(answer: boolean): void;
}

if ("DedicatedWorkerGlobalScope" in globalThis) {
  const scope = globalThis as unknown as ThreadScope;
  scope.onmessage = ({ data: { password, hash } }) => {
    scope.postMessage(compareSync(password, hash));
  };
}
