/** A chart as PNG, two pixels for each of its own, its texts in the faces of the reports. */
import { createCanvas, GlobalFonts, Path2D, type SKRSContext2D } from '@napi-rs/canvas';
import { type Faces, facesFor } from '../../../reports/pdf/faces.ts';
import { type Drawn, type PathShape, type TextShape, textsIn } from './shapes.ts';

const SCALE = 2;
const GROUND = '#ffffff';

export async function chartPng(drawn: Drawn): Promise<Buffer> {
  const faces = await facesFor(textsIn(drawn));
  for (const { name, bytes } of faces.faces) if (!GlobalFonts.has(name)) GlobalFonts.register(bytes, name);
  const canvas = createCanvas(drawn.width * SCALE, drawn.height * SCALE);
  const context = canvas.getContext('2d');
  context.scale(SCALE, SCALE);
  context.fillStyle = GROUND;
  context.fillRect(0, 0, drawn.width, drawn.height);
  for (const shape of drawn.shapes)
    if (shape.kind === 'path') drawPath(context, shape);
    else drawText(context, shape, faces);
  return canvas.encode('png');
}

function drawPath(context: SKRSContext2D, { d, x, y, fill, stroke }: PathShape): void {
  const path = new Path2D(d);
  context.save();
  context.translate(x, y);
  if (fill) {
    context.fillStyle = fill;
    context.fill(path);
  }
  if (stroke) {
    context.strokeStyle = stroke.colour;
    context.lineWidth = stroke.width;
    context.globalAlpha = stroke.opacity;
    context.setLineDash(stroke.dash);
    context.stroke(path);
  }
  context.restore();
}

function drawText(context: SKRSContext2D, shape: TextShape, faces: Faces): void {
  const { text, x, y, anchor, size, weight, colour } = shape;
  const runs = faces.runsOf(text, weight).map((run) => {
    const font = `${size}px "${run.face}"`;
    context.font = font;
    return { font, text: run.text, width: context.measureText(run.text).width };
  });
  const whole = runs.reduce((sum, { width }) => sum + width, 0);
  let at = x - { start: 0, middle: 0.5, end: 1 }[anchor] * whole;
  context.fillStyle = colour;
  for (const run of runs) {
    context.font = run.font;
    context.fillText(run.text, at, y);
    at += run.width;
  }
}
