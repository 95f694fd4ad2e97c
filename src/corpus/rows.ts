/** One row of facts into one row of value: bytes in, bytes out. No I/O. */
import { toMinor } from '../../models/money.ts';
import type { CalendarDate, ChallengeEvent, LegalState, RightType, ValuedFacts } from '../../models/types.ts';
import { VALUATION_CURRENCY } from '../../models/valuation.ts';
import type { ValuationTables } from '../../models/value/tables.ts';
import { type Worth, worthOf } from '../../models/value-at.ts';
import { BinaryRows, type BinaryWriter, KnownTexts } from '../db/binary-copy.ts';
import { isPoint, keptFrom, type Point } from './history.ts';

/** Of corpus_patent, in the order of reading. */
export const FACT_COLUMNS = [
  ...['patent_id', 'number', 'source', 'office', 'right_type', 'legal_state', 'filed_on', 'granted_on'],
  ...['claims', 'ipc_symbols', 'individual_applicant', 'domestic_applicant', 'agency', 'technology_field'],
  'challenges',
];
/** What is read besides: the last point of the series, null of a patent that is new, and whether it is followed. */
const BESIDES = 3;

/** Of corpus_value, in the order of writing. */
export const VALUE_COLUMNS = [
  ...['patent_id', 'number', 'as_of', 'status', 'currency', 'low_minor', 'mid_minor', 'high_minor'],
  ...['collateral_minor', 'changes_on', 'recorded_on', 'recorded_mid_minor'],
];

/** Of corpus_value_history. */
export const HISTORY_COLUMNS = ['patent_id', 'as_of', 'mid_minor'];

const CURRENCY = Buffer.from(VALUATION_CURRENCY);
const STATUS: Readonly<Record<Worth['status'], Buffer>> = {
  valued: Buffer.from('valued'),
  worthless: Buffer.from('worthless'),
  unknown: Buffer.from('unknown'),
};

/** Whether the register of each source is silent for too long, so that its last word counts for nothing. */
export type Registers = Readonly<Record<string, boolean>>;

export interface ValuedRows {
  values: BinaryWriter;
  history: BinaryWriter;
  valued: number;
}

/** What is kept between the rows of many chunks. */
export class RowValuer {
  readonly #tables: ValuationTables;
  readonly #registers: Registers;
  readonly #texts = FACT_COLUMNS.map(() => new KnownTexts());
  readonly #challenges: ChallengeEvent[][] = [];
  readonly #kept_from: CalendarDate;

  constructor(tables: ValuationTables, registers: Registers) {
    this.#tables = tables;
    this.#registers = registers;
    this.#kept_from = keptFrom(tables.setting.as_of);
  }

  /** @returns takes the pieces of COPY (select FACT_COLUMNS, recorded_on, recorded_mid_minor, followed) in binary format */
  into(out: ValuedRows): (piece: Buffer) => void {
    const rows = new BinaryRows(FACT_COLUMNS.length + BESIDES);
    return (piece) => {
      rows.take(piece);
      while (rows.next()) this.#value(rows, out);
    };
  }

  #facts(rows: BinaryRows): ValuedFacts {
    const texts = this.#texts;
    const source = rows.text(texts[0]!);
    return {
      office: rows.text(texts[1]!),
      right_type: rows.text(texts[2]!) as RightType,
      legal_state: rows.text(texts[3]!) as LegalState,
      filed_on: rows.date()!,
      granted_on: rows.date(),
      claims: rows.int32(),
      ipc: { length: rows.int16()! },
      individual_applicant: rows.boolean(),
      domestic_applicant: rows.boolean(),
      agency: rows.boolean(),
      technology_field: rows.int16(),
      challenges: this.#challengesOf(rows.int16()!),
      // What a firm proved of its fees is between the parties of its pledge.
      paid_through: null,
      register_seen_on: null,
      ...(this.#registers[source] === true && { register_late: true as const }),
    };
  }

  #challengesOf(count: number): ChallengeEvent[] {
    this.#challenges[count] ??= Array<ChallengeEvent>(count).fill('challenge_filed');
    return this.#challenges[count];
  }

  #value(rows: BinaryRows, out: ValuedRows): void {
    const { values, history } = out;
    const { as_of } = this.#tables.setting;
    values.row(VALUE_COLUMNS.length);
    // Its patent and number.
    rows.copyTo(values);
    rows.copyTo(values);
    const { status, weighted, collateral, changes_on } = worthOf(this.#facts(rows), this.#tables);
    const past = this.#pastPoint(rows);
    const mid_minor = weighted && toMinor(weighted.p50, VALUATION_CURRENCY);
    const now: Point = { as_of, mid_minor };
    const followed = rows.boolean()!;
    const moved = past !== null && isPoint(past, now, followed);
    const recorded = past === null || moved ? now : past;
    values.date(as_of);
    values.raw(STATUS[status]);
    values.raw(CURRENCY);
    values.int64(weighted && toMinor(weighted.p10, VALUATION_CURRENCY));
    values.int64(mid_minor);
    values.int64(weighted && toMinor(weighted.p90, VALUATION_CURRENCY));
    values.int64(collateral === null ? null : toMinor(collateral, VALUATION_CURRENCY));
    values.date(changes_on);
    values.date(recorded.as_of);
    values.int64(recorded.mid_minor);
    if (status === 'valued') out.valued++;
    if (!moved || past.as_of < this.#kept_from) return;
    history.row(HISTORY_COLUMNS.length);
    rows.copyFirstTo(history);
    history.date(past.as_of);
    history.int64(past.mid_minor);
  }

  /** The last point of the series, if it is of an earlier day. */
  #pastPoint(rows: BinaryRows): Point | null {
    const as_of = rows.date();
    const mid_minor = rows.int64();
    return as_of !== null && as_of < this.#tables.setting.as_of ? { as_of, mid_minor } : null;
  }
}
