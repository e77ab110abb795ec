/**
 * What is said after DisableSocketPooling was set: nothing, or what KB 813368 says about it.
 *
 * @module
 */
import { parseBinding } from "../../../config/document/binding.ts";
import type { ConfigDocument } from "../../../config/document/document.ts";
import { effectiveValue, siteIdOfPath } from "../../../config/metabase/tree.ts";
import { propertyRow } from "../../../config/metabase/schema.ts";

/** True where the metabase says that the listener is Winsock: that of IIS 4.0 or 5.0. */
export function isWinsock(document: ConfigDocument): boolean {
  const row = propertyRow("MajorIIsVersionNumber");
  return row !== undefined && Number(effectiveValue(document, "W3SVC/Info", row)) < 6;
}

/** The note for stderr; "" under IIS 5.0, where the property does what it says. */
export function poolingNote(document: ConfigDocument, path: string): string {
  if (isWinsock(document)) return "";
  const siteId = siteIdOfPath(path);
  const sites = document.sites.filter(({ id }) => siteId === null || id === siteId);
  const bound = sites.flatMap(({ bindings }) => bindings)
    .map(parseBinding)
    .find((binding) => typeof binding !== "string" && binding.ip !== null);
  const ip = typeof bound === "object" ? bound.ip : "xxx.xxx.x.x";
  return "note: DisableSocketPooling has no effect under IIS 6.0 (KB 813368): HTTP listens on the " +
    "addresses of its IP inclusion list, on all where that is empty\n" +
    `hint: httpcfg set iplisten -i ${ip}; httpcfg net stop http /y; httpcfg net start w3svc`;
}
