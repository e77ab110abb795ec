/**
 * The live page: what the service listens on, its sites, upstreams and certificates, what needs
 * attention, and how much it has to do. It can only be read.
 *
 * @module
 */
import type { Handler } from "../../base/exchange.ts";
import type { ContentKind, HandlerFactory } from "./content_kind.ts";

type DashboardContent = { readonly kind: "dashboard" };

/** The record of the kind. */
export const dashboard: ContentKind<DashboardContent> = {
  kind: "dashboard",
  fields: {},
  flag: {
    kind: "boolean",
    summary: "a live page of the service: its addresses, sites, certificates and traffic",
  },
  details: {},
  help: [
    "The live page shows everybody who can reach it how this machine is set up. Without --bind it " +
    "is bound to 127.0.0.1:9181:; elsewhere, say who may see it with --allow or --basic-auth. It is only served for addresses, for localhost, and for the host names of its " +
    "own bindings. It can only be read; state.json below it is the same for programs.",
  ],
  examples: [{ words: "--dashboard", shows: "what the service does, as a page that follows it" }],
  read: () => ({ kind: "dashboard" }),
  forms: ["dashboard"],
  parse: (text) => text === "dashboard" ? { kind: "dashboard" } : null,
  defaultBinding: "127.0.0.1:9181:",
  reveals: "how this machine is set up",
  label: () => "dashboard",
  description: () => "the live page of the service",
  load(): HandlerFactory<DashboardContent> {
    return {
      handler: (_content, site, { dashboards, applicationPath }) => {
        const page = dashboards.of(JSON.stringify([applicationPath, site]));
        // Its resources are loaded for the first request: most services have no such site.
        let handler: Promise<Handler> | null = null;
        return async (request) => {
          handler ??= import("../dashboard/dashboard_handler.ts").then((module) => {
            return module.dashboardHandler(page, { site, applicationPath });
          });
          return await (await handler)(request);
        };
      },
    };
  },
};
