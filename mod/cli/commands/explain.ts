/**
 * Edge: `explain`: what would respond to a request, and why. It resolves host names.
 *
 * @module
 */
import {
  type Endpoint,
  formatEndpoint,
  type Ip,
  parseEndpoint,
  parseIp,
  urlHost,
  withoutZone,
  withZone,
} from "../../base/address.ts";
import { EXIT } from "../../base/exit_status.ts";
import { retype } from "../../base/hints/retype.ts";
import { Fault, quote, shellWord, usageFault } from "../../base/fault.ts";
import { explain, type Explanation, type Question } from "../../host/inspect/explain.ts";
import { AddressTable, needsZone } from "../../listen/machine/address_table.ts";
import { joinLines, type Meaning, span, type Styled } from "../core/screen/colors.ts";
import { type CommandInput, type CommandSpec, FORMAT_FLAG } from "../core/command.ts";
import { grouped } from "../../base/grouped.ts";
import { type Listing, writeListing } from "../core/format.ts";
import { paragraph } from "../core/screen/paragraph.ts";
import { report } from "../core/report.ts";
import type { Screen } from "../core/screen/screen.ts";
import { proxyLines } from "../core/notices/proxy_lines.ts";
import { planNotice } from "../core/notices/stored_notice.ts";
import { type ColumnLook, table } from "../core/table.ts";
import { readStoredPlan, reportCures } from "./plan.ts";

const spec: CommandSpec = {
  name: "explain",
  usage: "URL|IP:PORT",
  summary: "Show which socket, site and rule would handle a request, and why",
  details: [
    "Uses the stored configuration, marks what is not open yet, and says if the running service " +
    "uses another one. A host name in a URL is resolved; with IP:PORT and --host it is not.",
    "Exit status 0 if a site or a registered program responds, 1 if none does.",
  ],
  examples: [
    { line: "httpcfg explain http://www.example.com/", shows: "resolve the name on this machine" },
    { line: "httpcfg explain 10.0.0.5:80 --host www.example.com", shows: "use this address" },
  ],
  flags: {
    ...FORMAT_FLAG,
    host: { kind: "string", value: "NAME", summary: "Host field of the request" },
    client: {
      kind: "string",
      value: "IP",
      summary: "address of the client, for the rules of a site",
    },
  },
  words: { min: 1, max: 1 },
  completes: ["endpoint"],
  async run(input, io): Promise<number> {
    const asked = await readQuestion(input.words[0]!, input.text("host"));
    const client = readClient(input);
    const question: Question = client === null ? asked : { ...asked, client };
    const gathered = await readStoredPlan(io, { asked: [question.endpoint.ip] });
    checkZone(question.endpoint, new AddressTable(gathered.input.machine));
    const { registrations = [], stored } = gathered.status ?? {};
    const answer = explain(question, { ...gathered, registrations });
    await writeListing(input, io, candidateListing(answer), {
      text(): void {
        io.show(explanationText(answer, io.screen));
        reportCures(io, answer.hints ?? [], gathered.status);
        report(io, planNotice(stored, io.store.file));
      },
      json: { ...answer, stored: stored ?? null },
    });
    return answer.answeredBy === "site" || answer.answeredBy === "program" ? EXIT.ok : EXIT.failed;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [spec];

function readClient(input: CommandInput): Ip | null {
  const text = input.text("client");
  if (text === null) return null;
  const ip = parseIp(text);
  if (ip !== null) return ip;
  throw usageFault(
    `Cannot use ${quote(text)} for "--client": not an IP address`,
    retype(input.commandLine, { flag: "client", to: "10.0.0.5" }),
  );
}

async function readQuestion(text: string, hostFlag: string | null): Promise<Question> {
  const host = hostFlag?.toLowerCase().replace(/\.$/, "") ?? null;
  const endpoint = parseEndpoint(text);
  if (endpoint !== null) {
    return { endpoint, host: host ?? literal(endpoint), secure: null, path: "/" };
  }
  const { bare, zone } = splitZone(text);
  const url = /^https?:\/\//i.test(bare) && URL.canParse(bare) ? new URL(bare) : null;
  if (url === null) {
    throw usageFault(
      `Cannot explain ${quote(text)}: a URL or IP:PORT expected`,
      "httpcfg explain http://127.0.0.1:8080/",
    );
  }
  const secure = url.protocol === "https:";
  const port = url.port === "" ? (secure ? 443 : 80) : Number(url.port);
  const name = url.hostname.replace(/\.$/, "");
  const literalIp = parseIp(name.replace(/^\[|\]$/g, ""));
  const ip = literalIp === null ? await addressOf(name, port) : withZone(literalIp, zone);
  return { endpoint: { ip, port }, host: host ?? name, secure, path: pathOf(url) };
}

/**
 * Returns a URL without the zone of its address, which RFC 6874 writes as `[fe80::1%25eth0]` and
 * curl also accepts as `[fe80::1%eth0]`, and the zone; "" if it has none.
 */
function splitZone(text: string): { readonly bare: string; readonly zone: string } {
  const match = /^(https?:\/\/\[[^\]%]*)%(?:25)?([^\]]+)(\].*)$/is.exec(text);
  if (match === null) return { bare: text, zone: "" };
  const [, before = "", zone = "", after = ""] = match;
  return { bare: `${before}${after}`, zone: decoded(zone) };
}

