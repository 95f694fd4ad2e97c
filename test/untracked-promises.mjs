/**
 * Loaded before each test file. tap follows every promise with a hook, to tell which subtest an error that nobody caught came
 * of; without, such an error still fails the file, and our promises run as fast as in production.
 */
import hooks from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';

const { createHook } = hooks;
hooks.createHook = (callbacks) => createHook({ ...callbacks, trackPromises: false });
syncBuiltinESMExports();
