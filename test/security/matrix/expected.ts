/**
 * Who may do what, said once more and apart from the routes: by operation, which kinds of organisation, and whose things.
 * An operation that is not here is unexplained, and one that answers otherwise than it says here fails.
 */
export type Kind = 'bank' | 'firm' | 'staff' | 'agency' | 'expert' | 'buyer';

/** Things that belong to somebody. */
export type Thing =
  | 'pledge'
  | 'flag'
  | 'endpoint'
  | 'delivery'
  | 'watch_list'
  | 'covenant_feed'
  | 'key'
  | 'scoring_table'
  | 'margin_call'
  | 'amendment'
  | 'firm'
  | 'consent'
  | 'valuation'
  | 'pseudonym'
  | 'identity_request'
  | 'expert_engagement'
  | 'need'
  | 'posted_need'
  | 'offer'
  | 'posted_offer'
  | 'introduction'
  | 'desk'
  | 'desk_seat'
  | 'desk_client'
  | 'desk_task'
  | 'handover'
  | 'desk_import'
  | 'bulletin_subscription'
  | 'haircut_proposal'
  | 'listing'
  | 'want'
  | 'listing_deal'
  | 'document'
  | 'pledgee_consent'
  | 'organisation'
  | 'person'
  | 'invitation'
  | 'session'
  | 'passkey'
  | 'filing_draft'
  | 'filing_comment'
  | 'filing_search'
  | 'filing_application'
  | 'filing_deadline'
  | 'filing_fee'
  | 'office_action'
  | 'engagement'
  | 'package'
  | 'marked_product'
  | 'mark_lot';

/** Who besides its owners sees a thing: staff see what they review, and nothing that is an organisation's own. */
export const SEEN_BY_STAFF: readonly Thing[] = [
  'pledge',
  'flag',
  'margin_call',
  'amendment',
  'valuation',
  'firm',
  'organisation',
  'filing_application',
  'desk',
  'desk_seat',
  'desk_client',
  'desk_task',
  'handover',
  'desk_import',
  'marked_product',
  'mark_lot',
];

export type Action = 'read' | 'write' | 'review' | 'decide' | 'operate' | 'administer';

/** What keys and people may do. */
export const MAY = {
  key: ['read', 'write', 'review', 'decide', 'operate', 'administer'],
  reading_key: ['read'],
  admin: ['read', 'write', 'review', 'decide', 'operate', 'administer'],
  officer: ['read', 'write', 'decide', 'operate'],
  viewer: ['read'],
  member: ['read', 'write', 'operate'],
  operator: ['read', 'write', 'operate'],
  reviewer: ['read', 'review'],
} as const satisfies Record<string, readonly Action[]>;

export interface Expectation {
  who: readonly Kind[] | 'anyone';
  /** Things that the request names, by parameter of path or query or by field of the body. */
  things?: Readonly<Record<string, Thing>>;
  /** What is named in a filter and not there is an empty list instead of a 404. */
  filter?: true;
  /** A POST that only asks, and so takes a key for reading. */
  asks?: true;
  /** What it is, where that is neither asking nor the writing of every day. */
  does?: Action;
  /** How a request is answered whose secrets are made up. */
  guessed?: 401 | 404;
  /** For people who signed in alone. */
  people?: true;
  /** The thing does not outlive the call: each gets one of its own. */
  ends?: true;
}

const EACH = ['bank', 'firm', 'staff', 'agency', 'expert', 'buyer'] as const;
/** Who has to do with pledges. */
const PLEDGING = ['bank', 'firm', 'staff'] as const;
/** Who can be shown under a pseudonym. */
const SHOWN = ['bank', 'firm', 'agency', 'expert', 'buyer'] as const;
const BANK = ['bank'] as const;
const FIRM = ['firm'] as const;
const AGENCY = ['agency'] as const;
const STAFF = ['staff'] as const;
const PARTIES = ['bank', 'firm'] as const;
/** Who writes applications, and who sees where they stand. */
const DRAFTING = ['firm', 'agency'] as const;
const CONCERNED = ['firm', 'agency', 'staff'] as const;
const MARKING = ['firm', 'staff'] as const;
const LENDER = ['bank', 'staff'] as const;

