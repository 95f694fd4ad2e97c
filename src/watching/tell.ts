/** What is learnt of watched patents, told to those who watch them: each signal once to each organisation. */
import type { OrganisationKind } from '../accounts/store.ts';
import { emitEvents, type NewEvent, toldTo } from '../outbox/emit.ts';
import type { Derivation } from '../patents/derived.ts';
import { knownPatents } from '../patents/facts.ts';

/** Steps of the procedure that change nothing for whoever watches the right. */
const NO_NEWS = ['filed', 'published', 'examination_requested', 'other'];
/** Signals of one event, latest first; the rest is in GET /v1/patents/{id}/signals. */
const MAX_TOLD_SIGNALS = 20;

interface News {
  organisation_id: string;
  kind: OrganisationKind;
  patent_id: string;
  office: string;
  application_number: string;
  list_ids: string[];
  signals: Record<string, unknown>[];
}

export const tellWatchers: Derivation = async (tx, patent_ids, at) => {
  const news = await tx<News[]>`
    with watcher as (
      select organisation_id, patent_id, min(added_at) as since, array_agg(list_id order by list_id) as list_ids
      from watch_list_patent join watch_list on watch_list.id = list_id
      where patent_id = any(${patent_ids as string[]}::uuid[]) group by organisation_id, patent_id),
    told as (
      insert into watch_told (organisation_id, patent_id, signal_id)
      select organisation_id, patent_id, signal_id from watcher join signal using (patent_id)
      where signal.known_at > since and signal.known_at <= ${at} and kind <> all(${NO_NEWS})
      on conflict do nothing returning organisation_id, patent_id, signal_id)
    select watcher.organisation_id, organisation.kind, watcher.patent_id, office, application_number, list_ids,
      jsonb_agg(jsonb_build_object('signal_id', signal_id, 'kind', signal.kind, 'source_code', source_code,
        'effective_on', effective_on, 'published_on', published_on) order by published_on desc, signal_id) as signals
    from told join watcher using (organisation_id, patent_id) join signal using (patent_id, signal_id)
      join patent using (patent_id) join organisation on organisation.id = organisation_id
    group by watcher.organisation_id, organisation.kind, watcher.patent_id, office, application_number, list_ids
    order by watcher.organisation_id, watcher.patent_id`;
  if (news.length === 0) return;
  const known = await knownPatents(tx, [...new Set(news.map((each) => each.patent_id))], at);
  await emitEvents(
    tx,
    news.map(
      ({ organisation_id, kind, patent_id, office, application_number, list_ids, signals }): NewEvent => ({
        type: 'watch.patent.changed',
        pledge_id: null,
        ...toldTo({ id: organisation_id, kind }),
        occurred_at: at,
        data: {
          list_ids,
          patent: { patent_id, office, application_number },
          legal_state: known.get(patent_id)?.facts.legal_state ?? 'unknown',
          signals: signals.slice(0, MAX_TOLD_SIGNALS),
        },
      }),
    ),
  );
};
