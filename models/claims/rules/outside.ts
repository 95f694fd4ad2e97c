/**
 * What does not belong in a claim: references to description and drawings, trade marks, web addresses.
 * Source: EPC rule 43(6) and PCT rule 6.2(a), the like Chinese rule; on trade marks the EPO Guidelines on clarity.
 */
import { type ClaimRule, inClaim } from '../rule.ts';

const TO_TEXT =
  /\b(?:as\s+)?(?:substantially\s+)?(?:shown|described|illustrated|depicted|disclosed|set\s+out|defined)\s+(?:in|herein|by|with\s+reference\s+to)\s+(?:the\s+|any\s+of\s+the\s+)?(?:accompanying\s+|attached\s+)?(?:fig(?:ure|s)?\b\.?\s*\d*|drawings?\b|description\b|specification\b|example\s+\d+)|\b(?:as\s+)?(?:hereinbefore|herein)\s+described\b|如?说明书(?:中|第|附图|所)[^，。；]{0,20}|如?(?:附图|图)\s*\d+\s*(?:中)?(?:所示|所述)?|如?附图(?:中)?所示|如?实施例\s*\d*\s*(?:中)?所述/gi;
const TRADE_MARK =
  /[®™]|\b(?:sold|available|known|marketed)\s+(?:commercially\s+)?(?:under|as)\s+the\s+(?:trade\s*(?:name|mark)|brand)\b|\b(?:trade\s*mark|trade\s*name|brand\s+name)\b|(?:商标|商品名|品牌|牌号)(?:为|是|名)?/gi;
const WEB_ADDRESS = /(?:https?:\/\/|www\.)[^\s，。；）)]{1,200}/gi;

function found(pattern: RegExp): ClaimRule['check'] {
  return ({ claims }) =>
    claims.flatMap((claim) =>
      Array.from(claim.text.matchAll(pattern), (match) =>
        inClaim(claim, match.index, match.index + match[0].length),
      ).slice(0, 1),
    );
}

export const REFERENCE_TO_TEXT: ClaimRule = {
  code: 'reference_to_text',
  severity: 'error',
  message: 'Claim {claim} leans on the description or the drawings: “{quote}”.',
  remedy: 'Say in the claim what is shown there.',
  check: found(TO_TEXT),
};

export const TRADE_MARK_NAMED: ClaimRule = {
  code: 'trade_mark',
  severity: 'error',
  message: 'Claim {claim} names a trade mark: “{quote}”. What is sold under it may change.',
  remedy: 'Name the material or product by what it is.',
  check: found(TRADE_MARK),
};

export const WEB_ADDRESS_NAMED: ClaimRule = {
  code: 'web_address',
  severity: 'error',
  message: 'Claim {claim} holds a web address: “{quote}”.',
  remedy: 'Say in the claim what is found there.',
  check: found(WEB_ADDRESS),
};
