/**
 * Edge: the server side of a registration. Every user of this machine may connect here, so
 * everything is limited: the lines, the time for the proof, the callers that are not yet
 * identified, the requests of one user; see `sharing_limits.ts`.
 *
 * @module
 */
import { closeQuietly } from "../../wire/byte_stream.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import { WIN32 } from "../../base/win32.ts";
import { Turns } from "../../http/turns.ts";
import { type LineStream, readLines, writeLine } from "../control/json_lines.ts";
import {
  type AdministratorRequest,
  parseProved,
  parseRegistrationRequest,
  proofName,
  REGISTER_LINE_BYTES_MAX,
  type RegisterRequest,
  type RegistrationAnswer,
  type RegistrationRequest,
  type UnregisterRequest,
} from "./register_protocol.ts";
import { groupsOf, readLocalUsers } from "./local_users.ts";
import { findProofFolders, issueChallenge, PROOF_FOLDERS, registrantOf } from "./register_proof.ts";
import type { Registrant, RegistrationOutcome } from "./registration_access.ts";
import { SHARING_LIMITS } from "./sharing_limits.ts";

/** Executes the requests of identified callers. */
export interface RegistrationHandler {
  /**
   * Calls `onEnd` once, when the service ends the registration, which it identifies: another one may
   * have the same URL later.
   */
  register(
    request: RegisterRequest,
    registrant: Registrant,
    onEnd: (reason: string) => void,
  ): Promise<RegistrationOutcome>;
  unregister(request: UnregisterRequest, registrant: Registrant): Promise<RegistrationOutcome>;
  /** The caller of the registration with this `onEnd` has closed its connection. */
  disconnected(onEnd: (reason: string) => void): Promise<void>;
}

type Stream = LineStream & { close(): void };

/** Most requests are shorter; callers that stay silent must not cost the memory of a long one. */
const PIECE_BYTES = 512;

/** The cost of a caller in a turn of the event loop, which has room for two dozen. */
const CALLER_COST = 1024 * 1024;

/** Who may connect to the socket of a caller. */
type Admitted = "anyone" | "administrator";

/** A caller that is identified, and what it asks for. */
interface IdentifiedRequest {
  readonly request: RegistrationRequest;
  readonly registrant: Registrant;
}

/** The caller's end of a connection. */
interface Dialog {
  readonly stream: Stream;
  readonly lines: AsyncGenerator<unknown>;
  reply(answer: RegistrationAnswer): Promise<void>;
}

/** Like {@linkcode registrantOf}; throws if too many are under way. */
type Look = typeof registrantOf;

/** Serves callers, one request per connection. */
export class RegistrationServer {
  readonly #handler: RegistrationHandler;
  readonly #onFailure: (error: unknown) => void;
  readonly #streams = new Set<Stream>();
  readonly #unidentified = { anyone: new WaitingCallers(), administrator: new WaitingCallers() };
  /** Requests under way, by user id. */
  readonly #requests = new Map<number, number>();
  /** Looks at proofs that are under way. */
  #looks = 0;
  /** Callers that never end must leave the event loop to all others, root among them. */
  readonly #turns = new Turns();

  /** `onFailure` is called for an internal error. */
  constructor(handler: RegistrationHandler, onFailure: (error: unknown) => void) {
    this.#handler = handler;
    this.#onFailure = onFailure;
  }

  /** Serves one connection. The next one can be accepted when the promise resolves, if there is one. */
  accept(stream: Stream, admitted: Admitted): void | Promise<void> {
    void this.#serve(stream, admitted);
    return this.#unidentified[admitted].pause() ?? this.#turns.take(CALLER_COST) ?? undefined;
  }

  /** Serves one connection to its end. Never throws. */
  async #serve(stream: Stream, admitted: Admitted): Promise<void> {
    this.#streams.add(stream);
    try {
      await this.#handle(stream, admitted);
    } catch {
      // A caller that disconnects, or sends anything but a request, gets no answer.
    } finally {
      this.#streams.delete(stream);
      closeQuietly(stream);
    }
  }

  /** Closes all connections. */
  close(): void {
    for (const stream of this.#streams) closeQuietly(stream);
  }

  async #handle(stream: Stream, admitted: Admitted): Promise<void> {
    const reply = (answer: RegistrationAnswer): Promise<void> => writeLine(stream, answer);
    const dialog = {
      stream,
      lines: readLines(stream, REGISTER_LINE_BYTES_MAX, PIECE_BYTES),
      reply,
    };
    const waiting = this.#unidentified[admitted];
    waiting.enter(stream);
    let caller: IdentifiedRequest | null;
    try {
      caller = await identify(dialog, admitted, async (...proof) => {
        waiting.leave(stream); // from here on it is our turn
        return await this.#look(...proof);
      });
    } finally {
      waiting.leave(stream);
    }
    if (caller !== null) await this.#execute(caller, dialog);
  }

  async #look(...proof: Parameters<Look>): ReturnType<Look> {
    // The caller gets no answer and tries again.
    if (this.#looks >= SHARING_LIMITS.looks) throw new Error("too many proofs at the same time");
    this.#looks++;
    try {
      return await registrantOf(...proof);
    } finally {
      this.#looks--;
    }
  }

  async #execute(
    { request, registrant }: IdentifiedRequest,
    { stream, lines, reply }: Dialog,
  ): Promise<void> {
    if (request.op === "unregister") {
      const outcome = await this.#run(registrant, () => {
        return this.#handler.unregister(request, registrant);
      });
      return await reply(answerOf(outcome));
    }
    const notifyEnd = (reason: string): void => {
      reply({ kind: "ended", reason }).catch(() => {}).finally(() => closeQuietly(stream));
    };
    const outcome = await this.#run(registrant, () => {
      return this.#handler.register(request, registrant, notifyEnd);
    });
    if (outcome.code !== WIN32.NO_ERROR || request.keep) return await reply(answerOf(outcome));
    try {
      await reply(answerOf(outcome));
      await lines.next(); // only the end of the stream is expected
    } finally {
      await this.#handler.disconnected(notifyEnd).catch(this.#onFailure);
    }
  }

  /** The outcome of `work`; an error becomes a refusal, and is reported if it is internal. */
  async #run(
    { uid, isAdministrator }: Registrant,
    work: () => Promise<RegistrationOutcome>,
  ): Promise<RegistrationOutcome> {
    const count = this.#requests.get(uid) ?? 0;
    if (count >= SHARING_LIMITS.requestsOfUser && !isAdministrator) {
      const text = `user ${uid} already has ${count} requests under way`;
      return { code: WIN32.NOT_ENOUGH_QUOTA, text };
    }
    this.#requests.set(uid, count + 1);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Fault)) this.#onFailure(error);
      const text = messageOf(error);
      return { code: WIN32.INTERNAL_ERROR, text };
    } finally {
      const left = this.#requests.get(uid)! - 1;
      if (left > 0) this.#requests.set(uid, left);
      else this.#requests.delete(uid);
    }
  }
}

