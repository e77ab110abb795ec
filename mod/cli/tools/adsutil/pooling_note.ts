/**
 * The note after DisableSocketPooling is set: none, or what KB 813368 says about it.
 *
 * @module
 */
import { usualAddress } from "../../../listen/machine/usual_address.ts";
import type { Notice } from "../../../admin/admin_io.ts";
import { isProblem } from "../../../base/problem.ts";
import { parseBinding } from "../../../config/document/binding.ts";
import type { ConfigDocument } from "../../../config/document/document.ts";
import { effectiveValue, siteIdOfPath } from "../../../config/metabase/tree.ts";
import { propertyRow } from "../../../config/metabase/schema.ts";

/** Reports whether the metabase makes the listener Winsock, as in IIS 4.0 and 5.0. */
export function isWinsock(document: ConfigDocument): boolean {
  const row = propertyRow("MajorIIsVersionNumber");
  return row !== undefined && Number(effectiveValue(document, "W3SVC/Info", row)) < 6;
}

/** Returns the notes; none under IIS 5.0, where the property has its effect. */
export function poolingNotes(document: ConfigDocument, path: string): Notice[] {
  if (isWinsock(document)) return [];
  const siteId = siteIdOfPath(path);
  const sites = document.sites.filter(({ id }) => siteId === null || id === siteId);
  const bound = sites.flatMap(({ bindings }) => bindings)
    .map(parseBinding)
    .find((binding) => !isProblem(binding) && binding.ip !== null);
  const ip = bound === undefined || isProblem(bound) ? usualAddress() : bound.ip;
  return [{
    kind: "note",
    text: "DisableSocketPooling has no effect under IIS 6.0 (KB 813368): HTTP listens on the " +
      "addresses of its IP inclusion list, or on all addresses if the list is empty",
    hint: `httpcfg set iplisten -i ${ip}; httpcfg net stop http /y; httpcfg net start w3svc`,
  }];
}
