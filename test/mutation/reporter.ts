/** Hears from Stryker of each mutant that was tested. Stryker loads it as a plugin, in our process. */
import type { MutantResult } from '@stryker-mutator/api/core';

type Listener = (mutant: MutantResult) => void;

/** Whom it tells; Stryker makes the reporter itself, so it is reached through here. */
export const listeners = new Set<Listener>();

class ListeningReporter {
  onMutantTested(mutant: MutantResult): void {
    for (const tell of listeners) tell(mutant);
  }
}

export const REPORTER = 'listening';
export const strykerPlugins = [{ kind: 'Reporter', name: REPORTER, injectableClass: ListeningReporter }];
