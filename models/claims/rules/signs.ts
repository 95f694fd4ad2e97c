/**
 * Reference signs in the claims: in brackets, one for a thing, and found in the description or on the figures.
 * Source: EPC rule 43(7), PCT rule 6.2(b), the like Chinese rule.
 */
import { type ClaimRule, inClaim, type Raised } from '../rule.ts';
import { isSameName, type SignUse, signNames, signsIn, signUses } from '../signs.ts';

function atSign({ claim, start, end, sign }: SignUse, values: Raised['values'] = {}): Raised {
  return inClaim(claim, start, end, { sign, ...values });
}

/** Shown of what stands before a sign. */
function nameOf(lead: string): string {
  return /[a-z]$/i.test(lead) ? (/[a-z-]+(?: [a-z-]+)?$/i.exec(lead)?.[0] ?? lead) : lead.slice(-4);
}

export const SIGN_UNKNOWN: ClaimRule = {
  code: 'sign_unknown',
  severity: 'error',
  message: 'Claim {claim} uses sign {sign}, which neither description nor figures have.',
  remedy: 'Correct the sign, or use it in the description and on a figure.',
  check: ({ claims, application: { description = '', figures = '' } }) => {
    if (description.trim() === '' && figures.trim() === '') return [];
    const known = signsIn(`${description}\n${figures}`);
    return signUses(claims).flatMap((use) => (known.has(use.sign) ? [] : [atSign(use)]));
  },
};

export const SIGN_INCONSISTENT: ClaimRule = {
  code: 'sign_inconsistent',
  severity: 'error',
  message: 'Claim {claim} gives sign {sign} to “{name}”; elsewhere it is of “{other}”.',
  remedy: 'Give each thing one sign and one name, in claims, description and figures.',
  check: ({ claims, application: { figures = '' } }) => {
    const names = signNames(figures);
    const told = new Set<string>();
    return signUses(claims).flatMap((use) => {
      if (!use.is_alone) return [];
      const other = names.get(use.sign);
      if (other === undefined) names.set(use.sign, nameOf(use.lead));
      if (other === undefined || isSameName(use.lead, other)) return [];
      const key = `${use.claim.number} ${use.sign}`;
      if (told.has(key)) return [];
      told.add(key);
      return [atSign(use, { name: nameOf(use.lead), other })];
    });
  },
};

export const SIGN_UNBRACKETED: ClaimRule = {
  code: 'sign_unbracketed',
  severity: 'error',
  message: 'Claim {claim} has sign {sign} outside brackets.',
  remedy: 'Put the sign in brackets behind what it is of: “the housing (10)”, 壳体（10）.',
  check: ({ claims, application: { figures = '', language } }) => {
    const names = signNames(figures);
    for (const { sign, lead } of signUses(claims)) if (!names.has(sign)) names.set(sign, nameOf(lead));
    const pattern = language === 'en' ? BARE_EN : BARE_ZH;
    return claims.flatMap((claim) => {
      const told = new Set<string>();
      return Array.from(claim.text.matchAll(pattern)).flatMap((match) => {
        const [, lead, sign] = match;
        const name = names.get(sign!);
        if (name === undefined || told.has(sign!) || !isSameName(lead!, name)) return [];
        told.add(sign!);
        const end = match.index + match[0].length;
        return [inClaim(claim, end - sign!.length, end, { sign: sign! })];
      });
    });
  },
};

const BARE_EN =
  /\b([a-z-]{3,40})\s+(\d{1,4}[a-z]?)(?![\d.,]*\d|[)）]|\s*(?:%|°|mm\b|cm\b|m\b|kg\b|g\b|°C\b|s\b|V\b|A\b))/gi;
const BARE_ZH =
  /([\p{Script=Han}]{1,8})\s*(\d{1,4}[a-z]?)(?![\d.]|[)）]|\s*(?:%|％|°|℃|[mckgsVAWHLP]|[个次倍分毫厘米秒度年月日天种层片件级至到~-]))/gu;
