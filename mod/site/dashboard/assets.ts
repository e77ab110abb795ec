/**
 * What the browser loads besides the page: text that is in the program, because a page of a server may
 * not depend on a network. Loaded for the first request of a live page.
 *
 * @module
 */
import uplotLicense from "uplot/license" with { type: "text" };
import uplotScript from "uplot/script" with { type: "text" };
import uplotStyle from "uplot/style" with { type: "text" };
import charts from "./browser/charts.js" with { type: "text" };
import dataTable from "./browser/data_table.js" with { type: "text" };
import dom from "./browser/dom.js" with { type: "text" };
import fleet from "./browser/fleet.js" with { type: "text" };
import format from "./browser/format.js" with { type: "text" };
import history from "./browser/history.js" with { type: "text" };
import merge from "./browser/merge.js" with { type: "text" };
import news from "./browser/news.js" with { type: "text" };
import pageStyle from "./browser/page.css" with { type: "text" };
import page from "./browser/page.js" with { type: "text" };
import rows from "./browser/rows.js" with { type: "text" };
import tables from "./browser/tables.js" with { type: "text" };

const SCRIPT = "text/javascript; charset=utf-8";

/** A resource of the page. */
interface Asset {
  readonly type: string;
  readonly text: string;
}

/** The resources by their name below the address of the page. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map(
  Object.entries({
    "page.css": { type: "text/css; charset=utf-8", text: `${uplotStyle}\n${pageStyle}` },
    "uplot.js": { type: SCRIPT, text: `/*!\n${uplotLicense.trim()}\n*/\n${uplotScript}` },
    ...Object.fromEntries(
      Object.entries({
        charts,
        data_table: dataTable,
        dom,
        fleet,
        format,
        history,
        merge,
        news,
        page,
        rows,
        tables,
      }).map(([name, text]) => [`${name}.js`, { type: SCRIPT, text }]),
    ),
  }),
);
