// A pen: the part of a canvas context that the drawings use, and one that writes SVG. So one drawing makes both files.

/** What both can do. In an SVG, clips and states are left out: drawings stay inside and set what they use. */
export interface Pen
  extends Pick<
    CanvasRenderingContext2D,
    | "fillStyle"
    | "strokeStyle"
    | "lineWidth"
    | "globalAlpha"
    | "lineJoin"
    | "font"
    | "textAlign"
    | "textBaseline"
    | "save"
    | "restore"
    | "beginPath"
    | "moveTo"
    | "lineTo"
    | "arc"
    | "rect"
    | "roundRect"
    | "clip"
    | "fill"
    | "stroke"
    | "fillRect"
    | "strokeRect"
    | "fillText"
    | "strokeText"
    | "setLineDash"
  > {
  measureText(text: string): { width: number };
  drawImage(source: HTMLCanvasElement, x: number, y: number, width: number, height: number): void;
}

/** What knows how wide texts are: a canvas context. */
export type Ruler = Pick<Pen, "font" | "measureText">;

type Attributes = Record<string, string | number>;

const MARKS: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Anybody's text as XML text: marks escaped, and without the characters that no XML may hold. */
export const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, " ")
    .replace(/[&<>"]/g, (c) => MARKS[c]);

/** An element as markup; numbers to a hundredth. */
export function element(name: string, attributes: Attributes, inside = ""): string {
  const given = Object.entries(attributes).map(([key, value]) => {
    const text = typeof value === "number" ? Math.round(value * 100) / 100 : escaped(value);
    return ` ${key}="${text}"`;
  });
  return `<${name}${given.join("")}>${inside}</${name}>\n`;
}

/** A paint as attributes. Old readers of SVG know no `rgb(1 2 3 / 0.5)`, and none knows `color(srgb …)`. */
export function paint(kind: "fill" | "stroke", color: string): Attributes {
  const numbers = color.match(/[\d.]+/g)?.map(Number);
  if (!numbers || numbers.length < 3 || color[0] === "#") return { [kind]: color };
  const unit = color.startsWith("color") ? 255 : 1;
  const [r, g, b, opacity = 1] = numbers;
  const plain = { [kind]: `rgb(${[r, g, b].map((part) => Math.round(part * unit)).join()})` };
  return opacity < 1 ? { ...plain, [`${kind}-opacity`]: opacity } : plain;
}

export class SvgPen implements Pen {
  fillStyle = "#000";
  strokeStyle = "#000";
  lineWidth = 1;
  globalAlpha = 1;
  lineJoin: CanvasLineJoin = "miter";
  font = "10px sans-serif";
  textAlign: CanvasTextAlign = "left";
  textBaseline: CanvasTextBaseline = "alphabetic";
  #dash = "";
  #lines = "";
  /** The path now: lines, or one circle; and whether it has been filled, so that its outline is no second shape. */
  #shape: [string, Attributes] | null = null;
  #filled = false;
  readonly parts: [name: string, attributes: Attributes, text?: string][] = [];
  /** Outlines of texts that are still to be filled: both are one element. */
  #halos = new Map<string, Attributes>();

  constructor(private readonly ruler: Ruler) {}

  get markup(): string {
    return this.parts
      .map(([name, attributes, text]) => element(name, attributes, text && escaped(text)))
      .join("");
  }

  save(): void {}
  restore(): void {}
  rect(): void {}
  roundRect(): void {}
  clip(): void {}

  setLineDash(segments: Iterable<number>): void {
    this.#dash = [...segments].join(" ");
  }

  beginPath(): void {
    this.#lines = "";
    this.#shape = null;
    this.#filled = false;
  }

  moveTo(x: number, y: number): void {
    this.#to("M", x, y);
  }

  lineTo(x: number, y: number): void {
    this.#to("L", x, y);
  }

  /** Whole circles only: all that the drawings need. */
  arc(cx: number, cy: number, r: number): void {
    this.#shape = ["circle", { cx, cy, r }];
  }

  fill(): void {
    if (this.#shape) this.#add(...this.#shape, paint("fill", this.fillStyle));
    this.#filled = true;
  }

  stroke(): void {
    const last = this.parts[this.parts.length - 1];
    if (this.#filled) Object.assign(last[1], this.#line());
    else if (this.#shape) this.#add(...this.#shape, { fill: "none", ...this.#line() });
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.#add("rect", { x, y, width, height }, paint("fill", this.fillStyle));
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.#add("rect", { x, y, width, height }, { fill: "none", ...this.#line() });
  }

  strokeText(text: string, x: number, y: number): void {
    this.#halos.set(`${text}\n${x}\n${y}`, {
      ...this.#line(),
      "stroke-linejoin": "round",
      "paint-order": "stroke",
    });
  }

  fillText(text: string, x: number, y: number): void {
    const [, weight, size] = /^(\d+ )?([\d.]+)/.exec(this.font) ?? ["", "", "10"];
    // Readers differ in what they make of dominant-baseline; a distance is the same for all.
    const down = { top: 0.78, middle: 0.35 }[this.textBaseline as string] ?? 0;
    const anchor = { center: "middle", right: "end" }[this.textAlign as string];
    const key = `${text}\n${x}\n${y}`;
    this.parts.push([
      "text",
      {
        x,
        y: y + down * +size,
        "font-size": size,
        ...(weight && { "font-weight": weight.trim() }),
        ...(anchor && { "text-anchor": anchor }),
        ...paint("fill", this.fillStyle),
        ...this.#halos.get(key),
      },
      text,
    ]);
    this.#halos.delete(key);
  }

  measureText(text: string): { width: number } {
    this.ruler.font = this.font;
    return this.ruler.measureText(text);
  }

  drawImage(source: HTMLCanvasElement, x: number, y: number, width: number, height: number): void {
    this.#add("image", { x, y, width, height }, { href: source.toDataURL() });
  }

  #to(step: string, x: number, y: number): void {
    this.#lines += `${step}${x.toFixed(1)},${y.toFixed(1)}`;
    this.#shape = ["path", { d: this.#lines }];
  }

  #add(name: string, place: Attributes, look: Attributes): void {
    this.parts.push([name, { ...place, ...look }]);
  }

  #line(): Attributes {
    return {
      ...paint("stroke", this.strokeStyle),
      "stroke-width": this.lineWidth,
      ...(this.globalAlpha < 1 && { "stroke-opacity": this.globalAlpha }),
      ...(this.#dash && { "stroke-dasharray": this.#dash }),
    };
  }
}
