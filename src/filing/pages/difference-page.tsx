/** What changed from one version to another. */

import { Section } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { LineChange, PartDifference } from '../drafts/difference.ts';
import type { Draft } from '../drafts/store.ts';

/** Lines that stay the same are shown so far around a change. */
const AROUND_LINES = 2;

interface Props {
  draft: Draft;
  from: number;
  to: number;
  parts: readonly PartDifference[];
}

export function DifferencePage({ draft, from, to, parts }: Props) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/filing">{words.say('nav.filing')}</a>
          <a href={`/filing/drafts/${draft.id}`}>{draft.reference}</a>
        </p>
        <h1>{words.say('filing.difference_of', { from, to })}</h1>
      </div>
      <DifferenceView parts={parts} />
    </>
  );
}

export function DifferenceView({ parts }: { parts: readonly PartDifference[] }) {
  const { words } = useView();
  if (parts.length === 0) return <p class="empty">{words.say('filing.no_difference')}</p>;
  return (
    <>
      {parts.map(({ part, lines }) => (
        <Section key={part} title={words.say(`part.${part}`)}>
          <div class="difference">
            {near(lines).map(({ place, change }) => (
              <Line key={place} change={change} />
            ))}
          </div>
        </Section>
      ))}
    </>
  );
}

function Line({ change: { kind, text } }: { change: LineChange }) {
  const { words } = useView();
  if (kind === 'same') return <p>{text}</p>;
  const Mark = kind === 'in' ? 'ins' : 'del';
  return (
    <p>
      <span class="unseen">{words.say(`filing.line_${kind}`)}</span>
      <Mark>{text}</Mark>
    </p>
  );
}

function near(lines: readonly LineChange[]) {
  const changed = lines.flatMap(({ kind }, place) => (kind === 'same' ? [] : [place]));
  const shown = new Set(
    changed.flatMap((place) =>
      Array.from({ length: 2 * AROUND_LINES + 1 }, (_, step) => place - AROUND_LINES + step),
    ),
  );
  return lines.flatMap((change, place) => (shown.has(place) ? [{ place, change }] : []));
}
