/** One row of facts into one row of value: bytes in, bytes out. No I/O. */
import { toMinor } from '../../models/money.ts';
import type { CalendarDate, ChallengeEvent, LegalState, RightType, ValuedFacts } from '../../models/types.ts';
import { VALUATION_CURRENCY } from '../../models/valuation.ts';
import type { ValuationTables } from '../../models/value/tables.ts';
import { type Worth, worthOf } from '../../models/value-at.ts';
import { BinaryRows, BinaryWriter, KnownTexts } from '../db/binary-copy.ts';
import { Answer } from '../db/copy.ts';
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

const PIECE_BYTES = 65_536;
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
  /** Where the rows to value are read into. */
  readonly answer = new Answer();
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

  /** @param answer of COPY (select FACT_COLUMNS, recorded_on, recorded_mid_minor, followed) in binary format */
  valueAll(answer: Buffer): ValuedRows {
    const rows = new BinaryRows(answer, FACT_COLUMNS.length + BESIDES);
    const out: ValuedRows = {
      values: new BinaryWriter(PIECE_BYTES),
      history: new BinaryWriter(PIECE_BYTES),
      valued: 0,
    };
    while (rows.next()) {
      const patent_id = rows.raw();
      const number = rows.raw();
      const facts = this.#facts(rows);
      const as_of = rows.date();
      const mid_minor = rows.int64();
      const last: Point | null = as_of === null ? null : { as_of, mid_minor };
      this.#write(out, patent_id, number, worthOf(facts, this.#tables), last, rows.boolean()!);
    }
    return out;
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

  #write(
    out: ValuedRows,
    patent_id: Buffer,
    number: Buffer,
    { status, weighted, collateral, changes_on }: Worth,
    last: Point | null,
    followed: boolean,
  ): void {
    const { as_of } = this.#tables.setting;
    const mid_minor = weighted && toMinor(weighted.p50, VALUATION_CURRENCY);
    const now: Point = { as_of, mid_minor };
    const past = last !== null && last.as_of < as_of ? last : null;
    const moved = past !== null && isPoint(past, now, followed);
    const recorded = past === null || moved ? now : past;
    const { values, history } = out;
    values.row(VALUE_COLUMNS.length);
    values.raw(patent_id);
    values.raw(number);
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
    history.raw(patent_id);
    history.date(past.as_of);
    history.int64(past.mid_minor);
  }
}
