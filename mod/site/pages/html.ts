/**
 * The skeleton of every built-in page: one small stylesheet inside the page, light and dark, and the
 * header fields that let the page load nothing, run nothing and be framed by nobody.
 *
 * @module
 */
import { escape } from "@std/html/entities";
import type { HeaderField } from "../../base/exchange.ts";

/** The header fields of JSON. */
export const JSON_FIELDS: readonly HeaderField[] = [
  ["Content-Type", "application/json"],
  ["X-Content-Type-Options", "nosniff"],
];

/** Colours have a contrast of at least 4.5 on either background (WCAG 2.2, AA). */
const BASE_STYLE = `
:root{color-scheme:light dark;--page:#f5f7f9;--card:#fff;--line:#e1e6eb;--edge:#b3bdc7;--text:#1d242b;--dim:#586470;--link:#0b5cad}
@media(prefers-color-scheme:dark){:root{--page:#13171b;--card:#1b2127;--line:#2b333b;--edge:#586470;--text:#e3e8ed;--dim:#a0abb7;--link:#82bcff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:2.5rem 1.25rem;font:1rem/1.5 system-ui,sans-serif;color:var(--text);background:var(--page);overflow-wrap:anywhere}
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.3}
h2{margin:2rem 0 .75rem;font-size:1.1rem}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
code{font:.925em ui-monospace,monospace}
.dim{color:var(--dim)}
`;

/** A table as a card. */
export const TABLE_STYLE = `
table{width:100%;border-collapse:separate;border-spacing:0;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
th,td{padding:.45rem 1rem;text-align:left;vertical-align:baseline}
th{color:var(--dim);font-size:.875rem;font-weight:500}
td{border-top:1px solid var(--line)}
`;

const NOTICE_STYLE = `
body{max-width:40rem;padding-top:14vh}
main>code{display:block;padding:.6rem .9rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
nav{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;margin-top:1.5rem}
`;

/** The stylesheet of some pages, and the header fields of a page with it. */
interface PageStyle {
  readonly css: string;
  readonly fields: readonly HeaderField[];
}

/** Returns the style of pages with the rules `more` in addition to those of every page. */
export async function pageStyle(more = ""): Promise<PageStyle> {
  const css = `${BASE_STYLE}${more}`.replaceAll("\n", "");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(css));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; ` +
    "base-uri 'none'; frame-ancestors 'none'";
  return {
    css,
    fields: [
      ["Content-Type", "text/html; charset=utf-8"],
      ["Content-Security-Policy", policy],
      ["Referrer-Policy", "same-origin"],
      ["X-Content-Type-Options", "nosniff"],
    ],
  };
}

/** Returns a complete page without external resources. `title` is text, `main` is HTML. */
export function htmlPage(title: string, main: string, { css }: PageStyle): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${css}</style>
</head>
<body>
${main}
</body>
</html>
`;
}

/** The style of a page with a few lines of text. */
export const NOTICE: PageStyle = await pageStyle(NOTICE_STYLE);
