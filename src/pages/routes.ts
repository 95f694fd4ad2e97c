/** The pages of the service, in a context of their own: errors are pages here, and forms are read. */
import type { FastifyPluginAsync } from 'fastify';
import type { ModuleSetting, SecondaryModule } from '../modules.ts';
import { accountPages } from './account/pages.tsx';
import { alertPages } from './alerts/pages.tsx';
import { serveAssets } from './assets.ts';
import { auditPages } from './audit/pages.tsx';
import { consentPages } from './consents/pages.tsx';
import { calendarPages } from './covenants/pages.tsx';
import { knowledgeMapPages } from './knowledge-map/pages.tsx';
import { modelPages } from './models/pages.tsx';
import { organisationPages } from './organisation/pages.tsx';
import { patentPages } from './patents/pages.tsx';
import { lifePages } from './pledges/life-pages.tsx';
import { pledgePages } from './pledges/pages.tsx';
import { portfolioPages } from './portfolio/pages.tsx';
import { servePreferences } from './preferences.ts';
import { errorPages } from './render.tsx';
import { reportPages } from './reports/pages.tsx';
import { reviewPages } from './reviews/pages.tsx';
import { rulePages } from './rules/pages.tsx';
import { jobPages } from './schedule/pages.tsx';
import { otherWaysIn } from './sign-in/other-ways.tsx';
import { signInPages } from './sign-in/pages.tsx';
import { sourcePages } from './sources/pages.tsx';
import { startPages } from './start/pages.tsx';
import { tourPages } from './tour/pages.tsx';
import { valuationPages } from './valuation/pages.tsx';
import { webhookPages } from './webhooks/pages.tsx';

export const pageRoutes =
  (setting: ModuleSetting, modules: readonly SecondaryModule[]): FastifyPluginAsync =>
  async (app) => {
    const { service, rates, http } = setting;
    app.setErrorHandler(errorPages(service));
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    serveAssets(app);
    servePreferences(app);
    startPages(app, service);
    signInPages(app, service, rates);
    otherWaysIn(app, service, rates, http.public_url);
    accountPages(app, service, rates);
    organisationPages(app, service, http.public_url);
    pledgePages(app, service);
    lifePages(app, service);
    portfolioPages(app, service);
    reportPages(app, service);
    reviewPages(app, service);
    sourcePages(app, service);
    jobPages(app, service);
    modelPages(app, service);
    rulePages(app, service);
    auditPages(app, service);
    calendarPages(app, service);
    webhookPages(app, service);
    valuationPages(app, service);
    tourPages(app, service);
    patentPages(app, service);
    knowledgeMapPages(app, service);
    alertPages(app, service);
    consentPages(app, service);
    for (const module of modules) module.pages(app, setting);
  };
