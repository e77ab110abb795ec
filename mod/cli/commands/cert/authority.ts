/**
 * `cert import FILE`: authorities whose certificates of clients are believed, and their revocation
 * lists.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, quote, shellWord, usageFault } from "../../../base/fault.ts";
import { retype } from "../../../base/hints/retype.ts";
import {
  certificateIn,
  isAuthority,
  issuersOf,
  readImported,
  readTrustFiles,
  type TrustContent,
  trustIn,
} from "../../../config/certs/authority_store.ts";
import { absolutePath, certificateName, placePublic } from "../../../config/certs/cert_store.ts";
import { fileTitle } from "../../../config/certs/store_name.ts";
import { certificateFacts, validity } from "../../../config/certs/certificate.ts";
import { pemOf } from "../../../base/pem.ts";
import { isCurrent } from "../../../config/certs/client_verdict.ts";
import type { RevocationList } from "../../../config/certs/revocation_list.ts";
import { isListSignedBy } from "../../../config/certs/signatures.ts";
import type { X509 } from "../../../config/certs/x509.ts";
import type { CommandInput, CommandIo } from "../../core/command.ts";
import { isJson, reportDone } from "../../core/outcome.ts";
import { reportHint } from "../../core/report.ts";

/** Imports the authorities, or the revocation list, of the file that is named into `store`. */
export async function importTrust(
  input: CommandInput,
  io: CommandIo,
  store: string,
): Promise<number> {
  const path = input.words[0]!;
  const bytes = await readImported(path);
  const found = trustIn(bytes);
  const { authorities, lists: [list, ...others] } = found;
  if (list !== undefined && (others.length > 0 || authorities.length > 0)) {
    throw severalFault(path, found);
  }
  if (authorities.length > 0) return await importAuthority(input, io, { store, path, authorities });
  if (list !== undefined) return await importList(input, io, { store, path, list });
  throw noTrustFault(path, bytes);
}

interface Found {
  readonly store: string;
  readonly path: string;
}

async function importAuthority(
  input: CommandInput,
  io: CommandIo,
  { store, path, authorities }: Found & Pick<TrustContent, "authorities">,
): Promise<number> {
  const text = authorities.map(({ der }) => pemOf("CERTIFICATE", der)).join("");
  const facts = certificateFacts(text)!;
  if (validity(facts, new Date(io.now()).toISOString()) === "expired") {
    throw new Fault(`Cannot import the authority ${quote(path)}: expired on ${facts.notAfter}`, {
      hint: "httpcfg cert list",
    });
  }
  const name = readName(input, facts.names[0] ?? facts.hash);
  const changed = placePublic(
    io.paths.certs,
    store,
    { name, extension: ".pem" },
    contentOf(input, path, text),
  );
  const { hash, notAfter } = facts;
  if (!isJson(input)) io.out(hash);
  await reportDone(input, io, changed, { authority: { hash, store, name, notAfter } });
  if (changed) reportHint(io, "httpcfg site set NAME --client-cert require");
  return EXIT.ok;
}

async function importList(
  input: CommandInput,
  io: CommandIo,
  { store, path, list: { der, value: list } }: Found & {
    readonly list: TrustContent["lists"][number];
  },
): Promise<number> {
  const problem = listProblem(list, io.now());
  if (problem !== null) {
    throw new Fault(`Cannot import the revocation list ${quote(path)}: ${problem}`, {
      hint: `openssl crl -in ${shellWord(path)} -noout -text`,
    });
  }
  const known = readTrustFiles(io.paths.certs, store);
  const issuers = issuersOf(known, list);
  if (issuers.length > 0 && !issuers.some((issuer) => isListSignedBy(list, issuer))) {
    throw new Fault(
      `Cannot import the revocation list ${quote(path)}: no valid signature of its issuer in the ` +
        `store ${store}`,
      { hint: "httpcfg cert list" },
    );
  }
  const usual = nameOfIssuer(known, issuers) ??
    path.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, "");
  const name = readName(input, usual);
  const text = pemOf("X509 CRL", der);
  const changed = placePublic(
    io.paths.certs,
    store,
    { name, extension: ".crl" },
    contentOf(input, path, text),
  );
  const due = list.nextUpdateMs === null ? null : new Date(list.nextUpdateMs).toISOString();
  const view = { store, name: `${name}.crl`, revoked: list.revoked.size, nextUpdate: due };
  if (!isJson(input)) io.out(`${name}.crl`);
  await reportDone(input, io, changed, { revocationList: view });
  if (issuers.length === 0) {
    io.note(
      `No authority in the store ${store} has issued it: it counts for those that clients send.`,
    );
  }
  if (due !== null) io.note(`The next list is due on ${due}: after that, clients are refused.`);
  return EXIT.ok;
}

