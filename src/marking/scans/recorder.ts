/**
 * Scans as they come in, kept in memory for less than a second and written many at a time, so that nobody who scans waits for it.
 * Of whoever scans nothing is kept but a coarse place that was told.
 */
import type { Assessment } from '../../../models/scans/score.ts';
import type { Scan } from '../../../models/scans/signs.ts';
import type { Database } from '../../db/client.ts';
import { writeProbes, writeScans } from './store.ts';

export interface Observed {
  lot_id: string;
  lot_number: number;
  serial: Buffer;
  scan: Scan;
  assessment: Assessment;
}

export interface Recorder {
  scanned(observed: Observed): void;
  /** A forged mark named a lot. */
  probed(lot_number: number, at: Date): void;
  /** Scans of a mark that are not written yet, or just were. */
  unwritten(lot_number: number, serial: Buffer): Scan[];
  /** Writes what is there. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Where it is said that scans were held up or lost. */
export interface Log {
  error(about: object, text: string): void;
}

const FLUSH_EVERY_ms = 250;
/** More are not kept while the database is away: verifying goes on. */
const MAX_PENDING = 50_000;
const MAX_PROBED_LOTS = 1_000;

type ByMark = Map<string, Observed[]>;

function keyOf(lot_number: number, serial: Buffer): string {
  return lot_number + serial.toString('latin1');
}

export function startRecorder(database: Database, log: Log): Recorder {
  let pending: ByMark = new Map();
  let writing: ByMark = new Map();
  let count = 0;
  let probes = new Map<number, { probes: number; at: Date }>();
  let under_way: Promise<void> = Promise.resolve();
  let lost = 0;
  const flush = () => {
    under_way = under_way.then(write);
    return under_way;
  };
  const add = (observed: Observed) => {
    if (count >= MAX_PENDING) return void lost++;
    const key = keyOf(observed.lot_number, observed.serial);
    const known = pending.get(key);
    if (known) known.push(observed);
    else pending.set(key, [observed]);
    count++;
  };
  const write = async () => {
    const probed = [...probes].map(([lot_number, told]) => ({ lot_number, ...told }));
    [writing, pending, probes, count] = [pending, new Map(), new Map(), 0];
    try {
      if (writing.size > 0) await writeScans(database, [...writing.values()].flat());
      if (probed.length > 0) await writeProbes(database, probed);
      if (lost > 0) log.error({ lost }, 'scans were not recorded: the database was away');
      lost = 0;
    } catch (error) {
      log.error({ error }, 'scans are held up; trying again');
      for (const observed of [...writing.values()].flat()) add(observed);
    }
    writing = new Map();
  };
  const timer = setInterval(() => {
    if (count > 0 || probes.size > 0) void flush();
  }, FLUSH_EVERY_ms).unref();
  return {
    scanned: add,
    probed(lot_number, at) {
      const known = probes.get(lot_number);
      if (known) known.probes++;
      else if (probes.size < MAX_PROBED_LOTS) probes.set(lot_number, { probes: 1, at });
    },
    unwritten(lot_number, serial) {
      const key = keyOf(lot_number, serial);
      return [...(writing.get(key) ?? []), ...(pending.get(key) ?? [])].map(({ scan }) => scan);
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
