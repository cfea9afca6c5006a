// The binary columns, against what Python's struct and numpy would write.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, decodeText, float32, int32 } from "../src/lib/wire";
import { encodeText } from "./harness/encode";

/** The bytes of `array` inside a larger message, starting `offset` bytes in. */
function inMessage(array: ArrayBufferView, offset: number): DataView {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const message = new Uint8Array(offset + bytes.length + 3).fill(255);
  message.set(bytes, offset);
  return new DataView(message.buffer, offset, bytes.length);
}

test("a text column reads as the bytes Python's struct writes", () => {
  // struct.pack("<I4I", 3, 0, 4, 4, 7) + "#na#".encode() + "Été"[:2].encode() …: 'Ét' is 3 bytes
  const bytes = Buffer.from(
    "03000000" + "00000000" + "04000000" + "04000000" + "07000000" + "236e6123" + "c38974",
    "hex",
  );
  const column = decodeText(bytes);
  assert.deepEqual([column.length, column.at(0), column.at(1), column.at(2)], [3, "#na#", "", "Ét"]);
});

test("texts in every script survive the way there and back at any byte offset", () => {
  const texts = ["#na#", "", "Être et avoir (2002)", "七人の侍", "🎬 Fargo", "L'Âge d'or — «1930»"];
  for (const offset of [0, 1, 2, 3, 5]) {
    const column = decodeText(inMessage(encodeText(texts), offset));
    assert.deepEqual(
      texts.map((_, row) => column.at(row)),
      texts,
    );
  }
});

test("a row outside of a text column is empty, not an exception", () => {
  const column = decodeText(encodeText(["a"]));
  assert.deepEqual([column.at(-1), column.at(1), column.at(Number.NaN)], ["", "", ""]);
});

test("no bytes are an empty column", () => {
  for (const nothing of [null, undefined, new DataView(new ArrayBuffer(0)), ""]) {
    assert.equal(decodeText(nothing).length, 0);
    assert.equal(float32(nothing).length, 0);
  }
});

test("a text column that promises more rows than it has bytes is refused", () => {
  assert.throws(() => decodeText(Buffer.from("ffffff0000000000", "hex")), /does not fit/);
});

test("numbers are read whatever byte the view begins at", () => {
  const floats = Float32Array.of(0, -1.5, 3.25, Number.NaN, 1e-30);
  const whole = Int32Array.of(0, -1, 2147483647);
  for (const offset of [0, 1, 2, 3, 4, 7]) {
    assert.deepEqual(float32(inMessage(floats, offset)), floats);
    assert.deepEqual(int32(inMessage(whole, offset)), whole);
    assert.deepEqual([...bytesOf(inMessage(Uint8Array.of(1, 0, 1), offset))], [1, 0, 1]);
  }
});

test("an aligned buffer is read in place, without a copy", () => {
  const floats = Float32Array.of(1, 2, 3);
  assert.equal(float32(new DataView(floats.buffer)).buffer, floats.buffer);
});

test("base64 text is taken where a host has no buffers", () => {
  const text = Buffer.from(Float32Array.of(1.5, -2).buffer).toString("base64");
  assert.deepEqual([...float32(text)], [1.5, -2]);
});
