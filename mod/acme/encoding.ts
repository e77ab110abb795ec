/**
 * The encodings of ACME: base64url without padding, and the content of PEM. Pure.
 *
 * @module
 */

/** Returns `data` as base64url; a text stands for its UTF-8. */
export function base64Url(data: Uint8Array | string): string {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Returns the bytes of the first PEM block in `text`; null if there is none. */
export function pemBytes(text: string): Uint8Array<ArrayBuffer> | null {
  const body = /-----BEGIN [A-Z ]+-----([A-Za-z0-9+/=\s]+)-----END /.exec(text)?.[1];
  if (body === undefined) return null;
  try {
    return Uint8Array.from(atob(body.replace(/\s+/g, "")), (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
}
