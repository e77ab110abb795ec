/**
 * What a site, or a part of it, demands of TLS: AccessSSLFlags of IIS 6, whose bits have names in
 * IIS 7 (`sslFlags`). Pure.
 *
 * @module
 */

/** The names of the demands, each with its bit of AccessSSLFlags. */
export const SSL_ACCESS = {
  /** Only over https. */
  Ssl: 0x8,
  /** Clients are asked for a certificate. */
  SslNegotiateCert: 0x20,
  /** Only with a certificate. */
  SslRequireCert: 0x40,
  /** Keys of 128 bits: TLS has no smaller ones any more. */
  Ssl128: 0x100,
} as const;

/** The bit of AccessSSLFlags that maps certificates to accounts of a directory. */
export const SSL_MAP_CERT = 0x80;

/** One demand. */
export type SslAccess = keyof typeof SSL_ACCESS;

/** All demands, in the order of their bits. */
export const SSL_ACCESS_NAMES = Object.keys(SSL_ACCESS) as readonly SslAccess[];

/** Returns the demands of AccessSSLFlags; null if they have a bit that nothing here can act on. */
export function sslAccessOf(bits: number): SslAccess[] | null {
  const names = SSL_ACCESS_NAMES.filter((name) => (bits & SSL_ACCESS[name]) !== 0);
  return sslAccessBits(names) === bits ? names : null;
}

/** Returns AccessSSLFlags with these demands. */
export function sslAccessBits(names: readonly SslAccess[]): number {
  return names.reduce((bits, name) => bits | SSL_ACCESS[name], 0);
}

/** Returns demands in their one order, each once. */
export function normalSslAccess(names: readonly SslAccess[]): SslAccess[] {
  return SSL_ACCESS_NAMES.filter((name) => names.includes(name));
}

/** Reports whether clients have to be asked for a certificate. */
export function asksForCertificate(names: readonly SslAccess[]): boolean {
  return names.includes("SslNegotiateCert") || names.includes("SslRequireCert");
}

/** What a command line says of client certificates. */
export type ClientCertificates = "off" | "ask" | "require";

/** Returns the demands with another one of client certificates. */
export function withClientCertificates(
  names: readonly SslAccess[],
  wanted: ClientCertificates,
): SslAccess[] {
  const others = names.filter((name) => !asksForCertificate([name]));
  if (wanted === "off") return others;
  return normalSslAccess([
    ...others,
    "SslNegotiateCert",
    ...(wanted === "require" ? ["SslRequireCert"] as const : []),
  ]);
}
