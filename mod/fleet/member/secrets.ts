/**
 * What of a document is a secret, and so never leaves the machine. Pure.
 *
 * Keys, and the passwords of clients, are in files that the document only names. What is left are
 * passwords in the metabase, and what a proxy sends to an upstream to be let in.
 *
 * @module
 */
import type { SiteRecord } from "../../config/document/document.ts";
import type { SiteContent } from "../../config/document/site_content.ts";

/** `AnonymousUserPass`, `UNCPassword`, `WAMUserPass`, `LogOdbcPassword`, and what others call so. */
const SECRET_PROPERTY = /(?:Pass|Password|Secret)$/i;
/** Fields that let whoever sends them in. */
const SECRET_FIELD =
  /^[ \t]*(?:authorization|proxy-authorization|cookie|[\w-]*(?:api-?key|token|secret|password)[\w-]*)[ \t]*:/i;

/** Reports whether a property of the metabase is a secret. */
export function isSecretProperty(name: string): boolean {
  return SECRET_PROPERTY.test(name);
}

/** Returns the names of the fields of a site that are secrets: `Authorization`. */
export function secretFields({ content, applications = [], response }: SiteRecord): string[] {
  const contents = [content, ...applications.map((application) => application.content)];
  const texts = [...contents.flatMap(requestFields), ...response?.headers ?? []];
  return texts.filter((text) => SECRET_FIELD.test(text)).map((text) =>
    text.split(":", 1)[0]!.trim()
  );
}

/** Returns the fields that a content sets in the requests to an upstream. */
function requestFields(content: SiteContent): readonly string[] {
  const { setRequestHeaders } = content as { readonly setRequestHeaders?: unknown };
  return Array.isArray(setRequestHeaders) ? setRequestHeaders.map(String) : [];
}
