/** The HTTP application: plugins and routes, registered by hand, in order. It does not listen. */
import type { Socket } from 'node:net';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { accountRoutes } from './accounts/routes.ts';
import { anonymityRoutes } from './anonymity/routes.ts';
import { auditRoutes } from './audit/routes.ts';
import { borrowerRoutes } from './borrowers/routes.ts';
import { type HttpConfig, loadConfig } from './config.ts';
import { corpusRoutes } from './corpus/routes.ts';
import { covenantRoutes } from './covenants/routes.ts';
import { dealRoutes } from './deals/routes.ts';
import { demonstrationRoutes } from './demonstration/routes.ts';
import { fetchRoutes } from './fetches/routes.ts';
import { haircutRoutes } from './governance/haircuts/routes.ts';
import { modelRoutes } from './governance/routes.ts';
import { guardRoutes } from './http/guard.ts';
import { BARE_HEADERS, harden } from './http/harden.ts';
import { healthRoutes } from './http/health.ts';
import {
  BODY_LIMIT_BYTES,
  CONNECTION_CHECK_MS,
  CONNECTION_TIMEOUT_MS,
  HEADER_LIMIT_BYTES,
  HEADERS_TIMEOUT_MS,
  MAX_CONNECTIONS,
  MAX_REQUESTS_PER_SOCKET,
  REQUEST_TIMEOUT_MS,
  UNLIMITED_HEADER_COUNT,
} from './http/limits.ts';
import { measureRequests } from './http/measure.ts';
import { describeApi } from './http/openapi.ts';
import { answerError, missingRoute, setProblemHandlers } from './http/problems.ts';
import { countRates } from './http/rates.ts';
import { tellRefusals } from './http/refusals.ts';
import { answerUnreadable } from './http/unreadable.ts';
import { buildSerializer, setValidators } from './http/validation.ts';
import { MODULES, type ModuleSetting } from './modules.ts';
import { eventRoutes } from './outbox/routes.ts';
import { CORE_PLACES } from './pages/navigation.ts';
import { errorPages, wantsPage } from './pages/render.tsx';
import { pageRoutes } from './pages/routes.ts';
import { indicatorRoutes } from './patents/indicator-routes.ts';
import { patentRoutes } from './patents/routes.ts';
import { sourceRoutes } from './patents/source-routes.ts';
import { useRoutes } from './patents/use-routes.ts';
import { accountRecoveryRoutes } from './people/account-recovery-routes.ts';
import { passkeyRoutes } from './people/passkey-routes.ts';
import { personalDataRoutes } from './people/personal-data-routes.ts';
import { providerRoutes } from './people/provider-routes.ts';
import { peopleRoutes } from './people/routes.ts';
import { signInRoutes } from './people/sign-in-routes.ts';
import { amendmentRoutes } from './pledges/amendments/routes.ts';
import { dueDiligenceRoutes } from './pledges/due-diligence/routes.ts';
import { marginCallRoutes } from './pledges/margin-calls/routes.ts';
import { outlookRoutes } from './pledges/outlook/routes.ts';
import { overdueRoutes } from './pledges/overdue/routes.ts';
import { recoveryEstimateRoutes } from './pledges/recoveries/routes.ts';
import { releaseRoutes } from './pledges/release/routes.ts';
import { pledgeRoutes } from './pledges/routes.ts';
import { waterfallRoutes } from './pledges/waterfall/routes.ts';
import { portfolioRoutes } from './portfolio/routes.ts';
import { reportRoutes } from './reports/routes.ts';
import { reviewFilterRoutes } from './review/filter-routes.ts';
import { reviewRoutes } from './review/routes.ts';
import { riskRoutes } from './risk/routes.ts';
import { ruleSetRoutes } from './risk/rule-set-routes.ts';
import { silenceRoutes } from './risk/silence-routes.ts';
import { scoringRoutes } from './scoring/routes.ts';
import { mapRoutes } from './search/map-routes.ts';
import { searchRoutes } from './search/routes.ts';
import type { Service } from './service.ts';
import { valuationRoutes } from './valuations/routes.ts';
import { watchingRoutes } from './watching/routes.ts';
import { keyRoutes } from './webhooks/key-routes.ts';
import { recoveryRoutes } from './webhooks/recovery-routes.ts';
import { webhookRoutes } from './webhooks/routes.ts';
import { sandboxRoutes } from './webhooks/sandbox-routes.ts';

