/**
 * What a machine answers to the questions of its fleet: the same that `plan`, `verify` and `who` show on
 * the machine itself.
 *
 * @module
 */
import { formatEndpoint, isLoopback } from "../../base/address.ts";
import { quote } from "../../base/fault.ts";
import { parseList } from "../../config/document/list_entry.ts";
import { answerOf } from "../../fleet/member/answerer.ts";
import type { Answer, AnswerLine } from "../../fleet/shared/records.ts";
import { lockoutRisks, unseenRisks } from "../../listen/list/lockout_risks.ts";
import type { Connections, Listeners } from "../../listen/machine/listeners.ts";
import { describeOwner } from "../../listen/machine/port_owner.ts";
import { type Plan, planStatus } from "../../listen/plan/plan.ts";
import { isServiceUp, type ServiceStatus } from "../control/status.ts";
import { type Finding, foundText, isFailure } from "../inspect/verify.ts";
import type { ServicePlan } from "../inspect/service_plan.ts";

/** Returns the answer that a plan is; `connections` are those of the ports of the service. */
export function planAnswer(
  { document, input, plan, status }: ServicePlan,
  { connected, unseen }: Connections,
): Answer {
  const isUp = status !== null && isServiceUp(status, "HTTP");
  const lockout = {
    before: parseList(status?.ipListen ?? []),
    after: parseList(document.ipListen),
    machine: input.machine,
    sshAddress: null, // of whoever asks, on another machine
    loopbackInUse: connected.filter(({ ip }) => isLoopback(ip)),
    unseen,
  };
  const risks = isUp
    ? [...lockoutRisks(lockout), ...unseenRisks(lockout), ...closingRisks(plan, status)]
    : [];
  const endpoints = plan.endpoints.map((endpoint): AnswerLine => ({
    what: endpoint.action,
    about: formatEndpoint(endpoint),
    why: endpoint.cause,
  }));
  const sites = plan.sites.filter(({ state }) => state === "failed").map((site): AnswerLine => ({
    what: "refused",
    about: `site ${quote(site.name)}`,
    why: site.reason ?? "it does not start",
  }));
  const order = ["refused", "close", "open", "wait", "keep"];
  const lines = [...sites, ...endpoints].sort((a, b) => {
    return order.indexOf(a.what) - order.indexOf(b.what);
  });
  return answerOf(lines, { isGood: planStatus(plan) !== 1, risks });
}

/** Returns how a plan may leave the machine without what it serves. */
function closingRisks({ endpoints, sites }: Plan, status: ServiceStatus): string[] {
  const has = (...actions: readonly string[]): boolean => {
    return endpoints.some(({ action }) => actions.includes(action));
  };
  const risks: string[] = [];
  if (has("close") && !has("keep")) {
    risks.push("every address on which this machine listens now would close");
  }
  if (has("close") && !has("keep", "open")) risks.push("this machine would listen nowhere");
  const started = new Set(
    status.sites.filter(({ state }) => state !== "stopped").map(({ id }) => id),
  );
  for (const { id, name, state, reason } of sites) {
    if (!started.has(id) || (state !== "failed" && state !== "waiting")) continue;
    risks.push(`site ${quote(name)} would have no socket${reason === null ? "" : `: ${reason}`}`);
  }
  return risks;
}

/** Returns the answer of `verify`. */
export function verifyAnswer(findings: readonly Finding[]): Answer {
  const lines = findings.filter(({ verdict }) => verdict !== "ok").map((finding): AnswerLine => ({
    what: isFailure(finding) ? "fault" : finding.verdict === "unknown" ? "unknown" : "note",
    about: formatEndpoint(finding),
    why: findingText(finding),
  }));
  const faults = lines.filter(({ what }) => what === "fault");
  const others = lines.filter(({ what }) => what !== "fault");
  return answerOf([...faults, ...others], { isGood: faults.length === 0 });
}

/** Returns the faults that `verify` has found, as sentences. */
export function faultTexts(findings: readonly Finding[]): string[] {
  return findings.filter(isFailure).map((finding) => {
    return `${formatEndpoint(finding)}: ${findingText(finding)}`;
  });
}

function findingText(finding: Finding): string {
  if (finding.verdict === "stopped" || finding.verdict === "certificate") return foundText(finding);
  const expected = finding.isExpected ? "httpcfg" : "not httpcfg";
  return `expected ${expected}, found ${foundText(finding)}`;
}

/** Returns the answer of `who`. */
export function whoAnswer({ owners, unseen }: Listeners, port: number): Answer {
  const lines = owners.map((owner): AnswerLine => ({
    what: "listens",
    about: formatEndpoint(owner),
    why: describeOwner(owner),
  }));
  const hidden = unseen === null
    ? []
    : [{ what: "unknown", about: String(port), why: `others may listen: ${unseen}` }];
  return answerOf([...lines, ...hidden], { isGood: true });
}
