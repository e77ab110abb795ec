/**
 * PEM (RFC 7468): the text form of certificates, lists and keys. Pure.
 *
 * @module
 */

/** Returns `der` as a PEM block. */
export function pemOf(label: string, der: Uint8Array): string {
  const lines = der.toBase64().match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** Returns the content of the blocks with `label` in a text that may contain more. */
export function pemBlocks(text: string, label: string): Uint8Array[] {
  const block = new RegExp(`-----BEGIN ${label}-----([^-]*)-----END ${label}-----`, "g");
  return [...text.matchAll(block)].flatMap(([, body]) => {
    const base64 = body!.replace(/\s+/g, "");
    return isBase64(base64) ? [Uint8Array.fromBase64(base64)] : [];
  });
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}
