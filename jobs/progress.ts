/** A bar on standard error while long work runs: redrawn on a terminal, a line now and then elsewhere. */
const WIDTH = 40;
/** Lines written where there is no terminal to redraw on. */
const STEPS = 10;

export function progressBar(label: string, stream: NodeJS.WriteStream = process.stderr) {
  const started_ms = performance.now();
  let shown = -1;
  return (what: string, done: number): void => {
    const elapsed_s = (performance.now() - started_ms) / 1000;
    const left_s = Math.round((elapsed_s / done) * (1 - done));
    const filled = Math.round(done * WIDTH);
    const line = `${label} [${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${what}, ${left_s} s left`;
    const step = Math.floor(done * STEPS);
    if (stream.isTTY) stream.write(`\r${line}\u001b[K${done >= 1 ? '\n' : ''}`);
    else if (step > shown) stream.write(`${line}\n`);
    shown = step;
  };
}
