/** What the reader may do with a case now: one form, whose buttons name the step. */
import type { ComponentChildren } from 'preact';
import { DECISIONS } from '../../../models/review.ts';
import type { Key } from '../language/catalogue.ts';
import { SessionForm } from '../parts/forms.tsx';
import { useView } from '../view.ts';
import type { Outcome } from './case-page.tsx';
import type { CaseShown } from './read.ts';

interface Button {
  action: string;
  text: Key;
  primary?: boolean;
}

const NOTE: Button = { action: 'noted', text: 'case.write_note' };

interface Props {
  shown: CaseShown;
  outcome: Outcome | null;
}

export function StepForms({ shown, outcome }: Props) {
  const { flag, state, review, me, may } = shown;
  const said = { shown, outcome };
  if (flag.state === 'cleared' || !may.includes('review')) return null;
  const is_mine = state === 'claimed' && review.claimed_by === me;
  const checks = state === 'submitted' && review.submitted_by !== me && may.includes('decide');
  if (checks)
    return (
      <StepForm
        {...said}
        name="checks"
        buttons={[
          { action: 'approved', text: 'case.approve', primary: true },
          { action: 'returned', text: 'case.return' },
        ]}
      />
    );
  if (state === 'decided' && may.includes('decide'))
    return <StepForm {...said} name="checks" buttons={[{ action: 'reopened', text: 'case.reopen' }]} />;
  if (is_mine)
    return (
      <StepForm
        {...said}
        name="steps"
        decides
        buttons={[
          { action: 'submitted', text: 'case.submit', primary: true },
          { action: 'escalated', text: 'case.escalate' },
          NOTE,
          { action: 'released', text: 'case.release' },
        ]}
      />
    );
  return (
    <>
      {state === 'queued' && review.escalated_by !== me && <Claim shown={shown} />}
      <StepForm {...said} name="steps" buttons={[NOTE]} />
    </>
  );
}

function Claim({ shown }: Pick<Props, 'shown'>) {
  const { words } = useView();
  return (
    <CaseForm shown={shown} name="steps">
      <button type="submit" class="button primary" name="action" value="claimed">
        {words.say('case.claim')}
      </button>
    </CaseForm>
  );
}

function CaseForm(props: { shown: CaseShown; name: 'steps' | 'checks'; children: ComponentChildren }) {
  const { shown, name, children } = props;
  return (
    <SessionForm action={`/reviews/${shown.flag.id}/${name}`}>
      <input type="hidden" name="version" value={shown.review.version} />
      {children}
    </SessionForm>
  );
}

interface FormProps extends Props {
  name: 'steps' | 'checks';
  decides?: boolean;
  buttons: readonly Button[];
}

function StepForm({ shown, outcome, name, decides = false, buttons }: FormProps) {
  const { words } = useView();
  return (
    <CaseForm {...{ shown, name }}>
      {decides && <DecisionField outcome={outcome} />}
      <NoteField outcome={outcome} />
      <p class="actions">
        {buttons.map(({ action, text, primary }) => (
          <button
            key={action}
            type="submit"
            class={primary ? 'button primary' : 'button'}
            name="action"
            value={action}
          >
            {words.say(text)}
          </button>
        ))}
      </p>
    </CaseForm>
  );
}

function DecisionField({ outcome }: Pick<Props, 'outcome'>) {
  const { words } = useView();
  const fault = outcome?.faults.decision;
  return (
    <fieldset class="choices" aria-describedby={fault && 'decision-fault'}>
      <legend>{words.say('case.decision')}</legend>
      {DECISIONS.map((decision) => (
        <label key={decision}>
          <input
            type="radio"
            name="decision"
            value={decision}
            checked={outcome?.kept.decision === decision}
          />
          {words.say(`decision.${decision}`)}
        </label>
      ))}
      {fault && (
        <p class="fault" id="decision-fault">
          {words.say(fault)}
        </p>
      )}
    </fieldset>
  );
}

function NoteField({ outcome }: Pick<Props, 'outcome'>) {
  const { words } = useView();
  const fault = outcome?.faults.note;
  return (
    <div class="field">
      <label for="note">{words.say('case.note')}</label>
      <textarea
        id="note"
        name="note"
        rows={4}
        maxLength={2000}
        aria-invalid={fault ? true : undefined}
        aria-describedby={fault && 'note-fault'}
        autofocus={fault !== undefined}
      >
        {outcome?.kept.note ?? ''}
      </textarea>
      {fault && (
        <p class="fault" id="note-fault">
          {words.say(fault)}
        </p>
      )}
    </div>
  );
}
