/**
 * `cert import|list|remove|create`: the certificates that `set ssl` binds to addresses.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, quote, usageFault } from "../../../base/fault.ts";
import type { FlagSpec } from "../../../base/flag_spec.ts";
import {
  certificateName,
  certificateOf,
  DEFAULT_STORE,
  linkPair,
  listCertificates,
  listStores,
  readPair,
  removePair,
  type StoredCertificate,
  storeName,
  writePair,
} from "../../../config/certs/cert_store.ts";
import { certificateFacts, validity } from "../../../config/certs/certificate.ts";
import type { ConfigDocument, SslRecord } from "../../../config/document/document.ts";
import { readSelfSigned } from "./cert_flags.ts";
import {
  type CommandInput,
  type CommandIo,
  type CommandSpec,
  FORMAT_FLAG,
} from "../../core/command.ts";
import { render } from "../../core/format.ts";
import { table } from "../../core/table.ts";

const STORE_FLAG: FlagSpec = {
  kind: "string",
  value: "STORE",
  summary: `store that holds it, ${DEFAULT_STORE} when not given`,
};

const certImport: CommandSpec = {
  name: "cert import",
  usage: "--cert FILE --key FILE",
  summary: "Put a certificate and its private key into the certificate store",
  details: [
    "Both files are PEM; the server's own certificate stands first in its file, those of its issuers " +
    "follow. stdout gets the thumbprint, which set ssl takes.",
    "A certificate of the same name is replaced, and a running service takes the new one within " +
    "seconds, without dropping a connection. With --link the store only points to the files: what " +
    "another program renews there is taken up in the same way.",
  ],
  examples: [
    {
      line: "httpcfg cert import --cert fullchain.pem --key privkey.pem",
      tells: "copy both into the store, the key for the owner's eyes only",
    },
    {
      line:
        "httpcfg cert import --link --name www --cert /etc/letsencrypt/live/www/fullchain.pem " +
        "--key /etc/letsencrypt/live/www/privkey.pem",
      tells: "follow a certificate that another program renews",
    },
  ],
  flags: {
    cert: { kind: "string", value: "FILE", summary: "certificate and chain", completes: "file" },
    key: { kind: "string", value: "FILE", summary: "its private key", completes: "file" },
    store: STORE_FLAG,
    name: { kind: "string", value: "NAME", summary: "name in the store; else its first host name" },
    link: { kind: "boolean", summary: "point to the files, do not copy them" },
  },
  words: { min: 0, max: 0 },
  run: (input, io) => Promise.resolve(importPair(input, io)),
};

const certList: CommandSpec = {
  name: "cert list",
  usage: "",
  summary: "List the certificates of every store, and what they are bound to",
  details: ["Exit status 1 where one of them is expired or cannot be used."],
  examples: [
    {
      line: "httpcfg cert list --format json | jq '.certificates[] | select(.state != \"valid\")'",
      tells: "those that need care",
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
  details: ["One that an ssl record names stays: the record has to be deleted first."],
  examples: [
    {
      line: "httpcfg cert remove 63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6",
      tells: "by its thumbprint, as cert list shows it",
    },
  ],
  flags: { store: STORE_FLAG },
  words: { min: 1, max: 1 },
  completes: ["certificate"],
  run: remove,
};

const certCreate: CommandSpec = {
  name: "cert create",
  usage: "--self-signed --name NAME",
  summary: "Make a certificate that vouches for itself",
  details: [
    "For tests, for machines that only their owner reaches, and until a real one is there: clients " +
    "refuse it until they are told to trust it. stdout gets its thumbprint.",
  ],
  examples: [
    {
      line: "httpcfg cert create --self-signed --name intranet.example --ip 192.168.1.10 --days 90",
      tells: "for a name and an address",
    },
  ],
  flags: {
    "self-signed": { kind: "boolean", summary: "signed by its own key; the only kind there is" },
    name: { kind: "list", value: "NAME", summary: "host name it is for; may be repeated" },
    ip: { kind: "list", value: "ADDRESS", summary: "address it is for; may be repeated" },
    days: { kind: "string", value: "N", summary: "days that it is good, 365 when not given" },
    store: STORE_FLAG,
  },
  words: { min: 0, max: 0 },
  run: create,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [certImport, certList, certRemove, certCreate];

function importPair(input: CommandInput, io: CommandIo): number {
  const files = { certFile: input.text("cert") ?? "", keyFile: input.text("key") ?? "" };
  if (files.certFile === "" || files.keyFile === "") {
    throw usageFault(
      `Cannot import a certificate: ${files.certFile === "" ? "--cert" : "--key"} is missing`,
      "httpcfg cert import --cert fullchain.pem --key privkey.pem",
    );
  }
  const store = readStore(input);
  const pair = readPair(files);
  const facts = certificateFacts(pair.cert)!;
  const now = new Date(io.now()).toISOString();
  if (validity(facts, now) === "expired") {
    throw new Fault(
      `Cannot import the certificate ${quote(files.certFile)}: it expired on ${facts.notAfter}`,
      { hint: "renew it where it comes from, or httpcfg cert create --self-signed --name NAME" },
    );
  }
  const name = nameOf(input.text("name") ?? facts.names[0] ?? facts.hash);
  const place = input.flag("link")
    ? linkPair(io.paths.certs, store, name, files)
    : writePair(io.paths.certs, store, name, pair);
  reportStored(io, place, now);
  return EXIT.ok;
}

async function list(input: CommandInput, io: CommandIo): Promise<number> {
  const document = await io.store.read();
  const now = new Date(io.now()).toISOString();
  const rows = listStores(io.paths.certs).flatMap((store) => {
    const certificates = listCertificates(io.paths.certs, store);
    return certificates.map((one) => ({
      hash: one.hash,
      store: one.store,
      name: one.name,
      names: one.names,
      notAfter: one.notAfter,
      state: one.problem === null ? validity(one, now) : "unusable",
      bound: boundTo(document, certificates, one).map(({ key }) => key),
      problem: one.problem,
    }));
  });
  const columns = ["hash", "store", "name", "names", "notAfter", "state", "bound", "problem"];
  const listing = { name: "certificates", columns, rows };
  const form = input.text("format") ?? "text";
  if (form !== "text") io.out(await render(listing, form));
  else if (rows.length > 0) io.out(table(listing));
  else io.note(`No certificate is in ${quote(io.paths.certs)}.\n${IMPORT_HINT}`);
  return rows.some(({ state }) => state !== "valid") ? EXIT.failed : EXIT.ok;
}

const IMPORT_HINT = "hint: httpcfg cert import --cert fullchain.pem --key privkey.pem";

async function remove(input: CommandInput, io: CommandIo): Promise<number> {
  const hash = input.words[0]!.toLowerCase();
  const stores = input.text("store") === null ? listStores(io.paths.certs) : [readStore(input)];
  const document = await io.store.read();
  for (const store of stores) {
    const certificates = listCertificates(io.paths.certs, store);
    const found = certificates.find((one) => one.hash === hash);
    if (found === undefined) continue;
    const [record] = boundTo(document, certificates, found);
    if (record !== undefined) {
      throw new Fault(`Cannot remove the certificate ${quote(hash)}: it serves "${record.key}"`, {
        hint: `httpcfg delete ssl -i ${record.key}`,
      });
    }
    removePair(found);
    return EXIT.ok;
  }
  throw new Fault(`Cannot remove the certificate ${quote(hash)}: no store has it`, {
    hint: "httpcfg cert list",
  });
}

async function create(input: CommandInput, io: CommandIo): Promise<number> {
  const options = readSelfSigned(input, io.now());
  const store = readStore(input);
  const name = nameOf(options.names[0] ?? options.ips[0]!);
  const taken = listCertificates(io.paths.certs, store).find((one) => one.name === name);
  if (taken !== undefined) {
    throw new Fault(
      `Cannot create the certificate ${quote(name)}: the store has one of this name`,
      {
        hint: `httpcfg cert remove ${taken.hash}`,
      },
    );
  }
  const { makeSelfSigned } = await import("../../../config/certs/self_signed.ts");
  const made = writePair(io.paths.certs, store, name, await makeSelfSigned(options));
  reportStored(io, made, new Date(io.now()).toISOString());
  return EXIT.ok;
}

/** The thumbprint is the answer; what can be done with it is for people. */
function reportStored(
  io: CommandIo,
  { hash, store, ...facts }: StoredCertificate,
  now: string,
): void {
  io.out(hash);
  if (validity(facts, now) === "not yet valid") {
    io.note(`Clients refuse it until ${facts.notBefore}.`);
  }
  const where = store === DEFAULT_STORE ? "" : ` -c ${store}`;
  io.note(`hint: httpcfg set ssl -i 0.0.0.0:443 -h ${hash}${where}`);
}

/** The ssl records that `certificate` serves. */
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

function readStore(input: CommandInput): string {
  const text = input.text("store") ?? DEFAULT_STORE;
  const store = storeName(text);
  if (store !== null) return store;
  throw usageFault(`Cannot use the store ${quote(text)}: that is no name`, "--store MY");
}

function nameOf(text: string): string {
  // A colon cannot stand in a file name everywhere; an IPv6 address has some.
  const name = certificateName(text.replaceAll(":", "-").replace(/^-+/, ""));
  if (name !== null) return name;
  throw usageFault(`Cannot call a certificate ${quote(text)}: not a name`, "--name www");
}
