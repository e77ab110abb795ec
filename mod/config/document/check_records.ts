/**
 * Are these records of `ssl` and `urlAcl`? What a hand in the file can get wrong, with its path.
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import { parseSddl } from "../../base/sddl.ts";
import { formatUrlPrefix, parseUrlPrefix } from "../../base/url_prefix.ts";
import type { ConfigDocument } from "./document.ts";
import type { Problem } from "./document_problems.ts";
import { sslKeyOfAddress, sslKeyOfName } from "./http_records.ts";

/** Every problem of the two stores. */
export function checkRecords(document: ConfigDocument): Problem[] {
  return [...checkSsl(document), ...checkUrlAcl(document)];
}

function checkSsl({ ssl }: ConfigDocument): Problem[] {
  const seen = new Set<string>();
  return ssl.flatMap(({ key }, i) => {
    const at = `ssl[${i}].key`;
    const canonical = sslKeyOfAddress(key) ?? sslKeyOfName(key);
    if (canonical === null) {
      return [{ at, message: `${quote(key)} is no IP:port and no name:port` }];
    }
    if (canonical !== key) {
      return [{ at, message: `${quote(key)} is to be written ${quote(canonical)}` }];
    }
    return repeated(seen, key, at);
  });
}

function checkUrlAcl({ urlAcl }: ConfigDocument): Problem[] {
  const seen = new Set<string>();
  return urlAcl.flatMap(({ url, sddl }, i) => {
    const at = `urlAcl[${i}]`;
    const prefix = parseUrlPrefix(url);
    const problems: Problem[] = prefix === null
      ? [{ at: `${at}.url`, message: `${quote(url)} is no scheme://host:port/path/` }]
      : repeated(seen, formatUrlPrefix(prefix), `${at}.url`);
    if (typeof parseSddl(sddl) !== "number") return problems;
    return [...problems, { at: `${at}.sddl`, message: `${quote(sddl)} is no D:(…) list` }];
  });
}

function repeated(seen: Set<string>, key: string, at: string): Problem[] {
  const isRepeated = seen.has(key);
  seen.add(key);
  return isRepeated ? [{ at, message: `${quote(key)} stands here twice` }] : [];
}
