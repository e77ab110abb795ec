import { join } from "node:path";

export function joined(): string {
  return join("loaded", "on", "demand");
}
