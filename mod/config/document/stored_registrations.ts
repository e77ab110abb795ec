/**
 * The stored registrations: a document in, a document out. Pure.
 *
 * @module
 */
import { formatUrlPrefix, parseUrlPrefix } from "../../base/url_prefix.ts";
import type { ConfigDocument, RegistrationRecord } from "./document.ts";

/** Returns the stored registration of `url`, whose text is canonical; undefined if there is none. */
export function findRegistration(
  { registrations = [] }: Pick<ConfigDocument, "registrations">,
  url: string,
): RegistrationRecord | undefined {
  return registrations.find((one) => canonical(one.url) === url);
}

/** Returns `document` with `record`, which replaces the one of its URL. */
export function withRegistration(
  document: ConfigDocument,
  record: RegistrationRecord,
): ConfigDocument {
  const { registrations = [] } = withoutRegistration(document, record.url);
  return { ...document, registrations: [...registrations, record] };
}

/** Returns `document` without the registration of `url`, whose text is canonical. */
export function withoutRegistration(document: ConfigDocument, url: string): ConfigDocument {
  if (findRegistration(document, url) === undefined) return document;
  const { registrations = [], ...rest } = document;
  const others = registrations.filter((one) => canonical(one.url) !== url);
  return others.length === 0 ? rest : { ...rest, registrations: others };
}

function canonical(url: string): string {
  const prefix = parseUrlPrefix(url);
  return prefix === null ? url : formatUrlPrefix(prefix);
}
