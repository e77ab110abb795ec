/**
 * The built-in page of the Default Web Site: on this machine the listening sockets, the sites and the
 * inclusion list, and to everyone else that the server is running.
 *
 * @module
 */
import type { ContentKind, HandlerFactory } from "./content_kind.ts";

type WelcomeContent = { readonly kind: "welcome" };

export const welcome: ContentKind<WelcomeContent> = {
  kind: "welcome",
  fields: {},
  flag: {
    kind: "boolean",
    summary: "the built-in page, which shows clients on this machine what is listening",
  },
  details: {},
  examples: [{ words: "--welcome", shows: "what is listening, as a page or JSON" }],
  read: () => ({ kind: "welcome" }),
  label: () => "welcome",
  description: () => "the welcome page",
  async load(): Promise<HandlerFactory<WelcomeContent>> {
    const { welcomeHandler } = await import("../pages/welcome_page.ts");
    return {
      handler: (_content, { id }, { service }) => {
        return welcomeHandler(
          `httpcfg site set W3SVC/${id} --root DIR`,
          () => service("listening"),
        );
      },
    };
  },
};
