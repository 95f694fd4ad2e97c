/** The steps of a valuation: numbers, record and use, indicative range, and the request to a bank. */
import type { ComponentChildren } from 'preact';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import { ROYALTY_PRIORS } from '../../../models/value/formulas/royalty-prior.ts';
import type { Problem } from '../../errors.ts';
import { type Faults, Refusal, SendForm, TextField } from '../parts/forms.tsx';
import { Choice, Facts, Section, Table } from '../parts/parts.tsx';
import { industryText } from '../parts/terms.ts';
import { useView } from '../view.ts';
import type { Line, Range } from './read.ts';

export const STEPS = ['numbers', 'record', 'range', 'request'] as const;
type Step = (typeof STEPS)[number];

function Steps({ at, children }: { at: Step; children: ComponentChildren }) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <h1>{words.say('valuation.title')}</h1>
      </div>
      <ol class="steps">
        {STEPS.map((step) => (
          <li key={step} aria-current={step === at ? 'step' : undefined}>
            {words.say(`valuation.step_${step}`)}
          </li>
        ))}
      </ol>
      {children}
    </>
  );
}

export function NumbersPage({ numbers, faults }: { numbers: string; faults: Faults }) {
  const { words } = useView();
  return (
    <Steps at="numbers">
      <Section title={words.say('valuation.step_numbers')} note={words.say('valuation.numbers_note')}>
        <SendForm action="/valuation/record" send={words.say('valuation.next')}>
          <div class="field wide-field">
            <label for="numbers">{words.say('valuation.numbers')}</label>
            <textarea
              id="numbers"
              name="numbers"
              rows={5}
              aria-invalid={faults.numbers ? true : undefined}
              aria-describedby={faults.numbers && 'numbers-fault'}
            >
              {numbers}
            </textarea>
            {faults.numbers && (
              <p class="fault" id="numbers-fault">
                {faults.numbers}
              </p>
            )}
          </div>
        </SendForm>
      </Section>
    </Steps>
  );
}

interface LinesProps {
  numbers: string;
  lines: readonly Line[];
  faults: Faults;
}

export function RecordPage({ numbers, lines, faults }: LinesProps) {
  const { words } = useView();
  return (
    <Steps at="record">
      <Section title={words.say('valuation.step_record')} note={words.say('valuation.record_note')}>
        <SendForm action="/valuation/range" send={words.say('valuation.to_range')} told={{ numbers }}>
          {lines.map((line, index) => (
            <Patent key={line.typed} {...{ line, index, faults }} />
          ))}
        </SendForm>
      </Section>
    </Steps>
  );
}

function Patent({ line, index, faults }: { line: Line; index: number; faults: Faults }) {
  const { words } = useView();
  const { found, known, use, typed } = line;
  if (!found || !known) return null;
  const { facts, expires_on } = known;
  return (
    <fieldset class="record">
      <legend>{found.title ?? typed}</legend>
      <Facts
        facts={[
          {
            label: words.say('patent.number'),
            value: (
              <a href={`/patents/${found.patent_id}`}>{`${found.office} ${found.application_number}`}</a>
            ),
          },
          { label: words.say('patent.state'), value: words.say(`legal.${facts.legal_state}`) },
          { label: words.say('patent.filed'), value: words.day(facts.filed_on) },
          {
            label: words.say('patent.expires'),
            value: expires_on ? words.day(expires_on) : words.say('term.unknown'),
          },
        ]}
      />
      {found.owners.length > 0 && <p class="muted">{found.owners.join(words.say('term.between'))}</p>}
      <div class="pair">
        <TextField
          name={`revenue_${index}`}
          label={words.say('valuation.revenue', { currency: VALUATION_CURRENCY })}
          hint={words.say('valuation.revenue_hint')}
          fault={faults[`revenue_${index}`]}
          input={{ value: use.revenue, inputMode: 'decimal' }}
        />
        <TextField
          name={`cost_${index}`}
          label={words.say('valuation.cost', { currency: VALUATION_CURRENCY })}
          hint={words.say('valuation.cost_hint')}
          fault={faults[`cost_${index}`]}
          input={{ value: use.cost, inputMode: 'decimal' }}
        />
        <Choice
          name={`industry_${index}`}
          label={words.say('valuation.industry')}
          chosen={use.industry}
          options={[
            { value: '', text: words.say('industry.none') },
            ...Object.keys(ROYALTY_PRIORS).map((value) => ({ value, text: industryText(value, words) })),
          ]}
        />
      </div>
    </fieldset>
  );
}

