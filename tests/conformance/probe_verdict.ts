/**
 * Judges a server's responses to a case of Http11Probe, by the rules that the case names.
 *
 * @module
 */
import { bodyOf, fieldOf, type ProbeCase, statusOf, type Step, type Verdict } from "./probe.ts";

/** Returns the verdict on the responses to `probe`. */
export function judge(probe: ProbeCase, steps: readonly Step[]): Verdict {
  return probe.kind === "single"
    ? judgeSingle(probe, steps[0]!)
    : judgeSequence(probe.check ?? "", steps);
}

function judgeSingle(probe: ProbeCase, step: Step): Verdict {
  const status = statusOf(step);
  if (status === null) return judgeSilence(probe, step);
  const base = isIn(status, probe.pass) ? "pass" : isIn(status, probe.warn) ? "warn" : "fail";
  const [name, ...words] = (probe.check ?? "").split(":");
  const has = (field: string): boolean => fieldOf(step.text, field) !== null;
  if (name === "closed_any_status_passes") {
    return status === 400 || step.state === "closed" ? "pass" : isGood(status) ? "warn" : "fail";
  }
  if (name === "has_header" && isIn(status, [words[0]!])) {
    return has(words[1]!) ? "pass" : words[2] as Verdict;
  }
  if (name === "lacks_header" && isIn(status, [Number(words[0])])) {
    return has(words[1]!) ? "fail" : "pass";
  }
  if (!isGood(status)) return base;
  switch (name) {
    case "echo":
      return [words.join(":"), "OK"].includes(bodyOf(step)) ? "pass" : "fail";
    case "no_body":
      return bodyOf(step) === "" ? "pass" : "fail";
    case "success_must_close":
      return step.state === "closed" ? words[0] as Verdict : "fail";
    case "success_and_closed":
      return step.state === "closed" ? "pass" : words[0] as Verdict;
    case "imf_fixdate":
      return isImfFixdate(fieldOf(step.text, "Date")) ? "pass" : "warn";
    case "norm":
    case "normcase":
      return bodyOf(step).includes(":") ? "warn" : "pass"; // a body without a field hides none
    default:
      return base;
  }
}

function judgeSilence(probe: ProbeCase, step: Step): Verdict {
  if (step.state === "closed") {
    return probe.closeIsPass ? "pass" : probe.closeIsWarn ? "warn" : "fail";
  }
  return probe.timeoutIsPass ? "pass" : "fail";
}

function judgeSequence(check: string, steps: readonly Step[]): Verdict {
  const [first, second] = steps as [Step, Step | undefined];
  const [name, words] = check.split(":");
  const status = statusOf(first);
  const isRefused = status === 400 || first.state === "closed";
  const next = second?.executed === true ? statusOf(second) : null;
  const isNextSafe = second?.executed !== true || isGood(next);
  switch (name) {
    case "seq_single_response":
      return isRefused && responseCount(first) < 2 ? "pass" : "fail";
    case "seq_reject_or_close":
      return isRefused || (isGood(status) && second?.executed !== true) ? "pass" : "fail";
    case "seq_unread_body":
      if (isRefused || words!.split(",").includes(String(status))) return "pass";
      return isGood(status) && isNextSafe ? "pass" : "warn";
    case "seq_prefix_desync":
      if (isRefused) return "pass";
      return isGood(status) && isNextSafe && responseCount(second) < 2 ? "pass" : "warn";
    case "seq_cl0_poison":
      return isRefused ? "pass" : !isGood(status) ? "fail" : second?.executed ? "warn" : "pass";
    case "seq_pipeline_safe":
      return !isGood(status) ? "fail" : isGood(next) ? "pass" : "warn";
    default: // what a site may offer in addition: validators and conditions
      return isGood(status) && isGood(next) ? "warn" : "fail";
  }
}

function isGood(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

function responseCount(step: Step | undefined): number {
  return (step?.text.match(/HTTP\/\d\.\d \d{3}/g) ?? []).length;
}

/**
 * Reports whether `status` is in `spec`, a list of codes, classes (`4xx`) and ranges (`100-399`).
 */
function isIn(status: number, spec: readonly (number | string)[]): boolean {
  return spec.some((entry) => {
    if (typeof entry === "number") return status === entry;
    if (/^\dxx$/.test(entry)) return Math.floor(status / 100) === Number(entry[0]);
    const [low, high] = entry.split("-").map(Number);
    return status >= low! && status <= high!;
  });
}

function isImfFixdate(text: string | null): boolean {
  return text !== null && new Date(text).toUTCString() === text;
}