const anyone: Expectation = { who: 'anyone' };
const each: Expectation = { who: EACH };
const pledging: Expectation = { who: PLEDGING };
const staff: Expectation = { who: STAFF };
const administer: Expectation = { who: EACH, does: 'administer' };
const person: Expectation = { who: EACH, people: true, asks: true };
const review: Expectation = { who: STAFF, things: { flag_id: 'flag' }, does: 'review' };
const check: Expectation = { ...review, does: 'decide' };
const endpoint: Expectation = { who: EACH, things: { id: 'endpoint' } };
const product: Expectation = { who: MARKING, things: { id: 'marked_product' } };
const own_product: Expectation = { who: FIRM, things: { id: 'marked_product' } };
const own_lot: Expectation = { who: FIRM, things: { id: 'mark_lot' } };
const pledge: Expectation = { who: PLEDGING, things: { id: 'pledge' } };
const draft: Expectation = { who: DRAFTING, things: { id: 'filing_draft' } };
const own_draft: Expectation = { ...draft, who: FIRM };
const engagement: Expectation = { who: DRAFTING, things: { id: 'engagement' } };
const package_of: Expectation = { who: DRAFTING, things: { id: 'package' } };
const search: Expectation = { who: DRAFTING, things: { id: 'filing_draft', search_id: 'filing_search' } };
const application: Expectation = { who: CONCERNED, things: { id: 'filing_application' } };
const drafted: Expectation = { ...application, who: DRAFTING };

const desk: Expectation = { who: EACH, things: { id: 'desk' } };
const desk_client: Expectation = { who: EACH, things: { id: 'desk', client_id: 'desk_client' } };
const desk_import: Expectation = { who: EACH, things: { id: 'desk', import_id: 'desk_import' } };
const operate: Expectation = { who: STAFF, does: 'operate' };
const listing: Expectation = { who: SHOWN, things: { id: 'listing' } };
const listingDeal: Expectation = { who: EACH, things: { id: 'listing_deal' } };
const document: Expectation = { who: SHOWN, things: { id: 'listing_deal', document_id: 'document' } };

