/**
 * Which certificate records have to ask their clients for a certificate. Pure.
 *
 * A client is asked in the handshake or never: TLS 1.3 has no renegotiation, and the runtime has no
 * authentication after a handshake. So a record asks that says so, and one through which a site can
 * be reached that wants certificates, or an application of it.
 *
 * @module
 */
import { ANY_V4, ANY_V6, parseEndpoint } from "../../base/address.ts";
import { isProblem } from "../../base/problem.ts";
import { type Binding, parseBinding } from "../document/binding.ts";
import type { SiteRecord, SslRecord } from "../document/document.ts";
import { asksForCertificate } from "../rules/ssl_access.ts";
import { SSL_FLAG } from "./ssl_flags.ts";
import { sslKeysFor } from "./ssl_lookup.ts";

type Site = Pick<SiteRecord, "secureBindings" | "access" | "applications">;

/** Reports whether a site, or an application of it, wants certificates of its clients. */
function siteAsks({ access, applications = [] }: Omit<Site, "secureBindings">): boolean {
  return asksForCertificate(access?.sslFlags ?? []) ||
    applications.some(({ sslFlags }) => asksForCertificate(sslFlags ?? []));
}

/** Returns the keys of the records whose clients are asked. */
export function askingKeys(
  records: readonly Pick<SslRecord, "key" | "flags">[],
  sites: readonly Site[],
): Set<string> {
  const asking = new Set(
    records.filter(({ flags }) => (flags & SSL_FLAG.NEGOTIATE_CLIENT_CERT) !== 0)
      .map(({ key }) => key),
  );
  const bindings = sites.map((site) => ({ asks: siteAsks(site), bindings: secureOf(site) }));
  if (!bindings.some(({ asks }) => asks)) return asking;
  const keys = records.map(({ key }) => key);
  const bound = new Set(
    bindings.flatMap((site) => site.bindings.map(({ host, port }) => `${host}:${port}`)),
  );
  for (const { asks, bindings: own } of bindings) {
    if (!asks) continue;
    for (const binding of own) for (const key of keysOf(binding, keys, bound)) asking.add(key);
  }
  return asking;
}

/** Returns the keys of the records that may serve a client who comes to `binding`. */
function keysOf(
  binding: Binding,
  keys: readonly string[],
  bound: ReadonlySet<string>,
): readonly string[] {
  const { ip, port, host } = binding;
  // A client of this century names the host, and has the record of its name, or of one above it.
  if (host !== "") {
    const named = sslKeysFor({ ip: ANY_V4, port }, host).find((key) => keys.includes(key));
    if (named !== undefined && parseEndpoint(named) === null) {
      return host.startsWith("*.")
        ? [named, ...keys.filter((key) => isBelow(key, binding))]
        : [named];
    }
  }
  const onPort = keys.filter((key) => key.endsWith(`:${port}`));
  const names = onPort.filter((key) => {
    if (parseEndpoint(key) !== null) return false;
    return host === "" ? !bound.has(key) : isBelow(key, binding);
  });
  const addresses = onPort.filter((key) => parseEndpoint(key) !== null);
  if (ip === null || ip === ANY_V4 || ip === ANY_V6) return [...names, ...addresses];
  const first = sslKeysFor({ ip, port }, "").find((key) => addresses.includes(key));
  return first === undefined ? names : [...names, first];
}

/** Reports whether a record is for a name below the wildcard of a binding. */
function isBelow(key: string, { host, port }: Binding): boolean {
  if (!host.startsWith("*.") || !key.endsWith(`:${port}`)) return false;
  return key.slice(0, key.lastIndexOf(":")).endsWith(host.slice(1));
}

function secureOf({ secureBindings }: Site): Binding[] {
  return secureBindings.map(parseBinding).filter((one): one is Binding => !isProblem(one));
}
