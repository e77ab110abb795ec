/**
 * Checks that the shape of a document is made of.
 *
 * @module
 */
import * as v from "valibot";

/** Characters of a name and of a path: bounds that no honest document meets. */
export const NAME_MAX = 256;
export const PATH_MAX = 4096;
/** Entries of any list in the document. */
const LIST_MAX = 100_000;

/** An object that names each field it does not know: a typo must not be a silent default. */
// deno-lint-ignore explicit-function-return-type -- the inferred schema type is the point
export function exactly<E extends v.ObjectEntries>(entries: E) {
  return v.objectWithRest(entries, v.never("unknown field"));
}

/** Comes before every object that may be empty: a list would pass for one. */
export const anObject: v.GenericSchema<object> = v.custom<object>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "expected Object",
);

/** Text of at most `max` characters. */
export function text(max: number): v.GenericSchema<string> {
  return v.pipe(v.string(), v.maxLength(max, `longer than ${max} characters`));
}

/** Text that is not empty, and no longer than a name. */
export const name: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.nonEmpty("empty"),
  v.maxLength(NAME_MAX, "too long"),
);

/** A whole number from `min` to `max`. */
export function whole(min: number, max: number): v.GenericSchema<number> {
  return v.pipe(
    v.number(),
    v.integer("not a whole number"),
    v.minValue(min, `below ${min}`),
    v.maxValue(max, `above ${max}`),
  );
}

/** A list of `item`. */
// deno-lint-ignore explicit-function-return-type -- as above
export function list<S extends v.GenericSchema>(item: S) {
  return v.pipe(v.array(item), v.maxLength(LIST_MAX, `more than ${LIST_MAX} entries`));
}
