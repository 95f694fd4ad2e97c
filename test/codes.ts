/** What is written and what QR codes say on a rendered page, by a renderer and a reader that the service does not use. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Canvas, createCanvas, loadImage } from '@napi-rs/canvas';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

/** Pixels a point: some four for a module of a label. */
const SCALE = 3;
const MAX_CODES = 255;
const READER = fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm'));

const { buffer } = await readFile(READER);
prepareZXingModule({ overrides: { wasmBinary: buffer as ArrayBuffer } });

export async function codesOnPdf(pdf: Uint8Array): Promise<string[]> {
  const document = await getDocument({ data: new Uint8Array(pdf), verbosity: 0 }).promise;
  const codes: string[] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    const viewport = page.getViewport({ scale: SCALE });
    const canvas = createCanvas(viewport.width, viewport.height);
    await page.render({ canvas: canvas as never, canvasContext: canvas.getContext('2d') as never, viewport })
      .promise;
    codes.push(...(await codesOn(canvas)));
  }
  return codes;
}

/** All that is written in it, without white space: runs of one line may stand apart. */
export async function textOfPdf(pdf: Uint8Array): Promise<string> {
  const document = await getDocument({ data: new Uint8Array(pdf), verbosity: 0 }).promise;
  const pages = await Promise.all(
    Array.from(
      { length: document.numPages },
      async (_, index) => (await (await document.getPage(index + 1)).getTextContent()).items,
    ),
  );
  return pages
    .flat()
    .map((item) => ('str' in item ? item.str : ''))
    .join('')
    .replaceAll(/\s/g, '');
}

/** @param picture SVG or PNG */
export async function codesOnPicture(picture: Buffer): Promise<string[]> {
  const image = await loadImage(picture);
  image.width *= SCALE;
  image.height *= SCALE;
  const canvas = createCanvas(image.width, image.height);
  canvas.getContext('2d').drawImage(image, 0, 0, image.width, image.height);
  return codesOn(canvas);
}

async function codesOn(canvas: Canvas): Promise<string[]> {
  const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const found = await readBarcodes({ data, width, height, colorSpace: 'srgb' } as ImageData, {
    formats: ['QRCode'],
    tryHarder: true,
    maxNumberOfSymbols: MAX_CODES,
  });
  return found.map(({ text }) => text);
}
