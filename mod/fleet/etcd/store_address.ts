/**
 * Where a store is, and who may use it.
 *
 * @module
 */
import * as v from "valibot";

/** The addresses of a store, and the files that let a program in. Paths are absolute. */
export interface StoreAddress {
  readonly urls: readonly string[];
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
}

const file = v.optional(v.pipe(v.string(), v.nonEmpty()));

export const storeAddressSchema: v.GenericSchema<unknown, StoreAddress> = v.object({
  urls: v.pipe(v.array(v.string()), v.nonEmpty()),
  caFile: file,
  certFile: file,
  keyFile: file,
  user: v.optional(v.string()),
  passwordFile: file,
});
