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
  parseRegistrationRequest,
  proofName,
  REGISTER_LINE_BYTES_MAX,
  type RegisterRequest,
  type RegistrationAnswer,
  type RegistrationRequest,
  type UnregisterRequest,
} from "./register_protocol.ts";
import type { ProofFolder } from "./register_proof.ts";
import type { Registrant } from "./registration_access.ts";

/** Callers at once who have not proved who they are; the next one is hung up on. */
const UNIDENTIFIED_MAX = 32;
/** For a caller to say what it wants and to prove who it is. */
const PROOF_MS = 10_000;

/** What came of a request: a Win32 code, 0 for success, and the canonical URL or the reason. */
export interface RegistrationOutcome {
  readonly code: number;
  readonly text: string;
}

/** Who carries out what was proved. */
export interface RegistrationHandler {
  /** `onEnd` is called once, when the service ends the registration itself. */
  register(
    request: RegisterRequest,
    registrant: Registrant,
    onEnd: (reason: string) => void,
  ): Promise<RegistrationOutcome>;
  unregister(request: UnregisterRequest, registrant: Registrant): Promise<RegistrationOutcome>;
  /** The caller has hung up. */
  disconnected(url: string): Promise<void>;
}

type Stream = LineStream & { close(): void };

/** Serves callers, one request a connection. */
export class RegistrationServer {
  readonly #proofs: ProofFolder;
  readonly #handler: RegistrationHandler;
  readonly #onFailure: (error: unknown) => void;
  readonly #streams = new Set<Stream>();
  #unidentified = 0;

  /** `onFailure` is told of a failure that is nobody's but this program's. */
  constructor(
    proofs: ProofFolder,
    handler: RegistrationHandler,
    onFailure: (error: unknown) => void,
  ) {
    this.#proofs = proofs;
    this.#handler = handler;
    this.#onFailure = onFailure;
  }

  /** Serves one connection to its end. Never throws. */
  async serve(stream: Stream): Promise<void> {
    if (this.#unidentified >= UNIDENTIFIED_MAX) return closeQuietly(stream);
    this.#streams.add(stream);
    try {
      await this.#handle(stream);
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

  async #handle(stream: Stream): Promise<void> {
    const reply = (answer: RegistrationAnswer): Promise<void> => writeLine(stream, answer);
    const lines = readLines(stream, REGISTER_LINE_BYTES_MAX);
    const caller = await this.#identify(stream, lines, reply);
    if (caller === null) return;
    const { request, registrant } = caller;
    if (request.op === "unregister") {
      const outcome = await this.#runHandler(() => this.#handler.unregister(request, registrant));
      return await reply(answerOf(outcome));
    }
    const notifyEnd = (reason: string): void => {
      reply({ kind: "ended", reason }).catch(() => {}).finally(() => closeQuietly(stream));
    };
    const outcome = await this.#runHandler(() => {
      return this.#handler.register(request, registrant, notifyEnd);
    });
    if (outcome.code !== WIN32.NO_ERROR || request.keep) return await reply(answerOf(outcome));
    try {
      await reply(answerOf(outcome));
      await lines.next(); // nothing comes any more but the end
    } finally {
      await this.#handler.disconnected(outcome.text).catch(this.#onFailure);
    }
  }

  /** What came of `work`; one that throws is refused with its reason, and is told. */
  async #runHandler(work: () => Promise<RegistrationOutcome>): Promise<RegistrationOutcome> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Fault)) this.#onFailure(error);
      const text = error instanceof Error ? error.message : String(error);
      return { code: WIN32.INTERNAL_ERROR, text };
    }
  }

  /** The request and who made it; null where that was not proved. */
  async #identify(
    stream: Stream,
    lines: AsyncGenerator<unknown>,
    reply: (answer: RegistrationAnswer) => Promise<void>,
  ): Promise<{ request: RegistrationRequest; registrant: Registrant } | null> {
    this.#unidentified++;
    const timer = setTimeout(() => closeQuietly(stream), PROOF_MS);
    const challenge = this.#proofs.issue();
    try {
      const request = parseRegistrationRequest((await lines.next()).value);
      if (request === null) {
        await reply({ kind: "refused", code: WIN32.INVALID_PARAMETER, reason: "unknown request" });
        return null;
      }
      await reply({ kind: "prove", nonce: challenge.nonce });
      const { done } = await lines.next();
      if (done) return null;
      const name = await proofName(challenge.nonce, request);
      const registrant = await this.#proofs.registrantOf(name, challenge);
      if (registrant !== null) return { request, registrant };
      await reply({
        kind: "refused",
        code: WIN32.ACCESS_DENIED,
        reason: "the caller could not be identified",
      });
      return null;
    } finally {
      clearTimeout(timer);
      this.#unidentified--;
      await this.#proofs.revoke(challenge);
    }
  }
}

function answerOf({ code, text }: RegistrationOutcome): RegistrationAnswer {
  return code === WIN32.NO_ERROR
    ? { kind: "done", url: text }
    : { kind: "refused", code, reason: text };
}
