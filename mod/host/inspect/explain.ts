/**
 * Explains which site or program would serve a request, by which rule, and why no other. Pure.
 *
 * The socket comes from the plan, the site from the same table that routes requests; this file adds
 * only the reasons.
 *
 * @module
 */
import {
  ANY_V4,
  ANY_V6,
  type Endpoint,
  formatEndpoint,
  type Ip,
  isIpv4,
  isWildcard,
  unservedReason,
} from "../../base/address.ts";
import { quote, shellWord } from "../../base/fault.ts";
import { isHostFor, isWildcardHost } from "../../base/host_name.ts";
import { atOnce } from "../../base/work/steps.ts";
import type { Binding } from "../../config/document/binding.ts";
import { formatBinding } from "../../config/document/binding.ts";
import type { ConfigDocument } from "../../config/document/document.ts";
import { siteValues } from "../../config/metabase/site_values.ts";
import type { SiteContent } from "../../config/document/site_content.ts";
import {
  describeOwners,
  endpointsCollide,
  keepsFrom,
  type PortOwner,
} from "../../listen/machine/port_owner.ts";
import { compileInclusion } from "../../listen/list/inclusion.ts";
import { AddressTable } from "../../listen/machine/address_table.ts";
import type { PlanInput } from "../../listen/plan/make_plan.ts";
import type { Plan, PlannedEndpoint } from "../../listen/plan/plan.ts";
import { includeAddress } from "../../listen/plan/cures.ts";
import { whyExcluded } from "../../listen/plan/exclusion.ts";
import { boundAddresses } from "../../listen/plan/listen_addresses.ts";
import { kindOf } from "../../site/kinds/kinds.ts";
import { describeWithoutSite, findTarget, type FoundTarget, isSite } from "./explain_target.ts";
import { comparablePath, coveringPath } from "../../site/path_values.ts";
import { accessNotes, pathNotes, tlsNotes } from "./access_notes.ts";
import { proxyNotes } from "./proxy_notes.ts";
import { isUp } from "../web/status_views.ts";
import type { RegistrationStatus } from "../control/status.ts";

/** The request to explain. */
export interface Question {
  readonly endpoint: Endpoint;
  /** Host field in lower case, without the port; "" for none. */
  readonly host: string;
  /** Null for the protocol of the port. */
  readonly secure: boolean | null;
  /** Decoded, starts with "/". */
  readonly path: string;
  /** Whose request it is; absent if that is not asked. */
  readonly client?: Ip | undefined;
}

/** One binding on the port, and its result. */
interface Candidate {
  readonly id: number;
  readonly name: string;
  readonly binding: string;
  readonly wins: boolean;
  /** Why it wins or loses, as the end of a sentence. */
  readonly why: string;
}

/** The explanation; its fields are its JSON form. */
export interface Explanation {
  readonly endpoint: string;
  readonly host: string;
  /**
   * What responds: a site, a registered program, the service itself with an error, another process,
   * or nothing; `unknown` if not the service, and other processes are not seen.
   */
  readonly answeredBy: "site" | "program" | "service" | "other" | "nobody" | "unknown";
  /** The explanation in one sentence. */
  readonly summary: string;
  /** The other programs that respond; absent unless `answeredBy` is "other". */
  readonly holders?: readonly PortOwner[];
  /** The socket of the service that accepts the connection; null if there is none. */
  readonly socket: string | null;
  /** False if the socket is planned but not open yet. */
  readonly isOpen: boolean;
  readonly site: { readonly id: number; readonly name: string; readonly content: string } | null;
  /** The application of the site that responds; absent if there is none for the path. */
  readonly application?: { readonly path: string; readonly content: string };
  readonly candidates: readonly Candidate[];
  /** What the rules of the site do to the request; absent if it has none. */
  readonly access?: readonly string[];
  /** What proxies in front of the service must do, or may say, as sentences; absent for nothing. */
  readonly proxies?: readonly string[];
  /** What can be typed for the service to respond, the best first; absent if nothing is known. */
  readonly hints?: readonly string[];
}

/** The facts that the explanation is based on; the machine was asked about the address. */
export interface ExplainInput {
  readonly document: ConfigDocument;
  readonly plan: Plan;
  readonly input: PlanInput;
  readonly registrations: readonly Pick<RegistrationStatus, "url" | "to">[];
  /** What the list in force includes; null if no service is running. */
  readonly inForce: ((ip: Ip) => boolean) | null;
}

