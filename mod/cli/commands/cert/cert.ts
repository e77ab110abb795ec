/**
 * `cert import|list|remove|create`: the certificates that `set ssl` binds to addresses.
 *
 * @module
 */
import { accessNotices } from "../../core/notices/access_notices.ts";
import {
  ACME_STORE,
  AUTHORITY_STORE,
  DEFAULT_STORE,
  storeName,
} from "../../../config/certs/store_name.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { parseIp } from "../../../base/address.ts";
import { Fault, quote, shellWord, usageFault } from "../../../base/fault.ts";
import type { FlagSpec } from "../../../base/flag_spec.ts";
import { retype } from "../../../base/hints/retype.ts";
import { fileExists } from "../../../config/store/file_exists.ts";
import {
  removeList,
  revocationLists,
  type StoredList,
} from "../../../config/certs/authority_store.ts";
import {
  certificateName,
  certificateOf,
  linkPair,
  listCertificates,
  listStores,
  type PlacedCertificate,
  readPair,
  removePair,
  type StoredCertificate,
  writePair,
} from "../../../config/certs/cert_store.ts";
import { certificateFacts, validity } from "../../../config/certs/certificate.ts";
import type { ConfigDocument, SslRecord } from "../../../config/document/document.ts";
import { CHANGE_FLAGS, isJson, reportDone } from "../../core/outcome.ts";
import { report, reportHint } from "../../core/report.ts";
import { readSelfSigned } from "./cert_flags.ts";
import {
  type CommandInput,
  type CommandIo,
  type CommandSpec,
  FORMAT_FLAG,
} from "../../core/command.ts";
import type { Styled } from "../../core/screen/colors.ts";
import { type Listing, writeListing } from "../../core/format.ts";
import type { Screen } from "../../core/screen/screen.ts";
import { table } from "../../core/table.ts";

const STORE_FLAG: FlagSpec = {
  kind: "string",
  value: "STORE",
  summary: `certificate store, ${DEFAULT_STORE} by default`,
};

/** An authority has no key: it is no certificate to serve. */
const IMPORT_STORE_FLAG: FlagSpec = {
  ...STORE_FLAG,
  summary: `certificate store, by default ${DEFAULT_STORE}, for authorities ${AUTHORITY_STORE}`,
};

const certImport: CommandSpec = {
  name: "cert import",
  usage: "--cert FILE --key FILE | FILE",
  summary: "Import a certificate and its private key, or an authority, into a certificate store",
  details: [
    "Both files are PEM. The server certificate comes first in its file, followed by those of " +
    "its issuers. Prints the thumbprint to stdout, for set ssl.",
    "A certificate with the same name is replaced, and a running service uses the new one within " +
    "seconds, without dropping a connection. With --link the store only points to the files: a " +
    "certificate that another program renews there is picked up in the same way.",
    "A FILE alone has the certificate of an authority, or a revocation list, as PEM or DER. They go " +
    "into the store CA: an authority there vouches for the certificates of clients, where a site " +
    "asks for them, and clients on a list are refused. Without a list nothing is checked for " +
    "revocation; once there is one, it has to be replaced before it is out of date. What is in the " +
    "store counts from the next connection on.",
  ],
  examples: [
    {
      line: "httpcfg cert import --cert fullchain.pem --key privkey.pem",
      shows: "copy both into the store; only the owner can read the key",
    },
    {
      line:
        "httpcfg cert import --link --name www --cert /etc/letsencrypt/live/www/fullchain.pem " +
        "--key /etc/letsencrypt/live/www/privkey.pem",
      shows: "follow a certificate that another program renews",
    },
    {
      line: "httpcfg cert import company-ca.pem",
      shows: "an authority whose certificates of clients are believed",
    },
    {
      line: "httpcfg cert import company-ca.crl",
      shows: "its list of revoked certificates",
    },
  ],
  flags: {
    cert: { kind: "string", value: "FILE", summary: "certificate and chain", completes: "file" },
    key: { kind: "string", value: "FILE", summary: "private key", completes: "file" },
    store: IMPORT_STORE_FLAG,
    name: {
      kind: "string",
      value: "NAME",
      summary: "name in the store; by default its first host name",
    },
    link: { kind: "boolean", summary: "link to the files instead of copying them" },
    ...CHANGE_FLAGS,
  },
  words: { min: 0, max: 1 },
  completes: ["file"],
  run: importFiles,
};

