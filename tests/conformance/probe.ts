/**
 * Runs the cases of Http11Probe: sends raw bytes to a server and collects the responses.
 *
 * @module
 */
import { fromBase64 } from "../support/corpora.ts";

/** One case of `http11probe.dev.json`. */
export interface ProbeCase {
  readonly id: string;
  readonly level: string;
  readonly scored: boolean;
  readonly kind: "single" | "sequence";
  readonly steps: readonly { readonly parts: readonly ProbePart[] }[];
  readonly pass: readonly (number | string)[];
  readonly warn: readonly (number | string)[];
  readonly closeIsPass: boolean;
  readonly closeIsWarn: boolean;
  readonly timeoutIsPass: boolean;
  readonly otherNoResponseIsPass: boolean;
  readonly check?: string | null;
}

interface ProbePart {
  readonly base64: string;
  readonly delayMs?: number;
}

export type Verdict = "pass" | "warn" | "fail";

/** The result of one step; `state` is that of the connection after the response. */
export interface Step {
  readonly executed: boolean;
  readonly text: string;
  readonly state: "open" | "closed" | "silent";
}

/** Milliseconds of silence after which there is no response. */
const SILENT_MS = 1500;
/**
 * Milliseconds after a response in which a close belongs to it, and a second response is smuggled.
 */
const AFTER_MS = 150;

/** Sends the steps of `probe` to the server and returns the results. */
export async function runProbe(probe: ProbeCase, server: Deno.NetAddr): Promise<Step[]> {
  const conn = await Deno.connect({ hostname: server.hostname, port: server.port });
  const host = `${server.hostname}:${server.port}`;
  const reader = new Reader(conn);
  const steps: Step[] = [];
  for (const { parts } of probe.steps) {
    if (steps.some((step) => step.state !== "open")) {
      steps.push({ executed: false, text: "", state: "closed" });
      continue;
    }
    for (const { base64, delayMs } of parts) {
      const text = filledIn(latin1(fromBase64(base64)), host, steps);
      await sendAll(conn, Uint8Array.from(text, (char) => char.charCodeAt(0)));
      if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
    steps.push(await reader.response());
  }
  conn.close();
  await reader.ended;
  return steps;
}

/** Sends all bytes. A server that refuses early is allowed to close before it has read them all. */
async function sendAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
  } catch {
    // What it sent before that is judged.
  }
}

class Reader {
  readonly ended: Promise<void>;
  #text = "";
  #isOver = false;
  #changed: () => void = () => {};

  constructor(conn: Deno.Conn) {
    this.ended = this.#readAll(conn);
  }

  /** Waits for a response, then a moment longer for a close or a second response. */
  async response(): Promise<Step> {
    await this.#until(() => this.#isOver || this.#text.includes("\r\n\r\n"), SILENT_MS);
    if (this.#text !== "") await this.#until(() => this.#isOver, AFTER_MS);
    const text = this.#text;
    this.#text = "";
    const state = this.#isOver ? "closed" : text === "" ? "silent" : "open";
    return { executed: true, text, state };
  }

  async #until(condition: () => boolean, ms: number): Promise<void> {
    const end = performance.now() + ms;
    while (!condition() && performance.now() < end) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
        timer = setTimeout(resolve, Math.max(1, end - performance.now()));
      });
      clearTimeout(timer);
    }
  }

  async #readAll(conn: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(65536);
    try {
      for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
        this.#text += latin1(buffer.subarray(0, n));
        this.#changed();
      }
    } catch {
      // A reset is an end too.
    }
    this.#isOver = true;
    this.#changed();
  }
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function filledIn(text: string, host: string, steps: readonly Step[]): string {
  return text.replace(/\{\{([^{}]+)\}\}/g, (_, name: string) => {
    const plus = (digits: string): number => host.length + Number(digits);
    if (name === "HOST") return host;
    let match = /^HOSTLEN\+(\d+)$/.exec(name);
    if (match !== null) return String(plus(match[1]!));
    match = /^HEX\(HOSTLEN\+(\d+)\)$/.exec(name);
    if (match !== null) return plus(match[1]!).toString(16);
    match = /^HEXLEN\(HOSTLEN\+(\d+)\)\+(\d+)$/.exec(name);
    if (match !== null) return String(plus(match[1]!).toString(16).length + Number(match[2]));
    match = /^STEP(\d+):([\w-]+)(?::\w+)?\|(.*)$/.exec(name);
    if (match === null) throw new Error(`Unknown placeholder ${name}`);
    return fieldOf(steps[Number(match[1]) - 1]?.text ?? "", match[2]!) ?? match[3]!;
  });
}

export function statusOf(step: Step | undefined): number | null {
  const match = /^HTTP\/1\.1 (\d{3}) /.exec(step?.text ?? "");
  return match === null ? null : Number(match[1]);
}

export function fieldOf(text: string, name: string): string | null {
  const head = text.slice(0, text.indexOf("\r\n\r\n") + 2);
  return new RegExp(`\r\n${name}: *([^\r]*)\r\n`, "i").exec(head)?.[1] ?? null;
}

export function bodyOf(step: Step): string {
  const end = step.text.indexOf("\r\n\r\n");
  return end < 0 ? "" : step.text.slice(end + 4);
}
