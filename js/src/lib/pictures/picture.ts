// A picture to take away: a drawing of a known size, as an SVG that needs nothing else, or as the pixels of a PNG.
import { element, escaped, type Pen, paint, type Ruler, SvgPen } from "./pen";

/** The colours and letters of a widget at this moment. */
export interface Look {
  background: string;
  foreground: string;
  soft: string;
  line: string;
  accent: string;
  train: string;
  valid: string;
  above: string;
  below: string;
  family: string;
}

export interface Picture {
  title: string;
  /** In CSS pixels. */
  width: number;
  height: number;
  look: Pick<Look, "background" | "family">;
  draw(pen: Pen): void;
}

/** Text in a picture: size in pixels, and what differs from black letters that begin at (x, y). */
export function write(
  pen: Pen,
  look: Look,
  text: string,
  x: number,
  y: number,
  { size = 12, bold = false, color = look.foreground, align = "left" as CanvasTextAlign } = {},
): void {
  pen.font = `${bold ? "600 " : ""}${size}px ${look.family}`;
  pen.fillStyle = color;
  pen.textAlign = align;
  pen.textBaseline = "alphabetic";
  pen.fillText(text, x, y);
}

/** What a picture shows, and of what, in its first line. */
export function heading(pen: Pen, look: Look, width: number, title: string, facts: string): void {
  write(pen, look, title, 16, 26, { size: 15, bold: true });
  write(pen, look, facts, width - 16, 26, { color: look.soft, align: "right" });
}

/** Standalone markup: colours in place, text as text. */
export function svgOf(picture: Picture, ruler: Ruler): string {
  const { title, width, height, look } = picture;
  const pen = new SvgPen(ruler);
  picture.draw(pen);
  const ground = element("rect", { width, height, ...paint("fill", look.background) });
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      "font-family": `${look.family}, sans-serif`,
      role: "img",
    },
    element("title", {}, escaped(title)) + ground + pen.markup,
  );
}

/** The same drawing as pixels, `ratio` to a CSS pixel. */
export function pngOf(picture: Picture, ratio: number): Promise<Blob | null> {
  const context = canvas(picture.width * ratio, picture.height * ratio);
  context.scale(ratio, ratio);
  context.fillStyle = picture.look.background;
  context.fillRect(0, 0, picture.width, picture.height);
  picture.draw(context);
  return new Promise((resolve) => context.canvas.toBlob(resolve));
}

/** A canvas of its own, to paint on or to measure with. */
export function canvas(width = 1, height = 1): CanvasRenderingContext2D {
  const made = Object.assign(document.createElement("canvas"), { width, height });
  return made.getContext("2d") as CanvasRenderingContext2D;
}

const PROPERTIES = Object.entries({
  background: "bg",
  foreground: "fg",
  soft: "fg2",
  line: "line",
  accent: "accent",
  train: "train",
  valid: "valid",
  above: "blue",
  below: "orange",
});
const lookOf = (color: (property: string) => string, family: string): Look =>
  Object.fromEntries([
    ["family", family],
    ...PROPERTIES.map(([key, name]) => [key, color(`var(--cw-${name})`)]),
  ]);

/** For what stays on the page: the page's own properties, whatever they become. */
export const PAGE_LOOK = lookOf((property) => property, "inherit");

/** For what leaves it: the properties as the browser resolves them now. */
export function readLook(el: HTMLElement): Look {
  const probe = el.ownerDocument.createElement("span");
  el.append(probe);
  const look = lookOf((property) => {
    probe.style.color = property;
    return getComputedStyle(probe).color;
  }, getComputedStyle(el).fontFamily);
  probe.remove();
  return look;
}

/** A title as part of a file's name: "nearest-to-fargo-1996". */
export function fileStem(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
}
