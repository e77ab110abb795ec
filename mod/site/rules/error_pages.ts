/**
 * The pages that a site has instead of the error pages of this program. What the content itself
 * responds, a program behind the site for example, is not replaced.
 *
 * @module
 */
import { contentType } from "@std/media-types/content-type";
import type { HeaderField, HttpResponse } from "../../base/exchange.ts";
import type { ErrorPage } from "../../config/document/site_rules.ts";
import type { SiteFiles } from "../static/file_access.ts";
import { FollowedFile } from "./followed_file.ts";
import { ERROR_FILE_MAX } from "./limits.ts";

interface ErrorPagesContext {
  readonly files: SiteFiles;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The bytes of a page, and their type. */
interface Page {
  readonly type: string;
  readonly body: Uint8Array;
}

/** Fields of an error response that are about its body. */
const ABOUT_BODY: ReadonlySet<string> = new Set([
  "content-security-policy",
  "content-type",
  "vary",
]);

export class ErrorPages {
  readonly #texts = new Map<number, Page>();
  readonly #files = new Map<number, FollowedFile<Page>>();

  constructor(pages: Readonly<Record<string, ErrorPage>>, { files, now }: ErrorPagesContext) {
    for (const [status, page] of Object.entries(pages)) {
      if ("text" in page) {
        const body = new TextEncoder().encode(page.text);
        this.#texts.set(Number(status), { type: "text/plain; charset=utf-8", body });
        continue;
      }
      const type = typeOf(page.file);
      const parse = (body: Uint8Array): Page => ({ type, body });
      const file = new FollowedFile({
        path: page.file,
        bytesMax: ERROR_FILE_MAX,
        files,
        now,
        parse,
      });
      this.#files.set(Number(status), file);
      // For what has to be sent without waiting.
      Promise.resolve(file.value()).catch(() => {});
    }
  }

  /** Returns the response in place of `response`; itself if there is no page, or it is not readable. */
  replace(response: HttpResponse): HttpResponse | Promise<HttpResponse> {
    const { status } = response;
    const text = this.#texts.get(status);
    if (text !== undefined) return withPage(response, text);
    const page = this.#files.get(status)?.value();
    if (page === undefined) return response;
    if (!(page instanceof Promise)) return withPage(response, page);
    return page.then((one) => withPage(response, one), () => response);
  }

  /** Returns the page for `status` as it was when it was read last; null if there is none. */
  known(status: number): HttpResponse | null {
    const file = this.#files.get(status);
    const page = this.#texts.get(status) ?? file?.known ?? null;
    if (file !== undefined) Promise.resolve(file.value()).catch(() => {});
    return page === null ? null : withPage({ status, headers: [], body: null }, page);
  }
}

/** What the response says about the failure, Allow or WWW-Authenticate, it still has to say. */
function withPage({ status, headers }: HttpResponse, { type, body }: Page): HttpResponse {
  const kept = headers.filter(([name]) => !ABOUT_BODY.has(name.toLowerCase()));
  const fields: readonly HeaderField[] = [["Content-Type", type], ...kept];
  return { status, headers: fields, body };
}

function typeOf(path: string): string {
  const [extension = ""] = /\.[^./\\]+$/.exec(path) ?? [];
  return contentType(extension.toLowerCase()) ?? "text/html; charset=utf-8";
}