/** Throws if an address means nothing without an interface, and several have it. */
function checkZone({ ip, port }: Endpoint, table: AddressTable): void {
  const records = needsZone(ip) ? table.recordsOf(ip) : [];
  if (records.length < 2) return;
  const named = records.map((record) => formatEndpoint({ ip: record.ip, port }));
  throw usageFault(
    `Cannot explain ${quote(ip)}: several interfaces have the address`,
    named.map((one) => `httpcfg explain ${shellWord(one)}`).join("\n"),
  );
}

/**
 * Returns the path as the routing sees it. If an escape in it is invalid, the path stays as it is.
 */
function pathOf({ pathname }: URL): string {
  return decoded(pathname);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Returns the Host field of a client that uses the address itself; a zone is not sent. */
function literal({ ip }: Endpoint): string {
  return urlHost(withoutZone(ip));
}

async function addressOf(name: string, port: number): Promise<Endpoint["ip"]> {
  try {
    const { lookup } = await import("node:dns/promises"); // most URLs have an address
    const ip = parseIp((await lookup(name)).address);
    if (ip !== null) return ip;
  } catch {
    // Whatever the resolver's reason, the error and its hint are the same.
  }
  throw new Fault(`Cannot explain ${quote(name)}: no address found for the name`, {
    hint: `httpcfg explain 127.0.0.1:${port} --host ${shellWord(name)}`,
  });
}

function explanationText(answer: Explanation, screen: Screen): Styled {
  const { summary, answeredBy, socket, candidates, proxies = [], access = [] } = answer;
  const [verdict = ""] = /^(?:Not )?\S+/.exec(summary) ?? [];
  const start = span(MEANINGS[answeredBy], verdict);
  const isCut = screen.columns !== null && candidates.length > CANDIDATES_MAX;
  const shown = isCut
    ? [...candidates].sort((a, b) => Number(b.wins) - Number(a.wins)).slice(0, CANDIDATES_MAX)
    : candidates;
  const left = candidates.length - shown.length;
  return joinLines([
    ...paragraph(summary.slice(verdict.length), screen, { start }),
    ...(socket === null ? [] : [[
      span("heading", "Socket:"),
      ` ${socket}`,
      ...(answer.isOpen ? [] : [span("waiting", " (not open yet)")]),
    ]]),
    ...(socket === null ? [] : proxyLines(proxies, screen)),
    ...access.flatMap((note) => {
      return paragraph(` ${note}`, screen, { start: span("heading", "Access:") });
    }),
    ...(shown.length === 0
      ? []
      : [table(candidateListing({ candidates: shown }), screen, { looks: LOOKS })]),
    ...(left === 0 ? [] : [[span("faint", `… ${grouped(left)} more: --format csv shows them`)]]),
  ]);
}

/** Bindings that a terminal shows. */
const CANDIDATES_MAX = 20;

const MEANINGS: Readonly<Record<Explanation["answeredBy"], Meaning>> = {
  site: "good",
  program: "good",
  service: "waiting",
  other: "waiting",
  nobody: "bad",
  unknown: "waiting",
};

const LOOKS: Readonly<Record<string, ColumnLook>> = {
  result: { kind: "key", meaning: (cell) => cell === "wins" ? "good" : "faint" },
  site: { kind: "key" },
  binding: { kind: "value" },
};

function candidateListing({ candidates }: Pick<Explanation, "candidates">): Listing {
  return {
    name: "candidates",
    columns: ["result", "site", "binding", "why"],
    rows: candidates.map(({ wins, name, binding, why }) => {
      return { result: wins ? "wins" : "loses", site: name, binding, why };
    }),
  };
}
