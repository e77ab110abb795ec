/**
 * The services and their dependencies. Pure.
 *
 *     HTTP <- HTTPFilter ("HTTP SSL") <- W3SVC     IISADMIN <- W3SVC, HTTPFilter
 *
 * Source: KB 813368, KB 969864; the exact dependency lists of 2003 are inferred from them.
 * HTTPFilter does not depend on IISADMIN here, so that `net stop iisadmin` stops the Web service
 * alone, as the display names lead one to expect.
 *
 * @module
 */

export type ServiceName = "HTTP" | "HTTPFilter" | "IISADMIN" | "W3SVC";

export interface ServiceRow {
  readonly name: ServiceName;
  readonly display: string;
  readonly needs: readonly ServiceName[];
  /** Shown by `net start` without a name. HTTP is a driver and is not shown. */
  readonly listed: boolean;
  readonly canPause: boolean;
}

/** The services in the order of starting: each row needs only rows above it. */
export const SERVICES: readonly ServiceRow[] = [
  { name: "HTTP", display: "HTTP", needs: [], listed: false, canPause: false },
  { name: "HTTPFilter", display: "HTTP SSL", needs: ["HTTP"], listed: true, canPause: false },
  { name: "IISADMIN", display: "IIS Admin Service", needs: [], listed: true, canPause: false },
  {
    name: "W3SVC",
    display: "World Wide Web Publishing Service",
    needs: ["HTTPFilter", "IISADMIN"],
    listed: true,
    canPause: true,
  },
];

/** Finds the service by its short or display name, ignoring case. */
export function findService(text: string): ServiceRow | undefined {
  const wanted = text.toLowerCase();
  return SERVICES.find(({ name, display }) => {
    return name.toLowerCase() === wanted || display.toLowerCase() === wanted;
  });
}

export function serviceRow(name: ServiceName): ServiceRow {
  return SERVICES.find((row) => row.name === name)!;
}

/** Returns what has to run for `name`, in the order of starting, `name` last. */
export function startOrder(name: ServiceName): ServiceName[] {
  const needed = new Set<ServiceName>();
  const need = (wanted: ServiceName): void => {
    needed.add(wanted);
    serviceRow(wanted).needs.forEach(need);
  };
  need(name);
  return SERVICES.filter((row) => needed.has(row.name)).map((row) => row.name);
}

/** Returns everything that depends on `name`, in the order of stopping, without `name`. */
export function dependentsOf(name: ServiceName): ServiceName[] {
  return SERVICES.filter((row) => row.name !== name && startOrder(row.name).includes(name))
    .map((row) => row.name)
    .reverse();
}
