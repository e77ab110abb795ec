/**
 * The values of each kind of word, on this machine and in its document.
 *
 * @module
 */
import { formatEndpoint, urlHost } from "../../../base/address.ts";
import type { WordKind } from "../../../base/flag_spec.ts";
import { isProblem } from "../../../base/problem.ts";
import { parseBinding } from "../../../config/document/binding.ts";
import { SETTING_NAMES } from "../../../config/document/setting_value.ts";
import { SETTINGS } from "../../../config/document/settings.ts";
import { listCertificates, listStores } from "../../../config/certs/cert_store.ts";
import { History } from "../../../config/store/history.ts";
import { SERVICES } from "../../../host/services/service_table.ts";
import { type MachineAddress, readMachine } from "../../../listen/machine/machine_addresses.ts";
import type { CommandIo } from "../../core/command.ts";
import type { Candidate } from "./complete.ts";
import { SHELLS } from "./completion_scripts.ts";
import { PAGES } from "./pages.ts";

/** Returns all values of `kind`; none if they cannot be read: a completion never fails. */
export async function valuesOfKind(kind: WordKind, io: CommandIo): Promise<readonly Candidate[]> {
  try {
    return await READERS[kind]?.(io) ?? [];
  } catch {
    return [];
  }
}

type Reader = (io: CommandIo) => Promise<readonly Candidate[]> | readonly Candidate[];

const READERS: { readonly [K in WordKind]?: Reader } = {
  entry: () => [...addresses(), ...interfaces()],
  "stored-entry": async (io) => {
    return (await io.store.readList()).map((value) => ({ value, description: "on the list" }));
  },
  binding: () => [
    { value: ":80:", description: "every address" },
    ...addresses().map(({ value, description }) => ({
      value: `${bracketed(value)}:80:`,
      description,
    })),
  ],
  endpoint: async (io) => {
    const { sites } = await io.store.read();
    return sites.flatMap(({ name, bindings }) => bindings.flatMap((text) => endpoints(text, name)));
  },
  site: async (io) => {
    return (await io.store.read()).sites.map(({ id, name }) => ({
      value: name,
      description: `W3SVC/${id}`,
    }));
  },
  service: () =>
    SERVICES.map(({ name, display }) => ({ value: name.toLowerCase(), description: display })),
  setting: () => SETTING_NAMES.map((value) => ({ value, description: SETTINGS[value].summary })),
  version: async (io) => {
    const versions = await new History(io.paths.history).list();
    return versions.map(({ number, command }) => ({
      value: String(number),
      description: command ?? "changed by other means",
    }));
  },
  certificate: ({ paths: { certs } }) => {
    return listStores(certs).flatMap((store) => listCertificates(certs, store))
      .map(({ hash, name }) => ({ value: hash, description: name }));
  },
  acme: async (io) => {
    const { acme = [] } = await io.store.read();
    return acme.map(({ certName, names }) => ({ value: certName, description: names.join(", ") }));
  },
  page: () =>
    PAGES.map(({ name, section, word }) => ({
      value: word,
      description: `${name}(${section})`,
    })),
  shell: () => SHELLS.map((value) => ({ value, description: "" })),
};

function addresses(): Candidate[] {
  return readMachine().addresses.map(({ ip, interface: name }) => ({
    value: ip,
    description: name,
  }));
}

function interfaces(): Candidate[] {
  const all: readonly MachineAddress[] = readMachine().addresses;
  return [...new Set(all.map((address) => address.interface))].map((value) => ({
    value,
    description: "every address of the interface",
  }));
}

/**
 * Returns the endpoints of a binding; one without an address is on every address of the machine.
 */
function endpoints(text: string, site: string): Candidate[] {
  const binding = parseBinding(text);
  if (isProblem(binding)) return [];
  const { ip, port } = binding;
  const all = ip === null ? readMachine().addresses.map((address) => address.ip) : [ip];
  return all.map((one) => ({ value: formatEndpoint({ ip: one, port }), description: site }));
}

function bracketed(ip: string): string {
  return urlHost(ip as Parameters<typeof urlHost>[0]);
}