export interface AppOptions {
  service: Service;
  log: Logger;
  version: string;
  /** Proxies, origins and rates; the defaults when left out. */
  http?: HttpConfig;
  /** False once the service is shutting down. */
  ready?: () => boolean;
}

export async function buildApp({
  service,
  log,
  version,
  http = loadConfig({}),
  ready = () => true,
}: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    frameworkErrors: (error, request, reply) => answerError(error, request, reply.headers(BARE_HEADERS)),
    schemaController: { compilersFactory: { buildSerializer } },
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    maxRequestsPerSocket: MAX_REQUESTS_PER_SOCKET,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      maxHeaderSize: HEADER_LIMIT_BYTES,
      connectionsCheckingInterval: CONNECTION_CHECK_MS,
    },
    clientErrorHandler: answerUnreadable as (error: Error, socket: Socket) => void,
    trustProxy: http.trusted_proxies.length > 0 ? [...http.trusted_proxies] : false,
    logController: new LogController({ disableRequestLogging: true }),
    return503OnClosing: true,
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  app.server.maxHeadersCount = UNLIMITED_HEADER_COUNT;
  measureRequests(app);
  setValidators(app);
  setProblemHandlers(app);
  app.decorate('places', [...CORE_PLACES, ...MODULES.flatMap(({ places }) => places)]);
  const answerPage = errorPages(service);
  app.setNotFoundHandler((request, reply) =>
    (wantsPage(request) ? answerPage : answerError)(missingRoute(request), request, reply),
  );
  await harden(app, http);
  await describeApi(app, version);
  const rates = await countRates(app, http);
  guardRoutes(app, service.system, rates);
  tellRefusals(app);
  app.addHook('onSend', async (_request, reply) => {
    if (!ready()) reply.header('connection', 'close');
  });
  app.get('/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, async () =>
    app.swagger(),
  );
  await app.register(healthRoutes(service, ready));
  await app.register(accountRoutes(service));
  await app.register(signInRoutes(service, rates));
  await app.register(passkeyRoutes(service, rates, http.public_url));
  await app.register(providerRoutes(service, rates, http.public_url));
  await app.register(peopleRoutes(service));
  await app.register(accountRecoveryRoutes(service));
  await app.register(personalDataRoutes(service));
  await app.register(anonymityRoutes(service));
  await app.register(searchRoutes(service));
  await app.register(mapRoutes(service));
  await app.register(patentRoutes(service));
  await app.register(indicatorRoutes(service));
  await app.register(corpusRoutes(service));
  await app.register(useRoutes(service));
  await app.register(sourceRoutes(service));
  await app.register(fetchRoutes(service));
  await app.register(watchingRoutes(service));
  await app.register(pledgeRoutes(service));
  await app.register(waterfallRoutes(service));
  await app.register(dueDiligenceRoutes(service));
  await app.register(marginCallRoutes(service));
  await app.register(amendmentRoutes(service));
  await app.register(releaseRoutes(service));
  await app.register(overdueRoutes(service));
  await app.register(borrowerRoutes(service));
  await app.register(recoveryEstimateRoutes(service));
  await app.register(outlookRoutes(service));
  await app.register(portfolioRoutes(service));
  await app.register(covenantRoutes(service));
  await app.register(valuationRoutes(service));
  await app.register(reportRoutes(service));
  await app.register(dealRoutes(service));
  await app.register(riskRoutes(service));
  await app.register(ruleSetRoutes(service));
  await app.register(silenceRoutes(service));
  await app.register(reviewRoutes(service));
  await app.register(reviewFilterRoutes(service));
  await app.register(auditRoutes(service));
  await app.register(modelRoutes(service));
  await app.register(haircutRoutes(service));
  await app.register(scoringRoutes(service));
  await app.register(eventRoutes(service));
  await app.register(webhookRoutes(service));
  await app.register(recoveryRoutes(service));
  await app.register(keyRoutes(service));
  await app.register(sandboxRoutes(service));
  await app.register(demonstrationRoutes(service));
  const setting: ModuleSetting = { service, rates, http };
  for (const module of MODULES) await app.register(module.routes(setting));
  await app.register(pageRoutes(setting, MODULES));
  await app.ready();
  return app;
}
