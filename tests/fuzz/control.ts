/**
 * Fuzzes the messages of the control socket, both directions. The rules:
 *
 * - whatever a client sends gets an answer that the client can read, or none, and the connection is
 *   closed; nothing is an internal error;
 * - only a client with the token is served, and only requests of the protocol are executed;
 * - an answer that is accepted has only what the protocol knows, and is accepted again.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { ControlRequest } from "../../mod/host/control/control_protocol.ts";
import { parseControlAnswer } from "../../mod/host/control/control_schema.ts";
import { serveControl } from "../../mod/host/control/control_server.ts";
import type { ServiceStatus } from "../../mod/host/control/status.ts";
import { serviceStatus } from "../support/command_home.ts";
import { hostileJson, hostileLines, LinesFromClient } from "./hostile_json.ts";
import type { Random } from "./random.ts";
import { target } from "./target.ts";

const SECRET = "0123456789abcdef";
const REQUESTS: readonly object[] = [
  ...["status", "end", "confirm", "cache", "flushLogs", "reservations"].map((op) => ({ op })),
  ...["start", "stop", "pause", "continue"].map((op) => ({ op, service: "HTTP" })),
  { op: "site", verb: "start", id: 1 },
  { op: "reload", confirmSeconds: 60, strict: false },
  { op: "reload", confirmSeconds: null, strict: true },
  { op: "dropCache", url: null, recursive: false },
  { op: "dropCache", url: "http://a:80/", recursive: true },
].flatMap((request) => [request, { ...request, token: SECRET }, { ...request, token: SECRET }]);
const ANSWERS: readonly object[] = [
  { kind: "step", service: "HTTP", state: "running" },
  { kind: "change", endpoint: "127.0.0.2:80", change: "draining", connections: 1 },
  { kind: "fault", message: "Cannot", hint: "httpcfg status" },
  {
    kind: "result",
    status: serviceStatus({ HTTP: "running" }, {
      ipListen: ["127.0.0.2"],
      settings: { MaxConnections: 5 },
      problems: [{ text: "a", hint: null }],
      sites: [{ id: 1, name: "a", state: "started", reason: null, bindings: [":80:"] }],
    }),
  },
];

interface Case {
  readonly lines: string;
  readonly token: string;
  readonly answer: string;
}

function messages(random: Random): Case {
  return {
    lines: hostileLines(REQUESTS, random),
    token: random.pick(["", SECRET]),
    answer: hostileJson(random.pick(ANSWERS), random),
  };
}

async function check({ lines, token, answer }: Case, random: Random): Promise<void> {
  const stream = new LinesFromClient(lines, random);
  const executed: ControlRequest[] = [];
  const failures: unknown[] = [];
  await serveControl(stream, token, {
    handle(request): Promise<ServiceStatus> {
      executed.push(request);
      return Promise.resolve(serviceStatus({}));
    },
    onFailure: (error) => void failures.push(error),
  });
  await stream.closed;
  assertEquals(failures, [], "internal error");
  const { answers } = stream;
  assert(answers.length <= 1 && executed.length <= 1, "one request, one answer");
  for (const one of answers) assert(parseControlAnswer(one) !== null, "the client cannot read it");
  for (const request of executed) {
    checkRequest(request);
    if (token !== "") assert(lines.includes(SECRET), "served without the token");
  }
  checkAnswer(JSON.parse(valid(answer) ? answer : "null"));
}

function valid(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Checks what the service may rely on. */
function checkRequest(request: ControlRequest): void {
  const known = REQUESTS.find((one) => "op" in one && one.op === request.op);
  assert(known !== undefined, "an unknown request");
  const names = Object.keys(known).filter((name) => name !== "token");
  assertEquals(Object.keys(request).sort(), names.sort());
  if (request.op === "site") assert(Number.isSafeInteger(request.id) && request.id >= 0);
  if (request.op === "reload") {
    const seconds = request.confirmSeconds ?? 1;
    assert(Number.isInteger(seconds) && seconds >= 1 && seconds <= 3600);
  }
}

function checkAnswer(value: unknown): void {
  const answer = parseControlAnswer(value);
  if (answer === null) return;
  const again: unknown = JSON.parse(JSON.stringify(answer));
  assertEquals(parseControlAnswer(again), answer);
  assert(Object.getPrototypeOf(answer) === Object.prototype);
}

export const controlMessages = target("control", messages, () => ({ check }));
