// Goal: members come in order and go from anywhere, also during a visit, and nothing of those who
// went stays. Method: random steps, compared with an array; the memory in a process of its own.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Linked, LinkedList } from "../../mod/base/linked_list.ts";
import { Random } from "../fuzz/random.ts";

class Member implements Linked<Member> {
  previous: Member | null = null;
  next: Member | null = null;

  constructor(readonly name: number) {}
}

Deno.test("a LinkedList has the members of an array after the same steps", () => {
  const random = new Random(2026);
  const list = new LinkedList<Member>();
  const model: Member[] = [];
  const gone: Member[] = [];
  for (let step = 0; step < 5_000; step++) {
    const choice = random.below(10);
    if (choice < 5) {
      const member = new Member(step);
      list.add(member);
      model.push(member);
    } else if (choice < 9 && model.length > 0) {
      const [member] = model.splice(random.below(model.length), 1);
      assertEquals(list.delete(member!), true);
      gone.push(member!);
    } else if (gone.length > 0) {
      assertEquals(list.delete(gone[random.below(gone.length)]!), false);
    }
    assertEquals(list.toArray().map(({ name }) => name), model.map(({ name }) => name));
    assertEquals([list.size, list.first], [model.length, model[0] ?? null]);
  }
  assert(gone.every(({ previous, next }) => previous === null && next === null));
});

Deno.test("a visit passes every member that is there throughout, whoever goes meanwhile", () => {
  const random = new Random(7);
  for (let round = 0; round < 500; round++) {
    const list = new LinkedList<Member>();
    const members = Array.from({ length: 1 + random.below(12) }, (_, i) => new Member(i));
    for (const member of members) list.add(member);
    const [visited, deleted] = [new Set<number>(), new Set<number>()];
    list.forEach(({ name }) => {
      assert(!visited.has(name) && !deleted.has(name), `${name} is visited once, and while there`);
      visited.add(name);
      for (let i = random.below(3); i > 0; i--) {
        const other = members[random.below(members.length)]!;
        if (list.delete(other)) deleted.add(other.name);
      }
    });
    const stayed = members.filter(({ name }) => !deleted.has(name));
    assertEquals(list.toArray(), stayed);
    for (const { name } of stayed) assert(visited.has(name), `round ${round}: ${name}`);
  }
});

Deno.test("a visit that fails ends, and another one cannot begin in it", () => {
  const list = new LinkedList<Member>();
  list.add(new Member(1));
  assertThrows(() => list.forEach(() => list.forEach(() => {})));
  let visits = 0;
  list.forEach(() => void visits++);
  assertEquals(visits, 1);
});
