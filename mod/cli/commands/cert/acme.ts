/**
 * `cert acme add|list|renew|remove`: the certificates that the service obtains and renews by itself.
 *
 * @module
 */
import { ACME_STORE, storeFolder } from "../../../config/certs/store_name.ts";
import { deleteAcme, findAcme, missingSsl, setAcme } from "../../../admin/acme_records.ts";
import { applyOrAdvise } from "../../../admin/apply.ts";
import { editStore } from "../../../admin/store_edit.ts";
import { type AcmeStatus, acmeStatus } from "../../../acme/next_step.ts";
import { loadState } from "../../../acme/state_files.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, quote } from "../../../base/fault.ts";
import { retype } from "../../../base/hints/retype.ts";
import { atOnce } from "../../../base/work/steps.ts";
import { absolutePath, listCertificates } from "../../../config/certs/cert_store.ts";
import type { AcmeRecord } from "../../../config/document/document.ts";
import { parseList } from "../../../config/document/list_entry.ts";
import { fileExists } from "../../../config/store/file_exists.ts";
import { storedCertificateCheck } from "../../../host/web/stored_certificates.ts";
import { inclusionOn } from "../../../listen/plan/exclusion.ts";
import { THIS_MACHINE } from "../../../listen/plan/plan_input.ts";
import {
  type CommandInput,
  type CommandIo,
  type CommandSpec,
  FORMAT_FLAG,
} from "../../core/command.ts";
import { type Listing, writeListing } from "../../core/format.ts";
import { CHANGE_FLAGS, finishChange, isJson, reportDone } from "../../core/outcome.ts";
import { report, reportHint } from "../../core/report.ts";
import type { Styled } from "../../core/screen/colors.ts";
import type { Screen } from "../../core/screen/screen.ts";
import { table } from "../../core/table.ts";
import { DEFAULT_SERVER, isCertifiable, readAcme } from "./acme_flags.ts";

const acmeAdd: CommandSpec = {
  name: "cert acme add",
  usage: "NAME… --agree-tos",
  summary: "Obtain a certificate by ACME, and renew it from then on",
  details: [
    "One certificate for all NAMEs, host names and IP addresses; it is in the store ACME, called " +
    "by the first of them. The service obtains it, and renews it by itself: when the authority " +
    "says so (RFC 9773), or after two thirds of its life, after half of a life below 10 days. A " +
    "renewed certificate is the next handshake's; no connection is dropped.",
    "The authority asks for a proof on port 80 of every name: http-01. The service has that port " +
    "open on the addresses of the list as long as a certificate by ACME is configured, and answers " +
    "before all sites, whichever are stopped. If another program has port 80 there, it can forward " +
    "/.well-known/acme-challenge/ to the port that the setting AcmeHttpPort names.",
    "--agree-tos agrees to the terms of service of the authority, by default Let's Encrypt, for " +
    "whom an account is made then. For addresses its profile shortlived is used, whose " +
    "certificates are valid for six days. --listed takes the addresses of this machine that are " +
    "on the list.",
    "An https binding to one of the names that has no certificate is bound to the new one. Prints " +
    "the thumbprint to stdout.",
    "Exit status 0 if the certificate is in the store. It is 1 if the service does not run, or if " +
    "it could not obtain the certificate: it then tries again by itself, after a minute, and ever " +
    "later up to once a day.",
  ],
  examples: [
    {
      line: "httpcfg cert acme add shop.example.com www.shop.example.com --agree-tos",
      shows: "one certificate for two names, from Let's Encrypt",
    },
    {
      line: "httpcfg cert acme add --listed --contact admin@example.com --agree-tos",
      shows: "for the addresses of the list",
    },
    {
      line: "httpcfg cert acme add intranet.example --server https://ca.example/acme/directory " +
        "--ca /etc/ssl/private-ca.pem --agree-tos",
      shows: "from an authority of one's own",
    },
  ],
  flags: {
    server: {
      kind: "string",
      value: "URL",
      summary: `directory of the authority, by default ${DEFAULT_SERVER}`,
    },
    ca: {
      kind: "string",
      value: "FILE",
      summary: "PEM file with the certificates that vouch for the server itself",
      completes: "file",
    },
    contact: { kind: "string", value: "MAIL", summary: "mail address for the authority" },
    listed: { kind: "boolean", summary: "also certify the addresses of this machine on the list" },
    "agree-tos": { kind: "boolean", summary: "agree to the terms of service; required" },
    ...CHANGE_FLAGS,
  },
  words: { min: 0, max: 100 },
  run: add,
};

