/**
 * Edge: the service's side of a registration. Everyone on the machine may connect here, so everything has a
 * bound: the lines, the time for the proof, the callers who have not proved who they are.
 *
 * @module
 */
import { closeQuietly } from "../../wire/byte_stream.ts";
import { Fault } from "../../base/fault.ts";
import { WIN32 } from "../../base/win32.ts";
import { type LineStream, readLines, writeLine } from "../control/json_lines.ts";
import {
  parseRegisterRequest,
  proofName,
  REGISTER_LINE_BYTES_MAX,
  type RegisterAnswer,
  type RegisterRequest,
  type RegisterWish,
  type UnregisterWish,
} from "./register_protocol.ts";
import type { ProofFolder } from "./register_proof.ts";
import type { Registrant } from "./registration_access.ts";

/** Callers at once who have not proved who they are; the next one is hung up on. */
const UNPROVED_MAX = 32;
/** For a caller to say what it wants and to prove who it is. */
const PROOF_MS = 10_000;

/** What came of a request: a Win32 code, 0 for success, and the canonical URL or the reason. */
export interface RegisterOutcome {
  readonly code: number;
  readonly text: string;
}

/** Who carries out what was proved. */
export interface RegisterHandler {
  /** `onEnd` is called once, when the service ends the registration itself. */
  register(
    wish: RegisterWish,
    registrant: Registrant,
    onEnd: (reason: string) => void,
  ): Promise<RegisterOutcome>;
  unregister(wish: UnregisterWish, registrant: Registrant): Promise<RegisterOutcome>;
  /** The caller has hung up. */
  gone(url: string): Promise<void>;
}

type Stream = LineStream & { close(): void };

/** Serves callers, one request a connection. */
export class RegisterServer {
  readonly #proofs: ProofFolder;
  readonly #handler: RegisterHandler;
  readonly #onFailure: (error: unknown) => void;
  readonly #streams = new Set<Stream>();
  #unproved = 0;

  /** `onFailure` is told of a failure that is nobody's but this program's. */
  constructor(
    proofs: ProofFolder,
    handler: RegisterHandler,
    onFailure: (error: unknown) => void,
  ) {
    this.#proofs = proofs;
    this.#handler = handler;
    this.#onFailure = onFailure;
  }

  /** Serves one connection to its end. Never throws. */
  async serve(stream: Stream): Promise<void> {
    if (this.#unproved >= UNPROVED_MAX) return closeQuietly(stream);
    this.#streams.add(stream);
    try {
      await this.#answer(stream);
    } catch {
      // A caller that goes away, or says what is no request, is owed nothing.
    } finally {
      this.#streams.delete(stream);
      closeQuietly(stream);
    }
  }

  /** Hangs up on everyone. */
  close(): void {
    for (const stream of this.#streams) closeQuietly(stream);
  }

  async #answer(stream: Stream): Promise<void> {
    const say = (answer: RegisterAnswer): Promise<void> => writeLine(stream, answer);
    const lines = readLines(stream, REGISTER_LINE_BYTES_MAX);
    const proved = await this.#prove(stream, lines, say);
    if (proved === null) return;
    const { request, registrant } = proved;
    if (request.op === "unregister") {
      const outcome = await this.#settled(() => this.#handler.unregister(request, registrant));
      return await say(answerOf(outcome));
    }
    const ended = (reason: string): void => {
      say({ kind: "ended", reason }).catch(() => {}).finally(() => closeQuietly(stream));
    };
    const outcome = await this.#settled(() => {
      return this.#handler.register(request, registrant, ended);
    });
    if (outcome.code !== WIN32.NO_ERROR || request.keep) return await say(answerOf(outcome));
    try {
      await say(answerOf(outcome));
      await lines.next(); // nothing comes any more but the end
    } finally {
      await this.#handler.gone(outcome.text).catch(this.#onFailure);
    }
  }

  /** What came of `work`; one that throws is refused with its reason, and is told. */
  async #settled(work: () => Promise<RegisterOutcome>): Promise<RegisterOutcome> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Fault)) this.#onFailure(error);
      const text = error instanceof Error ? error.message : String(error);
      return { code: WIN32.INTERNAL_ERROR, text };
    }
  }

  /** The request and who made it; null where that was not proved. */
  async #prove(
    stream: Stream,
    lines: AsyncGenerator<unknown>,
    say: (answer: RegisterAnswer) => Promise<void>,
  ): Promise<{ request: RegisterRequest; registrant: Registrant } | null> {
    this.#unproved++;
    const timer = setTimeout(() => closeQuietly(stream), PROOF_MS);
    const wanted = this.#proofs.ask();
    try {
      const request = parseRegisterRequest((await lines.next()).value);
      if (request === null) {
        await say({ kind: "refused", code: WIN32.INVALID_PARAMETER, reason: "unknown request" });
        return null;
      }
      await say({ kind: "prove", nonce: wanted.nonce });
      const { done } = await lines.next();
      if (done) return null;
      const name = await proofName(wanted.nonce, request);
      const registrant = await this.#proofs.registrantOf(name, wanted);
      if (registrant !== null) return { request, registrant };
      await say({
        kind: "refused",
        code: WIN32.ACCESS_DENIED,
        reason: "the caller could not be identified",
      });
      return null;
    } finally {
      clearTimeout(timer);
      this.#unproved--;
      await this.#proofs.forget(wanted);
    }
  }
}

function answerOf({ code, text }: RegisterOutcome): RegisterAnswer {
  return code === WIN32.NO_ERROR
    ? { kind: "done", url: text }
    : { kind: "refused", code, reason: text };
}