/** What the functions below share. */
interface Facts extends ExplainInput {
  readonly table: AddressTable;
}

/** Explains one request. */
export function explain(asked: Question, given: ExplainInput): Explanation {
  const table = new AddressTable(given.input.machine);
  const facts: Facts = { ...given, table };
  const { host } = asked;
  const endpoint = { ip: table.canonical(asked.endpoint.ip), port: asked.endpoint.port };
  const question = { ...asked, endpoint };
  const proxies = proxyNotes(given.document.settings);
  const common = {
    endpoint: formatEndpoint(endpoint),
    host,
    ...(proxies.length === 0 ? {} : { proxies }),
  };
  const socket = socketFor(endpoint, facts);
  const beside = socket === null ? null : whoIsBeside(endpoint, socket, facts);
  if (beside !== null) return { ...common, ...beside };
  if (socket === null) {
    const none = { socket: null, isOpen: false, site: null };
    return { ...common, ...whyNoSocket(endpoint, facts), ...none, candidates: [] };
  }
  const reached = {
    ...common,
    socket: formatEndpoint(socket),
    isOpen: socket.action === "keep",
  };
  const secure = question.secure ?? socket.secure;
  if (secure !== socket.secure) {
    const [requested, spoken] = secure ? ["TLS", "plain HTTP"] : ["plain HTTP", "TLS"];
    const summary = `Not served: port ${endpoint.port} speaks ${spoken}, not ${requested}`;
    return { ...reached, answeredBy: "nobody", summary, site: null, candidates: [] };
  }
  const found = findTarget({ ...question, secure }, facts);
  const candidates = judgeCandidates({ ...question, secure }, facts, found);
  if (!isSite(found)) {
    return {
      ...reached,
      ...describeWithoutSite(found, unusedReason(question, facts, candidates)),
      site: null,
      candidates,
    };
  }
  const { id, name } = found.site;
  const site = { id, name, content: describeContent(found.site.content) };
  const paths = siteValues(facts.document)(found.site).values?.paths ?? [];
  const demands = found.application?.sslFlags ?? found.site.access?.sslFlags ?? [];
  const access = [
    ...tlsNotes(demands, secure),
    ...accessNotes(found.site.access ?? {}, question.client ?? null),
    ...pathNotes(coveringPath(paths, comparablePath(question.path)), found.site),
  ];
  const rules = access.length === 0 ? {} : { access };
  const answer = { ...reached, answeredBy: "site", ...rules } as const;
  if (found.application === null) {
    const summary = `Served by site ${quote(name)}: ${site.content}`;
    return { ...answer, summary, site, candidates };
  }
  const { path } = found.application;
  const application = { path, content: describeContent(found.application.content) };
  const summary = `Served by site ${quote(name)}, application ${
    quote(path)
  }: ${application.content}`;
  return { ...answer, summary, site, application, candidates };
}

function describeContent(content: SiteContent): string {
  return kindOf(content).description(content);
}

/** Returns why nothing is routed to a socket that is open. */
function unusedReason(
  { endpoint: { port } }: Question,
  { input: { sites } }: Facts,
  candidates: readonly Candidate[],
): string {
  if (candidates.length > 0) return "no binding matches";
  const isAcme = sites.some((site) =>
    site.isAcme && site.bindings.some((one) => one.port === port)
  );
  return isAcme
    ? "the port is open for certificates by ACME, and no started site uses it"
    : "no started site uses the port";
}

/** Returns the socket of the plan that a connection to `endpoint` reaches. */
function socketFor(endpoint: Endpoint, { plan, input, table }: Facts): PlannedEndpoint | null {
  const { machine } = input;
  if (unservedReason(endpoint.ip) !== null || table.absenceOf(endpoint.ip) !== null) return null;
  const open = plan.endpoints.filter(({ port, action }) => {
    return port === endpoint.port && (action === "open" || action === "keep");
  });
  const any = isIpv4(endpoint.ip) ? ANY_V4 : ANY_V6;
  return open.find(({ ip }) => ip === endpoint.ip) ??
    open.find(({ ip }) => ip === any) ??
    open.find(({ ip }) => ip === ANY_V6 && isIpv4(endpoint.ip) && machine.dualStack) ?? null;
}

/**
 * Returns who else has a socket on exactly the address, beside ours on every address; null if none
 * has. The system gives that one the connection.
 */
