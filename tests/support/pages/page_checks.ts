/**
 * What must be true of every page in a browser, as it is laid out there: nothing wider than the
 * window, text that can be read, keyboard focus that can be seen.
 *
 * @module
 */
import type { Page } from "./browser.ts";

/** Returns what is wrong with the page that is shown; nothing if all is well. */
export async function pageFaults(page: Page): Promise<string[]> {
  return [...await page.evaluate<string[]>(SHOWN), ...await unseenFocus(page)];
}

/** Returns the elements that the Tab key reaches without a visible outline. */
async function unseenFocus(page: Page): Promise<string[]> {
  const faults: string[] = [];
  for (let times = 0; times < 6; times++) {
    await page.keyboard.press("Tab");
    const fault = await page.evaluate<string | null>(FOCUS);
    if (fault !== null) faults.push(fault);
  }
  return faults;
}

/** Evaluated in the page: text, so that it is not checked against the types of this runtime. */
const SHOWN = `(() => {
  const faults = [];
  const root = document.documentElement;
  const say = (element, what) => {
    const text = (element.textContent ?? "").trim().slice(0, 30);
    faults.push("<" + element.localName + "> " + JSON.stringify(text) + ": " + what);
  };
  if (root.scrollWidth > root.clientWidth) {
    faults.push("scrolls sideways: " + root.scrollWidth + " > " + root.clientWidth);
  }
  if (root.lang === "" || document.title === "") faults.push("no language or no title");
  if (document.querySelector("meta[name=viewport]") === null) faults.push("no viewport");

  const numbers = (color) => {
    const [r, g, b, a = 1] = color.match(/[0-9.]+/g).map(Number);
    return { r, g, b, a };
  };
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((c) => {
      const s = c / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const backOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = numbers(getComputedStyle(at).backgroundColor);
      if (color.a === 1) return color;
      if (color.a > 0) say(at, "a translucent background, whose contrast is not computed");
    }
    return { r: 255, g: 255, b: 255, a: 1 };
  };
  const checkContrast = (element, style, color) => {
    const [a, b] = [light(numbers(color)), light(backOf(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const least = isLarge ? 3 : 4.5;
    if (contrast < least) say(element, "contrast " + contrast.toFixed(2) + " < " + least);
  };
  for (const element of document.body.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 && box.height === 0) continue;
    if (box.left < -0.5 || box.right > root.clientWidth + 0.5) {
      say(element, "outside the window: " + box.left + " to " + box.right);
    }
    const style = getComputedStyle(element);
    const hasText = [...element.childNodes].some((node) => {
      return node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== "";
    });
    const lines = box.height / (parseFloat(style.lineHeight) || 24);
    if (hasText && box.width < 40 && lines > 4) say(element, "one letter a line");
    if (hasText || element.localName === "input") checkContrast(element, style, style.color);
    if (element.placeholder) {
      checkContrast(element, style, getComputedStyle(element, "::placeholder").color);
    }
  }
  return faults;
})()`;

const FOCUS = `(() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const isSeen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  return isSeen ? null : "no outline of a focused " + element.outerHTML.slice(0, 80);
})()`;
