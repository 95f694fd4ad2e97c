import Type from 'typebox';
import { TOKEN_PATTERN } from './tokens.ts';

const MAX_EMAIL_LENGTH = 254;
/** Longer ones are refused before a hash is made of them; the rule itself is in src/people/passwords.ts. */
const MAX_TYPED_LENGTH = 1_000;
export const MAX_CLIENT_ID_LENGTH = 500;
export const MAX_CLIENT_SECRET_LENGTH = 1_000;

/** Whether an address is one shows when a message arrives there: only its form is looked at. */
export const EMAIL_PATTERN = '^[^\\s@]{1,64}@[^\\s@]{1,189}$';
export const Email = Type.String({
  pattern: EMAIL_PATTERN,
  maxLength: MAX_EMAIL_LENGTH,
  description: 'address for mail; large and small letters are the same',
});
export const Token = Type.String({ pattern: TOKEN_PATTERN, description: 'as it was shown' });
export const TypedPassword = Type.String({ minLength: 1, maxLength: MAX_TYPED_LENGTH });
