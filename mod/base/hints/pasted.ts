/**
 * Characters that copying and pasting brings into a value, which look like others or like nothing.
 * Pure.
 *
 * @module
 */

/** What is wrong with a text. */
interface Pasted {
  /** The end of a sentence: `it has an invisible character, U+200E (left-to-right mark)`. */
  readonly reason: string;
  /** The text as it was probably meant. */
  readonly cured: string;
}

/** Names of invisible characters that are met in practice; others have their number alone. */
const NAMES: Readonly<Record<string, string>> = {
  "\u00a0": "no-break space",
  "\u00ad": "soft hyphen",
  "\u061c": "Arabic letter mark",
  "\u2007": "figure space",
  "\u200b": "zero width space",
  "\u200c": "zero width non-joiner",
  "\u200d": "zero width joiner",
  "\u200e": "left-to-right mark",
  "\u200f": "right-to-left mark",
  "\u202a": "left-to-right embedding",
  "\u202b": "right-to-left embedding",
  "\u202c": "pop directional formatting",
  "\u202d": "left-to-right override",
  "\u202e": "right-to-left override",
  "\u202f": "narrow no-break space",
  "\u2060": "word joiner",
  "\u2066": "left-to-right isolate",
  "\u2067": "right-to-left isolate",
  "\u2068": "first strong isolate",
  "\u2069": "pop directional isolate",
  "\u3000": "ideographic space",
  "\ufeff": "byte order mark",
};

/** Format and control characters, and every space but the one of the keyboard. */
const INVISIBLE = /[\p{Cf}\p{Cc}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
const QUOTES = /[\u2018-\u201f\u2039\u203a\u00ab\u00bb\u2032\u2033\u0060\u00b4"']/gu;
const DASHES = /[\u2010-\u2015\u2212\u2043\ufe58\ufe63\uff0d]/gu;
/** The printable characters of ASCII in their wide forms, from an input method. */
const WIDE = /[\uff01-\uff5e]/gu;

/**
 * Returns what pasting has brought into `text`; null if nothing. Spaces at both ends count, those
 * between other characters do not.
 */
export function explainPasted(text: string): Pasted | null {
  const reason = reasonOf(text);
  return reason === null ? null : { reason, cured: withoutPasted(text) };
}

/** Returns `text` without what {@linkcode explainPasted} explains. */
export function withoutPasted(text: string): string {
  return text.replace(INVISIBLE, (c) => /\p{Zs}|[\t\n\r]/u.test(c) ? " " : "")
    .replace(QUOTES, "")
    .replace(DASHES, "-")
    .replace(WIDE, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .trim();
}

function reasonOf(text: string): string | null {
  const [invisible] = text.match(INVISIBLE) ?? [];
  if (invisible !== undefined) {
    const isOne = text.match(INVISIBLE)?.length === 1;
    const what = /\p{Zs}/u.test(invisible) ? "a space that is none" : "an invisible character";
    return `it has ${what}, ${named(invisible)}${isOne ? "" : ", and more of them"}`;
  }
  const [quote] = text.match(QUOTES) ?? [];
  if (quote !== undefined) return `it has quotes that belong to no shell, ${shown(quote)}`;
  const [dash] = text.match(DASHES) ?? [];
  if (dash !== undefined) return `it has a typographic dash, ${shown(dash)}, in place of a hyphen`;
  const [wide] = text.match(WIDE) ?? [];
  if (wide !== undefined) return `it has a wide character, ${shown(wide)}`;
  return text.trim() === text ? null : "it begins or ends with a space";
}

/** `U+200E (left-to-right mark)`. */
function named(character: string): string {
  const name = NAMES[character];
  return name === undefined ? codePoint(character) : `${codePoint(character)} (${name})`;
}

/** `” (U+201D)`; a character of ASCII as it is. */
function shown(character: string): string {
  return character <= "~" ? character : `${character} (${codePoint(character)})`;
}

function codePoint(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}
