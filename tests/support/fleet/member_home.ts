/**
 * The home of a machine, from which it joins a fleet as its administrator would.
 *
 * @module
 */
import type { AdminIo } from "../../../mod/admin/admin_io.ts";
import {
  type FleetMembershipResult,
  followShared,
  joinFleet,
  leaveFleet,
} from "../../../mod/admin/fleet_membership.ts";
import { pathsBelow } from "../../../mod/config/store/paths.ts";
import { openEtcd } from "../../../mod/fleet/etcd/etcd_store.ts";
import type { StoreAddress } from "../../../mod/fleet/etcd/store_address.ts";
import { FleetStore } from "../../../mod/fleet/shared/fleet_store.ts";
import { ControlClient } from "../../../mod/host/control/control_client.ts";
import { storeAt } from "../store.ts";

/** The administrator of a machine whose files are below `folder`; consents to every risk. */
export function administratorOf(folder: string): AdminIo {
  const paths = pathsBelow(folder);
  return {
    paths,
    store: storeAt(paths.config),
    control: new ControlClient(paths.run),
    asAdministrator: () => null,
    env: () => undefined,
    now: () => Date.parse("2026-11-28T00:00:00.000Z"),
    record: () => Promise.resolve(),
    consent: () => true,
  };
}

/** Joins the fleet in the etcd at `address`. */
export async function joinAs(
  io: AdminIo,
  address: StoreAddress,
  name: string,
  replaces = false,
): Promise<FleetMembershipResult> {
  const store = new FleetStore(await openEtcd(address), "/httpcfg/");
  try {
    return await joinFleet(io, { store, address, name, group: null, by: `root@${name}`, replaces });
  } finally {
    store.keys.close();
  }
}

/** Leaves the fleet. */
export async function leave(io: AdminIo): Promise<FleetMembershipResult> {
  return await leaveFleet(io, async ({ store, prefix }) => {
    return new FleetStore(await openEtcd(store), prefix);
  });
}

/** Follows the fleet where the machine differs from it. */
export async function follow(
  io: AdminIo,
  ...words: readonly string[]
): Promise<FleetMembershipResult> {
  return await followShared(io, words.length === 0 ? null : words);
}
