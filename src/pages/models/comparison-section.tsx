/** Champion against challenger in their last comparison: figures beside each other, and stated chances against what came. */
import type { CalibrationBin } from '../../../models/metrics/calibration-error.ts';
import type { ModelFigures } from '../../governance/comparison.ts';
import { reasonsOf } from '../../governance/service.ts';
import type { StoredComparison } from '../../governance/store.ts';
import { CalibrationPlot } from '../charts/distribution.tsx';
import { Figure, Section, Table } from '../parts/parts.tsx';
import { Said } from '../parts/said.tsx';
import { useView } from '../view.ts';

const WIDE = 460;
const FIGURES = ['score', 'auc', 'calibration_error', 'expected_lapses'] as const;
const DIGITS: Record<(typeof FIGURES)[number], number> = {
  score: 5,
  auc: 3,
  calibration_error: 4,
  expected_lapses: 1,
};

export function ComparisonSection({ comparisons }: { comparisons: readonly StoredComparison[] }) {
  const { words } = useView();
  const [last] = comparisons;
  return (
    <>
      <Section title={words.say('models.comparison')} note={words.say('models.comparison_note')}>
        {last ? <Beside last={last} /> : <p class="empty">{words.say('models.no_comparison')}</p>}
      </Section>
      {last?.result.champion.calibration && (
        <Section title={words.say('models.calibration')} note={words.say('models.calibration_note')}>
          <div class="quarters">
            <Calibration side="champion" figures={last.result.champion} />
            <Calibration side="challenger" figures={last.result.challenger} />
          </div>
        </Section>
      )}
    </>
  );
}

function Beside({ last }: { last: StoredComparison }) {
  const { words } = useView();
  const { result, promote } = last;
  const { champion, challenger, improvement } = result;
  const reasons = reasonsOf(last);
  return (
    <>
      <p>
        {words.say('models.asked', {
          patents: result.patents,
          lapses: result.lapses,
          left_out: result.left_out,
          asked_on: words.day(result.asked_on),
          followed_to: words.day(result.followed_to),
        })}
      </p>
      <Table<(typeof FIGURES)[number]>
        caption={words.say('models.comparison')}
        empty=""
        rows={FIGURES}
        keyOf={(name) => name}
        columns={[
          { head: words.say('models.figure'), cell: (name) => words.say(`model_figure.${name}`) },
          {
            head: `${words.say('model_role.champion')}: ${champion.specification}`,
            kind: 'number',
            cell: (name) => words.number(champion[name], DIGITS[name]),
          },
          {
            head: `${words.say('model_role.challenger')}: ${challenger.specification}`,
            kind: 'number',
            cell: (name) => words.number(challenger[name], DIGITS[name]),
          },
        ]}
      />
      <p>
        {words.say('models.improvement', {
          estimate: words.number(improvement.estimate, 5),
          low: words.number(improvement.low, 5),
          high: words.number(improvement.high, 5),
          confidence: words.percent(improvement.confidence * 10_000, 0),
        })}
      </p>
      <p class={promote ? 'success' : undefined}>
        <strong>{words.say(promote ? 'models.promotes' : 'models.keeps')}</strong>
      </p>
      {reasons.length > 0 && (
        <ul>
          {reasons.map((reason) => (
            <li key={typeof reason === 'string' ? reason : reason.code}>
              <Said of={reason} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Calibration({ side, figures }: { side: 'champion' | 'challenger'; figures: ModelFigures }) {
  const { words } = useView();
  const bins = figures.calibration ?? [];
  const title = words.say('models.calibration_of', { model: figures.specification });
  const percent = (share: number) => words.percent(share * 10_000);
  return (
    <div>
      <h3>{`${words.say(`model_role.${side}`)}: ${figures.specification}`}</h3>
      <Figure
        title={title}
        wide={WIDE}
        draw={(width) => <CalibrationPlot {...{ bins, words, width, title }} />}
        table={
          <Table<CalibrationBin>
            caption={title}
            empty=""
            rows={bins}
            keyOf={({ stated }) => String(stated)}
            columns={[
              { head: words.say('models.stated'), kind: 'number', cell: ({ stated }) => percent(stated) },
              {
                head: words.say('models.observed'),
                kind: 'number',
                cell: ({ observed }) => percent(observed),
              },
              { head: words.say('models.cases'), kind: 'number', cell: ({ cases }) => words.number(cases) },
            ]}
          />
        }
      />
    </div>
  );
}
