/** Ids that were seen in answers, by who saw them: what a valid request names. */
import type { Answer } from './answers.ts';
import type { Operation } from './operations.ts';
import type { Asker, Setting } from './setting.ts';

/** What the step before a path parameter, or the two before it, say of it: a prefix of ids, or itself. */
const KIND_OF_STEP: Record<string, string> = {
  organisations: 'org',
  pledges: 'plg',
  reviews: 'flg',
  'margin-calls': 'mcl',
  valuations: 'val',
  fetches: 'fch',
  'watch-lists': 'wls',
  amendments: 'amd',
  borrowers: 'org',
  consents: 'cns',
  feeds: 'cal',
  endpoints: 'whe',
  deliveries: 'dlv',
  pseudonyms: 'pse',
  'identity-requests': 'idr',
  people: 'psn',
  invitations: 'inv',
  sessions: 'ses',
  drafts: 'fdr',
  engagements: 'fen',
  'experts/engagements': 'exg',
  packages: 'fpk',
  agencies: 'org',
  listings: 'lst',
  wants: 'lwt',
  'listing-deals': 'ldl',
  documents: 'ldc',
  'listing-consents': 'lcn',
  needs: 'ned',
  offers: 'off',
  introductions: 'itr',
  comments: 'fcm',
  searches: 'fps',
  applications: 'fap',
  deadlines: 'fdl',
  fees: 'fee',
  'office-actions': 'foa',
  products: 'mpr',
  lots: 'mlt',
  desks: 'dsk',
  staff: 'org',
  clients: 'dcl',
  tasks: 'dtk',
  'desk-handovers': 'hnd',
  imports: 'imp',
  bulletins: 'bul',
  'bulletin-subscriptions': 'bsb',
  'haircuts/proposals': 'hcp',
};
/** What each draft and each package has, and no id names. */
const EACH_HAS: Record<string, readonly string[]> = { versions: ['1'], files: ['manifest.json'] };
/** Resources whose ids have no prefix. */
const WITHOUT_PREFIX = ['keys', 'models', 'sources', 'tables', 'passkeys'];
const ID = /\b([a-z]{3})_[0-9a-z]{26}\b/g;
const PATENT_ID = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const HOLDS_PATENTS = /^(plg|wls)_/;
const VALUATION = /"valuation_id":"([^"]+)"/g;
const FEED = /feeds\/(cal_\w+)\/([\w-]+)\.ics/;
const MAX_IDS = 100;
const MAX_CHANGED = 5;
const MAX_READ_CHARACTERS = 100_000;

/** The kind of thing that a path parameter names. */
export function kindOf({ path }: Operation, parameter: string): string {
  const steps = path.split('/');
  const at = steps.findIndex((each) => each.startsWith(`{${parameter}}`));
  const step = steps[at - 1]!;
  if (parameter === 'secret' || parameter === 'patent_id') return parameter;
  return KIND_OF_STEP[`${steps[at - 2]}/${step}`] ?? KIND_OF_STEP[step] ?? step;
}

type Params = Readonly<Record<string, string>>;

interface Told {
  id?: string;
  data?: { id?: string }[];
  next_cursor?: string;
  version?: number;
}

export class Known {
  readonly setting: Setting;
  /** By `asker kind` or `id kind`; the newest last. */
  readonly #ids = new Map<string, string[]>();

  constructor(setting: Setting) {
    this.setting = setting;
    for (const { organisation_id, kind } of setting.askers) this.#add(`* ${kind}`, organisation_id);
  }

  /** Ids that this asker saw, or that stand under another id; [] when there are none. */
  of(owner: string, kind: string): readonly string[] {
    const ids = this.#ids.get(`${owner} ${kind}`) ?? [];
    if (ids.length > 0) return ids;
    return kind === 'patent_id' ? this.setting.free_patents : (EACH_HAS[kind] ?? []);
  }

  /** Ids that others saw and this one did not. */
  ofOthers(asker: Asker, kind: string): readonly string[] {
    const own = new Set(this.of(asker.name, kind));
    const all = this.setting.askers.flatMap(({ name }) => this.of(name, kind));
    return all.filter((id) => !own.has(id));
  }

  /** What the asker, or another of its organisation, changed lately. */
  changed(asker: Asker, kind: string): readonly string[] {
    return this.of(asker.organisation_id, `changed ${kind}`).slice(-MAX_CHANGED);
  }

  /** Takes what an accepted request told. */
  learn(asker: Asker, operation: Operation, params: Params, { headers, text }: Answer): void {
    const subject = params.id ?? params.flag_id;
    if (subject && operation.method !== 'GET')
      this.#add(
        `${asker.organisation_id} changed ${kindOf(operation, params.id ? 'id' : 'flag_id')}`,
        subject,
      );
    if (headers.etag) this.#add(`${subject} etag`, String(headers.etag));
    if (text.length > MAX_READ_CHARACTERS) return;
    this.#learnIds(asker, subject, text);
    if (String(headers['content-type']).startsWith('application/json'))
      this.#learnFields(asker, operation, params, JSON.parse(text) as Told);
  }

  #learnIds(asker: Asker, subject: string | undefined, text: string): void {
    for (const [id, prefix] of text.matchAll(ID)) {
      this.#add(`${asker.name} ${prefix}`, id);
      if (subject) this.#add(`${subject} ${prefix}`, id);
    }
    const [, feed, secret] = FEED.exec(text) ?? [];
    if (feed) this.#add(`${feed} secret`, secret!);
    if (subject) for (const [, id] of text.matchAll(VALUATION)) this.#add(`${subject} val`, id!);
    if (subject && HOLDS_PATENTS.test(subject))
      for (const [id] of text.matchAll(PATENT_ID)) this.#add(`${subject} patent_id`, id);
  }

  #learnFields(asker: Asker, { id, path }: Operation, params: Params, body: Told): void {
    const resource = path.split('/').at(-1)!;
    // Of keys, only those of the own organisation can be revoked.
    if (WITHOUT_PREFIX.includes(resource) && (resource !== 'keys' || params.id === asker.organisation_id))
      for (const { id } of body.data ?? [body]) if (id) this.#add(`${asker.name} ${resource}`, id);
    if (body.next_cursor) this.#add(`${asker.name} cursor ${id}`, body.next_cursor);
    if (body.version !== undefined)
      this.#add(`${params.flag_id ?? asker.name} version`, String(body.version));
  }

  /** Takes back what is no more. */
  forget(gone: string): void {
    for (const ids of this.#ids.values()) {
      const at = ids.indexOf(gone);
      if (at >= 0) ids.splice(at, 1);
    }
  }

  #add(pool: string, id: string): void {
    const ids = this.#ids.get(pool) ?? [];
    const at = ids.indexOf(id);
    if (at >= 0) ids.splice(at, 1);
    if (ids.length >= MAX_IDS) ids.shift();
    ids.push(id);
    this.#ids.set(pool, ids);
  }
}
