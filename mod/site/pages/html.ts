/**
 * The HTML skeleton of every built-in page.
 *
 * @module
 */
import { escape } from "@std/html/entities";

const STYLE = "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:3rem auto;" +
  "padding:0 1rem;color:#222;background:#fff}h1{font-size:1.6rem}h2{font-size:1.1rem;" +
  "margin-top:2rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;" +
  "padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ddd;vertical-align:top}" +
  "code{font-family:ui-monospace,monospace}footer{margin-top:3rem;color:#777;font-size:.85rem}" +
  "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}" +
  "th,td{border-color:#444}a{color:#8bf}}";

/** Returns a complete page without external resources. `title` is text, `main` is HTML. */
export function htmlPage(title: string, main: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${main}
</body>
</html>
`;
}
