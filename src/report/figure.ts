/**
 * Pictures with a title, a scale bar and a colour bar, as SVG around an embedded PNG.
 *
 * @module
 */
import { type ColorMap, colorOf, type Picture, type ValueRange } from "../image/colors.ts";
import { scaleBarOf } from "../image/scale_bar.ts";
import { encodePng } from "../io/png.ts";
import { escapeHtml, numberText, pngAddress } from "./html.ts";
import { colorWheel } from "./complex_color.ts";

/** A picture of a report. */
export interface Figure {
  /** Title below it. */
  readonly title: string;
  /** The pixels. */
  readonly picture: Picture;
  /** Colours and numbers of the bar beside it; `wheel` draws the wheel of complex pictures. */
  readonly legend:
    | { readonly map: ColorMap; readonly range: ValueRange; readonly unit?: string }
    | {
      readonly wheel: true;
      readonly full: number;
    };
  /** Side of a pixel of the picture in pixels of the object. */
  readonly step: number;
  /** Side of an object pixel, nm, if known. */
  readonly pixelSize?: number | undefined;
}

const SIDE = 300, BAR = 12, LABELS = 54;

/** A `<figure>` element. */
export function figureHtml(figure: Figure): string {
  const { picture } = figure;
  const scale = SIDE / Math.max(picture.width, picture.height);
  const width = picture.width * scale, height = picture.height * scale;
  const png = pngAddress(encodePng(picture.data, picture.width, picture.height));
  const full = Math.max(height, 110);
  const sharp = scale >= 2 ? ' style="image-rendering:pixelated"' : "";
  return `<figure><svg viewBox="0 0 ${round(SIDE + 8 + BAR + LABELS)} ${round(full)}" role="img" ` +
    `aria-label="${escapeHtml(figure.title)}">` +
    `<image href="${png}" width="${round(width)}" height="${round(height)}"${sharp}/>` +
    scaleBar(figure, scale, height) +
    legend(figure, width + 8, full) +
    `</svg><figcaption>${escapeHtml(figure.title)}</figcaption></figure>`;
}

/** A PNG file as it is. */
export function pngFigure(title: string, bytes: Uint8Array): string {
  return `<figure class="wide"><img src="${pngAddress(bytes)}" alt="${escapeHtml(title)}">` +
    `<figcaption>${escapeHtml(title)}</figcaption></figure>`;
}

/** A bar of a round length, at most a third of the picture. */
function scaleBar(figure: Figure, scale: number, height: number): string {
  const { picture, step, pixelSize } = figure;
  const { pixels, text } = scaleBarOf(picture.width * step, pixelSize);
  const drawn = pixels / step * scale;
  const y = height - 12;
  const outline = 'paint-order="stroke" stroke="#000" stroke-width="2.5" stroke-opacity=".55"';
  return `<rect x="10" y="${round(y)}" width="${
    round(drawn)
  }" height="4" fill="#fff" stroke="#000" ` +
    `stroke-opacity=".55" stroke-width=".8"/><text x="${round(10 + drawn / 2)}" ` +
    `y="${round(y - 5)}" text-anchor="middle" fill="#fff" ${outline} class="s">${text}</text>`;
}

function legend(figure: Figure, left: number, height: number): string {
  const { legend } = figure;
  if ("wheel" in legend) {
    const side = 52, wheel = colorWheel(2 * side), x = left + 6, y = 16;
    const text = (dx: number, dy: number, label: string): string =>
      `<text x="${round(x + dx)}" y="${
        round(y + dy)
      }" text-anchor="middle" class="s">${label}</text>`;
    return `<image href="${pngAddress(encodePng(wheel.data, wheel.width, wheel.height))}" x="${
      round(x)
    }" y="${y}" width="${side}" height="${side}"/>` +
      text(side / 2, -4, "+π/2") + text(side / 2, side + 12, "−π/2") +
      text(side / 2, side + 28, `rim: ${numberText(Number(legend.full.toPrecision(3)))}`);
  }
  const { map, range, unit } = legend;
  const stops = map === "grey" ? 2 : 17;
  const id = `g${map}`;
  const gradient = Array.from({ length: stops }, (_, i) => {
    const share = i / (stops - 1), [r, g, b] = colorOf(map, share).map(Math.round);
    return `<stop offset="${round(share)}" stop-color="rgb(${r},${g},${b})"/>`;
  }).join("");
  const tall = Math.min(height, SIDE);
  const at = left + BAR + 4;
  const label = (y: number, text: string): string =>
    `<text x="${round(at)}" y="${round(y)}" class="s">${escapeHtml(text)}</text>`;
  const three = (value: number): string => numberText(Number(value.toPrecision(3)));
  // The full circle is written as what it is.
  const turn = range.low === -Math.PI && range.high === Math.PI;
  return `<defs><linearGradient id="${id}" x1="0" y1="1" x2="0" y2="0">${gradient}</linearGradient>` +
    `</defs><rect x="${round(left)}" y="0.5" width="${BAR}" height="${round(tall - 1)}" ` +
    `fill="url(#${id})" stroke="#6b7280" stroke-width=".6"/>` +
    label(10, turn ? "+π" : three(range.high)) +
    label(tall / 2 + 4, unit ?? three((range.low + range.high) / 2)) +
    label(tall - 2, turn ? "−π" : three(range.low));
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
