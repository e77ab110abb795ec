/**
 * Edge: the server side of a registration. Every user of this machine may connect here, so
 * everything is limited: the lines, the time for the proof, the callers that are not yet
 * identified.
 *
 * @module
 */
import { closeQuietly } from "../../wire/byte_stream.ts";
import { Fault, messageOf } from "../../base/fault.ts";
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
import type { Registrant, RegistrationOutcome } from "./registration_access.ts";

/** Concurrent callers that are not yet identified; further connections are closed. */
const UNIDENTIFIED_MAX = 32;
/** Milliseconds for a caller to send its request and to prove its identity. */
const PROOF_MS = 10_000;

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

/** Serves callers, one request per connection. */
export class RegistrationServer {
  readonly #proofs: ProofFolder;
  readonly #handler: RegistrationHandler;
  readonly #onFailure: (error: unknown) => void;
  readonly #streams = new Set<Stream>();
  #unidentified = 0;

  /** `onFailure` is called for an internal error. */
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
      await lines.next(); // only the end of the stream is expected
    } finally {
      await this.#handler.disconnected(notifyEnd).catch(this.#onFailure);
    }
  }

  /** The outcome of `work`; an error becomes a refusal, and is reported if it is internal. */
  async #runHandler(work: () => Promise<RegistrationOutcome>): Promise<RegistrationOutcome> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Fault)) this.#onFailure(error);
      const text = messageOf(error);
      return { code: WIN32.INTERNAL_ERROR, text };
    }
  }

  /** Reads the request and identifies the caller; null if that fails or is not needed. */
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
      if (request.op === "process") {
        await reply({ kind: "process", pid: Deno.pid });
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

function answerOf({ code, text, hint }: RegistrationOutcome): RegistrationAnswer {
  return code === WIN32.NO_ERROR
    ? { kind: "done", url: text }
    : { kind: "refused", code, reason: text, hint };
}
