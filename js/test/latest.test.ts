import assert from "node:assert/strict";
import { test } from "node:test";
import { latest } from "../src/lib/latest";

/** Carries wishes out when it is told to. */
function slow() {
  const begun: string[] = [];
  let end: (error?: Error) => void = () => {};
  const carryOut = (wish: string) => {
    begun.push(wish);
    return new Promise<void>((resolve, reject) => {
      end = (error) => (error ? reject(error) : resolve());
    });
  };
  const finish = async (error?: Error) => {
    end(error);
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { begun, carryOut, finish };
}

test("the first wish is carried out at once", () => {
  const { begun, carryOut } = slow();
  void latest(carryOut)("a");
  assert.deepEqual(begun, ["a"]);
});

test("of those that come meanwhile only the newest is kept, and nothing is carried out twice", async () => {
  const { begun, carryOut, finish } = slow();
  const offer = latest(carryOut);
  for (const wish of ["a", "b", "c", "d"]) void offer(wish);
  assert.deepEqual(begun, ["a"]);
  await finish();
  assert.deepEqual(begun, ["a", "d"]);
  await finish();
  assert.deepEqual(begun, ["a", "d"]);
  void offer("e");
  assert.deepEqual(begun, ["a", "d", "e"]);
});

test("a wish that fails does not stand in the way of the next", async () => {
  const { begun, carryOut, finish } = slow();
  const offer = latest(carryOut);
  const failed = assert.rejects(offer("a"), /lost/);
  await finish(new Error("lost"));
  await failed;
  void offer("b");
  assert.deepEqual(begun, ["a", "b"]);
});
