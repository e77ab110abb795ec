/**
 * What has to be known about the proxies in front of the service. Pure.
 *
 * @module
 */
import type { StoredSettings } from "../../config/document/settings.ts";

/** Blocks that a sentence names; a list may have hundreds. */
const BLOCKS_NAMED = 6;

/** Returns a sentence for each setting that trusts a proxy. */
export function proxyNotes({ ProxyProtocol, TrustedProxies }: StoredSettings): string[] {
  const notes: string[] = [];
  if (ProxyProtocol !== undefined && ProxyProtocol.length > 0) {
    notes.push(`Connections from ${namedBlocks(ProxyProtocol)} must begin with a PROXY header`);
  }
  if (TrustedProxies !== undefined && TrustedProxies.length > 0) {
    notes.push(
      `X-Forwarded-For or Forwarded in requests from ${
        namedBlocks(TrustedProxies)
      } names the client`,
    );
  }
  return notes;
}

/** Returns the first blocks of a list, and how many more there are. */
export function namedBlocks(blocks: readonly string[]): string {
  const more = blocks.length - BLOCKS_NAMED;
  if (more <= 0) return blocks.join(", ");
  return `${blocks.slice(0, BLOCKS_NAMED).join(", ")} and ${more} more blocks`;
}
