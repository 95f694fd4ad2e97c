/** What a report is made of, whoever renders it. Data alone: equal reports give equal pages and equal bytes. */
import type { Language } from '../pages/language/catalogue.ts';

export interface Report {
  title: string;
  /** Which patent, valued when. */
  subject: string;
  /** At the foot of each page, with its place among them. */
  foot: (page: number, pages: number) => string;
  language: Language;
  /** When the patent was valued, ISO 8601, UTC: the only time that a report knows. */
  made_at: string;
  headline: readonly HeadlineFigure[];
  sections: readonly ReportSection[];
}

export interface HeadlineFigure {
  label: string;
  value: string;
  note: string;
}

export interface ReportSection {
  title: string;
  blocks: readonly Block[];
}

export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'facts'; caption: string; rows: readonly Row[] }
  | {
      kind: 'table';
      caption: string;
      columns: readonly ReportColumn[];
      rows: readonly Row[];
    }
  | { kind: 'drawing'; drawing: Drawing };

export interface ReportColumn {
  head: string;
  /** Part of the width. */
  share: number;
  /** Numbers stand at the end. */
  number?: true;
  /** What the models say in English, in any language. */
  english?: true;
}

export type Row = readonly string[];

/** What is drawn, in points from the upper left; the text of a path is SVG's. */
export interface Drawing {
  title: string;
  width: number;
  height: number;
  paths: readonly { d: string; mark: Mark }[];
  texts: readonly { x: number; y: number; text: string; anchor: 'start' | 'middle' | 'end' }[];
}

export type Mark = 'grid' | 'base' | 'band' | 'value' | 'up' | 'down';
