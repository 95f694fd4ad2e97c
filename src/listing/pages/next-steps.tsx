/** What stands open to a side of a deal: a form for each step that it may take, and why not for those that it may not yet. */
import type { ComponentChildren } from 'preact';
import type { Problem } from '../../errors.ts';
import { SendForm } from '../../pages/parts/forms.tsx';
import { Choice, Section } from '../../pages/parts/parts.tsx';
import { Said } from '../../pages/parts/said.tsx';
import { useView } from '../../pages/view.ts';
import type { Step } from '../deals/machine.ts';
import type { DealShown } from '../deals/read.ts';
import type { ListingShown } from '../listings/read.ts';
import { type TypedFields, Typing } from './parts.tsx';
import { faultsIn } from './typed.ts';

interface Shown {
  deal: DealShown;
  listing: ListingShown;
  typed: TypedFields;
  problem: Problem | null;
}

export function NextSteps(shown: Shown) {
  const { words } = useView();
  const { deal } = shown;
  const open = deal.open_steps.filter(({ refusal }) => refusal === null).map(({ step }) => step);
  const waiting = deal.open_steps.filter(({ refusal }) => refusal !== null);
  if (deal.side === 'team') return null;
  return (
    <Section title={words.say('deal.next')} id="next">
      {open.length === 0 && <p class="empty">{words.say('deal.no_steps')}</p>}
      {open.map((step) => (
        <StepForm key={step} step={step} {...shown} />
      ))}
      {waiting.length > 0 && (
        <ul class="muted">
          {waiting.map(({ step, refusal }) => (
            <li key={step}>
              {words.say(step === 'sign' ? 'deal.sign' : `do.${step}`)}: <Said of={refusal!} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function StepForm({ step, deal, listing, typed, problem }: Shown & { step: Step }) {
  const { words } = useView();
  const faults = faultsIn(problem, words);
  const form = (told: Record<string, string>, children?: ComponentChildren) => (
    <SendForm
      action={`/market/deals/${deal.id}/${step === 'offer' ? 'offers' : 'steps'}`}
      told={step === 'offer' ? told : { step, ...told }}
      send={words.say(step === 'sign' ? 'deal.sign' : `do.${step}`)}
    >
      {children}
    </SendForm>
  );
  switch (step) {
    case 'sign':
      return (
        <>
          <h3>{words.say('deal.agreement')}</h3>
          <pre class="words" lang="en">
            {deal.agreement.text}
          </pre>
          {form({ agreement_sha256: deal.agreement.sha256 })}
        </>
      );
    case 'offer':
      return form(
        {},
        <>
          <Choice
            name="kind"
            label={words.say('deal.kind')}
            chosen={typed.kind ?? listing.kinds[0]!}
            options={listing.kinds.map((value) => ({ value, text: words.say(`deal_kind.${value}`) }))}
          />
          <Typing
            name="price"
            label={words.say('deal.price', { currency: deal.currency })}
            typed={typed}
            faults={faults}
          />
          <Typing
            name="days"
            label={words.say('deal.until_days')}
            typed={{ days: '30', ...typed }}
            faults={faults}
          />
          <Typing name="conditions" label={words.say('deal.conditions')} typed={typed} faults={faults} />
        </>,
      );
    case 'accept':
      return form({ offer_id: deal.offer_id! });
    case 'file':
      return form(
        {},
        <Typing name="filing_number" label={words.say('deal.filing_number')} typed={typed} faults={faults} />,
      );
    case 'close':
      return form(
        {},
        <Typing
          name="costs"
          label={words.say('deal.costs', { currency: deal.currency })}
          typed={typed}
          faults={faults}
        />,
      );
    case 'withdraw':
      return form(
        {},
        <Typing name="reason" label={words.say('deal.reason')} typed={typed} faults={faults} />,
      );
    default:
      return form({});
  }
}
