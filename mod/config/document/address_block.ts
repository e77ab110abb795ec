/**
 * Blocks of client addresses in settings: an address or a block, as in the inclusion list, but no
 * interface and no exclusion. Pure.
 *
 * @module
 */
import { ipOfBytes } from "../../base/address.ts";
import { type IpBlock, IpBlocks } from "../../base/ip_blocks.ts";
import { compareIp } from "../../base/ip_order.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import { networkOf, parseEntry } from "./list_entry.ts";

/** A hint of the inclusion list, with the entries that it proposes. */
const LIST_HINT = /^httpcfg set iplisten((?: (?:-i|--except) \S+)+)$/;

/**
 * Returns the block that `text` means. The hint of a problem is what could have been meant: one
 * block a line.
 */
export function parseAddressBlock(text: string): IpBlock | Problem {
  const entry = parseEntry(text);
  if (isProblem(entry)) {
    const proposals = (entry.hint ?? "").split("\n").flatMap((line) => {
      const flags = LIST_HINT.exec(line)?.[1]?.trim().split(" ") ?? [];
      const proposed = flags.filter((_, i) => i % 2 === 1)
        .map((word) => word.replace(/^'(.*)'$/, "$1"));
      const isUsable = proposed.length > 0 &&
        proposed.every((one) => !isProblem(parseAddressBlock(one)));
      return isUsable ? [proposed.join(",")] : [];
    });
    return refused(entry.reason, proposals);
  }
  const { target, excludes } = entry;
  if (excludes) return refused("a block cannot exclude addresses", [entry.text.slice(1)]);
  if (target.kind === "interface") return refused("not an address or a block of addresses", []);
  if (target.kind === "any" && !text.includes("/")) {
    return refused(`every address is ${text}/0`, [`${text}/0`]);
  }
  if (target.kind === "address" && target.ip.includes("%")) {
    return refused("a block has no zone", [target.ip.replace(/%.*$/, "")]);
  }
  return networkOf(target);
}

/** Returns the one spelling of a block: a single address has no prefix length. */
export function formatBlock({ bytes, bits }: IpBlock): string {
  const ip = ipOfBytes(bytes);
  return bits === 8 * bytes.length ? ip : `${ip}/${bits}`;
}

/** Returns the blocks of a checked setting as a set. */
export function blocksOf(texts: readonly string[]): IpBlocks {
  return new IpBlocks(texts.flatMap((text) => {
    const block = parseAddressBlock(text);
    return isProblem(block) ? [] : [block];
  }));
}

/**
 * Returns the texts of `blocks` as they are stored: sorted, each once, so that settings that mean
 * the same are the same.
 */
export function blockTexts(blocks: readonly IpBlock[]): string[] {
  const sorted = blocks.toSorted((a, b) => {
    return compareIp(ipOfBytes(a.bytes), ipOfBytes(b.bytes)) || a.bits - b.bits;
  });
  return [...new Set(sorted.map(formatBlock))];
}

function refused(reason: string, proposals: readonly string[]): Problem {
  return new Problem(reason, { hint: proposals.length === 0 ? undefined : proposals.join("\n") });
}
