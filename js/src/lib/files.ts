// What leaves the page as a file: the drawing that is on the screen, as SVG or as the pixels of a PNG.

/** A screen may show one dot a CSS pixel, a page in print wants two. */
const LEAST_RATIO = 2;

/** Pixels of a PNG to a CSS pixel. */
export const printRatio = (): number => Math.max(LEAST_RATIO, globalThis.devicePixelRatio || 1);

/** What the style sheet gives the elements of a drawing; all of it is inherited. */
const STYLES = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linejoin",
  "paint-order",
  "font-family",
  "font-size",
  "font-weight",
];

/** A drawing as markup that looks the same without the page's style sheet. */
export function svgMarkup(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  setStyles(svg, copy, null);
  copy.removeAttribute("aria-describedby");
  return new XMLSerializer().serializeToString(copy);
}

function setStyles(shown: Element, copy: Element, around: CSSStyleDeclaration | null): void {
  const style = getComputedStyle(shown);
  copy.removeAttribute("class");
  for (const name of STYLES) {
    const value = style.getPropertyValue(name);
    if (value !== around?.getPropertyValue(name)) copy.setAttribute(name, plainColor(value));
  }
  for (let i = 0; i < shown.children.length; i++) setStyles(shown.children[i], copy.children[i], style);
}

/** A computed value whose colour every reader of SVG knows: few know `color(srgb …)`. */
export function plainColor(value: string): string {
  if (!value.startsWith("color(srgb ")) return value;
  const [red, green, blue, opacity] = (value.match(/[\d.]+(e-?\d+)?/g) ?? []).map(Number);
  const parts = [red, green, blue].map((part) => Math.round(255 * part));
  return opacity === undefined ? `rgb(${parts.join(", ")})` : `rgba(${parts.join(", ")}, ${opacity})`;
}

/** A drawing as pixels. */
export async function svgPng(svg: SVGSVGElement): Promise<Blob | null> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgMarkup(svg))}`;
  await image.decode();
  const ratio = printRatio();
  const canvas = svg.ownerDocument.createElement("canvas");
  canvas.width = svg.width.baseVal.value * ratio;
  canvas.height = svg.height.baseVal.value * ratio;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvasPng(canvas);
}

export const canvasPng = (canvas: HTMLCanvasElement): Promise<Blob | null> =>
  new Promise((resolve) => canvas.toBlob(resolve));

/** A title as part of a file's name: "nearest-to-fargo-1996". */
export function fileStem(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
}
