/**
 * Rules about the borrower and its disputes: firm, bank or staff record the facts, since no patent office knows them.
 * Source: overdue more than 1, 30 and 90 days as yellow, red and enforcement in bank practice; the other kinds are of
 * the same catalogue, where revenue is that of the covered products: all of the borrower's stands for it.
 */
import { daysBetween } from '../calendar.ts';
import type { PledgeRisk, ReportKind } from './facts.ts';
import {
  type Finding,
  ofPledge,
  type Parameter,
  parameter,
  type Rule,
  raised,
  type Severity,
  unknown,
} from './rule.ts';

interface Reported {
  id: string;
  kind: ReportKind;
  severity: Severity;
  event_type: string;
  title: string;
  /** Raised above it. */
  over: Parameter;
}

function reportedFindings({ reports, as_of }: PledgeRisk, kind: ReportKind, over: number): Finding[] {
  const report = reports[kind];
  if (report === undefined) return [ofPledge(unknown())];
  const { effective_on } = report;
  // What is overdue is so by its days.
  const amount = kind === 'overdue' ? report.amount * daysBetween(effective_on, as_of) : report.amount;
  return amount > over ? [ofPledge(raised({ amount, over, effective_on }))] : [];
}

/** Of what is so or not so. */
const SO = parameter('days', 0, 0, 0);

const REPORTED: readonly Reported[] = [
  {
    id: 'loan_overdue',
    kind: 'overdue',
    severity: 'warning',
    event_type: 'pledge.loan.overdue',
    title: 'The loan is overdue',
    over: parameter('days', 1, 0, 3650),
  },
  {
    id: 'loan_overdue_long',
    kind: 'overdue',
    severity: 'critical',
    event_type: 'pledge.loan.overdue_long',
    title: 'The loan is overdue by more than 30 days',
    over: parameter('days', 30, 0, 3650),
  },
  {
    id: 'loan_enforceable',
    kind: 'overdue',
    severity: 'critical',
    event_type: 'pledge.loan.enforceable',
    title: 'The loan is overdue by more than 90 days: time to enforce',
    over: parameter('days', 90, 0, 3650),
  },
  {
    id: 'rating_lowered',
    kind: 'rating_notches_down',
    severity: 'warning',
    event_type: 'pledge.borrower.downgraded',
    title: 'The borrower’s rating was lowered',
    over: parameter('notches', 0, 0, 20),
  },
  {
    id: 'tax_arrears',
    kind: 'tax_arrears',
    severity: 'critical',
    event_type: 'pledge.borrower.tax_arrears',
    title: 'The borrower owes taxes, which may come before a later security',
    over: SO,
  },
  {
    id: 'borrower_deregistered',
    kind: 'deregistered',
    severity: 'critical',
    event_type: 'pledge.borrower.deregistered',
    title: 'The borrower was struck off or listed for abnormal business',
    over: SO,
  },
  {
    id: 'key_inventor_left',
    kind: 'key_inventor_left',
    severity: 'warning',
    event_type: 'pledge.borrower.inventor_left',
    title: 'A key inventor left the borrower',
    over: SO,
  },
  {
    id: 'revenue_fell',
    kind: 'revenue_fall_bp',
    severity: 'warning',
    event_type: 'pledge.borrower.revenue_fell',
    title: 'The borrower’s revenue fell against the same period a year before',
    over: parameter('basis points', 3000, 0, 10_000),
  },
  {
    id: 'litigation',
    kind: 'litigation',
    severity: 'critical',
    event_type: 'patent.litigation.opened',
    title: 'The ownership of a pledged patent is disputed in court',
    over: SO,
  },
];

export const BORROWER_RULES: readonly Rule[] = REPORTED.map(({ kind, over, ...told }) => ({
  ...told,
  version: 1,
  group: 'borrower',
  requires: [`report of ${kind}`],
  essential: false,
  parameters: over === SO ? {} : { over },
  evaluate: (facts, parameters) => reportedFindings(facts, kind, parameters.over ?? 0),
}));
