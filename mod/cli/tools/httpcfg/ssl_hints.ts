/**
 * What to type instead of a thumbprint that cannot be one: that of a certificate in the store.
 *
 * @module
 */
import { DEFAULT_STORE } from "../../../config/certs/store_name.ts";
import { parseEndpoint } from "../../../base/address.ts";
import { retype } from "../../../base/hints/retype.ts";
import { listCertificates } from "../../../config/certs/cert_store.ts";
import { certificateCure } from "../../../config/certs/certificate_cure.ts";
import type { CommandInput, CommandIo } from "../../core/command.ts";

/** Returns the hint; `typed` is the text in place of a thumbprint, undefined for none. */
export function certificateHint(
  io: Pick<CommandIo, "paths" | "now">,
  { commandLine }: Pick<CommandInput, "commandLine">,
  key: string,
  typed: string | undefined,
): string {
  const text = typed?.toLowerCase().replace(/[^0-9a-z*.@-]/g, "") ?? "";
  const stored = listCertificates(io.paths.certs, DEFAULT_STORE).filter(({ hash }) => hash !== "");
  const meant = stored.filter(({ hash, name }) => {
    return text !== "" && (hash.startsWith(text) || text.startsWith(hash) || name === text);
  });
  const found = meant.length === 1 ? meant[0] : undefined;
  if (found !== undefined && typed !== undefined) {
    return retype(commandLine, { word: typed, to: [found.hash] });
  }
  const binding = parseEndpoint(key);
  const port = binding?.port ?? 443;
  const cure = certificateCure(io.paths.certs, () => new Date(io.now()).toISOString());
  return cure({ ip: binding?.ip ?? null, port, host: "" }, undefined);
}
