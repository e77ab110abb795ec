/**
 * What was probably meant by the address of a program that cannot be used. Pure.
 *
 * @module
 */
import { parsePort } from "../../base/address.ts";

/** Returns the target of a program of this machine for a text that is none. */
export function nearestTarget(text: string): string {
  if (text.startsWith("/")) return `unix:${text}`;
  const [, port = ""] = /(?:^|:)([0-9]{1,5})\/?$/.exec(text.trim()) ?? [];
  const isV6 = text.includes("[") || text.includes("::");
  return `http://${isV6 ? "[::1]" : "127.0.0.1"}:${parsePort(port) ?? 3000}`;
}
