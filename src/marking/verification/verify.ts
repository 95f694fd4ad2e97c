/**
 * Whether a mark is genuine. Whatever is not signed by us gets one answer, with nothing of it looked up: forged, truncated,
 * over-long and made-up marks cannot be told apart by asking.
 */
import type { KeyObject } from 'node:crypto';
import { PLACE, type Place } from '../../../models/scans/places.ts';
import { assess, type Level } from '../../../models/scans/score.ts';
import type { Scan } from '../../../models/scans/signs.ts';
import { dateOf } from '../../clock.ts';
import { Problem } from '../../errors.ts';
import type { Service } from '../../service.ts';
import { isSigned, readMark, type SignedMark } from '../marks/codec.ts';
import { markKeys, publicKeyOf } from '../marks/keys.ts';
import { restate } from '../products/statement.ts';
import { type Log, type Recorder, startRecorder } from '../scans/recorder.ts';
import { type MarkState, markStates } from './states.ts';

export const RESULTS = ['genuine', 'suspicious', 'revoked', 'unknown'] as const;
export type Result = (typeof RESULTS)[number];

export type Verdict =
  | { result: 'unknown' }
  | { result: Exclude<Result, 'unknown'>; mark: SignedMark; state: MarkState; level: Level };

export interface Verifier {
  /** @param place where it was scanned, as far as that was told; a scan is recorded unless `silently` */
  verify(text: string, place: Place | null, silently?: boolean): Promise<Verdict>;
  recorder: Recorder;
}

const UNKNOWN: Verdict = { result: 'unknown' };
/** How often a number of a key that is not known makes us look for new keys. */
const KEYS_EVERY_ms = 1_000;
const SAME_SCAN_ms = 60_000;
const MAX_RESTATED = 100_000;

const made = new WeakMap<Service, Verifier>();

/** The one of the process: pages and endpoints share it. */
export function verifierOf(service: Service, log: Log): Verifier {
  const known = made.get(service);
  if (known) return known;
  const verifier = makeVerifier(service, startRecorder(service.system, log));
  made.set(service, verifier);
  return verifier;
}

function makeVerifier(service: Service, recorder: Recorder): Verifier {
  const { system, clock } = service;
  const keyOf = publicKeys(service);
  const stateOf = markStates(system.sql);
  const restated = new Map<string, string>();
  /** Terms run out without news: on a day's first scan of a product its statement is made anew. */
  const isRestated = async (product_id: string, now: Date): Promise<boolean> => {
    const today = dateOf(now);
    if (restated.get(product_id) === today) return false;
    if (restated.size >= MAX_RESTATED) restated.clear();
    restated.set(product_id, today);
    return (await system.transaction((tx) => restate(tx, [product_id], now))) > 0;
  };
  const lookUp = async ({ lot_number, serial }: SignedMark, now: Date) => {
    const state = await stateOf(lot_number, serial);
    return state && (await isRestated(state.product_id, now)) ? stateOf(lot_number, serial) : state;
  };
  return {
    recorder,
    async verify(text, place, silently = false) {
      const mark = readMark(text);
      const key = mark && (await keyOf(mark.key_number));
      if (!mark || !key) return UNKNOWN;
      const now = clock.now();
      if (!(await isSigned(mark, key))) {
        recorder.probed(mark.lot_number, now);
        return UNKNOWN;
      }
      // Before what is written is read: what is written meanwhile counts once or twice, which is the same visit, and never not at all.
      const unwritten = recorder.unwritten(mark.lot_number, mark.serial);
      const state = await lookUp(mark, now);
      if (!state) return UNKNOWN;
      const { lot_id, shipped_ms, territory } = state;
      const scan = { at_ms: now.getTime(), place };
      const history = [...state.scans, ...unwritten];
      const assessment = assess([...history, ...(silently ? [] : [scan])], { shipped_ms, territory });
      if (!silently && !isAgain(history, scan))
        recorder.scanned({ lot_id, lot_number: mark.lot_number, serial: mark.serial, scan, assessment });
      const level = state.alarmed ? 'alarmed' : assessment.level;
      const result = state.revoked ? 'revoked' : level === 'quiet' ? 'genuine' : 'suspicious';
      return { result, mark, state, level };
    },
  };
}

/** Who loads the page again tells nothing new, and fills no table. */
function isAgain(history: readonly Scan[], { at_ms, place }: Scan): boolean {
  return history.some((before) => before.place === place && at_ms - before.at_ms < SAME_SCAN_ms);
}

/** Keys by number; those that other processes made since are looked for seldom, whatever is asked. */
function publicKeys({ system }: Service): (number: number) => Promise<KeyObject | null> {
  let keys = new Map<number, KeyObject>();
  let looked_ms = -Infinity;
  let looking: Promise<void> | null = null;
  const look = async () => {
    keys = new Map((await markKeys(system.sql)).map((key) => [key.number, publicKeyOf(key)]));
    looked_ms = performance.now();
  };
  return async (number) => {
    if (!keys.has(number) && performance.now() - looked_ms > KEYS_EVERY_ms) {
      looking ??= look().finally(() => {
        looking = null;
      });
      await looking;
    }
    return keys.get(number) ?? null;
  };
}

/**
 * Where a scan was made: what the proxy in front says of its client, else what whoever scans tells of its own accord.
 * @throws Problem `bad_request` for what is no place
 */
export function placeOf(header: string | string[] | undefined, told: string | undefined): Place | null {
  if (typeof header === 'string' && PLACE.test(header)) return header;
  if (told === undefined || told === '') return null;
  if (!PLACE.test(told))
    throw new Problem(
      'bad_request',
      'A place is a country or region by ISO 3166, such as CN or CN-GD; mend it or leave it out.',
    );
  return told;
}
