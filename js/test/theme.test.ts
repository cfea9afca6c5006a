// Computed colours to luminance: what decides the theme where no host names it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { luminance } from "../src/lib/theme";

test("backgrounds are told light from dark in every notation a browser computes", () => {
  assert.equal(luminance("rgb(255, 255, 255)"), 1);
  assert.equal(luminance("rgb(0, 0, 0)"), 0);
  assert.ok((luminance("rgb(30, 30, 30)") ?? 1) < 0.2);
  assert.ok((luminance("color(srgb 0.9 0.9 0.9)") ?? 0) > 0.8);
});

test("a transparent background says nothing", () => {
  assert.equal(luminance("rgba(0, 0, 0, 0)"), null);
  assert.equal(luminance("transparent"), null);
});
