/**
 * Words that leave the extent of a claim open: relative ones, examples and preferences, lists without an end.
 * Source: EPO Guidelines on relative terms, “about” and optional features; Chinese examination guidelines, which name
 * 厚, 薄, 高温, 例如, 最好是, 尤其是, 必要时, 约, 接近, 等 and the like. Where a field often takes a word in a settled sense
 * it is told as `info` only.
 */
import { type ClaimRule, inClaim, type Raised } from '../rule.ts';
import type { ClaimLanguage, FindingSeverity } from '../types.ts';

type Words = Readonly<Record<ClaimLanguage, readonly { pattern: RegExp; severity?: FindingSeverity }[]>>;

const NUMBER = '(?=\\s*(?:[\\d.±≤≥]|one\\b|two\\b|half\\b|zero\\b|the same\\b))';

const RELATIVE: Words = {
  en: [
    { pattern: new RegExp(`\\b(?:about|around|circa|ca\\.|roughly)${NUMBER}`, 'gi') },
    { pattern: /\b(?:approximately|nearly|almost|more or less)\b/gi },
    {
      pattern:
        /\b(?:relatively|comparatively|very|quite|fairly|rather|extremely|sufficiently|adequately)\s+(?!than\b)[a-z-]+/gi,
    },
    { pattern: /\b(?:substantially|essentially|generally)\b(?!\s+of\b)/gi, severity: 'info' },
    {
      pattern:
        /\b(?:thin|thick|strong|weak|wide|narrow|tall|easily|smooth|user-friendly|convenient|appropriate)\b/gi,
      severity: 'info',
    },
  ],
  zh: [
    {
      pattern:
        /大约|约(?=\s*\d|为\s*\d)|大概|大致(?!相同方向)|大体上?|接近(?=于|\s*\d)|左右(?<=[\d%％℃°a-zA-Z米度克秒分时天升倍个层片]左右)|上下(?<=[\d%％℃]上下)/g,
    },
    {
      pattern:
        /(?<!比)较(?=[高低大小厚薄强弱快慢长短宽窄多少硬软重轻好差])|很(?=[高低大小厚薄强弱快慢长短宽窄多少])|非常|极其|相当(?=[高低大小])/g,
    },
    { pattern: /适当|适量|合适的?|适宜的?|足够的?|若干时间/g },
    { pattern: /基本上?|几乎|近似|高温(?!炉|合金)|高压(?=下|条件)|高强度|良好的?/g, severity: 'info' },
  ],
};

const EXEMPLARY: Words = {
  en: [
    {
      pattern:
        /\b(?:preferably|preferentially|for example|for instance|such as|in particular|particularly|especially|advantageously|ideally|e\.g\.|i\.e\.)/gi,
    },
    {
      pattern: /\b(?:optionally|if desired|if necessary|where necessary|where appropriate|desirably)\b/gi,
      severity: 'info',
    },
  ],
  zh: [
    {
      pattern:
        /例如|比如|诸如|譬如|优选地?|较佳地?|最好是?|更好地?|尤其是?|特别是|特别地|最佳地?|必要时|如有必要|理想地/g,
    },
    { pattern: /可选地|任选地|可选的/g, severity: 'info' },
  ],
};

const OPEN_LIST: Words = {
  en: [
    {
      pattern:
        /\b(?:etc\b\.?|et cetera|and so on|and so forth|(?:or|and) the like|or similar(?!ly| to)|and others\b)/gi,
    },
  ],
  zh: [
    {
      pattern:
        /等等|(?<=[^相均同平对不高中初优劣何])等(?=[，。；、,;.]|$)|或类似物|或类似的?|或其类似|及类似/g,
    },
  ],
};

function check(words: Words): ClaimRule['check'] {
  return ({ claims, application: { language } }) =>
    claims.flatMap((claim) =>
      words[language].flatMap(({ pattern, severity }) => {
        const told = new Set<string>();
        return Array.from(claim.text.matchAll(pattern), (match): Raised => {
          const raised = inClaim(claim, match.index, match.index + match[0].length, {
            word: match[0].trim(),
          });
          return severity ? { ...raised, severity } : raised;
        }).filter(({ values }) => !told.has(String(values!.word)) && told.add(String(values!.word)));
      }),
    );
}

export const RELATIVE_TERM: ClaimRule = {
  code: 'relative_term',
  severity: 'warning',
  message: 'Claim {claim} says “{word}”, which leaves open how much.',
  remedy: 'Give the number or the range, or say against what it is measured.',
  check: check(RELATIVE),
};

export const EXEMPLARY_TERM: ClaimRule = {
  code: 'exemplary_term',
  severity: 'warning',
  message: 'Claim {claim} says “{word}”: what follows is an example or a preference, and limits nothing.',
  remedy: 'Take it out, or make a dependent claim of it.',
  check: check(EXEMPLARY),
};

export const OPEN_ENDED_LIST: ClaimRule = {
  code: 'open_list',
  severity: 'warning',
  message: 'Claim {claim} ends a list with “{word}”, so that nobody knows what belongs to it.',
  remedy: 'Name all members, or what they have in common.',
  check: check(OPEN_LIST),
};
