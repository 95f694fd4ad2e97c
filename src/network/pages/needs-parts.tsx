/** What pages of needs and offers have in common. */

import type { OwnPseudonym } from '../../anonymity/store.ts';
import { AreaField, SendForm } from '../../pages/parts/forms.tsx';
import { AskForm, Choice, TextAsked } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import { MAX_MESSAGE_CHARS } from '../introductions/service.ts';
import { FIELDS, OFFER_KINDS, PROFILES_OF } from '../needs/posting.ts';

/** What was typed, by the name of the field. */
export type Typed = Readonly<Record<string, string | undefined>>;

export function Tabs({ at }: { at: 'needs' | 'offers' | 'introductions' }) {
  const { words } = useView();
  return (
    <nav class="views" aria-label={words.say('nav.network')}>
      <ul>
        {(['needs', 'offers', 'introductions'] as const).map((each) => (
          <li key={each}>
            <a
              href={each === 'needs' ? '/network' : `/network/${each}`}
              aria-current={each === at ? 'page' : undefined}
            >
              {words.say(`network.${each}`)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export interface Sought {
  q: string;
  region: string;
  field: string;
}

export function SearchForm({ action, sought }: { action: string; sought: Sought }) {
  const { words } = useView();
  return (
    <AskForm action={action}>
      <TextAsked name="q" label={words.say('network.search')} value={sought.q} />
      <TextAsked name="region" label={words.say('network.region')} value={sought.region} />
      <Choice
        name="field"
        label={words.say('network.field')}
        chosen={sought.field}
        options={useFieldOptions()}
      />
    </AskForm>
  );
}

export function useFieldOptions() {
  const { words } = useView();
  const fields = Array.from({ length: FIELDS }, (_, index) => String(index + 1));
  return [
    { value: '', text: words.say('network.any') },
    ...fields.map((value) => ({ value, text: words.say(`field.${value}` as 'field.1') })),
  ];
}

export function Fields({ fields }: { fields: readonly number[] }) {
  const { words } = useView();
  const names = fields.map((field) => words.say(`field.${field}` as 'field.1'));
  return <>{names.join(words.say('term.between')) || words.say('network.any')}</>;
}

export function Range({
  least,
  most,
  currency,
}: {
  least: number | null;
  most: number | null;
  currency: string | null;
}) {
  const { words } = useView();
  if (currency === null) return <>{words.say('term.none')}</>;
  const shown = [least, most].map((each) => (each === null ? '…' : words.briefMoney(each, currency)));
  return <>{shown.join(' – ')}</>;
}

export function useTerm(from: string | null, until: string | null): string {
  const { words } = useView();
  return [from, until].map((each) => (each === null ? '…' : words.day(each))).join(' – ');
}

/** What is typed into a field of longer text. */
export const MAX_AREA_CHARACTERS = 4_000;

export function ProfileChoice({ chosen }: { chosen: string }) {
  const { words, caller } = useView();
  const profiles = PROFILES_OF[caller!.kind];
  return (
    <Choice
      name="profile"
      label={words.say('network.profile')}
      chosen={chosen}
      options={profiles.map((value) => ({ value, text: words.say(`network.profile.${value}`) }))}
    />
  );
}

/** Value of the choice that makes a pseudonym. */
export const NEW_PSEUDONYM = 'new';

export function PseudonymChoice({ chosen, own }: { chosen: string; own: readonly OwnPseudonym[] }) {
  const { words } = useView();
  return (
    <Choice
      name="pseudonym_id"
      label={words.say('network.pseudonym')}
      chosen={chosen}
      options={[
        { value: '', text: words.say('network.own_name') },
        { value: NEW_PSEUDONYM, text: words.say('network.new_pseudonym') },
        ...own.map(({ id, display_name }) => ({ value: id, text: display_name })),
      ]}
    />
  );
}

export function KindBoxes({ typed }: { typed: Typed }) {
  const { words } = useView();
  return (
    <fieldset class="boxes">
      <legend>{words.say('network.kinds')}</legend>
      {OFFER_KINDS.map((kind) => (
        <label key={kind}>
          <input type="checkbox" name={`kind_${kind}`} checked={typed[`kind_${kind}`] === 'on'} />
          {words.say(`network.kind.${kind}`)}
        </label>
      ))}
    </fieldset>
  );
}

interface AskProps {
  /** The one that is asked about; the other is chosen. */
  told: Readonly<Record<string, string>>;
  choose: { name: string; label: string; options: readonly { value: string; text: string }[] };
  chosen?: string | null;
}

/** Asks for an introduction with something of one's own. */
export function AskIntroduction({ told, choose, chosen = null }: AskProps) {
  const { words } = useView();
  if (choose.options.length === 0) return <p class="empty">{words.say('network.nothing_own')}</p>;
  return (
    <SendForm action="/network/introductions" send={words.say('network.ask')} told={told}>
      <Choice {...choose} chosen={chosen ?? choose.options[0]!.value} />
      <AreaField
        name="message"
        label={words.say('network.message')}
        value=""
        rows={3}
        max_length={MAX_MESSAGE_CHARS}
      />
    </SendForm>
  );
}
