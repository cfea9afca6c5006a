import assert from "node:assert/strict";
import { test } from "node:test";
import { smooth } from "../src/lib/curve";
import type { LossFacts } from "../src/lib/losslayout";
import { barsPicture, MOST_ROWS } from "../src/lib/pictures/bars";
import { lossPicture } from "../src/lib/pictures/loss";
import { mapPicture, mapTable } from "../src/lib/pictures/map";
import { escaped, type Pen, paint, SvgPen } from "../src/lib/pictures/pen";
import { fileStem, type Look, PAGE_LOOK, svgOf } from "../src/lib/pictures/picture";
import { neighborsTable, rankingTable } from "../src/lib/pictures/tables";
import { rankBiases } from "../src/lib/ranking";
import { decodeText, encodeText } from "../src/lib/wire";
import type { Side } from "../src/store";

const RULER = { font: "", measureText: (text: string) => ({ width: 6 * text.length }) };
const LOOK: Look = {
  background: "rgb(255, 255, 255)",
  foreground: "rgb(31, 31, 31)",
  soft: "color(srgb 0.4 0.4 0.4)",
  line: "rgb(220, 220, 220)",
  accent: "rgb(0, 114, 178)",
  train: "rgb(0, 114, 178)",
  valid: "rgb(213, 94, 0)",
  above: "rgb(6, 106, 171)",
  below: "rgb(194, 97, 12)",
  family: 'system-ui, "Segoe UI"',
};
const NASTY = `<script>alert("1")</script> & Söhne`;

function side(names: string[], counts: number[]): Side {
  const titles = decodeText(encodeText(["#na#", ...names]));
  return {
    names: titles,
    counts: Int32Array.of(0, ...counts),
    means: Float32Array.of(Number.NaN, ...counts.map((_, i) => 1 + i)),
    trained: Uint8Array.of(0, ...counts.map(() => 1)),
    n: counts.length + 1,
  };
}

const count = (text: string, part: string | RegExp) => text.split(part).length - 1;

/** Every element is closed in order, attributes are quoted, and nothing else holds a mark: it is XML. */
function assertXml(markup: string): void {
  const open: string[] = [];
  const rest = markup.replace(/<(\/?)([a-zA-Z]+)((?: [\w:-]+="[^"<]*")*)>/g, (_, end, name) => {
    if (end) assert.equal(open.pop(), name);
    else open.push(name);
    return "";
  });
  assert.deepEqual(open, []);
  assert.doesNotMatch(rest, /[<>]|&(?!(amp|lt|gt|quot);)/);
}

function ranking(biases: number[], names: string[], counts: number[]) {
  const items = side(names, counts);
  const found = rankBiases({
    bias: Float32Array.of(0, ...biases),
    ...items,
    minCount: 0,
    center: true,
    yRange: [0, 5.5],
    ratingMean: 3.5,
  });
  return { side: items, ranking: found };
}

test("a ranking has a bar a row, its numbers, and titles that no reader takes for markup", () => {
  const given = ranking([0.5, 0, -0.5], [NASTY, "Middle", "Low"], [120, 3, 60]);
  const table = rankingTable({
    ...given,
    shown: [[1, 2], { skipped: 7 }, [3]],
    selection: [3],
    inStars: false,
    unit: "logit, centred",
    facts: "3 titles",
    note: "0 is the average title.",
  });
  assert.deepEqual(
    table.rows.map((row) => (typeof row === "string" ? row : [row.from, row.to, row.mark, row.selected])),
    [[0.5, 1, "", false], [0.5, 0.5, "few", false], "… 7 more", [0, 0.5, "", true]],
  );
  const svg = svgOf(barsPicture(table, LOOK), RULER);
  assertXml(svg);
  assert.doesNotMatch(svg, /<script/);
  assert.match(svg, />&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script…?/);
  // The ground, the line at 0, one mark of a selected row, three bars.
  assert.equal(count(svg, "<rect"), 6);
  for (const text of ["+0.50", "−0.50", "logit, centred", "0 is the average title.", "by mean"])
    assert.ok(svg.includes(text), text);
});

test("a ranking of thousands is drawn as far as a picture is one, and says what it leaves out", () => {
  const n = 1000;
  const given = ranking(
    Array.from({ length: n }, (_, i) => i / n),
    Array.from({ length: n }, (_, i) => `Title ${i}`),
    Array.from({ length: n }, () => 50),
  );
  const shown = [Array.from(given.ranking.rows)];
  const { rows } = rankingTable({
    ...given,
    shown,
    selection: [],
    inStars: false,
    unit: "",
    facts: "",
    note: "",
  });
  assert.equal(rows.length, MOST_ROWS + 1);
  assert.equal(rows.at(-1), "… 800 more");
});

