/**
 * The address of this machine that a hint shows where any would do.
 *
 * @module
 */
import { isLinkLocal, isLoopback } from "../../base/address.ts";
import { readMachine } from "./machine_addresses.ts";

/** Returns an address of this machine that other machines can reach; else that of loopback. */
export function usualAddress(): string {
  const own = readMachine().addresses.map(({ ip }) => ip).filter((ip) => !isLinkLocal(ip));
  return own.find((ip) => !isLoopback(ip)) ?? "127.0.0.1";
}
