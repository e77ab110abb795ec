/**
 * `verify`: proves that the machine responds exactly where the service says it listens.
 *
 * @module
 */
import { formatEndpoint } from "../../base/address.ts";
import { EXIT } from "../../base/exit_status.ts";
import { Fault } from "../../base/fault.ts";
import { type Finding, foundText, isFailure } from "../../host/inspect/verify.ts";
import { verifyService } from "../../host/inspect/verify_service.ts";
import { span } from "../core/screen/colors.ts";
import { type CommandIo, type CommandSpec, FORMAT_FLAG } from "../core/command.ts";
import { type Listing, writeListing } from "../core/format.ts";
import { report } from "../core/report.ts";
import { secretAccess } from "../core/notices/access_notices.ts";
import { storedNotices } from "../core/notices/stored_notice.ts";
import { type ColumnLook, table } from "../core/table.ts";

const verify: CommandSpec = {
  name: "verify",
  usage: "",
  summary: "Prove by connecting that the service listens where it says, and nowhere else",
  details: [
    "Connects to every address of this machine, included or not, on every port in use, and " +
    "compares the answer with what the service says. It fails where a served address does not " +
    "answer, or another program answers in place of the service or beside it; where the service answers on " +
    "an address that is excluded; where a site that starts by itself has no open socket; and " +
    "where the certificate for the host name of a site is for another name or not valid now.",
    "Another program on an address that is not included is listed and is no failure.",
    "On Windows it fails, too, if other users can read the keys of certificates or other secrets; " +
    "it says so if that cannot be told.",
    "The connections come from this machine, so they do not show what a firewall lets through.",
    "Exit status 0 if everything is as expected, 1 if not, 3 if something answers of which neither " +
    "the system nor the service says what it is.",
  ],
  examples: [
    { line: "httpcfg verify", shows: "show what is wrong" },
    { line: "httpcfg verify --format csv", shows: "every check, for a nightly job" },
  ],
  flags: FORMAT_FLAG,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    io.progress?.("asking", "the service");
    const status = await io.control.ask({ op: "status" });
    if (status === null) {
      throw new Fault("Cannot verify: the service is not running", {
        hint: "httpcfg net start w3svc",
      });
    }
    const stored = await io.store.read().catch(() => null);
    const findings = await verifyService({
      status,
      stored: stored?.sites ?? [],
      hasClient: (client) => hasClient(io, client),
      view: io.machine,
      progress: io.progress,
    });
    const access = await secretAccess(io);
    const failures = findings.filter(isFailure).length;
    const unknown = findings.filter(({ verdict }) => verdict === "unknown").length;
    const shown = findings.filter(({ verdict }) => verdict !== "ok");
    await writeListing(input, io, listing(findings), {
      text(): void {
        if (shown.length > 0) io.show(table(textListing(shown), io.screen, { looks: LOOKS }));
        report(io, storedNotices(status.stored, "httpcfg plan"));
      },
      json: { findings: jsonFindings(findings) },
    });
    report(io, access.notices);
    io.note([
      `${findings.length} checks: `,
      failures > 0
        ? span("error", `${failures} failed`)
        : unknown > 0
        ? span("waiting", `${unknown} not known`)
        : span("good", "all as expected"),
    ]);
    if (failures > 0 || access.isOpen) return EXIT.failed;
    return unknown > 0 ? EXIT.unknown : EXIT.ok;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [verify];

function listing(findings: readonly Finding[]): Listing {
  return {
    name: "findings",
    columns: ["verdict", "endpoint", "expected", "result", "detail", "failed"],
    rows: findings.map((finding) => {
      const { verdict, isExpected: expected, result, detail } = finding;
      const endpoint = formatEndpoint(finding);
      return { verdict, endpoint, expected, result, detail, failed: isFailure(finding) };
    }),
  };
}

/** Returns the findings as records of JSON, which have the other programs too. */
function jsonFindings(findings: readonly Finding[]): object[] {
  return listing(findings).rows.map((row, i) => ({ ...row, holders: findings[i]!.holders ?? [] }));
}

/** Returns the findings as sentences of four columns. */
function textListing(findings: readonly Finding[]): Listing {
  return {
    name: "findings",
    columns: ["result", "endpoint", "expected", "found"],
    rows: findings.map((finding) => ({
      result: isFailure(finding) ? "FAILED" : finding.verdict === "unknown" ? "UNKNOWN" : "note",
      endpoint: formatEndpoint(finding),
      expected: finding.isExpected ? "httpcfg" : "not httpcfg",
      found: foundText(finding),
    })),
  };
}

const LOOKS: Readonly<Record<string, ColumnLook>> = {
  result: { kind: "key", meaning: (cell) => cell === "FAILED" ? "error" : "faint" },
  endpoint: { kind: "key" },
  expected: { kind: "key" },
};

/**
 * Asks the service whether a connection from `client` is open; null if it cannot say, as an older one
 * that does not know the question.
 */
async function hasClient(io: Pick<CommandIo, "control">, client: string): Promise<boolean | null> {
  try {
    const status = await io.control.ask({ op: "client", client, brief: true });
    return status?.hasClient ?? null;
  } catch {
    return null;
  }
}
