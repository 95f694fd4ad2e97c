/** What is mutated and which tests must notice: the one place to add a file to. */

/** The name of our test runner to Stryker, and in which variable the tests are handed to it, as JSON. */
export const RUNNER = 'anew';
export const NOTICED_BY = 'PLEDGEWATCH_NOTICED_BY';

/** Tests of one file by their names, or all of them. */
export interface Noticing {
  file: string;
  only?: readonly string[];
}

/** Files whose mutants the same tests must notice; quick tests stand first, for the first that fails ends the run. */
export interface Target {
  mutate: readonly string[];
  noticed_by: readonly Noticing[];
}

export const TARGETS: readonly Target[] = [
  {
    mutate: ['src/webhooks/sign.ts', 'src/webhooks/verify.ts'],
    noticed_by: [
      {
        file: 'test/webhooks/delivery-parts.test.ts',
        only: [
          'a signature is that of Standard Webhooks',
          'a new secret has 32 random bytes, and a wrong one is refused without being repeated',
          'a sender cannot sign what the standard forbids',
          'any change to id, time, body or signature is rejected',
          'an event is accepted five minutes early or late and no longer',
          'while secrets rotate, holders of the old, the new or both accept the event',
          'v1 and v1a are byte for byte those of the fixed vectors',
          'with a public key alone a receiver tells genuine from changed',
        ],
      },
    ],
  },
  {
    mutate: ['src/webhooks/address-guard.ts'],
    noticed_by: [
      {
        file: 'test/webhooks/delivery-parts.test.ts',
        only: [
          'a public address of this machine is refused',
          'a URL is refused at save with what, rule and remedy',
          'a public name is refused when any of its addresses is not public',
          'an answer that turns private after its check gets a connection but not one byte',
          'no spelling of a non-public address is saved, posted to or connected to',
          "an allow-listed name is resolved and reached on the operator's own network",
          'each failure on the way is told apart',
        ],
      },
      {
        file: 'test/webhooks/delivery-parts.test.ts',
        only: ['the verdict on 10,000 addresses is that of an independent table'],
      },
    ],
  },
  {
    mutate: [
      'src/accounts/keys.ts',
      'src/accounts/store.ts',
      'src/http/guard.ts',
      'src/http/rates.ts',
      'src/db/privileges.ts',
    ],
    noticed_by: [{ file: 'test/http/guard.test.ts' }],
  },
  {
    mutate: ['src/db/tenancy.ts', 'src/db/single.ts'],
    noticed_by: [{ file: 'test/db/tenancy.test.ts' }],
  },
  {
    mutate: [
      'src/people/roles.ts',
      'src/people/passwords.ts',
      'src/people/tokens.ts',
      'src/http/session-cookie.ts',
    ],
    noticed_by: [{ file: 'test/people/parts.test.ts' }],
  },
  {
    mutate: [
      'src/people/account-recovery.ts',
      'src/people/tickets.ts',
      'src/people/second-factor.ts',
      'src/people/sessions.ts',
      'src/people/sign-in.ts',
      'src/accounts/eyes.ts',
    ],
    noticed_by: [
      {
        file: 'test/people/parts.test.ts',
        only: ['what a session changes comes from a page of ours and brings the token of the session'],
      },
      { file: 'test/people/people.test.ts' },
    ],
  },
  {
    mutate: [
      'src/secrets/seal.ts',
      'src/secrets/vault.ts',
      'src/secrets/begin.ts',
      'src/secrets/master-key.ts',
      'src/secrets/rewrap-keys.ts',
      'src/secrets/headers.ts',
      'src/secrets/reseal.ts',
      'src/secrets/columns.ts',
      'src/webhooks/sealed.ts',
      'src/webhooks/signing-keys.ts',
    ],
    noticed_by: [
      {
        file: 'test/secrets/vault.test.ts',
        only: [
          'whatever a text is, it opens for its owner and place alone, and with no letter changed',
          'a sealed text is AES-256-GCM, as another implementation opens it from the key in hand',
          'processes that seal for an owner at once share one data key',
          'with the embedded database the master key is a file that only we can read, and is not replaced',
          'of equal texts no two are sealed alike, an empty one opens, and one cut to nothing does not',
          'the newest data key seals, older ones open, and to open the database is asked for each once',
          'own headers are sealed for their owner and place, and none are nothing',
          'signing keys are made once, named by their thumbprint, and sign on for a day after a rotation',
          'whatever a version before left in clear is sealed at start, and nothing else is touched',
          'a new database gets its first signing key at its first start, by which the next knows the master key',
          'a master key is made for the embedded database alone, and for no file that cannot be read',
          'a place names the table and the row, so that nothing opens in another',
          'a fingerprint is the same for the same text, place and owner, under new data keys too',
          'texts under older data keys are sealed anew in each column, by steps, and one that does not open is left and told',
          'data keys are wrapped anew all together or not at all, and what they sealed opens under the new key alone',
        ],
      },
    ],
  },
  {
    mutate: ['models/review.ts'],
    noticed_by: [
      {
        file: 'test/models/lifecycle.test.ts',
        only: [
          'each step of a review changes what it says, and nothing else',
          'a step that does not fit is refused by its code, with who or what stands against it',
          'law: however people act, a decision has two of them and the evidence that was submitted',
        ],
      },
    ],
  },
  {
    mutate: ['src/review/act.ts'],
    noticed_by: [
      {
        file: 'test/http/review.test.ts',
        only: [
          'a decision takes a maker, frozen evidence and a checker, and bank and firm hear of it',
          'who proposed a decision cannot check it, in the service or in the database',
          'a decision on evidence that has moved is refused, and goes back to who proposed it',
          'the queue is in order of escalation, gravity and age, and a late claim is free again',
          'cases are noted, handed on, returned and reopened, each with its record',
          'a flag that its rule has cleared takes no step',
          'a step on a flag that is not there is answered so, and written down nowhere',
          'the record of staff and of the bank is whole',
        ],
      },
    ],
  },
];