/** The callers that have not said who they are yet. */
class WaitingCallers {
  /** Each with the timer that disconnects it. */
  readonly #timers = new Map<Stream, ReturnType<typeof setTimeout>>();

  /** Admits a caller, in the place of one chosen at random if there is no other. */
  enter(stream: Stream): void {
    if (this.#timers.size >= SHARING_LIMITS.unidentified) {
      const all = [...this.#timers.keys()];
      const replaced = all[Math.floor(Math.random() * all.length)]!;
      this.leave(replaced);
      closeQuietly(replaced);
    }
    this.#timers.set(
      stream,
      setTimeout(() => closeQuietly(stream), SHARING_LIMITS.unidentifiedMs),
    );
  }

  /** While there is no place, callers come one by one: they must not keep the process busy. */
  pause(): void | Promise<void> {
    if (this.#timers.size < SHARING_LIMITS.unidentified) return;
    return new Promise((resolve) => setTimeout(resolve, SHARING_LIMITS.crowdedMs));
  }

  /** The caller waits no longer, so that nothing replaces it. */
  leave(stream: Stream): void {
    clearTimeout(this.#timers.get(stream));
    this.#timers.delete(stream);
  }
}

/** Reads the request and identifies the caller; null if that fails or is not needed. */
async function identify(
  dialog: Dialog,
  admitted: Admitted,
  look: Look,
): Promise<IdentifiedRequest | null> {
  const request = parseRegistrationRequest((await dialog.lines.next()).value);
  if (request === null) {
    await refuse(dialog, WIN32.INVALID_PARAMETER, "unknown request");
    return null;
  }
  if (request.op === "process") {
    await dialog.reply({ kind: "process", pid: Deno.pid });
    return null;
  }
  if (admitted === "administrator") return { request, registrant: await administratorOf(request) };
  const registrant = await proveIdentity(dialog, request, look);
  return registrant === null ? null : { request, registrant };
}

/** Root and the user of the service may each do what the other may: either may say which it is. */
async function administratorOf({ uid }: AdministratorRequest): Promise<Registrant> {
  const own = uid === 0 ? 0 : Deno.uid() ?? 0;
  return { uid: own, gids: groupsOf(own, await readLocalUsers()), isAdministrator: true };
}

/** Asks a caller for a file, and returns the owner; null if it does not prove anything. */
async function proveIdentity(
  dialog: Dialog,
  request: RegistrationRequest,
  look: Look,
): Promise<Registrant | null> {
  const folders = await findProofFolders();
  if (folders.length === 0) {
    const reason = "this system has no directory in which callers can be identified";
    await refuse(dialog, WIN32.ACCESS_DENIED, reason, `ls -ld ${PROOF_FOLDERS.join(" ")}`);
    return null;
  }
  const challenge = issueChallenge();
  await dialog.reply({ kind: "prove", nonce: challenge.nonce, folders });
  const { value, done } = await dialog.lines.next();
  if (done) return null;
  const folder = parseProved(value);
  const name = await proofName(challenge.nonce, request);
  const found = folder !== null && folders.includes(folder)
    ? await look(folder, name, challenge)
    : null;
  if (found !== "unseen" && found !== null) return found;
  const reason = "the caller could not be identified";
  if (found === null) await refuse(dialog, WIN32.ACCESS_DENIED, reason);
  else {
    const why = `${reason}: its ${folder} is not that of the service`;
    const hint = `run it with the ${folder} of the system: PrivateTmp=no in the unit that runs it`;
    await refuse(dialog, WIN32.ACCESS_DENIED, why, hint);
  }
  return null;
}

function refuse(
  { reply }: Dialog,
  code: number,
  reason: string,
  hint?: string,
): Promise<void> {
  return reply({ kind: "refused", code, reason, hint });
}

function answerOf({ code, text, hint }: RegistrationOutcome): RegistrationAnswer {
  return code === WIN32.NO_ERROR
    ? { kind: "done", url: text }
    : { kind: "refused", code, reason: text, hint };
}
