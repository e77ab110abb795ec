/**
 * The building blocks of the document's schema.
 *
 * @module
 */
import * as v from "valibot";

/** Maximum characters of a name and of a path, limits that no honest document reaches. */
export const NAME_MAX = 256;
export const PATH_MAX = 4096;
/** Maximum number of entries of any list in the document. */
export const LIST_MAX = 100_000;

/** An object that reports every unknown field: a typo must not silently become a default. */
// deno-lint-ignore explicit-function-return-type -- the inferred schema type is the point
export function strictObject<E extends v.ObjectEntries>(entries: E) {
  return v.objectWithRest(entries, v.never("unknown field"));
}

/** Precedes the check of every object that may be empty, because a list would pass for one. */
export const plainObject: v.GenericSchema<object> = v.custom<object>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "expected an object",
);

/** Returns the fields of an object; null for any other value. */
export function plainFields(value: unknown): Readonly<Record<string, unknown>> | null {
  return v.is(plainObject, value) ? value as Readonly<Record<string, unknown>> : null;
}

/** Text of at most `max` characters. */
export function text(max: number): v.GenericSchema<string> {
  return v.pipe(v.string(), v.maxLength(max, `must be at most ${max} characters long`));
}

/** Text that is not empty and not longer than a name. */
export const name: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.nonEmpty("must not be empty"),
  v.maxLength(NAME_MAX, `must be at most ${NAME_MAX} characters long`),
);

/** A number that JSON can carry: a text such as 1e999 is read as infinity, and stored as null. */
export const finite: v.GenericSchema<number> = v.pipe(
  v.number(),
  v.finite("expected a finite number"),
);

/** An integer from `min` to `max`. */
export function integer(min: number, max: number): v.GenericSchema<number> {
  return v.pipe(
    v.number(),
    v.integer("expected an integer"),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  );
}

/** A list of `item`. */
// deno-lint-ignore explicit-function-return-type -- as above
export function list<S extends v.GenericSchema>(item: S) {
  return v.pipe(v.array(item), v.maxLength(LIST_MAX, `must have at most ${LIST_MAX} entries`));
}