function whoIsBeside(
  endpoint: Endpoint,
  socket: PlannedEndpoint,
  { input }: Facts,
): Omit<Explanation, "endpoint" | "host"> | null {
  if (!isWildcard(socket.ip)) return null;
  const holders = input.held.filter(({ ip, port }) => ip === endpoint.ip && port === endpoint.port);
  if (holders.length === 0) return null;
  const summary = `Served by ${describeOwners(holders)}, not httpcfg, which has ${
    formatEndpoint(socket)
  }`;
  const none = { socket: null, isOpen: false, site: null, candidates: [] };
  return { answeredBy: "other", summary, holders, ...none };
}

function whyNoSocket(
  endpoint: Endpoint,
  facts: Facts,
): Pick<Explanation, "answeredBy" | "summary" | "holders" | "hints"> {
  const { ip } = endpoint;
  const unserved = unservedReason(ip);
  if (unserved !== null) {
    return { answeredBy: "nobody", summary: `Not served: ${ip} ${unserved}` };
  }
  const absence = facts.table.absenceOf(ip);
  if (absence !== null) {
    return { answeredBy: "nobody", summary: `Not served: ${ip}: ${absence}` };
  }
  const { why, hints } = reasonNotListening(endpoint, facts);
  const cures = hints.length === 0 ? {} : { hints };
  const held = facts.input.held.filter((owner) => keepsFrom(owner, endpoint, true));
  const { unseen } = facts.input;
  if (held.length === 0 && unseen !== null) {
    const summary = `Not served by httpcfg: ${why}; it is not known whether another program is ` +
      `there: ${unseen}`;
    return { answeredBy: "unknown", summary, ...cures };
  }
  if (held.length === 0) return { answeredBy: "nobody", summary: `Not served: ${why}`, ...cures };
  // The kernel prefers a socket on the exact address to one on the wildcard.
  const exact = held.filter(({ ip }) => ip === endpoint.ip);
  const holders = exact.length > 0 ? exact : held;
  const owners = describeOwners(holders);
  const refused = refusedAt(endpoint, facts);
  // The cause of a socket that is refused mostly names the owner, too.
  const because = refused?.cause?.includes(owners)
    ? `, which cannot listen on ${formatEndpoint(refused)}`
    : `: ${why}`;
  const summary = `Served by ${owners}, not httpcfg${because}`;
  // Where the service does not want the port, the other program is in its place.
  return { answeredBy: "other", summary, holders, ...(refused === undefined ? {} : cures) };
}

/** Returns the planned socket that would serve the endpoint, and cannot be opened. */
function refusedAt(
  endpoint: Endpoint,
  { plan, input }: Facts,
): Facts["plan"]["endpoints"][number] | undefined {
  return plan.endpoints.find((one) => {
    return one.action === "refused" && endpointsCollide(one, endpoint, input.machine.dualStack);
  });
}

/** Returns why the service has no socket for the endpoint, and what to type about it. */
function reasonNotListening(
  endpoint: Endpoint,
  facts: Facts,
): { readonly why: string; readonly hints: readonly string[] } {
  const { plan, input, table, inForce, document } = facts;
  const refused = refusedAt(endpoint, facts);
  if (refused !== undefined) {
    const why = `cannot listen on ${formatEndpoint(refused)}: ${refused.cause}`;
    return { why, hints: refused.hints ?? [] };
  }
  const decision = compileInclusion(input.list, table).decide(endpoint.ip);
  if (input.generation === 6 && !decision.included) {
    const includedBy = inForce?.(endpoint.ip) ? "in force" : null;
    const excluded = { ip: endpoint.ip, entry: decision.entry?.text ?? null, includedBy } as const;
    return {
      why: `${endpoint.ip} is ${whyExcluded(excluded, includedBy)}`,
      hints: atOnce(includeAddress(excluded, input.list, input.machine)),
    };
  }
  const bound = input.sites.filter(({ bindings, isAcme }) =>
    !isAcme && bindings.some(({ port }) => port === endpoint.port)
  );
  if (bound.length === 0) {
    return { why: `no site is bound to port ${endpoint.port}`, hints: bindTo(endpoint, document) };
  }
  const reasons = bound.map(({ id, name }) => {
    const reason = plan.sites.find((site) => site.id === id)?.reason;
    return `site ${quote(name)}: ${reason ?? "listens on other addresses"}`;
  });
  const failing = plan.sites.filter(({ id }) => bound.some((site) => site.id === id));
  return {
    why: `no site bound to port ${endpoint.port} starts; ${reasons.join("; ")}`,
    hints: failing.flatMap(({ hints = [] }) => hints),
  };
}

