import { fileURLToPath } from 'node:url';

/** The bundled history, and the span in which it holds enough to watch. */
export const DEFAULT_REPLAY = {
  file: fileURLToPath(new URL('../data/cn_patents.csv', import.meta.url)),
  from: '2004-01-01',
  to: '2012-12-01',
  seed: 1,
};
