/**
 * What to type to give a binding a certificate: one of the store that fits, else a new one.
 *
 * @module
 */
import { DEFAULT_STORE } from "./store_name.ts";
import { ANY_V4, formatEndpoint, isWildcard, withoutZone } from "../../base/address.ts";
import { shellWord } from "../../base/fault.ts";
import type { Binding } from "../document/binding.ts";
import { listCertificates, type StoredCertificate } from "./cert_store.ts";
import { validity } from "./certificate.ts";
import type { CertificateCure } from "./ssl_lookup.ts";

/** Returns the cure with the certificates under `folder`; `now` returns ISO 8601. */
export function certificateCure(folder: string, now: () => string): CertificateCure {
  return ({ ip, port, host }, record) => {
    const key = record?.key ?? formatEndpoint({ ip: ip ?? ANY_V4, port });
    const binding = { ip: ip === null || isWildcard(ip) ? null : ip, port, host };
    const undo = record === undefined ? "" : `httpcfg delete ssl -i ${shellWord(key)}; `;
    const set = `${undo}httpcfg set ssl -i ${shellWord(key)} -h`;
    const stored = listCertificates(folder, DEFAULT_STORE);
    const usable = stored.filter((one) => {
      return one.problem === null && validity(one, now()) === "valid";
    });
    const fitting = usable.find(({ names }) => names.some((name) => certifies(name, binding))) ??
      (host === "" ? usable[0] : undefined);
    if (fitting !== undefined) return `${set} ${fitting.hash}`;
    const create = `httpcfg cert create --self-signed ${subjectOf(binding)}`;
    const old = stored.find(({ name }) => name === nameOf(binding));
    return `${undo}${removal(old)}httpcfg set ssl -i ${shellWord(key)} -h "$(${create})"`;
  };
}

/**
 * Reports whether a certificate for `name` is one for the host, or the address, of a binding; a
 * wildcard in a certificate is for one label (RFC 6125).
 */
function certifies(name: string, { ip, host }: Binding): boolean {
  if (host === "") return ip !== null && name === withoutZone(ip);
  return name === host || (name.startsWith("*.") && name.slice(1) === host.replace(/^[^.]*/, ""));
}

function subjectOf({ ip, host }: Binding): string {
  if (host !== "") return `--name ${shellWord(host)}`;
  return ip === null ? "--name localhost" : `--ip ${withoutZone(ip)}`;
}

/** Returns the name that `cert create` gives a certificate of {@linkcode subjectOf}. */
function nameOf({ ip, host }: Binding): string {
  if (host !== "") return host;
  return ip === null ? "localhost" : withoutZone(ip).replaceAll(":", "-").replace(/^-+/, "");
}

/** The name of a certificate that cannot be used is taken. */
function removal(old: StoredCertificate | undefined): string {
  return old === undefined || old.hash === "" ? "" : `httpcfg cert remove ${old.hash}; `;
}
