/** All texts of the pages. One file an area, with its three languages side by side; a new area is added here. */

import account from './account.json' with { type: 'json' };
import agency from './agency.json' with { type: 'json' };
import audit from './audit.json' with { type: 'json' };
import auditActions from './audit-actions.json' with { type: 'json' };
import calendar from './calendar.json' with { type: 'json' };
import charts from './charts.json' with { type: 'json' };
import claims from './claims.json' with { type: 'json' };
import common from './common.json' with { type: 'json' };
import desk from './desk.json' with { type: 'json' };
import expert from './expert.json' with { type: 'json' };
import filing from './filing.json' with { type: 'json' };
import firm from './firm.json' with { type: 'json' };
import jobs from './jobs.json' with { type: 'json' };
import life from './life.json' with { type: 'json' };
import listing from './listing.json' with { type: 'json' };
import marking from './marking.json' with { type: 'json' };
import models from './models.json' with { type: 'json' };
import network from './network.json' with { type: 'json' };
import organisation from './organisation.json' with { type: 'json' };
import patents from './patents.json' with { type: 'json' };
import pledge from './pledge.json' with { type: 'json' };
import portfolio from './portfolio.json' with { type: 'json' };
import report from './report.json' with { type: 'json' };
import review from './review.json' with { type: 'json' };
import rules from './rules.json' with { type: 'json' };
import saidFiling from './said-filing.json' with { type: 'json' };
import saidMarket from './said-market.json' with { type: 'json' };
import saidModels from './said-models.json' with { type: 'json' };
import saidNetwork from './said-network.json' with { type: 'json' };
import saidPledges from './said-pledges.json' with { type: 'json' };
import saidService from './said-service.json' with { type: 'json' };
import signIn from './sign-in.json' with { type: 'json' };
import sources from './sources.json' with { type: 'json' };
import start from './start.json' with { type: 'json' };
import terms from './terms.json' with { type: 'json' };
import webhook from './webhook.json' with { type: 'json' };

export const LANGUAGES = ['en', 'zh', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A text, or one for each plural of the language. Names in braces are filled in. */
export type Entry = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);

export const AREAS = {
  audit,
  auditActions,
  charts,
  claims,
  common,
  jobs,
  marking,
  models,
  pledge,
  portfolio,
  report,
  review,
  rules,
  saidFiling,
  saidMarket,
  saidModels,
  saidNetwork,
  saidPledges,
  saidService,
  signIn,
  sources,
  start,
  terms,
  calendar,
  life,
  webhook,
  account,
  filing,
  desk,
  firm,
  network,
  expert,
  organisation,
  patents,
  agency,
  listing,
};

type Area = (typeof AREAS)[keyof typeof AREAS];
type NamesOf<T> = T extends { en: infer Texts } ? keyof Texts & string : never;

/** Every name of every area; two areas never have the same. */
export type Key = NamesOf<Area>;

export const TEXTS = Object.fromEntries(
  LANGUAGES.map((language) => [
    language,
    Object.assign({}, ...Object.values(AREAS).map((area) => area[language])),
  ]),
) as Record<Language, Record<Key, Entry>>;
