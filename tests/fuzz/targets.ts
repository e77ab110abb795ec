/**
 * The table of everything that is fuzzed.
 *
 * @module
 */
import { acmeAnswers, acmeCertificates } from "./acme.ts";
import { chunkedBodies } from "./chunked.ts";
import { clientHellos } from "./client_hello.ts";
import { COMMAND_LINES } from "./command_lines.ts";
import { controlMessages } from "./control.ts";
import { documents } from "./documents.ts";
import { ownFlags } from "./flags.ts";
import { forwardedFields, traceFields } from "./forwarded.ts";
import { handshakes } from "./handshake.ts";
import { requests } from "./http.ts";
import { listEntries } from "./list_entries.ts";
import { patches } from "./patches.ts";
import { proxyHeaders } from "./proxy_header.ts";
import { registerMessages } from "./register.ts";
import { siteRules } from "./site_rules.ts";
import type { Target } from "./target.ts";
import { clientChains } from "./x509.ts";
import { upstreamAnswers } from "./upstream.ts";

export const TARGETS: readonly Target[] = [
  requests,
  chunkedBodies,
  upstreamAnswers,
  clientHellos,
  handshakes,
  proxyHeaders,
  forwardedFields,
  traceFields,
  controlMessages,
  registerMessages,
  listEntries,
  acmeAnswers,
  acmeCertificates,
  clientChains,
  documents,
  siteRules,
  patches,
  ...COMMAND_LINES,
  ownFlags,
];
