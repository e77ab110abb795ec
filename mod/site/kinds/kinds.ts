/**
 * Every kind of site content, and what applies to content of any kind.
 *
 * @module
 */
import * as v from "valibot";
import type { Handler } from "../../base/exchange.ts";
import { invariant } from "../../base/invariant.ts";
import type { ContentRules } from "../../config/document/check.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import { strictObject } from "../../config/document/shape.ts";
import type { SiteContent } from "../../config/document/site_content.ts";
import { parseLocalTarget } from "../proxied/proxy_target.ts";
import type { ContentKind } from "./content_kind.ts";
import { dashboard } from "./dashboard.ts";
import { echo } from "./echo.ts";
import { metrics } from "./metrics.ts";
import { proxy } from "./proxy.ts";
import { redirect } from "./redirect.ts";
import { respond } from "./respond.ts";
import { root } from "./root.ts";
import type { SiteContext } from "./site_context.ts";
import { welcome } from "./welcome.ts";

/** The kinds, in the order in which help and messages list them. */
export const KINDS: readonly ContentKind[] = [
  root,
  respond,
  redirect,
  proxy,
  echo,
  welcome,
  metrics,
  dashboard,
];

/** Returns the kind of content that has been checked. */
export function kindOf({ kind }: SiteContent): ContentKind {
  const found = KINDS.find((one) => one.kind === kind);
  invariant(found !== undefined, "the content of a checked document is of a known kind");
  return found;
}

/** The rules of every kind for its content, for the check of a document. */
export const CONTENT_RULES: ContentRules = {
  schema: v.variant(
    "kind",
    KINDS.map(({ kind, fields }) => strictObject({ kind: v.literal(kind), ...fields })),
  ),
  check: (content) => kindOf(content).problems?.(content) ?? [],
  isProgram: (target) => parseLocalTarget(target) !== null,
};

/** Creates the handler for a content of a site: its own, or that of an application. */
export type SiteHandlerFactory = (
  content: SiteContent,
  site: SiteRecord,
  context: SiteContext,
) => Handler;

/** Loads what the handlers of all kinds need. After that, a handler is created without waiting. */
export async function loadSiteHandlers(): Promise<SiteHandlerFactory> {
  const factories = new Map(
    await Promise.all(KINDS.map(async (kind) => [kind, await kind.load()] as const)),
  );
  const { withCodedAnswers } = await import("../coding/coded_answers.ts");
  return (content, site, context) => {
    const handler = factories.get(kindOf(content))!.handler(content, site, context);
    return site.compression === "all" ? withCodedAnswers(handler) : handler;
  };
}