const NEIGHBOR = { item: 4, title: "Near", score: 0.75, count: 60, n_common: 31, norm: 1.2, weak: false };

test("cosines stand on a fixed scale from 0 to 1, weak evidence is marked", () => {
  const neighbors = [NEIGHBOR, { ...NEIGHBOR, item: 5, title: "Weak", score: 0.25, weak: true }];
  const table = neighborsTable({
    title: "Fargo (1996)",
    neighbors,
    metric: "cosine",
    order: "nearest",
    selection: [5],
    facts: "508 ratings",
  });
  const rows = table.rows.filter((row) => typeof row !== "string");
  assert.deepEqual(
    rows.map(({ from, to, mark, selected }) => [from, to, mark, selected]),
    [
      [0, 0.75, "", false],
      [0, 0.25, "weak", true],
    ],
  );
  assert.deepEqual(table.marks, ["0", "", "1"]);
  const svg = svgOf(barsPicture(table, LOOK), RULER);
  assertXml(svg);
  for (const text of ["Nearest to Fargo (1996)", "0.750", "Cosine ignores length", "both"])
    assert.ok(svg.includes(text));
  const products = neighborsTable({
    title: "Long ".repeat(60),
    neighbors: neighbors.map((row) => ({ ...row, n_common: null })),
    metric: "dot",
    order: "farthest",
    selection: [],
    facts: "",
  });
  assert.ok(products.title.length <= "Farthest from ".length + 48, "the facts stand beside it");
  assert.deepEqual(products.marks, ["−0.75", "0", "0.75"]);
  assert.deepEqual(products.headers, ["score", "ratings", "length"]);
});

function lossFacts(changed: Partial<LossFacts> = {}): LossFacts {
  const x = Float32Array.from({ length: 200 }, (_, i) => (i + 1) / 100);
  const curve = { x, loss: x.map((at) => 0.5 + 1 / (1 + 5 * at)) };
  const row = { train_loss: 0.7, seconds: 1, lr: 1e-3 };
  return {
    curve,
    smoothed: smooth(curve, 0.6),
    history: [
      { ...row, epoch: 1, valid_loss: 0.9, rmse: 0.949 },
      { ...row, epoch: 2, valid_loss: 0.8, rmse: 0.894 },
    ],
    bestEpoch: 2,
    meta: { n_train: 6400, loss_name: "MSE", baseline: 1.2, y_range: [0, 5.5] },
    recipe: { bs: 64, epochs: 2 },
    status: "ready",
    xAxis: "epoch",
    yScale: "linear",
    earlier: [],
    ...changed,
  };
}

test("the loss has both curves, a marker an epoch, the baseline and the best epoch in words", () => {
  const svg = svgOf(lossPicture(lossFacts(), LOOK, "Model"), RULER);
  assertXml(svg);
  assert.equal(count(svg, "<circle"), 2);
  assert.equal(count(svg, 'stroke-dasharray="2 4"'), 1);
  assert.equal(count(svg, 'stroke-opacity="0.25"'), 1); // the raw losses
  for (const text of [
    "validation",
    "predict the mean",
    "RMSE, stars",
    "best: 0.8000, RMSE 0.894 stars, epoch 2",
    ">epoch<",
  ])
    assert.ok(svg.includes(text), text);
  assert.ok(!svg.includes("NaN"));
  const without = lossFacts();
  without.meta.baseline = null;
  assert.ok(!svgOf(lossPicture(without, LOOK, ""), RULER).includes("validation"));
  assert.ok(svgOf(lossPicture(lossFacts({ xAxis: "step" }), LOOK, ""), RULER).includes(">batch<"));
});

test("a loss that leaves the chart is cut at its edge, not drawn over the heading", () => {
  const facts = lossFacts();
  facts.curve.loss[0] = 50;
  facts.curve.loss[100] = Number.NaN;
  const svg = svgOf(lossPicture(facts, LOOK, ""), RULER);
  const raw = /d="([^"]*)"[^>]*stroke-opacity/.exec(svg)?.[1] ?? "";
  const heights = [...raw.matchAll(/,(-?[\d.]+)/g)].map(([, y]) => Number(y));
  assert.ok(heights.length > 190);
  assert.ok(Math.min(...heights) >= 72 - 0.05 && Math.max(...heights) <= 326.05);
  assert.equal(count(raw, "M"), 2); // broken once, where the loss is not a number
});