function listProblem(list: RevocationList, nowMs: number): string | null {
  if (list.unknownLimit !== null) return "it is not a whole list of its issuer";
  if (isCurrent(list, nowMs)) return null;
  const { thisUpdateMs, nextUpdateMs } = list;
  return thisUpdateMs > nowMs
    ? `not valid before ${new Date(thisUpdateMs).toISOString()}`
    : `out of date since ${new Date(nextUpdateMs ?? nowMs).toISOString()}`;
}

/** Returns the name of the file with the authority that issued a list: a new list replaces the old. */
function nameOfIssuer(
  files: ReturnType<typeof readTrustFiles>,
  issuers: readonly X509[],
): string | null {
  const [issuer] = issuers;
  if (issuer === undefined) return null;
  const file = files.find(({ authorities }) => {
    return authorities.some(({ value }) => value.subject === issuer.subject);
  });
  return file === undefined ? null : fileTitle(file.file).replace(/\.[^.]*$/, "");
}

function contentOf(
  input: CommandInput,
  path: string,
  text: string,
): { readonly text: string } | { readonly link: string } {
  return input.flag("link") ? { link: absolutePath(path) } : { text };
}

/** Returns why a file with a revocation list and something else cannot be imported as one thing. */
function severalFault(path: string, { authorities, lists }: TrustContent): Fault {
  const what = authorities.length > 0
    ? "authorities and revocation lists in one file"
    : `${lists.length} revocation lists in one file`;
  return new Fault(`Cannot import ${quote(path)}: ${what}, and each is a file of its own`, {
    hint: authorities.length > 0
      ? `openssl crl -in ${shellWord(path)} -out ca.crl; httpcfg cert import ca.crl`
      : `csplit -z -f list- ${shellWord(path)} '/-BEGIN X509 CRL-/' '{*}'; ` +
        'for f in list-*; do httpcfg cert import "$f"; done',
  });
}

/** Returns why a file cannot be imported that has nothing which clients could be judged by. */
function noTrustFault(path: string, bytes: Uint8Array): Fault {
  const start = `Cannot import ${quote(path)}`;
  const certificate = certificateIn(bytes);
  if (certificate === null) {
    return new Fault(`${start}: neither a certificate of an authority nor a revocation list`, {
      hint: `openssl x509 -in ${shellWord(path)} -noout -text`,
    });
  }
  const limit = certificate.isCa && !isAuthority(certificate);
  return new Fault(
    limit
      ? `${start}: the authority has limits that are not checked here (${
        certificate.unknownLimit ?? "no version 3"
      })`
      : `${start}: the certificate is not one of an authority, and has no key`,
    {
      hint: limit ? "httpcfg cert list" : `httpcfg cert import --cert ${shellWord(path)} --key KEY`,
    },
  );
}

function readName(input: CommandInput, usual: string): string {
  const given = input.text("name");
  const text = given ?? (usual.replace(/[^A-Za-z0-9*_.@-]+/g, "-").replace(/^[-_.@]+/, "") || "ca");
  const name = certificateName(text.slice(0, 128));
  if (name !== null) return name;
  throw usageFault(
    `Cannot name a certificate ${quote(text)}: not a valid name`,
    retype(input.commandLine, { flag: "name", to: "ca" }),
  );
}