const acmeList: CommandSpec = {
  name: "cert acme list",
  usage: "",
  summary: "List the certificates by ACME, and when they are renewed",
  details: [
    "wanted: there is none yet. due: it should have been renewed. retryAt is the next attempt after " +
    "one that failed.",
    "Exit status 1 if one of them is not valid, or its last attempt failed.",
  ],
  examples: [
    {
      line: "httpcfg cert acme list --format json | jq '.acme[] | select(.error)'",
      shows: "those that cannot be obtained or renewed",
    },
  ],
  flags: FORMAT_FLAG,
  words: { min: 0, max: 0 },
  run: list,
};

const acmeRenew: CommandSpec = {
  name: "cert acme renew",
  usage: "NAME…",
  summary: "Renew certificates by ACME now",
  details: [
    "Not needed for what the service does by itself: for a certificate that has to be replaced " +
    "before its time. Authorities limit how many they issue.",
    "Exit status 0 if all of them are in the store.",
  ],
  examples: [{ line: "httpcfg cert acme renew shop.example.com", shows: "one of them" }],
  flags: { format: CHANGE_FLAGS.format },
  words: { min: 1, max: 100 },
  completes: ["acme"],
  run: renew,
};

const acmeRemove: CommandSpec = {
  name: "cert acme remove",
  usage: "NAME…",
  summary: "Stop renewing certificates by ACME",
  details: ["What is in the store stays there, and is served until it expires."],
  examples: [{ line: "httpcfg cert acme remove shop.example.com", shows: "one of them" }],
  flags: CHANGE_FLAGS,
  words: { min: 1, max: 100 },
  completes: ["acme"],
  run: remove,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [acmeAdd, acmeList, acmeRenew, acmeRemove];

async function add(input: CommandInput, io: CommandIo): Promise<number> {
  const listed = input.flag("listed") ? await listedAddresses(io) : [];
  const record = readAcme(input, listed, absolutePath);
  if (record.caFile !== undefined && fileExists(record.caFile) === false) {
    throw new Fault(`Cannot trust ${quote(record.caFile)}: no such file or directory`);
  }
  const edited = await editStore(io, (document) => setAcme(document, record));
  if ("problem" in edited) return await finishChange(input, io, edited, {});
  const before = hashOf(io, record);
  await obtain(io, record, { verb: "obtain", again: retype(input.commandLine) });
  const bound = await bind(io, record);
  return await finishObtained(
    input,
    io,
    [record],
    edited.changed || before !== hashOf(io, record) || bound,
  );
}

async function renew(input: CommandInput, io: CommandIo): Promise<number> {
  const records = await recordsOf(input, io);
  for (const record of records) {
    await obtain(io, record, { verb: "renew", again: retype(input.commandLine) });
  }
  return await finishObtained(input, io, records, true);
}

async function remove(input: CommandInput, io: CommandIo): Promise<number> {
  const document = await io.store.read();
  let changed = false;
  for (const word of input.words) {
    const name = findAcme(document, word)?.certName ?? word;
    const edited = await editStore(io, (document) => deleteAcme(document, name));
    if ("problem" in edited) {
      if (edited.problem.isSo && input.flag("idempotent")) continue;
      if (edited.notices.length > 0) return await finishChange(input, io, edited, {});
      throw unknownFault(word);
    }
    changed ||= edited.changed;
  }
  await io.control.ask({ op: "acme", verb: "follow", name: "" }).catch((error) => {
    if (!(error instanceof Fault)) throw error; // it is not running, and reads it when it starts
  });
  await reportDone(input, io, changed, { acme: input.words });
  return EXIT.ok;
}

async function list(input: CommandInput, io: CommandIo): Promise<number> {
  const rows = await statusesOf(io);
  const columns = ["name", "names", "state", "notAfter", "renewAt", "retryAt", "server", "error"];
  const listing: Listing = { name: "acme", columns, rows: rows.map((row) => ({ ...row })) };
  await writeListing(input, io, listing, {
    text(): void {
      if (rows.length > 0) return io.show(acmeText(rows, listing, io.screen));
      io.note("No certificates by ACME.");
      reportHint(io, "httpcfg cert acme add www.example.com --agree-tos");
    },
  });
  for (const { name, error, hint } of rows) {
    if (error === null || isFormatted(input)) continue;
    const text = `the certificate ${quote(name)} cannot be obtained: ${error}`;
    report(io, [{ kind: "warning", text, hint: hint ?? undefined }]);
  }
  const isWell = rows.every(({ state, error }) => state === "valid" && error === null);
  return isWell ? EXIT.ok : EXIT.failed;
}

function isFormatted(input: CommandInput): boolean {
  return (input.text("format") ?? "text") !== "text";
}

function acmeText(rows: readonly AcmeStatus[], listing: Listing, screen: Screen): Styled {
  const shown = rows.map(({ name, names, state, notAfter, renewAt, retryAt }) => {
    const next = retryAt ?? renewAt;
    return { name, names, state, expires: minute(notAfter), next: minute(next) };
  });
  const columns = ["name", "names", "state", "expires", "next"];
  return table({ ...listing, columns, rows: shown }, screen, {
    looks: {
      name: { kind: "key", meaning: () => "heading" },
      names: { kind: "values" },
      state: { kind: "key", meaning: (cell) => cell === "valid" ? "good" : "bad" },
      expires: { kind: "key" },
      next: { kind: "key", heading: "next attempt" },
    },
  });
}

/** Returns a time to its minute, as `2026-11-27 08:30Z`. */
function minute(time: string | null): string | null {
  return time === null ? null : `${time.slice(0, 10)} ${time.slice(11, 16)}Z`;
}

/** Returns how the certificates are doing, by what is stored: also with the service stopped. */
async function statusesOf(io: CommandIo): Promise<AcmeStatus[]> {
  const { acme = [] } = await io.store.read();
  const certificates = listCertificates(io.paths.certs, ACME_STORE);
  return await Promise.all(acme.map(async (record) => {
    const certificate = certificates.find(({ name }) => name === record.certName) ?? null;
    const state = await loadState(storeFolder(io.paths.certs, ACME_STORE), record.certName);
    return acmeStatus({ record, state, certificate }, io.now());
  }));
}

/** Asks the service for a certificate, and waits for it. Throws a Fault if it is not there then. */
async function obtain(
  io: CommandIo,
  { certName }: AcmeRecord,
  { verb, again }: {
    readonly verb: "obtain" | "renew";
    /** The line that asks again. */
    readonly again: string;
  },
): Promise<void> {
  io.progress?.("obtaining", "the certificate");
  const request = { op: "acme", verb, name: certName } as const;
  const status = await io.control.ask(request, undefined, { progress: io.progress })
    .catch((error) => {
      if (!(error instanceof Fault)) throw error;
      report(io, [{ kind: "note", text: "stored; the service tries again by itself" }]);
      throw error;
    });
  if (status !== null) return;
  throw new Fault(
    `Cannot obtain the certificate ${
      quote(certName)
    } now: the service is not running; it does so ` +
      "when it starts",
    { hint: `httpcfg net start w3svc; ${again}` },
  );
}

/** Binds the certificate to the https bindings that have none; reports whether there was one. */
async function bind(io: CommandIo, record: AcmeRecord): Promise<boolean> {
  const hash = hashOf(io, record);
  if (hash === null) return false;
  const { ssl } = await io.store.read();
  const check = await storedCertificateCheck(io.paths.certs, ssl, { now: io.now });
  let keys: readonly string[] = [];
  const edited = await editStore(io, (document) => {
    const missing = missingSsl(document, record, { hash, check });
    keys = missing.map(({ key }) => key);
    return missing.length === 0 ? document : { ...document, ssl: [...document.ssl, ...missing] };
  });
  if ("problem" in edited) {
    report(io, edited.notices);
    return false;
  }
  if (!edited.changed) return false;
  report(io, [
    { kind: "note", text: `bound to ${keys.map((key) => quote(key)).join(", ")}` },
    ...await applyOrAdvise(io, "W3SVC", edited),
  ]);
  return true;
}

async function finishObtained(
  input: CommandInput,
  io: CommandIo,
  records: readonly AcmeRecord[],
  changed: boolean,
): Promise<number> {
  const statuses = await statusesOf(io);
  const names = new Set(records.map(({ certName }) => certName));
  const wanted = statuses.filter(({ name }) => names.has(name));
  if (!isJson(input)) io.out(wanted.map(({ hash }) => hash ?? "").join("\n"));
  await reportDone(input, io, changed, { acme: wanted });
  return EXIT.ok;
}

function hashOf(io: CommandIo, { certName }: AcmeRecord): string | null {
  const certificates = listCertificates(io.paths.certs, ACME_STORE);
  return certificates.find(({ name }) => name === certName)?.hash ?? null;
}

async function recordsOf(input: CommandInput, io: CommandIo): Promise<AcmeRecord[]> {
  const document = await io.store.read();
  return input.words.map((word) => {
    const record = findAcme(document, word);
    if (record === undefined) throw unknownFault(word);
    return record;
  });
}

function unknownFault(word: string): Fault {
  return new Fault(`Cannot find the certificate ${quote(word)}: no such certificate by ACME`, {
    hint: "httpcfg cert acme list",
  });
}

/** Returns the addresses of this machine that are on the list and that can be certified. */
async function listedAddresses(io: CommandIo): Promise<string[]> {
  const { ipListen } = await io.store.read();
  const machine = await (io.machine ?? THIS_MACHINE).readMachine();
  const includes = atOnce(inclusionOn(parseList(ipListen), machine));
  return machine.addresses.map(({ ip }) => ip).filter((ip) => includes(ip) && isCertifiable(ip));
}
