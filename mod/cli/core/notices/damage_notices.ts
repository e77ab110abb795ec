/**
 * What commands say of a history that is damaged.
 *
 * @module
 */
import type { Notice } from "../../../admin/admin_io.ts";
import { shellWord } from "../../../base/fault.ts";
import { damageText } from "../../../config/store/history.ts";
import type { Damage } from "../../../config/store/version_file.ts";

/** Returns a warning for each damaged file, with the line that puts it aside. */
export function damageNotices(damage: readonly Damage[]): Notice[] {
  const paths = new Set(damage.map(({ path }) => path));
  return [...paths].map((path) => {
    const file = shellWord(path);
    return {
      kind: "warning",
      text: damageText(damage.filter((one) => one.path === path)),
      hint: `mv ${file} ${file}.damaged`,
    };
  });
}