interface RangeProps extends LinesProps {
  ranges: readonly Range[];
  /** Banks that the firm has dealt with. */
  banks: readonly { id: string; name: string }[];
  typed: Readonly<Record<string, string>>;
  /** What the service refused. */
  problem: Problem | null;
}

export function RangePage({ numbers, lines, ranges, banks, typed, faults, problem }: RangeProps) {
  const { words } = useView();
  const money = (minor: number | null) =>
    minor === null ? words.say('term.unknown') : words.briefMoney(minor, VALUATION_CURRENCY);
  const sum = (of: 'low_minor' | 'mid_minor' | 'high_minor') => sumKnown(ranges.map((each) => each[of]));
  const uses = usesTold(lines);
  return (
    <Steps at="range">
      <Facts
        facts={[
          { label: words.say('valuation.mid'), value: money(sum('mid_minor')) },
          { label: words.say('valuation.low'), value: money(sum('low_minor')) },
          { label: words.say('valuation.high'), value: money(sum('high_minor')) },
        ]}
      />
      <Section title={words.say('valuation.step_range')} note={words.say('valuation.range_note')}>
        <Table<Range>
          caption={words.say('valuation.step_range')}
          empty={words.say('term.none')}
          rows={ranges}
          keyOf={({ patent_id }) => patent_id}
          columns={[
            {
              head: words.say('patent.patent'),
              cell: ({ patent_id }) => {
                const found = lines.find((line) => line.found?.patent_id === patent_id)!.found!;
                return <a href={`/patents/${patent_id}`}>{found.title ?? found.application_number}</a>;
              },
            },
            { head: words.say('valuation.low'), kind: 'number', cell: ({ low_minor }) => money(low_minor) },
            { head: words.say('valuation.mid'), kind: 'number', cell: ({ mid_minor }) => money(mid_minor) },
            {
              head: words.say('valuation.high'),
              kind: 'number',
              cell: ({ high_minor }) => money(high_minor),
            },
            {
              head: words.say('valuation.why'),
              cell: (range) => <Why {...range} />,
            },
          ]}
        />
        <SendForm
          small
          action="/valuation/record"
          told={{ numbers, ...uses }}
          send={words.say('valuation.change')}
        />
      </Section>
      <Section title={words.say('valuation.step_request')} note={words.say('valuation.request_note')}>
        <SendForm
          action="/valuation/request"
          told={{ numbers, ...uses }}
          send={words.say('valuation.send_request')}
        >
          <TextField
            name="bank_id"
            label={words.say('valuation.bank')}
            hint={banks.map(({ id, name }) => `${name}: ${id}`).join(words.say('term.between'))}
            fault={faults.bank_id}
            input={{ value: typed.bank_id ?? banks[0]?.id, list: 'banks', autocomplete: 'off' }}
          />
          <datalist id="banks">
            {banks.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </datalist>
          <TextField
            name="principal"
            label={words.say('valuation.principal', { currency: VALUATION_CURRENCY })}
            fault={faults.principal}
            input={{ value: typed.principal, inputMode: 'decimal' }}
          />
          <TextField
            name="matures_on"
            label={words.say('valuation.matures')}
            fault={faults.matures_on}
            input={{ type: 'date', value: typed.matures_on }}
          />
          <Refusal problem={problem} />
        </SendForm>
      </Section>
    </Steps>
  );
}

function Why({ status, failure }: Range) {
  const { words } = useView();
  if (failure === null) return <span>{words.say(`valuation.status_${status}`)}</span>;
  const key = `failure.${failure.code}`;
  return words.has(key) ? <span>{words.say(key)}</span> : <span lang="en">{failure.message}</span>;
}

/** Null where one is not known. */
function sumKnown(amounts: readonly (number | null)[]): number | null {
  const known = amounts.filter((amount) => amount !== null);
  return known.length < amounts.length ? null : known.reduce((sum, amount) => sum + amount, 0);
}

function usesTold(lines: readonly Line[]): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap(({ use }, index) => [
      [`revenue_${index}`, use.revenue],
      [`cost_${index}`, use.cost],
      [`industry_${index}`, use.industry],
    ]),
  );
}
