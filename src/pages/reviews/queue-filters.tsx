/** Filters of the queue: those that are asked for daily, and the reader's own, each by its address and with how many it finds. */
import type { Problem } from '../../errors.ts';
import { casesOf, type Filter, MAX_FILTER_NAME_CHARACTERS, type SavedFilter } from '../../review/filters.ts';
import type { QueueShare } from '../../review/store.ts';
import type { Key } from '../language/catalogue.ts';
import { Refusal, SendForm, TextField } from '../parts/forms.tsx';
import { useView } from '../view.ts';

export interface Filters {
  asked: Filter;
  saved: readonly SavedFilter[];
  shares: readonly QueueShare[];
}

/** Of a save that was refused. */
export interface Refused {
  name: string;
  fault: string | undefined;
  problem: Problem | null;
}

const ANY: Filter = { state: null, severity: null, mine: false };
const DAILY: readonly { text: Key; filter: Filter }[] = [
  { text: 'reviews.view_all', filter: ANY },
  { text: 'reviews.view_grave', filter: { ...ANY, severity: 'critical', state: 'queued' } },
  { text: 'reviews.view_mine', filter: { ...ANY, mine: true } },
  { text: 'reviews.view_check', filter: { ...ANY, state: 'submitted' } },
];

/** As fields of the address; none for any. */
export function toldOf({ state, severity, mine }: Filter): Record<string, string> {
  return { ...(severity && { severity }), ...(state && { state }), ...(mine && { mine: 'yes' }) };
}

export function addressOf(filter: Filter): string {
  const query = new URLSearchParams(toldOf(filter)).toString();
  return query === '' ? '/reviews' : `/reviews?${query}`;
}

export function Views({ asked, saved, shares }: Filters) {
  const { words } = useView();
  const daily = DAILY.map(({ text, filter }) => ({
    name: words.say(text),
    filter,
    cases: casesOf(filter, shares),
  }));
  const own = saved.map(({ name, ...filter }) => ({ name, filter, cases: casesOf(filter, shares) }));
  return (
    <nav class="views" aria-label={words.say('reviews.views')}>
      <ul>
        {[...daily, ...own].map(({ name, filter, cases }, index) => (
          <li key={`${index < daily.length} ${name}`}>
            <a
              href={addressOf(filter)}
              aria-current={addressOf(filter) === addressOf(asked) ? 'page' : undefined}
            >
              {words.say('reviews.view_count', { name, count: cases })}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Saves what is asked for; what is saved gets another name, or is deleted. */
export function OwnFilter({ asked, saved, refused }: Filters & { refused: Refused | null }) {
  const { words, csrf_token } = useView();
  const address = addressOf(asked);
  if (csrf_token === null || DAILY.some(({ filter }) => addressOf(filter) === address)) return null;
  const known = saved.find((filter) => addressOf(filter) === address);
  return (
    <div class="own-filter">
      <Refusal problem={refused?.problem ?? null} />
      <SendForm
        row
        action="/reviews/filters"
        told={{ ...toldOf(asked), ...(known && { instead_of: known.name }) }}
        send={words.say(known ? 'reviews.filter_rename' : 'reviews.filter_save')}
      >
        <TextField
          name="name"
          label={words.say('reviews.filter_name')}
          fault={refused?.fault}
          input={{ value: refused?.name ?? known?.name ?? '', maxLength: MAX_FILTER_NAME_CHARACTERS }}
        />
      </SendForm>
      {known && (
        <SendForm
          small
          action="/reviews/filters/removal"
          told={{ name: known.name }}
          send={words.say('reviews.filter_delete')}
        />
      )}
    </div>
  );
}
