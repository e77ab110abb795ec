// Goal: what was probably meant can be used. Method: tables of what people type.
import { assert, assertEquals } from "@std/assert";
import { isProblem } from "../../../mod/base/problem.ts";
import { parseBinding } from "../../../mod/config/document/binding.ts";
import { nearestBinding, nearestNumber } from "../../../mod/cli/core/corrections.ts";

Deno.test("nearestBinding() returns a binding for what is none", () => {
  const cases: [text: string, binding: string][] = [
    ["::1", "[::1]:80:"],
    ["::1:81:", "[::1]:81:"],
    ["2001:db8::1:81:a.test", "[2001:db8::1]:81:a.test"],
    ["[::1]", "[::1]:80:"],
    ["[::1]:99999", "[::1]:80:"],
    ["10.0.0.5", "10.0.0.5:80:"],
    ["http://*.A.test:81/", ":81:*.a.test"],
    [":81:www.*.a.test", ":81:*.a.test"],
    [":81:w*.a.test", ":81:*.a.test"],
    [":81:*", ":81:"],
    ["10.0.0.5:080:", "10.0.0.5:80:"],
    ["10.0.0.5:0:A.test", "10.0.0.5:80:a.test"],
    ["www.example.com", ":80:www.example.com"],
    ["www.example.com:81", ":81:www.example.com"],
    ["http://10.0.0.5:81/x", "10.0.0.5:81:"],
    [":81:my_host", ":81:my-host"],
    ["0.0.0.0:81:", ":81:"],
    ["[::]:81:a.test", ":81:a.test"],
    [":::81", ":81:"],
    ["0.0.0.0", ":80:"],
    ["224.0.0.1:81:a.test", ":81:a.test"],
    ["[ff02::1]:81:", ":81:"],
    ["ff02::1", ":80:"],
    ["", ":80:"],
    ["%%%", ":80:"],
  ];
  for (const [text, binding] of cases) {
    assertEquals(nearestBinding(text, 80), binding, text);
    assert(!isProblem(parseBinding(binding)), binding);
  }
});

Deno.test("nearestNumber() knows units and stays within the limits", () => {
  const limits = { min: 1, max: 4_294_967_295, usual: 1000 };
  const cases: [text: string, number: string][] = [
    ["10MB", "10485760"],
    ["1 k", "1024"],
    ["1_000", "1000"],
    ["2h", "7200"],
    ["9999999999999", "4294967295"],
    ["0", "1000"],
    ["-5", "1000"],
    ["many", "1000"],
    ["", "1000"],
  ];
  for (const [text, number] of cases) assertEquals(nearestNumber(text, limits), number, text);
});
