/**
 * What status and explain show of the proxies in front of the service.
 *
 * @module
 */
import { span, type Styled } from "../screen/colors.ts";
import { paragraph } from "../screen/paragraph.ts";
import type { Screen } from "../screen/screen.ts";

/** Returns what proxies must do, or may say, each in a paragraph. */
export function proxyLines(notes: readonly string[], screen: Screen): Styled[] {
  return notes.flatMap((note) => {
    return paragraph(` ${note}`, screen, { start: span("heading", "Proxies:") });
  });
}
