/**
 * The warning for a document of version 1, in which the order of the list mattered.
 *
 * @module
 */
import { shellWord } from "../../../base/fault.ts";
import type { Notice } from "../../../admin/admin_io.ts";
import { parseList } from "../../../config/document/list_entry.ts";
import { excludedByOrderChange } from "../../../listen/list/order_change.ts";
import { readMachine } from "../../../listen/machine/machine_addresses.ts";

/** Returns a warning that names what is no longer served; nothing if the order made no difference. */
export function orderNotices(ipListen: readonly string[]): Notice[] {
  const excluded = excludedByOrderChange(parseList(ipListen), readMachine());
  if (excluded.length === 0) return [];
  const exclusions = ipListen.filter((entry) => entry.startsWith("!"));
  return [{
    kind: "warning",
    text:
      "the stored document is of version 1, in which the first matching entry decided; now an " +
      `exclusion always wins, and no longer served: ${excluded.join(", ")}`,
    // Any change stores the document in version 2 and ends this warning.
    hint: `httpcfg delete iplisten ${
      exclusions.map((entry) => `--except ${shellWord(entry.slice(1))}`).join(" ")
    }`,
  }];
}
