/**
 * Fuzzes the messages of programs that register URLs. The rules:
 *
 * - whatever a caller sends gets answers that a caller can read, or none, and the connection is
 *   closed; nothing is an internal error;
 * - nobody without a proof is served, and only requests of the protocol are executed;
 * - a URL and a target that are accepted have one canonical text, which is accepted too.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { formatUrlPrefix, parseUrlPrefix } from "../../mod/base/url_prefix.ts";
import {
  parseRegistrationAnswer,
  type RegistrationRequest,
} from "../../mod/host/sharing/register_protocol.ts";
import { RegistrationServer } from "../../mod/host/sharing/register_server.ts";
import type { RegistrationOutcome } from "../../mod/host/sharing/registration_access.ts";
import { formatProxyTarget, parseLocalTarget } from "../../mod/site/proxied/proxy_target.ts";
import { hostileLines, LinesFromClient } from "./hostile_json.ts";
import { anyOf } from "./mutate.ts";
import type { Random } from "./random.ts";
import { target } from "./target.ts";

const URLS = [
  ...["http://+:80/a/", "https://*:443/", "http://A.Example.:8080/B%41/c/", "http://[::1]:80/"],
  ...["http://127.0.0.1:80/%2e%2e/", "http://a:80/%25%32%66/", "http://a:80/%3f%23%2a/"],
  ...["http://a:80/%0a%00/", "http://[fe80::1%25eth0]:80/", "http://1.2:80/", "http://a:80/%5c/"],
];
const TARGETS = [
  ...["http://127.0.0.1:8080", "http://[::1]:1/", "unix:/run/a.sock", "unix:/a\nb", "http://0:1"],
  ...["http://127.0.0.1:8080/x", "http://localhost:1", "unix:relative"],
];

interface Case {
  readonly lines: string;
  readonly isAdministrator: boolean;
}

function messages(random: Random): Case {
  const url = anyOf(URLS, random);
  const values = [
    { op: "process" },
    { op: "unregister", url },
    { op: "register", url, to: anyOf(TARGETS, random), keep: true, timeoutSeconds: 5, uid: 0 },
    { op: "register", url, to: anyOf(TARGETS, random), keep: false, timeoutSeconds: 5 },
    { op: "proved", folder: random.pick(["/tmp", "/dev/shm", "/", "..", "/run"]) },
  ];
  return { lines: hostileLines(values, random), isAdministrator: random.chance(2) };
}

async function check({ lines, isAdministrator }: Case, random: Random): Promise<void> {
  const stream = new LinesFromClient(lines, random);
  const executed: RegistrationRequest[] = [];
  const failures: unknown[] = [];
  const outcome = { code: 0, text: "http://+:80/a/" };
  let live = 0;
  const server = new RegistrationServer({
    register(request): Promise<RegistrationOutcome> {
      executed.push(request);
      live++;
      return Promise.resolve(outcome);
    },
    unregister(request): Promise<RegistrationOutcome> {
      executed.push(request);
      return Promise.resolve(outcome);
    },
    disconnected(): Promise<void> {
      live--;
      return Promise.resolve();
    },
  }, (error) => void failures.push(error));
  void server.accept(stream, isAdministrator ? "administrator" : "anyone");
  await stream.closed;
  assertEquals(failures, [], "internal error");
  for (const answer of stream.answers) assert(parseRegistrationAnswer(answer) !== null);
  assert(executed.length <= 1, "one request");
  for (const request of executed) {
    assert(isAdministrator, "served without a proof");
    checkRequest(request);
    const lasts = request.op === "register" && request.keep;
    assertEquals(live, lasts ? 1 : 0, "a registration ends with its connection");
  }
}

function checkRequest(request: RegistrationRequest): void {
  const prefix = parseUrlPrefix(request.url);
  if (prefix !== null) {
    const text = formatUrlPrefix(prefix);
    assertEquals(parseUrlPrefix(text), prefix, `${text} is not the text of its prefix`);
    assert(!/[\p{Cc}\s]/u.test(text), "it is not one word");
  }
  if (request.op !== "register") return;
  const { timeoutSeconds, to } = request;
  assert(Number.isInteger(timeoutSeconds) && timeoutSeconds >= 1 && timeoutSeconds <= 3600);
  const proxied = parseLocalTarget(to);
  if (proxied !== null) assertEquals(parseLocalTarget(formatProxyTarget(proxied)), proxied);
}

export const registerMessages = target("register", messages, () => ({ check }));