test("a map has the plot, the meaning of its colours and what its axes keep", () => {
  const plot = {
    size: { width: 500, height: 375 },
    drawOn: (pen: Pen) => {
      pen.beginPath();
      pen.arc(10, 10, 3, 0, 7);
      pen.fill();
    },
  };
  const key = {
    name: "bias, relative to the average",
    low: "−0.5",
    high: "+0.5",
    ramp: [[0, 0, 0] as const, [9, 9, 9] as const],
    named: [["no value", [5, 5, 5] as const] as const],
  };
  const size = { name: "ratings", ends: [{ text: "20" }, { text: "583" }] };
  const notes = ["Together the axes keep 20.5 % of the variance."];
  const picture = mapPicture(plot, { facts: "931 titles, epoch 5", key, size, notes }, LOOK);
  const svg = svgOf(picture, RULER);
  assertXml(svg);
  assert.ok(picture.height > 375);
  assert.equal(count(svg, "<circle"), 1);
  for (const text of [
    "Map of titles",
    "931 titles, epoch 5",
    "colour: bias, relative to the average −0.5",
    "size: ratings, 20 to 583",
    "+0.5",
    "no value",
    "Together the axes keep 20.5 % of the variance.",
  ])
    assert.ok(svg.includes(text), text);
  // One margin at the left for all that does not belong to the right, and room above the heading.
  const starts = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"(?![^>]*text-anchor)[^>]*>([^<]*)/g)];
  const lines = starts.filter(([, , , text]) => /^(Map|colour|size|Together)/.test(text));
  assert.deepEqual(
    lines.map(([, x]) => x),
    ["16", "16", "16", "16"],
  );
  assert.ok(Number(lines[0][2]) - 15 > 8);
});

test("the map's table has every component that travels", () => {
  const frame = {
    scores: Float32Array.of(Number.NaN, Number.NaN, 0.1, 0.2, 0.3, 0.4),
    m: 2,
    n: 3,
    plane: [],
  };
  const table = mapTable(side(["A", "B"], [5, 7]), frame as never, [2, 1], "title");
  assert.deepEqual(table, [
    ["title", "PC1", "PC2", "count", "mean"],
    ["B", 0.3, 0.4, 7, 2],
    ["A", 0.1, 0.2, 5, 1],
  ]);
});

test("the pen outlines a filled shape instead of drawing it twice, and a text with its halo", () => {
  const pen = new SvgPen(RULER);
  pen.beginPath();
  pen.arc(5, 6, 2);
  pen.fillStyle = "rgb(1 2 3 / 0.5)";
  pen.fill();
  pen.stroke();
  pen.font = "600 12px sans-serif";
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  pen.strokeText("A & B", 7, 8);
  pen.fillText("A & B", 7, 8);
  pen.beginPath();
  pen.stroke();
  assert.equal(pen.parts.length, 2);
  const [circle, text] = pen.markup.trim().split("\n");
  assert.match(circle, /^<circle cx="5" cy="6" r="2" fill="rgb\(1,2,3\)" fill-opacity="0.5" stroke="#000" /);
  assert.match(
    text,
    /y="12.2" font-size="12" font-weight="600" text-anchor="end".*paint-order="stroke">A &amp; B</,
  );
});

test("colours become what every reader of SVG knows", () => {
  assert.deepEqual(paint("fill", "color(srgb 1 0.5 0)"), { fill: "rgb(255,128,0)" });
  assert.deepEqual(paint("stroke", "rgba(1, 2, 3, 0.25)"), { stroke: "rgb(1,2,3)", "stroke-opacity": 0.25 });
  assert.deepEqual(paint("fill", "#123456"), { fill: "#123456" });
  assert.deepEqual(paint("fill", PAGE_LOOK.soft), { fill: "var(--cw-fg2)" });
});

test("characters that no XML may hold become spaces, all others stay", () => {
  assert.equal(escaped("a\u0000b\ud800c\ufffe 👍 é <"), "a b c  👍 é &lt;");
});

test("a file is named by what is in it", () => {
  assert.equal(fileStem("nearest to Léon: The Professional (1994)"), "nearest-to-léon-the-professional-1994");
});
