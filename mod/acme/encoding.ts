/**
 * The encodings of ACME: base64url without padding, and PEM. Pure.
 *
 * @module
 */

/** Returns `data` as base64url; a text stands for its UTF-8. */
export function base64Url(data: Uint8Array | string): string {
  return base64(typeof data === "string" ? new TextEncoder().encode(data) : data)
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Returns `bytes` as a PEM block. */
export function pemOf(label: string, bytes: Uint8Array): string {
  const lines = base64(bytes).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
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

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
