/** Evidence of a case as facts, and those that moved since a decision was proposed on them. */
import { amountOf, nameOf } from '../parts/evidence.ts';
import { type Column, Table } from '../parts/parts.tsx';
import { useView, type View } from '../view.ts';
import { type Fact, hasChanged, type Scalar } from './changes.ts';
import type { CaseShown } from './read.ts';

interface Props {
  shown: CaseShown;
}

export function MovedTable({ shown }: Props) {
  const { words } = useView();
  if (shown.moved === null) return <p class="muted">{words.say('case.not_frozen')}</p>;
  return (
    <Table<Fact>
      caption={words.say('case.moved')}
      empty={words.say('case.unmoved')}
      rows={shown.facts.filter(hasChanged)}
      keyOf={({ place }) => place.join(' ')}
      columns={[
        factColumn(shown, words),
        { head: words.say('case.then'), cell: ({ place, before }) => told(place, before, shown, words) },
        { head: words.say('case.now'), cell: ({ place, now }) => told(place, now, shown, words) },
      ]}
    />
  );
}

export function EvidenceTable({ shown }: Props) {
  const { words } = useView();
  const present = shown.facts.filter(({ now }) => now !== undefined);
  return (
    <details>
      <summary>{words.say('case.all_evidence', { count: present.length })}</summary>
      <Table<Fact>
        caption={words.say('case.evidence')}
        empty=""
        rows={present}
        keyOf={({ place }) => place.join(' ')}
        columns={[
          factColumn(shown, words),
          { head: words.say('case.now'), cell: ({ place, now }) => told(place, now, shown, words) },
        ]}
      />
    </details>
  );
}

function factColumn(shown: CaseShown, words: View['words']): Column<Fact> {
  return { head: words.say('case.fact'), cell: ({ place }) => placeOf(place, shown, words) };
}

/** Whose fact it is, and its name. */
function placeOf([of, ...rest]: readonly string[], { patents }: CaseShown, words: View['words']): string {
  if (of === 'other_flags') return words.say('case.of_others');
  if (of !== 'patents')
    return [words.say(of === 'flag' ? 'case.of_flag' : 'case.of_pledge'), ...rest.map(named)].join(' · ');
  const [id, ...names] = rest;
  const patent = patents.find(({ patent_id }) => patent_id === id);
  const number = patent ? `${patent.office} ${patent.application_number}` : id!;
  return [number, ...names.map(named)].join(' · ');

  function named(name: string): string {
    return nameOf(name, words);
  }
}

function told(
  place: readonly string[],
  value: Scalar | undefined,
  { pledge }: CaseShown,
  words: View['words'],
): string {
  if (value === undefined) return words.say('case.absent');
  return amountOf(place.at(-1)!, value, pledge.currency, words);
}
