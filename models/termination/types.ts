/** Shapes of the five-year termination model: what is known of a patent on the day of its grant, and what came. */
import type { CalendarDate, RightType } from '../types.ts';

/** Known on the day of grant; null is not told. */
export interface GrantFacts {
  /** The office's number, with its check digit. */
  application_number: string;
  right_type: RightType;
  filed_on: CalendarDate;
  granted_on: CalendarDate;
  claims: number | null;
  /** IPC symbols in the order of the document, the main one first. */
  ipc: readonly string[];
  applicants: number | null;
  company: boolean | null;
  university: boolean | null;
  individual: boolean | null;
  domestic: boolean | null;
  agency: boolean | null;
  /** Chinese province in two digits, else the country. */
  region: string | null;
}

/** A granted patent with the day of its termination notice, null when none came while it was followed. */
export interface GrantHistory {
  facts: GrantFacts;
  notice_on: CalendarDate | null;
}

/** A patent to learn from or to be measured on. */
export interface Example extends GrantHistory {
  /** 1 when the notice came within the five years. */
  outcome: 0 | 1;
  /** From grant to the last day on which a notice would have been seen. */
  followed_days: number;
}