export const EXPECTED: Readonly<Record<string, Expectation>> = {
  getHealth: anyone,
  getReadiness: anyone,
  listEventTypes: anyone,
  listSigningKeys: anyone,
  readCovenantFeed: { who: 'anyone', things: { id: 'covenant_feed' } },

  getOwnOrganisation: each,
  createOrganisation: { ...staff, does: 'administer' },
  createKey: { ...administer, things: { id: 'organisation' } },
  listKeys: each,
  rotateKey: { ...administer, things: { id: 'key' }, ends: true },
  revokeKey: { ...administer, things: { id: 'key' }, ends: true },

  invitePerson: { ...administer, things: { id: 'organisation' } },
  acceptInvitation: { ...anyone, guessed: 404 },
  listInvitations: administer,
  withdrawInvitation: { ...administer, things: { id: 'invitation' }, ends: true },
  listPeople: administer,
  changeRole: { ...administer, things: { id: 'person' } },
  closeAccount: { ...administer, things: { id: 'person' }, ends: true },
  offerAccountRecovery: { ...administer, things: { id: 'person' }, people: true },
  recoverAccount: { ...anyone, guessed: 404 },
  endSessionsOfPerson: { ...administer, things: { id: 'person' } },
  exportOwnData: person,
  eraseOwnData: person,
  exportPersonData: { ...administer, things: { id: 'person' } },
  erasePersonData: { ...administer, things: { id: 'person' }, ends: true },
  signIn: { ...anyone, guessed: 401 },
  signInWithCode: { ...anyone, guessed: 401 },
  getIdentityProvider: administer,
  setIdentityProvider: administer,
  removeIdentityProvider: administer,
  beginProviderSignIn: { ...anyone, guessed: 404 },
  signInByProvider: { ...anyone, guessed: 401 },
  beginPasskeySignIn: anyone,
  signInWithPasskey: { ...anyone, guessed: 401 },
  listPasskeys: person,
  beginPasskey: person,
  addPasskey: person,
  removePasskey: { ...person, things: { id: 'passkey' }, ends: true },
  listSessions: person,
  getOwnSession: person,
  signOut: person,
  endSession: { ...person, things: { id: 'session' }, ends: true },
  endOtherSessions: person,
  proveAgain: person,
  changePassword: person,
  beginSecondFactor: person,
  confirmSecondFactor: person,
  removeSecondFactor: person,

  listAgencies: each,
  getAgency: each,
  enterAgency: { who: AGENCY },
  decideAgency: { ...staff, does: 'operate' },
  listAgencyConflicts: { who: FIRM, things: { draft_id: 'filing_draft' } },
  instructAgency: { who: FIRM, things: { draft_id: 'filing_draft' } },
  listEngagements: { who: DRAFTING },
  getEngagement: engagement,
  stepEngagement: engagement,
  listEngagementMessages: engagement,
  sendEngagementMessage: engagement,
  rateEngagement: { ...engagement, who: FIRM },
  makePackage: draft,
  listPackages: draft,
  getPackage: package_of,
  downloadPackage: package_of,
  downloadPackageFile: package_of,
  submitPackage: package_of,
  listSubmissions: package_of,

  createFilingDraft: { who: FIRM },
  listFilingDrafts: { who: DRAFTING },
  getFilingDraft: draft,
  writeFilingDraft: own_draft,
  uploadFilingPart: own_draft,
  listFilingVersions: draft,
  getFilingVersion: draft,
  compareFilingVersions: draft,
  checkFilingText: { who: DRAFTING, asks: true },
  checkFilingVersion: draft,
  listFilingChecks: draft,
  commentOnDraft: draft,
  listFilingComments: draft,
  resolveFilingComment: { who: DRAFTING, things: { id: 'filing_draft', comment_id: 'filing_comment' } },
  searchFilingPriorArt: draft,
  listFilingSearches: draft,
  getFilingSearch: search,
  repeatFilingSearch: { ...search, asks: true },
  scoreFilingSearch: search,
  listFilingScores: draft,
  prepareApplication: own_draft,
  listApplications: { who: CONCERNED },
  getApplication: application,
  stepApplication: application,
  meetDeadline: { who: DRAFTING, things: { id: 'filing_application', deadline_id: 'filing_deadline' } },
  payFilingFee: { who: DRAFTING, things: { id: 'filing_application', fee_id: 'filing_fee' } },
  recordOfficeAction: drafted,
  listOfficeActions: drafted,
  answerOfficeAction: {
    who: DRAFTING,
    things: { id: 'filing_application', office_action_id: 'office_action' },
  },

  makePseudonym: { who: SHOWN },
  listPseudonyms: { who: SHOWN },
  getPseudonym: { who: SHOWN, things: { id: 'pseudonym' } },
  askIdentity: { who: SHOWN, things: { id: 'pseudonym' } },
  listIdentityRequests: { who: SHOWN },
  getIdentityRequest: { who: SHOWN, things: { id: 'identity_request' } },
  stepIdentityRequest: { who: SHOWN, things: { id: 'identity_request' } },

  postNeed: { who: SHOWN },
  listNeeds: each,
  // What is posted is for everybody.
  getNeed: { who: EACH, things: { id: 'posted_need' } },
  listMatches: { who: SHOWN, things: { id: 'need' } },
  closeNeed: { who: SHOWN, things: { id: 'need' }, ends: true },
  postOffer: { who: SHOWN },
  listOffers: each,
  getOffer: { who: EACH, things: { id: 'posted_offer' } },
  withdrawOffer: { who: SHOWN, things: { id: 'offer' }, ends: true },
  askIntroduction: { who: SHOWN, things: { need_id: 'need', offer_id: 'posted_offer' } },
  listIntroductions: { who: SHOWN },
  getIntroduction: { who: SHOWN, things: { id: 'introduction' } },
  takeIntroductionStep: { who: SHOWN, things: { id: 'introduction' } },
  getMatching: each,
  publishExpertProfile: { who: ['expert', 'agency'] },
  listExperts: each,
  askExpert: { who: SHOWN },
  listExpertEngagements: { who: SHOWN },
  getExpertEngagement: { who: SHOWN, things: { id: 'expert_engagement' } },
  stepExpertEngagement: { who: SHOWN, things: { id: 'expert_engagement' } },
  writeOpinion: { who: ['expert', 'agency'], things: { id: 'expert_engagement' }, people: true },
  shareExpertEngagement: { who: SHOWN, things: { id: 'expert_engagement' } },
  rateExpert: { who: SHOWN, things: { id: 'expert_engagement' } },
  listExpectations: { who: SHOWN, things: { id: 'listing_deal' } },
  submitExpectation: { who: SHOWN, things: { id: 'listing_deal' } },
  consentToMidpoint: { who: SHOWN, things: { id: 'listing_deal' } },
  listProceeds: staff,

  listPatents: each,
  findPriorArt: { who: EACH, asks: true },
  getKnowledgeMap: each,
  getPatent: each,
  listSignals: each,
  listPatentValuations: staff,
  getPatentCohort: each,
  getPatentIndicators: each,
  getIndicativeValue: each,
  listSources: staff,
  setSourceCadence: { ...staff, does: 'operate' },
  listFetches: staff,
  addFetch: { ...staff, does: 'operate' },
  changeFetch: { ...staff, does: 'operate' },
  runFetch: { ...staff, does: 'operate' },
  addWatchList: each,
  listWatchLists: each,
  listWatchedPatents: { who: EACH, things: { id: 'watch_list' } },
  watchPatents: { who: EACH, things: { id: 'watch_list' } },
  unwatchPatent: { who: EACH, things: { id: 'watch_list' }, ends: true },
  removeWatchList: { who: EACH, things: { id: 'watch_list' }, ends: true },

  requestPledge: { who: PARTIES },
  listPledges: pledging,
  getPledge: pledge,
  movePledge: pledge,
  recordRepayment: { who: BANK, things: { id: 'pledge' } },
  proveAnnuity: { who: PARTIES, things: { id: 'pledge' } },
  getValueFlow: pledge,
  getWaterfall: pledge,
  getOutlook: pledge,
  getPledgeStatus: pledge,
  getDueDiligence: pledge,
  waiveFinding: { who: BANK, things: { id: 'pledge' } },
  askAmendment: { who: BANK, things: { id: 'pledge' } },
  listAmendments: pledge,
  answerAmendment: { who: PARTIES, things: { id: 'pledge', amendment_id: 'amendment' } },
  registerAmendment: { who: BANK, things: { id: 'pledge', amendment_id: 'amendment' } },
  getReleaseChecklist: pledge,
  recordDeregistration: { who: BANK, things: { id: 'pledge' } },
  recordOverdue: { who: BANK, things: { id: 'pledge' } },
  getReceipt: { who: PLEDGING, things: { id: 'pledge', valuation_id: 'valuation' } },
  getReport: { who: PLEDGING, things: { id: 'pledge', valuation_id: 'valuation' } },
  callMargin: { who: BANK, things: { id: 'pledge' } },
  listMarginCalls: pledge,
  closeMarginCall: { who: BANK, things: { id: 'pledge', call_id: 'margin_call' } },
  getRecoveries: { who: LENDER },
  listRealisedDisposals: { who: LENDER },
  getHaircuts: staff,
  proposeHaircuts: { ...staff, does: 'operate' },
  decideHaircut: { ...staff, things: { id: 'haircut_proposal' }, does: 'decide' },
  getPortfolio: { who: LENDER },
  stressPortfolio: { who: LENDER, asks: true },
  listCovenants: { who: PLEDGING, things: { pledge_id: 'pledge' }, filter: true },
  openCovenantFeed: pledging,
  listCovenantFeeds: pledging,
  closeCovenantFeed: { who: PLEDGING, things: { id: 'covenant_feed' }, ends: true },
  scorePatent: { who: PLEDGING, things: { id: 'pledge' } },
  listScores: pledge,
  listScoringTables: pledging,
  loadScoringTable: { who: LENDER },
  getScoringTable: { who: PLEDGING, things: { id: 'scoring_table' } },
  listDeals: pledging,
  recordDeal: pledging,
  importDeals: { ...staff, does: 'operate' },

  giveConsent: { who: FIRM, things: { firm_id: 'firm' } },
  listConsents: { who: PLEDGING, things: { firm_id: 'firm' } },
  revokeConsent: { who: FIRM, things: { firm_id: 'firm', consent_id: 'consent' }, ends: true },
  recordBorrowerFact: { who: PLEDGING, things: { firm_id: 'firm' } },
  listBorrowerFacts: { who: PLEDGING, things: { firm_id: 'firm' } },

  listDesks: each,
  makeDesk: operate,
  listDeskStaff: desk,
  seatAtDesk: { ...operate, things: { id: 'desk' } },
  unseatFromDesk: { ...operate, things: { id: 'desk', organisation_id: 'desk_seat' }, ends: true },
  getDeskFigures: { who: EACH, things: { desk_id: 'desk' } },
  addDeskClient: desk,
  listDeskClients: desk,
  exportDeskClients: desk,
  getDeskClient: desk_client,
  changeDeskClient: desk_client,
  listDeskClientHistory: desk_client,
  moveDeskClient: desk_client,
  noteDeskClient: desk_client,
  addDeskTask: desk_client,
  listDeskTasks: desk,
  doDeskTask: { who: EACH, things: { id: 'desk', task_id: 'desk_task' } },
  askHandover: desk_client,
  listHandovers: each,
  answerHandover: { who: EACH, things: { handover_id: 'handover' } },
  previewImport: desk,
  listImports: desk,
  listImportRows: desk_import,
  commitImport: desk_import,
  undoImport: desk_import,

  listPlans: each,
  makePlan: operate,
  subscribeToPlan: { ...operate, things: { id: 'organisation' } },
  getPlanUsage: each,
  exportPlanCharges: staff,

  listBulletins: each,
  getBulletin: each,
  getBulletinPdf: each,
  getBulletinMail: each,
  subscribeToBulletin: each,
  listBulletinSubscriptions: each,
  unsubscribeFromBulletin: { who: EACH, things: { id: 'bulletin_subscription' }, ends: true },
  makeListing: { who: SHOWN },
  listDefaulted: { who: BANK, things: { id: 'pledge' } },
  browseListings: each,
  getListing: each,
  withdrawListing: listing,
  referListing: listing,
  listReferrals: { who: SHOWN },
  addDocument: listing,
  getDataRoom: listing,
  postWant: { who: SHOWN },
  browseWants: each,
  getWant: each,
  withdrawWant: { who: SHOWN, things: { id: 'want' } },
  answerWant: { who: SHOWN, things: { listing_id: 'listing' } },
  enquire: { who: SHOWN },
  listListingDeals: each,
  getListingDeal: listingDeal,
  stepListingDeal: listingDeal,
  makeOffer: listingDeal,
  listMessages: listingDeal,
  sayMessage: listingDeal,
  listDealDocuments: { ...listingDeal, who: SHOWN },
  letSeeDocument: document,
  openDocument: { ...document, asks: true },
  listPledgeeConsents: { who: SHOWN },
  answerPledgeeConsent: { who: SHOWN, things: { id: 'pledgee_consent' }, does: 'decide' },

  listAuditEntries: each,
  exportAuditChain: each,
  listAuditHeads: each,
  backtestRules: { who: BANK },
  listBacktests: { who: BANK },
  listRules: pledging,
  listFlags: { who: PLEDGING, things: { pledge_id: 'pledge' }, filter: true },
  listRuleSets: { who: BANK },
  setRules: { who: BANK, does: 'decide' },
  listSilences: { who: BANK },
  makeSilence: { who: BANK, things: { pledge_id: 'pledge' } },
  listReviews: staff,
  readReview: { ...review, does: 'read' },
  claimReview: review,
  releaseReview: review,
  delegateReview: review,
  noteReview: review,
  escalateReview: review,
  submitReview: review,
  approveReview: check,
  returnReview: check,
  reopenReview: check,
  listReviewFilters: { ...person, who: STAFF },
  saveReviewFilter: { ...person, who: STAFF },
  deleteReviewFilter: { ...person, who: STAFF },
  listModels: staff,
  getModel: staff,
  reviewModel: { ...staff, does: 'decide' },
  promoteModel: { ...staff, does: 'decide' },

  listEvents: each,
  createEndpoint: { ...each, does: 'operate' },
  listEndpoints: each,
  getEndpoint: endpoint,
  changeEndpoint: { ...endpoint, does: 'operate' },
  deleteEndpoint: { ...endpoint, ends: true, does: 'operate' },
  rotateSecret: { ...endpoint, does: 'operate' },
  setHeaders: { ...endpoint, does: 'operate' },
  testEndpoint: { ...endpoint, does: 'operate' },
  simulateEvent: { ...endpoint, does: 'operate' },
  listDeliveries: endpoint,
  listDeadLetters: endpoint,
  recoverEndpoint: { ...endpoint, does: 'operate' },
  replayMissing: { ...endpoint, does: 'operate' },
  listAttempts: { who: EACH, things: { id: 'delivery' } },
  replayDelivery: { who: EACH, things: { id: 'delivery' }, does: 'operate' },
  rotateSigningKey: { ...staff, does: 'operate' },
  submitProduct: { who: FIRM },
  listProducts: { who: MARKING },
  getProduct: product,
  examineProduct: product,
  certifyProduct: { ...product, who: STAFF, does: 'review' },
  revokeProduct: product,
  issueLot: own_product,
  listLots: product,
  readMarks: { ...own_lot, does: 'write' },
  readLabels: { ...own_lot, does: 'write' },
  revokeMarks: { who: MARKING, things: { id: 'mark_lot' } },
  rotateMarkKey: { ...staff, does: 'operate' },
  listAnomalies: { who: MARKING },
  listProbes: { who: MARKING },
  listClaims: { who: MARKING },
  clearMark: own_lot,
  verifyMark: anyone,
  claimMark: anyone,
  listMarkKeys: anyone,
  listStatements: anyone,
  listPatentUse: pledging,

  advanceCalendar: { ...staff, does: 'operate' },
};
