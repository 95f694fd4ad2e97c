/**
 * Adapter of decisions in interferences (Open Data Portal): who invented first. Each application in the contest is one
 * record with the decision; its title says what was decided, not which claims fall, so it changes no legal state.
 */
import type { CalendarDate } from '../../../../models/types.ts';
import { RejectedField, recordOrQuarantine, type SourceAdapter, type SourceRecord } from '../record.ts';
import {
  dateAt,
  type JsonItem,
  type JsonObject,
  objectAt,
  objectsAt,
  parseItem,
  readJsonItems,
  textAt,
} from './json.ts';
import { type Converted, later, usApplicationNumber, usPatent, usPatentNumber } from './patents.ts';

const BAG = 'patentInterferenceDataBag';

export const usptoInterferences: SourceAdapter = {
  id: 'uspto-interferences',
  describe: 'USPTO Open Data Portal decisions in interferences (JSON)',
  recognises: (head) => /^\s*[{[]/.test(head) && new RegExp(`"${BAG}"\\s*:`).test(head),
  read: async function* (input) {
    for await (const item of readJsonItems(input)) if (item.bag === BAG) yield* recordsOf(item);
  },
};

/** One record that cannot be read, or one a party: the first attempt tells which of the two it is. */
function* recordsOf(item: JsonItem): Generator<SourceRecord> {
  let contest: Contest | null = null;
  const first = recordOrQuarantine(item.line, item.raw, () => {
    contest = contestOf(parseItem(item));
    return convert(contest, contest.parties[0]!);
  });
  yield first;
  const { parties = [] } = (contest ?? {}) as Partial<Contest>;
  for (const party of parties.slice(1))
    yield recordOrQuarantine(item.line, item.raw, () => convert(contest!, party));
}

interface Contest {
  number: string;
  decided_on: CalendarDate;
  title: string;
  parties: JsonObject[];
}

function contestOf(object: JsonObject): Contest {
  const document = objectAt(object, 'documentData');
  const decided_on = dateAt(document, 'decisionIssueDate');
  if (decided_on === null) throw new RejectedField('decisionIssueDate', 'is missing', 'missing');
  const parties = [
    objectAt(object, 'seniorPartyData'),
    objectAt(object, 'juniorPartyData'),
    ...objectsAt(object, 'additionalPartyDataBag'),
  ].filter((party) => textAt(party, 'applicationNumberText') ?? textAt(party, 'patentNumber'));
  if (parties.length === 0) throw new RejectedField('seniorPartyData', 'no application is named', 'missing');
  return {
    number: textAt(object, 'interferenceNumber') ?? '',
    decided_on,
    title: textAt(document, 'documentTitleText') ?? '',
    parties,
  };
}

function convert({ number, decided_on, title }: Contest, party: JsonObject): Converted {
  const application = textAt(party, 'applicationNumberText');
  const patent = textAt(party, 'patentNumber');
  const public_since = dateAt(party, 'publicationDate') ?? dateAt(party, 'grantDate') ?? decided_on;
  return {
    patent: usPatent(
      application && usApplicationNumber(application, 'applicationNumberText'),
      patent && usPatentNumber(patent, 'patentNumber'),
    ),
    signals: [
      {
        kind: 'other',
        category: 'L',
        source_code: 'interference',
        effective_on: decided_on,
        published_on: later(decided_on, public_since),
        detail: { interference: number, title },
      },
    ],
  };
}