const certList: CommandSpec = {
  name: "cert list",
  usage: "",
  summary: "List the certificates in every store and what they are bound to",
  details: ["Exit status 1 if one of them is expired, not yet valid or unusable."],
  examples: [
    {
      line: "httpcfg cert list --format json | jq '.certificates[] | select(.state != \"valid\")'",
      shows: "certificates that need attention",
    },
  ],
  flags: FORMAT_FLAG,
  words: { min: 0, max: 0 },
  run: list,
};

const certRemove: CommandSpec = {
  name: "cert remove",
  usage: "HASH",
  summary: "Remove a certificate and its key from the store",
  details: [
    "A certificate that an ssl record names cannot be removed: delete the record first. A revocation " +
    "list is removed by its name, as in cert list: ca.crl.",
  ],
  examples: [
    {
      line: "httpcfg cert remove 63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6",
      shows: "by its thumbprint, as shown by cert list",
    },
  ],
  flags: { store: STORE_FLAG, ...CHANGE_FLAGS },
  words: { min: 1, max: 1 },
  completes: ["certificate"],
  run: remove,
};

const certCreate: CommandSpec = {
  name: "cert create",
  usage: "--self-signed --name NAME",
  summary: "Create a self-signed certificate",
  details: [
    "For tests, for machines that only their owner reaches, and until a real certificate is " +
    "there: clients reject it until they are configured to trust it. Prints the thumbprint to " +
    "stdout.",
  ],
  examples: [
    {
      line: "httpcfg cert create --self-signed --name intranet.example --ip 192.168.1.10 --days 90",
      shows: "for a host name and an address",
    },
  ],
  flags: {
    "self-signed": { kind: "boolean", summary: "sign it with its own key; required" },
    name: { kind: "list", value: "NAME", summary: "host name to certify; may be repeated" },
    ip: { kind: "list", value: "ADDRESS", summary: "IP address to certify; may be repeated" },
    days: { kind: "string", value: "N", summary: "days that it is valid, 365 by default" },
    store: STORE_FLAG,
    ...CHANGE_FLAGS,
  },
  words: { min: 0, max: 0 },
  run: create,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [certImport, certList, certRemove, certCreate];

async function importFiles(input: CommandInput, io: CommandIo): Promise<number> {
  if (input.words.length === 0) return await importPair(input, io);
  if (input.text("cert") !== null || input.text("key") !== null) {
    throw usageFault(
      `Cannot import ${quote(input.words[0]!)} with --cert or --key: a file alone is an authority`,
      `httpcfg cert import ${shellWord(input.words[0]!)}`,
    );
  }
  const { importTrust } = await import("./authority.ts");
  return await importTrust(input, io, readStore(input, AUTHORITY_STORE));
}

async function importPair(input: CommandInput, io: CommandIo): Promise<number> {
  const files = { certFile: input.text("cert") ?? "", keyFile: input.text("key") ?? "" };
  if (files.certFile === "" || files.keyFile === "") {
    const [missing, given] = files.certFile === "" ? ["cert", "key"] : ["key", "cert"];
    const partner = partnerOf(input.text(given!) ?? "", missing as "cert" | "key");
    const partners = files.certFile === files.keyFile
      ? [{ add: ["--cert", "fullchain.pem", "--key", "privkey.pem"] }]
      : [{ flag: missing!, to: partner }];
    throw usageFault(
      `Cannot import a certificate: --${missing} is missing`,
      retype(input.commandLine, ...partners),
    );
  }
  const store = readStore(input);
  const pair = readPair(files);
  const facts = certificateFacts(pair.cert)!;
  const now = new Date(io.now()).toISOString();
  if (validity(facts, now) === "expired") {
    throw new Fault(
      `Cannot import the certificate ${quote(files.certFile)}: expired on ${facts.notAfter}`,
      { hint: `httpcfg cert create --self-signed ${subjectWords(facts)}` },
    );
  }
  const name = nameOf(input.text("name") ?? facts.names[0] ?? facts.hash, input);
  const place = input.flag("link")
    ? linkPair(io.paths.certs, store, name, files)
    : writePair(io.paths.certs, store, name, pair);
  await reportStored(input, io, place);
  return EXIT.ok;
}

async function list(input: CommandInput, io: CommandIo): Promise<number> {
  const document = await io.store.read();
  const now = new Date(io.now()).toISOString();
  const rows = listStores(io.paths.certs).flatMap((store) => {
    const certificates = listCertificates(io.paths.certs, store);
    const listed = certificates.map((one) => ({
      hash: one.hash,
      store: one.store,
      name: one.name,
      names: one.names,
      notAfter: one.notAfter,
      state: one.problem === null || one.isAuthority ? validity(one, now) : "unusable",
      bound: boundTo(document, certificates, one).map(({ key }) => key),
      problem: one.isAuthority ? null : one.problem,
      kind: one.isAuthority ? "authority" : "certificate",
    }));
    return [...listed, ...revocationLists(io.paths.certs, store, io.now()).map(listRow)];
  });
  const columns = [
    "hash",
    "store",
    "name",
    "names",
    "notAfter",
    "state",
    "bound",
    "problem",
    "kind",
  ];
  const listing = { name: "certificates", columns, rows };
  await writeListing(input, io, listing, {
    text(): void {
      if (rows.length > 0) return io.show(certificatesText(listing, io.screen));
      io.note(`No certificates in ${quote(io.paths.certs)}.`);
      reportHint(io, "httpcfg cert import --cert fullchain.pem --key privkey.pem");
    },
  });
  return rows.some(({ state }) => state !== "valid") ? EXIT.failed : EXIT.ok;
}

/** Returns the row of a revocation list. */
function listRow({ store, name, notAfter, problem }: StoredList): {
  readonly hash: string;
  readonly store: string;
  readonly name: string;
  readonly names: readonly string[];
  readonly notAfter: string;
  readonly state: string;
  readonly bound: readonly string[];
  readonly problem: string | null;
  readonly kind: string;
} {
  const state = problem === null ? "valid" : "unusable";
  const kind = "revocation list";
  return { hash: "", store, name, names: [], notAfter, state, bound: [], problem, kind };
}

/** Formats the certificates; a terminal has no column for a thumbprint, which is to be copied. */
function certificatesText(listing: Listing, screen: Screen): Styled {
  if (screen.columns === null) return table(listing, screen);
  const rows = listing.rows.map(({ hash, problem, notAfter, kind, ...row }) => {
    const what = kind === "certificate" ? "" : ` ${kind}`;
    const detail = `${hash}${what}${problem === null ? "" : ` ${problem}`}`.trim();
    return { ...row, expires: `${notAfter}`.slice(0, 10), detail };
  });
  const columns = ["name", "store", "names", "expires", "state", "bound", "detail"];
  return table({ ...listing, columns, rows }, screen, {
    detail: "detail",
    looks: {
      name: { kind: "key", meaning: () => "heading" },
      store: { kind: "key" },
      names: { kind: "values", heading: "host names" },
      expires: { kind: "key" },
      state: { kind: "key", meaning: (cell) => cell === "valid" ? "good" : "bad" },
      bound: { kind: "values", heading: "bound to" },
      detail: { heading: "thumbprint" },
    },
  });
}

async function remove(input: CommandInput, io: CommandIo): Promise<number> {
  const hash = input.words[0]!.toLowerCase();
  const stores = input.text("store") === null ? listStores(io.paths.certs) : [readStore(input)];
  const document = await io.store.read();
  for (const store of stores) {
    const certificates = listCertificates(io.paths.certs, store);
    const found = certificates.find((one) => one.hash === hash);
    if (found === undefined) continue;
    const renewed = store === ACME_STORE
      ? document.acme?.find(({ certName }) => certName === found.name)
      : undefined;
    if (renewed !== undefined) {
      throw new Fault(`Cannot remove the certificate ${quote(hash)}: renewed by ACME`, {
        hint: `httpcfg cert acme remove ${renewed.certName}; ${retype(input.commandLine)}`,
      });
    }
    const [record] = boundTo(document, certificates, found);
    if (record !== undefined) {
      throw new Fault(`Cannot remove the certificate ${quote(hash)}: bound to "${record.key}"`, {
        hint: `httpcfg delete ssl -i ${shellWord(record.key)}; ${retype(input.commandLine)}`,
      });
    }
    removePair(found);
    await reportDone(input, io, true, { certificate: viewOf(found) });
    return EXIT.ok;
  }
  for (const store of stores) {
    const list = revocationLists(io.paths.certs, store, io.now())
      .find(({ name }) => name === input.words[0]);
    if (list === undefined) continue;
    removeList(list);
    await reportDone(input, io, true, { revocationList: { store, name: list.name } });
    return EXIT.ok;
  }
  if (input.flag("idempotent")) {
    await reportDone(input, io, false, { certificate: null });
    return EXIT.ok;
  }
  const known = stores.flatMap((store) => listCertificates(io.paths.certs, store));
  const named = known.filter((one) => {
    return one.hash !== "" &&
      (one.name.toLowerCase() === hash || (hash.length > 3 && one.hash.startsWith(hash)));
  });
  throw new Fault(`Cannot remove the certificate ${quote(hash)}: no such certificate`, {
    hint: named.length === 1
      ? retype(input.commandLine, { word: input.words[0]!, to: [named[0]!.hash] })
      : "httpcfg cert list",
  });
}

async function create(input: CommandInput, io: CommandIo): Promise<number> {
  const options = readSelfSigned(input, io.now());
  const store = readStore(input);
  const name = nameOf(options.names[0] ?? options.ips[0]!, input);
  const stored = listCertificates(io.paths.certs, store);
  const existing = stored.find((one) => one.name === name);
  if (existing !== undefined) {
    const wanted = [...options.names, ...options.ips];
    if (input.flag("idempotent") && isFor(existing, wanted, io.now())) {
      await reportStored(input, io, { ...existing, changed: false });
      return EXIT.ok;
    }
    const bound = boundTo(await io.store.read(), stored, existing);
    throw new Fault(`Cannot create the certificate ${quote(name)}: already exists`, {
      hint: replacement(existing, bound, input),
    });
  }
  const { makeSelfSigned } = await import("../../../config/certs/self_signed.ts");
  const made = writePair(io.paths.certs, store, name, await makeSelfSigned(options));
  await reportStored(input, io, made);
  return EXIT.ok;
}

/** Reports whether a certificate can be used, is valid now, and certifies exactly `wanted`. */
function isFor(one: StoredCertificate, wanted: readonly string[], nowMs: number): boolean {
  const canonical = (names: readonly string[]): string => {
    return names.map((name) => parseIp(name) ?? name.toLowerCase()).sort().join();
  };
  return one.problem === null && validity(one, new Date(nowMs).toISOString()) === "valid" &&
    canonical(one.names) === canonical(wanted);
}

/** Writes the thumbprint to stdout, and what to do with it to stderr. */
async function reportStored(
  input: CommandInput,
  io: CommandIo,
  placed: PlacedCertificate,
): Promise<void> {
  const { hash, store, changed, ...facts } = placed;
  if (!isJson(input)) io.out(hash);
  await reportDone(input, io, changed, { certificate: viewOf(placed) });
  report(io, await accessNotices(io));
  if (!changed) return;
  if (validity(facts, new Date(io.now()).toISOString()) === "not yet valid") {
    io.note(`Clients reject it until ${facts.notBefore}.`);
  }
  const where = store === DEFAULT_STORE ? "" : ` -c ${store}`;
  reportHint(io, `httpcfg set ssl -i 0.0.0.0:443 -h ${hash}${where}`);
}

/** Returns a certificate as the JSON of every command shows it. */
function viewOf({ hash, store, name, names, notAfter }: StoredCertificate): object {
  return { hash, store, name, names, notAfter };
}

/** Returns the commands that make a new certificate in place of `existing`, and bind it as before. */
function replacement(
  { hash, store }: StoredCertificate,
  records: readonly SslRecord[],
  input: CommandInput,
): string {
  const where = store === DEFAULT_STORE ? "" : ` -c ${store}`;
  const again = retype(input.commandLine);
  const unbound = records.map(({ key }) => `httpcfg delete ssl -i ${shellWord(key)}; `).join("");
  const [first, ...others] = records.map(({ key }) => `httpcfg set ssl -i ${shellWord(key)} -h`);
  const remove = `${unbound}httpcfg cert remove ${hash}; `;
  if (first === undefined) return `${remove}${again}`;
  const bound = [first, ...others].map((set) => `${set} "$hash"${where}`).join("; ");
  return `${remove}hash="$(${again})"; ${bound}`;
}

/** Returns the names and addresses of a certificate as flags of `cert create`. */
function subjectWords({ names }: Pick<StoredCertificate, "names">): string {
  const words = names.map((name) => {
    return `${parseIp(name) === null ? "--name" : "--ip"} ${shellWord(name)}`;
  });
  return words.length === 0 ? "--name localhost" : words.join(" ");
}

/** Returns the file that usually lies beside a certificate or a key: an existing one, if any. */
function partnerOf(file: string, missing: "cert" | "key"): string {
  const folder = file.includes("/") ? file.replace(/[^/]*$/, "") : "";
  const base = file.slice(folder.length).replace(/\.[^.]*$/, "");
  const names = missing === "key"
    ? [`${base}.key`, `${base}-key.pem`, "privkey.pem", "key.pem"]
    : [`${base}.crt`, `${base}.pem`, `${base}.cer`, "fullchain.pem", "cert.pem"];
  const beside = names.map((name) => `${folder}${name}`).filter((path) => path !== file);
  return beside.find((path) => fileExists(path) === true) ?? beside.at(-2)!;
}

/** Returns the ssl records that `certificate` is bound to. */
function boundTo(
  { ssl }: ConfigDocument,
  certificates: readonly StoredCertificate[],
  certificate: StoredCertificate,
): SslRecord[] {
  return ssl.filter((record) => {
    return storeName(record.certStoreName) === certificate.store &&
      certificateOf(certificates, record) === certificate;
  });
}

function readStore(input: CommandInput, usual: string = DEFAULT_STORE): string {
  const text = input.text("store") ?? usual;
  const store = storeName(text);
  if (store !== null) return store;
  throw usageFault(
    `Cannot use the store ${quote(text)}: not a valid name`,
    retype(input.commandLine, { flag: "store", to: usual }),
  );
}

function nameOf(text: string, { commandLine }: CommandInput): string {
  // Not every system allows a colon in a file name; an IPv6 address has some.
  const name = certificateName(text.replaceAll(":", "-").replace(/^-+/, ""));
  if (name !== null) return name;
  const better = text.replace(/[^A-Za-z0-9*_.@-]+/g, "-").replace(/^[-_.@]+/, "").slice(0, 128);
  throw usageFault(
    `Cannot name a certificate ${quote(text)}: not a valid name`,
    retype(commandLine, { flag: "name", to: better || "www" }),
  );
}