/** Returns the command that binds the first site to one more port. */
function bindTo({ port }: Endpoint, { sites }: ConfigDocument): readonly string[] {
  const [site] = sites;
  if (site === undefined) return [];
  const words = [...site.bindings, `:${port}:`].map((text) => `--bind ${shellWord(text)}`);
  return [`httpcfg site set ${shellWord(site.name)} ${words.join(" ")}`];
}

function judgeCandidates(
  { endpoint, host, secure }: Question & { readonly secure: boolean },
  { plan, input, table }: Facts,
  found: FoundTarget,
): Candidate[] {
  const isBound = ({ ip }: Binding): boolean => {
    return ip === null || boundAddresses(ip, table).includes(endpoint.ip);
  };
  const startedIds = new Set(plan.sites.filter(isUp).map(({ id }) => id));
  const winner = isSite(found) ? found.site : undefined;
  const winningPrefix = typeof found === "object" && "url" in found ? found.url : null;
  const best = input.sites.filter(({ id }) => id === winner?.id)
    .flatMap(({ bindings }) => bindings)
    .filter((one) => one.secure === secure && one.port === endpoint.port && isBound(one))
    .filter((one) => one.unserved === undefined && isForHost(one, host))
    .sort((a, b) => rankOf(a) - rankOf(b))[0];
  const sites = input.sites.filter(({ url, isAcme }) => url === undefined && !isAcme);
  return sites.flatMap(({ id, name, bindings }) =>
    bindings.filter(({ port }) => port === endpoint.port).map((binding) => {
      const isCandidate = binding.secure === secure && isBound(binding);
      const rank = isCandidate && isForHost(binding, host) ? rankOf(binding) : null;
      const wins = id === winner?.id && best !== undefined && rank === rankOf(best);
      const reason = plan.sites.find((site) => site.id === id)?.reason ?? "stopped";
      const why = !startedIds.has(id)
        ? `the site does not start: ${reason}`
        : binding.unserved !== undefined
        ? binding.unserved
        : wins
        ? bucketText(binding)
        : winningPrefix !== null && rank !== null
        ? `${quote(winningPrefix)} takes precedence`
        : whyItLoses(binding, { isBound: isBound(binding), host, secure, rank, best });
      return { id, name, binding: formatBinding(binding), wins, why };
    })
  );
}

function isForHost(binding: Binding, host: string): boolean {
  return binding.host === "" || isHostFor(binding.host, host);
}

/** Returns the place of a binding that is for the request in the order of the search. */
function rankOf({ host, ip }: Binding): number {
  // Names, then wildcards, of which the longest come first, then bindings without a host.
  const bucket = host === "" ? 1000 : isWildcardHost(host) ? 500 - host.length : 0;
  return 2 * bucket + (ip === null ? 1 : 0);
}

/** Returns HTTP.sys's bucket of a binding, as a reason. */
function bucketText({ host, ip }: Binding): string {
  const where = ip === null ? "any address" : "this address";
  if (isWildcardHost(host)) {
    return `bound to ${quote(host)} on ${where}, and no name takes precedence`;
  }
  if (host !== "") return `bound to the host name on ${where}`;
  return ip === null
    ? "bound to any address and any host, and no binding names either"
    : "bound to this address, and no binding names the host";
}

function whyItLoses(
  binding: Binding & { readonly secure: boolean },
  { isBound, host, secure, rank, best }: {
    readonly isBound: boolean;
    readonly host: string;
    readonly secure: boolean;
    readonly rank: number | null;
    readonly best: Binding | undefined;
  },
): string {
  if (binding.secure !== secure) return binding.secure ? "speaks TLS" : "speaks plain HTTP";
  if (!isBound) return `bound to ${binding.ip}`;
  if (rank === null) {
    const requested = host === "" ? "no host was requested" : `${quote(host)} was requested`;
    return `bound to the host ${quote(binding.host)}, and ${requested}`;
  }
  if (best !== undefined && rank > rankOf(best)) {
    return `another binding takes precedence: ${bucketText(best)}`;
  }
  return "another site has the same binding";
}
