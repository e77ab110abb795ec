/**
 * What to say of a site that shows how the machine is set up, to clients of other machines. Pure.
 *
 * @module
 */
import type { Notice } from "../../../admin/admin_io.ts";
import { isLoopback } from "../../../base/address.ts";
import { quote, shellWord } from "../../../base/fault.ts";
import { isProblem } from "../../../base/problem.ts";
import { parseBinding } from "../../../config/document/binding.ts";
import type { SiteRecord } from "../../../config/document/document.ts";
import { kindOf } from "../../../site/kinds/kinds.ts";

/** Returns a note if other machines can reach such a site, and no rule says who may use it. */
export function exposureNotices(site: SiteRecord): Notice[] {
  const { content, applications = [], access } = site;
  const contents = [content, ...applications.map((application) => application.content)];
  const shown = contents.map((one) => kindOf(one).reveals).find((text) => text !== undefined);
  const isRuled = access?.allow !== undefined || access?.deny !== undefined ||
    access?.basicAuth !== undefined || access?.sslFlags?.includes("SslRequireCert") === true;
  const open = [...site.bindings, ...site.secureBindings].find(isOpen);
  if (shown === undefined || isRuled || open === undefined) return [];
  return [{
    kind: "note",
    text: `${quote(open)} can be reached from other machines: everybody there sees ${shown}`,
    hint: `httpcfg site set ${shellWord(site.name)} --allow 127.0.0.0/8 --allow ::1`,
  }];
}

function isOpen(text: string): boolean {
  const binding = parseBinding(text);
  return !isProblem(binding) && (binding.ip === null || !isLoopback(binding.ip));
}
