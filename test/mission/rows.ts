/** What the service is for, row by row, and the tests that answer each. */

export interface MissionTest {
  /** From the root. */
  file: string;
  /** Of an outermost test in it. */
  name: string;
}

export interface MissionRow {
  row: string;
  tests: readonly MissionTest[];
}

const test = (file: string, name: string): MissionTest => ({ file: `test/${file}.test.ts`, name });

export const MISSION: readonly MissionRow[] = [
  {
    row: 'Value flow: the value before, during and after the pledge contract, from the patent database',
    tests: [
      test('http/life', 'a firm asks, and the collateral has a value at once'),
      test('http/life', 'a loan that is repaid: from request to release'),
      test('http/life', 'a right that lapses: flags, decision, default, disposal, and every past as it was'),
    ],
  },
  {
    row: 'Risks are found in pledges, and every event arrives',
    tests: [
      test('jobs/deliver', 'a failing endpoint holds up no other'),
      test('jobs/deliver', 'events of a pledge reach each endpoint in order, whatever fails on the way'),
      test(
        'http/rules',
        'the fall of a patent that lives on is told, though another of its pledge has lapsed',
      ),
    ],
  },
  {
    row: 'Banks subscribe to risk webhooks',
    tests: [
      test('jobs/deliver', 'each copy is signed, and a foreign verifier takes it'),
      test('http/api', 'an endpoint receives only the types it asked for'),
    ],
  },
  {
    row: 'Staff review flagged pledges under four eyes',
    tests: [
      test(
        'http/review',
        'a decision takes a maker, frozen evidence and a checker, and bank and firm hear of it',
      ),
      test(
        'http/review',
        'the queue is in order of escalation, gravity and age, and a late claim is free again',
      ),
    ],
  },
  {
    row: 'A value has an interval, and methods and measures that are standard',
    tests: [
      test('models/valuation', 'a method without its facts fails by name while the other stands'),
      test('models/valuation', 'known values correct the intervals, and the median stays'),
      test('models/formulas', 'market comparables: four in five new deals fall into the range'),
    ],
  },
  {
    row: 'The patent database is joined from the registers of many offices, and from deals',
    tests: [
      test(
        'patents/office-files',
        'the European register tells documents, holders, lapses by state, events and fees',
      ),
      test(
        'patents/china-korea',
        'ST.27 events: the category decides, the office and the detailed event refine',
      ),
      test('http/deals', 'deals count in values from the month after'),
    ],
  },
  {
    row: 'The patent database is searched, and prior art found in it',
    tests: [
      test('search/search', 'words are found in every script, as written and however wide'),
      test('search/search', 'prior art tells its reasons and keeps to the day'),
    ],
  },
  {
    row: 'The scale is that of the world’s patents: a distributed database, and all valued within hours',
    tests: [
      test('db/drift', 'the tables can be distributed by patent_id as they are declared'),
      test('jobs/corpus-values', 'from signals to values: each is what the patent is worth by itself'),
    ],
  },
  {
    row: 'Reports, visualisation and the knowledge map',
    tests: [
      test('http/receipts', 'the report of a valuation comes out of its receipt alone, to the byte'),
      test('search/search', 'the knowledge map is kept up with every piece of news, and adds up'),
      test('pages/pages', 'charts of distributions say what they show, in every language'),
    ],
  },
  {
    row: 'Online filing, checked by itself and against the patent database, with a list of agencies',
    tests: [
      test(
        'models/claims',
        'the planted faults of the bundled sets are found, and sound sets raise no alarm',
      ),
      test('http/filing', 'checks of a version are kept and say the same again'),
      test('http/filing', 'prior art is searched for, compared feature by feature, and found again'),
      test(
        'http/agencies',
        'an agency is in the directory once staff have seen its licence, with the record of its own cases',
      ),
      test(
        'http/agencies',
        'a package is handed in once, with a receipt; what fails is tried three times and told',
      ),
      test(
        'http/filing',
        'a grant puts the patent on a watch list of the firm: by staff, or by the register',
      ),
    ],
  },
  {
    row: 'Buyers stay anonymous until they consent',
    tests: [
      test('http/anonymity', 'a name tells nothing of whose it is, chosen or drawn'),
      test('http/anonymity', 'of a reveal and a revocation at once one happens, and a consent is used once'),
      test(
        'http/listing',
        'before its consent is used who sells is told nowhere; after it, to the buyer alone',
      ),
    ],
  },
  {
    row: 'Personal and confidential data are protected',
    tests: [
      test(
        'http/personal-data',
        'a person is forgotten: no text tells who it was, and the audit chains verify',
      ),
      test('db/isolation', 'a tenant sees all of its rows and none of another'),
    ],
  },
  {
    row: 'Bulletins for clients with different needs',
    tests: [
      test(
        'http/desks',
        'bulletins come once for each period and subscriber, those missed while nothing ran too',
      ),
      test('http/desks', 'a bulletin tells sums alone, of few nothing, and can be made again to the byte'),
    ],
  },
  {
    row: 'Service packages for regular clients',
    tests: [
      test(
        'http/desks',
        'a quota is never exceeded by 50 parallel tries over HTTP, and its owner is told before it bites',
      ),
      test(
        'http/desks',
        'what is charged for is exported by month, in minor units, and opens in a spreadsheet as text',
      ),
    ],
  },
  {
    row: 'Regional offices serve their clients: firms, universities, inventors and local government',
    tests: [
      test('http/desks', 'a desk is seen by who sits there, by the operator, and by nobody else'),
      test('http/desks', 'a desk has a client once, and another desk may have it too'),
      test(
        'http/desks',
        'a client is handed over: nothing is lost, and each desk sees the history that it may',
      ),
      test(
        'http/desks',
        'a list is read first: each row accepted, known already or refused, with its reason',
      ),
    ],
  },
  {
    row: 'Listing: sellers list patents, and buyers choose among four channels',
    tests: [
      test(
        'http/listing',
        'a listing shows what its patents are worth and burdened with, and not which they are',
      ),
      test('http/listing', 'a deal goes from the enquiry to the register, and counts as closed only then'),
      test('http/listing', 'messages, the team, and who may read them'),
    ],
  },
  {
    row: 'Transactions are accompanied by staff and outside consultants',
    tests: [
      test('http/experts', 'an expert is found by field, region and kind while it takes engagements'),
      test(
        'http/experts',
        'an opinion is written by a person, kept in versions, and stands beside the valuation',
      ),
      test(
        'http/experts',
        'who has a conflict of interest is refused by name, before it is engaged and when it takes it',
      ),
    ],
  },
  {
    row: 'Low liquidity: a default becomes a listing, and what is sold teaches haircuts',
    tests: [
      test(
        'http/listing',
        'from a default to a listing in one step, and the consent to its end, by the plan of the loan',
      ),
      test(
        'http/experts',
        'a closed deal feeds the market, the recovery ledger and, by other eyes, the haircuts',
      ),
    ],
  },
  {
    row: 'Expectations of sellers and buyers meet without being shown',
    tests: [
      test('http/experts', 'two ranges are answered with yes or no, and the midpoint waits for both'),
      test('http/experts', 'whoever feels for the other’s bound learns two bits of it at most'),
    ],
  },
  {
    row: 'Marking: a mark tells genuine from counterfeit, and whether the patent is alive',
    tests: [
      test('http/marking', 'a mark is verified by the service, and by whoever has the published keys'),
      test(
        'http/marking',
        'a page stops claiming a patent that lapsed, says so to its owner, and what it said can be proved',
      ),
      test('http/marking', 'copies are told from what sellers, travellers and shared links do'),
    ],
  },
  {
    row: 'Network: local innovators find what meets their needs',
    tests: [
      test('http/network', 'matches come best first, each with its reasons, in three languages'),
      test(
        'http/network',
        'need, match, consent, introduction, deal: told to both, and a deal is one when both say it',
      ),
    ],
  },
];
