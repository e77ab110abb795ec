/**
 * What the service would do with a document, without doing it: what `plan` shows, and what a member of a
 * fleet answers.
 *
 * @module
 */
import { type Ip, parseIp } from "../../base/address.ts";
import type { Progress } from "../../base/progress.ts";
import { parseUrlPrefix } from "../../base/url_prefix.ts";
import { atOnce } from "../../base/work/steps.ts";
import type { ConfigDocument } from "../../config/document/document.ts";
import { parseList } from "../../config/document/list_entry.ts";
import { withCures } from "../../listen/plan/cures.ts";
import { compareLists, inclusionOn } from "../../listen/plan/exclusion.ts";
import { makePlan, type Plan, type PlanInput } from "../../listen/plan/make_plan.ts";
import type { SocketEndpoint } from "../../listen/plan/plan.ts";
import { type MachineView, previewPlanInput } from "../../listen/plan/plan_input.ts";
import { isServiceUp, type ServiceStatus } from "../control/status.ts";
import { storedCertificateCheck } from "../web/stored_certificates.ts";

/** What is planned, and with what. */
interface PlannedService {
  readonly document: ConfigDocument;
  /** Null if no service is running. */
  readonly status: ServiceStatus | null;
  /** The directory of the certificate stores. */
  readonly certs: string;
  /** Milliseconds since 1970. */
  now(): number;
  readonly os: string;
  readonly view?: MachineView | undefined;
  readonly progress?: Progress | undefined;
  /** Rejects addresses that the machine does not have. */
  readonly strict?: boolean;
  /** Addresses that the caller wants to know about. */
  readonly asked?: readonly Ip[];
}

/** The plan of a document, and the running state. */
export interface ServicePlan {
  readonly document: ConfigDocument;
  readonly input: PlanInput;
  readonly plan: Plan;
  /** What the list in force includes; null if HTTP is not running. */
  readonly inForce: ((ip: Ip) => boolean) | null;
  /** Null if no service is running. */
  readonly status: ServiceStatus | null;
}

/** Plans a document against what runs. */
export async function planService(
  { document, status, certs, now, os, view, progress, strict = false, asked = [] }: PlannedService,
): Promise<ServicePlan> {
  const registrations = (status?.registrations ?? []).flatMap(({ url }) =>
    parseUrlPrefix(url) ?? []
  );
  const isAsked = document.sites.some(({ secureBindings }) => secureBindings.length > 0) ||
    registrations.some(({ scheme }) => scheme === "https");
  const check = await storedCertificateCheck(certs, document.ssl, { isAsked, now });
  const list = parseList(document.ipListen);
  const source = { document, list, check, registrations, asked, view, progress };
  const preview = await previewPlanInput(source, openEndpoints(status), status?.pid ?? null);
  const input = { ...preview, strict };
  const inForce = status !== null && isServiceUp(status, "HTTP")
    ? atOnce(inclusionOn(parseList(status.ipListen), input.machine))
    : null;
  progress?.("planning", "the sockets");
  const made = atOnce(withCures(makePlan(input), input, os));
  const compared = inForce === null ? made : compareLists(made, "in force", inForce);
  const { unseen } = input;
  const plan = unseen === null ? compared : { ...compared, unseen };
  return { document, input, plan, inForce, status };
}

/** Returns the sockets that the service reports as open. */
export function openEndpoints(status: Pick<ServiceStatus, "endpoints"> | null): SocketEndpoint[] {
  return (status?.endpoints ?? []).flatMap(({ ip, port, scopeId = 0, state }) => {
    const parsed = parseIp(ip);
    return state === "open" && parsed !== null ? [{ ip: parsed, port, scopeId }] : [];
  });
}
