/**
 * The file that makes a machine a member of a fleet: which one, and under which name. It has no secret;
 * those are in the files that it names.
 *
 * @module
 */
import * as v from "valibot";
import { shellWord } from "../../base/fault.ts";
import type { Paths } from "../../config/store/paths.ts";
import { type StoreAddress, storeAddressSchema } from "../etcd/store_address.ts";
import { DEFAULT_PREFIX } from "../shared/layout.ts";
import { NAME_PATTERN } from "../shared/records.ts";
import { readStateFile, removeStateFile, stampOf, writeStateFile } from "./state_file.ts";

/** What a machine knows of its fleet. */
export interface Membership {
  readonly name: string;
  /** Random, made when it joined: two machines with one name are noticed. */
  readonly id: string;
  readonly group: string | null;
  /** ISO 8601, by the clock of this machine. */
  readonly joinedAt: string;
  /** What the keys of the fleet begin with. */
  readonly prefix: string;
  readonly store: StoreAddress;
}

const name = v.pipe(v.string(), v.regex(NAME_PATTERN));

const membershipSchema: v.GenericSchema<unknown, Membership> = v.object({
  name,
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{8,64}$/)),
  group: v.nullable(name),
  joinedAt: v.pipe(v.string(), v.isoTimestamp()),
  prefix: v.pipe(v.string(), v.nonEmpty()),
  store: storeAddressSchema,
});

/** Returns the path of the file. */
export function membershipPath({ config }: Pick<Paths, "config">): string {
  return `${config}.fleet`;
}

/** Reports whether this machine is in a fleet, also to a user who may not read in which. */
export async function hasMembership(paths: Pick<Paths, "config">): Promise<boolean> {
  return await membershipStamp(paths) !== null;
}

/** Returns what differs whenever the membership has changed; null if there is none. */
export function membershipStamp(paths: Pick<Paths, "config">): Promise<string | null> {
  return stampOf(membershipPath(paths));
}

/** Returns the membership of this machine; null if it is in no fleet. Throws a Fault. */
export function readMembership(paths: Pick<Paths, "config">): Promise<Membership | null> {
  const path = membershipPath(paths);
  return readStateFile(path, membershipSchema, `rm ${shellWord(path)}\nhttpcfg help fleet join`);
}

/** Makes this machine a member. Throws a Fault. */
export function writeMembership(
  paths: Pick<Paths, "config">,
  membership: Membership,
): Promise<void> {
  return writeStateFile(membershipPath(paths), membership, paths.config);
}

/** Makes this machine a member of nothing. Throws a Fault. */
export function removeMembership(paths: Pick<Paths, "config">): Promise<void> {
  return removeStateFile(membershipPath(paths));
}

/** Returns the line that joins the fleet of `membership` again. */
export function joinLine({ name, group, prefix, store }: Membership): string {
  const flags = [
    ["--name", name],
    ["--group", group],
    ["--prefix", prefix === DEFAULT_PREFIX ? null : prefix],
    ["--ca", store.caFile],
    ["--cert", store.certFile],
    ["--key", store.keyFile],
    ["--user", store.user],
    ["--password-file", store.passwordFile],
  ].flatMap(([flag, value]) => value ? [flag!, shellWord(value)] : []);
  return ["httpcfg fleet join", shellWord(store.urls.join(",")), ...flags].join(" ");
}
